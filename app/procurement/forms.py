"""Shapes of input about purchases: the plan, the notice, the award, the contract, its publication, a reason."""

from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.core.forms import BaseForm, DayField, MoneyField, NumberField, no_control_characters, text
from app.core.listing import options_of
from app.organisations.models import Organisation
from app.procurement.checks import AwardFacts, ContractFacts, NoticeFacts, PlanFacts
from app.procurement.kinds import Method, Purpose
from app.procurement.models import Procurement
from app.procurement.recording import Proof

REQUIRED = InputRequired(_l("请填写此项。"))
Choices = list[tuple[str, str]]
# Purchases are counted from one.
NO_PURCHASE = 0
LONGEST_NUMBER = 6
# Of the files to choose from the action says why one is not taken; a select alone could only say that it is not.
Shape = TypeVar("Shape", bound=BaseForm)


def _whole_text(longest: int) -> list[Any]:
    return [REQUIRED, *text(longest)[1:]]


class PlanForm(BaseForm):
    adds_to = SelectField(_l("追加到"), validate_choice=False)
    purpose = SelectField(_l("采购内容"), choices=lambda: options_of(Purpose))
    method = SelectField(_l("采购方式"), choices=lambda: options_of(Method))
    title = StringField(_l("采购项目名称"), _whole_text(200))
    budget = MoneyField(_l("采购预算"), [REQUIRED, Length(max=24)])
    term_months = NumberField(_l("服务期"), text(4), places=0)
    exclusive = BooleanField(_l("授予独家经营"))
    fair_competition_ref = StringField(_l("公平竞争审查文号"), text(200))
    single_source_basis = TextAreaField(_l("单一来源理由"), text(1000))
    publicity_from = DayField(_l("公示开始日"), text(10))
    publicity_until = DayField(_l("公示结束日"), text(10))
    publicity_file = SelectField(_l("公示材料"), validate_choice=False)
    publicity_upload = FileField(_l("上传公示材料"))

    @classmethod
    def of(
        cls, procurement: Procurement | None, files: Choices, originals: Choices, adds_to: Procurement | None = None
    ) -> "PlanForm":
        """The form with what is planned now, or with what was sent; `adds_to` is the purchase to be added to."""
        given: dict[str, Any] = {"purpose": Purpose.BUILD.value, "method": Method.OPEN_TENDER.value}
        if adds_to is not None:
            given = {"purpose": adds_to.purpose.value, "method": Method.SINGLE_SOURCE.value}
            given["adds_to"] = str(adds_to.number)
        if procurement is not None:
            names = ("title", "exclusive", "fair_competition_ref", "single_source_basis")
            given = {name: getattr(procurement, name) for name in (*names, "publicity_from", "publicity_until")}
            given |= {
                "purpose": procurement.purpose.value,
                "method": procurement.method.value,
                "budget": procurement.budget_fen,
                "term_months": str(procurement.term_months) if procurement.term_months is not None else "",
                "publicity_file": procurement.publicity_sha256 or "",
                "adds_to": str(procurement.original.number) if procurement.original is not None else "",
            }
        form = cls(data=given)
        form.adds_to.choices = [("", _("不是追加，新的采购")), *originals] if procurement is None else originals
        form.publicity_file.choices = [("", _("没有选择")), *files]
        return form

    def facts(self) -> PlanFacts:
        months = self.term_months.number()
        return PlanFacts(
            purpose=Purpose(self.purpose.data),
            method=Method(self.method.data),
            title=self.title.data or "",
            budget_fen=self.budget.fen(),
            term_months=int(months) if months is not None else None,
            exclusive=bool(self.exclusive.data),
            fair_competition_ref=self.fair_competition_ref.data or "",
            single_source_basis=self.single_source_basis.data or "",
            publicity_from=self.publicity_from.day(),
            publicity_until=self.publicity_until.day(),
            adds_to=_number(self.adds_to.data),
        )

    @property
    def publicity(self) -> Proof:
        return Proof(self.publicity_file.data or None, self.publicity_upload.data or None)


