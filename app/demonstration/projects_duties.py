"""The responsibility list of a project: drawn up, sent out, signed by each side, changed when somebody joins."""

from functools import partial

from app.core.permissions import Role
from app.demonstration.projects import ProjectPlan
from app.demonstration.timeline import Deed
from app.demonstration.world import World
from app.responsibilities import actions, drafting
from app.responsibilities.content import canonical_content
from app.responsibilities.models import DutyList
from app.responsibilities.queries import open_list, signed_list

R = Role


def _open(plan: ProjectPlan, world: World) -> DutyList:
    found = open_list(world.project(plan.key))
    if found is None:
        raise LookupError(plan.key)
    return found


def start(plan: ProjectPlan, world: World) -> None:
    actions.start_list(plan.officer(world), world.project(plan.key))


def send(plan: ProjectPlan, world: World) -> None:
    """Out for signing, as it was read."""
    duty_list = _open(plan, world)
    actions.submit(plan.officer(world), duty_list, canonical_content(duty_list)[1].sha256)


def sign(plan: ProjectPlan, by: tuple[str, Role], world: World) -> None:
    duty_list = _open(plan, world)
    actions.sign(world.acting(*by), duty_list, duty_list.sha256 or "")


def signing(plan: ProjectPlan, *companies: str) -> list[Deed]:
    """The client signs, then the companies that build and operate."""
    by = [(plan.client, R.AGENCY_SIGNATORY), *((one, R.OPERATOR_SIGNATORY) for one in companies)]
    return [partial(sign, plan, one) for one in by]


def amend(plan: ProjectPlan, reason: str, world: World) -> None:
    """A new version with the duties of whoever has joined since."""
    project = world.project(plan.key)
    signed = signed_list(project)
    if signed is None:
        raise LookupError(plan.key)
    officer = plan.officer(world)
    drafting.supplement(officer, actions.amend(officer, signed, reason))
