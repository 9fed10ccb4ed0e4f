"""What differs between two results of the same period: the sums first, then every item of every service."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Result = Mapping[str, Any]
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Change:
    """One field of the whole (no service), or of one item; `old` or `new` is None where there was nothing."""

    field: str
    old: Any
    new: Any
    service: Mapping[str, str] | None = None
    item: Mapping[str, str] | None = None
    code: str = ""


def changes(before: Result, after: Result) -> list[Change]:
    """Every difference that a reader would ask about."""
    old, new = _sums(before), _sums(after)
    sums = [Change(name, old[name], new[name]) for name in old if old[name] != new[name]]
    return [*sums, *_items(before, after)]


def _sums(result: Result) -> dict[str, Any]:
    deductions = result.get("deductions") or NOTHING
    return {
        "total": result["total"],
        "grade": result["grade"],
        "points": deductions.get("points"),
        "net_fen": deductions.get("net_fen"),
        "provisional": result["provisional"],
        "vetoes": "、".join(one["name"]["zh"] for one in result["vetoes"]),
    }


def _items(before: Result, after: Result) -> Iterator[Change]:
    old, new = _by_key(before), _by_key(after)
    for key in [*old, *(one for one in new if one not in old)]:
        service, item = new.get(key) or old[key]
        earlier, later = (_facts(found[key][1]) if key in found else NOTHING for found in (old, new))
        for name in [*earlier, *(one for one in later if one not in earlier)]:
            if earlier.get(name) != later.get(name):
                yield Change(
                    name, _shown(name, earlier), _shown(name, later), service["name"], item["name"], item["code"]
                )


def _by_key(result: Result) -> dict[tuple[str, str], tuple[Mapping[str, Any], Mapping[str, Any]]]:
    return {
        (service["service"], item["code"]): (service, item)
        for service in result["services"]
        for item in service["items"]
    }


def _facts(item: Mapping[str, Any]) -> dict[str, Any]:
    availability = item["source"].get("availability") or NOTHING
    return {
        "value": item["value"],
        "availability": availability.get("with"),
        "score": item["score"],
        "standing": (item["state"], item["effect"], item["failed"], item["repeated"]),
    }


def _shown(name: str, facts: Mapping[str, Any]) -> Any:
    """The standing is compared by what it consists of and shown by its word."""
    found = facts.get(name)
    if name != "standing" or found is None:
        return found
    return dict(zip(("state", "effect", "failed", "repeated"), found, strict=True))
