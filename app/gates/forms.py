"""Shapes of input about conditions and overdue tasks: a report with a file, a reason, an instruction."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from app.core.forms import BaseForm, no_control_characters


def words(longest: int) -> list[Any]:
    """Validators of a text that must be there."""
    return [
        InputRequired(_l("请填写此项。")),
        Length(max=longest, message=_l("最多 %(max)d 个字。")),
        no_control_characters,
    ]


class ReportForm(BaseForm):
    text = TextAreaField(_l("落实情况"), words(2000))
    file = FileField(_l("证明材料"))


class AcceptForm(BaseForm):
    """A button."""


class SendBackForm(BaseForm):
    reason = TextAreaField(_l("退回理由"), words(2000))


class ExpediteForm(BaseForm):
    instruction = TextAreaField(_l("督办意见"), words(2000))
