"""A condition taken apart: the tree of what it says, so that it can be explained and edited.

The compiler (`cel.py`) decides what is right; this only reads what has compiled. What the product's conditions do not
use (methods on texts, maps) stays one `Opaque` piece with its own words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from app.conditions.facts import FACTS

TOKEN = re.compile(r'\s*(?:("[^"\n]*"|\'[^\'\n]*\')|(\d+)|(\.?[A-Za-z_][\w.]*)|(&&|\|\||[=!<>]=|[-+*/%<>!?:,()\[\]]))')
RELATIONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
LOOPS = frozenset({"exists", "all"})
AND, OR = "&&", "||"
# How many a list has; and changes of type, which say nothing of their own.
FUNCTIONS = frozenset({"int", "size", "string"})


@dataclass(frozen=True)
class Literal:
    """A text, a whole number, or yes and no, written out."""

    value: str | int | bool


@dataclass(frozen=True)
class Named:
    """A fact of the dictionary, or the variable of a loop."""

    name: str

    @property
    def is_fact(self) -> bool:
        return self.name in FACTS


@dataclass(frozen=True)
class Listing:
    items: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    inner: "Node"


@dataclass(frozen=True)
class Joined:
    """Parts that must all hold (`&&`) or of which one must (`||`)."""

    sign: str
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Compared:
    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Counted:
    """Arithmetic of two numbers, or the joining of two lists."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Size:
    inner: "Node"


@dataclass(frozen=True)
class Loop:
    """`kind` is exists or all; `variable` stands for one of `source` in `body`."""

    kind: str
    source: "Node"
    variable: str
    body: "Node"


@dataclass(frozen=True)
class Choice:
    condition: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True)
class Opaque:
    """Something that is not taken apart, in its own words."""

    text: str


Node: TypeAlias = Literal | Named | Listing | Not | Joined | Compared | Counted | Size | Loop | Choice | Opaque


class _Unread(Exception):
    """Not of the part of the language that is read here."""


def read(text: str) -> Node:
    """The tree of a condition; one `Opaque` piece where it goes beyond what is read here."""
    try:
        reader = _Reader(text)
        found = reader.choice()
        reader.end()
    except (_Unread, RecursionError):
        return Opaque(text.strip())
    return found


class _Reader:
    """Reads by the precedence of the language: `?:`, `||`, `&&`, relations, `+ -`, `* / %`, signs, members."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.place = 0

    @property
    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        found = self.next
        self.place += 1
        return found

    def expect(self, piece: str) -> None:
        if self.take() != piece:
            raise _Unread

    def end(self) -> None:
        if self.next:
            raise _Unread

    def choice(self) -> Node:
        condition = self.joined(OR, lambda: self.joined(AND, self.relation))
        if self.next != "?":
            return condition
        self.take()
        then = self.choice()
        self.expect(":")
        return Choice(condition, then, self.choice())

    def joined(self, sign: str, inner: Callable[[], Node]) -> Node:
        parts = [inner()]
        while self.next == sign:
            self.take()
            parts.append(inner())
        return parts[0] if len(parts) == 1 else Joined(sign, tuple(parts))

    def relation(self) -> Node:
        left = self.counted("+-", lambda: self.counted("*/%", self.signed))
        while self.next in RELATIONS:
            sign = self.take()
            left = Compared(sign, left, self.counted("+-", lambda: self.counted("*/%", self.signed)))
        return left

    def counted(self, signs: str, inner: Callable[[], Node]) -> Node:
        left = inner()
        while self.next and self.next in signs:
            sign = self.take()
            left = Counted(sign, left, inner())
        return left

    def signed(self) -> Node:
        if self.next == "!":
            self.take()
            return Not(self.signed())
        if self.next == "-":
            self.take()
            number = self.signed()
            if isinstance(number, Literal) and isinstance(number.value, int):
                return Literal(-number.value)
            raise _Unread
        return self.primary()

    def primary(self) -> Node:
        piece = self.take()
        if piece == "(":
            inner = self.choice()
            self.expect(")")
            return inner
        if piece == "[":
            return self.member(Listing(self.items("]")))
        if piece[:1] in ("'", '"'):
            return Literal(piece[1:-1])
        if piece.isdigit():
            return Literal(int(piece))
        return self.name(piece)

    def name(self, piece: str) -> Node:
        if piece in ("true", "false"):
            return Literal(piece == "true")
        if piece in FUNCTIONS and self.next == "(":
            self.take()
            inner = self.items(")")
            if len(inner) != 1:
                raise _Unread
            return Size(inner[0]) if piece == "size" else inner[0]
        source, _dot, method = piece.rpartition(".")
        if self.next == "(":
            return self.method(Named(source), method) if source else self.unread()
        if not piece or not (piece[0].isalpha() or piece[0] == "_"):
            raise _Unread
        return self.member(Named(piece))

    def member(self, source: Node) -> Node:
        """A method may follow a list that is written out: its dot begins the next word."""
        if self.next.startswith("."):
            return self.method(source, self.take()[1:])
        return source

    def method(self, source: Node, method: str) -> Node:
        if method not in LOOPS:
            return self.unread()
        self.expect("(")
        variable = self.take()
        self.expect(",")
        body = self.choice()
        self.expect(")")
        return Loop(method, source, variable, body)

    def items(self, closing: str) -> tuple[Node, ...]:
        found: list[Node] = []
        while self.next != closing:
            found.append(self.choice())
            if self.next != closing:
                self.expect(",")
        self.take()
        return tuple(found)

    def unread(self) -> Node:
        raise _Unread


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            raise _Unread
        found.append(match.group().strip())
        place = match.end()
    return found
