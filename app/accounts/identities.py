"""From a session or a token to an actor: read anew at every request, so that a change counts at the next one."""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from flask import request, session
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload
from sqlalchemy.sql.base import ExecutableOption

from app.accounts.models import AccountState, ApiToken, Membership, User
from app.accounts.sessions import key_hash
from app.core.actors import Actor, Identity, permissions_of
from app.core.clock import now, today
from app.core.db import db
from app.core.permissions import Permission
from app.organisations.models import Mandate, Region

TOKEN_PREFIX = "gy_"  # noqa: S105 - the beginning of every token, not a secret


class Scope(StrEnum):
    """What a token may be used for; a token never allows more than its owner's roles."""

    ASSESSMENTS_READ = "assessments:read"
    CONTRACTS_READ = "contracts:read"
    CONTRACTS_WRITE = "contracts:write"
    EXCLUSIONS_WRITE = "exclusions:write"
    FIGURES_READ = "figures:read"
    FIGURES_WRITE = "figures:write"
    FINDINGS_READ = "findings:read"
    PROJECTS_READ = "projects:read"
    REPORTS_READ = "reports:read"
    TASKS_READ = "tasks:read"
    WHATIF_RUN = "whatif:run"


SCOPE_LABELS = {
    Scope.ASSESSMENTS_READ: _l("读取考核"),
    Scope.CONTRACTS_READ: _l("读取合同"),
    Scope.CONTRACTS_WRITE: _l("起草、提交、签署合同"),
    Scope.EXCLUSIONS_WRITE: _l("申报除外时段"),
    Scope.FIGURES_READ: _l("读取数据"),
    Scope.FIGURES_WRITE: _l("报送数据和状态事件"),
    Scope.FINDINGS_READ: _l("读取督查问题"),
    Scope.PROJECTS_READ: _l("读取项目"),
    Scope.REPORTS_READ: _l("读取绩效报告"),
    Scope.TASKS_READ: _l("读取待办"),
    Scope.WHATIF_RUN: _l("试算"),
}

SCOPE_PERMISSIONS: dict[Scope, frozenset[Permission]] = {
    Scope.ASSESSMENTS_READ: frozenset({Permission.ASSESSMENT_READ}),
    Scope.CONTRACTS_READ: frozenset({Permission.CONTRACT_READ}),
    Scope.CONTRACTS_WRITE: frozenset(
        # A signature is given by the person at the page, never by a token that somebody else could issue.
        {Permission.CONTRACT_READ, Permission.CONTRACT_DRAFT, Permission.CONTRACT_SUBMIT}
    ),
    Scope.EXCLUSIONS_WRITE: frozenset({Permission.EXCLUSION_CLAIM}),
    Scope.FIGURES_READ: frozenset({Permission.FIGURE_READ}),
    Scope.FIGURES_WRITE: frozenset({Permission.FIGURE_SUBMIT}),
    Scope.FINDINGS_READ: frozenset({Permission.INSPECTION_READ}),
    Scope.PROJECTS_READ: frozenset({Permission.PROJECT_READ}),
    Scope.REPORTS_READ: frozenset({Permission.REPORT_READ}),
    Scope.TASKS_READ: frozenset({Permission.TASK_READ}),
    Scope.WHATIF_RUN: frozenset({Permission.WHATIF_RUN}),
}


def may_be_in(user: User | None) -> bool:
    """Whether the account is neither disabled nor expired."""
    return (
        user is not None
        and user.state is AccountState.ACTIVE
        and (user.expires_on is None or user.expires_on >= today())
    )


def find_actor() -> Actor | None:
    """The actor of the present request: by bearer token on API paths, else by session."""
    if request.path.startswith("/api/"):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return actor_of_token(token.strip()) if scheme.lower() == "bearer" else None
    user_id = session.get("user_id")
    user = load_user(user_id) if user_id else None
    return actor_of(user, session.get("membership_id")) if user is not None and may_be_in(user) else None


def load_user(user_id: int) -> User | None:
    """A person with memberships, organisations and grants, in a bounded number of queries."""
    return db.session.scalar(sa.select(User).where(User.id == user_id).options(*_with_grants()))


def user_by_login(login: str) -> User | None:
    return db.session.scalar(sa.select(User).where(User.login == login).options(*_with_grants()))


def _with_grants() -> tuple[ExecutableOption, ...]:
    memberships = selectinload(User.memberships)
    return (memberships.joinedload(Membership.organisation), memberships.selectinload(Membership.grants))


def actor_of(user: User, membership_id: int | None = None, origin: str = "web") -> Actor:
    """The person as an actor, wearing the given membership, or the first valid one."""
    identities = _identities(user, today())
    chosen = next((one for one in identities if one.id == membership_id), identities[0] if identities else None)
    return Actor(
        user_id=user.id,
        login=user.login,
        name=user.name,
        role_class=user.role_class,
        identity=chosen,
        identities=tuple(identities),
        permissions=(permissions_of(chosen.roles) if chosen else frozenset()) | {Permission.PROFILE_UPDATE},
        origin=origin,
    )


def actor_by_login(login: str, origin: str = "cli") -> Actor | None:
    """The actor behind `--as LOGIN`; None when there is no such account or it may not act."""
    user = user_by_login(login)
    return actor_of(user, origin=origin) if user is not None and may_be_in(user) else None


def _identities(user: User, day: date) -> list[Identity]:
    valid = [membership for membership in user.memberships if membership.covers(day)]
    mandates = _mandates([membership.organisation_id for membership in valid], day)
    return [
        Identity(
            id=membership.id,
            organisation_id=membership.organisation_id,
            organisation_code=membership.organisation.code,
            organisation_name=membership.organisation.name,
            roles=frozenset(grant.role for grant in membership.grants if grant.active),
            mandates=tuple(mandates.get(membership.organisation_id, [])),
        )
        for membership in valid
    ]


def _mandates(organisation_ids: list[int], day: date) -> dict[int, list[str]]:
    if not organisation_ids:
        return {}
    rows = db.session.execute(
        sa.select(Mandate.organisation_id, Region.path)
        .join(Region, Region.id == Mandate.region_id)
        .where(
            Mandate.organisation_id.in_(organisation_ids),
            Mandate.valid_from <= day,
            sa.or_(Mandate.valid_until.is_(None), Mandate.valid_until >= day),
        )
    )
    found: dict[int, list[str]] = {}
    for organisation_id, path in rows:
        found.setdefault(organisation_id, []).append(path)
    return found


def actor_of_token(token: str) -> Actor | None:
    """The owner of a valid token, with permissions cut down to its scopes."""
    if not token.startswith(TOKEN_PREFIX) or len(token) > 200:
        return None
    stored = db.session.scalar(sa.select(ApiToken).where(ApiToken.token_hash == key_hash(token)))
    if stored is None or stored.revoked_at is not None or stored.expires_at <= now():
        return None
    user = load_user(stored.user_id)
    if user is None or not may_be_in(user):
        return None
    return _scoped(actor_of(user, stored.membership_id, origin="api"), stored)


def _scoped(actor: Actor, stored: ApiToken) -> Actor | None:
    if actor.identity is None or actor.identity.id != stored.membership_id:
        # The membership behind the token has ended: no other identity of the person steps in.
        return None
    allowed = frozenset().union(*(SCOPE_PERMISSIONS[Scope(scope)] for scope in stored.scopes.split()))
    return Actor(**{**vars(actor), "permissions": actor.permissions & allowed, "only_subject": stored.contract_code})
