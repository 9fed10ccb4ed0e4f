"""Shapes of input about a declaration: sections, parties and papers, each with the order of its fields."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, FieldList, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.core.db import LabelledEnum
from app.core.forms import BaseForm, DayField, MoneyField, NumberField, no_control_characters, text
from app.projects.documents import DocumentFacts
from app.projects.entries import BasicsFacts, MoneyFacts, OperationFacts
from app.projects.kinds import Deployment, DocumentKind, ProjectCategory, ProjectKind, Scope
from app.projects.notices import Point
from app.projects.wording import mlps_words

REQUIRED = DataRequired(_l("请填写此项。"))


@dataclass(frozen=True)
class Slot:
    """Where a field stands in its form: its width of twelve, what helps to fill it, and its unit."""

    name: str
    cols: int = 12
    hint: Any = ""
    unit: Any = ""
    wide: bool = False
    searchable: bool = False


@dataclass(frozen=True)
class Group:
    """Fields that belong together, with a word on them."""

    legend: Any
    slots: tuple[Slot, ...]
    note: Any = ""


def options(kind: type[LabelledEnum], empty: Any = None) -> Callable[[], list[tuple[str, Any]]]:
    """The members of an enum as choices, worded when the form is shown; `empty` first, where one may choose none."""
    listed = [(member.value, member.label) for member in kind]
    return lambda: listed if empty is None else [("", empty), *listed]


def member(kind: type[Any], field: Any) -> Any:
    return kind(field.data) if field.data else None


def whole(field: NumberField) -> int | None:
    number = field.number()
    return int(number) if number is not None else None


def shown(number: int | None) -> str:
    return "" if number is None else str(number)


class DeclaringForm(BaseForm):
    """A form drawn by its groups; `then` says where to go after saving."""

    GROUPS: tuple[Group, ...] = ()
    then = StringField()


# --- sections --------------------------------------------------------------------------------------------------------

_OPEN = _l("尚未确定")


class BasicsForm(DeclaringForm):
    title = StringField(_l("项目名称"), [REQUIRED, Length(max=200), no_control_characters])
    kind = SelectField(_l("建设性质"), choices=options(ProjectKind, _OPEN))
    category = SelectField(_l("项目类型"), choices=options(ProjectCategory, _OPEN))
    scope = SelectField(_l("跨部门范围"), choices=options(Scope, _OPEN))
    deployment = SelectField(_l("部署方式"), choices=options(Deployment, _OPEN))
    purpose = TextAreaField(_l("建设目标与必要性"), text(4000))
    functions = TextAreaField(_l("主要功能"), text(8000))
    plan_item = StringField(_l("规划或年度计划编号"), text(100))
    responsible_person = StringField(_l("项目责任人"), text(60))
    planned_from = DayField(_l("计划开工日"), text(10))
    planned_until = DayField(_l("计划建成日"), text(10))
    mlps_level = SelectField(_l("等保定级"))
    prior_project = StringField(_l("前期项目编号"), text(100))
    prior_investment = MoneyField(_l("前期项目投资"), text(24))
    no_data = BooleanField(_l("本项目不使用业务数据"))
    no_components = BooleanField(_l("本项目不需要公共支撑能力"))

    GROUPS = (
        Group(
            _l("项目"),
            (
                Slot("title", wide=True),
                Slot("kind", 6, _l("只运行维护已有系统、不建设的，选“运行维护”")),
                Slot("category", 6),
                Slot("scope", 6),
                Slot("deployment", 6),
                Slot("responsible_person", 6, _l("对项目负责的人，写姓名")),
                Slot("plan_item", 6, _l("列入信息化规划或年度计划的编号")),
            ),
        ),
        Group(
            _l("建设内容"),
            (
                Slot("purpose", hint=_l("要解决什么问题，为什么现在要建"), wide=True),
                Slot("functions", hint=_l("一行写一项功能；查重按这些功能与已有项目比对"), wide=True),
                Slot("planned_from", 6),
                Slot("planned_until", 6, _l("运行维护项目填写维护期的起止日")),
                Slot("mlps_level", 6, _l("网络安全等级保护的拟定级别")),
            ),
        ),
        Group(
            _l("前期项目"),
            (
                Slot("prior_project", 6, _l("改建、扩建、升级改造时填写；以前登记过的写项目编号")),
                Slot("prior_investment", 6, _l("前期项目的实际投资")),
            ),
        ),
        Group(
            _l("声明"),
            (Slot("no_data", 6), Slot("no_components", 6)),
            _l("数据清单和公共支撑能力清单留空时视为尚未填写；确实没有的，请在这里声明。"),
        ),
    )

    @classmethod
    def of(cls, title: str, version: Any) -> "BasicsForm":
        given = row_data(version, BasicsFacts) | {
            "title": title,
            "mlps_level": shown(version.mlps_level),
            "prior_investment": version.prior_investment_fen,
        }
        form = cls(data=given)
        form.mlps_level.choices = [
            ("", _("尚未定级")),
            *((str(level), mlps_words(level) or "") for level in range(1, 5)),
        ]
        return form

    def facts(self) -> BasicsFacts:
        return BasicsFacts(
            title=self.title.data or "",
            kind=member(ProjectKind, self.kind),
            category=member(ProjectCategory, self.category),
            scope=member(Scope, self.scope),
            deployment=member(Deployment, self.deployment),
            purpose=self.purpose.data or "",
            functions=self.functions.data or "",
            plan_item=self.plan_item.data or None,
            responsible_person=self.responsible_person.data or "",
            planned_from=self.planned_from.day(),
            planned_until=self.planned_until.day(),
            mlps_level=int(self.mlps_level.data) if self.mlps_level.data else None,
            prior_project=self.prior_project.data or "",
            prior_investment_fen=self.prior_investment.fen(),
            no_data=bool(self.no_data.data),
            no_components=bool(self.no_components.data),
        )


def row_data(row: Any, kind: type[Any]) -> dict[str, Any]:
    """What a row says now, as a form takes it: enums by value, amounts and days as they are."""
    named = (name for name in kind.__dataclass_fields__ if hasattr(row, name))
    found = {name: getattr(row, name) for name in named}
    return {name: value.value if isinstance(value, LabelledEnum) else value for name, value in found.items()}


class MoneyForm(DeclaringForm):
    estimate = MoneyField(_l("投资估算"), text(24))
    design_budget = MoneyField(_l("设计概算"), text(24))
    budget_item = StringField(_l("预算项目编号"), text(100))
    budget_year = NumberField(_l("预算年度"), text(4), places=0)
    funding = TextAreaField(_l("资金来源"), text(400))

    GROUPS = (
        Group(
            _l("投资"),
            (
                Slot("estimate", 6, _l("可行性研究报告的估算；单位是元，不是万元")),
                Slot("design_budget", 6, _l("初步设计的概算；超过估算 110% 的须说明或重报")),
            ),
        ),
        Group(
            _l("预算"),
            (
                Slot("budget_item", 6, _l("财政预算项目的编号，批复预算前可留空")),
                Slot("budget_year", 6, _l("例如 2026")),
                Slot("funding", hint=_l("财政资金、自筹、社会投资等，各占多少"), wide=True),
            ),
        ),
    )

    @classmethod
    def of(cls, version: Any) -> "MoneyForm":
        amounts = {"estimate": version.estimate_fen, "design_budget": version.design_budget_fen}
        return cls(data=row_data(version, MoneyFacts) | amounts | {"budget_year": shown(version.budget_year)})

    def facts(self) -> MoneyFacts:
        return MoneyFacts(
            estimate_fen=self.estimate.fen(),
            design_budget_fen=self.design_budget.fen(),
            budget_item=self.budget_item.data or None,
            budget_year=whole(self.budget_year),
            funding=self.funding.data or "",
        )


class OperationForm(DeclaringForm):
    mode = SelectField(_l("拟用合同方式"))
    operating_budget = MoneyField(_l("年度运营预算"), text(24))
    operating_plan = TextAreaField(_l("运营方案"), text(8000))
    exit_plan = TextAreaField(_l("退出方案"), text(8000))

    GROUPS = (
        Group(
            _l("运营"),
            (
                Slot("mode", 6, _l("建成后由企业运营的合同方式")),
                Slot("operating_budget", 6, _l("投入运营后每年需要的费用")),
                Slot("operating_plan", hint=_l("谁运营、提供哪些服务、按什么计量和付费、怎样考核"), wide=True),
            ),
        ),
        Group(
            _l("退出"),
            (Slot("exit_plan", hint=_l("合同到期或终止时，数据、源代码、账号、资产和人员怎样移交"), wide=True),),
        ),
    )

    @classmethod
    def of(cls, version: Any, modes: list[tuple[str, str]]) -> "OperationForm":
        given = {"mode": version.mode.code if version.mode else "", "operating_budget": version.operating_budget_fen}
        form = cls(data=row_data(version, OperationFacts) | given)
        form.mode.choices = [("", _OPEN), *modes]
        return form

    def facts(self, mode: Any) -> OperationFacts:
        return OperationFacts(
            mode=mode,
            operating_budget_fen=self.operating_budget.fen(),
            operating_plan=self.operating_plan.data or "",
            exit_plan=self.exit_plan.data or "",
        )


# --- parties and papers ----------------------------------------------------------------------------------------------


class PartyForm(DeclaringForm):
    organisation = SelectField(_l("机构"), [REQUIRED])
    role = SelectField(_l("角色"), [REQUIRED])

    GROUPS = (
        Group(
            _l("当事方"),
            (Slot("organisation", 8, wide=True, searchable=True), Slot("role", 4)),
            _l(
                "运营、承建、监理和测评单位由采购成交确认后自动成为当事方，只有存量项目在这里补录。"
                "一个机构在同一项目中只能处于一方；互相控制或同受一家企业控制的机构不能处于不同的两方。"
            ),
        ),
    )


class DocumentForm(DeclaringForm):
    kind = SelectField(_l("材料种类"), [REQUIRED])
    number = StringField(_l("编号或文号"), text(100))
    issuer = StringField(_l("出具单位"), text(120))
    issued_on = DayField(_l("出具日期"), [REQUIRED])
    file = FileField(_l("文件"))

    @classmethod
    def of(cls, kinds: list[tuple[str, Any]]) -> "DocumentForm":
        form = cls()
        form.kind.choices = [("", _("请选择")), *kinds]
        return form

    def facts(self) -> DocumentFacts:
        return DocumentFacts(
            DocumentKind(self.kind.data), self.number.data or "", self.issuer.data or "", self.issued_on.day()
        )


# --- answers ---------------------------------------------------------------------------------------------------------


class AnswersForm(BaseForm):
    """What was changed for each point of a notice, in its order; an empty one is left for later."""

    answers = FieldList(TextAreaField(_l("补正情况"), text(2000)), _l("补正答复"))

    @classmethod
    def of(cls, points: list[Point]) -> "AnswersForm":
        return cls(data={"answers": [one.answer.text if one.answer else "" for one in points]})

    def texts(self) -> dict[int, str]:
        return {number: entry.data or "" for number, entry in enumerate(self.answers, 1)}
