"""Projects as far as their declaration, through the real actions: opened, or a complete draft that may be submitted."""

from __future__ import annotations

import io
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import FileStorage

from app.contracts.models import Contract
from app.core.actors import Actor
from app.core.clock import today
from app.core.permissions import Role
from app.gates import countersigning
from app.gates.actions import Ruling
from app.gates.kinds import Body, OpinionKind, Stance, Step, Verdict
from app.gates.models import Countersign
from app.gates.opinions import OpinionFacts
from app.negative_lists.answering import AnswerFacts, answer_all
from app.negative_lists.item_file import Asked
from app.negative_lists.judging import ANSWER
from app.negative_lists.screening import look
from app.organisations.models import Organisation
from app.projects import actions, change_drafting, changing, declaring, effects
from app.projects.answering import answer
from app.projects.change_drafting import ChangeFacts
from app.projects.change_kinds import ChangeBasis, EffectKind
from app.projects.change_models import ProjectChange
from app.projects.content import canonical_content
from app.projects.documents import DocumentFacts, register_document
from app.projects.duplicates import judge_duplicates
from app.projects.effects import ResultFacts
from app.projects.entries import (
    BasicsFacts,
    ComponentFacts,
    CostFacts,
    DataFacts,
    MoneyFacts,
    OperationFacts,
    ServiceFacts,
    TargetFacts,
)
from app.projects.kinds import (
    Component,
    CostCategory,
    DataClass,
    Deployment,
    DocumentKind,
    ProjectCategory,
    ProjectKind,
    Provision,
    Scope,
    Sharing,
)
from app.projects.models import Project, ProjectDocument
from app.projects.notices import open_notice, points_answered
from tests.factories import World, kept, person, rule

TITLE = "政务服务一体化平台"
# What stands before submission with the defaults of `declared`.
PAPERS = ("feasibility", "preliminary_design", "sharing_chapter", "crypto_plan", "ex_ante_evaluation")


@kept
def opened(w: World, by: str = "officer", title: str = TITLE, planned: bool = False) -> Project:
    """A project just opened by the agency, with an empty draft."""
    return actions.open_project(w.actor(by), title, planned)


def basics(**changes: Any) -> BasicsFacts:
    """A new application on the government cloud, protected at level two."""
    whole = BasicsFacts(
        title=TITLE,
        kind=ProjectKind.NEW,
        category=ProjectCategory.APPLICATION,
        scope=Scope.ONE_AGENCY,
        deployment=Deployment.GOVERNMENT_CLOUD,
        purpose="群众办事少跑动。",
        functions="网上申报\n进度查询\n电子证照调用",
        plan_item="GH-2026-017",
        responsible_person="何平",
        planned_from=date(2026, 6, 1),
        planned_until=date(2026, 12, 31),
        mlps_level=2,
    )
    return replace(whole, **changes)


def money(**changes: Any) -> MoneyFacts:
    """Three million estimated, a little less designed, in the budget of the year."""
    whole = MoneyFacts(
        estimate_fen=300_000_000,
        design_budget_fen=290_000_000,
        budget_item="YS-2026-0042",
        budget_year=2026,
        funding="市级财政资金",
    )
    return replace(whole, **changes)


def operation(**changes: Any) -> OperationFacts:
    """Bought as a service by government."""
    whole = OperationFacts(
        mode=rule("contract_mode", "government_purchase"),
        operating_budget_fen=60_000_000,
        operating_plan="由企业运营，按办件量计费，按月考核。",
        exit_plan="期满前三个月起移交数据、源代码、账号和文档。",
    )
    return replace(whole, **changes)


def cost(**changes: Any) -> CostFacts:
    return replace(CostFacts(CostCategory.SOFTWARE, "应用系统开发", 280_000_000), **changes)


def service_line(**changes: Any) -> ServiceFacts:
    """A service that is not on the ledger yet, used for a year by the old system."""
    whole = ServiceFacts(
        service=None,
        name="网上申报",
        unit="件",
        baseline=120_000,
        baseline_source="旧系统 2025 年办件统计",
        forecast_first=150_000,
        forecast_second=180_000,
        forecast_third=200_000,
        unit_price=Decimal("1.5"),
    )
    return replace(whole, **changes)


def data_item(**changes: Any) -> DataFacts:
    whole = DataFacts(
        name="办件信息",
        data_class=DataClass.PUBLIC,
        sharing=Sharing.CONDITIONAL,
        catalogue_number="ML-4401-0001",
        basis="政务数据共享条例",
        provider="广州市政务服务中心",
    )
    return replace(whole, **changes)


