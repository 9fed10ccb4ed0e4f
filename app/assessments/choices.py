"""What the forms of an assessment offer: plans, items to score or dispute, vetoes, outcomes of a decision."""

from typing import Any

from app.assessments import queries
from app.assessments.breakdown import points_of
from app.assessments.forms import DecisionForm, OpinionForm, VetoForm
from app.assessments.models import Assessment, ObjectionState
from app.assessments.wording import named
from app.contracts.models import Contract
from app.core.errors import NotFound
from app.indicators.scheme_terms import Qualitative
from app.plans.models import Plan
from app.plans.queries import plans_of, scheme_of

Choices = list[tuple[str, str]]


def plan_of(contract: Contract, code: str | None) -> Plan:
    """A plan of the contract by its code."""
    found = next((one for one in plans_of(contract) if one.code == code), None)
    if found is None:
        raise NotFound
    return found


def opinion_choices(assessment: Assessment) -> Choices:
    """The items of the scheme that people judge."""
    items = [one for one in scheme_of(assessment.plan).items if isinstance(one.function, Qualitative)]
    return [(one.code, named(vars(one.name)) if one.name else one.code) for one in items]


def veto_choices(assessment: Assessment) -> Choices:
    """The vetoes of the scheme that do not stand already."""
    standing = {one.code for one in queries.vetoes_of(assessment.contract, assessment.plan, assessment.span)}
    vetoes = scheme_of(assessment.plan).vetoes
    return [(one.code, named(vars(one.name))) for one in vetoes if one.code not in standing]


def disputable(assessment: Assessment) -> Choices:
    """Every item that was scored or charged, as `service/code`, with the service's name."""
    return [
        (point.key, f"{named(service['name'])} · {named(point.name) or point.code}")
        for service, points in points_of(queries.result_of(assessment))
        for point in points
    ]


def outcomes() -> Choices:
    return [(one.value, one.label) for one in (ObjectionState.UPHELD, ObjectionState.REVISED)]


def forms_for(assessment: Assessment) -> dict[str, Any]:
    """The forms that stand on the tabs, empty whatever was sent to another of them."""
    return {
        "opinion": OpinionForm.of(opinion_choices(assessment), formdata=None),
        "veto": VetoForm.of(veto_choices(assessment), formdata=None),
        "decision": DecisionForm.of(outcomes(), formdata=None),
    }
