"""Shapes of input about the lists of a declaration: costs, services, data, shared capabilities, targets."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from app.core.forms import DayField, MoneyField, NumberField, no_control_characters, text
from app.projects.change_kinds import EffectKind
from app.projects.entries import ComponentFacts, CostFacts, DataFacts, ServiceFacts, TargetFacts
from app.projects.forms import REQUIRED, DeclaringForm, Group, Slot, options, row_data, shown, whole
from app.projects.kinds import Component, CostCategory, DataClass, Provision, Sharing


def _required(field: NumberField) -> Decimal:
    """The number of a field that the form has found filled."""
    number = field.number()
    if number is None:
        raise ValueError(f"{field.name} is empty")
    return number


class CostForm(DeclaringForm):
    name = StringField(_l("名称"), [REQUIRED, Length(max=200), no_control_characters])
    category = SelectField(_l("费用类别"), choices=options(CostCategory))
    amount = MoneyField(_l("金额"), [REQUIRED, Length(max=24)])

    GROUPS = (Group(_l("费用"), (Slot("name", wide=True), Slot("category", 6), Slot("amount", 6))),)

    @classmethod
    def of(cls, line: Any) -> "CostForm":
        return cls(data=row_data(line, CostFacts) | {"amount": line.amount_fen} if line else {})

    def facts(self) -> CostFacts:
        fen = self.amount.fen()
        return CostFacts(CostCategory(self.category.data), self.name.data or "", 0 if fen is None else fen)


class DataForm(DeclaringForm):
    name = StringField(_l("数据名称"), [REQUIRED, Length(max=200), no_control_characters])
    catalogue_number = StringField(_l("资源目录编号"), text(100))
    data_class = SelectField(_l("数据类别"), choices=options(DataClass))
    sharing = SelectField(_l("共享属性"), choices=options(Sharing))
    basis = StringField(_l("共享依据"), text(400))
    provider = StringField(_l("数据提供单位"), text(120))

    GROUPS = (
        Group(
            _l("数据"),
            (
                Slot("name", wide=True),
                Slot("data_class", 6),
                Slot("catalogue_number", 6, _l("政务信息资源目录中的编号；未编目的数据不能通过审批")),
                Slot("sharing", 6, _l("以共享为原则，不共享为例外")),
                Slot("basis", 6, _l("有条件共享和不予共享的，写明法律、行政法规或国务院政策依据")),
                Slot("provider", 6, _l("由谁提供；本项目自己产生的写本单位")),
            ),
        ),
    )

    @classmethod
    def of(cls, line: Any) -> "DataForm":
        return cls(data=row_data(line, DataFacts) if line else {})

    def facts(self) -> DataFacts:
        return DataFacts(
            name=self.name.data or "",
            data_class=DataClass(self.data_class.data),
            sharing=Sharing(self.sharing.data),
            catalogue_number=self.catalogue_number.data or "",
            basis=self.basis.data or "",
            provider=self.provider.data or "",
        )


class ComponentForm(DeclaringForm):
    component = SelectField(_l("公共支撑能力"), choices=options(Component))
    provision = SelectField(_l("取得方式"), choices=options(Provision))
    reason = TextAreaField(_l("自建理由"), text(400))

    GROUPS = (
        Group(
            _l("公共支撑能力"),
            (
                Slot("component", 6),
                Slot("provision", 6, _l("已有统建能力的应当复用")),
                Slot("reason", hint=_l("选择自建时写明为何不能复用"), wide=True),
            ),
        ),
    )

    @classmethod
    def of(cls, line: Any) -> "ComponentForm":
        return cls(data=row_data(line, ComponentFacts) if line else {})

    def facts(self) -> ComponentFacts:
        return ComponentFacts(Component(self.component.data), Provision(self.provision.data), self.reason.data or "")


class TargetForm(DeclaringForm):
    name = StringField(_l("目标"), [REQUIRED, Length(max=200), no_control_characters])
    value = NumberField(_l("目标值"), [REQUIRED, Length(max=24)], places=6)
    unit = StringField(_l("计量单位"), [REQUIRED, Length(max=20), no_control_characters])
    due_on = DayField(_l("达到日期"), [REQUIRED])
    effect = SelectField(_l("成效类别"), choices=options(EffectKind, _l("未分类")), default="")
    baseline = NumberField(_l("现状值"), text(24), places=6)
    method = StringField(_l("衡量办法"), text(400))

    GROUPS = (
        Group(
            _l("绩效目标"),
            (
                Slot("name", hint=_l("可以检验的效果，例如“网上办理率”"), wide=True),
                Slot("effect", 6),
                Slot("unit", 6, _l("例如 %、件、分钟")),
                Slot("baseline", 4, _l("项目之前的实际水平；没有可比现状的留空，不要填 0")),
                Slot("value", 4),
                Slot("due_on", 4),
                Slot("method", hint=_l("由哪个系统、按什么口径统计；评估时据此核对"), wide=True),
            ),
        ),
    )

    @classmethod
    def of(cls, line: Any) -> "TargetForm":
        return cls(data=row_data(line, TargetFacts) if line else {})

    def facts(self) -> TargetFacts:
        due = self.due_on.day()
        if due is None:
            raise ValueError("due_on is empty")
        return TargetFacts(
            name=self.name.data or "",
            value=_required(self.value),
            unit=self.unit.data or "",
            due_on=due,
            effect=EffectKind(self.effect.data) if self.effect.data else None,
            baseline=self.baseline.number(),
            method=self.method.data or "",
        )


class ServiceForm(DeclaringForm):
    service = SelectField(_l("台账中的服务"))
    name = StringField(_l("服务名称"), text(120))
    unit = StringField(_l("计量单位"), text(20))
    usage_indicator = SelectField(_l("用量指标"))
    is_new = BooleanField(_l("新服务，没有历史用量"))
    baseline = NumberField(_l("使用量基线"), text(16), places=0)
    baseline_source = StringField(_l("基线来源"), text(400))
    forecast_first = NumberField(_l("第一年预测"), text(16), places=0)
    forecast_second = NumberField(_l("第二年预测"), text(16), places=0)
    forecast_third = NumberField(_l("第三年预测"), text(16), places=0)
    unit_price = NumberField(_l("单价"), text(24), places=6)

    GROUPS = (
        Group(
            _l("服务"),
            (
                Slot("service", hint=_l("改造已有服务时选择，名称和单位以台账为准"), wide=True, searchable=True),
                Slot("name", 6, _l("台账中没有的服务填写")),
                Slot("unit", 6, _l("例如 件、次、人")),
                Slot("usage_indicator", 6, _l("留空时用台账中的指标，台账没有的用办结件数")),
            ),
        ),
        Group(
            _l("使用量基线"),
            (
                Slot("is_new"),
                Slot("baseline", 6, _l("此前十二个月的使用量；没有历史的不要填 0")),
                Slot("baseline_source", 6, _l("由哪个系统、按哪段时间统计")),
            ),
        ),
        Group(
            _l("使用量预测"),
            (Slot("forecast_first", 4), Slot("forecast_second", 4), Slot("forecast_third", 4)),
            _l("投入运营后各年预计的使用量，评估时与实际使用量比较。"),
        ),
        Group(_l("付费"), (Slot("unit_price", 6, _l("拟按使用量付费时填写每单位的价格"), _l("元")),)),
    )

    @classmethod
    def of(cls, line: Any, services: list[tuple[str, str]], indicators: list[tuple[str, str]]) -> "ServiceForm":
        given: dict[str, Any] = {}
        if line is not None:
            counts = ("baseline", "forecast_first", "forecast_second", "forecast_third")
            given = row_data(line, ServiceFacts) | {name: shown(getattr(line, name)) for name in counts}
            given["service"] = line.service.code if line.service else ""
        form = cls(data=given)
        form.service.choices = [("", _("台账中没有")), *services]
        form.usage_indicator.choices = [("", _("按台账")), *indicators]
        return form

    def facts(self, service: Any) -> ServiceFacts:
        return ServiceFacts(
            service=service,
            name=self.name.data or "",
            unit=self.unit.data or "",
            usage_indicator=self.usage_indicator.data or "",
            is_new=bool(self.is_new.data),
            baseline=whole(self.baseline),
            baseline_source=self.baseline_source.data or "",
            forecast_first=whole(self.forecast_first),
            forecast_second=whole(self.forecast_second),
            forecast_third=whole(self.forecast_third),
            unit_price=self.unit_price.number(),
        )
