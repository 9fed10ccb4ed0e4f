"""The first three administrators of an installation: made once, while nobody has an account."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.actions import NewAccount, create_account, create_membership, give_role
from app.accounts.models import User
from app.core.actors import SYSTEM, Actor
from app.core.clock import today
from app.core.db import db
from app.core.errors import Problem, WrongState
from app.core.permissions import ROLE_CLASSES, Permission, Role
from app.organisations.actions import NewOrganisation, create_organisation
from app.organisations.models import Organisation

P = Permission
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
# What administrators usually do for one another and the system never does again once they are there.
_ONCE = frozenset({P.ACCOUNT_CREATE, P.GRANT_GIVE, P.MEMBERSHIP_CREATE, P.ORGANISATION_CREATE})


@dataclass(frozen=True)
class FirstAdministrator:
    """One of the three, with the first password that he changes at his first sign-in."""

    login: str
    name: str
    role: Role
    password: str
    phone: str = ""


def first_administrators(home: NewOrganisation, people: Sequence[FirstAdministrator]) -> list[User]:
    """Registers their organisation and the three administrators; refused as soon as any account exists.

    An account is created by a system administrator and a role given by a security administrator, so the first ones can
    only come from the system itself. It holds the permissions for that inside this function alone; the trail shows 系统.
    Needs a unit of work.
    """
    if db.session.scalar(sa.select(sa.func.count()).select_from(User)):
        raise WrongState(
            Problem(
                _("已经有账号，不能再由系统建立首批管理员。"),
                why=_("首批管理员建立之后，账号由系统管理员建立、角色由安全管理员授予。"),
                remedy=_("请以系统管理员的身份建立账号。"),
            )
        )
    if sorted(one.role for one in people) != sorted(ADMINISTRATORS):
        raise WrongState(
            Problem(
                _("系统管理员、安全管理员、审计管理员须各有一人。"),
                why=_("三员须由三人分任（三员分立）。"),
                article="GB/T 22239-2019 8.1.5",
            )
        )
    installer = replace(SYSTEM, permissions=SYSTEM.permissions | _ONCE)
    organisation = create_organisation(installer, home)
    return [_appoint(installer, organisation, one) for one in people]


def _appoint(installer: Actor, organisation: Organisation, one: FirstAdministrator) -> User:
    account = NewAccount(one.login, one.name, ROLE_CLASSES[one.role], phone=one.phone)
    user = create_account(installer, account, one.password)
    membership = create_membership(installer, user, organisation, str(one.role.label), today())
    give_role(installer, membership, one.role)
    return user
