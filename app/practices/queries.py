"""Practices in force, which may be chosen where, and the one that a project or contract follows."""

from collections.abc import Sequence

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, parsed, versions
from app.conditions.jurisdiction import holds_in
from app.core.clock import today
from app.core.errors import NotFound
from app.organisations.models import Region
from app.practices.practice_file import PRACTICE_KIND, Practice
from app.subjects.models import Subject


def practice_in(entry: CatalogueEntry) -> Practice:
    found: Practice = parsed(entry)
    return found


def practices_in_force() -> Sequence[CatalogueEntry]:
    """The version of every practice that can be chosen today, by code."""
    return all_current(PRACTICE_KIND, today())


def practice_versions(code: str) -> Sequence[CatalogueEntry]:
    """Every version of one practice, newest first; `NotFound` when there is none."""
    found = versions(PRACTICE_KIND, code)
    if not found:
        raise NotFound
    return found


def practice_followed(subject: Subject) -> Practice | None:
    """The practice that a project or contract follows, in the version that was chosen."""
    return practice_in(subject.practice_entry) if subject.practice_entry is not None else None


def to_choose(region: Region) -> list[CatalogueEntry]:
    """The practices that may be chosen in a region; those that come from there first."""
    divisions = _divisions(region)
    found = [one for one in practices_in_force() if holds_in(practice_in(one).head.jurisdiction, divisions)]
    return sorted(found, key=lambda one: practice_in(one).home not in divisions)


def _divisions(region: Region) -> tuple[str, ...]:
    found = [region]
    while found[-1].parent is not None:
        found.append(found[-1].parent)
    return tuple(one.name_zh for one in found)
