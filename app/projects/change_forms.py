"""Shapes of input about changes while building, countersignatures and the effects that were promised."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from app.core.errors import Refused
from app.core.forms import BaseForm, DayField, MoneyField, NumberField, SeenField, no_control_characters, text
from app.core.listing import options_of
from app.gates.countersigning import Wanted, may_sign_as
from app.gates.kinds import Body, Stance
from app.organisations.models import Organisation
from app.organisations.queries import active_organisations
from app.projects import change_wording as wording
from app.projects.change_drafting import ChangeFacts, CostFacts
from app.projects.change_kinds import ChangeBasis
from app.projects.change_models import ProjectChange
from app.projects.decision_forms import REQUIRED, RulingForm
from app.projects.effects import ResultFacts
from app.projects.forms import options
from app.projects.kinds import CostCategory
from app.subjects.models import Subject

KEPT, GIVEN_UP = "kept", "changed"


class ChangeForm(BaseForm):
    basis = SelectField(_l("调整依据"), choices=lambda: [("", _("请选择")), *options_of(ChangeBasis)], default="")
    scope_kept = RadioField(
        _l("建设目标"),
        choices=lambda: [("", _("尚未确定")), (KEPT, _("不变")), (GIVEN_UP, _("改变"))],
        default="",
    )
    scope = TextAreaField(_l("建设内容的变化"), text(4000))
    new_until = DayField(_l("新的建成日期"), text(10))
    new_person = StringField(_l("新的项目责任人"), text(60))
    reason = TextAreaField(_l("调整理由"), text(2000))
    file = FileField(_l("依据材料"))

    @classmethod
    def of(cls, change: ProjectChange) -> "ChangeForm":
        kept = {None: "", True: KEPT, False: GIVEN_UP}[change.scope_kept]
        return cls(
            data={
                "basis": change.basis.value if change.basis else "",
                "scope_kept": kept,
                "scope": change.scope,
                "new_until": change.new_until,
                "new_person": change.new_person,
                "reason": change.reason,
            }
        )

    def facts(self) -> ChangeFacts:
        return ChangeFacts(
            basis=ChangeBasis(self.basis.data) if self.basis.data else None,
            scope_kept={KEPT: True, GIVEN_UP: False}.get(self.scope_kept.data or ""),
            scope=self.scope.data or "",
            new_until=self.new_until.day(),
            new_person=self.new_person.data or "",
            reason=self.reason.data or "",
        )


class CostForm(BaseForm):
    """Money that is added to a category or taken from it; the amount has no sign of its own."""

    category = SelectField(_l("费用类别"), choices=options(CostCategory))
    name = StringField(_l("名称"), [REQUIRED, Length(max=200), no_control_characters])
    way = RadioField(_l("增减"), [REQUIRED], choices=lambda: [("more", _("增加")), ("less", _("减少"))])
    amount = MoneyField(_l("金额"), [REQUIRED, Length(max=24)])

    def facts(self) -> CostFacts:
        fen = self.amount.fen() or 0
        if fen <= 0:
            raise Refused(wording.cost_of_nothing())
        sign = -1 if self.way.data == "less" else 1
        return CostFacts(CostCategory(self.category.data), self.name.data or "", sign * fen)


class ChangeRulingForm(RulingForm):
    """A ruling on a change that was read."""


class FileForm(BaseForm):
    note = TextAreaField(_l("备案意见"), text(2000))
    digest = SeenField(validators=[Length(max=64)])


class SendBackForm(BaseForm):
    """Everything that is missing, told at once."""

    reason = TextAreaField(_l("退回理由"), [REQUIRED, *text(4000)[1:]])
    notice = TextAreaField(_l("一次性告知"), [REQUIRED, *text(8000)[1:]])
    digest = SeenField(validators=[Length(max=64)])

    def points(self) -> tuple[str, ...]:
        return tuple((self.notice.data or "").splitlines())


# --- countersignatures -----------------------------------------------------------------------------------------------


class AskForm(BaseForm):
    """An organisation for each body that is asked to sign; its fields are those bodies."""

    @classmethod
    def of(cls, subject: Subject, wanted: list[Wanted], without: set[int]) -> "AskForm":
        fields: dict[str, Any] = {}
        for one in wanted:
            known = [(body.code, body.name) for body in _heard(subject, one.body, without)]
            offered: Callable[[], list[tuple[str, str]]] = partial(list, [("", str(_("请选择"))), *known])
            # Where only one can be meant it is chosen beforehand.
            default = known[0][0] if len(known) == 1 else ""
            fields[one.body.value] = SelectField(one.body.label, choices=offered, default=default)
        form: AskForm = type("AskForm", (AskForm,), fields)()
        return form

    def chosen(self, wanted: list[Wanted]) -> dict[Body, Organisation]:
        known = {one.code: one for one in active_organisations()}
        picked = {one.body: known.get(self[one.body.value].data or "") for one in wanted}
        return {body: organisation for body, organisation in picked.items() if organisation is not None}


def _heard(subject: Subject, body: Body, without: set[int]) -> list[Organisation]:
    """Organisations that can sign as a body, and that neither ask for the decision nor take it."""
    return [one for one in active_organisations() if one.id not in without and may_sign_as(body, one, subject)]


class SignForm(BaseForm):
    stance = RadioField(_l("会签结论"), [REQUIRED], choices=lambda: options_of(Stance))
    text = TextAreaField(_l("会签意见"), text(2000))
    digest = SeenField(validators=[Length(max=64)])


# --- effects ---------------------------------------------------------------------------------------------------------


class ResultForm(BaseForm):
    actual = NumberField(_l("实际值"), text(24), places=6)
    measured_on = DayField(_l("统计日期"), text(10))
    source = StringField(_l("来源"), text(400))
    unknown_reason = TextAreaField(_l("不知道实际值的原因"), text(1000))
    file = FileField(_l("证明材料"))

    def facts(self) -> ResultFacts:
        return ResultFacts(
            actual=self.actual.number(),
            measured_on=self.measured_on.day(),
            source=self.source.data or "",
            unknown_reason=self.unknown_reason.data or "",
        )
