"""JSON read strictly: bounded, no NaN or Infinity, no doubled keys, no broken characters; refusals say where.

What makes the text no JSON document at all refuses the whole text. What is wrong inside one value stays in place as a
`Spoiled` until `clean` meets it, so that one bad input of many can be answered in its own place.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.calendars.flaws import Flaw, below
from app.catalogues.wording import N_, Wording

MAX_BYTES = 1_000_000
MAX_DEPTH = 50
MAX_DIGITS = 40
BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{\]}]', re.DOTALL)
SURROGATE = re.compile("[\ud800-\udfff]")

NOT_JSON = N_("不是有效的 JSON：第 %(line)s 行第 %(column)s 列。")
TOO_LARGE = N_("内容超过 1 MB。")
TOO_DEEP = N_("嵌套超过 %(depth)s 层。")
NOT_FINITE = N_("不是有限的数：%(text)s。")
TOO_LONG = N_("数字过长。")
DOUBLED = N_("键“%(key)s”重复出现。")
BROKEN = N_("含有不成对的代理字符。")


@dataclass(frozen=True)
class Spoiled:
    """A value that JSON cannot have or that nobody can mean."""

    reason: Wording


def loads(source: str | bytes) -> Any:
    """The document as plain values; decimals as `Decimal`; see `clean` for what is wrong inside."""
    if len(source) > MAX_BYTES or (isinstance(source, str) and len(source.encode(errors="replace")) > MAX_BYTES):
        raise Flaw(TOO_LARGE)
    text = _decoded(source)
    _check_depth(text)
    try:
        return json.loads(
            text, parse_constant=_constant, parse_float=_decimal, parse_int=_whole, object_pairs_hook=_pairs
        )
    except json.JSONDecodeError as error:
        raise Flaw(
            N_("不是有效的 JSON：第 %(line)s 行第 %(column)s 列。"), line=error.lineno, column=error.colno
        ) from None


def clean(value: Any, path: str = "", depth: int = 1) -> Any:
    """The value itself when nothing in it is wrong; also guards values that another JSON reader made."""
    if isinstance(value, Spoiled):
        raise Flaw(value.reason, path)
    if isinstance(value, str) and SURROGATE.search(value):
        raise Flaw(BROKEN, path)
    if isinstance(value, (float, Decimal)) and not Decimal(value).is_finite():
        raise Flaw(NOT_FINITE, path, text=str(value))
    if isinstance(value, (dict, list)):
        _clean_inside(value, path, depth)
    return value


def _clean_inside(value: dict[str, Any] | list[Any], path: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Flaw(TOO_DEEP, path, depth=MAX_DEPTH)
    members: Iterable[tuple[str | int, Any]] = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in members:
        if isinstance(key, str) and SURROGATE.search(key):
            raise Flaw(BROKEN, path)
        clean(member, below(path, key), depth + 1)


def _decoded(source: str | bytes) -> str:
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Flaw(N_("不是 UTF-8 编码（第 %(place)s 字节）。"), place=error.start + 1) from None


def _check_depth(text: str) -> None:
    """Counts brackets outside strings before parsing, because the parser would run out of stack."""
    depth = 0
    for found in BRACKETS.finditer(text):
        if found[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Flaw(TOO_DEEP, depth=MAX_DEPTH)
        elif found[0] in "]}":
            depth -= 1


def _constant(text: str) -> Spoiled:
    return Spoiled(Wording(NOT_FINITE.msgid, text=text))


def _decimal(text: str) -> Decimal | Spoiled:
    if len(text) > MAX_DIGITS:
        return Spoiled(TOO_LONG)
    number = Decimal(text)
    # 1e999 is infinite to every reader with binary floats.
    return number if abs(number.adjusted()) <= MAX_DIGITS else Spoiled(Wording(NOT_FINITE.msgid, text=text))


def _whole(text: str) -> int | Spoiled:
    return int(text) if len(text) <= MAX_DIGITS else Spoiled(TOO_LONG)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Spoiled:
    content: dict[str, Any] = {}
    for key, value in pairs:
        if key in content:
            return Spoiled(Wording(DOUBLED.msgid, key=key[:80]))
        content[key] = value
    return content
