"""What the page of use shows: every service against its baseline; missing, not required and zero kept apart."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from app.contracts.models import Contract
from app.core.charts import BarsChart
from app.core.formats import fmt
from app.service_levels import queries
from app.service_levels.charting import having_word, plain, use_chart
from app.service_levels.choices import Choice, choice_of, some_before
from app.service_levels.usage import Amount, Having, Use

PERIODS = 6


@dataclass(frozen=True)
class UsageCard:
    """One service: its chart, and a table row a period; each cell is text, tone and where it comes from.

    `agreed`: anything of it is owed or was reported; of other services there is nothing to show.
    """

    row: queries.UsageRow
    agreed: bool
    chart: BarsChart | None
    periods: list[tuple[str, list[dict[str, str]]]]


@dataclass(frozen=True)
class UsagePage:
    """Everything templates/service_levels/usage.html reads."""

    contract: Contract
    choice: Choice
    cards: list[UsageCard]


def usage_page(contract: Contract, wanted: str) -> UsagePage:
    """The chosen period and a few before it."""
    choice = choice_of(contract, wanted)
    rows = queries.usage_of(contract, choice.period.kind, some_before(contract, choice.period, PERIODS))
    return UsagePage(contract, choice, [_usage_card(contract, row) for row in rows])


def _usage_card(contract: Contract, row: queries.UsageRow) -> UsageCard:
    drawn = [one for one in row.uses if one.volume.having is not Having.NOT_REQUIRED]
    periods = [(one.period, _use_cells(contract, one)) for one in reversed(row.uses)]
    agreed = any(cell["text"] != fmt.MISSING for _period, cells in periods for cell in cells)
    return UsageCard(row, agreed, use_chart(drawn) if drawn else None, periods)


def _use_cells(contract: Contract, use: Use) -> list[dict[str, str]]:
    baseline = {"text": fmt.whole(use.baseline), "tone": "", "href": "", "tag": ""}
    return [
        _cell(contract, use.volume, 0),
        baseline,
        # What is wrong with the volume is said beside the volume.
        {**_cell(contract, use.attainment, 2), "tag": ""},
        *(_cell(contract, one, 2) for one in (use.online, use.satisfaction)),
    ]


def _cell(contract: Contract, amount: Amount, places: int) -> dict[str, str]:
    """A derived number leads to the first figure it rests on."""
    href = url_for("figures.detail", code=contract.code, figure=amount.figures[0]) if amount.figures else ""
    if amount.having is not Having.VALUE:
        tone = "bad" if amount.having is Having.MISSING else ""
        return {"text": having_word(amount), "tone": tone, "href": href, "tag": ""}
    tag = "" if amount.verified else str(_("未核"))
    return {"text": fmt.decimal(plain(amount), places), "tone": "", "href": href, "tag": tag}
