"""What the form `screen` judges by: items, practices, divisions, closed lists; packaged, or as they are handed in."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from app.calendars.flaws import Flaw
from app.catalogues.files import RawEntry, read_file
from app.catalogues.reading import Bilingual, Head
from app.catalogues.wording import N_
from app.conditions.cel import Condition
from app.conditions.closed import Codes
from app.conditions.jurisdiction import NATIONAL, Chosen
from app.indicators.definitions import Measure
from app.negative_lists.packaged_items import items_under
from app.organisations.region_file import parse_regions, places_of
from app.practices.packaged_practices import KIND as PRACTICE_KIND
from app.practices.packaged_practices import packaged_choice, packaged_entries

# Said with every answer: the rules that come with the product, or those that are in force in this installation.
PACKAGED = "packaged"
PUBLISHED = "published"
REGION_KIND = "region_tree"
MODE_KIND = "contract_mode"
# Facts whose codes are entries of a catalogue, and those of a plain list.
MODE_FACTS = frozenset({"contract.mode", "project.operating_mode"})
LISTED_FACTS: Mapping[str, tuple[str, ...]] = {"contract.measures": tuple(one.value for one in Measure)}
ROOMS = Path(__file__).parent.parent


class Judged(Protocol):
    """What an item is judged by and told with, packaged or published."""

    @property
    def head(self) -> Head: ...
    @property
    def list(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def condition(self) -> Condition | None: ...
    @property
    def question(self) -> Bilingual | None: ...
    @property
    def remedy(self) -> Bilingual: ...


def nothing_closed(_fact: str) -> tuple[str, ...]:
    return ()


def as_written(_fact: str, code: str) -> str:
    return code


@dataclass(frozen=True)
class Rules:
    """All items with those of every practice, the practices by code, the names of divisions and the contract modes.

    `versions` and `trees` are there for published rules only: the version of each entry by kind and code, and the codes
    of the entries that bring the divisions. `codes` are the closed lists of facts, `shown` says one of their codes with
    its word, `comma` stands between several.
    """

    name: str
    items: tuple[Judged, ...]
    practices: Mapping[str, Chosen]
    places: frozenset[str]
    modes: tuple[str, ...]
    day: date | None = None
    versions: Mapping[tuple[str, str], int] = field(default_factory=dict)
    trees: tuple[str, ...] = ()
    codes: Codes = nothing_closed
    shown: Callable[[str, str], str] = as_written
    comma: str = "、"

    def under(self, practice: str) -> tuple[Judged, ...]:
        """The items that there are under a practice: its own and those that it brings, beside those of nobody."""
        chosen = self.chosen(practice)
        return tuple(
            one for one in self.items if one.head.practice in {"", chosen.code} or one.head.code in chosen.brings
        )

    def chosen(self, practice: str) -> Chosen:
        return self.practices[practice] if practice else NATIONAL

    def allowed(self, fact: str) -> tuple[str, ...]:
        """The closed list of a fact; empty where its values are free."""
        return self.modes if fact in MODE_FACTS else LISTED_FACTS.get(fact) or self.codes(fact)


# The rules of a day; of today where none is named.
RulesOn = Callable[[date | None], Rules]


def packaged_rules(on: date | None = None) -> Rules:
    """Those of the packaged files; files have no versions, so that no other day can be asked of them."""
    if on is not None:
        raise Flaw(N_("产品自带的规则没有历次版本，不能写 on；按本系统某日生效的规则试算，请加 --published。"), "on")
    return _packaged()


@lru_cache(maxsize=1)
def _packaged() -> Rules:
    codes = sorted({raw.code for raw in packaged_entries(PRACTICE_KIND)})
    items = {one.head.code: one for code in ("", *codes) for one in items_under(code)}
    trees = [parse_regions(raw.content) for raw in _entries("organisations", REGION_KIND)]
    return Rules(
        name=PACKAGED,
        items=tuple(items[code] for code in sorted(items)),
        practices={code: packaged_choice(code) for code in codes},
        places=frozenset(name for tree in trees for name in places_of(tree)),
        modes=tuple(raw.code for raw in _entries("contracts", MODE_KIND)),
    )


def _entries(room: str, kind: str) -> Iterable[RawEntry]:
    files = [read_file(path, path.name) for path in sorted((ROOMS / room / "catalog").glob("*.yaml"))]
    return (raw for file in files for raw in file.entries if file.kind_of(raw) == kind)


def versions_used(rules: Rules, used: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Kind, code and version of each entry that an answer rests on."""
    return [{"kind": kind, "code": code, "version": rules.versions[kind, code]} for kind, code in used]
