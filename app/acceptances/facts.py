"""The facts that acceptance and handover give to conditions."""

from collections.abc import Mapping

from app.acceptances.kinds import Stage
from app.acceptances.queries import handover_of, newest
from app.acceptances.terms import trial_days
from app.conditions.facts import Value
from app.core.clock import today
from app.projects.models import Project
from app.projects.queries import project_of
from app.subjects.models import Subject, SubjectKind


def acceptance_facts(subject: Subject) -> Mapping[str, Value]:
    """Of a project; a number that nothing was recorded for is left out, so that it stays unknown."""
    project = project_of(subject) if subject.kind is SubjectKind.PROJECT else None
    if project is None:
        return {}
    found: dict[str, Value] = {}
    for stage in Stage:
        found |= _of_stage(project, stage)
    days = trial_days(project.trial_from, project.accepted_on or today())
    if days is not None:
        found["acceptance.trial_days"] = days
    return found | _of_handover(project)


def _of_stage(project: Project, stage: Stage) -> dict[str, Value]:
    """The state of the newest round, the empty text where none was opened."""
    last = newest(project, stage)
    if last is None:
        return {f"acceptance.{stage.value}": ""}
    still = sum(1 for item in last.items if not item.passed)
    return {f"acceptance.{stage.value}": last.state.value, f"acceptance.{stage.value}_open": still}


def _of_handover(project: Project) -> dict[str, Value]:
    handover = handover_of(project)
    if handover is None:
        return {"handover.items": 0, "handover.classes": ()}
    unfinished = {one.category for one in handover.items if not one.is_done}
    whole = {one.category for one in handover.items} - unfinished
    return {
        "handover.items": len(handover.items),
        "handover.open_items": sum(1 for one in handover.items if not one.is_done),
        "handover.classes": tuple(sorted(one.value for one in whole)),
    }
