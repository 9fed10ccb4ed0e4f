"""The rules that are in force in this installation, and the closed lists of facts of the running application."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from app.calendars.flaws import Flaw
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, parsed, this_catalogue
from app.catalogues.wording import N_
from app.conditions.gathering import codes_of, word_of
from app.core.clock import today
from app.core.db import db
from app.negative_lists.judging import ITEM_KIND
from app.practices.packaged_practices import KIND as PRACTICE_KIND
from app.whatif import rules
from app.whatif.rules import MODE_KIND, PUBLISHED, REGION_KIND, Rules, RulesOn

# So many days are kept at hand while one list of inputs is answered.
MOST_DAYS = 32
KINDS = (ITEM_KIND, PRACTICE_KIND, REGION_KIND, MODE_KIND)


def packaged(on: date | None) -> Rules:
    """Those of the packaged files with the closed lists of the application; no database is opened."""
    return replace(rules.packaged_rules(on), codes=codes_of, shown=_shown, comma=_comma())


def published() -> RulesOn:
    """Those in force in this installation, read once for each day that is asked for."""
    return lru_cache(maxsize=MOST_DAYS)(_published)


def _published(on: date | None) -> Rules:
    day = on or today()
    found = {kind: list(all_current(kind, day)) for kind in KINDS}
    if not found[ITEM_KIND]:
        raise _nothing_in_force(on, day)
    places = this_catalogue().kinds[REGION_KIND].places
    return Rules(
        name=PUBLISHED,
        items=tuple(parsed(entry) for entry in found[ITEM_KIND]),
        practices={entry.code: parsed(entry).chosen for entry in found[PRACTICE_KIND]},
        places=frozenset(name for entry in found[REGION_KIND] for name in places(parsed(entry))),
        modes=tuple(entry.code for entry in found[MODE_KIND]),
        day=day,
        versions=_versions(entry for some in found.values() for entry in some),
        trees=tuple(entry.code for entry in found[REGION_KIND]),
        codes=codes_of,
        shown=_shown,
        comma=_comma(),
    )


def _shown(fact: str, code: str) -> str:
    """A code with its word in the reader's language; one of a catalogue is its own word."""
    word = word_of(fact, code) if codes_of(fact) else code
    return str(_("%(code)s（%(word)s）", code=code, word=word)) if word != code else code


def _comma() -> str:
    return str(_("、"))


def _nothing_in_force(on: date | None, day: date) -> Flaw:
    if on is not None:
        return Flaw(N_("%(day)s 没有生效的负面清单条目，请写另一天。"), "on", day=day.isoformat())
    return Flaw(N_("本系统还没有载入负面清单，请先运行 flask catalog load。"))


def _versions(entries: Iterable[CatalogueEntry]) -> dict[tuple[str, str], int]:
    return {(entry.kind, entry.code): entry.version for entry in entries}


def has_database() -> bool:
    """Whether there is a database with rules to read; a file that is not there is not made by looking for it."""
    if "sqlalchemy" not in current_app.extensions:
        return False
    file = db.engine.url.database
    if db.engine.dialect.name == "sqlite" and not (file and Path(file).is_file()):
        return False
    try:
        return sa.inspect(db.session.connection()).has_table(CatalogueEntry.__tablename__)
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        return False
