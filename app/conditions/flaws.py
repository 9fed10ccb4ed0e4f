"""What the compiler says of a condition, said again for people: where, about what they typed, and what to do."""

import difflib
import re
from collections.abc import Iterator, Sequence

from app.catalogues.wording import N_, Wording
from app.conditions.facts import FACTS
from app.conditions.slips import at_place
from app.conditions.tokens import RELATIONS, WEAK, Pieces, Token, shown, side_after, side_before
from app.core.errors import Problem

PLACE = re.compile(r"<input>:(\d+):(\d+): ([^\n]*)")
UNKNOWN = re.compile(r"undeclared reference to '([^']*)'")
MISMATCH = re.compile(r"found no matching overload for '([^']*)' applied to '\((.*)\)'")
LOOPING = frozenset({"all", "exists", "exists_one", "map", "filter"})
SECTIONS = frozenset(name.partition(".")[0] for name in FACTS)
# What the types of the compiler are called.
TYPES = {
    "int": N_("整数"),
    "uint": N_("整数"),
    "double": N_("小数"),
    "string": N_("文字"),
    "bool": N_("是或否"),
    "null_type": N_("空值"),
    "bytes": N_("字节"),
    "timestamp": N_("时刻"),
    "duration": N_("时长"),
}
ADDING, TIMING = frozenset({"+", "-"}), frozenset({"*", "/", "%"})
CHECK = N_("请对照事实字典和字段类型改正。")
MOST = 10


def flaws(text: str, message: str) -> list[Problem]:
    """Each mistake that the compiler found, once, in the order in which they stand."""
    pieces = Pieces(text)
    found = [(pieces.offset(int(line), int(column)), said) for line, column, said in PLACE.findall(message)]
    if not found:
        return [Problem(N_("条件嵌套太深或太复杂"), remedy=N_("请减少括号的层数，或拆成几条。"))]
    syntax = [(at, said) for at, said in found if "Syntax error" in said or "reserved identifier" in said]
    if syntax:
        # What follows the first is mostly of its making.
        return [_syntax(pieces, *min(syntax))]
    return list(_typed(pieces, sorted(found)))[:MOST]


def not_a_judgement(compiled_type: str) -> Problem:
    """A condition that is a number, a text or a list."""
    return Problem(
        N_("条件的结果是%(type)s，不是“是”或“否”", type=_type(compiled_type)),
        remedy=N_("请写成比较或判断，例如 project.estimate > 0。"),
        place="1:1",
    )


# --- syntax ----------------------------------------------------------------------------------------------------------


def _syntax(pieces: Pieces, at: int, said: str) -> Problem:
    tokens = pieces.tokens
    here = pieces.index_at(at)
    if "reserved identifier" in said and here is not None:
        what = N_("“%(word)s” 是条件语言的保留字，不能使用", word=tokens[here].text)
        return at_place(pieces, at, what, N_("请直接写判断；“如果…否则…” 写作 条件 ? 甲 : 乙。"))
    if here is None:
        return _unfinished(pieces, at)
    one = tokens[here]
    before = tokens[here - 1] if here else None
    if before is not None and _is_value(before) and _is_value(one):
        what = N_("“%(before)s” 和 “%(piece)s” 之间缺少运算符", before=_cut(before.text), piece=_cut(one.text))
        return at_place(pieces, one.at, what, N_("请补上比较（如 ==）或连接（&& 并且、|| 或者）。"))
    what = N_("“%(piece)s” 不应出现在这里", piece=_cut(one.text))
    return at_place(pieces, one.at, what, N_("请检查它前面是否缺少字段或值，或删去它。"))


def _unfinished(pieces: Pieces, at: int) -> Problem:
    """The condition ends where something has to follow."""
    last = pieces.tokens[-1].text if pieces.tokens else ""
    what = N_("条件没有写完：“%(piece)s” 后面还缺内容", piece=_cut(last)) if last else N_("条件里只有注释，没有判断")
    return at_place(pieces, at, what, N_("请补上字段、值或判断。"))


def _is_value(one: Token) -> bool:
    return (
        one.kind in ("text", "number") or one.text in (")", "]") or (one.kind == "name" and one.text not in RELATIONS)
    )


# --- names and types -------------------------------------------------------------------------------------------------


