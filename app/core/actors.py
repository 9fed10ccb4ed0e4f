"""The actor: a person in one organisation with certain roles, or the system itself, as every action sees it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from app.core.errors import NotAllowed, Problem
from app.core.permissions import (
    ROLE_PERMISSIONS,
    ROLE_SIDES,
    SYSTEM_PERMISSIONS,
    Permission,
    Role,
    RoleClass,
    Side,
)


@dataclass(frozen=True)
class Identity:
    """One organisation a person can act for, with the roles held there (`id` is the membership)."""

    id: int
    organisation_id: int
    organisation_code: str
    organisation_name: str
    roles: frozenset[Role]
    # Materialised paths of the regions this organisation is mandated for; read only with a mandate role.
    mandates: tuple[str, ...] = ()

    @property
    def role_labels(self) -> list[str]:
        return [str(role.label) for role in sorted(self.roles)]


@dataclass(frozen=True)
class Actor:
    """Who acts. Two actors are the same person when `user_id` is the same, whichever identity is on."""

    user_id: int | None
    login: str
    name: str
    role_class: RoleClass = RoleClass.BUSINESS
    identity: Identity | None = None
    identities: tuple[Identity, ...] = ()
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    origin: str = "web"
    # Code of the only subject this actor may see (a token issued for one contract); empty: no such bound.
    only_subject: str = ""

    @property
    def is_system(self) -> bool:
        return self.user_id is None

    @property
    def organisation_id(self) -> int | None:
        return self.identity.organisation_id if self.identity else None

    @property
    def roles(self) -> frozenset[Role]:
        return self.identity.roles if self.identity else frozenset()

    @property
    def sides(self) -> frozenset[Side]:
        return frozenset(ROLE_SIDES[role] for role in self.roles)

    @property
    def others(self) -> list[Identity]:
        return [one for one in self.identities if one != self.identity]

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Everything the roles together allow."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))


SYSTEM = Actor(user_id=None, login="system", name="系统", permissions=SYSTEM_PERMISSIONS, origin="system")


def must(actor: Actor, permission: Permission) -> None:
    """Refuses an actor without the permission, naming the act and the roles that have it."""
    if actor.may(permission):
        return
    holders = [str(role.label) for role in Role if permission in ROLE_PERMISSIONS[role]]
    raise NotAllowed(
        Problem(
            what=_("您没有“%(act)s”的权限。", act=permission.label),
            why=_("该事项只能由以下角色办理：%(roles)s。", roles=_("、").join(holders) or _("系统")),
            remedy=_("如确需办理，请联系安全管理员授予相应角色，或切换到有权限的身份。"),
        )
    )


def jsonable(actor: Actor) -> dict[str, Any]:
    """The actor as the audit trail keeps it: names as they were at the time."""
    identity = actor.identity
    return {
        "user_id": actor.user_id,
        "login": actor.login,
        "name": actor.name,
        "organisation_id": actor.organisation_id,
        "organisation": identity.organisation_name if identity else "",
        "roles": sorted(role.value for role in actor.roles),
        "origin": actor.origin,
    }
