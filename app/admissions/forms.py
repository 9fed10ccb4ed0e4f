"""Shapes of input about admissions: an application, a certificate, a statement, an enquiry, a review, a decision."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.admissions.actions import ReviewFacts, Verdict
from app.admissions.drafting import CreditFacts, File, ProofFacts
from app.admissions.judging import Finding
from app.admissions.kinds import Listing, ProofKind
from app.core.forms import BaseForm, DayField, NumberField, no_control_characters, text
from app.core.listing import options_of

REQUIRED = InputRequired(_l("请填写此项。"))
CHOSEN = InputRequired(_l("请选择。"))
Choices = list[tuple[str, str]]


def words(longest: int) -> list[Any]:
    """Validators of a text that must be there."""
    return [REQUIRED, Length(max=longest, message=_l("最多 %(max)d 个字。")), no_control_characters]


class OpenForm(BaseForm):
    category = SelectField(_l("准入类别"), [CHOSEN])
    authority = SelectField(_l("主管部门与区划"), [CHOSEN])

    @classmethod
    def of(cls, categories: Choices, authorities: Choices) -> "OpenForm":
        form = cls()
        form.category.choices = [("", _("请选择")), *categories]
        form.authority.choices = [("", _("请选择")), *authorities]
        return form


class _WithFile(BaseForm):
    file = SelectField(_l("已上传的文件"), choices=lambda: [("", _("没有选择"))])
    upload = FileField(_l("上传新文件"))

    def offer(self, files: Choices) -> None:
        self.file.choices = [("", _("没有选择")), *files]

    @property
    def given(self) -> File:
        new = self.upload.data
        return File(self.file.data or None, new if isinstance(new, FileStorage) and new.filename else None)


class ProofForm(_WithFile):
    kind = SelectField(_l("证书种类"), choices=lambda: options_of(ProofKind))
    number = StringField(_l("证书编号"), words(100))
    issuer = StringField(_l("发证单位"), words(200))
    level = NumberField(_l("证书级别"), text(2), places=0)
    people = NumberField(_l("持证人数"), text(6), places=0)
    valid_until = DayField(_l("证书有效期至"), text(10))

    def facts(self) -> ProofFacts:
        level, people = self.level.number(), self.people.number()
        return ProofFacts(
            kind=ProofKind(self.kind.data),
            number=self.number.data or "",
            issuer=self.issuer.data or "",
            level=int(level) if level is not None else None,
            people=int(people) if people is not None else None,
            valid_until=self.valid_until.day(),
        )


class StatementForm(_WithFile):
    text = TextAreaField(_l("情况说明"), words(2000))


class CreditForm(_WithFile):
    listing = SelectField(_l("查询结果"), choices=lambda: options_of(Listing))
    checked_on = DayField(_l("查询日期"), [REQUIRED, Length(max=10)])
    source = StringField(_l("查询渠道"), words(200))

    def facts(self) -> CreditFacts:
        return CreditFacts(Listing(self.listing.data), self.checked_on.day(), self.source.data or "")


class ReviewForm(BaseForm):
    """One answer for each condition that a person judges; their names come with the page."""

    seen = StringField("", [Length(max=64)])
    proposes = RadioField(
        _l("审查建议"),
        [CHOSEN],
        choices=lambda: [("yes", _l("建议准入")), ("no", _l("建议不予准入"))],
    )
    opinion = TextAreaField(_l("审查意见"), words(2000))

    def facts(self, given: dict[str, tuple[str, str]]) -> ReviewFacts:
        """`given` are the answers by code: met or not, and a note; what was not answered is left out."""
        findings = {
            code: Finding(verdict == "yes", note.strip()[:1000])
            for code, (verdict, note) in given.items()
            if verdict in {"yes", "no"}
        }
        return ReviewFacts(self.proposes.data == "yes", self.opinion.data or "", findings)


class DecideForm(BaseForm):
    seen = StringField("", [Length(max=64)])
    verdict = RadioField(_l("决定"), [CHOSEN], choices=lambda: [("admit", _l("准予准入")), ("refuse", _l("不予准入"))])
    valid_until = DayField(_l("准入有效期至"), text(10))
    conditions = TextAreaField(_l("附加条件"), text(2000))
    reason = TextAreaField(_l("决定理由"), words(2000))

    def facts(self) -> Verdict:
        return Verdict(
            admits=self.verdict.data == "admit",
            reason=self.reason.data or "",
            valid_until=self.valid_until.day(),
            conditions=self.conditions.data or "",
        )


class ReasonForm(BaseForm):
    seen = StringField("", [Length(max=64)])
    reason = TextAreaField(_l("理由"), words(2000))


class RulingForm(_WithFile):
    reason = TextAreaField(_l("理由"), words(2000))


class EmptyForm(BaseForm):
    """A button."""
