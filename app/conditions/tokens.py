"""The words and signs of a condition with their places, so that what is wrong can be shown where it stands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

# A text that ends on its line, a remark, a number, a name with its parts, a sign; then whatever else was typed.
TOKEN = re.compile(
    r"(?P<text>\"[^\"\n]*\"|'[^'\n]*')|(?P<remark>//[^\n]*)|(?P<unclosed>[\"'][^\n]*)"
    r"|(?P<number>\d+(?:\.\d+)?)|(?P<name>\.?[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)"
    r"|(?P<sign>&&|\|\||===|!==|<>|=>|=<|[=!<>]=|[-+*/%<>!?:,.()\[\]{}])|(?P<gap>\s+)"
    r"|(?P<stray>.)",
    re.ASCII | re.DOTALL,
)
# A run of Chinese characters is one piece.
CHINESE = re.compile(r"[\u3400-\u9fff]+")


@dataclass(frozen=True)
class Token:
    """One piece; `kind` is the name of its group in `TOKEN`, `at` where it begins (from 0)."""

    kind: str
    text: str
    at: int

    @property
    def end(self) -> int:
        return self.at + len(self.text)


@dataclass(frozen=True)
class Pieces:
    """A condition cut into tokens; blanks and remarks are left out of them."""

    source: str

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        found, place = [], 0
        while place < len(self.source):
            chinese = CHINESE.match(self.source, place)
            match = chinese or TOKEN.match(self.source, place)
            kind = "words" if chinese else str(match.lastgroup) if match else "stray"
            text = match.group() if match else self.source[place]
            if kind not in ("gap", "remark"):
                found.append(Token(kind, text, place))
            place += len(text)
        return tuple(found)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(accumulate((len(line) for line in self.source.splitlines(keepends=True)), initial=0))

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        line = max((number for number, start in enumerate(self._starts) if start <= at), default=0)
        if at >= len(self.source) and self.source and not self.source.endswith("\n"):
            line = min(line, len(self._starts) - 2)
        return line + 1, at - self._starts[line] + 1

    def offset(self, line: int, column: int) -> int:
        start = self._starts[line - 1] if line - 1 < len(self._starts) else len(self.source)
        return min(start + column - 1, len(self.source))

    def index_at(self, at: int) -> int | None:
        """The token that covers a character."""
        return next((place for place, one in enumerate(self.tokens) if one.at <= at < one.end), None)


OPENING, CLOSING = {"(": ")", "[": "]", "{": "}"}, {")": "(", "]": "[", "}": "{"}
# What binds less than a comparison: a side of one ends there.
WEAK = frozenset({"&&", "||", "?", ":", ","})
RELATIONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})


def side_before(tokens: Sequence[Token], place: int, stops: frozenset[str]) -> tuple[Token, ...]:
    """The tokens before one, back to a bracket that opens around them or to one of `stops`."""
    begin, depth = place, 0
    while begin > 0:
        one = tokens[begin - 1].text
        if depth == 0 and (one in OPENING or one in stops):
            break
        depth += (one in CLOSING) - (one in OPENING)
        begin -= 1
    return tuple(tokens[begin:place])


def side_after(tokens: Sequence[Token], place: int, stops: frozenset[str]) -> tuple[Token, ...]:
    """The tokens after one, up to a bracket that closes around them or to one of `stops`."""
    end, depth = place + 1, 0
    while end < len(tokens):
        one = tokens[end].text
        if depth == 0 and (one in CLOSING or one in stops):
            break
        depth += (one in OPENING) - (one in CLOSING)
        end += 1
    return tuple(tokens[place + 1 : end])


def shown(source: str, tokens: Sequence[Token]) -> str:
    """The tokens as they were typed."""
    return source[tokens[0].at : tokens[-1].end] if tokens else ""
