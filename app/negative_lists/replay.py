"""Items that are only proposed, run over everything there is: what would be hit, cleared or unknown that is not now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app.conditions.gathering import divisions_of, facts_of, of_many, practice_of
from app.conditions.jurisdiction import in_force_at
from app.core.db import db
from app.gates.queries import codes_at
from app.negative_lists.item_file import Item
from app.negative_lists.kinds import Outcome
from app.negative_lists.queries import item_of, items_in_force
from app.negative_lists.screening import STEPS, Seen, judged, seen_of
from app.subjects.models import Subject, SubjectKind

UNTOLD = frozenset({Outcome.UNKNOWN, Outcome.UNRECORDED})
OPEN = UNTOLD | {Outcome.HIT}


@dataclass(frozen=True)
class Change:
    """An item that would come to something else for one project or contract. `before` is None where the item is not
    judged there now, `after` where it would no longer be."""

    subject_code: str
    title: str
    kind: SubjectKind
    item_code: str
    before: Outcome | None
    after: Outcome | None
    missing: tuple[str, ...] = ()

    @property
    def newly_hit(self) -> bool:
        return self.after is Outcome.HIT

    @property
    def newly_unknown(self) -> bool:
        return self.after in UNTOLD and self.before not in UNTOLD

    @property
    def newly_cleared(self) -> bool:
        return self.before in OPEN and self.after not in OPEN


@dataclass(frozen=True)
class Replay:
    """How many projects and contracts were looked at, and every change, by subject and item."""

    subjects: int
    changes: tuple[Change, ...]

    @property
    def newly_hit(self) -> tuple[Change, ...]:
        return tuple(one for one in self.changes if one.newly_hit)

    @property
    def newly_cleared(self) -> tuple[Change, ...]:
        return tuple(one for one in self.changes if one.newly_cleared)

    @property
    def newly_unknown(self) -> tuple[Change, ...]:
        return tuple(one for one in self.changes if one.newly_unknown)


@dataclass(frozen=True)
class _Pair:
    """One code where something differs: the item that is judged now and the one that would be."""

    code: str
    now: Item | None
    then: Item | None


@dataclass(frozen=True)
class _Place:
    """What differs for all subjects of one kind, region and practice, and the facts that it is judged by."""

    pairs: tuple[_Pair, ...]
    facts: frozenset[str]


def replay(proposed: Mapping[str, Item]) -> Replay:
    """Runs proposed items (by code) over all projects and contracts, at all their steps, over facts of this moment.

    Beside each proposed item also those are compared of which it would take the place, or give it back. Writes nothing.
    """
    now = {entry.code: item_of(entry) for entry in items_in_force()}
    then = {code: item for code, item in (now | dict(proposed)).items() if not _is_closed(item, now.get(code))}
    sets = (tuple(now.values()), tuple(then.values()))
    ids = db.session.scalars(sa.select(Subject.id).where(Subject.kind.in_(STEPS))).all()
    places: dict[tuple[SubjectKind, int, int | None], _Place] = {}

    def changes_of(subject: Subject) -> list[Change]:
        place = (subject.kind, subject.region_id, subject.practice_entry_id)
        if place not in places:
            places[place] = _differing(*(_judged_here(subject, items) for items in sets))
        return _changes(subject, places[place])

    found = [change for changes in of_many(ids, changes_of) for change in changes]
    return Replay(len(ids), tuple(sorted(found, key=lambda one: (one.subject_code, one.item_code))))


def _is_closed(item: Item, current: Item | None) -> bool:
    """Whether a proposal gives a rule in force an end, or an earlier one: what it does then is seen after that day."""
    if current is None or item.head.valid_until is None:
        return False
    return current.head.valid_until is None or item.head.valid_until < current.head.valid_until


def _judged_here(subject: Subject, items: Iterable[Item]) -> dict[str, Item]:
    """The items that are judged at any step of subjects of this kind, region and practice."""
    gates = codes_at(subject, *STEPS[subject.kind])
    here = in_force_at(items, divisions_of(subject), practice_of(subject), lambda one: one.head, lambda one: one.list)
    return {
        one.head.code: one for one in here.rules if one.subject.value == subject.kind.value and gates & {*one.gates}
    }


def _differing(now: Mapping[str, Item], then: Mapping[str, Item]) -> _Place:
    codes = sorted(now.keys() | then.keys())
    pairs = [_Pair(code, now.get(code), then.get(code)) for code in codes if now.get(code) is not then.get(code)]
    conditions = [one.condition for pair in pairs for one in (pair.now, pair.then) if one and one.condition]
    return _Place(tuple(pairs), frozenset(name for condition in conditions for name in condition.facts))


def _changes(subject: Subject, place: _Place) -> list[Change]:
    if not place.pairs:
        return []
    seen = seen_of(subject, facts_of(subject, place.facts))
    return [change for pair in place.pairs if (change := _change(subject, pair, seen)) is not None]


def _change(subject: Subject, pair: _Pair, seen: Seen) -> Change | None:
    before, _missing = _came_to(pair.now, seen)
    after, missing = _came_to(pair.then, seen)
    if before is after:
        return None
    return Change(subject.code, subject.title, subject.kind, pair.code, before, after, missing)


def _came_to(item: Item | None, seen: Seen) -> tuple[Outcome | None, tuple[str, ...]]:
    if item is None:
        return None, ()
    found, _answer = judged(item, seen)
    return Outcome(found.outcome), found.missing
