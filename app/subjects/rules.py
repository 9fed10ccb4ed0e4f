"""Separation of managing, operating and watching: which organisations may not meet in one subject, and why."""

from collections.abc import Iterable
from dataclasses import dataclass

MANAGEMENT = "management"
OPERATION = "operation"
SUPERVISION = "supervision"


@dataclass(frozen=True)
class Standing:
    """An organisation and the side it holds in a subject."""

    organisation_id: int
    side: str


@dataclass(frozen=True)
class Control:
    """`controller_id` controls `controlled_id` today; `through_company` is false for a state asset holder."""

    controller_id: int
    controlled_id: int
    through_company: bool


@dataclass(frozen=True)
class Conflict:
    """Two organisations on different sides that may not meet: `two_sides`, `controls` or `same_group`."""

    kind: str
    first_id: int
    second_id: int
    controller_id: int | None = None


def conflicts(standings: Iterable[Standing], controls: Iterable[Control]) -> list[Conflict]:
    """Every conflict at once (domain.md 1; I1, I3).

    One organisation on two sides; a party controlled by a party of another side; two parties of different sides
    under one company. State ownership alone is disclosed, not a conflict.
    """
    listed = sorted(set(standings), key=lambda one: (one.organisation_id, one.side))
    over = _controllers(controls)
    found = []
    for place, first in enumerate(listed):
        for second in listed[place + 1 :]:
            conflict = _between(first, second, over) if first.side != second.side else None
            if conflict:
                found.append(conflict)
    return found


def _controllers(controls: Iterable[Control]) -> dict[int, set[int]]:
    over: dict[int, set[int]] = {}
    for control in controls:
        if control.through_company and control.controller_id != control.controlled_id:
            over.setdefault(control.controlled_id, set()).add(control.controller_id)
    return over


def _between(first: Standing, second: Standing, over: dict[int, set[int]]) -> Conflict | None:
    one, other = first.organisation_id, second.organisation_id
    if one == other:
        return Conflict("two_sides", one, other)
    if one in over.get(other, ()):
        return Conflict("controls", one, other, one)
    if other in over.get(one, ()):
        return Conflict("controls", other, one, other)
    shared = over.get(one, set()) & over.get(other, set())
    return Conflict("same_group", one, other, min(shared)) if shared else None
