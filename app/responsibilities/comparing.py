"""Two versions of a list side by side: which duties came, went or changed, in what, and in whose letters."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Content = Mapping[str, Any]
FIELDS = ("text", "bearer", "phase", "deadline", "basis", "evidence", "evidence_words")


@dataclass(frozen=True)
class Change:
    """One difference: `field` is a key of the content, "duty" for a whole one, or "letter" with its organisation."""

    duty: str
    field: str
    old: str
    new: str
    organisation: str = ""


class Fate(StrEnum):
    """What became of a duty or a party from one version to the next."""

    ADDED = "added"
    REMOVED = "removed"
    LEFT_OUT = "left_out"
    TAKEN_BACK = "taken_back"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class PartyOf:
    """An organisation that either version names, with its roles in each; none where it was no party."""

    code: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def fate(self) -> Fate:
        if self.before == self.after:
            return Fate.SAME
        return Fate.ADDED if not self.before else Fate.REMOVED if not self.after else Fate.CHANGED


@dataclass(frozen=True)
class Compared:
    """One duty as both versions have it; `letters` before and after stand in the order of the parties."""

    key: str
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    fate: Fate
    letters: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]

    @property
    def shown(self) -> Mapping[str, Any]:
        """The duty as the newer version has it, else as the older one had."""
        return self.new or self.old or {}


@dataclass(frozen=True)
class Beside:
    """Both versions whole: every party and every duty of either, with what became of it."""

    parties: tuple[PartyOf, ...]
    duties: tuple[Compared, ...]

    def counts(self) -> Counter[Fate]:
        return Counter(one.fate for one in self.duties)

    @property
    def differs(self) -> bool:
        fates = [*(one.fate for one in self.parties), *(one.fate for one in self.duties)]
        return any(one is not Fate.SAME for one in fates)


def beside(old: Content, new: Content) -> Beside:
    """Every duty of either, in the order of the newer version; what went stands after what stood before it."""
    before, after = _duties(old), _duties(new)
    parties = _parties(old, new)
    codes = [one.code for one in parties]
    order = _order(list(before), list(after))
    return Beside(parties, tuple(_compared(key, before.get(key), after.get(key), codes) for key in order))


def changes(old: Content, new: Content) -> list[Change]:
    """Every difference between two contents, parties first, then duty by duty."""
    found = beside(old, new)
    moved = [
        Change("", "party", role if role in one.before else "", role if role in one.after else "", one.code)
        for one in found.parties
        for role in sorted({*one.before} ^ {*one.after})
    ]
    return [*moved, *(change for one in found.duties for change in one.changes)]


def _order(before: list[str], after: list[str]) -> list[str]:
    """The newer order; a duty that went keeps its place behind the nearest one before it that stayed."""
    stayed, behind, last = set(after), dict[str, list[str]](), ""
    for key in before:
        if key in stayed:
            last = key
        else:
            behind.setdefault(last, []).append(key)
    return [*behind.get("", ()), *(one for key in after for one in (key, *behind.get(key, ())))]


# --- parties ---------------------------------------------------------------------------------------------------------


def _parties(old: Content, new: Content) -> tuple[PartyOf, ...]:
    """Parties of the newer version first; whoever has only letters left, without being a party, comes last."""
    before, after = _roles(old), _roles(new)
    named = dict.fromkeys([*after, *before, *_lettered(new), *_lettered(old)])
    return tuple(PartyOf(code, before.get(code, ()), after.get(code, ())) for code in named)


def _roles(content: Content) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in content["parties"]:
        found[one["code"]] = tuple(sorted({*found.get(one["code"], ()), one["role"]}))
    return found


def _lettered(content: Content) -> Iterable[str]:
    return sorted({code for duty in content["duties"] for code in duty["letters"]})


# --- duties ----------------------------------------------------------------------------------------------------------


def _duties(content: Content) -> dict[str, dict[str, Any]]:
    """Duties by what makes them the same in another version: the code of the template, or their own words.

    Two of the same words are told apart by their order, so that none hides another.
    """
    found: dict[str, dict[str, Any]] = {}
    lines = [{**one, "left_out": ""} for one in content["duties"]]
    lines += [{**one, "left_out": one["reason"], "letters": {}} for one in content["left_out"]]
    for duty in sorted(lines, key=lambda one: one.get("line", 0)):
        name = str(duty["entry"]["code"]) if duty["entry"] else str(duty["text"])
        key, again = name, 1
        while key in found:
            again += 1
            key = f"{name} #{again}"
        found[key] = duty
    return found


def _compared(key: str, old: dict[str, Any] | None, new: dict[str, Any] | None, codes: list[str]) -> Compared:
    changed = tuple(_of_duty(key, old, new))
    letters = tuple((_letter(old, code), _letter(new, code)) for code in codes)
    return Compared(key, old, new, _fate(old, new, bool(changed)), letters, changed)


def _letter(duty: Mapping[str, Any] | None, code: str) -> str:
    return str(duty["letters"].get(code, "")) if duty else ""


def _fate(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, changed: bool) -> Fate:
    if old is None or new is None:
        return Fate.ADDED if old is None else Fate.REMOVED
    if bool(old["left_out"]) != bool(new["left_out"]):
        return Fate.LEFT_OUT if new["left_out"] else Fate.TAKEN_BACK
    return Fate.CHANGED if changed else Fate.SAME


def _of_duty(key: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(key, "duty", old["text"] if old else "", new["text"] if new else "")
        return
    if old["left_out"] != new["left_out"]:
        yield Change(key, "left_out", old["left_out"], new["left_out"])
    if old["left_out"] or new["left_out"]:
        return
    yield from (Change(key, name, was, now) for name, was, now in _fields(old, new) if was != now)
    for code in sorted(old["letters"].keys() | new["letters"].keys()):
        there, here = _letter(old, code), _letter(new, code)
        if there != here:
            yield Change(key, "letter", there, here, code)


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Everything that is said of a duty, as both versions say it."""
    yield "rule", _rule(old), _rule(new)
    for field in FIELDS:
        yield field, old[field] or "", new[field] or ""


def _rule(duty: Mapping[str, Any]) -> str:
    """The version of the template's duty that a list took."""
    return str(duty["entry"].get("version", "")) if duty["entry"] else ""
