"""An independent look at a database: which invariants does what is stored break? Plain SQL, no app code."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.db import Base

# Each query finds rows that must not exist.
BROKEN = {
    "I1 two sides": "SELECT subject_id, organisation_id FROM subject_sides GROUP BY 1, 2 "
    "HAVING count(DISTINCT side) > 1",
    "I1 unregistered side": "SELECT s.id FROM subject_sides s WHERE NOT EXISTS (SELECT 1 FROM organisation_sides o "
    "WHERE o.organisation_id = s.organisation_id AND o.side = s.side)",
    "I1 party without its side": "SELECT p.id FROM parties p WHERE NOT EXISTS (SELECT 1 FROM subject_sides s "
    "WHERE s.subject_id = p.subject_id AND s.organisation_id = p.organisation_id AND s.side = p.side)",
    "I1 role of another side": "SELECT id FROM parties WHERE (side = 'management') <> (role IN ('client', "
    "'competent_authority', 'finance')) OR (side = 'operation') <> (role IN ('operator', 'builder'))",
    "I2 a person on two sides": "SELECT subject_id, user_id FROM subject_people GROUP BY 1, 2 HAVING count(*) > 1",
    "I2 a signer who is not bound": "SELECT g.id FROM signatures g WHERE NOT EXISTS (SELECT 1 FROM subject_people p "
    "WHERE p.subject_id = g.subject_id AND p.user_id = g.user_id AND p.side = g.side)",
    "I3 control across sides": "SELECT a.id FROM subject_sides a JOIN subject_sides b ON b.subject_id = a.subject_id "
    "AND b.side <> a.side JOIN control_links x ON x.controlled_id = a.organisation_id "
    "JOIN control_links y ON y.controlled_id = b.organisation_id AND y.controller_id = x.controller_id "
    "JOIN organisations o ON o.id = x.controller_id WHERE o.code NOT IN ('HOLDER')",
    "I8 the submitter signed": "SELECT g.id FROM signatures g JOIN contract_versions v ON v.id = g.version_id "
    "WHERE g.user_id = v.submitted_by",
    "I8 other content signed": "SELECT g.id FROM signatures g JOIN contract_versions v ON v.id = g.version_id "
    "WHERE g.digest_sha256 <> v.digest_sha256 OR g.digest_sm3 <> v.digest_sm3 OR v.state = 'draft'",
    "I8 signed by no party": "SELECT g.id FROM signatures g JOIN contracts c ON c.id = g.contract_id WHERE NOT EXISTS "
    "(SELECT 1 FROM subject_sides s WHERE s.subject_id = c.subject_id AND s.organisation_id = g.organisation_id "
    "AND s.side = g.side)",
    "I9 signed by one side": "SELECT v.id FROM contract_versions v WHERE v.state = 'signed' AND (SELECT "
    "count(DISTINCT g.side) FROM signatures g WHERE g.version_id = v.id) < 2",
    "I9 a contract ahead of its version": "SELECT c.id FROM contracts c WHERE c.state IN ('signed', 'in_force', "
    "'terminating', 'expired', 'terminated') AND NOT EXISTS (SELECT 1 FROM contract_versions v "
    "WHERE v.contract_id = c.id AND v.state = 'signed')",
    "I12 a role of another class": "SELECT g.id FROM grants g JOIN users u ON u.id = g.user_id WHERE "
    "u.role_class <> CASE g.role WHEN 'system_admin' THEN 'system' WHEN 'security_admin' THEN 'security' "
    "WHEN 'audit_admin' THEN 'audit' ELSE 'business' END",
    "I14 given by the wrong person": "SELECT g.id FROM grants g LEFT JOIN users b ON b.id = g.granted_by WHERE "
    "g.granted_by = g.user_id OR (g.granted_by IS NOT NULL AND b.role_class <> 'security') "
    "OR (g.granted_by IS NULL AND g.role NOT IN ('system_admin', 'security_admin', 'audit_admin'))",
    "I14 a role outside the membership": "SELECT g.id FROM grants g JOIN memberships m ON m.id = g.membership_id "
    "WHERE m.user_id <> g.user_id OR m.organisation_id <> g.organisation_id",
    "I14 a role of a side not held": "SELECT g.id FROM grants g WHERE NOT EXISTS (SELECT 1 FROM organisation_sides o "
    "WHERE o.organisation_id = g.organisation_id AND o.side = CASE WHEN g.role LIKE 'operator%' THEN 'operation' "
    "WHEN g.role IN ('supervisor', 'inspector') THEN 'supervision' ELSE 'management' END)",
}
FOR_EVER = (
    *(
        "catalogue_entries",
        "evidence_files",
        "organisation_names",
        "organisation_sides",
        "sign_in_events",
        "signatures",
    ),
    *("subject_people", "trail_entries", "trail_heads"),
)
KEPT = (
    *("api_tokens", "contract_versions", "contracts", "denials", "grants", "mandates", "memberships", "organisations"),
    *("regions", "services", "stakes", "subjects", "tasks", "users"),
)
SEALED = {
    "contract_services": "JOIN contract_versions v ON v.id = t.version_id",
    "agreed_levels": "JOIN contract_services l ON l.id = t.contract_service_id "
    "JOIN contract_versions v ON v.id = l.version_id",
    "deduction_bands": "JOIN agreed_levels a ON a.id = t.agreed_level_id JOIN contract_services l "
    "ON l.id = a.contract_service_id JOIN contract_versions v ON v.id = l.version_id",
}
MAY_CHANGE = ("state", "row_version", "act_id")


def picture(session: Session) -> dict[str, Any]:
    """What must still be there, and unchanged, later."""
    seen: dict[str, Any] = {}
    for table in FOR_EVER:
        seen[table] = _rows(session, f"SELECT * FROM {table}")
    for table in KEPT:
        key = "id"
        seen[f"{table} kept"] = {
            row[key]: 0 for row in session.execute(sa.text(f"SELECT {key} FROM {table}")).mappings()
        }
    versions = _rows(session, "SELECT * FROM contract_versions WHERE sealed_at IS NOT NULL")
    seen["sealed versions"] = {key: tuple(p for p in row if p[0] not in MAY_CHANGE) for key, row in versions.items()}
    for table, join in SEALED.items():
        whole = ", ".join(str(key) for key in versions) or "0"
        seen[f"{table} of them"] = _rows(session, f"SELECT t.* FROM {table} t {join} WHERE v.id IN ({whole})")
    return seen


def _rows(session: Session, query: str) -> dict[Any, tuple[tuple[str, Any], ...]]:
    found = {}
    for row in session.execute(sa.text(query)).mappings():
        found[row.get("id", row.get("size"))] = tuple(sorted((name, str(value)) for name, value in row.items()))
    return found


def broken(session: Session, before: dict[str, Any]) -> list[str]:
    """Every invariant that does not hold, with what is wrong."""
    found = [name for name, query in BROKEN.items() if session.execute(sa.text(query)).first()]
    after = picture(session)
    for name, rows in before.items():
        exactly = name.endswith("of them")
        changed = after[name] != rows if exactly else any(after[name].get(key) != row for key, row in rows.items())
        if changed:
            found.append(f"I9 {name} not as before")
    for content, digest in session.execute(
        sa.text("SELECT content, digest_sha256 FROM contract_versions WHERE sealed_at IS NOT NULL")
    ):
        if hashlib.sha256(content.encode()).hexdigest() != digest:
            found.append("I9 content does not match its digest")
    for table in Base.metadata.tables.values():
        if "act_id" in table.columns:
            without = f"SELECT 1 FROM {table} t WHERE NOT EXISTS (SELECT 1 FROM trail_entries e WHERE e.id = t.act_id)"
            if session.execute(sa.text(without)).first():
                found.append(f"I13 {table} without a leaf")
    return found
