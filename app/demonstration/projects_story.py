"""What became of each project: the fates, and how many working days ago each step of a fate happened."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial

from app.acceptances.kinds import Stage
from app.core.clock import today
from app.demonstration import organisations as places
from app.demonstration import projects_accepted as accepted
from app.demonstration import projects_bought as bought
from app.demonstration import projects_changed as changed
from app.demonstration import projects_decided as decided
from app.demonstration import projects_duties as duties
from app.demonstration import projects_road as way
from app.demonstration.contracts import Story
from app.demonstration.nights import LAST_EXEMPTED
from app.demonstration.projects import (
    ProjectOutline,
    ProjectPlan,
    answer,
    open_project,
    registering,
    set_basics,
    set_money,
    set_operation,
    submit,
    writing,
)
from app.demonstration.projects_bought import Purchase
from app.demonstration.projects_decided import ADVERSE, EXPERTS, Condition
from app.demonstration.projects_road import Road
from app.demonstration.timeline import Days, Timeline
from app.demonstration.world import World
from app.gates.kinds import Step
from app.procurement.kinds import Method, Purpose
from app.projects import actions, effects
from app.projects.kinds import DocumentKind

K = DocumentKind
BUILD = Purchase(Purpose.BUILD, places.SUIHENG)
TENDER = Purchase(Purpose.BUILD, places.YUELAN, Method.OPEN_TENDER)
OPERATION = Purchase(Purpose.OPERATE, places.LINGLAN, months=12)
NOTICE = (
    "补充点位布设与现有视频平台的复用分析",
    "逐项列明存储天数和算力测算依据",
    "使用量基线请附上一年度平台导出统计",
)
# What the client of the one that was put right answers to the last two.
REPLIES = (
    "已按视频路数、存储 30 天和并发推理路数重列测算表，见运营方案。",
    "已附上一年度平台导出统计，逐项服务的使用量基线与之一致。",
)
SPECIAL_DEVICE = "专用加密设备须与制作证卡的机器同处一室，政务云暂不提供同等条件，已组织专家论证。"
OLD_ARCHIVE = "纸质档案影像未脱密前不能出馆，拟在自有机房暂存一年，完成脱密后迁入政务云。"
RESPONSIBLE = ("梁启文", "温淑仪", "邱建安", "欧卓贤", "赖思远", "江慧心", "卢世杰")


@dataclass(frozen=True)
class Fate:
    """How a story is told: months from the present one to the month it leads to (None: it leads to the present day),
    and the working days before that on which the project was or would be decided."""

    tell: Callable[[Road], None]
    decided: int
    months: int | None = None


def authority_of(client: str) -> str:
    """The nearest competent authority, never the client itself (see the mandates in organisations.py)."""
    below = client.startswith(("ZF-4401-", "ZF-440106")) and client != places.CITY_AUTHORITY
    return places.CITY_AUTHORITY if below else places.AUTHORITY


def tell_project(place: int, outline: ProjectOutline, timeline: Timeline, days: Days) -> ProjectPlan:
    """Puts the whole life of a project on the timeline."""
    fate = FATES[outline.fate]
    base = days.today if fate.months is None else days.first_of_month(fate.months)
    responsible = RESPONSIBLE[place % len(RESPONSIBLE)]
    plan = ProjectPlan(
        f"X{place:02d}", outline, authority_of(outline.client), responsible, days.before(base, fate.decided)
    )
    fate.tell(Road(plan, timeline, days, base))
    return plan


# --- before the decision ---------------------------------------------------------------------------------------------


def _planned(road: Road) -> None:
    road.sit(road.plan.number + 6, partial(open_project, road.plan, True))


def _begun(road: Road) -> None:
    road.sit(9, partial(open_project, road.plan, False), partial(set_basics, road.plan))


def _incomplete(road: Road) -> None:
    """Money and data are there; services, targets and papers are still missing."""
    plan = road.plan
    road.sit(14, partial(open_project, plan, False), partial(set_basics, plan), partial(set_money, plan))
    road.sit(11, *writing(plan, "costs", "data"))


def _ready(road: Road) -> None:
    way.declare(road, 3)


def _asking(road: Road) -> None:
    """A machine of its own is restricted; the authority has not answered yet."""
    way.declare(road, 8)
    until = road.days.today + timedelta(days=300)
    road.sit(3, partial(decided.ask_exemption, road.plan, SPECIAL_DEVICE, until))


def _returned(road: Road) -> None:
    way.submitted(road, 16)
    way.opinions(road, 12, EXPERTS[1:2])
    road.sit(8, partial(decided.send_back, road.plan, "材料不足以判断必要性，请一次性补正。", NOTICE))


def _resubmitted(road: Road) -> None:
    """Returned once, put right, and with the authority again."""
    plan = road.plan
    way.submitted(road, 34)
    road.sit(28, partial(decided.send_back, plan, "运营和共享部分不完整。", NOTICE[1:]))
    road.sit(14, partial(set_operation, plan), *registering(plan, K.SHARING_CHAPTER))
    road.sit(6, partial(decided.reply, plan, REPLIES))
    road.sit(5, partial(submit, plan))


def _reviewed(road: Road) -> None:
    way.submitted(road, 12)
    way.opinions(road, 7)


def _late(road: Road) -> None:
    """Twenty working days have passed without a decision; it was handed up, and a leader has urged it."""
    way.submitted(road, 27)
    way.opinions(road, 20, EXPERTS[:1])
    instruction = "请三个工作日内完成查重认定并提出审批意见，逾期说明原因。"
    road.sit(2, partial(decided.urge, road.plan, instruction))


def _doubled(road: Road) -> None:
    """Much like what another office operates already; nobody has judged it yet."""
    way.submitted(road, 6)


def _refused(road: Road) -> None:
    plan = road.plan
    way.submitted(road, 70)
    way.opinions(road, 66, (ADVERSE,))
    alike = "目录、接口和共享流程与省公共数据共享交换平台一致，属主要功能重复。"
    road.sit(64, partial(decided.judge, plan, "whole", alike, ""))
    reason = "主要功能与省公共数据共享交换平台重复，不予立项；请接入省平台，所需接口改造列入年度运维。"
    road.sit(60, partial(decided.refuse, plan, reason))


# --- approved --------------------------------------------------------------------------------------------------------


def _conditional(road: Road) -> None:
    """Four conditions: met, reported, still owed, and overdue."""
    plan, days = road.plan, road.days
    conditions = (
        Condition("补充密码应用方案中的密钥托管措施", days.ago(12)),
        Condition("与省电子病历共享接口完成对接方案确认", days.ago(2)),
        Condition("开工前完成个人信息保护影响评估并报备", days.today + timedelta(days=45)),
        Condition("提交与在建专科系统的数据归并计划", days.ago(7)),
    )
    way.approved(road, 39, conditions)
    road.sit(28, partial(decided.report, plan, 1, "已与密码服务平台签订托管协议，方案修订稿随附。"))
    road.sit(25, partial(decided.accept, plan, 1))
    road.sit(4, partial(decided.report, plan, 2, "双方已签字确认对接方案，接口清单随附。"))


def _exempted(road: Road) -> None:
    """A restricted item was hit, the province gave leave for a year, and the city's authority approved the project."""
    plan, until = road.plan, road.day(54) + timedelta(days=360)
    way.declare(road, 61)
    road.sit(57, partial(decided.ask_exemption, plan, SPECIAL_DEVICE, until))
    road.sit(54, partial(decided.grant_exemption, plan, until))
    road.sit(50, partial(submit, plan))
    way.decide(road, 40)


