"""Tables of people, memberships, grants of roles, sessions, sign-in events and API tokens."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from app.core.db import Base, Entity, LabelledEnum, enum_column, table_args
from app.core.permissions import ROLE_CLASSES, ROLE_SIDES, Role, RoleClass, Side
from app.organisations.models import Organisation


class AccountState(LabelledEnum):
    """A disabled account is out at its next request; it is never deleted (history stays attributable)."""

    ACTIVE = "active"
    DISABLED = "disabled"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"active": _l("正常"), "disabled": _l("已停用")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"active": "good", "disabled": "muted"}


class SignInOutcome(LabelledEnum):
    """How an attempt to sign in, or a session, ended."""

    ATTEMPT = "attempt"
    SUCCESS = "success"
    WRONG_PASSWORD = "wrong_password"
    WRONG_CODE = "wrong_code"
    THROTTLED = "throttled"
    BARRED = "barred"
    SIGNED_OUT = "signed_out"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "attempt": _l("尝试登录"),
            "success": _l("登录成功"),
            "wrong_password": _l("账号或口令错误"),
            "wrong_code": _l("动态码错误"),
            "throttled": _l("尝试过多被拒"),
            "barred": _l("账号停用或到期"),
            "signed_out": _l("退出登录"),
        }


class User(Entity):
    """A person's account. `role_class` is fixed for life: an administrator never does business acts (三员分立)."""

    __tablename__ = "users"
    __table_args__ = table_args(sa.UniqueConstraint("login"), sa.UniqueConstraint("id", "role_class"))
    __secret_fields__ = frozenset({"password_hash", "totp_secret", "recovery_hashes"})

    login: Mapped[str] = mapped_column(sa.String(60))
    name: Mapped[str] = mapped_column(sa.String(60))
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    role_class: Mapped[RoleClass] = enum_column(RoleClass, "role_class")
    password_hash: Mapped[str] = mapped_column(sa.Text)
    password_changed_at: Mapped[datetime]
    must_change_password: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[str | None] = mapped_column(sa.Text)
    totp_confirmed_at: Mapped[datetime | None]
    recovery_hashes: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[AccountState] = enum_column(AccountState, "state", default=AccountState.ACTIVE)
    expires_on: Mapped[date | None]
    # Read along only where a query asks for it (accounts/queries.py).
    last_sign_in_at: Mapped[datetime | None] = query_expression()
    memberships: Mapped[list["Membership"]] = relationship(
        order_by="Membership.id", foreign_keys="Membership.user_id", back_populates="user"
    )


class Membership(Entity):
    """A person belongs to an organisation for a time."""

    __tablename__ = "memberships"
    __table_args__ = table_args(
        sa.UniqueConstraint("id", "user_id", "organisation_id"),
        sa.UniqueConstraint("user_id", "organisation_id", "valid_from"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity"),
        sa.CheckConstraint("created_by IS NULL OR created_by <> user_id", name="not_by_oneself"),
        sa.Index("ix_memberships_organisation_id", "organisation_id"),
    )

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    post: Mapped[str] = mapped_column(sa.String(60), default="")
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    organisation: Mapped[Organisation] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id], back_populates="memberships")
    grants: Mapped[list["Grant"]] = relationship(
        order_by="Grant.id", primaryjoin="Membership.id == foreign(Grant.membership_id)", viewonly=True
    )

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


def _mapping_check(column: str, mapping: dict[Role, Any]) -> str:
    return " OR ".join(f"(role = '{role.value}' AND {column} = '{mapping[role].value}')" for role in sorted(Role))