def _typed(pieces: Pieces, found: Sequence[tuple[int, str]]) -> Iterator[Problem]:
    """One problem for each token that something is wrong with."""
    wrong_loops = {match.group(1) for _at, said in found if (match := UNKNOWN.search(said))} & LOOPING
    told: set[int] = set()
    for at, said in found:
        unknown, mismatch = UNKNOWN.search(said), MISMATCH.search(said)
        place = _token_of(pieces, at, unknown.group(1) if unknown else "")
        if place in told or (unknown and wrong_loops and "." not in unknown.group(1) and not _is_loop(unknown)):
            continue
        told.add(place)
        if unknown:
            yield _unknown(pieces, place, unknown.group(1))
        elif mismatch:
            yield _mismatch(pieces, place, mismatch.group(1), mismatch.group(2))
        else:
            yield _other(pieces, at, said)


def _is_loop(unknown: re.Match[str]) -> bool:
    return unknown.group(1) in LOOPING


def _token_of(pieces: Pieces, at: int, name: str) -> int:
    """The token that is meant: of a function the compiler names its bracket, of a fact its last dot."""
    here = pieces.index_at(at)
    here = len(pieces.tokens) - 1 if here is None else here
    return here - 1 if name and pieces.tokens[here].text == "(" and here else here


def _unknown(pieces: Pieces, place: int, name: str) -> Problem:
    tokens = pieces.tokens
    one = tokens[place]
    is_called = place + 1 < len(tokens) and tokens[place + 1].text == "("
    if is_called and name in LOOPING:
        what = N_("%(name)s 须写明变量和条件两项", name=name)
        remedy = N_('例如 project.documents.exists(one, one == "feasibility")。')
        return at_place(pieces, one.end - len(name), what, remedy)
    if is_called:
        method = one.text.rpartition(".")[2]
        what = N_("没有名为 %(name)s 的函数", name=method)
        remedy = N_("可用的有 size、exists、all、startsWith、endsWith、contains，以及运算符 in。")
        return at_place(pieces, one.end - len(method), what, remedy)
    if name in SECTIONS:
        what = N_("%(name)s 是一组字段，不是一个字段", name=name)
        return at_place(pieces, one.at, what, N_("请写出其中的字段，例如 %(name)s。", name=_first_of(name)))
    if "." in name:
        what = N_("事实字典中没有字段 %(name)s", name=name)
        return at_place(pieces, one.at, what, _nearest(name))
    what = N_("不认识的名称 %(name)s", name=name)
    return at_place(pieces, one.at, what, N_('编码和文字要放在英文引号里，例如 "%(name)s"；字段要写全名。', name=name))


def _first_of(section: str) -> str:
    return next(name for name in FACTS if name.startswith(f"{section}."))


def _nearest(name: str) -> Wording:
    near = difflib.get_close_matches(name, list(FACTS), n=1, cutoff=0.6)
    if not near:
        return N_("请从字段表中选用。")
    return N_("最接近的是「%(label)s」：%(name)s。", label=FACTS[near[0]].label, name=near[0])


def _other(pieces: Pieces, at: int, said: str) -> Problem:
    if "invalid int literal" in said:
        return at_place(pieces, at, N_("数字太大"), N_("请写不超过 9223372036854775807 的整数。"))
    if "simple identifier" in said:
        what = N_("遍历列表时，第一项应是变量的名称")
        return at_place(pieces, at, what, N_('例如 project.documents.exists(one, one == "feasibility")。'))
    return at_place(pieces, at, N_("这里不符合条件的写法"), CHECK)


