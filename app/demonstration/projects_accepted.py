"""Acceptance item by item, and handover thing by thing, each as one person's deed."""

from functools import partial

from app.acceptances import actions, concluding, handing_over, queries
from app.acceptances.actions import Judgement
from app.acceptances.content import seen_digest
from app.acceptances.handover_models import Handover, HandoverItem
from app.acceptances.kinds import Outcome, Stage
from app.acceptances.material import Material
from app.acceptances.models import Acceptance, AcceptanceItem
from app.core.permissions import Role
from app.demonstration import files
from app.demonstration import organisations as places
from app.demonstration.projects import ProjectPlan, lines
from app.demonstration.timeline import Deed
from app.demonstration.world import World
from app.gates.kinds import Stance

R = Role
# Security and archive come after what was declared (app/acceptances/prefill.py); the catalogue's list has nine things.
BESIDE, HANDED = 2, 9


def items_of(plan: ProjectPlan) -> range:
    """The numbers of the items of a first round."""
    return range(1, len(lines(plan.outline.functions)) + len(plan.costs) + BESIDE + 1)


# --- acceptance ------------------------------------------------------------------------------------------------------


def _round(plan: ProjectPlan, stage: Stage, world: World) -> Acceptance:
    found = queries.newest(world.project(plan.key), stage)
    if found is None:
        raise LookupError(plan.key)
    return found


def _item(plan: ProjectPlan, stage: Stage, number: int, world: World) -> AcceptanceItem:
    found = queries.item_of(_round(plan, stage, world), number)
    if found is None:
        raise LookupError(f"{plan.key} {number}")
    return found


def open_round(plan: ProjectPlan, only_failed: bool, world: World) -> None:
    actions.open_acceptance(plan.officer(world), world.project(plan.key), only_failed)


def submit_item(plan: ProjectPlan, stage: Stage, number: int, builder: str, world: World) -> None:
    """Every item comes with a file of its own: nothing is accepted without."""
    item = _item(plan, stage, number, world)
    words = ("test record (demonstration)", item.acceptance.code, f"item {number}-{len(item.submissions) + 1}")
    material = Material(files.paper(f"测试记录-{number}.pdf", "验收材料", *words).upload())
    text = f"已按要求完成并通过内部测试：{item.requirement[:60]}。"
    actions.submit_item(world.acting(builder, R.OPERATOR_OFFICER), item, text, material)


def opine(plan: ProjectPlan, stage: Stage, number: int, stance: Stance, world: World) -> None:
    text = "现场核对，与提交材料一致。" if stance is Stance.SUPPORT else "现场复测有超时，建议整改后再判定。"
    actions.opine(world.acting(places.SUPERVISOR, R.SUPERVISOR), _item(plan, stage, number, world), stance, text)


def judge(plan: ProjectPlan, stage: Stage, number: int, outcome: Outcome, world: World) -> None:
    item = _item(plan, stage, number, world)
    reason = "逐项核对，结果一致。" if outcome is Outcome.PASSED else "高峰时段响应超过约定，不予通过，整改后复验。"
    actions.judge_item(plan.officer(world), item, Judgement(outcome, reason, len(item.submissions)))


def conclude(plan: ProjectPlan, stage: Stage, passed: bool, world: World) -> None:
    """The preliminary one by the client's signatory, the final one by the authority's lead."""
    found = _round(plan, stage, world)
    text = "各项均合格，同意通过验收。" if passed else "存在不合格项，整改后重新验收。"
    if stage is Stage.PRELIMINARY:
        concluding.conclude(plan.signatory(world), found, passed, text, seen_digest(found))
    else:
        concluding.approve(plan.lead(world), found, passed, text, seen_digest(found))


def submitting(plan: ProjectPlan, stage: Stage, builder: str, numbers: range) -> list[Deed]:
    return [partial(submit_item, plan, stage, number, builder) for number in numbers]


def opining(plan: ProjectPlan, stage: Stage, numbers: range, doubted: int = 0) -> list[Deed]:
    """The supervisor's opinions; one item may be doubted."""
    return [
        partial(opine, plan, stage, number, Stance.AMEND if number == doubted else Stance.SUPPORT) for number in numbers
    ]


def judging(plan: ProjectPlan, stage: Stage, numbers: range, failed: int = 0) -> list[Deed]:
    return [
        partial(judge, plan, stage, number, Outcome.FAILED if number == failed else Outcome.PASSED)
        for number in numbers
    ]


# --- handover --------------------------------------------------------------------------------------------------------


def open_handover(plan: ProjectPlan, world: World) -> None:
    handing_over.open_handover(plan.officer(world), world.project(plan.key))


def _handover(plan: ProjectPlan, world: World) -> Handover:
    found = queries.handover_of(world.project(plan.key))
    if found is None:
        raise LookupError(plan.key)
    return found


def _handed(plan: ProjectPlan, number: int, world: World) -> HandoverItem:
    found = queries.handed_item_of(_handover(plan, world), number)
    if found is None:
        raise LookupError(f"{plan.key} {number}")
    return found


def deliver(plan: ProjectPlan, number: int, world: World) -> None:
    """By whoever is to deliver it, with a list."""
    item = _handed(plan, number, world)
    words = ("handover list (demonstration)", item.handover.code, f"item {number}-{len(item.entries) + 1}")
    material = Material(files.paper(f"移交清单-{number}.pdf", "移交材料", *words).upload())
    actor = world.acting(item.deliverer.code, R.OPERATOR_OFFICER)
    handing_over.deliver(actor, item, "按清单提交，校验值和说明见附件。", material)


def receive(plan: ProjectPlan, number: int, world: World) -> None:
    handing_over.receive(plan.officer(world), _handed(plan, number, world), "逐项清点，与清单一致，予以接收。")


def return_thing(plan: ProjectPlan, number: int, world: World) -> None:
    reason = "部署文档缺少备份恢复步骤，请补充后重新提交。"
    handing_over.send_back(plan.officer(world), _handed(plan, number, world), reason)


def take_over(plan: ProjectPlan, number: int, operator: str, world: World) -> None:
    """Only what the operator will run."""
    item = _handed(plan, number, world)
    if item.takes_over:
        actor = world.acting(operator, R.OPERATOR_OFFICER)
        handing_over.take_over(actor, item, "已接管并建立配置基线，全部口令和密钥已更换。")


def witness(plan: ProjectPlan, number: int, world: World) -> None:
    actor = world.acting(places.SUPERVISOR, R.SUPERVISOR)
    handing_over.witness(actor, _handed(plan, number, world), Stance.SUPPORT, "现场监交，清点结果属实。")


def conclude_handover(plan: ProjectPlan, world: World) -> None:
    whole = _handover(plan, world)
    text = "移交事项全部到位，同意投入运营。"
    handing_over.conclude_handover(plan.signatory(world), whole, text, seen_digest(whole))
