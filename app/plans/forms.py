"""Shapes of input about plans: a proposal, an answer by digest, a reason."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.catalogues.models import CatalogueEntry
from app.contracts.models import PeriodKind
from app.core.forms import BaseForm, NumberField, SeenField, no_control_characters, text
from app.core.listing import options_of
from app.core.periods import Period
from app.figures.forms import names_a_period
from app.plans.actions import PlanFacts
from app.plans.models import Weighting

REQUIRED = InputRequired(_l("请填写此项。"))


class PlanForm(BaseForm):
    period_kind = SelectField(_l("考核周期"), choices=lambda: options_of(PeriodKind))
    first_period = StringField(_l("首个周期"), [REQUIRED, Length(max=13), names_a_period])
    scheme = SelectField(_l("考核方案"), [REQUIRED])
    weighting = SelectField(_l("各服务权重"), choices=lambda: options_of(Weighting))
    schedule = SelectField(_l("服务时段"), [Optional()])
    min_outage_minutes = NumberField(_l("最短中断"), [REQUIRED, *text(6)[1:]], places=0)
    degraded_weight = NumberField(_l("降级权重"), [REQUIRED, *text(10)[1:]], places=6)
    report_after_days = NumberField(_l("报告日"), [REQUIRED, *text(4)[1:]], places=0)

    @classmethod
    def of(
        cls, schemes: list[tuple[str, str]], schedules: list[tuple[str, str]], chosen: str, first: str
    ) -> "PlanForm":
        """The form with the product's defaults, or with what was sent."""
        given = {
            "period_kind": PeriodKind.MONTH.value,
            "first_period": first,
            "scheme": chosen,
            "min_outage_minutes": "5",
            "degraded_weight": "0.5",
            "report_after_days": "10",
        }
        form = cls(data=given)
        form.scheme.choices, form.schedule.choices = schemes, schedules
        return form

    def facts(self, scheme: CatalogueEntry, schedule: CatalogueEntry | None) -> PlanFacts:
        return PlanFacts(
            period_kind=PeriodKind(self.period_kind.data),
            first_period=Period(self.first_period.data or ""),
            scheme=scheme,
            weighting=Weighting(self.weighting.data),
            schedule=schedule,
            min_outage_minutes=int(self.min_outage_minutes.number() or 0),
            degraded_weight=self.degraded_weight.number() or Decimal(0),
            report_after_days=int(self.report_after_days.number() or 0),
        )


class AgreeForm(BaseForm):
    """Agrees to the content that was read."""

    digest = SeenField()


class RefuseForm(BaseForm):
    reason = StringField(_l("理由"), [REQUIRED, Length(max=2000), no_control_characters])


class WithdrawForm(BaseForm):
    reason = StringField(_l("理由"), text(2000))
