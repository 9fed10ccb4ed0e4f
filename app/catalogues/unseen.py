"""Characters that nobody sees, or that turn the direction of what is read: no rule may say one."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from app.catalogues.wording import N_, Wording
from app.core.errors import Problem

# Line ends and the tab are seen by what they do.
SEEN = frozenset("\n\r\t")
# Controls, marks of format and direction, halves of pairs, ends of lines that are none, and unassigned ones.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
# Letters and marks that are drawn as nothing.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
VARIATIONS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
CONTROLS = frozenset(chr(code) for code in (*range(32), 127)) - SEEN


def unseen(text: str) -> Iterator[int]:
    """Where in a text such characters stand."""
    return (at for at, char in enumerate(text) if char in CONTROLS or (not char.isascii() and _is_unseen(char)))


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in UNSEEN or char in BLANK or any(ord(char) in some for some in VARIATIONS)


def called(char: str) -> str:
    """A character that is not seen, by its number."""
    return f"U+{ord(char):04X}"


def told(char: str) -> Wording:
    return N_("含有看不见的字符 %(char)s", char=called(char))


REMEDY = N_("请删去这个字符，重新键入它前后的文字。")


def unseen_in(value: Any, place: str = "") -> Iterator[Problem]:
    """The first of every text of an entry, at its dotted place, with line and column inside the text."""
    if isinstance(value, str):
        at = next(unseen(value), None)
        if at is not None:
            yield _problem(value, at, place)
    elif isinstance(value, dict):
        for key, inner in value.items():
            inside = f"{place}.{key}" if place else str(key)
            yield from unseen_in(str(key), place)
            yield from unseen_in(inner, inside)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from unseen_in(inner, f"{place}.{number}" if place else str(number))


def _problem(text: str, at: int, place: str) -> Problem:
    before = text[:at]
    line, column = before.count("\n") + 1, at - before.rfind("\n")
    said = N_("第 %(line)s 行第 %(column)s 列：%(text)s", line=line, column=column, text=told(text[at]))
    return Problem(said, remedy=REMEDY, place=place)
