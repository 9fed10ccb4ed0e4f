"""What administrators do with people: accounts, memberships, roles. Nobody does it to himself."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.identities import TOKEN_PREFIX, Scope
from app.accounts.models import AccountState, ApiToken, Grant, Membership, User
from app.accounts.passwords import hash_password
from app.accounts.queries import is_subject_of
from app.accounts.sessions import end_sessions, key_hash
from app.audit import act
from app.core.actors import Actor, must
from app.core.clock import now, today, zone
from app.core.db import db
from app.core.errors import NotAllowed, Problem, Refused, WrongState
from app.core.permissions import ROLE_CLASSES, ROLE_SIDES, Permission, Role, RoleClass
from app.organisations.models import Organisation, OrganisationState

# Letters and digits that are not mistaken for one another when read aloud or copied by hand.
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"


LONGEST_TOKEN = timedelta(days=366)
# What the very first administrator of a kind is set up with, by a command on the server and never again after that.
FOUNDER = Actor(
    user_id=None,
    login="setup",
    name="安装程序",
    permissions=frozenset(
        {
            Permission.ACCOUNT_CREATE,
            Permission.GRANT_GIVE,
            Permission.MEMBERSHIP_CREATE,
            Permission.ORGANISATION_CREATE,
        }
    ),
    origin="cli",
)


@dataclass(frozen=True)
class NewAccount:
    """What the system administrator knows about a new person."""

    login: str
    name: str
    role_class: RoleClass
    phone: str = ""
    expires_on: date | None = None


def first_password() -> str:
    """A random first password that must be changed at the first sign-in (75 bits)."""
    return "-".join("".join(secrets.choice(_CLEAR) for _place in range(5)) for _group in range(3))


def create_account(actor: Actor, new: NewAccount, password: str) -> User:
    """Creates a person's account with a first password."""
    must(actor, Permission.ACCOUNT_CREATE)
    if db.session.scalar(sa.select(User.id).where(User.login == new.login)):
        raise Refused(
            Problem(_("登录名“%(login)s”已被使用。", login=new.login), remedy=_("请换一个登录名。"), place="login")
        )
    if new.expires_on and new.expires_on < today():
        raise Refused(Problem(_("到期日早于今天。"), remedy=_("请填写今天或以后的日期。"), place="expires_on"))
    with act(actor, Permission.ACCOUNT_CREATE, ref=f"account:{new.login}"):
        user = User(
            login=new.login,
            name=new.name,
            phone=new.phone,
            role_class=new.role_class,
            expires_on=new.expires_on,
            password_hash=hash_password(password),
            password_changed_at=now(),
        )
        db.session.add(user)
    return user


def found_administrator(actor: Actor, new: NewAccount, password: str, organisation: Organisation) -> User:
    """Sets up the first administrator of a kind (bootstrap): account, membership and role at once.

    There is nobody yet who could do it in three hands. It works once for each of the three kinds, while no account of
    that kind exists, and never gives a role of business (the database refuses such a grant without a giver).
    """
    if actor is not FOUNDER or new.role_class is RoleClass.BUSINESS or _count_of_class(new.role_class):
        raise NotAllowed(
            Problem(
                _("必须由一名管理员办理。"),
                why=_("只有某类管理员一名也没有时，才能在服务器上直接建立该类的第一名。"),
                remedy=_("请用 --as 指明办理人的登录名。"),
            )
        )
    user = create_account(actor, new, password)
    membership = create_membership(actor, user, organisation, "", today())
    give_role(actor, membership, next(role for role, kind in ROLE_CLASSES.items() if kind is new.role_class))
    return user


def disable_account(actor: Actor, user: User, reason: str) -> None:
    """Puts a person out at the next request, ends his sessions. Not oneself, not the last administrator of a kind."""
    must(actor, Permission.ACCOUNT_DISABLE)
    _not_oneself(actor, user)
    _reason_given(reason)
    if user.state is AccountState.DISABLED:
        raise WrongState(Problem(_("该账号已经停用。")))
    _keep_one_in_office(user)
    with act(actor, Permission.ACCOUNT_DISABLE, ref=f"account:{user.login}", reason=reason):
        user.state = AccountState.DISABLED
    end_sessions(user.id)


def enable_account(actor: Actor, user: User, reason: str) -> None:
    """Lets a person in again."""
    must(actor, Permission.ACCOUNT_ENABLE)
    _not_oneself(actor, user)
    _reason_given(reason)
    if user.state is AccountState.ACTIVE:
        raise WrongState(Problem(_("该账号没有停用。")))
    with act(actor, Permission.ACCOUNT_ENABLE, ref=f"account:{user.login}", reason=reason):
        user.state = AccountState.ACTIVE


