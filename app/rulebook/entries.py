"""An entry of a catalogue as the fields of a form, and the fields as the entry again: nothing is lost either way.

Places are dotted, as findings name them: `name.zh`, `inputs.0.condition`. What a kind's fields do not name stays in the
entry as it was. What is not typed is left out of the entry, as files leave it out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Values = Mapping[str, Any]
Content = dict[str, Any]
LANGUAGES = ("zh", "en")
# More digits than a number has that somebody calculates with.
MOST_DIGITS = 18


class Shape(StrEnum):
    """How a value is typed, and how its entry writes it."""

    LINE = "line"
    TEXT = "text"
    PAIR = "pair"
    PAIR_TEXT = "pair_text"
    CHOICE = "choice"
    ENTRY = "entry"
    SEVERAL = "several"
    ORDERED = "ordered"
    WHOLE = "whole"
    FLAG = "flag"
    DAY = "day"
    CONDITION = "condition"
    INSIDE = "inside"
    ROWS = "rows"


PAIRS = frozenset({Shape.PAIR, Shape.PAIR_TEXT})


@dataclass(frozen=True)
class Field:
    """One key of an entry. `choices` are (value, word); `of` is the kind of entries that are chosen from instead;
    `rows` the fields of each mapping of a list, or of the one mapping inside. `stays`: written even where it is empty.
    """

    key: str
    label: str
    shape: Shape
    hint: str = ""
    choices: tuple[tuple[str, Any], ...] = ()
    of: str = ""
    rows: tuple["Field", ...] = ()
    stays: bool = False


@dataclass(frozen=True)
class Leaf:
    """One input of a form: where it stands in the entry, and which field it is of (one language of a pair, or the
    `number`-th choice, from 1, of several in their order)."""

    place: str
    field: Field
    language: str = ""
    number: int = 0


def leaves(fields: Sequence[Field], content: Content, before: str = "") -> Iterator[Leaf]:
    """Every input that the form of an entry has, in order."""
    for field in fields:
        place = f"{before}{field.key}"
        if field.shape is Shape.ROWS:
            for number, row in enumerate(_rows(content.get(field.key))):
                yield from leaves(field.rows, row, f"{place}.{number}.")
        elif field.shape is Shape.INSIDE:
            yield from leaves(field.rows, _mapping(content.get(field.key)), f"{place}.")
        elif field.shape in PAIRS:
            yield from (Leaf(f"{place}.{language}", field, language) for language in LANGUAGES)
        elif field.shape is Shape.ORDERED:
            turns = len(_turns(field, content.get(field.key)))
            yield from (Leaf(f"{place}.{turn}", field, number=turn + 1) for turn in range(turns))
        else:
            yield Leaf(place, field)


def spread(fields: Sequence[Field], content: Content, before: str = "") -> dict[str, Any]:
    """What each input of the form holds."""
    found: dict[str, Any] = {}
    for field in fields:
        place, value = f"{before}{field.key}", content.get(field.key)
        if field.shape is Shape.ROWS:
            for number, row in enumerate(_rows(value)):
                found |= spread(field.rows, row, f"{place}.{number}.")
        elif field.shape is Shape.INSIDE:
            found |= spread(field.rows, _mapping(value), f"{place}.")
        else:
            found |= _spread_one(field, value, place)
    return found


def _spread_one(field: Field, value: Any, place: str) -> dict[str, Any]:
    """A field without fields of its own."""
    if field.shape in PAIRS:
        said = value if isinstance(value, dict) else dict.fromkeys(LANGUAGES, value)
        return {f"{place}.{language}": _text(said.get(language)) for language in LANGUAGES}
    if field.shape is Shape.ORDERED:
        return {f"{place}.{turn}": held for turn, held in enumerate(_turns(field, value))}
    if field.shape is Shape.SEVERAL:
        return {place: [_text(one) for one in value] if isinstance(value, list) else []}
    return {place: value is True if field.shape is Shape.FLAG else _text(value)}


def gather(fields: Sequence[Field], values: Values, kept: Content, before: str = "") -> Content:
    """The entry that the inputs say; `kept` is the entry as it was before them."""
    named = {field.key for field in fields}
    made: Content = {key: value for key, value in kept.items() if key not in named}
    for field in fields:
        value = _gathered(field, values, kept.get(field.key), f"{before}{field.key}")
        if value is not None or field.stays:
            made[field.key] = [] if value is None else value
    return made


def _gathered(field: Field, values: Values, kept: Any, place: str) -> Any:
    if field.shape is Shape.ROWS:
        return _gathered_rows(field, values, _rows(kept), place) or None
    if field.shape is Shape.INSIDE:
        return gather(field.rows, values, _mapping(kept), f"{place}.") or None
    if field.shape in PAIRS:
        return _pair(values, kept, place)
    if field.shape is Shape.ORDERED:
        turns = range(len(_turns(field, kept)))
        return [said for turn in turns if (said := _tidy(values.get(f"{place}.{turn}")))] or None
    typed = values.get(place)
    if field.shape is Shape.SEVERAL:
        listed = [one for one in typed or [] if one]
        # Which are meant, not in which order: what was there keeps its order.
        same = isinstance(kept, list) and sorted(map(str, kept)) == sorted(listed)
        return kept if same and listed else listed or None
    if field.shape is Shape.FLAG:
        return True if typed else None
    text = _tidy(typed)
    return _whole(text) if field.shape is Shape.WHOLE else text or None


def _gathered_rows(field: Field, values: Values, kept: list[Content], place: str) -> list[Content]:
    """As many rows as there were: they come and go by `with_row` and `without_row` alone."""
    return [gather(field.rows, values, row, f"{place}.{number}.") for number, row in enumerate(kept)]


def _pair(values: Values, kept: Any, place: str) -> Any:
    said = {language: _tidy(values.get(f"{place}.{language}")) for language in LANGUAGES}
    if isinstance(kept, str) and set(said.values()) == {_tidy(kept)}:
        return kept
    return {language: text for language, text in said.items() if text} or None


def _whole(text: str) -> int | str | None:
    """A whole number; what is none stays as it was typed, so that it can be refused at its place."""
    is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and str(int(text)) == text
    return int(text) if is_number else text or None


def _turns(field: Field, value: Any) -> list[str]:
    """What is chosen first, second and so on: a turn for each that there is to choose, empty after the last."""
    held = [_text(one) for one in value] if isinstance(value, list) else []
    return held + [""] * (len(field.choices) - len(held))


def _rows(value: Any) -> list[Content]:
    return [row if isinstance(row, dict) else {} for row in value] if isinstance(value, list) else []


def _mapping(value: Any) -> Content:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _tidy(typed: Any) -> str:
    return str(typed or "").replace("\r\n", "\n").strip()


# --- changing rows ---------------------------------------------------------------------------------------------------


def with_row(content: Content, place: str) -> Content:
    """The entry with one more, empty row of the list at a place (`inputs`, `features.0.parts`)."""
    return _changed_at(content, place.split("."), lambda rows: [*rows, {}])


def without_row(content: Content, place: str, number: int) -> Content:
    return _changed_at(content, place.split("."), lambda rows: [row for at, row in enumerate(rows) if at != number])


def rows_at(fields: Sequence[Field], content: Content, place: str) -> list[Content] | None:
    """The rows of the list at a place; None where the fields have no list there."""
    key, _dot, rest = place.partition(".")
    field = next((one for one in fields if one.key == key and one.rows), None)
    if field is None or (not rest and field.shape is not Shape.ROWS):
        return None
    if not rest:
        return _rows(content.get(key))
    if field.shape is Shape.INSIDE:
        return rows_at(field.rows, _mapping(content.get(key)), rest)
    number, _dot, rest = rest.partition(".")
    rows = _rows(content.get(key))
    inside = number.isdigit() and int(number) < len(rows) and rest
    return rows_at(field.rows, rows[int(number)], rest) if inside else None


def _changed_at(content: Content, parts: list[str], change: Callable[[list[Content]], list[Content]]) -> Content:
    key, rest = parts[0], parts[1:]
    value = content.get(key)
    if not rest:
        return {**content, key: change(_rows(value))}
    if rest[0].isdigit():
        number = int(rest[0])
        rows = [_changed_at(row, rest[1:], change) if at == number else row for at, row in enumerate(_rows(value))]
        return {**content, key: rows}
    return {**content, key: _changed_at(_mapping(value), rest, change)}


def way_to(fields: Sequence[Field], place: str) -> list[tuple[Field, int | None]]:
    """The fields on the way to a place, each with the number of the row that leads on."""
    found: list[tuple[Field, int | None]] = []
    parts = place.split(".")
    while parts:
        field = next((one for one in fields if one.key == parts[0]), None)
        if field is None:
            break
        number = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else None
        found.append((field, number))
        fields, parts = field.rows, parts[1 if number is None else 2 :]
    return found


# --- two versions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """One input that says something else: before and after."""

    leaf: Leaf
    before: str
    after: str


def differences(fields: Sequence[Field], before: Content, after: Content) -> list[Difference]:
    """What two versions say differently, input by input, in the order of the form."""
    old, new = spread(fields, before), spread(fields, after)
    places = {leaf.place: leaf for content in (before, after) for leaf in leaves(fields, content)}
    order = [leaf.place for leaf in leaves(fields, after)]
    listed = [*order, *(place for place in places if place not in set(order))]
    return [
        Difference(places[place], _shown(old.get(place)), _shown(new.get(place)))
        for place in listed
        if _shown(old.get(place)) != _shown(new.get(place))
    ]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(value)
    if isinstance(value, bool):
        return "true" if value else ""
    return _text(value)


@dataclass(frozen=True)
class Merged:
    """A draft set on a newer version; `torn` are the keys that both changed, where the draft's word was kept."""

    content: Content
    torn: tuple[str, ...]


def merged(base: Content, newer: Content, draft: Content) -> Merged:
    """What the draft changed of its base, done to the newer version."""
    made, torn = dict(newer), []
    for key in sorted({*base, *draft}):
        if draft.get(key) == base.get(key):
            continue
        if newer.get(key) not in (base.get(key), draft.get(key)):
            torn.append(key)
        if key in draft:
            made[key] = draft[key]
        else:
            made.pop(key, None)
    return Merged(made, tuple(torn))
