"""Two versions of a list side by side: which duties came, went or changed, and in what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


def changes(old: Content, new: Content) -> list[Change]:
    """Every difference between two contents, duty by duty in the order of the newer one, parties first."""
    before, after = _duties(old), _duties(new)
    order = [*after, *(key for key in before if key not in after)]
    return [*_parties(old, new), *(one for key in order for one in _of_duty(key, before.get(key), after.get(key)))]


def _parties(old: Content, new: Content) -> Iterator[Change]:
    before, after = ({(one["code"], one["role"]): one for one in content["parties"]} for content in (old, new))
    for key in sorted(before.keys() | after.keys()):
        there, here = before.get(key), after.get(key)
        if (there is None) != (here is None):
            code, role = key
            yield Change("", "party", role if there else "", role if here else "", code)


def _duties(content: Content) -> dict[str, dict[str, Any]]:
    """Duties by what makes them the same in another version: the code of the template, or their own words."""
    found = {}
    for duty in content["duties"]:
        found[_key(duty)] = {**duty, "left_out": ""}
    for duty in content["left_out"]:
        found[_key(duty)] = {**duty, "left_out": duty["reason"]}
    return found


def _key(duty: Mapping[str, Any]) -> str:
    return str(duty["entry"]["code"]) if duty["entry"] else str(duty["text"])


def _of_duty(key: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(key, "duty", old["text"] if old else "", new["text"] if new else "")
        return
    if old["left_out"] != new["left_out"]:
        yield Change(key, "left_out", old["left_out"], new["left_out"])
    if old["left_out"] or new["left_out"]:
        return
    for field in FIELDS:
        if old[field] != new[field]:
            yield Change(key, field, old[field] or "", new[field] or "")
    for code in sorted(old["letters"].keys() | new["letters"].keys()):
        there, here = old["letters"].get(code, ""), new["letters"].get(code, "")
        if there != here:
            yield Change(key, "letter", there, here, code)