def component(**changes: Any) -> ComponentFacts:
    return replace(ComponentFacts(Component.IDENTITY, Provision.REUSE), **changes)


def target(**changes: Any) -> TargetFacts:
    whole = TargetFacts(
        name="网上办理率",
        value=Decimal(90),
        unit="%",
        due_on=date(2027, 12, 31),
        effect=EffectKind.ONLINE,
        baseline=Decimal(62),
        method="一体化平台办件统计，网上办结件数除以全部办结件数",
    )
    return replace(whole, **changes)


LINES = (cost, service_line, data_item, component, target)


def paper(name: str = "材料.pdf", content: bytes = b"") -> FileStorage:
    """An upload; every name is another content unless one is given."""
    return FileStorage(stream=io.BytesIO(content or b"%PDF-1.4 " + name.encode()), filename=name)


def register(w: World, project: Project, kind: str, by: str = "officer", **changes: Any) -> ProjectDocument:
    """A registered paper of a kind with a file of its own."""
    facts = DocumentFacts(DocumentKind(kind), f"{kind}-1", "广州市政务服务中心", today() - timedelta(days=10))
    return register_document(w.actor(by), project, replace(facts, **changes), paper(f"{project.code}-{kind}.pdf"))


def _of(kind: type[Any], changes: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in changes.items() if name in names}


@kept
def declared(w: World, by: str = "officer", **changes: Any) -> Project:
    """A complete draft with everything that is asked for before submission; `changes` replace fields of its sections.

    `papers` names the kinds to register, `lines` the lines to list.
    """
    papers, lines = changes.pop("papers", PAPERS), changes.pop("lines", [make() for make in LINES])
    project, actor = opened(w, by, changes.get("title", TITLE)), w.actor(by)
    declaring.set_basics(actor, project, basics(**_of(BasicsFacts, changes)), None)
    declaring.set_money(actor, project, money(**_of(MoneyFacts, changes)), None)
    declaring.set_operation(actor, project, operation(**_of(OperationFacts, changes)), None)
    for line in lines:
        declaring.add_line(actor, project, line)
    for kind in papers:
        register(w, project, kind, by)
    return project


def seen_digest(project: Project) -> str:
    """The digest of the present content, as a page would show it."""
    version = project.current
    return version.sha256 or canonical_content(version)[1].sha256


# --- the life after the declaration ----------------------------------------------------------------------------------


def answered(w: World, project: Project | Contract, step: Step) -> None:
    """Every open question of the lists at a step, answered with "it is not so" by whoever is asked."""
    people = {Asked.CLIENT: "officer", Asked.AUTHORITY: "authority_officer"}
    waiting = [one for one in look(project.subject, step).unknown if ANSWER in one.missing]
    for asked, by in people.items():
        codes = [one.entry.code for one in waiting if one.item.asked is asked]
        if codes:
            answer_all(w.actor(by), project.subject, [AnswerFacts(code, False, "已核对申报材料。") for code in codes])


@kept
def submitted(w: World, by: str = "officer", **changes: Any) -> Project:
    """A complete declaration, sealed and with the authority."""
    project = declared(w, by, **changes)
    answered(w, project, Step.SUBMIT)
    actions.submit(w.actor(by), project, seen_digest(project))
    return project


def opinion(**changes: Any) -> OpinionFacts:
    """An expert who supports the project."""
    whole = OpinionFacts(
        step=Step.APPROVE,
        kind=OpinionKind.EXPERT,
        giver_name="许专家",
        giver_organisation="华南理工大学",
        stance=Stance.SUPPORT,
        score=88,
        text="建设必要，方案可行，概算合理。",
        independent=True,
    )
    return replace(whole, **changes)


def reviewed(w: World, project: Project) -> Project:
    """What is asked for before the decision: an expert's opinion, the duplicate check, the filing form, answers."""
    register(w, project, "filing_form")
    actions.opine(w.actor("authority_officer"), project, opinion(), None)
    judged(w, project)
    answered(w, project, Step.APPROVE)
    return project


def judged(w: World, project: Project, verdict: str = "none") -> None:
    """The authority's officer has compared it with what there is."""
    judge_duplicates(w.actor("authority_officer"), project, verdict, "与已有项目比对，没有重复。")


