"""Reads of people: the list of accounts, one account with all that belongs to it, sign-ins, refused requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, selectinload, with_expression

from app.accounts.identities import SCOPE_PERMISSIONS, Scope, actor_of
from app.accounts.models import (
    AccountState,
    ApiToken,
    Denial,
    Grant,
    Membership,
    SignInEvent,
    SignInOutcome,
    User,
    WebSession,
)
from app.core.clock import now, today, zone
from app.core.db import db
from app.core.formats import fmt
from app.core.listing import Cell, Column, Filter, Listing, like, member_or_none, options_of
from app.core.permissions import RoleClass
from app.organisations.models import Organisation

RECENT = 10


# --- accounts --------------------------------------------------------------------------------------------------------


def accounts_list() -> Listing:
    """Every account; only the three administrators open this."""
    return Listing(
        caption=_("账号"),
        statement=sa.select(User),
        definition=_account_columns(),
        id_column=User.id,
        href=lambda user: url_for("accounts.detail", login=user.login),
        default_sort="login",
        filters=_account_filters(),
        empty_title=_("没有符合条件的账号"),
        file_name=_("账号"),
        options=(*_with_roles(), with_expression(User.last_sign_in_at, _last_sign_in())),
    )


def _last_sign_in() -> sa.ScalarSelect[datetime]:
    newest = sa.select(sa.func.max(SignInEvent.at)).where(
        SignInEvent.login == User.login, SignInEvent.outcome == SignInOutcome.SUCCESS
    )
    return newest.correlate(User).scalar_subquery()


def _with_roles() -> tuple[Any, ...]:
    memberships = selectinload(User.memberships)
    return (memberships.joinedload(Membership.organisation), memberships.selectinload(Membership.grants))


def _account_columns() -> list[Column]:
    return [
        Column("login", _l("登录名"), lambda user: Cell(user.login, kind="code"), sort=User.login, kind="code"),
        Column("name", _l("姓名"), lambda user: Cell(user.name, kind="link"), sort=User.name),
        Column("class", _l("类别"), lambda user: str(user.role_class.label), sort=User.role_class),
        Column("organisations", _l("机构与角色"), _where_he_works, value=_works_as_text),
        Column("state", _l("状态"), _state_cell, sort=User.state, kind="status"),
        Column(
            "factor", _l("动态码"), lambda user: _("已启用") if user.totp_confirmed_at else _("未启用"), optional=True
        ),
        Column(
            "last",
            _l("最近登录"),
            lambda user: Cell(_moment(user.last_sign_in_at), kind="date"),
            value=lambda user: user.last_sign_in_at,
        ),
        Column(
            "expires",
            _l("到期日"),
            lambda user: Cell(_day(user.expires_on), kind="date"),
            value=lambda user: user.expires_on,
        ),
    ]


def _moment(moment: datetime | None) -> str:
    return fmt.moment(moment) if moment else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _state_cell(user: User) -> Cell:
    if user.state is AccountState.ACTIVE and user.expires_on is not None and user.expires_on < today():
        return Cell(_("已到期"), kind="status", tone="warn")
    return Cell(str(user.state.label), kind="status", tone=user.state.tone)


def _employments(user: User) -> list[tuple[str, str]]:
    """(organisation, roles) of every membership that is valid today."""
    return [
        (one.organisation.name, _("、").join(str(grant.role.label) for grant in one.grants if grant.active))
        for one in user.memberships
        if one.covers(today())
    ]


def _where_he_works(user: User) -> Cell:
    works = _employments(user)
    if not works:
        return Cell(_("没有任职"), tone="muted")
    roles = _("；").join(roles or _("尚未授权") for _name, roles in works)
    return Cell(_("；").join(name for name, _roles in works), sub=roles)


def _works_as_text(user: User) -> str:
    return str(_("；")).join(f"{name}（{roles or _('尚未授权')}）" for name, roles in _employments(user))


def _account_filters() -> list[Filter]:
    return [
        Filter("q", _l("登录名或姓名"), lambda text: sa.or_(like(User.login, text), like(User.name, text))),
        Filter("organisation", _l("机构名称或编码"), _works_in),
        Filter("class", _l("类别"), member_or_none(RoleClass, User.role_class), "select", options_of(RoleClass)),
        Filter("state", _l("状态"), member_or_none(AccountState, User.state), "select", options_of(AccountState)),
    ]


def _works_in(text: str) -> Any:
    day = today()
    employer = sa.or_(like(Organisation.name_zh, text), like(Organisation.name_en, text), like(Organisation.code, text))
    return User.memberships.any(
        sa.and_(_covers(day), Membership.organisation.has(employer)),
    )


def _covers(day: date) -> Any:
    return sa.and_(
        Membership.valid_from <= day, sa.or_(Membership.valid_until.is_(None), Membership.valid_until >= day)
    )


def count_people(organisation_id: int) -> int:
    """How many people work in an organisation today."""
    counted = sa.select(sa.func.count(sa.distinct(Membership.user_id))).where(
        Membership.organisation_id == organisation_id, _covers(today())
    )
    return db.session.scalar(counted) or 0


# --- one account -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AccountPage:
    """Everything the page of one account shows."""

    user: User
    memberships: Sequence[Membership]
    tokens: Sequence[ApiToken]
    events: Sequence[SignInEvent]
    names: dict[int, str]
    last_sign_in_at: datetime | None

    def who(self, user_id: int | None) -> str:
        """The name of a person who granted or revoked."""
        return self.names.get(user_id or 0) or str(_("安装程序"))


def account_page(user: User) -> AccountPage:
    """An account with its memberships, grants past and present, tokens and last sign-ins."""
    events = sign_ins_of(user)
    grants = [grant for one in user.memberships for grant in one.grants]
    people = {key for grant in grants for key in (grant.granted_by, grant.revoked_by) if key}
    return AccountPage(
        user=user,
        memberships=sorted(user.memberships, key=lambda one: (one.valid_until is not None, -one.id)),
        tokens=tokens_of(user),
        events=events,
        names=_names(people),
        last_sign_in_at=db.session.scalar(sa.select(_last_sign_in()).where(User.id == user.id)),
    )


def _names(user_ids: set[int]) -> dict[int, str]:
    rows = db.session.execute(sa.select(User.id, User.name).where(User.id.in_(sorted(user_ids))))
    return {row.id: row.name for row in rows}


def sign_ins_of(user: User) -> Sequence[SignInEvent]:
    """The last sign-ins and refusals under a login, newest first; the attempt that each began with is left out."""
    return db.session.scalars(
        sa.select(SignInEvent)
        .where(SignInEvent.login == user.login, SignInEvent.outcome != SignInOutcome.ATTEMPT)
        .order_by(SignInEvent.id.desc())
        .limit(RECENT)
    ).all()


def tokens_of(user: User) -> Sequence[ApiToken]:
    """Tokens of a person, those still good first."""
    return db.session.scalars(
        sa.select(ApiToken)
        .where(ApiToken.user_id == user.id)
        .options(joinedload(ApiToken.membership).joinedload(Membership.organisation))
        .order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc())
    ).all()


def sessions_of(user: User) -> Sequence[WebSession]:
    """Open sessions of a person, the last used first."""
    return db.session.scalars(
        sa.select(WebSession)
        .where(WebSession.user_id == user.id)
        .order_by(WebSession.last_seen_at.desc())
        .limit(RECENT)
    ).all()


def token_is_good(token: ApiToken) -> bool:
    return token.revoked_at is None and token.expires_at > now()


def likely_owner(organisation: Organisation, scopes: Sequence[Scope]) -> Membership | None:
    """The person of an organisation whose roles allow most of the scopes; of several the longest there."""
    wanted = frozenset().union(*(SCOPE_PERMISSIONS[scope] for scope in scopes))
    rows = db.session.scalars(
        sa.select(Membership)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.organisation_id == organisation.id,
            _covers(today()),
            User.role_class == RoleClass.BUSINESS,
            User.state == AccountState.ACTIVE,
        )
        .order_by(Membership.id)
    ).all()
    allowed = {one.id: len(actor_of(one.user, one.id).permissions & wanted) for one in rows}
    best = max(rows, key=lambda one: allowed[one.id], default=None)
    return best if best is not None and allowed[best.id] else None


def any_organisation() -> bool:
    return db.session.scalar(sa.select(Organisation.id).limit(1)) is not None


def active_grant(user: User, key: int) -> Grant | None:
    """A grant of this person, so that an address cannot name another's."""
    return next((grant for one in user.memberships for grant in one.grants if grant.id == key), None)


