"""Reads a catalogue entry of regions: codes and names of the five levels, each under the right parent."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.catalogues.reading import Head, Reader, read_head
from app.catalogues.wording import N_


class Level(StrEnum):
    """The five levels, high to low; the values are those of the regions table."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


# Key in the file, level, digits of its codes: the leading digits of the national 12-digit statistical code.
LEVELS = (
    ("provinces", Level.PROVINCE, 2),
    ("cities", Level.CITY, 4),
    ("counties", Level.COUNTY, 6),
    ("townships", Level.TOWNSHIP, 9),
    ("villages", Level.VILLAGE, 12),
)
PARENT_DIGITS = {4: 2, 6: 4, 9: 6, 12: 9}


@dataclass(frozen=True)
class Region:
    """One region; `parent_code` is None for a province only."""

    code: str
    name_zh: str
    name_en: str | None
    level: Level
    parent_code: str | None


@dataclass(frozen=True)
class RegionTree:
    """Regions in an order in which every parent comes before its children. `elsewhere` are names outside of the tree
    under which rules of other places are kept: nothing of the product lies there."""

    head: Head
    regions: tuple[Region, ...]
    elsewhere: tuple[str, ...] = ()

    def at(self, level: Level) -> list[Region]:
        return [region for region in self.regions if region.level is level]


def parse_regions(content: dict[str, Any]) -> RegionTree:
    """Reads one entry strictly; every bad code, name and missing parent is reported at once."""
    reader = Reader(content)
    head = read_head(reader)
    found: dict[str, Region] = {}
    for key, level, digits in LEVELS:
        if level is Level.PROVINCE or reader.has(key):
            for code, name in reader.mapping(key).items():
                place = f"{key}.{code}"
                region = Region(code, *_names(reader, place, name), level, _parent(reader, place, digits, found))
                found[code] = region
    elsewhere = _elsewhere(reader)
    reader.finish()
    return RegionTree(head, tuple(found.values()), elsewhere)


def _elsewhere(reader: Reader) -> tuple[str, ...]:
    names = reader.data["elsewhere"] if reader.has("elsewhere") else []
    if isinstance(names, list) and all(isinstance(one, str) and 0 < len(one) <= 100 for one in names):
        return tuple(names)
    reader.refuse("elsewhere", N_("名称不对"), N_("请写成地名的列表。"))
    return ()


def places_of(tree: RegionTree) -> Iterator[str]:
    """Every name under which a rule may hold."""
    yield from (region.name_zh for region in tree.regions)
    yield from tree.elsewhere


def _names(reader: Reader, place: str, name: Any) -> tuple[str, str | None]:
    """A Chinese name, or a Chinese and an English one."""
    names = name if isinstance(name, list) else [name]
    if len(names) in {1, 2} and all(isinstance(one, str) and 0 < len(one) <= 100 for one in names):
        return names[0], names[1] if len(names) > 1 else None
    reader.refuse(place, N_("名称不对"), N_("请写中文名称，或 [中文名称, 英文名称]。"))
    return "", None


def _parent(reader: Reader, place: str, digits: int, found: dict[str, Region]) -> str | None:
    code = place.rpartition(".")[2]
    if len(code) != digits or not (code.isascii() and code.isdigit()):
        reader.refuse(place, N_("区划代码 %(code)s 不对", code=code), N_("这一级的代码应为 %(n)s 位数字。", n=digits))
        return None
    if digits not in PARENT_DIGITS:
        return None
    for parent in _possible_parents(code, digits):
        if parent in found:
            return parent
    reader.refuse(place, N_("%(code)s 没有上级", code=code), N_("请先写上它的上级区划。"))
    return None


def _possible_parents(code: str, digits: int) -> Iterator[str]:
    yield code[: PARENT_DIGITS[digits]]
    # A city without districts (东莞, 中山) writes 00 in their place: its townships lie directly below the city.
    if digits == 9 and code[4:6] == "00":
        yield code[:4]
