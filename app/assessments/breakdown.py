"""A stored result taken apart for reading: every item as a row, what each one lost of the total, figures and files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.indicators.scheme_terms import TOTAL, Aim, Banded, Function, Linear, Met, Steps

# Losses that a page names at the top, the largest first.
NAMED_LOSSES = 5
# From this share of the agreed time on, in per cent, a result says that it was not watched.
BLIND = 5
# Below this a loss would be written as 0.00.
LEAST = Fraction(5, 1000)


@dataclass(frozen=True)
class Row:
    """One item of one service. `lost` is in points of the contract's total; None where nothing could be lost."""

    key: str
    service: Mapping[str, Any]
    item: Mapping[str, Any]
    lost: Fraction | None

    @property
    def code(self) -> str:
        return str(self.item["code"])

    @property
    def shown_code(self) -> str:
        """The code of an indicator; an item that people judge is known by its name alone."""
        return "" if self.item["function"] == "qualitative" else self.code

    @property
    def name(self) -> Mapping[str, str] | None:
        found: Mapping[str, str] | None = self.item["name"]
        return found

    @property
    def effect(self) -> str:
        return str(self.item["effect"])

    @property
    def value(self) -> str | None:
        return text_of(self.item["value"])

    @property
    def score(self) -> str | None:
        return text_of(self.item["score"])

    @property
    def unit(self) -> Mapping[str, str] | None:
        found: Mapping[str, str] | None = self.item["unit"]
        return found

    @property
    def target(self) -> Mapping[str, str] | None:
        found: Mapping[str, str] | None = self.item["target"]
        return found

    @property
    def source(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.item["source"]
        return found

    @property
    def lost_text(self) -> str:
        """0.42, or nothing where it would be 0.00."""
        return "" if self.lost is None or self.lost < LEAST else f"{hundredths(self.lost)}"

    @property
    def meets(self) -> bool | None:
        """Whether the value keeps what the contract agrees; None where nothing is agreed or nothing known."""
        if self.target is None or self.value is None:
            return None
        value, bound = Decimal(self.value), Decimal(self.target["value"])
        return bool(value >= bound if self.target["comparison"] == "at_least" else value <= bound)

    @property
    def unwatched(self) -> int:
        """How much of the agreed time nobody watched, in whole per cent: it counts neither for nor against."""
        seen = self.source["availability"]
        if not seen or not Decimal(seen["agreed_seconds"]):
            return 0
        return int(Decimal(seen["missing_seconds"]) * 100 / Decimal(seen["agreed_seconds"]))

    @property
    def is_idle(self) -> bool:
        """Nothing is agreed for the item and nothing was reported: a name in a list says it all."""
        return bool(self.item["state"] == "not_required" and self.source["kind"] == "none")

    @property
    def reweighted(self) -> bool:
        """Whether other items left their weight to this one, or it left its own."""
        return Decimal(self.item["weight"]) != Decimal(self.item["counted_weight"])


@dataclass(frozen=True)
class Block:
    """One service with its rows in the scheme's order."""

    service: Mapping[str, Any]
    rows: tuple[Row, ...]

    @property
    def shown(self) -> list[Row]:
        return [row for row in self.rows if not row.is_idle]

    @property
    def idle(self) -> list[Row]:
        return [row for row in self.rows if row.is_idle]

    @property
    def lost(self) -> Fraction:
        return sum((row.lost or Fraction(0) for row in self.rows), Fraction(0))

    @property
    def lost_text(self) -> str:
        return "" if self.lost < LEAST else f"{hundredths(self.lost)}"

    @property
    def judged(self) -> bool:
        """Whether anything of the service is judged in this period at all."""
        return any(row.effect != "excluded" for row in self.rows)

    @property
    def troubled(self) -> int:
        """Items that lost points or wait for something."""
        return sum(row.effect in {"held", "zero"} or bool(row.lost_text) for row in self.rows)


@dataclass(frozen=True)
class Loss:
    """One of the largest losses, with its share of all of them in per cent."""

    row: Row
    share: int


@dataclass(frozen=True)
class Point:
    """What an operator may dispute of one service: an item that was scored, or that only deductions were taken for."""

    service: Mapping[str, Any]
    code: str
    row: Row | None
    lines: tuple[Mapping[str, Any], ...]

    @property
    def key(self) -> str:
        """As a form sends it."""
        return f"{self.service['service']}/{self.code}"

    @property
    def name(self) -> Mapping[str, str] | None:
        found: Mapping[str, str] | None = self.row.name if self.row else self.lines[0]["name"]
        return found

    @property
    def value(self) -> str | None:
        return text_of(self.lines[0]["value"]) if self.lines else None

    @property
    def lost(self) -> Fraction:
        return (self.row.lost if self.row else None) or Fraction(0)

    @property
    def points(self) -> Decimal:
        """Points of deduction, which cost money."""
        return sum((Decimal(one["points"] or 0) for one in self.lines), Decimal(0))

    @property
    def fen(self) -> int:
        return sum(one["fen"] or 0 for one in self.lines)


def text_of(value: Any) -> str | None:
    return None if value is None else str(value)


def hundredths(value: Fraction) -> Decimal:
    """Half up at two decimals."""
    return Decimal((2 * value.numerator * 100 + value.denominator) // (2 * value.denominator)).scaleb(-2)


def blocks_of(result: Mapping[str, Any]) -> list[Block]:
    """Every service of a result."""
    return [_block(place, one) for place, one in enumerate(result["services"], start=1)]


def _block(place: int, service: Mapping[str, Any]) -> Block:
    share = Fraction(str(service["weight"])) / 100
    rows = (
        Row(f"item-{place}-{number}", service, item, _lost(item, share))
        for number, item in enumerate(service["items"], start=1)
    )
    return Block(service, tuple(rows))


def _lost(item: Mapping[str, Any], share: Fraction) -> Fraction | None:
    """What the item took from the contract's total: its share of the weight times what it lacks to 100."""
    if item["effect"] not in {"counted", "zero"} or item["score"] is None:
        return None
    return share * Fraction(str(item["counted_weight"])) * (100 - Fraction(str(item["score"]))) / 100


def losses_of(blocks: Iterable[Block]) -> list[Loss]:
    """The largest losses first; what is below a hundredth is not named."""
    rows = [row for block in blocks for row in block.rows if row.lost_text]
    rows.sort(key=lambda row: (-(row.lost or 0), row.key))
    most = rows[0].lost if rows else None
    return [Loss(row, round((row.lost or 0) / most * 100)) for row in rows if most]


def points_of(result: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], list[Point]]]:
    """What may be disputed, service by service in the order of the result: all that costs points or money."""
    charged: dict[tuple[str, str], tuple[Mapping[str, Any], ...]] = {}
    for line in result["deductions"]["lines"]:
        # A deduction on the total of a service is disputed by the items that make it up.
        if line["effect"] != "excluded" and line["indicator"] != TOTAL:
            key = line["service"], line["indicator"]
            charged[key] = (*charged.get(key, ()), line)
    found = [(block.service, _points(block, charged)) for block in blocks_of(result)]
    return [(service, points) for service, points in found if points]


