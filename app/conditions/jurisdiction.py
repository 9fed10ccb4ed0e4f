"""Where a rule holds: everywhere, or in named divisions and all below them; and which of several rules holds there.

A local rule that overlays another takes its place where it holds. Of several that overlay the same one, the nearest
does: a county's before its city's before its province's. What was beaten stays so when its winner is beaten in turn.
A practice that was chosen brings rules that would not hold otherwise, and leaves out some that would; never law.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from app.catalogues.reading import EVERYWHERE, SEPARATOR, Status

__all__ = ["EVERYWHERE", "NATIONAL", "SEPARATOR", "Chosen", "InForce", "Ruled", "holds_in", "in_force_at"]


@dataclass(frozen=True)
class Chosen:
    """The practice that was chosen for a subject: the codes that it brings from elsewhere, and those it leaves out."""

    code: str = ""
    brings: frozenset[str] = frozenset()
    leaves_out: frozenset[str] = frozenset()


# Where no practice was chosen.
NATIONAL = Chosen()


class Ruled(Protocol):
    """What a rule says of where it holds; every head of a catalogue entry says it."""

    @property
    def code(self) -> str: ...
    @property
    def jurisdiction(self) -> str: ...
    @property
    def overlays(self) -> str: ...
    @property
    def practice(self) -> str: ...
    @property
    def status(self) -> Status: ...


Rule = TypeVar("Rule")


@dataclass(frozen=True)
class InForce(Generic[Rule]):
    """The rules that hold, in the order given; by the code of each that was beaten, the code of what beat it; and the
    rules that the practice leaves out."""

    rules: tuple[Rule, ...]
    beaten: Mapping[str, str]
    left_out: tuple[Rule, ...] = ()

    def standing_for(self, code: str) -> str:
        """The code of the rule that holds in the place of one, over all that were beaten between; its own if none."""
        seen = {code}
        while code in self.beaten and self.beaten[code] not in seen:
            code = self.beaten[code]
            seen.add(code)
        return code


def holds_in(jurisdiction: str, divisions: Iterable[str]) -> bool:
    """Whether a rule of this jurisdiction holds where these divisions lie (a region and all above it, by name)."""
    named = _named(jurisdiction)
    return EVERYWHERE in named or bool(named & set(divisions))


def _alone(_rule: object) -> str:
    return ""


def in_force_at(
    rules: Iterable[Rule],
    divisions: Sequence[str],
    practice: Chosen | str,
    head: Callable[[Rule], Ruled],
    whole: Callable[[Rule], str] = _alone,
) -> InForce[Rule]:
    """The rules that hold where these divisions lie, the nearest first, under the practice that was chosen there.

    An entry that a practice brings holds only where that practice was chosen; the empty text is none. `whole` names
    what a rule is part of: a practice that leaves that out leaves out the rule.
    """
    chosen = Chosen(practice) if isinstance(practice, str) else practice
    holding, left_out = [], []
    for rule in rules:
        said = head(rule)
        if not _reaches(said, divisions, chosen):
            continue
        if {said.code, whole(rule)} & chosen.leaves_out and not said.status.is_law:
            left_out.append(rule)
        else:
            holding.append((rule, said))
    beaten: dict[str, str] = {}
    for said in sorted((said for _rule, said in holding if said.overlays), key=lambda one: _place(one, divisions)):
        winner = beaten.setdefault(said.overlays, said.code)
        if winner != said.code and _rank(said, divisions) > _rank(_of(holding, winner), divisions):
            beaten[said.code] = winner
    found = tuple(rule for rule, said in holding if said.code not in beaten)
    return InForce(found, beaten, tuple(left_out))


def _reaches(said: Ruled, divisions: Sequence[str], chosen: Chosen) -> bool:
    """Whether a rule is one of this place, or was brought here by the practice."""
    if said.code in chosen.brings:
        return True
    return holds_in(said.jurisdiction, divisions) and said.practice in ("", chosen.code)


def _of(holding: Sequence[tuple[Rule, Ruled]], code: str) -> Ruled:
    return next(said for _rule, said in holding if said.code == code)


def _place(said: Ruled, divisions: Sequence[str]) -> tuple[int, int, str]:
    return (*_rank(said, divisions), said.code)


def _rank(said: Ruled, divisions: Sequence[str]) -> tuple[int, int]:
    """How near a rule is: by its division, and where that is the same, one of the chosen practice first."""
    named = _named(said.jurisdiction)
    near = next((place for place, name in enumerate(divisions) if name in named), len(divisions))
    return near, 0 if said.practice else 1


def _named(jurisdiction: str) -> set[str]:
    return {one.strip() for one in jurisdiction.split(SEPARATOR)}
