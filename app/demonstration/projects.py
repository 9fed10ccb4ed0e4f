"""The declaration of one project, each act as one person's deed: opened, written, its papers registered, submitted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from app.catalogues.queries import current
from app.core.actors import Actor
from app.core.clock import today
from app.core.permissions import Role
from app.demonstration import files
from app.demonstration.answers import answer_open
from app.demonstration.timeline import Deed
from app.demonstration.world import World
from app.gates.kinds import Step
from app.projects import actions, declaring, entries
from app.projects.content import canonical_content
from app.projects.documents import DocumentFacts, register_document
from app.projects.entries import LineFacts
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
from app.subjects.models import PartyRole

R, K = Role, DocumentKind
WAN = 10_000_00
Maker = Callable[["ProjectPlan", str, World], LineFacts]


@dataclass(frozen=True)
class ProjectOutline:
    """One project in its own words. Lists are lines: see how each is read below; money in ten thousands of yuan."""

    client: str
    title: str
    fate: str
    purpose: str = ""
    functions: str = ""
    costs: str = ""
    services: str = ""
    data: str = ""
    components: str = "identity reuse/e_licence reuse/feedback reuse"
    target: str = "全程网办率 90 %"
    kind: ProjectKind = ProjectKind.NEW
    category: ProjectCategory = ProjectCategory.APPLICATION
    scope: Scope = Scope.CROSS_AGENCY
    deployment: Deployment = Deployment.GOVERNMENT_CLOUD
    level: int = 2
    mode: str = "government_purchase"
    running: int = 120
    months: int = 10
    practice: str = ""


@dataclass(frozen=True)
class ProjectPlan:
    """Everything about a project that is known before its story begins. `decided` is the day planned for that."""

    key: str
    outline: ProjectOutline
    authority: str
    responsible: str
    decided: date

    @property
    def client(self) -> str:
        return self.outline.client

    @property
    def number(self) -> int:
        return int(self.key[1:])

    @property
    def planned_from(self) -> date:
        """The first of the month after next."""
        return (self.decided.replace(day=1) + timedelta(days=63)).replace(day=1)

    @property
    def planned_until(self) -> date:
        month = self.planned_from.month - 1 + self.outline.months
        return date(self.planned_from.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)

    @property
    def costs(self) -> list[str]:
        return lines(self.outline.costs)

    @property
    def cost_fen(self) -> int:
        return sum(int(one.split()[1]) for one in self.costs) * WAN

    @property
    def papers(self) -> list[DocumentKind]:
        """What is asked for before submission."""
        wanted = {
            K.FEASIBILITY: self.builds,
            K.PRELIMINARY_DESIGN: self.builds,
            K.SHARING_CHAPTER: self.builds,
            K.CRYPTO_PLAN: self.builds,
            K.CRYPTO_REVIEW: self.builds and self.outline.level >= 3,
            K.POST_EVALUATION: self.outline.kind in {ProjectKind.EXTEND, ProjectKind.REBUILD},
            K.EX_ANTE_EVALUATION: self.outline.mode == "government_purchase",
        }
        return [kind for kind, asked in wanted.items() if asked]

    @property
    def builds(self) -> bool:
        return self.outline.kind is not ProjectKind.MAINTAIN

    def officer(self, world: World) -> Actor:
        return world.acting(self.client, R.AGENCY_OFFICER)

    def signatory(self, world: World) -> Actor:
        return world.acting(self.client, R.AGENCY_SIGNATORY)

    def reviewer(self, world: World) -> Actor:
        return world.acting(self.authority, R.AUTHORITY_OFFICER)

    def lead(self, world: World) -> Actor:
        return world.acting(self.authority, R.AUTHORITY_LEAD)


def lines(text: str) -> list[str]:
    """The entries of a list, one by one."""
    return [one.strip() for one in text.split("/") if one.strip()]


# --- opened and written ----------------------------------------------------------------------------------------------


def open_project(plan: ProjectPlan, planned: bool, world: World) -> None:
    project = actions.open_project(plan.officer(world), plan.outline.title, planned, plan.outline.practice)
    world.projects[plan.key] = project.id


def set_basics(plan: ProjectPlan, world: World) -> None:
    outline = plan.outline
    facts = entries.BasicsFacts(
        title=outline.title,
        kind=outline.kind,
        category=outline.category,
        scope=outline.scope,
        deployment=outline.deployment,
        purpose=outline.purpose,
        functions="\n".join(lines(outline.functions)),
        plan_item=f"GH-{plan.planned_from.year}-{plan.number:03d}",
        responsible_person=plan.responsible,
        planned_from=plan.planned_from,
        planned_until=plan.planned_until,
        mlps_level=outline.level,
        no_data=not outline.data,
        no_components=not outline.components,
    )
    declaring.set_basics(plan.officer(world), world.project(plan.key), facts, None)


def set_money(plan: ProjectPlan, world: World) -> None:
    """Designed a little below the estimate, with every line of the cost sheet in it."""
    facts = entries.MoneyFacts(
        estimate_fen=plan.cost_fen * 106 // 100,
        design_budget_fen=plan.cost_fen * 103 // 100,
        budget_item=f"YS-{plan.planned_from.year}-{plan.number + 400:04d}",
        budget_year=plan.planned_from.year,
        funding="本级财政资金，列入部门预算",
    )
    declaring.set_money(plan.officer(world), world.project(plan.key), facts, None)


def set_operation(plan: ProjectPlan, world: World) -> None:
    facts = entries.OperationFacts(
        mode=current("contract_mode", plan.outline.mode, today()),
        operating_budget_fen=plan.outline.running * WAN,
        operating_plan="建成后委托企业运营：按服务目录和有效使用量计费，按月采集指标、按月考核，监理逐月核查台账。",
        exit_plan="期满或终止前三个月启动移交，返还数据、源代码、账号和文档，并行运行不少于一个月，销毁留存副本并出具证明。",
    )
    declaring.set_operation(plan.officer(world), world.project(plan.key), facts, None)


def add_line(plan: ProjectPlan, make: Maker, text: str, world: World) -> None:
    declaring.add_line(plan.officer(world), world.project(plan.key), make(plan, text, world))


def _cost(_plan: ProjectPlan, text: str, _world: World) -> entries.CostFacts:
    """`category amount name`."""
    category, wan, name = text.split()
    return entries.CostFacts(CostCategory(category), name, int(wan) * WAN)


def _service(plan: ProjectPlan, text: str, world: World) -> entries.ServiceFacts:
    """`name unit baseline first second third price`; @ before the name for one of the ledger, whose unit is known.

    A baseline of “new” says that nobody has used it before; a price of “-” that a fee is paid.
    """
    name, unit, baseline, *forecasts, price = text.split()
    kept = world.service(f"{plan.client}/{name[1:]}") if name.startswith("@") else None
    first, second, third = map(int, forecasts)
    known = None if baseline == "new" else int(baseline)
    return entries.ServiceFacts(
        service=kept,
        name="" if kept else name,
        unit="" if kept else unit,
        is_new=known is None,
        baseline=known,
        baseline_source="" if known is None else "现有系统上一自然年统计",
        forecast_first=first,
        forecast_second=second,
        forecast_third=third,
        unit_price=None if price == "-" else Decimal(price),
    )


def _data(plan: ProjectPlan, text: str, _world: World) -> entries.DataFacts:
    """`name class sharing provider`."""
    name, data_class, sharing, provider = text.split()
    freely = sharing == Sharing.UNCONDITIONAL
    return entries.DataFacts(
        name=name,
        data_class=DataClass(data_class),
        sharing=Sharing(sharing),
        catalogue_number=f"ML-{plan.number:03d}-{sum(map(ord, name)) % 900 + 100}",
        basis="" if freely else "《政务数据共享条例》及本部门数据共享责任清单",
        provider=provider,
    )


def _component(_plan: ProjectPlan, text: str, _world: World) -> entries.ComponentFacts:
    """`component provision`, and a reason where it is built anew."""
    component, provision, *reason = text.split()
    return entries.ComponentFacts(Component(component), Provision(provision), " ".join(reason))


def _target(plan: ProjectPlan, text: str, _world: World) -> entries.TargetFacts:
    """`name value unit`, reached a year after the building."""
    name, value, unit = text.split()
    due = date(plan.planned_until.year + 1, 12, 31)
    return entries.TargetFacts(name, Decimal(value), unit, due, method="项目单位业务系统按月统计，以办结记录为准")


MAKERS: Mapping[str, Maker] = {
    "costs": _cost,
    "services": _service,
    "data": _data,
    "components": _component,
    "target": _target,
}


def writing(plan: ProjectPlan, *listed: str) -> list[Deed]:
    """A deed for every line of these lists."""
    return [
        partial(add_line, plan, MAKERS[name], text) for name in listed for text in lines(getattr(plan.outline, name))
    ]


# --- papers and submission -------------------------------------------------------------------------------------------


def register(plan: ProjectPlan, kind: DocumentKind, by: tuple[str, Role], world: World) -> None:
    """A paper of its own content, issued a few days before."""
    project, organisation = world.project(plan.key), world.organisation(by[0])
    number = f"{kind.value.upper().replace('_', '-')}-{today():%y%m%d}-{plan.number:03d}"
    words = (f"{kind.value} (demonstration)", project.code, number)
    file = files.paper(f"{kind.label}.pdf", str(kind.label), *words)
    facts = DocumentFacts(kind, number, organisation.name_zh, today() - timedelta(days=3))
    register_document(world.acting(*by), project, facts, file.upload())


def registering(plan: ProjectPlan, *kinds: DocumentKind) -> list[Deed]:
    """The client's officer registers papers."""
    return [partial(register, plan, kind, (plan.client, R.AGENCY_OFFICER)) for kind in kinds]


def answer(plan: ProjectPlan, world: World, step: Step = Step.APPROVE) -> None:
    """Client and authority answer what the lists ask before a step, usually the approval."""
    people = {PartyRole.CLIENT: plan.officer(world), PartyRole.COMPETENT_AUTHORITY: plan.reviewer(world)}
    answer_open(world.project(plan.key).subject, step, people)


def submit(plan: ProjectPlan, world: World) -> None:
    project = world.project(plan.key)
    actions.submit(plan.officer(world), project, canonical_content(project.current)[1].sha256)
