"""What differs between the contents of two versions of a declaration: pure, part by part."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Sections whose fields are compared one by one, and lists whose lines are found again by what they name.
SECTIONS = ("basics", "money", "operation")
PLAIN = ("title", "practice", "no_data", "no_components")
LISTS: Mapping[str, tuple[str, ...]] = {
    "parties": ("role", "code"),
    "costs": ("category", "name"),
    "services": ("name",),
    "data_items": ("name",),
    "components": ("component",),
    "targets": ("name",),
}


@dataclass(frozen=True)
class Difference:
    """One thing that was changed: a field of a section, or a line of a list (None: was or is not there)."""

    section: str
    key: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Everything that differs, in the order of the declaration; the number of the version does not count."""
    return (*_plain(before, after), *_fields(before, after), *_lines(before, after))


def _plain(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for key in PLAIN:
        # What follows no practice says nothing of one.
        if before.get(key) != after.get(key):
            yield Difference("basics", key, before.get(key), after.get(key))


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for section in SECTIONS:
        for key, value in after[section].items():
            if before[section].get(key) != value:
                yield Difference(section, key, before[section].get(key), value)


def _lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for section, names in LISTS.items():
        old, new = _by_name(before[section], names), _by_name(after[section], names)
        for key in dict.fromkeys((*old, *new)):
            if old.get(key) != new.get(key):
                yield Difference(section, " ".join(key[:-1]), old.get(key), new.get(key))


def _by_name(lines: list[dict[str, Any]], names: tuple[str, ...]) -> dict[tuple[str, ...], dict[str, Any]]:
    """Lines by what they name; the second of the same name is told apart by a count. Their numbers do not count."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for line in lines:
        key = tuple(str(line[name]) for name in names)
        count = sum(1 for other in found if other[:-1] == key)
        found[(*key, str(count))] = {name: value for name, value in line.items() if name != "line"}
    return found
