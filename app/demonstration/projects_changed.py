"""Changes of projects while they are built: one small enough to be filed, one that the authority has to decide."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from app.core.permissions import Role
from app.demonstration import files
from app.demonstration import organisations as places
from app.demonstration.projects import WAN, ProjectPlan
from app.demonstration.projects_road import Road
from app.demonstration.world import World
from app.gates import countersigning
from app.gates.countersigning import Signature
from app.gates.kinds import Body, Stance, Step
from app.projects import change_drafting, changing
from app.projects.change_drafting import ChangeFacts, CostFacts
from app.projects.change_kinds import ChangeBasis
from app.projects.change_models import ProjectChange
from app.projects.kinds import CostCategory
from app.projects.standing import open_change


@dataclass(frozen=True)
class Change:
    """What is changed: why, by how many days, and `category amount name` of money in ten thousands of yuan."""

    basis: ChangeBasis
    scope: str
    reason: str
    days: int
    costs: tuple[tuple[CostCategory, int, str], ...]


# Far below the limit of 15 %, and nothing is added to the budget: what is spent more is saved elsewhere.
SMALL = Change(
    ChangeBasis.DESIGN,
    "电子证照核验改为调用省级接口，核验页面相应调整。",
    "省级接口已开放，改用后少维护一套接口。",
    20,
    ((CostCategory.SOFTWARE, 6, "接口改造"), (CostCategory.SECURITY, -6, "减少一套接口的加密改造")),
)
FINANCE_SAYS = "本年度预算已下达，追加部分未列入，建议下一年度另行申报；已建点位可先行验收。"
# Somebody else's aim and far more money: for the authority, and for finance before it.
LARGE = Change(
    ChangeBasis.BUSINESS,
    "增加企业端办理和线下窗口一体化功能，点位由 40 个增至 65 个。",
    "窗口业务并入后，原概算的点位和开发量不足。",
    90,
    ((CostCategory.SOFTWARE, 96, "窗口一体化功能开发"),),
)


def filed(road: Road, before: int, change: Change = SMALL) -> None:
    """Proposed, and taken to the files four days later."""
    propose(road, before, change)
    road.sit(before - 4, partial(file_change, road.plan))


def propose(road: Road, before: int, change: Change) -> None:
    plan = road.plan
    road.sit(before, partial(begin_change, plan, change), partial(submit_change, plan))


def disputed(road: Road, before: int, change: Change = LARGE) -> None:
    """Proposed and sent to finance, which disagrees; the authority has not decided."""
    propose(road, before, change)
    road.sit(before - 2, partial(ask_finance, road.plan))
    road.sit(before - 5, partial(disagree, road.plan))


def begin_change(plan: ProjectPlan, change: Change, world: World) -> None:
    project = world.project(plan.key)
    facts = ChangeFacts(
        basis=change.basis,
        scope_kept=True,
        scope=change.scope,
        new_until=plan.planned_until + timedelta(days=change.days),
        reason=change.reason,
    )
    file = files.paper("调整论证.pdf", "调整论证", "Demonstration change", project.code)
    made = change_drafting.begin(plan.officer(world), project, facts, file.upload())
    for category, wan, name in change.costs:
        change_drafting.add_cost(plan.officer(world), made, CostFacts(category, name, wan * WAN))


def _waiting(plan: ProjectPlan, world: World) -> ProjectChange:
    found = open_change(world.project(plan.key))
    if found is None:
        raise LookupError(plan.key)
    return found


def submit_change(plan: ProjectPlan, world: World) -> None:
    change = _waiting(plan, world)
    changing.submit(plan.officer(world), change)


def file_change(plan: ProjectPlan, world: World) -> None:
    change = _waiting(plan, world)
    changing.file(plan.reviewer(world), change, "累计变动未超过 15 %，建设目标不变，准予备案。", change.digest or "")


def ask_finance(plan: ProjectPlan, world: World) -> None:
    project = world.project(plan.key)
    change = _waiting(plan, world)
    chosen = {Body.FINANCE: world.organisation(places.FINANCE)}
    countersigning.ask(plan.reviewer(world), project.subject, Step.CHANGE, changing.matter_of(change), chosen)


def disagree(plan: ProjectPlan, world: World) -> None:
    project = world.project(plan.key)
    (asked,) = countersigning.asked(project.subject, Step.CHANGE)
    said = Signature(Stance.OPPOSE, FINANCE_SAYS, asked.about_digest)
    finance = world.acting(places.FINANCE, Role.AGENCY_SIGNATORY)
    countersigning.sign(finance, project.subject, asked.id, said, lambda: changing.countersigned(project))
