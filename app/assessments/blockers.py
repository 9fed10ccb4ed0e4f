"""What stands against the next act on an assessment, each with the place where it is put right."""

from typing import Any, Protocol

from flask import url_for
from flask_babel import gettext as _

from app.assessments.breakdown import Row
from app.assessments.models import Assessment, AssessmentState
from app.assessments.wording import plainly, say
from app.assessments.workflow import WORKFLOW, closed, fresh
from app.core.actors import SYSTEM, Actor
from app.core.errors import Problem
from app.core.permissions import Permission
from app.lifecycle.workflow import Offer

P, S = Permission, AssessmentState
# The act that is to come next, for which the page lists what still stands against it.
NEXT = {S.COMPUTED: P.ASSESSMENT_ISSUE, S.CONFIRMED: P.ASSESSMENT_FINALISE, S.UPHELD: P.ASSESSMENT_FINALISE}
Cure = tuple[str, str]


class Reading(Protocol):
    """One assessment as one person reads it."""

    @property
    def actor(self) -> Actor: ...

    @property
    def assessment(self) -> Assessment: ...

    @property
    def result(self) -> dict[str, Any]: ...

    @property
    def offers(self) -> dict[str, Offer]: ...

    @property
    def stale(self) -> bool: ...

    @property
    def waiting(self) -> list[Row]: ...


def blockers_of(page: Reading) -> list[dict[str, Any]]:
    """As components/checklist.html draws them; for everybody, not only for who may act. Nothing: no act comes next."""
    act = NEXT.get(page.assessment.state)
    if act is None:
        return []
    offered = page.offers.get(act.value)
    problems = offered.problems if offered else _against(page, act)
    cures = cures_of(page.assessment, page.result, page.waiting)
    found = [_blocker(one, cures.get(str(one.what)), page.result) for one in problems]
    return found or [{"label": _("可以%(act)s", act=act.label), "state": "ok"}]


def _against(page: Reading, act: Permission) -> list[Problem]:
    """The same guards for a reader who cannot act himself; what calculates anew is asked only when there is need."""
    guards = [guard for guard in WORKFLOW[act].guards if guard is not fresh or page.stale]
    return [problem for guard in guards for problem in guard(page.actor, page.assessment)]


def cures_of(assessment: Assessment, result: dict[str, Any], waiting: list[Row]) -> dict[str, Cure]:
    """Where each thing that blocks is put right: by the words that name it, the words of the link and its address."""
    code = assessment.contract.code
    figures = url_for("figures.index", code=code)
    found = {say(reason): _cure(code, str(reason["msgid"])) for reason in result["provisional_because"]}
    by_people = bool(waiting) and all(row.item["function"] == "qualitative" for row in waiting)
    held = (_("到“定性评分”评分"), "?tab=people#opinion") if by_people else (_("到“数据”查看并补报"), figures)
    found[say(result["reason"])] = (str(held[0]), held[1])
    found |= {str(one.what): (str(_("到“数据”关闭周期")), figures) for one in closed(SYSTEM, assessment)}
    return found


def _cure(code: str, msgid: str) -> Cure:
    """The page on which a cause of doubt is settled."""
    if "除外" in msgid:
        return str(_("到“除外时段”裁定")), url_for("service_levels.exclusions", code=code)
    if "上一期" in msgid:
        return str(_("先办上一期的考核")), url_for("assessments.index", code=code)
    return str(_("到“核验”办理")), url_for("figures.verification", code=code)


def _blocker(problem: Problem, cure: Cure | None, result: dict[str, Any]) -> dict[str, Any]:
    remedy, href = cure or (problem.remedy, problem.href)
    return {
        "label": plainly(str(problem.what), result),
        "state": "missing",
        "why": "" if cure else problem.why,
        "remedy": remedy,
        "href": href,
    }
