"""Shapes of input about services."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.core.forms import BaseForm, no_control_characters, text
from app.services.models import ServiceCategory

REQUIRED = DataRequired(_l("请填写此项。"))


class ServiceForm(BaseForm):
    name_zh = StringField(_l("服务名称"), [REQUIRED, Length(max=120), no_control_characters])
    name_en = StringField(_l("英文名称"), text(200))
    category = SelectField(_l("类别"), [REQUIRED], choices=lambda: [(one.value, one.label) for one in ServiceCategory])
    unit = StringField(_l("计量单位"), [REQUIRED, Length(max=20), no_control_characters])
    usage_indicator = SelectField(_l("用量指标"))
    description = TextAreaField(_l("说明"), text(4000), render_kw={"rows": 4})


class RetireForm(BaseForm):
    reason = TextAreaField(_l("理由"), [REQUIRED, Length(max=400), no_control_characters])