def membership_of(user: User, key: int) -> Membership | None:
    return next((one for one in user.memberships if one.id == key), None)


def token_of(user: User, key: int) -> ApiToken | None:
    return next((one for one in tokens_of(user) if one.id == key), None)


# --- for the audit administrator -------------------------------------------------------------------------------------


def sign_ins_list() -> Listing:
    """Every sign-in, refusal and sign-out, newest first."""
    return Listing(
        caption=_("登录记录"),
        statement=sa.select(SignInEvent),
        definition=[
            Column("at", _l("时间"), _at_cell, sort=SignInEvent.id, value=lambda one: one.at),
            Column("login", _l("登录名"), lambda one: Cell(one.login, kind="code"), kind="code"),
            Column("outcome", _l("结果"), lambda one: Cell(str(one.outcome.label), kind="status", tone=_tone(one))),
            Column("ip", _l("来源地址"), lambda one: Cell(one.ip, kind="code")),
        ],
        id_column=SignInEvent.id,
        href=lambda one: "",
        default_sort="at",
        default_desc=True,
        filters=[
            Filter("q", _l("登录名"), lambda text: like(SignInEvent.login, text)),
            Filter("ip", _l("来源地址"), lambda text: like(SignInEvent.ip, text)),
            Filter(
                "outcome",
                _l("结果"),
                member_or_none(SignInOutcome, SignInEvent.outcome),
                "select",
                options_of(SignInOutcome),
            ),
            *_days(SignInEvent.at),
        ],
        empty_title=_("没有符合条件的登录记录"),
        file_name=_("登录记录"),
    )


