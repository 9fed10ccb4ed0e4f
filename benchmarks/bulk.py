"""Fills an installation with many contracts and leaves, by raw SQL under valid acts; prints what a benchmark needs.

`python -m benchmarks.bulk CONTRACTS LEAVES PROJECTS`. The guards of the database stay on: rows are written under one
act each for the drafts and for their submission, and the leaves are real ones, hashed like any other.
"""

from __future__ import annotations

import json
import secrets
import sys
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_migrate import upgrade

from app import create_app
from app.accounts.models import WebSession
from app.accounts.sessions import key_hash
from app.audit import act
from app.audit.heads import seal
from app.audit.leaves import Leaf
from app.audit.models import TrailEntry
from app.contracts.models import Contract, ContractState, ContractVersion, VersionState
from app.core.actors import jsonable
from app.core.canonical import canonical_json
from app.core.clock import now
from app.core.db import db, is_postgresql, unit_of_work
from app.core.permissions import Permission, Side
from app.subjects.models import Party, PartyRole, Subject, SubjectKind, SubjectSide
from benchmarks.bulk_projects import COPIED, copies
from benchmarks.rows import insert
from tests import factories
from tests.projects.room import declared
from tests.torture.seeding import token_for

# Ids of bulk rows begin here, clear of what the factories made.
FIRST = 10_000
SEALED_OF = (3, 4)
SEQUENCES = ("subjects", "subject_sides", "contracts", "contract_versions", *COPIED)


def drafts(w: factories.World, template: Contract, count: int) -> None:
    """`count` drafts of A with terms, a client and an operator each, under one act."""
    client, operator, version = w.org("agency"), w.org("operator"), template.current
    with act(w.actor("officer"), Permission.CONTRACT_DRAFT, ref="contract:bulk") as running:
        stamp = {"act_id": running.id, "row_version": 1}
        keys = range(FIRST, FIRST + count)
        subject = {"kind": SubjectKind.CONTRACT, "region_id": client.region_id, **stamp}
        insert(Subject, ({"id": key, "code": f"HT-9{key:09d}", "title": f"批量合同 {key}", **subject} for key in keys))
        sides = ((client.id, Side.MANAGEMENT, PartyRole.CLIENT), (operator.id, Side.OPERATION, PartyRole.OPERATOR))
        for place, (organisation_id, side, role) in enumerate(sides):
            one = {"organisation_id": organisation_id, "side": side, **stamp}
            insert(SubjectSide, ({"id": 2 * key + place, "subject_id": key, **one} for key in keys))
            insert(Party, ({"id": 2 * key + place, "subject_id": key, "role": role, **one} for key in keys))
        insert(
            Contract,
            ({"id": key, "code": f"HT-9{key:09d}", "subject_id": key, "state": "draft", **stamp} for key in keys),
        )
        insert(ContractVersion, (_version(key, version) | stamp for key in keys))


def _version(key: int, template: ContractVersion) -> dict[str, Any]:
    names = ("mode_entry_id", "term_from", "term_until", "payment_terms", "point_fen", "cap_percent", "data_terms")
    alone = ("alone_reason", "alone_method", "alone_reference")
    copied = {name: getattr(template, name) for name in (*names, *alone, "exit_terms")}
    fixed = {"number": 1, "state": "draft", "mode_kind": "contract_mode", "extension_basis": "", "exclusive_basis": ""}
    return {"id": key, "contract_id": key, "amount_fen": 1_000_000 + key, "exclusive": False, **fixed, **copied}


def submissions(w: factories.World, template: Contract, count: int) -> None:
    """Three of four are out for signing, with a sealed text of the usual length."""
    last, sealed = FIRST + count, template.current
    chosen = {"low": FIRST, "high": last, "part": SEALED_OF[0], "of": SEALED_OF[1]}
    with act(w.actor("officer"), Permission.CONTRACT_SUBMIT, ref="contract:bulk") as running:
        content = {
            "state": VersionState.SIGNING, "content": sealed.content, "digest_sha256": sealed.digest_sha256,
            "digest_sm3": sealed.digest_sm3, "sealed_at": now(), "submitted_by": w.user("officer").id,
        }  # fmt: skip
        for model, values in (
            (ContractVersion, content),
            (Subject, {"parties_frozen_at": now()}),
            (Contract, {"state": ContractState.SIGNING}),
        ):
            table = model.__table__
            which = sa.text("id >= :low AND id < :high AND id % :of < :part").bindparams(**chosen)
            changed = {**values, "act_id": running.id, "row_version": table.c.row_version + 1}
            db.session.execute(sa.update(table).where(which).values(changed))


def leaves(w: factories.World, count: int) -> None:
    """Further leaves as acts write them: one changed field, an actor, a salt."""
    actor = w.actor("officer")
    said, begin = canonical_json(jsonable(actor)), datetime(2026, 1, 1, tzinfo=UTC)
    first = (db.session.scalar(sa.select(sa.func.max(TrailEntry.seq))) or 0) + 1
    insert(TrailEntry, (_leaf(actor, said, seq, begin + timedelta(seconds=seq)) for seq in range(first, first + count)))


def _leaf(actor: Any, said: str, seq: int, at: datetime) -> dict[str, Any]:
    key = uuid.uuid4()
    changes = {"contract_versions:1": {"payment_terms": ["按月付款。", f"按季考核后付款，第 {seq} 次修改。"]}}
    leaf = Leaf(
        id=key.hex, seq=seq, at=at, actor=said, verb=Permission.CONTRACT_DRAFT.value, ref=f"contract:HT-9{seq:09d}",
        request_id=secrets.token_hex(8), salt=secrets.token_hex(16),
        details=canonical_json({"reason": "", "changes": changes, "notes": {}}),
    )  # fmt: skip
    hashes = leaf.hashes()
    facts = {name: value for name, value in vars(leaf).items() if name != "id"}
    ours = {"id": key, "user_id": actor.user_id, "organisation_id": actor.organisation_id}
    return {**facts, **ours, "sha256": hashes.sha256, "sm3": hashes.sm3}


def session_of(w: factories.World, key: str) -> str:
    opaque, user = secrets.token_urlsafe(32), w.user(key)
    facts = {"data": json.dumps({"user_id": user.id}), "user_id": user.id, "ip": "", "agent": ""}
    db.session.add(WebSession(key_hash=key_hash(opaque), created_at=now(), last_seen_at=now(), **facts))
    return opaque


def continue_sequences() -> None:
    """PostgreSQL gives its own ids after ours."""
    if is_postgresql():
        for table in SEQUENCES:
            highest = sa.text(f"SELECT max(id) FROM {table}")  # noqa: S608 - our own names
            sequence = sa.func.pg_get_serial_sequence(table, "id")
            db.session.execute(sa.select(sa.func.setval(sequence, db.session.scalar(highest))))


def main(contracts: int, extra: int, projects: int) -> None:
    app = create_app()
    with app.app_context():
        upgrade()
        with unit_of_work():
            w = factories.world()
            template = factories.signing(w)
            drafts(w, template, contracts)
            submissions(w, template, contracts)
            copies(w, declared(w), projects)
            continue_sequences()
            leaves(w, extra)
            tokens = [token_for(w, "officer", name=f"client {number}") for number in range(4)]
            sessions = {key: session_of(w, key) for key in ("officer", "authority_officer")}
            seal()
            code = template.code
        with db.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("ANALYZE"))
        db.engine.dispose()
    print(json.dumps({"code": code, "tokens": tokens, "sessions": sessions}))


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:4]))