def _mismatch(pieces: Pieces, place: int, sign: str, types: str) -> Problem:
    """What two or more things of the wrong kinds were put together with."""
    tokens, given = pieces.tokens, _split(types)
    one = tokens[place]
    bare = sign.strip("_@")
    if bare in RELATIONS and len(given) == 2:
        return at_place(pieces, one.at, *_compared(pieces, place, bare, given))
    if bare in ("&&", "||") and len(given) == 2:
        left, right = side_before(tokens, place, WEAK), side_after(tokens, place, WEAK)
        wrong, kind = (left, given[0]) if given[0] != "bool" else (right, given[1])
        what = N_(
            "%(sign)s 两边都应是“是”或“否”，而 %(thing)s 是%(type)s",
            sign=bare,
            thing=_thing(pieces, wrong),
            type=_type(kind),
        )
        return at_place(pieces, wrong[0].at if wrong else one.at, what, N_('请把它写成比较，例如 > 0 或 != ""。'))
    if sign in ("!_", "-_"):
        thing = side_after(tokens, place, WEAK | RELATIONS)
        what = N_(
            "%(thing)s 是%(type)s，前面不能写 %(sign)s",
            thing=_thing(pieces, thing),
            type=_type(given[0]),
            sign=one.text,
        )
        return at_place(pieces, one.at, what, N_("“不是” 用 != 比较；负号只用于数字。"))
    if sign == "_?_:_":
        what = N_("? 前面应是“是”或“否”，: 两边应是同一种类型；这里是%(types)s", types=_types(given))
        return at_place(pieces, one.at, what, N_("请写成 条件 ? 甲 : 乙，甲和乙类型相同。"))
    if bare in ADDING | TIMING and len(given) == 2:
        return at_place(pieces, one.at, *_counted(pieces, place, bare, given))
    name = one.text.rpartition(".")[2] if one.kind == "name" else tokens[max(place - 1, 0)].text.rpartition(".")[2]
    what = N_("%(name)s 不能这样用于%(types)s", name=N_("下标") if sign == "_[_]" else name, types=_types(given))
    return at_place(
        pieces, one.at, what, N_("size、exists、all 和 in 用于列表；startsWith、endsWith、contains 用于文字。")
    )


def _compared(pieces: Pieces, place: int, sign: str, given: Sequence[str]) -> tuple[Wording, Wording]:
    left = side_before(pieces.tokens, place, WEAK | RELATIONS)
    right = side_after(pieces.tokens, place, WEAK | RELATIONS)
    things = {"left": _thing(pieces, left), "right": _thing(pieces, right)}
    if sign == "in" and not given[1].startswith("list"):
        what = N_("in 的右边应是列表，而 %(right)s 是%(type)s", right=things["right"], type=_type(given[1]))
        return what, N_('请写成 x in ["a", "b"]，或用 == 比较。')
    what = N_(
        "%(left)s（%(one)s）和 %(right)s（%(other)s）类型不同，不能用 %(sign)s 比较",
        **things,
        one=_type(given[0]),
        other=_type(given[1]),
        sign=sign,
    )
    return what, _how(given)


def _how(given: Sequence[str]) -> Wording:
    """What to write instead, by what was compared."""
    kinds = {one.partition("(")[0] for one in given}
    if "list" in kinds:
        return N_('列表里有没有某项，写作 "x" in 列表；有几项，写作 size(列表)。')
    if "null_type" in kinds:
        return N_('没有登记的文字和日期写作 ""，没有登记的列表写作 []。')
    if "double" in kinds:
        return N_("数字只写整数；金额以分为单位。")
    if "bool" in kinds:
        return N_("是或否的字段直接写字段名，或与 true、false 比较。")
    return N_('数字不加引号；文字、编码和日期要加英文引号，例如 "2026-01-01"。')


def _counted(pieces: Pieces, place: int, sign: str, given: Sequence[str]) -> tuple[Wording, Wording]:
    stops = WEAK | RELATIONS | ADDING
    left = side_before(pieces.tokens, place, stops)
    right = side_after(pieces.tokens, place, stops)
    what = N_(
        "%(left)s（%(one)s）和 %(right)s（%(other)s）不能用 %(sign)s 计算",
        left=_thing(pieces, left),
        right=_thing(pieces, right),
        one=_type(given[0]),
        other=_type(given[1]),
        sign=sign,
    )
    return what, N_("加减乘除用于整数；金额以分为单位。")


def _thing(pieces: Pieces, tokens: Sequence[Token]) -> str:
    """A fact by its label, everything else as it was typed."""
    written = shown(pieces.source, tokens)
    return N_("「%(label)s」", label=FACTS[written].label) if written in FACTS else _cut(" ".join(written.split()))


def _split(types: str) -> list[str]:
    """The types of `int, list(string), map(string, int)` one by one."""
    return [one.strip() for one in re.split(r",\s*(?![^()]*\))", types)]


def _type(name: str) -> Wording:
    if name.startswith("list"):
        return N_("列表")
    return N_(str(getattr(TYPES[name], "msgid", TYPES[name]))) if name in TYPES else N_("另一种类型")


def _types(given: Sequence[str]) -> Wording:
    made = _type(given[0])
    for one in given[1:]:
        made = N_("%(some)s、%(one)s", some=made, one=_type(one))
    return made


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
