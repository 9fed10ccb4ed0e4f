"""The people of the demonstration: who they are, what they may do, and how their accounts came about."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from random import Random

from flask import current_app

from app.accounts import actions
from app.accounts.actions import FOUNDER, NewAccount
from app.accounts.credentials import change_password
from app.accounts.models import Membership, User
from app.accounts.sessions import profile_of
from app.core.clock import today
from app.core.db import db
from app.core.permissions import ROLE_CLASSES, Role, RoleClass
from app.demonstration import organisations as places
from app.demonstration.names import PersonName, person_names
from app.demonstration.organisations import OrganisationPlan
from app.demonstration.timeline import Days, Deed, Timeline
from app.demonstration.world import World
from app.organisations.actions import create_organisation

R = Role
PASSWORD = "Yueshan-8-Zhuhe"  # noqa: S105 - printed on purpose: everybody in the demonstration has it
FIRST_PASSWORD = "Chuci-Denglu-27"  # noqa: S105 - replaced at the first sign-in
# More than any size needs; drawn at once, so that a person keeps name and login whatever the size.
DRAWN = 900


@dataclass(frozen=True)
class Post:
    """A place in an organisation with the roles that go with it."""

    organisation: str
    title: str
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class PersonPlan:
    """A person; `listed` ones are printed as sign-ins, the first of a role and organisation does its work."""

    name: PersonName
    posts: tuple[Post, ...]
    phone: str
    listed: bool = False
    expires_on: date | None = None
    left: str = ""

    @property
    def login(self) -> str:
        return self.name.login

    @property
    def is_administrator(self) -> bool:
        return self.role_class is not RoleClass.BUSINESS

    @property
    def role_class(self) -> RoleClass:
        return ROLE_CLASSES[self.posts[0].roles[0]]

    @property
    def stays(self) -> bool:
        return not self.left and self.expires_on is None


# The standing people of every size: organisation, post, role, whether listed.
STANDING = (
    (places.AUTHORITY, "系统管理员", R.SYSTEM_ADMIN, True),
    (places.AUTHORITY, "安全管理员", R.SECURITY_ADMIN, True),
    (places.AUTHORITY, "审计管理员", R.AUDIT_ADMIN, True),
    (places.AUTHORITY, "运营监管处主任科员", R.AUTHORITY_OFFICER, True),
    (places.AUTHORITY, "运营监管处处长", R.AUTHORITY_LEAD, True),
    (places.AUTHORITY, "副局长", R.LEADER, True),
    (places.AUDIT, "信息系统审计处审计师", R.INSPECTOR, True),
    (places.AUDIT, "信息系统审计处高级审计师", R.INSPECTOR, True),
    (places.CITY_AUTHORITY, "运行监管科科员", R.AUTHORITY_OFFICER, True),
    (places.SUPERVISOR, "总监理工程师", R.SUPERVISOR, True),
    (places.TESTER, "测评项目经理", R.SUPERVISOR, False),
)
# Whose officer and signatory are printed: those with work on their desk.
LISTED = (
    *(places.CENTRE, "ZF-4401-14", "ZF-440106001-00", "ZF-441900101-00"),
    *(places.LINGLAN, places.YUELAN, places.SUIHENG),
)
CLIENT_POSTS = (("信息中心经办", R.AGENCY_OFFICER), ("分管负责人", R.AGENCY_SIGNATORY))
OPERATOR_POSTS = (("项目经理", R.OPERATOR_OFFICER), ("总经理", R.OPERATOR_SIGNATORY))


def plan_people(plans: list[OrganisationPlan], days: Days) -> list[PersonPlan]:
    """Everybody, the standing ones first; each client and company then has an officer and a signatory."""
    drawn = person_names(Random("people"), DRAWN)
    names = iter(drawn)
    phones = Random("phones")

    def person(post: Post, listed: bool = False) -> PersonPlan:
        return PersonPlan(next(names), (post,), f"内线 {phones.randint(6000, 8999)}", listed)

    made = [person(Post(where, title, (role,)), listed) for where, title, role, listed in STANDING]
    made += _with_exceptions(person, days)
    # Named from the end, so that nobody else's name depends on them.
    for name, (post, listed) in zip(reversed(drawn), _later(), strict=False):
        made.append(PersonPlan(name, (post,), "内线 6001", listed))
    for plan in plans:
        posts = CLIENT_POSTS if plan.is_client else OPERATOR_POSTS if plan.key.startswith("QY-") else ()
        for title, role in posts:
            if (plan.key, role) != (SECONDED_AT, R.AGENCY_OFFICER):
                made.append(person(Post(plan.key, title, (role,)), plan.key in LISTED))
    return made


# Where a month is judged by two people and an objection decided by a third.
SCORER = "绩效考评专员"
SCORED_AT = (places.CENTRE, "ZF-44-04", "ZF-4401-00")
# Who decides on the projects of the city below its authority, and urges what is late.
DECIDING = (("党组成员、副局长", R.AUTHORITY_LEAD), ("党组书记、局长", R.LEADER))
SECONDED_AT, SECONDED_TO = "ZF-440106-06", "ZF-440106001-00"


def _later() -> list[tuple[Post, bool]]:
    """Posts that were added to the story when everybody else was named, and whether they are listed."""
    scoring = [(Post(where, SCORER, (R.AGENCY_OFFICER,)), False) for where in SCORED_AT]
    deciding = [(Post(places.CITY_AUTHORITY, title, (role,)), True) for title, role in DECIDING]
    # Who signs for the purse before a change that costs more is decided.
    return [*scoring, *deciding, (Post(places.FINANCE, "信息化项目处处长", (R.AGENCY_SIGNATORY,)), True)]


def _with_exceptions(person: Callable[[Post, bool], PersonPlan], days: Days) -> list[PersonPlan]:
    """One person in two agencies, one who has left, one whose account has run out."""
    seconded = person(Post(SECONDED_AT, "信息化专干", (R.AGENCY_OFFICER,)), True)
    second_post = Post(SECONDED_TO, "挂职经办", (R.AGENCY_OFFICER,))
    gone = person(Post(places.CENTRE, "原运营管理部经办", (R.AGENCY_OFFICER,)), False)
    lapsed = person(Post(places.YUELAN, "外聘驻场经办", (R.OPERATOR_OFFICER,)), False)
    return [
        replace(seconded, posts=(*seconded.posts, second_post)),
        replace(gone, left="调离本单位，停用账号"),
        replace(lapsed, expires_on=days.ago(25)),
    ]


def staff_of(people: list[PersonPlan]) -> dict[tuple[str, Role], str]:
    """Who does the work of a role in an organisation: the first who stays, in his first post; scorers come last."""
    staff: dict[tuple[str, Role], str] = {}
    for person in sorted(people, key=lambda one: one.posts[0].title == SCORER):
        if person.stays:
            for role in person.posts[0].roles:
                staff.setdefault((person.posts[0].organisation, role), person.login)
    return staff


def seconds_of(people: list[PersonPlan]) -> dict[tuple[str, Role], str]:
    """Who does what two people must do: the second of a role in an organisation, where there is one."""
    first = set(staff_of(people).values())
    return staff_of([one for one in people if one.login not in first])


def install(authority: OrganisationPlan, everybody: list[PersonPlan], world: World) -> None:
    """The first act of all: the installation makes the authority and the three administrators, as on any server."""
    home = create_organisation(FOUNDER, authority.registration(world.region(authority.region)))
    world.organisations[authority.key] = home.id
    for person in everybody:
        if person.is_administrator:
            user = actions.found_administrator(FOUNDER, _account(person), FIRST_PASSWORD, home)
            membership = db.session.query(Membership).filter_by(user_id=user.id).one()
            world.users[person.login] = user.id
            world.memberships[person.login, authority.key] = membership.id


def enrol(people: list[PersonPlan], timeline: Timeline, days: Days, random: Random) -> None:
    """Accounts and memberships by the system administrator, roles by the security administrator the same afternoon."""
    newcomers = [one for one in people if not one.is_administrator]
    a_day = -(-len(newcomers) // 8)
    for place, start in enumerate(range(0, len(newcomers), a_day)):
        some, day = newcomers[start : start + a_day], days.nth(5 + place)
        accounts: list[Deed] = [partial(_create, one) for one in some]
        timeline.morning(day, random, accounts)
        grants: list[Deed] = [partial(_grant, one, post) for one in some for post in one.posts]
        timeline.afternoon(day, random, grants)
    _first_sign_ins(people, timeline, days, random)
    for person in people:
        if person.left:
            timeline.sitting(days.ago(120), random, [partial(_leave, person)])


def _first_sign_ins(people: list[PersonPlan], timeline: Timeline, days: Days, random: Random) -> None:
    """Each person replaces the first password: the next day, or lately where passwords must not grow old."""
    lately = profile_of(current_app).max_age is not None
    for place, person in enumerate(people):
        day = days.ago(1 + place % 20) if lately else days.nth(14)
        if person.is_administrator and not lately:
            day = days.nth(1)
        if not lately or person.stays:
            timeline.sitting(day, random, [partial(_choose_password, person)])


def _account(person: PersonPlan) -> NewAccount:
    return NewAccount(person.login, person.name.zh, person.role_class, person.phone, person.expires_on)


def _create(person: PersonPlan, world: World) -> None:
    admin = world.acting(places.AUTHORITY, R.SYSTEM_ADMIN)
    user = actions.create_account(admin, _account(person), FIRST_PASSWORD)
    world.users[person.login] = user.id
    for post in person.posts:
        membership = actions.create_membership(admin, user, world.organisation(post.organisation), post.title, today())
        world.memberships[person.login, post.organisation] = membership.id


def _grant(person: PersonPlan, post: Post, world: World) -> None:
    membership = db.session.get_one(Membership, world.memberships[person.login, post.organisation])
    for role in post.roles:
        actions.give_role(world.acting(places.AUTHORITY, R.SECURITY_ADMIN), membership, role)


def _choose_password(person: PersonPlan, world: World) -> None:
    actor = world.person(person.login, person.posts[0].organisation)
    user = db.session.get_one(User, world.users[person.login])
    change_password(actor, user, FIRST_PASSWORD, PASSWORD, session_key="")


def _leave(person: PersonPlan, world: World) -> None:
    admin = world.acting(places.AUTHORITY, R.SYSTEM_ADMIN)
    membership = db.session.get_one(Membership, world.memberships[person.login, person.posts[0].organisation])
    actions.end_membership(admin, membership, today(), person.left)
    actions.disable_account(admin, membership.user, person.left)
