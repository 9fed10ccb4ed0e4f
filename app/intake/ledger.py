"""Importing a ledger of applications: looked at without storing, or stored whole; a changed row is a new version."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from enum import Enum
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import act
from app.audit.acts import current_act
from app.core.actors import Actor, must
from app.core.canonical import digest_both
from app.core.clock import now, today
from app.core.db import db, serialise
from app.core.errors import NotAllowed, Problem, Refused
from app.core.permissions import Permission
from app.core.workbooks import BookFlaw
from app.evidence import store
from app.evidence.file_types import clean_name
from app.intake.ledger_rules import Entry, Judged, Key, Known, Planned, Standing, judge
from app.intake.rules import fold_name
from app.intake.sheet import Row, read_ledger
from app.intake.wording import explain_file, explain_row
from app.organisations.models import Mandate, MandateKind, Organisation, Region
from app.services.models import LedgerEntry, LedgerImport, Service, ServiceCategory, ServiceState
from app.services.queries import newest_version

IMPORT = Permission.LEDGER_IMPORT
LONGEST_NAME = 200


def look(actor: Actor, content: bytes) -> Judged:
    """What a file would bring, or every reason why it brings nothing; stores nothing."""
    organisation_id = _organisation_of(actor)
    rows = _rows(content)
    return judge([(row.line, row.cells) for row in rows], _known(organisation_id, rows))


def import_ledger(actor: Actor, file_name: str, content: bytes) -> tuple[LedgerImport | None, Judged]:
    """Stores every new and changed row of a file, or nothing; without any there is nothing to store."""
    organisation_id = _organisation_of(actor)
    serialise("ledger")
    found = look(actor, content)
    if found.problems:
        raise Refused([explain_row(one) for one in found.problems])
    if not found.planned:
        return None, found
    digests = digest_both(content)
    with act(actor, IMPORT, ref=f"ledger:{digests.sha256[:12]}") as running:
        running.note(rows=len(found.planned) + found.unchanged, file=file_name)
        store.put(content, digests.sha256)
        made = LedgerImport(
            organisation_id=organisation_id,
            user_id=actor.user_id,
            file_name=clean_name(file_name)[:LONGEST_NAME],
            sha256=digests.sha256,
            sm3=digests.sm3,
            size=len(content),
            added=found.added,
            changed=found.changed,
            unchanged=found.unchanged,
            imported_at=now(),
        )
        db.session.add(made)
        db.session.flush()
        _store(made, found.planned)
    return made, found


def _store(made: LedgerImport, planned: Iterable[Planned]) -> None:
    """All at once: the file that says everything is kept under the digest that the trail has."""
    under = current_act(db.session()).id
    rows = [
        {
            **asdict(one.entry),
            "category": ServiceCategory(one.entry.category) if one.entry.category else None,
            "state": ServiceState(one.entry.state),
            "organisation_id": made.organisation_id,
            "import_id": made.id,
            "line": one.line,
            "version": one.version,
            "sha256": one.sha256,
            "act_id": under,
        }
        for one in planned
    ]
    db.session.execute(sa.insert(LedgerEntry), rows)


def _organisation_of(actor: Actor) -> int:
    must(actor, IMPORT)
    if actor.organisation_id is None:
        raise NotAllowed(Problem(_("只有机构的经办人可以导入台账。"), remedy=_("请先切换身份。")))
    return actor.organisation_id


def _rows(content: bytes) -> tuple[Row, ...]:
    try:
        return read_ledger(content)
    except BookFlaw as flaw:
        raise Refused(explain_file(flaw)) from flaw


# --- what stands -----------------------------------------------------------------------------------------------------


def _known(organisation_id: int, rows: Iterable[Row]) -> Known:
    owners = {row.cells.get("owner", "") for row in rows}
    regions: dict[str, tuple[int, ...]] = {}
    for one in db.session.execute(sa.select(Region.id, Region.code, Region.name_zh)):
        for name in {one.code, one.name_zh}:
            regions[name] = (*regions.get(name, ()), one.id)
    return Known(
        today=today(),
        regions=regions,
        own=_own_regions(organisation_id),
        organisations=_organisations(owners),
        present=_present(organisation_id),
        named=_named(),
    )


def _own_regions(organisation_id: int) -> frozenset[int]:
    """The regions that the importing authority is competent for, and all below them."""
    paths = db.session.scalars(
        sa.select(Region.path)
        .join(Mandate, Mandate.region_id == Region.id)
        .where(
            Mandate.organisation_id == organisation_id,
            Mandate.kind == MandateKind.COMPETENT,
            Mandate.valid_from <= today(),
            sa.or_(Mandate.valid_until.is_(None), Mandate.valid_until >= today()),
        )
    ).all()
    every = db.session.execute(sa.select(Region.id, Region.path))
    return frozenset(one.id for one in every if any(one.path.startswith(path) for path in paths))


def _organisations(given: set[str]) -> dict[str, tuple[int, str]]:
    """Registered organisations by code, and by a name that only one bears."""
    every = db.session.execute(sa.select(Organisation.id, Organisation.code, Organisation.name_zh)).all()
    names = [one.name_zh for one in every]
    by_name = {one.name_zh: (one.id, one.name_zh) for one in every if one.name_zh in given}
    alone = {name: found for name, found in by_name.items() if names.count(name) == 1}
    return alone | {one.code: (one.id, one.name_zh) for one in every if one.code in given}


def _present(organisation_id: int) -> dict[Key, Standing]:
    """The newest version of everything that it imported, whole, so that a changed row can say what it changes."""
    names = [one.name for one in fields(Entry)]
    columns = [getattr(LedgerEntry, name) for name in names]
    rows = db.session.execute(
        sa.select(*columns, LedgerEntry.version, LedgerEntry.sha256).where(
            LedgerEntry.organisation_id == organisation_id, newest_version()
        )
    )
    return {
        (row.source_system, row.source_id): Standing(
            row.version, row.sha256, Entry(**{name: _plain(getattr(row, name)) for name in names})
        )
        for row in rows
    }


def _plain(value: Any) -> Any:
    """As a row of a file says it."""
    return value.value if isinstance(value, Enum) else value


def _named() -> dict[Key, tuple[tuple[Key, str], ...]]:
    """Everything on the ledger by name and owner: registered services, and entries of every import."""
    found: dict[Key, tuple[tuple[Key, str], ...]] = {}
    services = sa.select(Service.code, Service.name_zh, Organisation.name_zh.label("owner")).join(
        Organisation, Organisation.id == Service.owner_id
    )
    entries = sa.select(
        *(LedgerEntry.source_system, LedgerEntry.source_id, LedgerEntry.name, LedgerEntry.owner_name)
    ).where(newest_version())
    standing = [
        *((("", one.code), one.name_zh, one.owner, one.code) for one in db.session.execute(services)),
        *(
            ((one.source_system, one.source_id), one.name, one.owner_name, f"{one.source_system} {one.source_id}")
            for one in db.session.execute(entries)
        ),
    ]
    for key, name, owner, words in standing:
        place = fold_name(name), fold_name(owner)
        found[place] = (*found.get(place, ()), (key, words))
    return found
