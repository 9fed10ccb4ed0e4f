"""What the page 试算 takes in: the kind of calculation and a JSON text."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import AnyOf, InputRequired

from app.core.forms import BaseForm
from app.whatif.kinds import KINDS


class WhatifForm(BaseForm):
    kind = HiddenField(_l("试算种类"), validators=[AnyOf(list(KINDS), message=_l("没有这种试算。"))])
    content = TextAreaField(
        _l("输入（JSON）"),
        validators=[InputRequired(message=_l("请填写输入内容。"))],
        render_kw={"rows": 18, "spellcheck": "false", "class_": "form-control font-monospace"},
    )
