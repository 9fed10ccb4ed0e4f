"""Which organisations decide on an exemption: the subject's own authority, or one of the level its item asks for."""

from collections.abc import Iterable
from dataclasses import dataclass

AUTHORITY = "authority"
# From the top down; the level of an item is one of the first two.
RANKS = ("province", "city", "county", "township", "village")


@dataclass(frozen=True)
class Ground:
    """A region for which an organisation speaks; `path` is the codes from the province down, so that what lies in it
    begins with it."""

    level: str
    path: str


@dataclass(frozen=True)
class Office:
    """An organisation of the government as far as this rule asks: whether it is the subject's competent authority, and
    the regions that it looks over as such (of a party also the one it sits in)."""

    key: int
    is_party: bool
    grounds: tuple[Ground, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What is asked: at which level, about a matter in which region (its path), by which organisation."""

    level: str
    place: str
    requester: int


def may_decide(asked: Asked, office: Office) -> bool:
    """Whether an organisation may decide; never the one that asks."""
    return office.key != asked.requester and _nearness(asked, office) is not None


def deciders(asked: Asked, offices: Iterable[Office]) -> tuple[int, ...]:
    """Who is asked to decide: the subject's own authority where it may, else the nearest ones that may."""
    able = [office for office in offices if may_decide(asked, office)]
    parties = [office for office in able if office.is_party]
    nearest = max((_nearness(asked, office) or 0 for office in able), default=0)
    return tuple(sorted(one.key for one in parties or able if parties or _nearness(asked, one) == nearest))


def _nearness(asked: Asked, office: Office) -> int | None:
    """How near the nearest region is for which it may decide; None where it may not at all."""
    if asked.level == AUTHORITY:
        return 0 if office.is_party else None
    fitting = [one for one in office.grounds if _reaches(one, asked)]
    return max((RANKS.index(one.level) for one in fitting), default=None)


def _reaches(ground: Ground, asked: Asked) -> bool:
    high_enough = RANKS.index(ground.level) <= RANKS.index(asked.level)
    return high_enough and asked.place.startswith(ground.path)
