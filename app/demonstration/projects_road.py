"""The chapters of a project's road, each put on the timeline so many working days before a day that it leads to."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from random import Random

from app.acceptances.kinds import Stage
from app.core.permissions import Role
from app.demonstration import organisations as places
from app.demonstration import projects_accepted as accepted
from app.demonstration import projects_bought as bought
from app.demonstration import projects_decided as decided
from app.demonstration import projects_duties as duties
from app.demonstration.contracts import Story
from app.demonstration.performance import tell_performance
from app.demonstration.projects import (
    ProjectPlan,
    answer,
    open_project,
    register,
    registering,
    set_basics,
    set_money,
    set_operation,
    submit,
    writing,
)
from app.demonstration.projects_bought import Purchase
from app.demonstration.projects_decided import EXPERTS, Condition, Voice
from app.demonstration.timeline import Days, Deed, Timeline
from app.demonstration.world import World
from app.procurement.kinds import Method, Purpose
from app.projects import actions
from app.projects.kinds import DocumentKind

R, K = Role, DocumentKind
LISTS = ("costs", "services", "data", "components", "target")
FINAL_PAPERS = (K.BUILD_SUMMARY, K.FINANCIAL_REPORT, K.AUDIT_REPORT)
SUPERVISION = Purchase(Purpose.SUPERVISE, places.SUPERVISOR)
NOT_ALIKE = "与最相近的十项逐一比对，服务对象和主要功能不同，可复用的公共能力已改为接入，不重复。"
OPERATOR_JOINED = "运营单位已经成交，补入其在移交、运营和退出阶段的权责。"


class Road:
    """Puts the acts of one project on the timeline, by working days before the day that its story leads to."""

    def __init__(self, plan: ProjectPlan, timeline: Timeline, days: Days, base: date) -> None:
        self.plan, self.timeline, self.days, self.base = plan, timeline, days, base
        self.random = Random(f"road {plan.key} {base}")

    def day(self, before: int) -> date:
        return self.days.before(self.base, before)

    def sit(self, before: int, *deeds: Deed) -> None:
        self.timeline.sitting(self.day(before), self.random, list(deeds))


# --- declared and decided --------------------------------------------------------------------------------------------


def declare(road: Road, submitted: int) -> None:
    """A complete draft in three sittings, the last two working days before it could be submitted."""
    plan = road.plan
    sections = (set_basics, set_money, set_operation)
    road.sit(submitted + 4, partial(open_project, plan, False), *(partial(one, plan) for one in sections))
    road.sit(submitted + 3, *writing(plan, *LISTS))
    if plan.papers:
        road.sit(submitted + 2, *registering(plan, *plan.papers))


def submitted(road: Road, before: int) -> None:
    declare(road, before)
    road.sit(before, partial(submit, road.plan))


def opinions(road: Road, before: int, voices: Iterable[Voice] = EXPERTS) -> None:
    road.sit(before, *(partial(decided.opine, road.plan, one) for one in voices))


def review(road: Road, before: int) -> None:
    """What the authority needs before it decides, in four days."""
    plan = road.plan
    opinions(road, before)
    road.sit(before - 1, partial(decided.judge, plan, "none", NOT_ALIKE, ""))
    if plan.builds:
        road.sit(before - 2, *registering(plan, K.FILING_FORM))
    road.sit(before - 3, partial(answer, plan))


def decide(road: Road, before: int, conditions: tuple[Condition, ...] = ()) -> None:
    """Reviewed, then approved."""
    review(road, before + 7)
    road.sit(before, partial(decided.approve, road.plan, conditions))


def approved(road: Road, before: int, conditions: tuple[Condition, ...] = ()) -> None:
    submitted(road, before + 10)
    decide(road, before, conditions)


# --- bought and begun ------------------------------------------------------------------------------------------------


def award(road: Road, before: int, *purchases: Purchase) -> None:
    """Planned, announced, awarded and confirmed within thirteen days."""
    plan = road.plan
    road.sit(before, *bought.each(bought.plan_purchase, plan, purchases))
    road.sit(before - 2, *bought.each(bought.announce, plan, purchases))
    road.sit(before - 12, *bought.each(bought.award, plan, purchases))
    road.sit(before - 13, *bought.each(bought.confirm, plan, purchases))


def buy(road: Road, before: int, *purchases: Purchase) -> None:
    """The same, then signed, published and filed."""
    award(road, before, *purchases)
    road.sit(before - 18, *bought.each(bought.record_contract, road.plan, purchases))
    publish(road, before - 19, *purchases)


def publish(road: Road, before: int, *purchases: Purchase) -> None:
    road.sit(before, *bought.each(bought.publish, road.plan, purchases, False))
    road.sit(before - 3, *bought.each(bought.publish, road.plan, purchases, True))


def agree_duties(road: Road, before: int, *companies: str) -> None:
    """Drawn up, sent out and signed."""
    road.sit(before, partial(duties.start, road.plan))
    road.sit(before - 2, partial(duties.send, road.plan))
    road.sit(before - 3, *duties.signing(road.plan, *companies))


def start_build(plan: ProjectPlan, world: World) -> None:
    actions.start_build(plan.signatory(world), world.project(plan.key))


def building(road: Road, before: int, builder: str, framework: bool = False) -> None:
    """From the first word to the first day of building, fifty-four days.

    Supervision is bought for the project, or called off from a framework that the client has already.
    """
    approved(road, before + 40)
    supervision = replace(SUPERVISION, method=Method.FRAMEWORK) if framework else SUPERVISION
    buy(road, before + 33, Purchase(Purpose.BUILD, builder), supervision)
    agree_duties(road, before + 9, builder)
    road.sit(before, partial(start_build, road.plan))


# --- accepted --------------------------------------------------------------------------------------------------------


def try_out(road: Road, before: int, stage: Stage, builder: str, failed: int = 0) -> None:
    """A round of acceptance up to its last judgement, in eight days; one item may fail."""
    plan, numbers = road.plan, accepted.items_of(road.plan)
    road.sit(before, partial(accepted.open_round, plan, False))
    road.sit(before - 4, *accepted.submitting(plan, stage, builder, numbers))
    road.sit(before - 6, *accepted.opining(plan, stage, numbers, failed))
    road.sit(before - 8, *accepted.judging(plan, stage, numbers, failed))


def conclude(road: Road, before: int, stage: Stage, passed: bool = True) -> None:
    road.sit(before, partial(accepted.conclude, road.plan, stage, passed))


def accept(road: Road, before: int, builder: str, framework: bool = False) -> None:
    """From the first word to the final acceptance, a hundred and fifty-four days."""
    plan = road.plan
    building(road, before + 100, builder, framework)
    try_out(road, before + 50, Stage.PRELIMINARY, builder)
    conclude(road, before + 40, Stage.PRELIMINARY)
    try_out(road, before + 12, Stage.FINAL, builder)
    road.sit(before + 3, *registering(plan, *FINAL_PAPERS), *watching(plan))
    conclude(road, before, Stage.FINAL)


def watching(plan: ProjectPlan) -> list[Deed]:
    """What the supervisor and the authority register for the final acceptance."""
    watched = ((K.SECURITY_ASSESSMENT, places.SUPERVISOR, R.SUPERVISOR),)
    filed = ((K.ARCHIVE_ACCEPTANCE, plan.authority, R.AUTHORITY_OFFICER),)
    return [partial(register, plan, kind, (where, role)) for kind, where, role in (*watched, *filed)]


# --- handed over and operated ----------------------------------------------------------------------------------------


def operate(road: Road, builder: str, operator: str, months: int = 12) -> None:
    """From the purchase of operation to the first day of the contract, which is the day the road leads to."""
    plan, purchase = road.plan, Purchase(Purpose.OPERATE, operator, months=months)
    agreed = bought.operating_contract(plan, purchase, road.base)
    award(road, 43, purchase)
    road.sit(28, partial(bought.draw_contract, plan, purchase))
    road.sit(27, partial(bought.complete_contract, plan, agreed), partial(bought.agree_levels, plan))
    story = Story(agreed, road.timeline, road.days)
    story.submit(road.day(25))
    story.sign_for_client(road.day(23))
    story.sign_for_operator(road.day(22))
    publish(road, 21, purchase)
    if builder:
        road.sit(29, partial(duties.amend, plan, OPERATOR_JOINED))
        road.sit(26, partial(duties.send, plan))
        road.sit(24, *duties.signing(plan, *dict.fromkeys((builder, operator))))
    hand_over(road, operator, bool(builder))
    story.take_effect()
    tell_performance(agreed, road.timeline, road.days)


def hand_over(road: Road, operator: str, watched: bool) -> None:
    """Thing by thing, concluded three days before the contract begins."""
    plan, numbers = road.plan, range(1, accepted.HANDED + 1)
    road.sit(29, partial(accepted.open_handover, plan))
    road.sit(18, *(partial(accepted.deliver, plan, number) for number in numbers))
    road.sit(14, *(partial(accepted.receive, plan, number) for number in numbers))
    road.sit(11, *(partial(accepted.take_over, plan, number, operator) for number in numbers))
    if watched:
        road.sit(10, *(partial(accepted.witness, plan, number) for number in numbers))
    road.sit(9, *registering(plan, K.MLPS_FILING, K.EMERGENCY_PLAN))
    road.sit(3, partial(accepted.conclude_handover, plan))
