"""Reads one YAML catalogue file, safely and with line numbers: bounded, without aliases, tags or doubled keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from app.catalogues.wording import N_

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 24
# As many as a large catalogue needs, few enough to be read within seconds.
MAX_VALUES = 200_000

HEADER_KEYS = frozenset({"entries", "jurisdiction", "kind", "note", "prefix", "source", "valid_from"})
# A header may say these once for all its entries.
INHERITED_KEYS = ("jurisdiction", "valid_from")

Place = tuple[str, ...]
Lines = Mapping[Place, int]

# The C parser reads the same events ten times faster; it is missing where PyYAML was built without libyaml.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong with a catalogue file, with its place and what to do about it."""

    file: str
    line: int
    code: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.code or '-'}: {self.reason} — {self.remedy}"


@dataclass(frozen=True)
class RawEntry:
    """One entry as written: nothing is judged yet but the shape of the file.

    `kind` is empty where the entry is of the kind of its file; a file of several kinds says it for each other entry.
    """

    file: str
    line: int
    code: str
    content: dict[str, Any]
    lines: Lines = field(default_factory=dict, repr=False, compare=False)
    kind: str = ""

    def line_of(self, place: str) -> int:
        """The line of a dotted place inside the entry, or of the nearest thing around it."""
        parts = tuple(place.split(".")) if place else ()
        while parts and parts not in self.lines:
            parts = parts[:-1]
        return self.lines.get(parts, self.line)

    def finding(self, reason: str, remedy: str, place: str = "") -> Finding:
        return Finding(self.file, self.line_of(place), self.code, reason, remedy)


@dataclass(frozen=True)
class CatalogueFile:
    """A file that could be read: its kind and entries, and what was wrong around them."""

    file: str
    kind: str
    entries: tuple[RawEntry, ...]
    findings: tuple[Finding, ...]

    def kind_of(self, raw: RawEntry) -> str:
        return raw.kind or self.kind


