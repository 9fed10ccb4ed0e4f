"""Strict reading of one entry: keys are asked for by name, others are refused, all problems at once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from app.catalogues.wording import N_
from app.core.errors import Problem, Refused

Choice = TypeVar("Choice", bound=StrEnum)

MAX_TEXT = 4000
# No exponents, blanks or foreign digits: what is stored is what a person can read.
PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?")
# An entry that names no first day has been in force as long as anybody can ask.
ALWAYS = date(1949, 10, 1)
# Where an entry holds that names no division.
EVERYWHERE = "全国"
# Between the divisions of an entry that holds in several.
SEPARATOR = "、"


@dataclass(frozen=True)
class Bilingual:
    """A name or sentence in both languages of the product."""

    zh: str
    en: str

    def said_in(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


class Status(StrEnum):
    """How far the source of an entry was verified; only V and V2 may be shown as law."""

    READ = "V"
    EXCERPT = "V2"
    UNVERIFIED = "M"
    DEFAULT = "D"
    PROPOSED = "P"

    @property
    def is_law(self) -> bool:
        return self in {Status.READ, Status.EXCERPT}


@dataclass(frozen=True)
class Head:
    """What every entry of every kind says about itself.

    `overlays` is the code of the entry of the same kind whose place a local one takes where it holds; an entry with a
    `practice` holds only where that provincial practice was chosen.
    """

    code: str
    name: Bilingual
    citation: str
    status: Status
    jurisdiction: str
    valid_from: date
    valid_until: date | None
    overlays: str = ""
    practice: str = ""

    @property
    def divisions(self) -> tuple[str, ...]:
        """The names of the divisions where it holds, as they are written."""
        return tuple(one.strip() for one in self.jurisdiction.split(SEPARATOR))


class Reader:
    """Reads one mapping; readers of inner mappings share the list of problems, so `finish` reports everything."""

    def __init__(self, data: Any, place: str = "", problems: list[Problem] | None = None) -> None:
        self.place = place
        self.problems: list[Problem] = [] if problems is None else problems
        self.inner: list[Reader] = []
        self.asked: set[str] = set()
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            self.refuse("", N_("应为“键: 值”"), N_("请按 键: 值 的形式填写。"))

    def refuse(self, key: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(what=what, remedy=remedy, place=self._at(key)))

    def _at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place and key else self.place or key

    def has(self, key: str) -> bool:
        self.asked.add(key)
        return self.data.get(key) is not None

    def _required(self, key: str) -> bool:
        if self.has(key):
            return True
        self.refuse(key, N_("缺少 %(key)s", key=self._at(key)), N_("请补上这一项。"))
        return False

    def _wrong(self, key: str, expected: str) -> None:
        what = N_("%(key)s 的值“%(value)s”不对", key=self._at(key), value=str(self.data[key])[:60])
        self.refuse(key, what, N_("应为%(expected)s。", expected=expected))

    def text(self, key: str, default: str | None = None, longest: int = MAX_TEXT) -> str:
        if default is not None and not self.has(key):
            return default
        if not self._required(key):
            return ""
        value = self.data[key]
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            self._wrong(key, N_("文字（不超过 %(n)s 字）", n=longest))
            return ""
        return value.strip()

    def words(self, key: str) -> Bilingual:
        """A `{zh, en}` pair, or one text that is the same in both languages."""
        if not self._required(key):
            return Bilingual("", "")
        if isinstance(self.data[key], dict):
            pair = self.inside(key)
            return Bilingual(pair.text("zh"), pair.text("en"))
        text = self.text(key)
        return Bilingual(text, text)

    def maybe_words(self, key: str) -> Bilingual | None:
        return self.words(key) if self.has(key) else None

    def whole(self, key: str, default: int | None = None) -> int:
        if default is not None and not self.has(key):
            return default
        return (self.maybe_whole(key) or 0) if self._required(key) else 0

    def maybe_whole(self, key: str) -> int | None:
        if not self.has(key):
            return None
        value = self.data[key]
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self._wrong(key, N_("不小于 0 的整数"))
            return None
        return value

    def decimal(self, key: str) -> Decimal | None:
        """A decimal or nothing; written as text or as a whole number, never as a binary float."""
        if not self.has(key):
            return None
        value = self.data[key]
        if isinstance(value, bool) or not isinstance(value, str | int) or not PLAIN_DECIMAL.fullmatch(str(value)):
            self._wrong(key, N_("十进制数"))
            return None
        return Decimal(value)

    def flag(self, key: str) -> bool:
        if self.has(key) and not isinstance(self.data[key], bool):
            self._wrong(key, N_("true 或 false"))
        return self.data.get(key) is True

    def day(self, key: str) -> date | None:
        if not self.has(key):
            return None
        value = self.data[key]
        try:
            made = date.fromisoformat(value)
            if made.isoformat() == value:
                return made
        except (TypeError, ValueError):
            pass
        self._wrong(key, N_("日期，写成 2026-09-01"))
        return None

    def choice(self, key: str, kind: type[Choice]) -> Choice | None:
        return self._one_of(key, self.data[key], kind) if self._required(key) else None

    def choices(self, key: str, kind: type[Choice]) -> tuple[Choice, ...]:
        if not self._required(key):
            return ()
        listed = self.data[key]
        if not isinstance(listed, list) or not listed or len({str(item) for item in listed}) != len(listed):
            self._wrong(key, N_("一个不重复的列表"))
            return ()
        found = [self._one_of(key, item, kind) for item in listed]
        return tuple(item for item in found if item is not None)

    def _one_of(self, key: str, value: Any, kind: type[Choice]) -> Choice | None:
        if isinstance(value, str) and value in {member.value for member in kind}:
            return kind(value)
        self._wrong(key, N_("以下之一：%(choices)s", choices=" ".join(member.value for member in kind)))
        return None

    def inside(self, key: str) -> "Reader":
        """The reader of an inner mapping."""
        self.asked.add(key)
        inner = Reader(self.data.get(key), self._at(key), self.problems)
        self.inner.append(inner)
        return inner

    def each(self, key: str) -> "Iterable[Reader]":
        """One reader for each mapping of an inner list."""
        if not self._required(key):
            return []
        if not isinstance(self.data[key], list):
            self._wrong(key, N_("一个列表"))
            return []
        readers = [Reader(item, f"{self._at(key)}.{n}", self.problems) for n, item in enumerate(self.data[key])]
        self.inner += readers
        return readers

    def mapping(self, key: str) -> dict[str, Any]:
        """An inner mapping whose keys are data (codes, dates) and which the caller judges."""
        if not self._required(key):
            return {}
        if not isinstance(self.data[key], dict):
            self._wrong(key, N_("“键: 值”"))
            return {}
        found: dict[str, Any] = self.data[key]
        return found

    def finish(self) -> None:
        """Refuses what nobody asked for, then everything that was found wrong."""
        self._refuse_unknown()
        if self.problems:
            raise Refused(self.problems)

    def _refuse_unknown(self) -> None:
        for key in self.data:
            if key not in self.asked:
                self.refuse(key, N_("不认识的键 %(key)s", key=self._at(key)), N_("请删除或改正拼写。"))
        for inner in self.inner:
            inner._refuse_unknown()


def read_head(reader: Reader) -> Head:
    """Reads what all entries have in common; problems stay with the reader until it finishes."""
    code = reader.text("code")
    if len(code) > 80 or any(letter.isspace() for letter in code):
        reader.refuse("code", N_("编码“%(code)s”不对", code=code[:80]), N_("编码不含空格，不超过 80 个字符。"))
    status = reader.choice("status", Status) or Status.UNVERIFIED
    # A product default needs no source; everything that claims one must name it.
    citation = reader.text("citation", default="" if status is Status.DEFAULT else None)
    head = Head(
        code=code,
        name=reader.words("name"),
        citation=citation,
        status=status,
        jurisdiction=reader.text("jurisdiction", default=EVERYWHERE),
        valid_from=reader.day("valid_from") or ALWAYS,
        valid_until=reader.day("valid_until"),
        overlays=reader.text("overlays", default=""),
        practice=reader.text("practice", default=""),
    )
    if head.valid_until and head.valid_until < head.valid_from:
        reader.refuse("valid_until", N_("失效日期早于生效日期"), N_("请改正 valid_from 或 valid_until。"))
    if head.overlays and head.jurisdiction == EVERYWHERE and not head.practice:
        remedy = N_("请写明适用地域或地方模式；全国适用的，请直接修改被取代的条目。")
        reader.refuse("overlays", N_("取代其他条目的须是地方条目，不能适用于全国"), remedy)
    return head
