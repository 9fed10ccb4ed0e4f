"""Shapes of input about reports."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from app.core.forms import BaseForm, no_control_characters


class RestateForm(BaseForm):
    """Why a new edition is made; it stands in the report."""

    reason = TextAreaField(_l("更新原因"), [InputRequired(_l("请填写此项。")), Length(max=400), no_control_characters])
