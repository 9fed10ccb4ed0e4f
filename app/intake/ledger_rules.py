"""Judging the rows of a ledger, without a database: what each says, what is wrong, what is new against what stands."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date

from app.intake.cells import RowProblem, Value, header, read_cells
from app.intake.columns import LEDGER
from app.intake.rules import fold_name

Key = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """What a row says."""

    source_system: str
    source_id: str
    name: str
    category: str | None
    purpose: str
    functions: str
    data: str
    region_id: int
    owner_name: str
    owner_id: int | None
    state: str

    @property
    def key(self) -> Key:
        return self.source_system, self.source_id

    @property
    def digest(self) -> str:
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Standing:
    """The newest version of an entry as it stands."""

    version: int
    sha256: str
    entry: Entry | None = None


@dataclass(frozen=True)
class Known:
    """What is stored of everything that a file mentions.

    `regions` leads from codes and names to keys (several where a name is not alone), `own` are those of the importer;
    `organisations` from codes and names; `present` from source and number; `named` from folded name and owner to what
    else on the ledger is called so, with the source and number it has there.
    """

    today: date
    regions: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    own: frozenset[int] = frozenset()
    organisations: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    present: Mapping[Key, Standing] = field(default_factory=dict)
    named: Mapping[Key, tuple[tuple[Key, str], ...]] = field(default_factory=dict)


# The column of the file that each part of an entry comes from; the owner's key follows from its name.
COLUMN_OF = {
    **{key: key for key in ("source_system", "source_id", "name", "category", "purpose", "functions", "data")},
    "region_id": "region",
    "owner_name": "owner",
    "state": "state",
}


@dataclass(frozen=True)
class Difference:
    """One column of a changed row: what stands, and what the file says."""

    column: str
    before: str | int | None
    after: str | int | None


@dataclass(frozen=True)
class Planned:
    """A row that brings something: its version is 1 when it is new; a changed one knows what stood before."""

    line: int
    entry: Entry
    version: int
    sha256: str
    before: Entry | None = None

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Column by column in the order of the file; an owner that was only registered since counts as his column."""
        if self.before is None:
            return ()
        found = [
            Difference(column, getattr(self.before, name), getattr(self.entry, name))
            for name, column in COLUMN_OF.items()
            if getattr(self.before, name) != getattr(self.entry, name)
        ]
        if self.before.owner_id != self.entry.owner_id and all(one.column != "owner" for one in found):
            found.append(Difference("owner", self.before.owner_name, self.entry.owner_name))
        return tuple(found)


@dataclass(frozen=True)
class Judged:
    """Everything that a file would store, or every reason why nothing of it is stored."""

    planned: tuple[Planned, ...] = ()
    unchanged: int = 0
    problems: tuple[RowProblem, ...] = ()
    remarks: tuple[RowProblem, ...] = ()

    @property
    def added(self) -> int:
        return sum(one.version == 1 for one in self.planned)

    @property
    def changed(self) -> int:
        return len(self.planned) - self.added


def judge(rows: Iterable[tuple[int, Mapping[str, str]]], known: Known) -> Judged:
    """Every row, the rows among each other, and against what stands."""
    problems: list[RowProblem] = []
    remarks: list[RowProblem] = []
    planned: list[Planned] = []
    seen: dict[Key, int] = {}
    names: dict[Key, int] = {}
    alike = {_loosely(key): key for key in known.present}
    unchanged = 0
    for line, cells in rows:
        values, found = read_cells(LEDGER, line, dict(cells), known.today)
        region, wrong = _region(line, values, known)
        found += wrong
        key = str(values.get("source_system", "")), str(values.get("source_id", ""))
        if all(key) and key in seen:
            found.append(_problem(line, "same_entry", "source_id", other=str(seen[key])))
        seen.setdefault(key, line)
        if found or region is None:
            problems += found
            continue
        entry = _entry(values, region, known)
        remarks += _namesakes(line, entry, names, known)
        near = alike.setdefault(_loosely(key), key)
        if near != key:
            remarks.append(_problem(line, "near_number", "source_id", given=near[1][:40]))
        standing = known.present.get(key)
        if standing is not None and standing.sha256 == entry.digest:
            unchanged += 1
        else:
            planned.append(_planned(line, entry, standing))
    return Judged(() if problems else tuple(planned), unchanged, tuple(problems), tuple(remarks))


def _loosely(key: Key) -> Key:
    """Numbers that differ in case, width or spaces only are mostly one entry typed twice."""
    return fold_name(key[0]), fold_name(key[1])


def _planned(line: int, entry: Entry, standing: Standing | None) -> Planned:
    if standing is None:
        return Planned(line, entry, 1, entry.digest)
    return Planned(line, entry, standing.version + 1, entry.digest, standing.entry)


def _problem(line: int, code: str, key: str, **values: str) -> RowProblem:
    return RowProblem(LEDGER, line, code, header(LEDGER, key), values)


def _region(line: int, values: Mapping[str, Value], known: Known) -> tuple[int | None, list[RowProblem]]:
    given = str(values.get("region", ""))
    if not given:
        return None, []
    found = known.regions.get(given, ())
    if not found:
        return None, [_problem(line, "no_region", "region", given=given[:40])]
    if len(found) > 1:
        return None, [_problem(line, "regions", "region", given=given[:40])]
    if found[0] not in known.own:
        return None, [_problem(line, "not_your_region", "region", given=given[:40])]
    return found[0], []


def _entry(values: Mapping[str, Value], region: int, known: Known) -> Entry:
    def said(key: str) -> str:
        return str(values.get(key, ""))

    owner_id, owner_name = known.organisations.get(said("owner"), (None, said("owner")))
    return Entry(
        source_system=said("source_system"),
        source_id=said("source_id"),
        name=said("name"),
        category=said("category") or None,
        purpose=said("purpose"),
        functions=said("functions"),
        data=said("data"),
        region_id=region,
        owner_name=owner_name,
        owner_id=owner_id,
        state=said("state") or "active",
    )


def _namesakes(line: int, entry: Entry, names: dict[Key, int], known: Known) -> list[RowProblem]:
    """Entries of one owner under one name: in the file, and on the ledger under another source or number."""
    name = fold_name(entry.name), fold_name(entry.owner_name)
    found = []
    if name in names:
        found.append(_problem(line, "same_name", "name", other=str(names[name])))
    names.setdefault(name, line)
    others = [words for key, words in known.named.get(name, ()) if key != entry.key]
    if others:
        found.append(_problem(line, "on_ledger", "name", given="、".join(others[:3])))
    return found