def _points(block: Block, charged: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]]) -> list[Point]:
    service, name = block.service, block.service["service"]
    judged = {row.code: row for row in block.rows if row.effect != "excluded"}
    beside = [code for of, code in charged if of == name and code not in judged]
    return [Point(service, code, judged.get(code), charged.get((name, code), ())) for code in [*judged, *beside]]


def figure_texts(result: Mapping[str, Any]) -> list[str]:
    """What the scored figures say of their evidence."""
    return sorted({one["evidence"] for one in figures_in(result) if one.get("evidence")})


def figures_in(result: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Every figure that a result was scored from."""
    for service in result["services"]:
        for item in service["items"]:
            yield from item["source"]["figures"]


def submissions_in(result: Mapping[str, Any]) -> set[int]:
    """Every submission of events that a result was scored from."""
    return {
        int(key) for service in result["services"] for item in service["items"] for key in item["source"]["submissions"]
    }


def full_marks(function: Function) -> Aim | None:
    """What a figure must reach for the whole score; None for a judgement of people."""
    if isinstance(function, Linear):
        rising = function.target > function.floor
        return Aim(function.target, None) if rising else Aim(None, function.target)
    if isinstance(function, Banded):
        best = max(function.bands.bands, key=lambda band: band.worth)
        return Aim(best.bound, None) if function.bands.rising else Aim(None, best.bound)
    return function.aim if isinstance(function, Steps | Met) else None


def blind_in(blocks: Iterable[Block]) -> list[tuple[Block, int]]:
    """Services of which a good part of the agreed time was not watched, with that part in per cent."""
    parts = [(block, max((row.unwatched for row in block.rows), default=0)) for block in blocks]
    return [(block, part) for block, part in parts if part >= BLIND]


def waiting_in(blocks: Iterable[Block]) -> list[Row]:
    """Items that hold the total."""
    return [row for block in blocks for row in block.rows if row.effect == "held"]
