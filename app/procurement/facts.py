"""The facts that purchases give to conditions: what is awarded and contracted, and what was done against a rule."""

from collections.abc import Mapping

from app.conditions.facts import Value
from app.procurement.kinds import LIVE, SETTLED, ProcurementState
from app.procurement.queries import invested, lacks_basis, over_budget, procurements_of, purposes_met, short_notice
from app.projects.queries import project_of
from app.subjects.models import Subject, SubjectKind


def procurement_facts(subject: Subject) -> Mapping[str, Value]:
    """Of a project: nothing bought is recorded as nothing; only a budget that nobody recorded leaves a fact unknown."""
    project = project_of(subject) if subject.kind is SubjectKind.PROJECT else None
    if project is None:
        return {}
    found = procurements_of(project)
    live = [one for one in found if one.state in LIVE]
    values: dict[str, Value] = {
        "procurement.awarded": purposes_met(found, *SETTLED),
        "procurement.contracted": purposes_met(found, ProcurementState.CONTRACTED),
        "procurement.contracted_total": invested(project, found),
        "procurement.without_basis": sum(lacks_basis(one) for one in live),
        "procurement.short_notice": sum(short_notice(one) for one in live),
    }
    over = over_budget(project, found)
    return values if over is None else {**values, "procurement.over_budget": over}
