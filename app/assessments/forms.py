"""Shapes of input about assessments: computing, confirming, opinions, vetoes, objections and their decisions."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from app.core.forms import BaseForm, NumberField, SeenField, no_control_characters, text
from app.core.periods import BadPeriod, Period
from app.organisations.forms import CheckboxesField

REQUIRED = InputRequired(_l("请填写此项。"))
REASON = [REQUIRED, Length(max=2000, message=_l("最多 %(max)d 个字。")), no_control_characters]
Choices = Iterable[tuple[str, str]]


def names_a_period(_form: Any, field: Any) -> None:
    try:
        Period(field.data or "")
    except BadPeriod as error:
        raise ValidationError(_("请刷新页面后重试。")) from error


class ComputeForm(BaseForm):
    """One period of one plan; a reason is needed over what was issued."""

    plan = HiddenField(_l("考核约定"), validators=[REQUIRED, Length(max=80)])
    period = HiddenField(_l("考核周期"), validators=[REQUIRED, Length(max=13), names_a_period])
    reason = TextAreaField(_l("重新计算的理由"), text(2000))

    def chosen(self) -> Period:
        return Period(self.period.data or "")


class EmptyForm(BaseForm):
    """A button."""


class DigestForm(BaseForm):
    """Confirms the very result that was read."""

    digest = SeenField()


class ReasonForm(BaseForm):
    reason = TextAreaField(_l("理由"), REASON)


class OpinionForm(BaseForm):
    """What one scorer of the management side gives one item."""

    item = SelectField(_l("评分项"), [InputRequired(_l("请选择评分项。"))])
    score = NumberField(_l("分数（0—100）"), [REQUIRED, Length(max=10)], places=2)
    reason = TextAreaField(_l("评分理由"), REASON, id="opinion-reason")

    @classmethod
    def of(cls, items: Choices, **given: Any) -> "OpinionForm":
        form = cls(**given)
        form.item.choices = list(items)
        return form

    def validate_score(self, field: Any) -> None:
        given = field.number()
        if given is not None and not 0 <= given <= 100:
            raise ValidationError(_("请填写 0 至 100 之间的数。"))

    def points(self) -> Decimal:
        return self.score.number() or Decimal(0)


class VetoForm(BaseForm):
    """Something that makes the grade the last one, with its reason and usually a file."""

    veto = SelectField(_l("否决事项"), [InputRequired(_l("请选择否决事项。"))])
    reason = TextAreaField(_l("事实与依据"), REASON, id="veto-reason")
    file = FileField(_l("证据材料"))

    @classmethod
    def of(cls, vetoes: Choices, **given: Any) -> "VetoForm":
        form = cls(**given)
        form.veto.choices = [("", _("请选择")), *vetoes]
        return form


class ObjectionForm(BaseForm):
    """Which items are disputed, why, and what shows it."""

    # What the result does not judge is refused by the act, in words and by name.
    items = CheckboxesField(_l("有异议的指标"), validate_choice=False)
    reason = TextAreaField(_l("异议理由"), REASON)
    file = FileField(_l("证据材料"))

    @classmethod
    def of(cls, items: Choices) -> "ObjectionForm":
        form = cls()
        form.items.choices = list(items)
        return form

    def validate_items(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("请至少选择一项。"))

    def disputed(self) -> list[dict[str, str]]:
        """The chosen items as the action takes them."""
        pairs = (str(one).partition("/") for one in self.items.data or ())
        return [{"service": service, "code": code} for service, _slash, code in pairs]


class DecisionForm(BaseForm):
    """Upholds the result or orders it to be computed again."""

    outcome = RadioField(_l("裁定"), [InputRequired(_l("请选择裁定结果。"))])
    reason = TextAreaField(_l("裁定理由"), REASON)

    @classmethod
    def of(cls, outcomes: Choices, **given: Any) -> "DecisionForm":
        form = cls(**given)
        form.outcome.choices = list(outcomes)
        return form