def reset_credentials(actor: Actor, user: User, reason: str, password: str) -> None:
    """Gives a new first password and removes the second factor, for a person who lost one of them."""
    must(actor, Permission.ACCOUNT_RESET)
    _not_oneself(actor, user)
    _reason_given(reason)
    with act(actor, Permission.ACCOUNT_RESET, ref=f"account:{user.login}", reason=reason):
        user.password_hash = hash_password(password)
        user.password_changed_at = now()
        user.must_change_password = True
        user.totp_secret = None
        user.totp_confirmed_at = None
        user.recovery_hashes = ""
    end_sessions(user.id)


def create_membership(actor: Actor, user: User, organisation: Organisation, post: str, since: date) -> Membership:
    """Registers that a person belongs to an organisation; roles are granted by the security administrator."""
    must(actor, Permission.MEMBERSHIP_CREATE)
    _not_oneself(actor, user)
    if organisation.state is not OrganisationState.ACTIVE:
        raise Refused(Problem(_("机构“%(name)s”已撤销，不能登记任职。", name=organisation.name), place="organisation"))
    if any(m.organisation_id == organisation.id and m.valid_until is None for m in user.memberships):
        raise Refused(Problem(_("%(name)s 已在该机构任职。", name=user.name), place="organisation"))
    with act(actor, Permission.MEMBERSHIP_CREATE, ref=f"account:{user.login}"):
        membership = Membership(
            user_id=user.id, organisation_id=organisation.id, post=post, valid_from=since, created_by=actor.user_id
        )
        db.session.add(membership)
    return membership


def end_membership(actor: Actor, membership: Membership, until: date, reason: str) -> None:
    """Ends a membership on a day; the roles held through it end with it."""
    must(actor, Permission.MEMBERSHIP_END)
    _not_oneself(actor, membership.user)
    _reason_given(reason)
    if membership.valid_until is not None:
        raise WrongState(Problem(_("该任职已登记结束日期。")))
    if until < membership.valid_from:
        raise Refused(Problem(_("结束日期早于开始日期。"), place="valid_until"))
    _keep_one_in_office(membership.user)
    with act(actor, Permission.MEMBERSHIP_END, ref=f"account:{membership.user.login}", reason=reason):
        membership.valid_until = until


def give_role(actor: Actor, membership: Membership, role: Role) -> Grant:
    """The security administrator gives a role; class and side must fit, and it is never to himself (I12, I14)."""
    must(actor, Permission.GRANT_GIVE)
    _not_oneself(actor, membership.user)
    problems = list(_grant_problems(membership, role))
    if problems:
        raise Refused(problems)
    with act(actor, Permission.GRANT_GIVE, ref=f"account:{membership.user.login}") as running:
        grant = Grant(
            membership_id=membership.id,
            user_id=membership.user_id,
            organisation_id=membership.organisation_id,
            role=role,
            role_class=ROLE_CLASSES[role],
            side=ROLE_SIDES[role],
            granted_by=actor.user_id,
            granted_at=now(),
        )
        db.session.add(grant)
        running.note(role=role.value, organisation=membership.organisation.code)
    return grant


def _grant_problems(membership: Membership, role: Role) -> list[Problem]:
    user, organisation = membership.user, membership.organisation
    found = []
    if ROLE_CLASSES[role] is not user.role_class:
        found.append(
            Problem(
                _(
                    "%(name)s 是%(kind)s账号，不能担任“%(role)s”。",
                    name=user.name,
                    kind=user.role_class.label,
                    role=role.label,
                ),
                why=_("系统、安全、审计管理员由三人分任，且都不办理业务。"),
                article="GB/T 22239-2019 8.1.5",
                place="role",
            )
        )
    if ROLE_SIDES[role] not in organisation.sides:
        found.append(
            Problem(
                _(
                    "“%(role)s”属于%(side)s，%(org)s 没有登记为%(side)s。",
                    role=role.label,
                    side=ROLE_SIDES[role].label,
                    org=organisation.name,
                ),
                why=_("管理、运营、监督三方的角色只能由相应一方机构的人员担任。"),
                place="role",
            )
        )
    if any(grant.active and grant.role is role for grant in membership.grants):
        found.append(Problem(_("已经授予该角色。"), place="role"))
    if not membership.covers(today()):
        found.append(Problem(_("该任职目前不在有效期内。"), place="role"))
    return found


def revoke_role(actor: Actor, grant: Grant, user: User, reason: str) -> None:
    """Takes a role back; the person loses it at the next request."""
    must(actor, Permission.GRANT_REVOKE)
    _not_oneself(actor, user)
    _reason_given(reason)
    if not grant.active:
        raise WrongState(Problem(_("该角色已经收回。")))
    _keep_one_in_office(user)
    with act(actor, Permission.GRANT_REVOKE, ref=f"account:{user.login}", reason=reason) as running:
        grant.revoked_at = now()
        grant.revoked_by = actor.user_id
        grant.revoke_reason = reason
        running.note(role=grant.role.value)


