"""I13: no row of an audited table is written but under an act whose leaf comes in the same transaction."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from app.audit.acts import act
from app.core.db import AppendOnly, Base, Entity
from app.core.permissions import Permission
from app.services.models import Service
from tests import factories as make
from tests.separation.attacks import APPEND_ONLY, copy_of, org, signature, user
from tests.separation.breaking import act_id, attempt, without_triggers

# Whole files of figures come with keys of their own; tests/figures/test_guards.py attacks them.
DELIVERED = {"figure_previews", "submissions", "verifications"}
# Nobody is late in this house, and no ledger was taken over; tests/gates/test_guards.py attacks what leaders wrote,
# tests/intake/test_ledger.py the imported entries.
UNWRITTEN = {"expedites", "pauses", "ledger_entries", "ledger_imports"}
# Rooms whose tables are empty in this house; their own tests attack each guard with rows in them.
ELSEWHERE = (
    *("app.plans", "app.service_levels", "app.assessments", "app.reports", "app.inspections", "app.gates"),
    *("app.negative_lists", "app.projects", "app.responsibilities", "app.procurement", "app.acceptances", "app.intake"),
    *("app.admissions", "app.rulebook"),
)
EVERY = {
    mapper.local_table.name: mapper.class_.__module__
    for mapper in Base.registry.mappers
    if issubclass(mapper.class_, Entity | AppendOnly)
}
AUDITED = sorted(
    table for table, module in EVERY.items() if table not in DELIVERED | UNWRITTEN and not module.startswith(ELSEWHERE)
)
# Which row of a table may be changed by an honest act (a sealed one may not).
FREE = {
    "contract_services": "line",
    "agreed_levels": "level",
    "deduction_bands": "band",
    "contract_versions": "version",
}


def honest(house, table):
    """A statement that is let through when, and only when, it comes under a fresh act (`:act`)."""
    if table in APPEND_ONLY:
        return _insert(house, table)
    if table in FREE:
        where = f"id = {getattr(house, FREE[table])('draft')}"
    elif table in {"parties", "subject_sides"}:
        where = f"subject_id = {house.subject('draft')}"
    else:
        where = f"id = (SELECT min(id) FROM {table})"
    return f"UPDATE {table} SET row_version = row_version + 1, act_id = :act WHERE {where}"


def _insert(house, table):
    first = f"id = (SELECT min(id) FROM {table})"
    bound = f"subject_id = {house.subject('draft')} AND user_id = {user('officer')}"
    return {
        "catalogue_entries": copy_of(table, first, version="1000"),
        "evidence_files": copy_of(table, first, sha256="'" + "c" * 64 + "'"),
        "organisation_names": copy_of(table, first, valid_from="'2099-01-01'"),
        "organisation_sides": copy_of(table, f"organisation_id = {org('RIVAL')}", side="'supervision'"),
        "signatures": signature(house, "signing"),
        "subject_people": copy_of("subject_people", bound, user_id=user("second-officer")),
    }[table]


def test_every_audited_table_is_attacked(house):
    assert len(AUDITED) >= 24
    assert [table for table in AUDITED if not honest(house, table)] == []


def test_every_audited_table_wears_both_guards(house, db_session):
    """Also the tables of rooms that this house leaves empty."""
    catalogue = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if db_session.get_bind().dialect.name == "postgresql":
        catalogue = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    triggers = set(db_session.scalars(sa.text(catalogue)))
    bare = [
        (table, verb)
        for table in sorted(EVERY)
        for verb in ("insert", "update")
        if f"{table}_{verb}_under_act" not in triggers
    ]
    assert len(EVERY) > len(AUDITED) > 20
    assert bare == []


@pytest.mark.parametrize("how", ["under no act", "under an old act", "under an unknown act", "under its own last act"])
def test_no_row_is_written(house, db_session, how):
    let_through = []
    for table in AUDITED:
        honestly = honest(house, table)
        if how == "under no act":
            statement = honestly.replace(", act_id = :act", "").replace(":act", "NULL")
        elif how == "under its own last act":
            statement = honestly.replace(":act", "act_id" if honestly.startswith("UPDATE") else f"{table}.act_id")
            statement = statement.replace("signatures.act_id", "v.act_id")
        else:
            known = "(SELECT id FROM trail_entries WHERE seq = 3)"
            unknown = act_id(db_session, uuid.uuid4())
            statement = honestly.replace(":act", known if "old" in how else f"'{unknown}'")
        if not attempt(db_session, statement):
            let_through.append(table)
    assert let_through == []


def test_the_same_rows_are_written_under_a_fresh_act(house, db_session):
    """The control: each of those statements is sound, and only the act was missing."""
    refusals = {table: refusal for table in AUDITED if (refusal := attempt(db_session, honest(house, table)))}
    assert refusals == {}


def test_a_fresh_act_without_its_leaf_is_refused_at_commit(house, db_session):
    let_through = [table for table in AUDITED if not attempt(db_session, honest(house, table), under_act=False)]
    assert let_through == []


def test_without_the_guards_an_old_act_would_do(house, db_session):
    with without_triggers(db_session):
        known = "(SELECT id FROM trail_entries WHERE seq = 3)"
        refused = [table for table in AUDITED if attempt(db_session, honest(house, table).replace(":act", known))]
    assert refused == []


def test_a_commit_with_an_unknown_act_fails_as_a_whole(house, w, db_session):
    service = make.service(w.actor("officer"), "原名")
    db_session.commit()
    statement = sa.text("UPDATE services SET name_zh = '改', row_version = 2, act_id = :act WHERE id = :key")
    db_session.execute(statement, {"act": act_id(db_session), "key": service.id})
    with pytest.raises(sa.exc.IntegrityError):
        db_session.commit()
    db_session.rollback()
    assert db_session.scalars(sa.select(Service.name_zh).where(Service.id == service.id)).one() == "原名"


def test_a_leaf_cannot_be_used_again_in_a_later_transaction(house, w, db_session):
    service = make.service(w.actor("officer"))
    with act(w.actor("officer"), Permission.SERVICE_UPDATE, ref=service.ref) as done:
        service.unit = "次"
    db_session.commit()
    again = act_id(db_session, done.id)
    statement = f"UPDATE services SET unit = '万次', row_version = 9, act_id = '{again}' WHERE id = {service.id}"
    assert "only inside a new act" in attempt(db_session, statement)
