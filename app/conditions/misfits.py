"""What compiles and says nothing: a field held against a value of another form, or something that cannot be checked.

The compiler knows texts and numbers; that a day is written as one, or that a field has its closed list, only the
dictionary of facts knows. What is stored is still read: this is asked of what is written anew.
"""

import re
from collections.abc import Iterator
from datetime import date

from app.catalogues.wording import N_, Wording
from app.conditions.closed import Codes, Pair, Standing, fact_of, pairs, walk
from app.conditions.facts import FACTS, FactType
from app.conditions.reading import Called, Compared, Counted, Listing, Literal, Named, Node, Opaque, Size, read
from app.conditions.slips import at_place
from app.conditions.tokens import Pieces
from app.core.errors import Problem

Found = tuple[int, Wording, Wording]
ORDERING = frozenset({"<", "<=", ">", ">="})
SEARCHING = frozenset({"startsWith", "endsWith", "contains"})
# How a day begins: its year, its month, or all of it.
DAY_BEGINS = re.compile(r"\d{4}(-((0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])?)?)?)?")
NUMBERS = frozenset({FactType.WHOLE, FactType.MONEY})
FORMS = {str: N_("文字"), int: N_("整数"), bool: N_("是或否")}
DAY_FORM = N_('日期写成 "2026-01-01"（年-月-日）；没有登记写作 ""。')


def misfits(text: str, codes: Codes) -> list[Problem]:
    """Everything of that kind in a condition that compiles, in the order in which it stands."""
    tree, pieces = read(text, calls=True), Pieces(text)
    if isinstance(tree, Opaque):
        return [at_place(pieces, *_unread(pieces, tree.at))]
    found = [one for pair in pairs(tree) for one in _held_against(pair, codes)]
    for node, standing in walk(tree, {}):
        found += _of_node(node, standing, codes)
    return [at_place(pieces, *one) for one in sorted(set(found), key=lambda one: one[0])]


def _unread(pieces: Pieces, at: int) -> Found:
    here = pieces.index_at(at)
    piece = pieces.tokens[here].text[:40] if here is not None else ""
    remedy = N_("请只用字段、文字、整数、比较、&& || !、加减乘除、size、exists、all、startsWith、endsWith、contains。")
    return at, N_("“%(piece)s” 这种写法无法核对", piece=piece), remedy


def is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _held_against(one: Pair, codes: Codes) -> Iterator[Found]:
    """A day that is none, and an order of codes that have none."""
    fact, text = FACTS[one.fact], one.literal.value
    if fact.type is FactType.DAY and isinstance(text, str) and text and not is_day(text):
        what = N_("「%(label)s」是日期，%(text)s 不是日期", label=fact.label, text=f'"{text[:40]}"')
        yield one.literal.at, what, DAY_FORM
    if one.sign in ORDERING and codes(one.fact):
        what = N_("「%(label)s」的值没有大小先后，不能用 %(sign)s 比较", label=fact.label, sign=one.sign)
        yield one.literal.at, what, N_('请用 == 或 in ["a", "b"]。')


def _of_node(node: Node, standing: Standing, codes: Codes) -> Iterator[Found]:
    if isinstance(node, Listing):
        yield from _mixed(node)
    elif isinstance(node, Compared):
        yield from _day_and_text(node, standing)
    elif isinstance(node, Called):
        yield from _called(node, standing, codes)
    elif isinstance(node, Counted) and node.sign == "+":
        yield from _joined(node, standing)


def _mixed(node: Listing) -> Iterator[Found]:
    written = [one for one in node.items if isinstance(one, Literal)]
    other = next((one for one in written if type(one.value) is not type(written[0].value)), None)
    if other is not None:
        one, another = FORMS[type(written[0].value)], FORMS[type(other.value)]
        what = N_("一个列表里不能既有%(one)s又有%(other)s", one=_again(one), other=_again(another))
        yield other.at, what, N_("请写成同一种值，例如全部加引号的文字。")


def _again(word: str) -> Wording:
    return N_(str(word))


def _day_and_text(node: Compared, standing: Standing) -> Iterator[Found]:
    """A day beside a field that is none."""
    named = [fact_of(one, standing) for one in (node.left, node.right)]
    if not all(named):
        return
    facts = [FACTS[name] for name in named]
    days = [one.type is FactType.DAY for one in facts]
    if any(days) and not all(days):
        day, other = facts if days[0] else reversed(facts)
        what = N_("「%(day)s」是日期，「%(other)s」不是日期，不能比较", day=day.label, other=other.label)
        yield node.at, what, N_("请与另一个日期字段或一个日期比较。")


def _called(node: Called, standing: Standing, codes: Codes) -> Iterator[Found]:
    fact = fact_of(node.source, standing)
    given = node.given[0] if node.given else None
    if node.name == "int" and not _is_number(node.source):
        yield node.at, N_("int 不能用于文字和日期"), N_("数字字段直接比较；文字和日期不能当作数字。")
    if node.name not in SEARCHING or not fact:
        return
    at, text = (given.at, str(given.value)) if isinstance(given, Literal) else (node.at, "")
    if FACTS[fact].type is FactType.DAY and not (node.name == "startsWith" and DAY_BEGINS.fullmatch(text)):
        what = N_("「%(label)s」是日期，不能这样用 %(name)s", label=FACTS[fact].label, name=node.name)
        yield at, what, N_('请用大小比较，例如 >= "2026-01-01"；某一年写作 startsWith("2026")。')
    elif text and codes(fact) and not any(_meets(node.name, code, text) for code in codes(fact)):
        yield at, *_never(fact, f'{node.name}("{text[:40]}")', codes)


def _never(fact: str, call: str, codes: Codes) -> tuple[Wording, Wording]:
    what = N_(
        "“%(label)s”（%(fact)s）没有一个值符合 %(call)s，判断永远不会成立。",
        label=FACTS[fact].label,
        fact=fact,
        call=call,
    )
    return what, N_("可用的值：%(values)s。", values="、".join(codes(fact)))


def _meets(method: str, code: str, text: str) -> bool:
    if method == "contains":
        return text in code
    return code.startswith(text) if method == "startsWith" else code.endswith(text)


def _joined(node: Counted, standing: Standing) -> Iterator[Found]:
    """Texts and days are not added; and inside a loop nothing grows."""
    sides = (node.left, node.right)
    if any(_is_text(one, standing) for one in sides):
        yield node.at, N_("文字和日期不能用 + 连接"), N_("请直接与一个值比较；天数和月数请用已有的数字字段。")
    elif standing and not all(_is_number(one) for one in sides):
        yield node.at, N_("遍历列表时不能用 + 连接"), N_("请只对列表中的每一项作比较。")


def _is_text(node: Node, standing: Standing) -> bool:
    if isinstance(node, Literal):
        return isinstance(node.value, str)
    if isinstance(node, Named) and not node.is_fact:
        return bool(standing.get(node.name))
    if isinstance(node, Called) and node.name == "string":
        return True
    fact = fact_of(node, standing)
    return bool(fact) and FACTS[fact].type in (FactType.TEXT, FactType.DAY)


def _is_number(node: Node) -> bool:
    if isinstance(node, Literal):
        return isinstance(node.value, int)
    if isinstance(node, Named):
        return node.is_fact and FACTS[node.name].type in NUMBERS
    if isinstance(node, Counted):
        return _is_number(node.left) and _is_number(node.right)
    return isinstance(node, Size)
