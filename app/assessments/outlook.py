"""What a file of figures that was only looked at would change in scores, as the preview page shows it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.assessments import queries
from app.assessments.wording import named, plainly, say
from app.contracts.models import Contract
from app.figures.forecasts import Forecast, Outcome, ServiceChange
from app.figures.judging import Findings
from app.figures.kinds import Source

# Reasons that a preview names; the result itself names all.
NOTES = 3


def outlook(contract: Contract, findings: Findings, source: Source) -> list[Forecast]:
    """Every period of an agreed plan that the file touches, before and after."""
    return [_shown(one) for one in queries.forecast(contract, findings, source)]


def _shown(one: queries.Forecast) -> Forecast:
    before, after = one.before or None, one.after
    return Forecast(
        period=one.period,
        plan=one.plan.code,
        before=_outcome(before) if before else None,
        after=_outcome(after),
        notes=tuple(plainly(say(reason), after) for reason in after["provisional_because"][:NOTES]),
        held=after["total"] is None,
        provisional=bool(after["provisional"]),
        services=_services(before or {"services": []}, after),
    )


def _outcome(result: Mapping[str, Any]) -> Outcome:
    money = result["deductions"]
    return Outcome(_decimal(result["total"]), named(result["grade"]), _decimal(money["points"]), money["net_fen"])


def _services(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[ServiceChange, ...]:
    """Services whose total changes, or gets its first one."""
    earlier = {one["service"]: _decimal(one["total"]) for one in before["services"]}
    changed = [(one, earlier.get(one["service"]), _decimal(one["total"])) for one in after["services"]]
    return tuple(ServiceChange(named(one["name"]), old, new) for one, old, new in changed if old != new)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
