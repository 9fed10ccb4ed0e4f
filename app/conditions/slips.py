"""Slips of typing in a condition: marks of another keyboard, words of other languages, brackets that do not meet.

They are told before the compiler sees the condition: each with its place, what was typed, and what to type instead.
"""

import difflib
from collections.abc import Iterator, Sequence

from app.catalogues.unseen import REMEDY, told, unseen
from app.catalogues.wording import N_, Wording
from app.conditions.facts import FACTS
from app.conditions.tokens import CLOSING, OPENING, Pieces, Token
from app.core.errors import Problem

# Marks of a Chinese keyboard, and what a condition is written with.
MARKS = {
    "＝": "==",
    "“": '"',
    "”": '"',
    "＂": '"',
    "‘": '"',
    "’": '"',
    "（": "(",
    "）": ")",
    "【": "[",
    "】": "]",
    "［": "[",
    "］": "]",
    "，": ",",
    "、": ",",
    "＞": ">",
    "＜": "<",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "！": "!",
    "＆": "&&",
    "｜": "||",
    "？": "?",
    "：": ":",
    "＋": "+",
    "－": "-",
    "×": "*",
    "＊": "*",
    "÷": "/",
    "．": ".",
    "。": ".",
    "「": '"',
    "」": '"',
    "\u3000": " ",
}
# What other languages write.
SIGNS = {"=": "==", "===": "==", "!==": "!=", "<>": "!=", "=>": ">=", "=<": "<=", "&": "&&", "|": "||"}
WORDS = {"and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!", "True": "true", "False": "false"}
CHINESE_WORDS = {"并且": "&&", "而且": "&&", "且": "&&", "或者": "||", "或": "||", "不是": "!", "非": "!"}
TIMES = {"万": 10_000, "亿": 100_000_000, "元": 1, "万元": 10_000, "亿元": 100_000_000}
FEN = 100
MOST = 10
BRACKETS = frozenset({*OPENING, *CLOSING})


def slips(text: str) -> list[Problem]:
    """Every slip of a condition in the order in which they stand, ten at most."""
    pieces = Pieces(text)
    found = sorted([*_marks(pieces), *_unmet(pieces)], key=lambda one: one[0])
    return [problem for _at, problem in found[:MOST]]


def hidden(text: str) -> list[Problem]:
    """Every character of a condition that is not seen, in its texts and remarks as well; and blanks of other kinds."""
    pieces = Pieces(text)
    found = sorted({*unseen(text), *(at for at, char in enumerate(text) if _is_odd_blank(char))})
    return [at_place(pieces, at, told(text[at]), REMEDY) for at in found[:MOST]]


def _is_odd_blank(char: str) -> bool:
    """A blank that looks like another; the Chinese one has its own word."""
    return char.isspace() and not char.isascii() and char != "\u3000"


def at_place(pieces: Pieces, at: int, what: str, remedy: str) -> Problem:
    """A problem that says its line and column."""
    line, column = pieces.place(at)
    said = N_("第 %(line)s 行第 %(column)s 列：%(text)s", line=line, column=column, text=what)
    return Problem(said, remedy=remedy, place=f"{line}:{column}")


def _marks(pieces: Pieces) -> Iterator[tuple[int, Problem]]:
    tokens = pieces.tokens
    for number, one in enumerate(tokens):
        told = _told(tokens, number)
        if told is not None:
            yield one.at, at_place(pieces, one.at, *told)


def _told(tokens: Sequence[Token], number: int) -> tuple[Wording, Wording] | None:
    one = tokens[number]
    if one.text in MARKS:
        return _instead(one.text, MARKS[one.text], N_("「%(typed)s」 是中文符号", typed=one.text))
    if one.text in SIGNS or one.text in WORDS:
        sign = SIGNS.get(one.text) or WORDS[one.text]
        return _instead(one.text, sign, N_("条件里没有 「%(typed)s」 这种写法", typed=one.text))
    if one.kind == "words":
        return _chinese(tokens, number)
    if one.kind == "unclosed":
        return N_("文字 %(typed)s 没有结束的引号", typed=one.text[:40]), N_('请在文字后面补上英文引号，例如 "new"。')
    if one.kind == "stray":
        return N_("不认识的符号 「%(typed)s」", typed=one.text), N_("请删去；条件只用英文符号。")
    if one.kind == "number" and _is_grouped(tokens, number):
        return N_("数字里不能有千分号"), N_("请连着写，例如 10000。")
    return None


def _instead(typed: str, sign: str, what: Wording) -> tuple[Wording, Wording]:
    if sign == " ":
        return N_("这里有一个中文空格"), N_("请改为英文空格。")
    return what, N_("请把 「%(typed)s」 改为 %(sign)s。", typed=typed, sign=sign)


def _chinese(tokens: Sequence[Token], number: int) -> tuple[Wording, Wording]:
    word = tokens[number].text
    before = tokens[number - 1] if number else None
    if word in TIMES and before is not None and before.kind == "number" and before.text.isdigit():
        fen = int(before.text) * TIMES[word] * FEN
        return (
            N_("「%(typed)s」 不能直接写在条件里", typed=before.text + word),
            N_("金额以分为单位写成整数：%(fen)s。", fen=fen),
        )
    if word in CHINESE_WORDS:
        return _instead(word, CHINESE_WORDS[word], N_("「%(typed)s」 不能直接写在条件里", typed=word))
    return N_("「%(typed)s」 不能直接写在条件里", typed=word), _named(word)


def _named(word: str) -> Wording:
    """The fact that is called so, or nearly so."""
    labels = {str(fact.label): fact.name for fact in FACTS.values()}
    near = difflib.get_close_matches(word, labels, n=1, cutoff=0.6)
    if near:
        label = FACTS[labels[near[0]]].label
        return N_("字段「%(label)s」在条件里写作 %(name)s；文字要放在英文引号里。", label=label, name=labels[near[0]])
    return N_("文字要放在英文引号里；字段请从字段表中选用。")


def _is_grouped(tokens: Sequence[Token], number: int) -> bool:
    """`10,000` outside of a list: the comma of a number, not of a list."""
    three = tokens[number : number + 3]
    if len(three) < 3 or three[1].text != "," or three[2].kind != "number" or len(three[2].text) != 3:
        return False
    depth = sum((one.text in "([") - (one.text in ")]") for one in tokens[:number])
    return three[0].end == three[1].at and three[1].end == three[2].at and depth == 0


def _unmet(pieces: Pieces) -> Iterator[tuple[int, Problem]]:
    """Brackets without a partner; where a mark or a text is open that may be one, that is told instead."""
    if any(one.kind == "unclosed" or MARKS.get(one.text, "") in BRACKETS for one in pieces.tokens):
        return
    waiting: list[Token] = []
    for one in pieces.tokens:
        if one.kind == "sign" and one.text in OPENING:
            waiting.append(one)
        elif one.kind == "sign" and one.text in CLOSING:
            if waiting and OPENING[waiting[-1].text] == one.text:
                waiting.pop()
            else:
                what = N_("多了一个 「%(typed)s」，前面没有与它配对的括号", typed=one.text)
                yield (
                    one.at,
                    at_place(pieces, one.at, what, N_("请删去，或在前面补上 %(sign)s。", sign=CLOSING[one.text])),
                )
    for one in waiting:
        what = N_("这里的 「%(typed)s」 没有配对的括号", typed=one.text)
        yield one.at, at_place(pieces, one.at, what, N_("请在后面补上 %(sign)s。", sign=OPENING[one.text]))
