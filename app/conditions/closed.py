"""What a condition compares with its facts, and the codes among it that are on no closed list: that can never hold."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from app.conditions.facts import FACTS, FactType
from app.conditions.reading import (
    RELATIONS,
    Called,
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
# Which fact's codes the variable of a loop stands for; the empty text where it stands for none. Empty outside of loops.
Standing = Mapping[str, str]
AS_TEXT = "string"


@dataclass(frozen=True)
class Stranger:
    """A text that a condition compares with a fact, and that the fact can never be."""

    fact: str
    text: str
    allowed: tuple[str, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Pair:
    """A fact, the sign, and a value that is written out."""

    fact: str
    sign: str
    literal: Literal


def strangers(condition: str, codes: Codes) -> tuple[Stranger, ...]:
    """Every such text of a condition that compiles, in the order in which they stand in it."""
    found = (
        Stranger(one.fact, str(one.literal.value), codes(one.fact), one.literal.at)
        for one in pairs(read(condition, calls=True))
        if one.sign in COMPARING and isinstance(one.literal.value, str) and is_stranger(one, codes)
    )
    return tuple(dict.fromkeys(found))


def is_stranger(one: Pair, codes: Codes) -> bool:
    allowed, text = codes(one.fact), one.literal.value
    # The empty text: what is recorded as not there.
    says_nothing = text == "" and FACTS[one.fact].type is FactType.TEXT
    return bool(allowed) and text not in allowed and not says_nothing


def pairs(tree: Node) -> Iterator[Pair]:
    """Every fact with each value that it is compared with, also through the variable of a loop."""
    for node, standing in walk(tree, {}):
        if isinstance(node, Compared) and node.sign in RELATIONS:
            for one, other in ((node.left, node.right), (node.right, node.left)):
                fact = fact_of(one, standing)
                yield from (Pair(fact, node.sign, literal) for literal in _literals(other) if fact)
        if isinstance(node, Loop) and not fact_of(node.source, standing):
            # A loop over a written list: its variable stands for each value of it.
            for fact, sign in _facts_of_variable(node.body, node.variable, standing):
                yield from (Pair(fact, sign, literal) for literal in _literals(node.source))


def walk(node: Node, standing: Standing) -> Iterator[tuple[Node, Standing]]:
    """Every piece of a tree, the outer before the inner, with what the variables around it stand for."""
    yield node, standing
    if isinstance(node, Loop):
        yield from walk(node.source, standing)
        yield from walk(node.body, {**standing, node.variable: fact_of(node.source, standing)})
        return
    if isinstance(node, Called) and len(node.given) > 1 and isinstance(node.given[0], Named):
        # A loop that is not put into words names its variable first.
        yield from walk(node.source, standing)
        inner = {**standing, node.given[0].name: fact_of(node.source, standing)}
        for one in node.given[1:]:
            yield from walk(one, inner)
        return
    for one in inside(node):
        yield from walk(one, standing)


def _facts_of_variable(node: Node, variable: str, standing: Standing) -> Iterator[tuple[str, str]]:
    if isinstance(node, Compared) and node.sign in RELATIONS:
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if one == Named(variable) and fact_of(other, standing):
                yield fact_of(other, standing), node.sign
    for inner in inside(node):
        yield from _facts_of_variable(inner, variable, standing)


def fact_of(node: Node, standing: Standing) -> str:
    """The fact that a name stands for; empty where it stands for none. A fact as a text is that fact."""
    if isinstance(node, Called) and node.name == AS_TEXT and not node.given:
        name = fact_of(node.source, standing)
        return name if name and FACTS[name].type in (FactType.TEXT, FactType.DAY) else ""
    if not isinstance(node, Named):
        return ""
    return node.name if node.is_fact else standing.get(node.name, "")


def _literals(node: Node) -> Iterator[Literal]:
    if isinstance(node, Literal):
        yield node
    elif isinstance(node, Listing):
        yield from (one for item in node.items for one in _literals(item))
    elif isinstance(node, Choice):
        yield from (*_literals(node.then), *_literals(node.otherwise))


def inside(node: Node) -> tuple[Node, ...]:
    """What a piece is made of."""
    if isinstance(node, Not | Size):
        return (node.inner,)
    if isinstance(node, Joined):
        return node.parts
    if isinstance(node, Compared | Counted):
        return (node.left, node.right)
    if isinstance(node, Loop):
        return (node.source, node.body)
    if isinstance(node, Called):
        return (node.source, *node.given)
    if isinstance(node, Choice):
        return (node.condition, node.then, node.otherwise)
    return node.items if isinstance(node, Listing) else ()
