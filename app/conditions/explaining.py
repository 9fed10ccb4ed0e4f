"""A condition in plain words, for people who do not program: what must hold together, what is one of several."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

from app.catalogues.wording import N_
from app.conditions.facts import FACTS, FactType
from app.conditions.reading import (
    AND,
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
    Opaque,
    Size,
    read,
)

# The word of a code that a fact may have: (name of the fact, code).
WordOf = Callable[[str, str], str]
FEN = 100

_NUMBERS: Mapping[str, str] = {
    "==": N_("%(left)s 等于 %(right)s"),
    "!=": N_("%(left)s 不等于 %(right)s"),
    "<": N_("%(left)s 小于 %(right)s"),
    "<=": N_("%(left)s 不超过 %(right)s"),
    ">": N_("%(left)s 大于 %(right)s"),
    ">=": N_("%(left)s 不少于 %(right)s"),
}
_DAYS: Mapping[str, str] = {
    "==": N_("%(left)s 与 %(right)s 是同一天"),
    "!=": N_("%(left)s 与 %(right)s 不是同一天"),
    "<": N_("%(left)s 早于 %(right)s"),
    "<=": N_("%(left)s 不晚于 %(right)s"),
    ">": N_("%(left)s 晚于 %(right)s"),
    ">=": N_("%(left)s 不早于 %(right)s"),
}
_TEXTS: Mapping[str, str] = {"==": N_("%(left)s 是 %(right)s"), "!=": N_("%(left)s 不是 %(right)s")}
_EMPTY: Mapping[str, str] = {"==": N_("%(left)s 没有登记"), "!=": N_("%(left)s 已登记")}
_NONE: Mapping[str, str] = {"==": N_("%(thing)s一个也没有"), ">": N_("%(thing)s至少有一个")}
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_SIGNS: Mapping[str, str] = {
    "+": N_("（%(left)s 加 %(right)s）"),
    "-": N_("（%(left)s 减 %(right)s）"),
    "*": N_("%(left)s × %(right)s"),
    "/": N_("%(left)s ÷ %(right)s"),
    "%": N_("%(left)s 除以 %(right)s 的余数"),
}


@dataclass(frozen=True)
class Said:
    """One sentence; where it has parts, `text` introduces them."""

    text: str
    parts: tuple["Said", ...] = ()


def explain(condition: str, word: WordOf) -> Said:
    """What a condition that compiles says. What cannot be put into words is shown as it is written."""
    return _Speaker(word).said(read(condition))


class _Speaker:
    def __init__(self, word: WordOf) -> None:
        self.word = word

    def said(self, node: Node, holds: bool = True) -> Said:
        """A whole condition, or (`holds` false) its opposite."""
        if isinstance(node, Not):
            return self.said(node.inner, not holds)
        if isinstance(node, Joined):
            together = (node.sign == AND) is holds
            text = N_("以下各项同时成立：") if together else N_("以下任何一项成立：")
            return Said(text, tuple(self.said(part, holds) for part in node.parts))
        if isinstance(node, Choice):
            return self._choice(node, holds)
        if isinstance(node, Loop):
            return self._loop(node, holds)
        if isinstance(node, Compared):
            return Said(self._compared(node, holds))
        if isinstance(node, Literal) and isinstance(node.value, bool):
            return Said(N_("总是成立") if node.value is holds else N_("总不成立"))
        thing = self._thing(node)
        return Said(N_("%(thing)s：是", thing=thing) if holds else N_("%(thing)s：否", thing=thing))

    def _choice(self, node: Choice, holds: bool) -> Said:
        return Said(
            N_("分两种情况："),
            (
                Said(N_("如果"), (self.said(node.condition),)),
                Said(N_("那么"), (self.said(node.then, holds),)),
                Said(N_("否则"), (self.said(node.otherwise, holds),)),
            ),
        )

    def _loop(self, node: Loop, holds: bool) -> Said:
        short = self._among(node, holds)
        if short is not None:
            return Said(short)
        some = (node.kind == "exists") is holds
        source = self._thing(node.source)
        text = (
            N_("%(source)s中至少有一项，它", source=source) if some else N_("%(source)s中的每一项，它", source=source)
        )
        return Said(text, (self.said(node.body, holds),))

    def _among(self, node: Loop, holds: bool) -> str | None:
        """`fact.exists(one, one in [...])` and `[...].all(one, one in fact)` in one sentence."""
        body = node.body
        if not (isinstance(body, Compared) and body.sign == "in" and body.left == Named(node.variable)):
            return None
        source, right = node.source, body.right
        if node.kind == "exists" and isinstance(source, Named) and isinstance(right, Listing):
            thing, codes = self._thing(source), self._listed(right, source.name)
            if holds:
                return N_("%(thing)s中有%(codes)s中的一个", thing=thing, codes=codes)
            return N_("%(thing)s中没有%(codes)s中的任何一个", thing=thing, codes=codes)
        if node.kind == "all" and isinstance(source, Listing) and isinstance(right, Named):
            thing, codes = self._thing(right), self._listed(source, right.name)
            if holds:
                return N_("%(codes)s都在%(thing)s中", codes=codes, thing=thing)
            return N_("%(codes)s中至少有一个不在%(thing)s中", codes=codes, thing=thing)
        return None

    def _compared(self, node: Compared, holds: bool) -> str:
        if node.sign == "in":
            return self._within(node, holds)
        sign = node.sign if holds else _OPPOSITE[node.sign]
        if isinstance(node.left, Size) and _value(node.right) == 0 and sign in _NONE:
            return _filled(_NONE[sign], thing=self._thing(node.left.inner))
        fact = _fact_in(node.left) or _fact_in(node.right)
        kind = FACTS[fact].type if fact else None
        is_text = kind in (FactType.TEXT, FactType.DAY, FactType.CODES) or isinstance(_value(node.right), str)
        if is_text and _value(node.right) == "" and sign in _EMPTY:
            return _filled(_EMPTY[sign], left=self._thing(node.left))
        if kind is FactType.FLAG and isinstance(_value(node.right), bool):
            return self.said(node.left, (node.right == Literal(value=True)) is (sign == "==")).text
        table = _DAYS if kind is FactType.DAY else _TEXTS if is_text and sign in _TEXTS else _NUMBERS
        return _filled(table[sign], left=self._side(node.left, fact), right=self._side(node.right, fact))

    def _within(self, node: Compared, holds: bool) -> str:
        left, right = node.left, node.right
        if isinstance(right, Listing):
            thing, codes = self._thing(left), self._listed(right, left.name if isinstance(left, Named) else "")
            if holds:
                return N_("%(thing)s 是%(codes)s之一", thing=thing, codes=codes)
            return N_("%(thing)s 不是%(codes)s中的任何一个", thing=thing, codes=codes)
        thing, code = self._thing(right), self._side(left, _fact_in(right))
        if holds:
            return N_("%(thing)s中有%(code)s", thing=thing, code=code)
        return N_("%(thing)s中没有%(code)s", thing=thing, code=code)

    def _listed(self, listing: Listing, fact: str) -> str:
        found = [self._side(item, fact) for item in listing.items] or [N_("空的列表")]
        return reduce(lambda some, one: N_("%(some)s、%(one)s", some=some, one=one), found)

    def _side(self, node: Node, fact: str | None) -> str:
        """One side of a comparison; `fact` says what a number or a code beside it means."""
        value = _value(node)
        if isinstance(value, str):
            return N_("“%(text)s”", text=self.word(fact, value) if fact else value)
        is_money = fact in FACTS and FACTS[fact].type is FactType.MONEY
        if isinstance(value, int) and not isinstance(value, bool) and is_money:
            return N_("%(amount)s 元", amount=_yuan(value))
        return self._thing(node)

    def _thing(self, node: Node) -> str:
        """What is spoken of: a fact by its label, a number, a calculation."""
        if isinstance(node, Named):
            return N_("「%(label)s」", label=FACTS[node.name].label) if node.is_fact else N_("该项")
        if isinstance(node, Literal):
            return str(node.value)
        if isinstance(node, Counted):
            # A factor is a number, whatever it multiplies; what is added or taken away is of the same kind.
            fact = _fact_in(node) if node.sign in "+-" else None
            return _filled(_SIGNS[node.sign], left=self._side(node.left, fact), right=self._side(node.right, fact))
        if isinstance(node, Size):
            return N_("%(thing)s的个数", thing=self._thing(node.inner))
        if isinstance(node, Listing):
            return self._listed(node, "")
        if isinstance(node, Opaque):
            return N_("条件原文 %(text)s", text=node.text)
        return self.said(node).text


def _filled(template: str, **values: str) -> str:
    return N_(str(getattr(template, "msgid", template)), **values)


def _value(node: Node) -> str | int | bool | None:
    return node.value if isinstance(node, Literal) else None


def _fact_in(node: Node) -> str | None:
    """The first fact of a side: it says what the other side is counted in."""
    if isinstance(node, Named):
        return node.name if node.is_fact else None
    if isinstance(node, Counted):
        return _fact_in(node.left) or _fact_in(node.right)
    return None


def _yuan(fen: int) -> str:
    whole, rest = divmod(abs(fen), FEN)
    sign = "-" if fen < 0 else ""
    return f"{sign}{whole:,}.{rest:02d}" if rest else f"{sign}{whole:,}"
