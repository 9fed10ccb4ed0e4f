"""Checking catalogue files, and loading them as new versions: all of a load or nothing of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.audit import act
from app.catalogues.beginning import Moved, begun, ended, following_in, is_changed
from app.catalogues.catalogue import Catalogue
from app.catalogues.checking import Checked, CheckedEntry, Key, check_entry, check_files, places_in
from app.catalogues.files import CatalogueFile, Finding, RawEntry
from app.catalogues.kinds import no_places
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, content_of, parsed, said, this_catalogue
from app.catalogues.reading import Status
from app.catalogues.wording import N_
from app.core.actors import Actor, must
from app.core.clock import now, today
from app.core.db import db
from app.core.errors import Problem, Refused, Stale
from app.core.permissions import Permission

# The key by which an entry names the one whose place it takes.
OVERLAYS = "overlays"
# The source of a version that was drafted, reviewed and published on the web begins so.
WEB = "web:"
LAW = frozenset(status.value for status in Status if status.is_law)


class CatalogueRefused(Refused):
    """Files that were not loaded, with every finding."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(
            Problem(what=said(one.reason), remedy=said(one.remedy), place=f"{one.file}:{one.line}: {one.code}")
            for one in findings
        )


@dataclass(frozen=True)
class StoredVersion:
    """One version that a load added."""

    kind: str
    code: str
    version: int
    file: str


@dataclass(frozen=True)
class Standing:
    """A version from the web that a file does not overwrite: it stands, whatever the file says of its time."""

    kind: str
    code: str
    version: int
    source: str


@dataclass(frozen=True)
class LoadReport:
    """What a load did: the versions it added, how many entries were already as the files say, what stood, and which
    of the new ones begin on the day of the loading instead of a past one."""

    stored: tuple[StoredVersion, ...]
    unchanged: int
    standing: tuple[Standing, ...] = ()
    moved: tuple[Moved, ...] = ()


@dataclass(frozen=True)
class _Known:
    """What is stored about one version, without its content."""

    kind: str
    code: str
    version: int
    digest: str
    valid_from: date
    source_file: str


History = dict[tuple[str, str], list[_Known]]


def check(paths: Sequence[Path]) -> list[Finding]:
    """Everything that is wrong with some files (all packaged ones by default), without touching the database."""
    catalogue = this_catalogue()
    files = catalogue.read(paths or catalogue.packaged())
    return list(_checked(catalogue, files).findings)


def reminders(paths: Sequence[Path]) -> list[Finding]:
    """What of some sound files is no mistake and hardly meant, beside the packaged ones."""
    catalogue = this_catalogue()
    packaged = catalogue.read(catalogue.packaged())
    raws = {(file.kind_of(raw), raw.code): raw for file in packaged for raw in file.entries}

    def elsewhere(kind: str, code: str) -> object:
        raw = raws.get((kind, code))
        return catalogue.kinds[kind].parse(raw.content) if raw else None

    files = catalogue.read(paths) if paths else packaged
    return _checked(catalogue, files).reminders(catalogue.kinds, elsewhere)


def reminders_of_one(kind: str, raw: RawEntry) -> list[Finding]:
    """The same of one entry beside what is in force."""
    catalogue = this_catalogue()
    found = check_entry(raw, catalogue.kinds[kind])
    if not isinstance(found, CheckedEntry):
        return []

    def elsewhere(other: str, code: str) -> object:
        entry = next((one for one in all_current(other, today()) if one.code == code), None)
        return parsed(entry) if entry else None

    return Checked((found,), ()).reminders(catalogue.kinds, elsewhere)


def load(actor: Actor, paths: Sequence[Path] = (), reason: str = "") -> LoadReport:
    """Stores what changed in some files (all packaged ones by default) as new versions; loading again does nothing."""
    must(actor, Permission.CATALOG_LOAD)
    catalogue = this_catalogue()
    files = catalogue.read(paths or catalogue.packaged())
    history = _history()
    checked = _checked(catalogue, files, history)
    standing = [one for entry in checked.entries if (one := _standing(entry, history.get(entry.key, [])))]
    stands = {(one.kind, one.code) for one in standing}
    fresh = [entry for entry in checked.entries if entry.key not in stands or _is_later(entry, history[entry.key])]
    next_of = following_in(checked.entries)
    changed = [entry for entry in fresh if is_changed(entry, history.get(entry.key, []), next_of(entry))]
    findings = [*checked.findings, *_vanished(files, history, everything=not paths)]
    findings += _not_from_its_day(changed, history, checked.entries)
    if findings:
        raise CatalogueRefused(sorted(findings))
    begins = [begun(entry, history.get(entry.key, []), today()) for entry in changed]
    stored = _store(actor, Permission.CATALOG_LOAD, begins, reason or "flask catalog load")
    unchanged = len(checked.entries) - len(changed)
    return LoadReport(tuple(stored), unchanged, tuple(dict.fromkeys(standing)), tuple(_moved(changed, begins)))


