"""Judges catalogue files without a database: each entry alone, then all of them together."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from app.catalogues.files import CatalogueFile, Finding, RawEntry
from app.catalogues.kinds import CatalogueKind, Find, Reference
from app.catalogues.reading import EVERYWHERE, Head, Reader, read_head
from app.catalogues.unseen import unseen_in
from app.catalogues.wording import N_, Wording
from app.core.canonical import canonical_json
from app.core.errors import Problem, Refused

# An entry by its kind and code.
Key = tuple[str, str]


@dataclass(frozen=True)
class CheckedEntry:
    """An entry that is sound in itself, ready to be stored."""

    kind: str
    head: Head
    raw: RawEntry
    parsed: Any
    content: str
    digest: str

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.head.code


@dataclass(frozen=True)
class Checked:
    """What came out of checking some files: sound entries and everything that was found."""

    entries: tuple[CheckedEntry, ...]
    findings: tuple[Finding, ...]

    def reminders(self, kinds: Mapping[str, CatalogueKind], elsewhere: Find) -> list[Finding]:
        """What is no mistake and hardly meant; `elsewhere` finds what is not among these entries."""
        here = {entry.key: entry.parsed for entry in self.entries}

        def find(kind: str, code: str) -> Any:
            return here.get((kind, code)) or elsewhere(kind, code)

        found = (
            _finding(entry.raw, one) for entry in self.entries for one in kinds[entry.kind].reminds(entry.parsed, find)
        )
        return sorted(set(found))


def check_files(
    files: Iterable[CatalogueFile],
    kinds: Mapping[str, CatalogueKind],
    known: Iterable[tuple[str, str]] = (),
    standing: Mapping[Key, frozenset[str]] | None = None,
    laws: frozenset[Key] = frozenset(),
    places: Iterable[str] = (),
) -> Checked:
    """Checks files as one set; `known` are (kind, code) pairs outside them that references may point to, `laws` those
    of them that are law, `standing` what entries outside them take the place of, `places` the divisions outside them.
    """
    findings: list[Finding] = []
    entries: list[CheckedEntry] = []
    for file in files:
        findings += file.findings
        if file.kind and file.kind not in kinds:
            findings.append(Finding(file.file, 1, "", *_unknown_kind(file.kind, kinds)))
            continue
        for raw in file.entries:
            if file.kind_of(raw) not in kinds:
                findings.append(raw.finding(*_unknown_kind(raw.kind, kinds), "kind"))
                continue
            found = check_entry(raw, kinds[file.kind_of(raw)])
            if isinstance(found, CheckedEntry):
                entries.append(found)
                findings += (_finding(raw, one) for one in kinds[found.kind].refuses(found.parsed))
            else:
                findings += found
    findings += _doubled(entries)
    findings += _dangling(entries, kinds, set(known) | {entry.key for entry in entries})
    findings += _without_law(entries, kinds, laws)
    findings += _nowhere(entries, {*places, *places_in(entries, kinds)})
    findings += _circles(entries, _overlaid, standing or {}, N_("取代关系成环：%(way)s"))
    findings += _circles(entries, lambda entry: kinds[entry.kind].order(entry.parsed), {}, N_("先后顺序成环：%(way)s"))
    return Checked(tuple(entries), tuple(sorted(set(findings))))


def _unknown_kind(kind: str, kinds: Mapping[str, CatalogueKind]) -> tuple[Wording, Wording]:
    choices = " ".join(sorted(kinds))
    return N_("不认识的种类 %(kind)s", kind=kind), N_("kind 应为以下之一：%(choices)s。", choices=choices)


def check_entry(raw: RawEntry, kind: CatalogueKind) -> CheckedEntry | list[Finding]:
    """Judges one entry: its head, then what its room says about the rest."""
    reader = Reader(raw.content)
    head = read_head(reader)
    problems = list(reader.problems)
    parsed = None
    try:
        parsed = kind.parse(raw.content)
    except Refused as refusal:
        problems += refusal.problems
    except ValueError as error:
        problems.append(Problem(what=str(error), remedy=N_("请对照同类条目改正。")))
    flawed = {problem.place for problem in problems}
    problems += (problem for problem in unseen_in(raw.content) if problem.place not in flawed)
    if problems:
        return [_finding(raw, problem) for problem in problems]
    content = canonical_json(raw.content)
    return CheckedEntry(kind.name, head, raw, parsed, content, hashlib.sha256(content.encode()).hexdigest())


def _finding(raw: RawEntry, problem: Problem) -> Finding:
    # The wording objects go through unchanged: a page can still translate them.
    why = problem.why
    reason = N_("%(what)s（%(why)s）", what=problem.what, why=why) if why else problem.what
    return raw.finding(reason, problem.remedy or N_("请改正后重试。"), problem.place)


def _doubled(entries: Iterable[CheckedEntry]) -> Iterable[Finding]:
    """A code stands in one file, and its periods of validity do not overlap."""
    by_key: dict[tuple[str, str], list[CheckedEntry]] = {}
    for entry in entries:
        by_key.setdefault(entry.key, []).append(entry)
    for group in by_key.values():
        group.sort(key=lambda entry: (entry.head.valid_from, entry.raw.file, entry.raw.line))
        for earlier, later in pairwise(group):
            yield from _clash(earlier, later)


def _clash(earlier: CheckedEntry, later: CheckedEntry) -> Iterable[Finding]:
    other = f"{earlier.raw.file}:{earlier.raw.line}"
    until = earlier.head.valid_until
    if earlier.raw.file != later.raw.file or earlier.head.valid_from == later.head.valid_from:
        reason = N_("编码重复，已用于 %(other)s", other=other)
        yield later.raw.finding(reason, N_("编码不得重复使用，请换一个新编码。"), "code")
    elif until is None or until >= later.head.valid_from:
        reason = N_("有效期与 %(other)s 重叠", other=other)
        yield later.raw.finding(reason, N_("请给前一个条目写上更早的 valid_until。"), "valid_from")


def _dangling(
    entries: Iterable[CheckedEntry], kinds: Mapping[str, CatalogueKind], known: set[tuple[str, str]]
) -> Iterable[Finding]:
    for entry in entries:
        kind = kinds[entry.kind]
        named = (*kind.references(entry.parsed), *kind.order(entry.parsed))
        for wanted in (*named, *_overlaid(entry), *_chosen(entry, kinds)):
            if (wanted.kind, wanted.code) not in known:
                reason = N_("引用的 %(kind)s %(code)s 不存在", kind=wanted.kind, code=wanted.code)
                yield entry.raw.finding(reason, N_("请改正编码，或先登记被引用的条目。"), wanted.place)


def _without_law(
    entries: Sequence[CheckedEntry], kinds: Mapping[str, CatalogueKind], laws: frozenset[Key]
) -> Iterable[Finding]:
    """What law asks for cannot be left out, whoever says so."""
    # What a file says now counts, not what stands outside of the same entry.
    present = {entry.key for entry in entries}
    binding = (laws - present) | {entry.key for entry in entries if entry.head.status.is_law}
    for entry in entries:
        for wanted in kinds[entry.kind].references(entry.parsed):
            if wanted.leaves_out and (wanted.kind, wanted.code) in binding:
                reason = N_("%(kind)s %(code)s 依据的是法规，不能不适用", kind=wanted.kind, code=wanted.code)
                yield entry.raw.finding(
                    reason, N_("请删去；只有待核实、默认和研究主张的条目可以不适用。"), wanted.place
                )


def _overlaid(entry: CheckedEntry) -> tuple[Reference, ...]:
    """What an entry takes the place of; always of its own kind."""
    over = entry.head.overlays
    return (Reference(entry.kind, over, "overlays"),) if over else ()


def _chosen(entry: CheckedEntry, kinds: Mapping[str, CatalogueKind]) -> Iterable[Reference]:
    """The practice that has to be chosen for an entry to hold."""
    code = entry.head.practice
    return (Reference(kind.name, code, "practice") for kind in kinds.values() if code and kind.is_practice)


def places_in(entries: Iterable[CheckedEntry], kinds: Mapping[str, CatalogueKind]) -> Iterable[str]:
    """The names of all divisions that entries bring."""
    for entry in entries:
        yield from kinds[entry.kind].places(entry.parsed)


def _nowhere(entries: Iterable[CheckedEntry], places: set[str]) -> Iterable[Finding]:
    """What names no division holds nowhere; where no division is known at all, that cannot be said."""
    for entry in entries if places else ():
        strangers = [name for name in entry.head.divisions if name != EVERYWHERE and name not in places]
        if strangers:
            reason = N_("适用地域“%(names)s”不在行政区划中", names="、".join(strangers))
            remedy = N_("请写“全国”或行政区划的全称，多个之间用顿号分开；没有的地方，请先补入行政区划。")
            yield entry.raw.finding(reason, remedy, "jurisdiction")


def _circles(
    entries: Sequence[CheckedEntry],
    leading: Callable[[CheckedEntry], Iterable[Reference]],
    standing: Mapping[Key, frozenset[str]],
    reason: Wording,
) -> Iterable[Finding]:
    """Entries from which a way leads back to themselves, each at the line that begins the way."""
    ways: dict[Key, set[str]] = {key: set(codes) for key, codes in standing.items()}
    for entry in entries:
        # What a file says now counts, not what was stored of the same entry before.
        ways[entry.key] = set()
    for entry in entries:
        ways[entry.key] |= {wanted.code for wanted in leading(entry)}
    for entry in entries:
        for wanted in leading(entry):
            way = _way_back(entry.key, wanted.code, ways)
            if way:
                told = Wording(reason.msgid, way=" → ".join((entry.head.code, *way)))
                yield entry.raw.finding(told, N_("请删去其中一处。"), wanted.place)


def _way_back(start: Key, first: str, ways: Mapping[Key, set[str]]) -> tuple[str, ...]:
    """The codes from `first` back to the start; empty where none leads there."""
    kind, goal = start
    seen = {first}
    waiting: list[tuple[str, ...]] = [(first,)]
    while waiting:
        way = waiting.pop()
        if way[-1] == goal:
            return way
        for code in sorted(ways.get((kind, way[-1]), set()) - seen):
            seen.add(code)
            waiting.append((*way, code))
    return ()