def _lapsed(road: Road) -> None:
    """The same before the province alone, but the leave is over: buying and building are closed again."""
    plan, until = road.plan, road.days.ago(LAST_EXEMPTED)
    way.declare(road, 91)
    road.sit(87, partial(decided.ask_exemption, plan, OLD_ARCHIVE, until + timedelta(days=180)))
    road.sit(84, partial(decided.grant_exemption, plan, until))
    road.sit(80, partial(submit, plan))
    way.decide(road, 70)
    road.sit(LAST_EXEMPTED - 1, partial(bought.plan_purchase, plan, TENDER))


def _announced(road: Road) -> None:
    plan = road.plan
    way.approved(road, 55)
    road.sit(40, partial(bought.plan_purchase, plan, TENDER))
    road.sit(14, partial(bought.announce, plan, TENDER))
    road.sit(12, partial(bought.plan_purchase, plan, way.SUPERVISION))


def _awarded(road: Road) -> None:
    """Thirty days to sign from the award; the responsibility list is being drawn up."""
    plan = road.plan
    way.approved(road, 80)
    way.buy(road, 70, way.SUPERVISION)
    road.sit(62, partial(bought.plan_purchase, plan, TENDER))
    road.sit(56, partial(bought.announce, plan, TENDER))
    road.sit(18, partial(bought.award, plan, TENDER))
    road.sit(17, partial(bought.confirm, plan, TENDER))
    road.sit(8, partial(duties.start, plan))