def _not_from_its_day(
    changed: Sequence[CheckedEntry], history: History, entries: Sequence[CheckedEntry]
) -> Iterable[Finding]:
    """What would begin before what is there, or end in the past."""
    found = set(ended(changed, lambda entry: history.get(entry.key, []), today()))
    for entry in changed:
        known = history.get(entry.key, [])
        later = {one.head.valid_from for one in entries if one.key == entry.key and one is not entry}
        # Before all that is there; or, as it will begin, before one that its own file does not hold beside it.
        first = min((one.valid_from for one in known), default=entry.head.valid_from)
        kept = [one for one in known if one.valid_from not in later]
        begins = begun(entry, known, today())
        if entry.head.valid_from < first:
            found |= set(_reaching_back([entry], history))
        else:
            found |= set(_reaching_back([begins], {entry.key: kept}))
    return found


def _moved(changed: Sequence[CheckedEntry], begins: Sequence[CheckedEntry]) -> Iterable[Moved]:
    for entry, made in zip(changed, begins, strict=True):
        said, day = entry.head.valid_from, made.head.valid_from
        if said != day:
            yield Moved(entry.kind, entry.head.code, said.isoformat(), day.isoformat())


def check_one(kind: str, raw: RawEntry) -> Checked:
    """One entry, judged as a file with it would be: by itself, and among everything that is stored."""
    catalogue = this_catalogue()
    history = _history()
    others = tuple(
        RawEntry(entry.source_file, 0, entry.code, content_of(entry))
        for entry in all_current(kind, today())
        if entry.code != raw.code
    )
    files = [CatalogueFile(raw.file, kind, (raw,), ()), CatalogueFile("", kind, others, ())]
    known, laws, places = set(history), _laws(_status_stored()), _places_stored(catalogue)
    checked = check_files(files, catalogue.kinds, known, _overlays_stored(), laws, places)
    return Checked(
        tuple(entry for entry in checked.entries if entry.raw is raw),
        tuple(one for one in checked.findings if one.file == raw.file),
    )


def store_entries(
    actor: Actor, permission: Permission, entries: Sequence[CheckedEntry], reason: str
) -> list[StoredVersion]:
    """Sound entries as new versions of what is stored; a period never begins before one that is there."""
    findings = list(_reaching_back(entries, _history()))
    if findings:
        raise CatalogueRefused(findings)
    return _store(actor, permission, entries, reason)


def _checked(catalogue: Catalogue, files: Sequence[CatalogueFile], history: Iterable[tuple[str, str]] = ()) -> Checked:
    packaged = [(file.kind_of(raw), raw) for file in catalogue.read(catalogue.packaged()) for raw in file.entries]
    standing: dict[Key, frozenset[str]] = dict(_overlays_stored() if history else {})
    for kind, raw in packaged:
        if raw.content.get(OVERLAYS):
            key = (kind, raw.code)
            standing[key] = standing.get(key, frozenset()) | {str(raw.content[OVERLAYS])}
    known = {(kind, raw.code) for kind, raw in packaged} | set(history)
    said = {(kind, raw.code): str(raw.content.get("status")) for kind, raw in packaged}
    laws = _laws({**said, **(_status_stored() if history else {})})
    places = _places_packaged(catalogue, packaged) | (_places_stored(catalogue) if history else frozenset())
    return check_files(files, catalogue.kinds, known, standing, laws, places)


def _places_packaged(catalogue: Catalogue, packaged: Iterable[tuple[str, RawEntry]]) -> frozenset[str]:
    """The divisions that the product brings."""
    kinds = {name: kind for name, kind in catalogue.kinds.items() if kind.places is not no_places}
    found = [check_entry(raw, kinds[kind]) for kind, raw in packaged if kind in kinds]
    return frozenset(places_in((one for one in found if isinstance(one, CheckedEntry)), kinds))


def _places_stored(catalogue: Catalogue) -> frozenset[str]:
    """The divisions of every tree that is in force."""
    kinds = [kind for kind in catalogue.kinds.values() if kind.places is not no_places]
    trees = ((kind, entry) for kind in kinds for entry in all_current(kind.name, today()))
    return frozenset(name for kind, entry in trees for name in kind.places(parsed(entry)))


def _laws(statuses: Mapping[Key, str]) -> frozenset[Key]:
    return frozenset(key for key, status in statuses.items() if status in LAW)


def _status_stored() -> Mapping[Key, str]:
    """How far the source of each stored entry was verified, by its newest version."""
    columns = (CatalogueEntry.kind, CatalogueEntry.code, CatalogueEntry.status)
    rows = db.session.execute(sa.select(*columns).order_by(CatalogueEntry.version))
    return {(kind, code): status.value for kind, code, status in rows}


