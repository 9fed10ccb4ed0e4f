"""Shapes of input: draws, results, questions, answers, findings, rectifications, verdicts, the conclusion."""

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.core.forms import BaseForm, NumberField, SeenField, no_control_characters
from app.core.listing import options_of
from app.inspections.findings import FindingFacts
from app.inspections.kinds import Outcome, SampleResult, Severity
from app.inspections.rules import WITHIN, Duty

REQUIRED = InputRequired(_l("请填写此项。"))
CHOSEN = InputRequired(_l("请选择。"))


def words(longest: int, *others: Any) -> list[Any]:
    """Validators of a text that must be there."""
    return [REQUIRED, Length(max=longest, message=_l("最多 %(max)d 个字。")), no_control_characters, *others]


class WorkdaysField(NumberField):
    """A whole number of working days; what is not one is refused by the rules of the room."""

    def __init__(self, duty: Duty, **kwargs: Any) -> None:
        super().__init__(_l("期限"), places=0, default=str(WITHIN[duty]), **kwargs)

    def days(self) -> int | None:
        number = self.number()
        return None if number is None else int(number)


class PickField(SelectField):
    """A choice among things of this inspection; whether it is one of them is judged by the action."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, validate_choice=False, choices=[], **kwargs)

    def key(self) -> int | None:
        text = self.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


class EmptyForm(BaseForm):
    """A button."""


class DrawForm(BaseForm):
    count = NumberField(_l("数量"), [REQUIRED], places=0)

    def number(self) -> int | None:
        found = self.count.number()
        return None if found is None else int(found)


class ChooseForm(BaseForm):
    """Boxes beside what was scored; their names are judged by the action."""

    def chosen(self) -> list[str]:
        return [key for key in request.form.getlist("keys") if len(key) < 40][:1000]


class SettleForm(BaseForm):
    result = SelectField(
        _l("核对结果"),
        [CHOSEN],
        choices=lambda: [
            ("", _("请选择")),
            *(one for one in options_of(SampleResult) if one[0] != SampleResult.PENDING.value),
        ],
    )
    note = TextAreaField(_l("情况说明"), [Length(max=2000), no_control_characters])


class AskForm(BaseForm):
    organisation = PickField(_l("询问谁"))
    text = TextAreaField(_l("询问事项"), words(4000))
    workdays = WorkdaysField(Duty.ANSWER)


class EvidenceForm(BaseForm):
    """A new file, or one that the contract has already."""

    file = FileField(_l("上传文件"))
    existing = PickField(_l("或选择已有材料"))

    @property
    def upload(self) -> FileStorage | None:
        given = self.file.data
        return given if isinstance(given, FileStorage) and given.filename else None

    @property
    def digest(self) -> str:
        return (self.existing.data or "")[:64]


class AnswerForm(EvidenceForm):
    text = TextAreaField(_l("答复"), words(4000))


class LapseForm(BaseForm):
    reason = TextAreaField(_l("理由"), words(2000))


class FindingForm(BaseForm):
    organisation = PickField(_l("责任方"))
    about = PickField(_l("涉及"))
    severity = SelectField(_l("严重程度"), choices=lambda: options_of(Severity), default=Severity.MAJOR.value)
    workdays = WorkdaysField(Duty.RECTIFY)
    text = TextAreaField(_l("发现的问题"), words(4000))
    basis = TextAreaField(_l("依据"), words(1000))

    def facts(self) -> FindingFacts:
        return FindingFacts(
            severity=Severity(self.severity.data),
            text=self.text.data or "",
            basis=self.basis.data or "",
            organisation_id=self.organisation.key(),
            workdays=self.workdays.days(),
            about=self.about.data or "",
        )


class RectifyForm(EvidenceForm):
    text = TextAreaField(_l("整改情况"), words(4000))


class VerdictForm(BaseForm):
    outcome = SelectField(
        _l("复核结论"), [CHOSEN], choices=lambda: [("", _("请选择")), *options_of(Outcome)], default=""
    )
    reason = TextAreaField(_l("复核意见"), words(2000))
    workdays = WorkdaysField(Duty.RECTIFY_AGAIN)


class SignForm(BaseForm):
    digest = SeenField()
    text = TextAreaField(_l("督查结论"), words(4000))
