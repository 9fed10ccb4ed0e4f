"""Codes in a condition that are on no closed list: what is compared with them can never hold."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.conditions.facts import FACTS, FactType
from app.conditions.reading import (
    Choice,
    Compared,
    Counted,
    Joined,
    Listing,
    Literal,
    Loop,
    Named,
    Node,
    Not,
    Size,
    read,
)

# What stands for itself and for one of its codes alike.
COMPARING = frozenset({"==", "!=", "in"})
# The closed list of a fact by its name; empty where its values are free.
Codes = Callable[[str], tuple[str, ...]]
# Which fact's codes the variable of a loop stands for.
Standing = Mapping[str, str]


@dataclass(frozen=True)
class Stranger:
    """A text that a condition compares with a fact, and that the fact can never be."""

    fact: str
    text: str
    allowed: tuple[str, ...]


def strangers(condition: str, codes: Codes) -> tuple[Stranger, ...]:
    """Every such text of a condition that compiles, in the order in which they stand in it."""
    found = (
        Stranger(fact, text, codes(fact))
        for fact, text in _compared(read(condition), {})
        if codes(fact) and text not in codes(fact) and not _says_nothing(fact, text)
    )
    return tuple(dict.fromkeys(found))


def _says_nothing(fact: str, text: str) -> bool:
    """The empty text: what is recorded as not there."""
    return text == "" and FACTS[fact].type is FactType.TEXT


def _compared(node: Node, standing: Standing) -> Iterator[tuple[str, str]]:
    """Each pair of a fact and a text that is compared with it."""
    if isinstance(node, Compared) and node.sign in COMPARING:
        yield from _pairs(node.left, node.right, standing)
    if isinstance(node, Loop):
        yield from _compared(node.source, standing)
        yield from _looped(node, standing)
        return
    for inner in _inside(node):
        yield from _compared(inner, standing)


def _looped(node: Loop, standing: Standing) -> Iterator[tuple[str, str]]:
    """A loop over a fact names its codes one by one; one over a written list stands for each text of it."""
    fact = _fact(node.source, standing)
    if fact:
        yield from _compared(node.body, {**standing, node.variable: fact})
        return
    yield from _compared(node.body, standing)
    for other in _facts_of_variable(node.body, node.variable, standing):
        yield from ((other, text) for text in _texts(node.source))


def _facts_of_variable(node: Node, variable: str, standing: Standing) -> Iterator[str]:
    if isinstance(node, Compared) and node.sign in COMPARING:
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if one == Named(variable) and _fact(other, standing):
                yield _fact(other, standing)
    for inner in _inside(node):
        yield from _facts_of_variable(inner, variable, standing)


def _pairs(left: Node, right: Node, standing: Standing) -> Iterator[tuple[str, str]]:
    for one, other in ((left, right), (right, left)):
        fact = _fact(one, standing)
        if fact:
            yield from ((fact, text) for text in _texts(other))


def _fact(node: Node, standing: Standing) -> str:
    """The fact that a name stands for; empty where it stands for none."""
    if not isinstance(node, Named):
        return ""
    return node.name if node.is_fact else standing.get(node.name, "")


def _texts(node: Node) -> Iterable[str]:
    written = node.items if isinstance(node, Listing) else (node,)
    return [one.value for one in written if isinstance(one, Literal) and isinstance(one.value, str)]


def _inside(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Not | Size):
        return (node.inner,)
    if isinstance(node, Joined):
        return node.parts
    if isinstance(node, Compared | Counted):
        return (node.left, node.right)
    if isinstance(node, Loop):
        return (node.source, node.body)
    if isinstance(node, Choice):
        return (node.condition, node.then, node.otherwise)
    return node.items if isinstance(node, Listing) else ()