class NoticeForm(BaseForm):
    notice_number = StringField(_l("公告编号"), text(100))
    announced_on = DayField(_l("公告日期"), [REQUIRED, Length(max=10)])
    bids_due_on = DayField(_l("投标（响应）截止日"), text(10))

    @classmethod
    def of(cls, procurement: Procurement, sent: bool) -> "NoticeForm":
        """A correction says its own number and day; the last day for bids stays until it says another."""
        return _form(cls, {"bids_due_on": procurement.bids_due_on}, sent)

    def facts(self) -> NoticeFacts:
        return NoticeFacts(self.notice_number.data or "", self.announced_on.day(), self.bids_due_on.day())


class AwardForm(BaseForm):
    award_number = StringField(_l("通知书编号"), _whole_text(100))
    award_on = DayField(_l("通知书发出日期"), [REQUIRED, Length(max=10)])
    winner = SelectField(_l("成交供应商"), [REQUIRED])
    award_amount = MoneyField(_l("成交金额"), [REQUIRED, Length(max=24)])
    award_file = SelectField(_l("通知书"), validate_choice=False)
    award_upload = FileField(_l("上传通知书"))

    @classmethod
    def of(cls, procurement: Procurement, winners: Choices, files: Choices, sent: bool) -> "AwardForm":
        given = {
            "award_number": procurement.award_number,
            "award_on": procurement.award_on,
            "winner": procurement.winner.code if procurement.winner else "",
            "award_amount": procurement.award_fen,
            "award_file": procurement.award_sha256 or "",
        }
        form = _form(cls, given, sent)
        form.winner.choices = [("", _("请选择")), *winners]
        form.award_file.choices = [("", _("没有选择")), *files]
        return form

    def facts(self, winner: Organisation | None) -> AwardFacts:
        return AwardFacts(self.award_number.data or "", self.award_on.day(), winner, self.award_amount.fen())

    @property
    def proof(self) -> Proof:
        return Proof(self.award_file.data or None, self.award_upload.data or None)


class ContractForm(BaseForm):
    contract_number = StringField(_l("合同编号"), _whole_text(100))
    signed_on = DayField(_l("签订日期"), [REQUIRED, Length(max=10)])
    contract_amount = MoneyField(_l("合同金额"), [REQUIRED, Length(max=24)])
    contract_file = SelectField(_l("合同扫描件"), validate_choice=False)
    contract_upload = FileField(_l("上传合同扫描件"))

    @classmethod
    def of(cls, procurement: Procurement, files: Choices, sent: bool) -> "ContractForm":
        form = _form(cls, {"contract_amount": procurement.award_fen}, sent)
        form.contract_file.choices = [("", _("没有选择")), *files]
        return form

    def facts(self) -> ContractFacts:
        return ContractFacts(self.contract_number.data or "", self.signed_on.day(), self.contract_amount.fen())

    @property
    def proof(self) -> Proof:
        return Proof(self.contract_file.data or None, self.contract_upload.data or None)


class PublicationForm(BaseForm):
    published_on = DayField(_l("合同公告日期"), text(10))
    filed_on = DayField(_l("合同备案日期"), text(10))

    @classmethod
    def of(cls, procurement: Procurement, sent: bool) -> "PublicationForm":
        return _form(cls, {"published_on": procurement.published_on, "filed_on": procurement.filed_on}, sent)


class ReasonForm(BaseForm):
    reason = StringField(_l("理由"), [REQUIRED, Length(max=2000), no_control_characters])


def _number(said: str | None) -> int | None:
    """The number of a purchase; what is no number names none, and the action says so."""
    if not said:
        return None
    return int(said) if said.isdecimal() and len(said) <= LONGEST_NUMBER else NO_PURCHASE


def _form(kind: type[Shape], given: dict[str, Any], sent: bool) -> Shape:
    """A form of several on one page: only the one that was sent reads what was sent."""
    return kind(data=given) if sent else kind(formdata=None, data=given)