def _signing(road: Road) -> None:
    """Everything is under contract; the builder has not signed the responsibility list yet."""
    plan = road.plan
    way.approved(road, 72)
    way.buy(road, 60, BUILD, way.SUPERVISION)
    road.sit(12, partial(duties.start, plan))
    road.sit(8, partial(duties.send, plan))
    road.sit(6, *duties.signing(plan))


def _suspended(road: Road) -> None:
    way.approved(road, 52)
    road.sit(42, partial(bought.plan_purchase, road.plan, BUILD))
    road.sit(15, partial(decided.suspend, road.plan, "配套资金来源待核实，核实前暂停采购。"))


def _terminated(road: Road) -> None:
    way.approved(road, 62)
    road.sit(20, partial(decided.terminate, road.plan, "机构职能调整，停车管理划转至城市管理部门，项目不再实施。"))


# --- built and operated ----------------------------------------------------------------------------------------------


def _building(road: Road) -> None:
    """The preliminary acceptance has begun: most is submitted, little is judged."""
    plan, stage, numbers = road.plan, Stage.PRELIMINARY, accepted.items_of(road.plan)
    way.building(road, 90, places.SUIHENG)
    changed.filed(road, 40)
    road.sit(9, partial(accepted.open_round, plan, False))
    road.sit(6, *accepted.submitting(plan, stage, places.SUIHENG, numbers[:-1]))
    road.sit(4, *accepted.opining(plan, stage, numbers[:2]))
    road.sit(2, *accepted.judging(plan, stage, numbers[:2]))


def _building_late(road: Road) -> None:
    """The planned end has passed, and nothing is ready to be accepted."""
    way.building(road, 120, places.YUELAN, framework=True)
    changed.disputed(road, 12)


def _trial(road: Road) -> None:
    """One item failed at first; the second round let it into its trial run, and the final acceptance has begun."""
    plan, builder, numbers = road.plan, places.SUIHENG, accepted.items_of(road.plan)
    way.building(road, 130, builder, framework=True)
    way.try_out(road, 72, Stage.PRELIMINARY, builder, failed=2)
    way.conclude(road, 60, Stage.PRELIMINARY, passed=False)
    road.sit(52, partial(accepted.open_round, plan, True))
    again = range(1, 2)
    road.sit(48, *accepted.submitting(plan, Stage.PRELIMINARY, builder, again))
    road.sit(46, *accepted.opining(plan, Stage.PRELIMINARY, again))
    road.sit(44, *accepted.judging(plan, Stage.PRELIMINARY, again))
    way.conclude(road, 40, Stage.PRELIMINARY)
    road.sit(8, partial(accepted.open_round, plan, False))
    road.sit(5, *accepted.submitting(plan, Stage.FINAL, builder, numbers[:4]))
    road.sit(3, *accepted.opining(plan, Stage.FINAL, numbers[:1]))
    road.sit(2, *accepted.judging(plan, Stage.FINAL, numbers[:2]))