def denials_list() -> Listing:
    """Every refused request, newest first."""
    return Listing(
        caption=_("被拒请求"),
        statement=sa.select(Denial).outerjoin(User, User.id == Denial.user_id),
        definition=[
            Column("at", _l("时间"), _at_cell, sort=Denial.id, value=lambda one: one.at),
            Column("who", _l("人员"), lambda one: Cell(one.user.name, sub=one.user.login) if one.user else _("未登录")),
            Column("method", _l("方式"), lambda one: Cell(one.method, kind="code")),
            Column("path", _l("地址"), lambda one: Cell(one.path, kind="code")),
            Column("status", _l("结果"), _denial_cell, sort=Denial.status),
            Column("request", _l("编号"), lambda one: Cell(one.request_id, kind="code"), optional=True),
        ],
        id_column=Denial.id,
        href=lambda one: "",
        default_sort="at",
        default_desc=True,
        filters=[
            Filter("q", _l("登录名或姓名"), lambda text: sa.or_(like(User.login, text), like(User.name, text))),
            Filter("path", _l("地址"), lambda text: like(Denial.path, text)),
            Filter("status", _l("结果"), _status_is, "select", (("403", _l("无权限")), ("404", _l("不存在或不可见")))),
            *_days(Denial.at),
        ],
        empty_title=_("没有符合条件的记录"),
        file_name=_("被拒请求"),
        options=(joinedload(Denial.user),),
    )


def _at_cell(one: SignInEvent | Denial) -> Cell:
    return Cell(fmt.second(one.at), kind="date")


def _tone(event: SignInEvent) -> str:
    if event.outcome is SignInOutcome.SUCCESS:
        return "good"
    quiet = {SignInOutcome.ATTEMPT, SignInOutcome.SIGNED_OUT}
    return "muted" if event.outcome in quiet else "warn"


def _denial_cell(denial: Denial) -> Cell:
    word = _("无权限") if denial.status == 403 else _("不存在或不可见")
    return Cell(word, kind="status", tone="bad" if denial.status == 403 else "warn", exact=str(denial.status))


def _status_is(text: str) -> Any:
    return Denial.status == int(text) if text in {"403", "404"} else None


def _days(column: Any) -> list[Filter]:
    """From a day to a day, both included, as days are counted here."""
    return [
        Filter("from", _l("自"), lambda text: _since(column, text, 0), "date"),
        Filter("to", _l("至"), lambda text: _since(column, text, 1), "date"),
    ]


def _since(column: Any, text: str, days_later: int) -> Any:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    if not 1990 <= day.year <= 2100:
        return None
    moment = datetime.combine(day + timedelta(days=days_later), time(), zone()).astimezone(UTC)
    return column < moment if days_later else column >= moment


def is_subject_of(organisation: Organisation, code: str) -> bool:
    """Whether an organisation is a party of the subject with this code.

    Subjects are a room above; their tables are asked by name, and only for this one word of a token.
    """
    subjects, sides = db.metadata.tables["subjects"], db.metadata.tables["subject_sides"]
    found = (
        sa.select(sides.c.id)
        .join(subjects, subjects.c.id == sides.c.subject_id)
        .where(subjects.c.code == code, sides.c.organisation_id == organisation.id)
    )
    return db.session.scalar(found) is not None