def decided(w: World, project: Project, verdict: Verdict = Verdict.PASSED, **changes: Any) -> Project:
    """Decided by the authority's lead; `changes` replace parts of the ruling."""
    reason = "" if verdict.lets_through else "建设必要性不足。"
    ruling = replace(Ruling(verdict, reason), **changes)
    # An authority gives a number once; the first project of a world has 12.
    number = f"粤数审〔2026〕{11 + int(project.code[-4:])}号"
    actions.decide(w.actor("authority_lead"), project, ruling, seen_digest(project), number)
    return project


@kept
def approved(w: World, by: str = "officer", **changes: Any) -> Project:
    """Declared, reviewed and approved; what is asked before anything is bought is answered."""
    project = decided(w, reviewed(w, submitted(w, by, **changes)))
    answered(w, project, Step.PROCURE)
    return project


@kept
def refused(w: World, by: str = "officer") -> Project:
    return decided(w, submitted(w, by), Verdict.REFUSED)


def returned(w: World, notice: tuple[str, ...] = ("补充概算明细",), project: Project | None = None) -> Project:
    """Sent back with a notice; the next draft is the client's."""
    found = project or submitted(w)
    actions.return_for_change(w.actor("authority_lead"), found, "材料不全。", notice)
    return found


def replied(w: World, project: Project, by: str = "officer") -> Project:
    """Every point of the last return answered by the client."""
    told = open_notice(project)
    points = points_answered(told) if told is not None else []
    answer(w.actor(by), project, {one.number: f"第{one.number}项已补正。" for one in points})
    return project


@kept
def suspended(w: World) -> Project:
    found = approved(w)
    actions.suspend(w.actor("authority_lead"), found, "资金来源待核实。")
    return found


@kept
def terminated(w: World) -> Project:
    found = approved(w)
    actions.terminate(w.actor("authority_lead"), found, "机构改革，项目撤销。")
    return found


# --- changes while building ------------------------------------------------------------------------------------------


def change_facts(**changes: Any) -> ChangeFacts:
    """The technical design is improved; the aim stays."""
    whole = ChangeFacts(basis=ChangeBasis.DESIGN, scope_kept=True, reason="论证后改用统建组件。")
    return replace(whole, **changes)


def drafted(w: World, project: Project, *deltas: int, **changes: Any) -> ProjectChange:
    """A change in draft: software gets or loses these amounts, testing takes up what keeps the whole as it is."""
    made = change_drafting.begin(
        w.actor("officer"), project, change_facts(**changes), paper(f"论证{today()}{deltas}.pdf")
    )
    for number, delta in enumerate(deltas):
        category = CostCategory.SOFTWARE if delta < 0 else CostCategory.TESTING
        change_drafting.add_cost(w.actor("officer"), made, change_drafting.CostFacts(category, f"第{number}项", delta))
    return made


def proposed(w: World, project: Project, *deltas: int, **changes: Any) -> ProjectChange:
    """Submitted to the authority."""
    made = drafted(w, project, *deltas, **changes)
    changing.submit(w.actor("officer"), made)
    return made


def filed(w: World, project: Project, *deltas: int) -> ProjectChange:
    made = proposed(w, project, *deltas)
    answered(w, project, Step.CHANGE)
    changing.file(w.actor("authority_officer"), made, "", made.digest or "")
    return made


def finance(w: World) -> tuple[Organisation, Actor]:
    """The finance department and its lead."""
    bureau = w.org("finance")
    return bureau, person(bureau, Role.AGENCY_SIGNATORY)


def asked(w: World, change: ProjectChange, bureau: Organisation) -> Countersign:
    """The finance department is asked to sign a change."""
    subject = change.project.subject
    chosen = {Body.FINANCE: bureau}
    countersigning.ask(w.actor("authority_officer"), subject, Step.CHANGE, changing.matter_of(change), chosen)
    return countersigning.asked(subject, Step.CHANGE)[0]


def signed(signer: Actor, sign: Countersign, project: Project, stance: Stance = Stance.SUPPORT, text: str = "") -> None:
    given = countersigning.Signature(stance, text, sign.about_digest)
    countersigning.sign(signer, project.subject, sign.id, given, lambda: changing.countersigned(project))


# --- what was promised -----------------------------------------------------------------------------------------------


def result(**changes: Any) -> ResultFacts:
    """More than was promised, counted today."""
    whole = ResultFacts(actual=Decimal("91.5"), measured_on=today(), source="一体化平台办件统计月报")
    return replace(whole, **changes)


def effects_answered(w: World, project: Project, **changes: Any) -> None:
    """Every promise is answered for the evaluation that comes next."""
    for one in effects.promises_of(project):
        effects.record(w.actor("officer"), project, one.id, result(**changes))
