"""What the authority does with a project and what follows: opinions, verdicts, exemptions, conditions, ends."""

from dataclasses import dataclass
from datetime import date

from app.core.db import db
from app.core.permissions import Permission, Role
from app.demonstration import files
from app.demonstration import organisations as places
from app.demonstration.projects import ProjectPlan
from app.demonstration.world import World
from app.gates import obligations
from app.gates.actions import ConditionFacts, Ruling
from app.gates.kinds import OpinionKind, Stance, Step, Verdict
from app.gates.models import Obligation
from app.gates.opinions import OpinionFacts
from app.gates.queries import obligations_of
from app.lifecycle.actions import expedite
from app.lifecycle.queries import own_tasks, urged_by
from app.negative_lists import actions as lists
from app.negative_lists.actions import Grant, Wish
from app.negative_lists.models import Exemption
from app.negative_lists.queries import exemptions_of
from app.projects import actions
from app.projects.answering import answer
from app.projects.duplicates import judge_duplicates
from app.projects.notices import open_notice, points_answered

R = Role
REGISTERED = "已逐项补充登记，并与申报内容核对一致。"


@dataclass(frozen=True)
class Voice:
    """Somebody whose opinion the authority records."""

    name: str
    organisation: str
    kind: OpinionKind
    stance: Stance
    score: int | None
    text: str


EXPERTS = (
    Voice(
        *("许明远", "省信息化专家库", OpinionKind.EXPERT, Stance.SUPPORT, 88),
        "建设必要，技术路线可行，概算合理；建议复用统一身份认证和电子证照，不再自建。",
    ),
    Voice(
        *("方静", "岭南数字治理研究所", OpinionKind.EXPERT, Stance.AMEND, 81),
        "服务目录完整，使用量预测偏乐观，建议按上一年实际量下调一成，并补充退出时的数据清点办法。",
    ),
    Voice(
        *("同级财政部门", "同级财政部门", OpinionKind.DEPARTMENT, Stance.SUPPORT, None),
        "资金已纳入部门预算项目库，运营经费按考核结果据实拨付。",
    ),
)
ADVERSE = Voice(
    *("许明远", "省信息化专家库", OpinionKind.EXPERT, Stance.OPPOSE, 42),
    "主要功能与省公共数据共享交换平台重复，建议直接接入，不宜另建。",
)


def opine(plan: ProjectPlan, voice: Voice, world: World) -> None:
    facts = OpinionFacts(
        step=Step.APPROVE,
        kind=voice.kind,
        giver_name=voice.name,
        giver_organisation=voice.organisation,
        stance=voice.stance,
        score=voice.score,
        text=voice.text,
        independent=voice.kind is not OpinionKind.DEPARTMENT,
    )
    actions.opine(plan.reviewer(world), world.project(plan.key), facts, None)


def judge(plan: ProjectPlan, verdict: str, reason: str, to_cut: str, world: World) -> None:
    """The officer's verdict on duplicates, on the version that is with the authority."""
    judge_duplicates(plan.reviewer(world), world.project(plan.key), verdict, reason, to_cut)


@dataclass(frozen=True)
class Condition:
    """A condition of an approval, owed by the client until a day."""

    text: str
    due_on: date


def approve(plan: ProjectPlan, conditions: tuple[Condition, ...], world: World) -> None:
    """Passed, or passed on conditions."""
    client = world.organisations[plan.client]
    owed = tuple(ConditionFacts(one.text, client, one.due_on) for one in conditions)
    verdict = Verdict.CONDITIONAL if owed else Verdict.PASSED
    number = f"{'粤' if plan.authority.startswith('ZF-44-') else '穗'}数审〔{plan.decided.year}〕{plan.number + 10}号"
    _decide(plan, Ruling(verdict, "建设必要，方案可行，概算合规。", conditions=owed), number, world)


def refuse(plan: ProjectPlan, reason: str, world: World) -> None:
    _decide(plan, Ruling(Verdict.REFUSED, reason), "", world)


def _decide(plan: ProjectPlan, ruling: Ruling, number: str, world: World) -> None:
    project = world.project(plan.key)
    actions.decide(plan.lead(world), project, ruling, project.current.sha256 or "", number)


def send_back(plan: ProjectPlan, reason: str, notice: tuple[str, ...], world: World) -> None:
    """Returned, with everything that is missing told at once."""
    actions.return_for_change(plan.reviewer(world), world.project(plan.key), reason, notice)


def reply(plan: ProjectPlan, texts: tuple[str, ...], world: World) -> None:
    """What was changed for each point of the return; what the system found is answered by what was registered since."""
    project = world.project(plan.key)
    told = open_notice(project)
    points = points_answered(told) if told is not None else []
    own = dict(zip((one.number for one in points[-len(texts) :]), texts, strict=False))
    answer(plan.officer(world), project, {one.number: own.get(one.number, REGISTERED) for one in points})


def suspend(plan: ProjectPlan, reason: str, world: World) -> None:
    actions.suspend(plan.lead(world), world.project(plan.key), reason)


def terminate(plan: ProjectPlan, reason: str, world: World) -> None:
    actions.terminate(plan.lead(world), world.project(plan.key), reason)


# --- exemptions ------------------------------------------------------------------------------------------------------


def ask_exemption(plan: ProjectPlan, reason: str, until: date, world: World) -> None:
    """From the item on machines of one's own."""
    project = world.project(plan.key)
    proof = files.paper("技术论证意见.pdf", "豁免依据", "grounds of exemption (demonstration)", project.code)
    wish = Wish("NL-A13", reason, until)
    lists.request_exemption(plan.officer(world), project.subject, wish, proof.upload())


def grant_exemption(plan: ProjectPlan, until: date, world: World) -> None:
    """By the province's authority, as the item asks; where the project lies before a city's, it is consulted."""
    lead = world.acting(places.AUTHORITY, R.AUTHORITY_LEAD)
    facts = Grant(until, "技术论证充分，同意在期限内使用自有设施。", "每半年报告一次向政务云迁移的进展。")
    lists.grant(lead, _exemption(plan, world), facts)


def _exemption(plan: ProjectPlan, world: World) -> Exemption:
    return exemptions_of(world.project(plan.key).subject)[0]


# --- conditions and urging -------------------------------------------------------------------------------------------


def _obligation(plan: ProjectPlan, number: int, world: World) -> Obligation:
    return next(one for one in obligations_of(world.project(plan.key).subject) if one.number == number)


def report(plan: ProjectPlan, number: int, text: str, world: World) -> None:
    """The client says how a condition was met."""
    obligation = _obligation(plan, number, world)
    proof = files.paper("落实情况.pdf", "条件落实", "condition met (demonstration)", obligation.code)
    obligations.report(plan.officer(world), obligation, text, proof.upload())


def accept(plan: ProjectPlan, number: int, world: World) -> None:
    obligations.accept(plan.reviewer(world), _obligation(plan, number, world))


def urge(plan: ProjectPlan, instruction: str, world: World) -> None:
    """A leader urges what is overdue about a project."""
    leader, subject = world.acting(plan.authority, R.LEADER), world.project(plan.key).subject
    asked = db.session.scalars(own_tasks(leader)).all()
    urging = next(one for one in asked if one.subject_id == subject.id and one.permission == Permission.TASK_EXPEDITE)
    overdue = urged_by(urging)
    if overdue is None:
        raise LookupError(plan.key)
    expedite(leader, urging, overdue, instruction)
