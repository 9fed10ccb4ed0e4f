"""Shapes of input about figures: an upload, its confirmation, verdicts, closing and reopening a period."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from app.core.forms import BaseForm, SeenField, no_control_characters, text
from app.core.listing import options_of
from app.core.periods import BadPeriod, Period
from app.figures.kinds import Source, SubmissionKind

REQUIRED = InputRequired(_l("请填写此项。"))


def names_a_period(_form: Any, field: Any) -> None:
    try:
        Period(field.data or "")
    except BadPeriod as error:
        raise ValidationError(_l("请填写周期，例如 2026-09 或 2026-Q3。")) from error


class UploadForm(BaseForm):
    file = FileField(_l("文件"), [FileRequired(_l("请选择文件。"))])
    kind = SelectField(_l("内容"), choices=lambda: options_of(SubmissionKind), default=SubmissionKind.FIGURES.value)
    note = StringField(_l("说明"), [*text(400)])


class ConfirmForm(BaseForm):
    """Confirms the very content that was previewed."""

    digest = SeenField()
    reason = TextAreaField(_l("更正理由"), text(400))


class PeriodForm(BaseForm):
    period = StringField(_l("周期"), [REQUIRED, Length(max=13), names_a_period])

    def chosen(self) -> Period:
        return Period(self.period.data or "")


class ReopenForm(PeriodForm):
    reason = TextAreaField(_l("理由"), [REQUIRED, Length(max=2000), no_control_characters])


class BulkForm(PeriodForm):
    """Everything unjudged of a period that the actor has seen."""

    source = SelectField(_l("来源"), choices=lambda: options_of(Source))
    seen = HiddenField(_l("所阅读的内容"), validators=[REQUIRED, Length(max=18)])
    reason = TextAreaField(_l("理由"), text(2000))

    def validate_seen(self, field: Any) -> None:
        if not (field.data or "").isdecimal():
            raise ValidationError(_l("请刷新页面后重试。"))


class DoubtForm(BaseForm):
    reason = TextAreaField(_l("理由"), [REQUIRED, Length(max=2000), no_control_characters])


class VerifyForm(BaseForm):
    """Says why when a doubt is taken back."""

    reason = TextAreaField(_l("理由"), text(2000))


class EmptyForm(BaseForm):
    """A button."""