class Unreadable(Exception):
    """The text is no catalogue at all: reading stops here, because nothing after this place can be trusted."""

    def __init__(self, line: int, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.line, self.reason, self.remedy = line, reason, remedy


def read_file(path: Path, shown: str) -> CatalogueFile:
    """Reads a file; `shown` is the name that findings and stored entries carry."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = N_("文件无法读取：%(why)s", why=error.strerror or type(error).__name__)
        return _nothing(Finding(shown, 0, "", reason, N_("请检查路径和读取权限。")))
    return read_bytes(data, shown)


def read_bytes(data: bytes, shown: str) -> CatalogueFile:
    """The same for a text that is already in memory (an upload, a test)."""
    try:
        return _file_of(_document(_text(data)), shown)
    except Unreadable as stop:
        return _nothing(Finding(shown, stop.line, "", stop.reason, stop.remedy))


def _nothing(*findings: Finding) -> CatalogueFile:
    return CatalogueFile(findings[0].file, "", (), findings)


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise Unreadable(0, N_("文件超过 2 MB"), N_("请拆成几个文件。"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Unreadable(line, N_("文件不是 UTF-8 编码"), N_("请另存为 UTF-8 后重试。")) from None
    if not text.strip():
        raise Unreadable(1, N_("文件是空的"), N_("请至少写明 kind 和一个条目。"))
    return text


class _Builder:
    """Turns parser events into plain values and notes the line of every key and item.

    Events are used instead of the loader's objects because they show aliases and tags before anything is expanded.
    Only `null`, `true`, `false` and whole numbers mean anything but text: a decimal, a date or a time of day stays
    exactly as written (YAML would read 99.90 as a binary float and 09:00 as 540).
    """

    def __init__(self, text: str) -> None:
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=LOADER))
        self.root: dict[str, Any] = {}
        self.lines: dict[Place, int] = {}
        self.doubled: list[tuple[Place, int]] = []
        self.counted = 0

    def document(self) -> Any:
        value: Any = None
        seen = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                seen += 1
                if seen > 1:
                    raise Unreadable(_line(event), N_("文件里有多个 YAML 文档"), N_("请一个文件只写一个文档。"))
                value = self.value(next(self.events), ())
        return value

    def value(self, event: Any, place: Place) -> Any:
        self.counted += 1
        if self.counted > MAX_VALUES:
            raise Unreadable(_line(event), N_("文件里的值超过 %(n)s 个", n=MAX_VALUES), N_("请拆成几个文件。"))
        _refuse_dangerous(event, place)
        self.lines.setdefault(place, _line(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(place)
        return _scalar(event)

    def mapping(self, place: Place) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while not isinstance(key := next(self.events), yaml.MappingEndEvent):
            _refuse_dangerous(key, place)
            if not isinstance(key, yaml.ScalarEvent):
                raise Unreadable(_line(key), N_("键必须是一个词"), N_("请检查缩进和冒号。"))
            inside = (*place, key.value)
            if key.value in made:
                self.doubled.append((inside, _line(key)))
            self.lines[inside] = _line(key)
            made[key.value] = self.value(next(self.events), inside)
        return made

    def sequence(self, place: Place) -> list[Any]:
        made: list[Any] = []
        while not isinstance(item := next(self.events), yaml.SequenceEndEvent):
            made.append(self.value(item, (*place, str(len(made)))))
        return made


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _refuse_dangerous(event: Any, place: Place) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise Unreadable(_line(event), N_("不允许使用锚点和别名（& 和 *）"), N_("请把内容写全。"))
    if getattr(event, "tag", None) and event.tag != "!":
        raise Unreadable(_line(event), N_("不允许使用标签 %(tag)s", tag=event.tag), N_("请去掉标签，写成普通的值。"))
    if len(place) > MAX_DEPTH:
        raise Unreadable(_line(event), N_("嵌套超过 %(n)s 层", n=MAX_DEPTH), N_("请减少嵌套。"))


def _scalar(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in {"", "~", "null"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    digits = text.removeprefix("-")
    # More than 18 digits is a code or a mistake, never a number that somebody calculates with.
    plain = digits.isascii() and digits.isdigit() and len(digits) <= 18
    return int(text) if plain and str(int(text)) == text else text


def _document(text: str) -> _Builder:
    builder = _Builder(text)
    try:
        root = builder.document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = N_("YAML 语法错误：%(why)s", why=getattr(error, "problem", None) or type(error).__name__)
        raise Unreadable(mark.line + 1 if mark else 1, reason, N_("请检查这一行附近的缩进、冒号和引号。")) from None
    except RecursionError:
        raise Unreadable(1, N_("嵌套超过 %(n)s 层", n=MAX_DEPTH), N_("请减少嵌套。")) from None
    if not isinstance(root, dict):
        raise Unreadable(1, N_("文件最外层不是“键: 值”"), N_("请从 kind: 开始写。"))
    builder.root = root
    return builder


def _file_of(built: _Builder, shown: str) -> CatalogueFile:
    root = built.root
    kind = root.get("kind")
    findings = [
        Finding(shown, line, _code_at(root, place), N_("键 %(key)s 写了两次", key=place[-1]), N_("请只保留一处。"))
        for place, line in built.doubled
    ]
    if not isinstance(kind, str) or not kind:
        findings.append(Finding(shown, 1, "", N_("缺少 kind"), N_("请在文件开头写明种类，例如 kind: indicator。")))
        return CatalogueFile(shown, "", (), tuple(findings))
    if "entries" in root:
        findings += [
            Finding(shown, built.lines[(key,)], "", N_("不认识的键 %(key)s", key=key), N_("请删除或改正拼写。"))
            for key in root
            if key not in HEADER_KEYS
        ]
        entries = _listed(built, shown, findings)
    else:
        entries = [_single(built, shown)]
    _check_codes(root.get("prefix"), entries, findings)
    return CatalogueFile(shown, kind, tuple(entries), tuple(findings))


def _code_at(root: dict[str, Any], place: Place) -> str:
    entries = root.get("entries")
    if len(place) > 2 and place[0] == "entries" and isinstance(entries, list):
        entry = entries[int(place[1])]
        return str(entry.get("code") or "") if isinstance(entry, dict) else ""
    return str(root.get("code") or "")


def _listed(built: _Builder, shown: str, findings: list[Finding]) -> list[RawEntry]:
    root = built.root
    items = root["entries"]
    if not isinstance(items, list) or not items:
        reason, remedy = N_("entries 里没有条目"), N_("请在 entries 下列出至少一个条目。")
        findings.append(Finding(shown, built.lines[("entries",)], "", reason, remedy))
        return []
    inherited = {key: root[key] for key in INHERITED_KEYS if root.get(key) is not None}
    lines = _by_entry(built.lines)
    made = []
    for number, item in enumerate(items):
        here = ("entries", str(number))
        if isinstance(item, dict):
            content = {**inherited, **item}
            kind = content.pop("kind") if isinstance(item.get("kind"), str) else ""
            made.append(RawEntry(shown, built.lines[here], str(item.get("code") or ""), content, lines[here], kind))
        else:
            reason, remedy = N_("条目不是“键: 值”"), N_("每个条目以 - code: 开头。")
            findings.append(Finding(shown, built.lines[here], "", reason, remedy))
    return made


def _single(built: _Builder, shown: str) -> RawEntry:
    content = {key: value for key, value in built.root.items() if key not in {"kind", "note", "source", "prefix"}}
    return RawEntry(shown, 1, str(content.get("code") or ""), content, built.lines)


def _by_entry(lines: Lines) -> dict[Place, dict[Place, int]]:
    """The lines inside each entry, gathered in one pass over the file."""
    gathered: dict[Place, dict[Place, int]] = {}
    for place, line in lines.items():
        if len(place) > 1 and place[0] == "entries":
            gathered.setdefault(place[:2], {})[place[2:]] = line
    return gathered


def _check_codes(prefix: Any, entries: list[RawEntry], findings: list[Finding]) -> None:
    for entry in entries:
        if prefix and not entry.code.startswith(str(prefix)):
            reason = N_("编码应以 %(prefix)s 开头", prefix=prefix)
            findings.append(entry.finding(reason, N_("请改正编码或文件开头的 prefix。"), "code"))