def _handing_over(road: Road) -> None:
    """Accepted; a part of the handover has arrived, one thing was sent back, the operator is being sought."""
    plan = road.plan
    way.accept(road, 25, places.YUELAN)
    road.sit(18, partial(accepted.open_handover, plan))
    road.sit(16, partial(bought.plan_purchase, plan, OPERATION))
    road.sit(14, partial(bought.announce, plan, OPERATION))
    road.sit(11, *(partial(accepted.deliver, plan, number) for number in range(1, 7)))
    road.sit(7, *(partial(accepted.receive, plan, number) for number in range(1, 5)))
    road.sit(6, partial(accepted.return_thing, plan, 5))
    road.sit(5, *(partial(accepted.witness, plan, number) for number in range(1, 4)))
    road.sit(3, *registering(plan, K.MLPS_FILING))


def _operating(road: Road) -> None:
    way.accept(road, 45, places.SUIHENG)
    way.operate(road, places.SUIHENG, places.LINGLAN)


def _maintained(road: Road) -> None:
    """Nothing is built: from approval to operation."""
    way.approved(road, 50)
    way.operate(road, "", places.YUELAN)


def _evaluating(road: Road) -> None:
    """In operation for a year; its self-evaluation waits for the authority's conclusion."""
    way.accept(road, 45, places.YUELAN, framework=True)
    way.operate(road, places.YUELAN, places.YUELAN)
    now = Road(road.plan, road.timeline, road.days, road.days.today)
    now.sit(12, *registering(road.plan, K.SELF_EVALUATION))
    now.sit(10, partial(_evaluate, road.plan))


def _evaluate(plan: ProjectPlan, world: World) -> None:
    """What was promised is answered first, a little better than it was promised."""
    project = world.project(plan.key)
    for one in effects.promises_of(project):
        reached = effects.ResultFacts(one.value + Decimal("0.4"), today(), "业务系统统计月报")
        effects.record(plan.officer(world), project, one.id, reached)
    actions.evaluate(plan.officer(world), world.project(plan.key))


def _exited(road: Road) -> None:
    """A year of maintenance, then the old system was closed and its data returned."""
    plan = road.plan
    way.approved(road, 50)
    way.operate(road, "", places.LINGLAN)
    agreed = bought.operating_contract(plan, OPERATION, road.base)
    Story(agreed, road.timeline, road.days).expire(agreed.terms.term_until + timedelta(days=1))
    now = Road(plan, road.timeline, road.days, road.days.today)
    now.sit(15, *registering(plan, K.EXIT_CERTIFICATE), partial(_answer_exit, plan))
    now.sit(12, partial(_exit, plan))


def _answer_exit(plan: ProjectPlan, world: World) -> None:
    answer(plan, world, Step.EXIT)


def _exit(plan: ProjectPlan, world: World) -> None:
    reason = "业务已并入全省统一的车驾管平台，旧系统停止运行，数据已返还并销毁副本。"
    actions.exit_project(plan.signatory(world), world.project(plan.key), reason)


FATES: dict[str, Fate] = {
    "planned": Fate(_planned, 1),
    "begun": Fate(_begun, 1),
    "incomplete": Fate(_incomplete, 1),
    "ready": Fate(_ready, 1),
    "asking": Fate(_asking, 1),
    "returned": Fate(_returned, 6),
    "resubmitted": Fate(_resubmitted, 18),
    "reviewed": Fate(_reviewed, 1),
    "late": Fate(_late, 8),
    "doubled": Fate(_doubled, 1),
    "refused": Fate(_refused, 60),
    "conditional": Fate(_conditional, 39),
    "exempted": Fate(_exempted, 40),
    "lapsed": Fate(_lapsed, 70),
    "announced": Fate(_announced, 55),
    "awarded": Fate(_awarded, 80),
    "signing": Fate(_signing, 72),
    "suspended": Fate(_suspended, 52),
    "terminated": Fate(_terminated, 62),
    "building": Fate(_building, 130),
    "building_late": Fate(_building_late, 160),
    "trial": Fate(_trial, 170),
    "handing_over": Fate(_handing_over, 165),
    "operating": Fate(_operating, 185, -4),
    "maintained": Fate(_maintained, 50, -3),
    "evaluating": Fate(_evaluating, 185, -13),
    "exited": Fate(_exited, 50, -14),
}
