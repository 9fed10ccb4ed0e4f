"""Checking catalogue files, and loading them as new versions: all of a load or nothing of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.audit import act
from app.catalogues.catalogue import Catalogue
from app.catalogues.checking import Checked, CheckedEntry, Key, check_files
from app.catalogues.files import CatalogueFile, Finding
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import content_of, said, this_catalogue
from app.catalogues.wording import N_
from app.core.actors import Actor, must
from app.core.clock import now
from app.core.db import db
from app.core.errors import Problem, Refused, Stale
from app.core.permissions import Permission

# The key by which an entry names the one whose place it takes.
OVERLAYS = "overlays"


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
class LoadReport:
    """What a load did: the versions it added, and how many entries were already as the files say."""

    stored: tuple[StoredVersion, ...]
    unchanged: int


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


def load(actor: Actor, paths: Sequence[Path] = (), reason: str = "") -> LoadReport:
    """Stores what changed in some files (all packaged ones by default) as new versions; loading again does nothing."""
    must(actor, Permission.CATALOG_LOAD)
    catalogue = this_catalogue()
    files = catalogue.read(paths or catalogue.packaged())
    history = _history()
    checked = _checked(catalogue, files, history)
    changed = [entry for entry in checked.entries if _is_changed(entry, history.get(entry.key, []))]
    findings = [*checked.findings, *_vanished(files, history, everything=not paths), *_reaching_back(changed, history)]
    if findings:
        raise CatalogueRefused(sorted(findings))
    stored = _store(actor, changed, history, reason or "flask catalog load")
    return LoadReport(tuple(stored), len(checked.entries) - len(changed))


def _checked(catalogue: Catalogue, files: Sequence[CatalogueFile], history: Iterable[tuple[str, str]] = ()) -> Checked:
    packaged = [(file.kind, raw) for file in catalogue.read(catalogue.packaged()) for raw in file.entries]
    standing: dict[Key, frozenset[str]] = dict(_overlays_stored() if history else {})
    for kind, raw in packaged:
        if raw.content.get(OVERLAYS):
            key = (kind, raw.code)
            standing[key] = standing.get(key, frozenset()) | {str(raw.content[OVERLAYS])}
    return check_files(files, catalogue.kinds, {(kind, raw.code) for kind, raw in packaged} | set(history), standing)


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


def _is_changed(entry: CheckedEntry, known: Sequence[_Known]) -> bool:
    """Compares with what this file said last, so that loading the packaged files again leaves a local version alone."""
    same_period = [one for one in known if one.valid_from == entry.head.valid_from]
    same_file = [one for one in same_period if one.source_file == entry.raw.file]
    latest = (same_file or same_period)[-1:]
    return not latest or latest[0].digest != entry.digest


def _vanished(files: Sequence[CatalogueFile], history: History, everything: bool) -> Iterable[Finding]:
    """Codes that a file held before and no longer holds: a rule is closed by its last day, never dropped."""
    readable = {file.file: file.kind for file in files if file.kind}
    present = {(file.kind, raw.code) for file in files for raw in file.entries}
    unreadable = {file.file for file in files if not file.kind}
    for key, known in history.items():
        source = known[-1].source_file
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


def _store(actor: Actor, changed: Sequence[CheckedEntry], history: History, reason: str) -> list[StoredVersion]:
    stored: list[StoredVersion] = []
    for kind in sorted({entry.kind for entry in changed}):
        entries = sorted(
            (entry for entry in changed if entry.kind == kind),
            key=lambda entry: (entry.head.code, entry.head.valid_from),
        )
        stored += _store_kind(actor, kind, entries, history, reason)
    return stored


def _store_kind(
    actor: Actor, kind: str, entries: Sequence[CheckedEntry], history: History, reason: str
) -> list[StoredVersion]:
    stored: list[StoredVersion] = []
    last = {entry.key: max((one.version for one in history.get(entry.key, [])), default=0) for entry in entries}
    moment = now()
    try:
        with act(actor, Permission.CATALOG_LOAD, ref=f"catalogue:{kind}", reason=reason):
            for entry in entries:
                last[entry.key] += 1
                db.session.add(_row(entry, last[entry.key], moment))
                stored.append(StoredVersion(kind, entry.head.code, last[entry.key], entry.raw.file))
    except IntegrityError as error:
        what, remedy = N_("另一个载入正在进行"), N_("请稍后重新载入。")
        raise Stale(Problem(what=said(what), remedy=said(remedy))) from error
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
