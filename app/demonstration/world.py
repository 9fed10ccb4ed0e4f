"""What the demonstration has made so far, under the plan's own keys: ids, so that nothing outlives a transaction."""

from typing import Any, TypeVar

from app.accounts.identities import actor_of, load_user
from app.accounts.models import Membership, User
from app.contracts.models import Contract
from app.core.actors import Actor
from app.core.db import db
from app.core.permissions import Role
from app.organisations.models import Organisation, Region
from app.organisations.queries import region_by_code
from app.projects.models import Project
from app.services.models import Service

Thing = TypeVar("Thing")
ORIGIN = "demonstration"


class World:
    """Ids by key, people as actors, and the things of the present transaction, kept so that they are read once."""

    def __init__(self) -> None:
        self.organisations: dict[str, int] = {}
        self.users: dict[str, int] = {}
        self.memberships: dict[tuple[str, str], int] = {}
        self.staff: dict[tuple[str, Role], str] = {}
        self.seconds: dict[tuple[str, Role], str] = {}
        self.services: dict[str, int] = {}
        self.contracts: dict[str, int] = {}
        self.admissions: dict[str, int] = {}
        self.projects: dict[str, int] = {}
        self.drafts: dict[str, int] = {}
        self._actors: dict[tuple[str, str], Actor] = {}
        self._held: dict[tuple[type, int], Any] = {}

    def _get(self, kind: type[Thing], key: int) -> Thing:
        found: Thing | None = self._held.get((kind, key))
        if found is None:
            found = db.session.get_one(kind, key)
            self._held[kind, key] = found
        return found

    def let_go(self) -> None:
        """Forgets the rows of a transaction that has ended."""
        self._held.clear()

    def organisation(self, key: str) -> Organisation:
        return self._get(Organisation, self.organisations[key])

    def service(self, key: str) -> Service:
        return self._get(Service, self.services[key])

    def contract(self, key: str) -> Contract:
        return self._get(Contract, self.contracts[key])

    def project(self, key: str) -> Project:
        return self._get(Project, self.projects[key])

    def person(self, login: str, organisation: str) -> Actor:
        """A person in one of his organisations. Remembered: ask only after his roles are given."""
        known = self._actors.get((login, organisation))
        if known is None:
            known = self.newcomer(login, organisation)
            self._actors[login, organisation] = known
        return known

    def meet_anew(self) -> None:
        """An organisation has another name: whoever acts for it bears it from now on."""
        self._actors.clear()

    def newcomer(self, login: str, organisation: str) -> Actor:
        """A person as of now, whose roles may still change."""
        self._read_anew(login)
        user = load_user(self.users[login])
        if user is None:
            raise LookupError(login)
        return actor_of(user, self.memberships[login, organisation], ORIGIN)

    def _read_anew(self, login: str) -> None:
        """In one long transaction the lists of a person's memberships and roles would be those of his first day."""
        db.session.expire(db.session.get_one(User, self.users[login]))
        for (one, _organisation), key in self.memberships.items():
            if one == login:
                db.session.expire(db.session.get_one(Membership, key))

    def acting(self, organisation: str, role: Role) -> Actor:
        """Whoever acts for an organisation in a role."""
        return self.person(self.staff[organisation, role], organisation)

    def region(self, code: str) -> Region:
        """A region by its code."""
        found = region_by_code(code)
        if found is None:
            raise LookupError(code)
        return found
