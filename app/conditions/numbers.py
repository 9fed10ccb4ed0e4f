"""Arithmetic of a condition that cannot be done, whatever the facts are: it is refused before anybody is judged."""

from collections.abc import Iterator

from app.catalogues.wording import N_
from app.conditions.closed import walk
from app.conditions.reading import Counted, Listing, Literal, Node, Size, read
from app.conditions.slips import at_place
from app.conditions.tokens import Pieces
from app.core.errors import Problem

LEAST, MOST = -(2**63), 2**63 - 1
DIVIDING = frozenset({"/", "%"})


def undoable(text: str) -> list[Problem]:
    """Divisions by a zero that is written out, and constants whose result no number holds, each at its sign."""
    pieces = Pieces(text)
    return [at_place(pieces, *found) for node, _standing in walk(read(text, calls=True), {}) for found in _wrong(node)]


def _wrong(node: Node) -> Iterator[tuple[int, str, str]]:
    if isinstance(node, Literal) and isinstance(node.value, int) and not LEAST <= node.value <= MOST:
        yield node.at, N_("数字太大"), N_("请写不超过 9223372036854775807 的整数。")
    if not isinstance(node, Counted):
        return
    left, right = _constant(node.left), _constant(node.right)
    if node.sign in DIVIDING and right == 0:
        yield node.at, N_("除数是 0，算不出结果"), N_("请改正除数。")
    elif left is not None and right is not None and not LEAST <= _result(node.sign, left, right) <= MOST:
        yield node.at, N_("计算结果超出整数的范围"), N_("请直接写出不超过 9223372036854775807 的整数。")


def _constant(node: Node) -> int | None:
    """What a piece without facts comes to; None where it has some, or cannot be told."""
    if isinstance(node, Literal) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    if isinstance(node, Size) and isinstance(node.inner, Listing):
        return len(node.inner.items)
    if not isinstance(node, Counted):
        return None
    left, right = _constant(node.left), _constant(node.right)
    if left is None or right is None or (node.sign in DIVIDING and right == 0):
        return None
    found = _result(node.sign, left, right)
    return found if LEAST <= found <= MOST else None


def _result(sign: str, left: int, right: int) -> int:
    """As the evaluator counts: a quotient is cut towards zero, a remainder has the sign of what is divided."""
    if sign in DIVIDING:
        quotient = abs(left) // abs(right) * (1 if (left < 0) is (right < 0) else -1)
        return quotient if sign == "/" else left - quotient * right
    return left + right if sign == "+" else left - right if sign == "-" else left * right
