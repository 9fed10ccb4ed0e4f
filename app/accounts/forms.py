"""Shapes of input about sign-in, credentials, accounts, memberships and roles."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NoneOf, Regexp

from app.accounts.identities import SCOPE_LABELS, Scope
from app.core.forms import BaseForm, DayField, no_control_characters, text
from app.core.permissions import ROLE_CLASSES, Role, RoleClass
from app.organisations.forms import CheckboxesField

REQUIRED = DataRequired(_l("请填写此项。"))
LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,39}", re.ASCII)
LOGIN_RULE = _l("用 3 至 40 个小写字母、数字、点、横线，以字母开头。")


class SignInForm(BaseForm):
    login = StringField(
        _l("登录名"),
        [REQUIRED, Length(max=60), no_control_characters],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "autofocus": True},
    )
    # A password is taken exactly as it was typed: no filter trims it.
    password = PasswordField(
        _l("口令"), [REQUIRED, Length(max=1024)], filters=[], render_kw={"autocomplete": "current-password"}
    )


class CodeForm(BaseForm):
    code = StringField(
        _l("动态码"),
        [REQUIRED, Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True},
    )


class PasswordForm(BaseForm):
    old = PasswordField(
        _l("现用口令"), [REQUIRED, Length(max=1024)], filters=[], render_kw={"autocomplete": "current-password"}
    )
    new = PasswordField(
        _l("新口令"), [REQUIRED, Length(max=1024)], filters=[], render_kw={"autocomplete": "new-password"}
    )


class ReasonForm(BaseForm):
    reason = TextAreaField(_l("理由"), [REQUIRED, *text(400)[1:]])

    @property
    def words(self) -> str:
        return self.reason.data or ""


class AccountForm(BaseForm):
    login = StringField(
        _l("登录名"),
        # "new" is the address of this form.
        [
            REQUIRED,
            Regexp(re.compile(LOGIN.pattern + r"\Z", re.ASCII), message=LOGIN_RULE),
            NoneOf(["new"], LOGIN_RULE),
        ],
        description=LOGIN_RULE,
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )
    name = StringField(_l("姓名"), [REQUIRED, Length(max=60), no_control_characters], render_kw={"autocomplete": "off"})
    phone = StringField(_l("电话"), text(30))
    role_class = SelectField(
        _l("账号类别"),
        choices=lambda: [(one.value, one.label) for one in RoleClass],
        default=RoleClass.BUSINESS.value,
    )
    expires_on = DayField(_l("到期日"), text(10))


class MembershipForm(BaseForm):
    organisation = SelectField(_l("机构"), [REQUIRED])
    post = StringField(_l("职务"), text(60))
    valid_from = DayField(_l("任职起始日"), [REQUIRED])


class EndMembershipForm(ReasonForm):
    valid_until = DayField(_l("任职结束日"), [REQUIRED])


class GrantForm(BaseForm):
    role = SelectField(_l("角色"), [REQUIRED])


def roles_of(role_class: RoleClass) -> list[tuple[str, Any]]:
    """Only the roles of the account's own class can be chosen."""
    return [(role.value, role.label) for role in Role if ROLE_CLASSES[role] is role_class]


class TokenForm(BaseForm):
    name = StringField(_l("用途"), [REQUIRED, Length(max=80), no_control_characters])
    membership = SelectField(_l("身份"), [REQUIRED])
    scopes = CheckboxesField(_l("权限范围"), choices=lambda: [(one.value, SCOPE_LABELS[one]) for one in Scope])
    expires_on = DayField(_l("到期日"), [REQUIRED])
