"""Shapes of input about organisations: registration, names, stakes and mandates."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from app.core.forms import BaseForm, DayField, NumberField, no_control_characters, text
from app.core.permissions import Side
from app.organisations.models import MandateKind, OrganisationKind

REQUIRED = DataRequired(_l("请填写此项。"))
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}\Z", re.ASCII)
CODE_RULE = _l("用 2 至 40 个大写字母、数字、横线，登记后不再改变。")


class CheckboxesField(SelectMultipleField):
    """Several of a few choices, all of them to be seen."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class OrganisationForm(BaseForm):
    code = StringField(_l("机构编码"), [REQUIRED, Regexp(CODE, message=CODE_RULE)], description=CODE_RULE)
    name_zh = StringField(_l("名称"), [REQUIRED, Length(max=120), no_control_characters])
    name_en = StringField(_l("英文名称"), text(200))
    kind = SelectField(_l("机构类型"), [REQUIRED], choices=lambda: [(one.value, one.label) for one in OrganisationKind])
    region = SelectField(_l("所在区划"), [REQUIRED])
    uscc = StringField(_l("统一社会信用代码"), text(30))
    sides = CheckboxesField(_l("可担任的一方"), choices=lambda: [(side.value, side.label) for side in Side])


class RenameForm(BaseForm):
    name_zh = StringField(_l("新名称"), [REQUIRED, Length(max=120), no_control_characters])
    name_en = StringField(_l("英文名称"), text(200))
    valid_from = DayField(_l("启用日期"), [REQUIRED])
    basis = StringField(_l("依据"), [REQUIRED, Length(max=400), no_control_characters])


class StakeForm(BaseForm):
    holder = SelectField(_l("持股方"), [REQUIRED])
    percent = NumberField(_l("持股比例"), text(12), places=6)
    controls = BooleanField(_l("构成控制"))
    valid_from = DayField(_l("起始日"), [REQUIRED])
    basis = StringField(_l("依据"), [REQUIRED, Length(max=400), no_control_characters])


class EndStakeForm(BaseForm):
    valid_until = DayField(_l("结束日"), [REQUIRED])
    basis = StringField(_l("依据"), [REQUIRED, Length(max=400), no_control_characters])


class MandateForm(BaseForm):
    region = SelectField(_l("区划"), [REQUIRED])
    kind = SelectField(_l("职责"), [REQUIRED], choices=lambda: [(one.value, one.label) for one in MandateKind])


def choices(pairs: Any) -> list[tuple[str, str]]:
    """Options for a select with an empty first one."""
    return [("", ""), *pairs]