class Grant(Entity):
    """A role held through a membership. The keys forbid crossing classes or sides, and self-grants."""

    __tablename__ = "grants"
    __table_args__ = table_args(
        sa.ForeignKeyConstraint(
            ["membership_id", "user_id", "organisation_id"],
            ["memberships.id", "memberships.user_id", "memberships.organisation_id"],
        ),
        sa.ForeignKeyConstraint(["user_id", "role_class"], ["users.id", "users.role_class"], name="fk_grants_class"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "side"],
            ["organisation_sides.organisation_id", "organisation_sides.side"],
            name="fk_grants_side",
        ),
        sa.ForeignKeyConstraint(
            ["granted_by", "granted_by_class"], ["users.id", "users.role_class"], name="fk_grants_granted_by"
        ),
        sa.CheckConstraint(_mapping_check("role_class", ROLE_CLASSES), name="role_of_class"),
        sa.CheckConstraint(_mapping_check("side", ROLE_SIDES), name="role_of_side"),
        sa.CheckConstraint("granted_by IS NULL OR granted_by <> user_id", name="not_to_oneself"),
        sa.CheckConstraint("revoked_by IS NULL OR revoked_by <> user_id", name="not_revoked_by_oneself"),
        sa.CheckConstraint("granted_by_class = 'security'", name="granted_by_security"),
        sa.CheckConstraint("granted_by IS NOT NULL OR role_class <> 'business'", name="business_needs_granter"),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoke_reason IS NULL)", name="revoked_with_reason"),
        sa.Index(
            "uq_grants_active",
            "membership_id",
            "role",
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        ),
    )

    membership_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(index=True)
    organisation_id: Mapped[int]
    role: Mapped[Role] = enum_column(Role, "role")
    role_class: Mapped[RoleClass] = enum_column(RoleClass, "role_class")
    side: Mapped[Side] = enum_column(Side, "side")
    granted_by: Mapped[int | None]
    granted_by_class: Mapped[RoleClass] = enum_column(RoleClass, "granted_by_class", default=RoleClass.SECURITY)
    granted_at: Mapped[datetime]
    revoked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_grants_revoked_by"))
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str | None] = mapped_column(sa.String(400))

    @property
    def active(self) -> bool:
        return self.revoked_at is None


class WebSession(Base):
    """A session kept on the server; the browser holds only an opaque key whose hash is here."""

    __tablename__ = "web_sessions"
    __table_args__ = table_args(sa.Index("ix_web_sessions_user_id", "user_id"))

    key_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    data: Mapped[str] = mapped_column(sa.Text)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ip: Mapped[str] = mapped_column(sa.String(60))
    agent: Mapped[str] = mapped_column(sa.String(200))


class SignInEvent(Base):
    """One attempt to sign in or one sign-out: the throttle counts these, the audit administrator reads them."""

    __tablename__ = "sign_in_events"
    __table_args__ = table_args(
        sa.Index("ix_sign_in_events_login_at", "login", "at"), sa.Index("ix_sign_in_events_ip_at", "ip", "at")
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    at: Mapped[datetime]
    login: Mapped[str] = mapped_column(sa.String(60))
    ip: Mapped[str] = mapped_column(sa.String(60))
    outcome: Mapped[SignInOutcome] = enum_column(SignInOutcome, "outcome")


class Denial(Base):
    """A refused request: who asked for which page or act without the permission or the reach."""

    __tablename__ = "denials"
    __table_args__ = table_args(sa.Index("ix_denials_at", "at"))

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    method: Mapped[str] = mapped_column(sa.String(10))
    path: Mapped[str] = mapped_column(sa.String(300))
    status: Mapped[int]
    request_id: Mapped[str] = mapped_column(sa.String(40))
    user: Mapped[User | None] = relationship()


class UsedCode(Base):
    """A time step whose one-time code a person has used: no code works twice (RFC 6238 5.2)."""

    __tablename__ = "used_codes"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    step: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)


class ApiToken(Entity):
    """A bearer token for a person's identity in one organisation, with scopes and an end; only its hash is kept."""

    __tablename__ = "api_tokens"
    __table_args__ = table_args(
        sa.UniqueConstraint("token_hash"),
        sa.ForeignKeyConstraint(
            ["membership_id", "user_id", "organisation_id"],
            ["memberships.id", "memberships.user_id", "memberships.organisation_id"],
        ),
        sa.CheckConstraint("created_by IS NULL OR created_by <> user_id", name="not_to_oneself"),
    )
    __secret_fields__ = frozenset({"token_hash"})

    token_hash: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(80))
    membership_id: Mapped[int]
    user_id: Mapped[int]
    organisation_id: Mapped[int]
    scopes: Mapped[str] = mapped_column(sa.String(400))
    # Code of the one contract it may be used for; empty: all that its owner may see.
    contract_code: Mapped[str] = mapped_column(sa.String(40), default="")
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    membership: Mapped[Membership] = relationship(
        primaryjoin="foreign(ApiToken.membership_id) == Membership.id", viewonly=True
    )
