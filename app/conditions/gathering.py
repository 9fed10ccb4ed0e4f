"""Collecting the facts of a subject from the rooms that keep them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import current_app, has_app_context
from sqlalchemy.orm import selectinload

from app.catalogues.queries import parsed
from app.conditions.facts import KEPT, Value
from app.conditions.jurisdiction import NATIONAL, Chosen
from app.core.batches import batched, together
from app.core.db import db
from app.organisations.models import Region
from app.subjects.models import Subject

# So many subjects are read at once: one read holds their keys, and what was read fits in memory.
AT_ONCE = 500

T = TypeVar("T")


@dataclass(frozen=True)
class Provider:
    """What a room knows of a subject: it leaves out what is not known. `groups` are the first parts of the names of the
    facts that it gives; it is only asked where one of them is wanted."""

    groups: frozenset[str]
    give: Callable[[Subject], Mapping[str, Value]]


# The word of a code of a closed list, in the reader's language; of a code that left the list, the code.
Words = Callable[[str], Any]


def facts_of(subject: Subject, names: Collection[str] | None = None) -> dict[str, Value]:
    """Every known fact of a subject by name; a fact that no room gave is unknown. With `names` only the rooms that
    give these are asked."""
    if names is None:
        return _gathered(subject, _providers())
    groups = {name.partition(".")[0] for name in names}
    return _gathered(subject, (one for one in _providers() if one.groups & groups))


def of_many(subjects: Sequence[int], look: Callable[[Subject], T]) -> Iterator[T]:
    """What `look` finds for each of many subjects (by id, in this order of ids), with few reads for all of them.

    `look` only reads: what it would change may not be seen by what comes after it.
    """
    regions = db.session.scalars(sa.select(Region)).all()
    for some in batched(sorted(subjects), AT_ONCE):
        found = sa.select(Subject).where(Subject.id.in_(some)).order_by(Subject.id)
        with together(some):
            seen = [look(one) for one in db.session.scalars(found.options(selectinload(Subject.parties)))]
        yield from seen
    del regions  # Held until here, so that none of them is read again for every subject.


def _providers() -> tuple[Provider, ...]:
    found: tuple[Provider, ...] = current_app.extensions["fact_providers"]
    return found


def _gathered(subject: Subject, providers: Iterable[Provider]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for provider in providers:
        given = provider.give(subject)
        strangers = {name for name in given if name not in KEPT or name.partition(".")[0] not in provider.groups}
        if strangers or given.keys() & found.keys():
            wrong = sorted(strangers | given.keys() & found.keys())
            raise LookupError(f"facts that are unnamed, not kept, or given twice: {wrong}")
        found.update(given)
    return found


def word_of(name: str, code: str) -> str:
    """The word of a code that a fact took from a closed list; what is on no list is shown as it is."""
    lists: Mapping[str, Words] = current_app.extensions["fact_words"]
    return str(lists[name](code)) if name in lists else code


def codes_of(name: str) -> tuple[str, ...]:
    """The codes of the closed list that a fact's codes are taken from; of a list that grows, or where no application
    runs, none."""
    if not has_app_context():
        return ()
    lists: Mapping[str, Words] = current_app.extensions["fact_words"]
    return tuple(getattr(lists.get(name), "codes", ()))


def divisions_of(subject: Subject) -> tuple[str, ...]:
    """The names of the subject's region and of all above it, as rules name their jurisdiction."""
    found = [subject.region]
    while found[-1].parent is not None:
        found.append(found[-1].parent)
    return tuple(region.name_zh for region in found)


def practice_of(subject: Subject) -> Chosen:
    """What the practice that was chosen for a subject brings and leaves out, by the version that was chosen."""
    entry = subject.practice_entry
    if entry is None:
        return NATIONAL
    found: Chosen = parsed(entry).chosen
    return found
