"""A declaration held against itself, its day and its namesakes: what keeps it from submission, and what to notice."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from app.core.actors import Actor
from app.core.clock import local, today
from app.core.errors import Problem
from app.core.permissions import Side
from app.projects import rules
from app.projects.kinds import Provision
from app.projects.models import Declaration, Project
from app.projects.queries import client_of, in_sight, namesakes
from app.projects.rules import Expected, Whole
from app.projects.wording import explain_contradiction, explain_remark


def cost_total(version: Declaration) -> int | None:
    return sum(one.amount_fen for one in version.costs) if version.costs else None


def whole_of(version: Declaration) -> Whole:
    """The version as the rules see it, on the day of its submission or, while it is written, today."""
    day = local(version.sealed_at).date() if version.sealed_at else today()
    return Whole(
        on=None if version.project.is_taken_in else day,
        planned_from=version.planned_from,
        planned_until=version.planned_until,
        budget_year=version.budget_year,
        cost_total=cost_total(version),
        estimate=version.estimate_fen,
        design_budget=version.design_budget_fen,
        operating_budget=version.operating_budget_fen,
        own_without_reason=sum(1 for one in version.components if one.provision is Provision.OWN and not one.reason),
        uses=tuple(
            Expected(one.name, one.baseline, (one.forecast_first, one.forecast_second, one.forecast_third))
            for one in version.services
        ),
        targets=tuple((one.name, one.due_on) for one in version.targets),
    )


def contradictions_in(version: Declaration) -> list[Problem]:
    """Everything that cannot be meant as it stands, each with the section in which it is put right."""
    return [explain_contradiction(one) for one in rules.contradictions(whole_of(version))]


def remarks_on(version: Declaration) -> list[Problem]:
    """What a reader should notice; it stops nothing."""
    return [explain_remark(one) for one in rules.remarks(whole_of(version))]


def remark_codes(version: Declaration) -> list[str]:
    """The same as the trail keeps it with the acts of submission and decision."""
    codes = [one.code for one in rules.remarks(whole_of(version))]
    return [*codes, *(["same_title"] if namesakes(version.project) else [])]


def namesake_remarks(actor: Actor, project: Project) -> list[Problem]:
    """Other projects of the same client or region under the same title, as this reader may see them.

    The rule of the duplicate check: out of reach only name and owner are shown, and those to the managing side alone.
    """
    return list(_alike(actor, namesakes(project)))


def _alike(actor: Actor, found: Sequence[Project]) -> Iterator[Problem]:
    seen = in_sight(actor, found)
    for other in found:
        if other.id not in seen and Side.MANAGEMENT not in actor.sides:
            continue
        yield Problem(
            _(
                "已有同名项目：%(name)s（%(owner)s，%(state)s）。",
                name=f"{other.code} {other.subject.title}" if other.id in seen else other.subject.title,
                owner=client_of(other).name,
                state=other.state.label,
            ),
            remedy=_("请核对是否重复申报；确属不同项目的，请在名称中区分。"),
            place="basics",
        )
