"""What the page 试算 shows of a screening: counts, what is hit or cannot be told, and by which rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from app.conditions.facts import FACTS
from app.gates.wording import fact_names
from app.negative_lists.judging import ANSWER
from app.negative_lists.kinds import Outcome, Severity


@dataclass(frozen=True)
class Row:
    """One item that is hit or cannot be told."""

    code: str
    text: str
    severity: Severity
    outcome: Outcome
    version: int
    blocks: bool
    why: str
    remedy: str


@dataclass(frozen=True)
class Screened:
    """One answer: where it stands in a list of them (0: alone), counts by outcome, and the rows, what blocks first."""

    number: int
    day: str
    judged: int
    counts: Mapping[str, int]
    rows: tuple[Row, ...]
    others: int


def wrong_ones(answer: Any) -> list[tuple[int, str]]:
    """The inputs of a list that were refused: the number of each, and why."""
    listed = answer if isinstance(answer, list) else []
    return [(number, one["error"]) for number, one in enumerate(listed, 1) if "error" in one]


def screened(answer: Any) -> list[Screened]:
    """Every screening of an answer that is one or a list of them."""
    numbered = enumerate(answer, 1) if isinstance(answer, list) else [(0, answer)]
    return [_screened(number, one) for number, one in numbered if "items" in one]


def _screened(number: int, one: Mapping[str, Any]) -> Screened:
    here = [line for line in one["items"] if line["outcome"] != Outcome.NOT_APPLICABLE.value]
    rows = [_row(line) for line in here if line["outcome"] not in {Outcome.CLEAR.value, Outcome.EXEMPTED.value}]
    counts = {name: one[name] for name in ("blocking", "hit", "unknown", "clear")}
    ordered = tuple(sorted(rows, key=lambda row: (not row.blocks, row.outcome is not Outcome.HIT)))
    return Screened(number, one.get("on", ""), len(here), counts, ordered, len(one["items"]) - len(here))


def _row(line: Mapping[str, Any]) -> Row:
    outcome = Outcome.UNRECORDED if line.get("unrecorded") else Outcome(line["outcome"])
    return Row(
        code=line["code"],
        text=_said(line, "text"),
        severity=Severity(line["severity"]),
        outcome=outcome,
        version=line.get("version", 0),
        blocks=line["blocks"],
        why=_said(line, "question") if ANSWER in line["missing"] else _missing(line["missing"]),
        remedy=_said(line, "remedy") if outcome is Outcome.HIT else "",
    )


def _said(line: Mapping[str, Any], key: str) -> str:
    """In the reader's language."""
    return str(line[f"{key}_en" if str(get_locale()) == "en" else key])


def _missing(names: Iterable[str]) -> str:
    known = tuple(name for name in names if name in FACTS)
    return str(_("没有写：%(facts)s（%(names)s）", facts=fact_names(known), names=", ".join(known))) if known else ""
