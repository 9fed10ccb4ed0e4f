"""In which line of a JSON text a value stands, so that a refusal can be shown at its place."""

import json
import re
from collections.abc import Iterator

from app.calendars.flaws import below

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
STEP = re.compile(r"(?:\.[^.]*|\[\d+\])\Z", re.DOTALL)


def line_of(text: str, path: str) -> int | None:
    """The line (from 1) of the value at a path, or of what is around it when there is none; nothing for the whole of a
    text or for one that is no JSON."""
    found = _begins(text)
    while path and path not in found:
        shorter = STEP.sub("", path)
        path = shorter if shorter != path else ""
    return text.count("\n", 0, found[path]) + 1 if path else None


def _begins(text: str) -> dict[str, int]:
    """Where the value of each path begins; of members of objects, where their key does."""
    found: dict[str, int] = {}
    try:
        _walk(list(TOKEN.finditer(text)), found)
    except (IndexError, ValueError):
        return {}
    return found


def _walk(tokens: list[re.Match[str]], found: dict[str, int]) -> None:
    around: list[tuple[str, Iterator[int] | None]] = []
    path = ""
    place = 0
    while place < len(tokens):
        piece = tokens[place][0]
        if piece == "{":
            around.append((path, None))
        elif piece == "[":
            around.append((path, iter(range(len(tokens)))))
            path = _next(tokens, place, around, found, path)
        elif piece in "}]":
            path = around.pop()[0]
        elif piece == ",":
            path = _next(tokens, place, around, found, around[-1][0])
        elif place + 1 < len(tokens) and tokens[place + 1][0] == ":":
            path = below(around[-1][0], json.loads(piece))
            found.setdefault(path, tokens[place].start())
        place += 1


def _next(
    tokens: list[re.Match[str]],
    place: int,
    around: list[tuple[str, Iterator[int] | None]],
    found: dict[str, int],
    path: str,
) -> str:
    """The path of the next member of a list; inside an object its key says it."""
    whole, numbers = around[-1]
    if numbers is None or tokens[place + 1][0] == "]":
        return path
    member = below(whole, next(numbers))
    found.setdefault(member, tokens[place + 1].start())
    return member