@dataclass(frozen=True)
class NewToken:
    """What a token is for, what it may do and until when."""

    name: str
    scopes: tuple[Scope, ...]
    expires_on: date
    contract_code: str = ""


def create_token(actor: Actor, membership: Membership, new: NewToken) -> tuple[ApiToken, str]:
    """Issues a token for a person's identity; the text is returned once and only its hash is kept."""
    must(actor, Permission.TOKEN_CREATE)
    _not_oneself(actor, membership.user)
    problems = list(_token_problems(membership, new))
    if problems:
        raise Refused(problems)
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with act(actor, Permission.TOKEN_CREATE, ref=f"account:{membership.user.login}") as running:
        token = ApiToken(
            token_hash=key_hash(text),
            name=new.name,
            membership_id=membership.id,
            user_id=membership.user_id,
            organisation_id=membership.organisation_id,
            scopes=" ".join(sorted(new.scopes)),
            contract_code=new.contract_code,
            expires_at=datetime.combine(new.expires_on + timedelta(days=1), time(), zone()),
            created_by=actor.user_id,
        )
        db.session.add(token)
        running.note(organisation=membership.organisation.code, scopes=token.scopes)
    return token, text


def _token_problems(membership: Membership, new: NewToken) -> list[Problem]:
    found = []
    if not new.scopes:
        found.append(Problem(_("请至少选择一项权限范围。"), place="scopes"))
    if not today() <= new.expires_on <= today() + LONGEST_TOKEN:
        found.append(
            Problem(_("到期日须在今天起一年之内。"), remedy=_("到期前请重新签发并更换令牌。"), place="expires_on")
        )
    if new.contract_code and not is_subject_of(membership.organisation, new.contract_code):
        found.append(Problem(_("该机构不是合同 %(code)s 的当事方。", code=new.contract_code), place="contract"))
    if not membership.covers(today()):
        found.append(Problem(_("该任职目前不在有效期内。"), place="membership"))
    if membership.user.role_class is not RoleClass.BUSINESS:
        found.append(Problem(_("管理员账号不能使用接口令牌。"), place="membership"))
    return found


def revoke_token(actor: Actor, token: ApiToken, reason: str) -> None:
    """Makes a token worthless from the next request on."""
    must(actor, Permission.TOKEN_REVOKE)
    _not_oneself(actor, token.membership.user)
    _reason_given(reason)
    if token.revoked_at is not None:
        raise WrongState(Problem(_("该令牌已经吊销。")))
    with act(actor, Permission.TOKEN_REVOKE, ref=f"account:{token.membership.user.login}", reason=reason) as running:
        token.revoked_at = now()
        running.note(token=token.name)


def _not_oneself(actor: Actor, user: User) -> None:
    if actor.user_id == user.id:
        raise NotAllowed(
            Problem(
                _("不能为本人办理。"),
                why=_("账号、任职和角色须由另一名管理员办理（四眼原则）。"),
                remedy=_("请由另一名管理员办理。"),
            )
        )


def _reason_given(reason: str) -> None:
    if not reason.strip():
        raise Refused(Problem(_("请写明理由。"), place="reason"))


def _keep_one_in_office(user: User) -> None:
    """Refuses what would leave one of the three kinds of administrator without anybody in office."""
    kind = user.role_class
    if kind is RoleClass.BUSINESS:
        return
    # Two administrators who remove each other at the same moment wait for one another here.
    db.session.scalars(sa.select(User.id).where(User.role_class == kind).order_by(User.id).with_for_update()).all()
    if not db.session.scalar(_in_office(kind).where(User.id != user.id)):
        raise Refused(
            Problem(
                _("%(name)s 是最后一名在岗的%(kind)s，不能停用、结束任职或收回角色。", name=user.name, kind=kind.label),
                why=_("系统管理员、安全管理员、审计管理员必须各有人在岗（三员分立）。"),
                article="GB/T 22239-2019 8.1.5",
                remedy=_("请先建立并授权另一名%(kind)s。", kind=kind.label),
            )
        )


def _in_office(kind: RoleClass) -> sa.Select[Any]:
    """Counts administrators of a kind who could sign in and act today."""
    day = today()
    return (
        sa.select(sa.func.count(sa.distinct(User.id)))
        .join(Grant, Grant.user_id == User.id)
        .join(Membership, Membership.id == Grant.membership_id)
        .where(
            User.role_class == kind,
            User.state == AccountState.ACTIVE,
            sa.or_(User.expires_on.is_(None), User.expires_on >= day),
            Grant.revoked_at.is_(None),
            Membership.valid_from <= day,
            sa.or_(Membership.valid_until.is_(None), Membership.valid_until >= day),
        )
    )


def _count_of_class(role_class: RoleClass) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(User.role_class == role_class)) or 0
