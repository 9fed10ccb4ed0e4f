"""What a plan judges of a contract: for every service the items of the scheme for which something is agreed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.indicators.scheme_terms import Item, Member, Qualitative, Scheme

AVAILABILITY = "KI-001"
# What the events of a service tell by themselves, wherever its availability is agreed.
FROM_EVENTS = frozenset({"KI-001", "KI-007", "KI-008"})
VOLUME, ONLINE, ATTAINMENT = "KI-040", "KI-042", "KI-043"


@dataclass(frozen=True)
class Agreement:
    """One service line: the indicators agreed for the plan's periods, those measured in them, those agreed at all."""

    service: str
    levels: frozenset[str]
    measured: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    has_baseline: bool = False


@dataclass(frozen=True)
class Covered:
    """One service: the scheme's items that are judged, those that nothing is agreed for, levels that no item judges."""

    service: str
    judged: tuple[str, ...]
    unjudged: tuple[str, ...]
    outside: tuple[str, ...]


def is_required(code: str, line: Agreement) -> bool:
    """Whether the scheme's item of an indicator is judged for a service: a level is agreed, or what derives it is."""
    if code in line.levels:
        return True
    if code in FROM_EVENTS:
        return AVAILABILITY in line.levels
    if code == ONLINE:
        return VOLUME in line.measured
    return code == ATTAINMENT and VOLUME in line.measured and line.has_baseline


def covered(scheme: Scheme, line: Agreement) -> Covered:
    """The scheme against one line; what people judge is judged for every service."""
    items = list(scheme.items)
    judged = tuple(item.code for item in items if _is_judged(item, line))
    return Covered(
        service=line.service,
        judged=judged,
        unjudged=tuple(item.code for item in items if item.code not in judged),
        outside=tuple(sorted((line.levels | line.elsewhere) - set(judged))),
    )


def _is_judged(item: Item, line: Agreement) -> bool:
    return isinstance(item.function, Qualitative) or is_required(item.code, line)


def judges_figures(scheme: Scheme, lines: Iterable[Agreement]) -> bool:
    """Whether at least one item rests on something agreed, not only on what people think."""
    codes = [item.code for item in scheme.items if not isinstance(item.function, Qualitative)]
    return any(is_required(code, line) for line in lines for code in codes)


def with_shares(members: Iterable[Member], path: tuple[Member, ...] = ()) -> Iterator[tuple[Item, tuple[Member, ...]]]:
    """Every item of the tree with the groups that it lies in, in order."""
    for member in members:
        if isinstance(member, Item):
            yield member, path
        else:
            yield from with_shares(member.members, (*path, member))
