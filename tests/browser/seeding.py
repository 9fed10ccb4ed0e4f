"""Fills an installation for the browser: the world, a contract in each state, files, sessions; prints JSON.

`python -m tests.browser.seeding`
"""

# ruff: noqa: T201 - a program that is run by another and answers on standard output

from __future__ import annotations

import io
import json
import secrets

import sqlalchemy as sa
from flask_migrate import upgrade
from werkzeug.datastructures import FileStorage

from app import create_app
from app.accounts.models import WebSession
from app.accounts.sessions import key_hash
from app.audit import act
from app.audit.heads import seal
from app.contracts import actions as contracts
from app.core.clock import clock, now
from app.core.db import db, unit_of_work
from app.core.permissions import Permission
from app.evidence.models import EvidenceFile
from app.inspections.finding_models import Finding
from app.organisations.models import Organisation
from app.services.models import Service
from tests import factories
from tests.browser.begun import LONG_AGO, begun, long_ago
from tests.browser.judged import judged

PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
# Services under names that the browser types.
SERVICES = ("粤省事在线申办服务", "政务热线受理服务")

# Columns of what people wrote about contracts and projects.
WRITTEN = (
    *("subjects.title", "procurements.title", "obligations.text", "intake_previews.file_name", "intakes.file_name"),
    *("cost_lines.name", "planned_services.name", "data_items.name", "targets.name"),
)


def settled(w: factories.World, key: str) -> None:
    """The first password counts as changed: how it is changed is not what the browser tests are about."""
    with act(w.actor(key), Permission.PROFILE_UPDATE, ref=f"account:{factories.login_of(key)}"):
        w.user(key).must_change_password = False


def session_of(w: factories.World, key: str, **facts: object) -> str:
    """A signed-in session; returns what the cookie holds."""
    opaque, user = secrets.token_urlsafe(32), w.user(key)
    row = WebSession(key_hash=key_hash(opaque), user_id=user.id, created_at=now(), last_seen_at=now(), ip="", agent="")
    row.data = json.dumps({"user_id": user.id, **facts})
    db.session.add(row)
    return opaque


def attach(w: factories.World, contract: contracts.Contract) -> EvidenceFile:
    upload = FileStorage(io.BytesIO(PAPER), filename="验收报告.pdf", content_type="application/pdf")
    return contracts.attach_file(w.actor("officer"), contract, upload, "验收")


def fill() -> dict[str, object]:
    with clock.at(now() - LONG_AGO):
        w = factories.world()
        for key in factories.PEOPLE:
            settled(w, key)
    forgotten = long_ago(w)
    for name in SERVICES:
        factories.service(w.actor("officer"), name)
    made = {state: make(w) for state, make in factories.CONTRACTS.items()}
    attach(w, made["in_force"])
    seen = judged(w)
    pages = begun(w, forgotten)
    seal()
    db.session.flush()
    return {
        "contracts": {state: contract.code for state, contract in made.items()},
        "line": made["draft"].current.lines[0].id,
        "level": made["draft"].current.lines[0].levels[0].id,
        "service": made["draft"].current.lines[0].service.code,
        "judged": seen,
        "begun": pages,
        "sessions": {key: session_of(w, key) for key in factories.PEOPLE},
        "english": {key: session_of(w, key, locale="en") for key in factories.PEOPLE},
        "names": names(),
    }


def names() -> list[str]:
    """What people and organisations wrote themselves, in Chinese only: data, in any language of the page."""
    found = [*db.session.scalars(sa.select(Organisation.name_zh)), *db.session.scalars(sa.select(Service.name_zh))]
    found += [name for name, _kind, _place, _sides in factories.ORGANISATIONS.values()]
    found += [name for name, _employer, _roles in factories.PEOPLE.values()]
    # What people wrote: units of services, a finding.
    found += [*db.session.scalars(sa.select(Service.unit)), *db.session.scalars(sa.select(Finding.text))]
    for column in WRITTEN:
        table, name = column.split(".")
        found += db.session.scalars(sa.text(f"SELECT {name} FROM {table}"))
    return sorted({one for one in found if one}, key=len, reverse=True)


def main() -> None:
    app = create_app()
    with app.app_context():
        upgrade()
        with unit_of_work():
            seeded = fill()
        db.engine.dispose()
    print(json.dumps(seeded))


if __name__ == "__main__":
    main()