def _overlays_stored() -> Mapping[Key, frozenset[str]]:
    """What stored entries take the place of, in any version: a circle across files, or across years, is one too."""
    said = CatalogueEntry.content.contains(f'"{OVERLAYS}":', autoescape=True)
    found: dict[Key, frozenset[str]] = {}
    for entry in db.session.scalars(sa.select(CatalogueEntry).where(said)):
        over = content_of(entry).get(OVERLAYS)
        key = (entry.kind, entry.code)
        found[key] = found.get(key, frozenset()) | ({str(over)} if over else frozenset())
    return found


def _history() -> History:
    columns = (
        CatalogueEntry.kind,
        CatalogueEntry.code,
        CatalogueEntry.version,
        CatalogueEntry.digest,
        CatalogueEntry.valid_from,
        CatalogueEntry.source_file,
    )
    found: History = {}
    for row in db.session.execute(sa.select(*columns).order_by(CatalogueEntry.version)):
        known = _Known(*row)
        found.setdefault((known.kind, known.code), []).append(known)
    return found


def _standing(entry: CheckedEntry, known: Sequence[_Known]) -> Standing | None:
    """The version from the web that holds in the entry's place, where one was the last to be stored."""
    web = [one for one in known if one.source_file.startswith(WEB)]
    last = known[-1] if known else None
    if not web or last is None or (last != web[-1] and last.valid_from > web[-1].valid_from):
        return None
    return Standing(entry.kind, entry.head.code, web[-1].version, web[-1].source_file)


def _is_later(entry: CheckedEntry, known: Sequence[_Known]) -> bool:
    """Whether a file says what holds after everything from the web has begun: only that follows one from there."""
    return all(entry.head.valid_from > one.valid_from for one in known if one.source_file.startswith(WEB))


def _vanished(files: Sequence[CatalogueFile], history: History, everything: bool) -> Iterable[Finding]:
    """Codes that a file held before and no longer holds: a rule is closed by its last day, never dropped."""
    readable = {file.file: file.kind for file in files if file.kind}
    present = {(file.kind_of(raw), raw.code) for file in files for raw in file.entries}
    unreadable = {file.file for file in files if not file.kind}
    for key, known in history.items():
        filed = [one.source_file for one in known if not one.source_file.startswith(WEB)]
        source = filed[-1] if filed else ""
        gone = everything and source.startswith("app/") and source not in unreadable
        if key not in present and (source in readable or gone):
            reason = N_("编码从文件中消失（已载入第 %(n)s 版）", n=known[-1].version)
            yield Finding(source, 1, key[1], reason, N_("编码不能删除：请恢复该条目，并用 valid_until 写明失效日期。"))


def _reaching_back(changed: Iterable[CheckedEntry], history: History) -> Iterable[Finding]:
    """A new period begins after all stored ones, or corrects one of them: a rule never slips in between."""
    for entry in changed:
        starts = {one.valid_from for one in history.get(entry.key, [])}
        if starts and entry.head.valid_from not in starts and entry.head.valid_from < max(starts):
            reason = N_("生效日期早于已载入的 %(day)s", day=max(starts).isoformat())
            yield entry.raw.finding(reason, N_("新内容请用更晚的生效日期；更正旧内容请保持原生效日期。"), "valid_from")


def _store(actor: Actor, permission: Permission, entries: Sequence[CheckedEntry], reason: str) -> list[StoredVersion]:
    stored: list[StoredVersion] = []
    history = _history() if entries else {}
    try:
        for kind in sorted({entry.kind for entry in entries}):
            with act(actor, permission, ref=f"catalogue:{kind}", reason=reason):
                stored += _store_kind(_in_order(entry for entry in entries if entry.kind == kind), history)
    except IntegrityError as error:
        what, remedy = N_("另一个载入正在进行"), N_("请稍后重新载入。")
        raise Stale(Problem(what=said(what), remedy=said(remedy))) from error
    return stored


def _in_order(entries: Iterable[CheckedEntry]) -> list[CheckedEntry]:
    return sorted(entries, key=lambda entry: (entry.head.code, entry.head.valid_from))


def _store_kind(entries: Sequence[CheckedEntry], history: History) -> list[StoredVersion]:
    stored: list[StoredVersion] = []
    last = {entry.key: max((one.version for one in history.get(entry.key, [])), default=0) for entry in entries}
    moment = now()
    for entry in entries:
        last[entry.key] += 1
        db.session.add(_row(entry, last[entry.key], moment))
        stored.append(StoredVersion(entry.kind, entry.head.code, last[entry.key], entry.raw.file))
    return stored


def _row(entry: CheckedEntry, version: int, moment: object) -> CatalogueEntry:
    head = entry.head
    return CatalogueEntry(
        kind=entry.kind,
        code=head.code,
        version=version,
        content=entry.content,
        digest=entry.digest,
        valid_from=head.valid_from,
        valid_until=head.valid_until,
        status=head.status,
        source_file=entry.raw.file,
        loaded_at=moment,
    )
