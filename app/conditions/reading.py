"""A condition taken apart: the tree of what it says, so that it can be explained and edited.

The compiler (`cel.py`) decides what is right; this only reads what has compiled. What the product's conditions do not
use (methods on texts, maps) stays one `Opaque` piece with its own words. `at` is where a piece begins, and no part of
what it says.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from app.conditions.facts import FACTS

# What says nothing between the words: blanks and remarks.
BETWEEN = re.compile(r"(?:\s|//[^\n]*)*")
TOKEN = re.compile(r'(?:("[^"\n]*"|\'[^\'\n]*\')|(\d+)|(\.?[A-Za-z_][\w.]*)|(&&|\|\||[=!<>]=|[-+*/%<>!?:,()\[\]]))')
RELATIONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
LOOPS = frozenset({"exists", "all"})
AND, OR = "&&", "||"
# Stands for what is no piece of what is read here; nothing that is read begins so.
STRANGE = "\0"
# How many a list has; and changes of type, which say nothing of their own.
FUNCTIONS = frozenset({"int", "size", "string"})


@dataclass(frozen=True)
class Literal:
    """A text, a whole number, or yes and no, written out."""

    value: str | int | bool
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Named:
    """A fact of the dictionary, or the variable of a loop."""

    name: str
    at: int = field(default=0, compare=False)

    @property
    def is_fact(self) -> bool:
        return self.name in FACTS


@dataclass(frozen=True)
class Listing:
    items: tuple["Node", ...]
    at: int = field(default=0, compare=False)


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
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Counted:
    """Arithmetic of two numbers, or the joining of two lists."""

    sign: str
    left: "Node"
    right: "Node"
    at: int = field(default=0, compare=False)


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
class Called:
    """A method that is not put into words; what it is called with is read all the same."""

    name: str
    source: "Node"
    given: tuple["Node", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Choice:
    condition: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True)
class Opaque:
    """Something that is not taken apart, in its own words; `at` is the first piece that was not read."""

    text: str
    at: int = field(default=0, compare=False)


Node: TypeAlias = Literal | Named | Listing | Not | Joined | Compared | Counted | Size | Loop | Called | Choice | Opaque


class _Unread(Exception):
    """Not of the part of the language that is read here."""


def read(text: str, *, calls: bool = False) -> Node:
    """The tree of a condition; one `Opaque` piece where it goes beyond what is read here. With `calls`, methods that
    are not put into words are taken apart as well."""
    reader = _Reader(text, calls)
    try:
        found = reader.choice()
        reader.end()
    except (_Unread, RecursionError):
        return Opaque(text.strip(), reader.last)
    return found


class _Reader:
    """Reads by the precedence of the language: `?:`, `||`, `&&`, relations, `+ -`, `* / %`, signs, members."""

    def __init__(self, text: str, calls: bool) -> None:
        self.calls = calls
        self.tokens = list(_tokens(text))
        self.place = 0

    @property
    def next(self) -> str:
        return self.tokens[self.place][0] if self.place < len(self.tokens) else ""

    @property
    def last(self) -> int:
        """Where the piece begins that was taken last."""
        return self.tokens[min(max(self.place - 1, 0), len(self.tokens) - 1)][1] if self.tokens else 0

    def take(self) -> str:
        found = self.next
        self.place += 1
        return found

    def expect(self, piece: str) -> None:
        if self.take() != piece:
            raise _Unread

    def end(self) -> None:
        if self.take():
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
            sign, at = self.take(), self.last
            left = Compared(sign, left, self.counted("+-", lambda: self.counted("*/%", self.signed)), at)
        return left

    def counted(self, signs: str, inner: Callable[[], Node]) -> Node:
        left = inner()
        while self.next and self.next in signs:
            sign, at = self.take(), self.last
            left = Counted(sign, left, inner(), at)
        return left

    def signed(self) -> Node:
        if self.next == "!":
            self.take()
            return Not(self.signed())
        if self.next == "-":
            self.take()
            at, number = self.last, self.signed()
            if isinstance(number, Literal) and isinstance(number.value, int):
                return Literal(-number.value, at)
            if self.calls:
                return Counted("-", Literal(0, at), number, at)
            raise _Unread
        return self.primary()

    def primary(self) -> Node:
        piece, at = self.take(), self.last
        if piece == "(":
            inner = self.choice()
            self.expect(")")
            return self.followed(inner)
        if piece == "[":
            return self.member(Listing(self.items("]"), at))
        if piece[:1] in ("'", '"'):
            return self.followed(Literal(piece[1:-1], at))
        if piece.isdigit():
            return Literal(int(piece), at)
        return self.name(piece, at)

    def name(self, piece: str, at: int) -> Node:
        if piece in ("true", "false"):
            return Literal(piece == "true", at)
        if piece in FUNCTIONS and self.next == "(":
            return self.function(piece, at)
        source, _dot, method = piece.rpartition(".")
        if self.next == "(":
            return self.method(Named(source, at), method) if source else self.unread()
        if not piece or not (piece[0].isalpha() or piece[0] == "_"):
            raise _Unread
        return self.member(Named(piece, at))

    def function(self, piece: str, at: int) -> Node:
        self.take()
        inner = self.items(")")
        if len(inner) != 1:
            raise _Unread
        if piece == "size":
            return self.followed(Size(inner[0]))
        return self.followed(Called(piece, inner[0], (), at)) if self.calls else inner[0]

    def member(self, source: Node) -> Node:
        """A method may follow a list that is written out: its dot begins the next word."""
        if self.next.startswith("."):
            return self.method(source, self.take()[1:])
        return source

    def method(self, source: Node, method: str) -> Node:
        if method not in LOOPS:
            return self.called(source, method) if self.calls else self.unread()
        self.expect("(")
        variable = self.take()
        self.expect(",")
        body = self.choice()
        self.expect(")")
        return self.followed(Loop(method, source, variable, body))

    def called(self, source: Node, method: str) -> Node:
        self.expect("(")
        at = self.last
        return self.followed(Called(method, source, self.items(")"), at))

    def followed(self, node: Node) -> Node:
        return self.member(node) if self.calls else node

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


def _next(text: str, place: int) -> int:
    found = BETWEEN.match(text, place)
    return found.end() if found else place


def _tokens(text: str) -> list[tuple[str, int]]:
    """The pieces with their places; what is no piece of what is read here ends them, and is none of them."""
    found: list[tuple[str, int]] = []
    place = _next(text, 0)
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            return [*found, (STRANGE, place)]
        found.append((match.group(), place))
        place = _next(text, match.end())
    return found
