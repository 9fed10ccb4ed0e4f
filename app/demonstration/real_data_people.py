"""Who there is in the example of outside data: two agencies, two operating companies, an inspectorate, their people."""

from dataclasses import dataclass
from random import Random

import sqlalchemy as sa

from app.accounts import actions as accounts
from app.accounts.actions import FOUNDER, NewAccount
from app.accounts.credentials import change_password
from app.accounts.identities import actor_by_login
from app.accounts.models import AccountState, Grant, User
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.permissions import ROLE_CLASSES, Role, Side
from app.demonstration.names import credit_code
from app.demonstration.people import FIRST_PASSWORD, PASSWORD
from app.organisations import actions as organisations
from app.organisations.actions import NewOrganisation
from app.organisations.models import MandateKind, Organisation, OrganisationKind, Region
from app.organisations.queries import organisation_by_code, region_by_code

R, K = Role, OrganisationKind
# Only a home for the example: nothing of the data has to do with it.
REGION = "4420"
MANAGES, OPERATES, WATCHES = (frozenset({side}) for side in (Side.MANAGEMENT, Side.OPERATION, Side.SUPERVISION))
HOME = "REAL-HOME"
COMMERCE, SITES, CABINET, DIGITAL, INSPECTORATE = "REAL-US-1", "REAL-US-2", "REAL-UK-1", "REAL-UK-2", "REAL-DC-1"


@dataclass(frozen=True)
class Body:
    """An organisation of the example under its code."""

    code: str
    name_zh: str
    name_en: str
    kind: OrganisationKind
    sides: frozenset[Side]


@dataclass(frozen=True)
class Post:
    """A person by login, the organisation he works for, and what he does there."""

    login: str
    name: str
    organisation: str
    role: Role


BODIES = (
    Body(COMMERCE, "美国商务部（示例数据）", "US Department of Commerce (example data)", K.AGENCY, MANAGES),
    Body(SITES, "站点运维示例公司", "Site operations (example company)", K.COMPANY, OPERATES),
    Body(CABINET, "英国内阁办公厅（示例数据）", "UK Cabinet Office (example data)", K.AGENCY, MANAGES),
    Body(DIGITAL, "在线服务运营示例公司", "Online services (example company)", K.COMPANY, OPERATES),
    Body(INSPECTORATE, "公开数据督查组（示例）", "Inspectorate of public data (example)", K.INSPECTORATE, WATCHES),
)
POSTS = (
    Post("real-us-officer", "商务部经办甲", COMMERCE, R.AGENCY_OFFICER),
    Post("real-us-officer-2", "商务部经办乙", COMMERCE, R.AGENCY_OFFICER),
    Post("real-us-signatory", "商务部负责人", COMMERCE, R.AGENCY_SIGNATORY),
    Post("real-us-operator", "站点运维经办", SITES, R.OPERATOR_OFFICER),
    Post("real-us-director", "站点运维负责人", SITES, R.OPERATOR_SIGNATORY),
    Post("real-uk-officer", "内阁办经办甲", CABINET, R.AGENCY_OFFICER),
    Post("real-uk-officer-2", "内阁办经办乙", CABINET, R.AGENCY_OFFICER),
    Post("real-uk-signatory", "内阁办负责人", CABINET, R.AGENCY_SIGNATORY),
    Post("real-uk-operator", "在线服务经办", DIGITAL, R.OPERATOR_OFFICER),
    Post("real-uk-director", "在线服务负责人", DIGITAL, R.OPERATOR_SIGNATORY),
    Post("real-inspector-1", "督查员甲", INSPECTORATE, R.INSPECTOR),
    Post("real-inspector-2", "督查员乙", INSPECTORATE, R.INSPECTOR),
)
# Where nobody administers yet, these three are the first.
FOUNDED = (
    Post("real-system-admin", "系统管理员", HOME, R.SYSTEM_ADMIN),
    Post("real-security-admin", "安全管理员", HOME, R.SECURITY_ADMIN),
    Post("real-audit-admin", "审计管理员", HOME, R.AUDIT_ADMIN),
)


def is_there() -> bool:
    """Whether the example was set up before."""
    return organisation_by_code(COMMERCE) is not None


def acting(login: str) -> Actor:
    """A person of the example as of now."""
    found = actor_by_login(login)
    if found is None:
        raise LookupError(login)
    return found


def create_everybody() -> None:
    """Organisations, mandate, accounts, memberships and roles, by the administrators of this system."""
    region = region_by_code(REGION)
    if region is None:
        raise LookupError(REGION)
    system, security = _administrators(region)
    for body in BODIES:
        organisations.create_organisation(system, _registration(body, region))
    inspectorate = _organisation(INSPECTORATE)
    organisations.give_mandate(system, inspectorate, region, MandateKind.INSPECTION)
    for post in POSTS:
        _employ(system, security, post)


def _registration(body: Body, region: Region) -> NewOrganisation:
    """A company needs a credit code: a valid one that belongs to nobody."""
    uscc = credit_code(Random(body.code), body.kind.value, region.code) if body.kind is K.COMPANY else ""
    return NewOrganisation(body.code, body.name_zh, body.name_en, body.kind, region, uscc, body.sides)


def _organisation(code: str) -> Organisation:
    found = organisation_by_code(code)
    if found is None:
        raise LookupError(code)
    return found


def _employ(system: Actor, security: Actor, post: Post) -> None:
    new = NewAccount(post.login, post.name, ROLE_CLASSES[post.role])
    user = accounts.create_account(system, new, FIRST_PASSWORD)
    membership = accounts.create_membership(system, user, _organisation(post.organisation), "", today())
    db.session.flush()
    accounts.give_role(security, membership, post.role)
    _first_sign_in(user)


def _first_sign_in(user: User) -> None:
    """Everybody replaces the first password, as at a first sign-in. From then on his roles are read as they are."""
    db.session.flush()
    db.session.expire(user)
    for membership in user.memberships:
        db.session.expire(membership)
    change_password(acting(user.login), user, FIRST_PASSWORD, PASSWORD, session_key="")


def _administrators(region: Region) -> tuple[Actor, Actor]:
    """The system and the security administrator; founded here where there is none."""
    present = _administrator(R.SYSTEM_ADMIN), _administrator(R.SECURITY_ADMIN)
    if present[0] is None and present[1] is None:
        _found(region)
        present = _administrator(R.SYSTEM_ADMIN), _administrator(R.SECURITY_ADMIN)
    system, security = present
    if system is None or security is None:
        raise LookupError("administrators")
    return system, security


def _administrator(role: Role) -> Actor | None:
    logins = db.session.scalars(
        sa.select(User.login)
        .join(Grant, Grant.user_id == User.id)
        .where(Grant.role == role, Grant.revoked_at.is_(None), User.state == AccountState.ACTIVE)
        .order_by(User.id)
    )
    return next((actor for login in logins if (actor := actor_by_login(login)) and role in actor.roles), None)


def _found(region: Region) -> None:
    body = Body(HOME, "示例系统管理单位", "Administration (example)", K.AUTHORITY, MANAGES)
    home = organisations.create_organisation(FOUNDER, _registration(body, region))
    for post in FOUNDED:
        new = NewAccount(post.login, post.name, ROLE_CLASSES[post.role])
        _first_sign_in(accounts.found_administrator(FOUNDER, new, FIRST_PASSWORD, home))
