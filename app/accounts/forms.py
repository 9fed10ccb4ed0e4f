"""Shapes of input about sign-in, credentials, accounts, memberships and roles."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp

from app.core.forms import BaseForm, DayField, no_control_characters, text
from app.core.permissions import ROLE_CLASSES, Role, RoleClass

REQUIRED = InputRequired(_l("请填写此项。"))


class SignInForm(BaseForm):
    login = StringField(_l("登录名"), [REQUIRED, Length(max=60)], render_kw={"autocomplete": "username", "autofocus": True})
    password = PasswordField(_l("口令"), [REQUIRED, Length(max=1024)], render_kw={"autocomplete": "current-password"})


class CodeForm(BaseForm):
    code = StringField(
        _l("动态码"), [REQUIRED, Length(max=20)], render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    )


class PasswordForm(BaseForm):
    old = PasswordField(_l("现用口令"), [REQUIRED, Length(max=1024)], render_kw={"autocomplete": "current-password"})
    new = PasswordField(_l("新口令"), [REQUIRED, Length(max=1024)], render_kw={"autocomplete": "new-password"})


class ReasonForm(BaseForm):
    reason = TextAreaField(_l("理由"), [REQUIRED, *text(400)[1:]])


class AccountForm(BaseForm):
    login = StringField(
        _l("登录名"),
        [REQUIRED, Regexp(r"^[a-z][a-z0-9._-]{2,39}$", message=_l("用 3 至 40 个小写字母、数字、点、横线，以字母开头。"))],
    )
    name = StringField(_l("姓名"), [REQUIRED, Length(max=60), no_control_characters])
    phone = StringField(_l("电话"), text(30))
    role_class = SelectField(_l("账号类别"), choices=[(one.value, one.label) for one in RoleClass], default=RoleClass.BUSINESS.value)
    expires_on = DayField(_l("到期日"), text(10))


class MembershipForm(BaseForm):
    organisation = SelectField(_l("机构"), [REQUIRED])
    post = StringField(_l("职务"), text(60))
    valid_from = DayField(_l("任职起始日"), [REQUIRED])


class EndMembershipForm(ReasonForm):
    valid_until = DayField(_l("任职结束日"), [REQUIRED])


class GrantForm(BaseForm):
    role = SelectField(_l("角色"), [REQUIRED])

    def offer(self, role_class: RoleClass) -> None:
        """Only the roles of the account's own class can be chosen."""
        self.role.choices = [(role.value, role.label) for role in Role if ROLE_CLASSES[role] is role_class]


class TokenForm(BaseForm):
    name = StringField(_l("用途"), [REQUIRED, Length(max=80), no_control_characters])
    membership = SelectField(_l("身份"), [REQUIRED])
    scopes = SelectMultipleField(_l("权限范围"), [REQUIRED])
    expires_on = DayField(_l("到期日"), [REQUIRED])


def choices(pairs: Any) -> list[tuple[str, str]]:
    """Options for a select with an empty first one."""
    return [("", ""), *pairs]
