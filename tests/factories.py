"""Valid things by default, each by one call and through the real actions: people, organisations, services, contracts.

In a test: put `from tests.factories import app, w` and `__all__ = ["app", "w"]` into the room's conftest.py and ask
for `w`, a fresh copy of the world on a Monday (`MOMENT`), beside `client` if you need one. In a script:

    with app.app_context(), unit_of_work():
        w = world()
        contract = in_force(w)

Everything is found again by its code or login, so a `World` outlives sessions and can be made anew at no cost.
"""

from __future__ import annotations

import functools
import io
import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from stdnum.cn import uscc as credit_code
from werkzeug.datastructures import FileStorage

from app.accounts import actions as accounts
from app.accounts import passwords
from app.accounts.identities import actor_by_login
from app.accounts.models import User, WebSession
from app.accounts.sessions import key_hash
from app.admissions.kinds import AdmissionState, RulingKind
from app.admissions.models import Admission, AdmissionSubmission, Review, Ruling
from app.audit import act
from app.catalogues import actions as catalogues
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import current
from app.contracts import actions as contracts
from app.contracts import drafting
from app.contracts.content import canonical_content
from app.contracts.models import AgreedLevel, Comparison, Contract, ContractService, PeriodKind, Pricing
from app.contracts.rules import add_months, default_bands
from app.core import periods
from app.core.actors import SYSTEM, Actor, permissions_of
from app.core.clock import clock, now, today
from app.core.db import db, intend_to_write
from app.core.periods import period_of_day
from app.core.permissions import ROLE_CLASSES, Permission, Role, RoleClass, Side
from app.organisations import actions as organisations
from app.organisations.models import MandateKind, Organisation, OrganisationKind, Region
from app.plans import actions as plans
from app.plans.models import Plan, Weighting
from app.procurement.kinds import Method
from app.services import actions as services
from app.services.models import Service, ServiceCategory
from app.subjects.actions import add_party, open_subject
from app.subjects.models import PartyRole, SubjectKind, SubjectPerson
from tests import postgres

# A working Monday in a year whose holidays are announced: deadlines in tests are the same on every day.
MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PASSWORD = "Correct.Horse.Battery.7"

MANAGES, OPERATES, WATCHES = (frozenset({side}) for side in (Side.MANAGEMENT, Side.OPERATION, Side.SUPERVISION))
K, R = OrganisationKind, Role
# Each under its key with name, kind, region and the sides it may hold.
ORGANISATIONS: dict[str, tuple[str, OrganisationKind, str, frozenset[Side]]] = {
    "authority": ("省数据局", K.AUTHORITY, "44", MANAGES),
    "finance": ("省财政厅", K.FINANCE, "44", MANAGES),
    "inspectorate": ("省审计厅", K.INSPECTORATE, "44", WATCHES),
    "holder": ("省国资委", K.STATE_HOLDER, "44", frozenset()),
    "agency": ("广州市政务服务中心", K.AGENCY, "4401", MANAGES),
    "other_agency": ("深圳市政务服务中心", K.AGENCY, "4403", MANAGES),
    "operator": ("数字运营有限公司", K.COMPANY, "4401", OPERATES),
    "rival": ("云上运营有限公司", K.COMPANY, "4403", OPERATES),
    "watcher": ("信诚监理有限公司", K.COMPANY, "4401", WATCHES),
}
# Each under its key (also the login) with name, organisation and roles there.
PEOPLE: dict[str, tuple[str, str, tuple[Role, ...]]] = {
    "system_admin": ("系统甲", "authority", (R.SYSTEM_ADMIN,)),
    "security_admin": ("安全乙", "authority", (R.SECURITY_ADMIN,)),
    "audit_admin": ("审计丙", "authority", (R.AUDIT_ADMIN,)),
    "authority_officer": ("钱主办", "authority", (R.AUTHORITY_OFFICER,)),
    "authority_lead": ("孙主任", "authority", (R.AUTHORITY_LEAD,)),
    "leader": ("李局长", "authority", (R.LEADER,)),
    "inspector": ("周督查", "inspectorate", (R.INSPECTOR,)),
    "second_inspector": ("韩督查", "inspectorate", (R.INSPECTOR,)),
    "officer": ("赵经办", "agency", (R.AGENCY_OFFICER,)),
    "second_officer": ("吴经办", "agency", (R.AGENCY_OFFICER,)),
    "signatory": ("郑主任", "agency", (R.AGENCY_SIGNATORY,)),
    "other_officer": ("王经办", "other_agency", (R.AGENCY_OFFICER,)),
    "other_signatory": ("冯主任", "other_agency", (R.AGENCY_SIGNATORY,)),
    "operator_officer": ("陈经办", "operator", (R.OPERATOR_OFFICER,)),
    "operator_signatory": ("褚总", "operator", (R.OPERATOR_SIGNATORY,)),
    "rival_officer": ("卫经办", "rival", (R.OPERATOR_OFFICER,)),
    "rival_signatory": ("蒋总", "rival", (R.OPERATOR_SIGNATORY,)),
    "supervisor": ("沈监理", "watcher", (R.SUPERVISOR,)),
}
# Before there are administrators, the installation itself makes them (`user_id` None, as in a set-up command).
SETUP = Actor(
    user_id=None,
    login="setup",
    name="安装",
    permissions=permissions_of([R.SYSTEM_ADMIN, R.SECURITY_ADMIN]),
    origin="cli",
)


def login_of(key: str) -> str:
    return key.replace("_", "-")


def code_of(key: str) -> str:
    return key.replace("_", "-").upper()


class World:
    """The standing people and organisations by key; rows are read in the present session, actors as of now."""

    def org(self, key: str) -> Organisation:
        return db.session.scalars(sa.select(Organisation).where(Organisation.code == code_of(key))).one()

    def actor(self, key: str) -> Actor:
        """The person as every request would find him now."""
        found = actor_by_login(login_of(key), origin="web")
        assert found is not None, f"{key} may not act"
        return found

    def user(self, key: str) -> User:
        return db.session.scalars(sa.select(User).where(User.login == login_of(key))).one()


def world() -> World:
    """Catalogues, a region tree, nine organisations, three administrators and fifteen people of business."""
    made = World()
    if db.session.scalar(sa.select(Organisation.id).where(Organisation.code == code_of("agency"))):
        return made
    catalogues.load(SYSTEM)
    organisations.load_regions(SYSTEM)
    for key, (name, kind, place, sides) in ORGANISATIONS.items():
        organisation(name, kind=kind, place=place, sides=sides, code=code_of(key))
    for key, (name, employer, roles) in PEOPLE.items():
        person(made.org(employer), *roles, name=name, login=login_of(key))
    boss = made.actor("system_admin")
    organisations.give_mandate(boss, made.org("authority"), region("44"), MandateKind.COMPETENT)
    organisations.give_mandate(boss, made.org("inspectorate"), region("44"), MandateKind.INSPECTION)
    for key in ("operator", "rival"):
        admitted(made.org(key))
    return made


# --- organisations and people ----------------------------------------------------------------------------------------


def region(code: str) -> Region:
    return db.session.scalars(sa.select(Region).where(Region.code == code)).one()


def credit_code_for(seed: str) -> str:
    """A valid unified social credit code that belongs to nobody."""
    body = f"91440101{int.from_bytes(seed.encode(), 'big') % 10**9:09d}"
    return body + credit_code.calc_check_digit(body)


def organisation(
    name: str = "",
    *,
    kind: OrganisationKind = OrganisationKind.COMPANY,
    place: str = "4401",
    sides: frozenset[Side] = OPERATES,
    code: str = "",
) -> Organisation:
    """A registered organisation; by default a company that can operate."""
    code = code or f"ORG-{secrets.token_hex(4).upper()}"
    facts = organisations.NewOrganisation(
        code=code,
        name_zh=name or f"机构{code[-6:]}",
        name_en="",
        kind=kind,
        region=region(place),
        uscc=credit_code_for(code) if kind is OrganisationKind.COMPANY else "",
        sides=sides,
    )
    made = organisations.create_organisation(_admin("system_admin"), facts)
    if kind is OrganisationKind.COMPANY and Side.OPERATION in sides and actor_by_login("authority-lead", origin="web"):
        admitted(made)
    return made


def admitted(company: Organisation, category: str = "AC-APP") -> Admission:
    """The company on the register for as long as a test may last: the rows that the database asks for, in one act.

    It is only to be able to sign; tests/admissions goes the whole way.
    """
    w, entry, code = World(), rule("admission_category", category), f"ZR-{company.code}-{category}"[:40]
    people = {key: w.user(key).id for key in ("operator_officer", "authority_officer", "authority_lead")}
    authority, digest = w.org("authority"), "0" * 64
    with act(SYSTEM, Permission.ADMISSION_EXPIRE, ref=f"admission:{code}"):
        subject = open_subject(SubjectKind.ADMISSION, code, f"{company.name_zh}准入", region("44"))
        add_party(subject, company, PartyRole.OPERATOR)
        add_party(subject, authority, PartyRole.COMPETENT_AUTHORITY)
        for key, user_id in people.items():
            on_side = (company, Side.OPERATION) if key == "operator_officer" else (authority, Side.MANAGEMENT)
            ids = {"subject_id": subject.id, "organisation_id": on_side[0].id, "side": on_side[1]}
            db.session.add(SubjectPerson(user_id=user_id, **ids))
        made = Admission(code=code, subject_id=subject.id, organisation_id=company.id, role=PartyRole.OPERATOR)
        made.category_entry_id, made.category = entry.id, entry.code
        made.authority_id, made.region_id = authority.id, region("44").id
        db.session.add(made)
        db.session.flush()
        about = {"admission_id": made.id, "subject_id": subject.id, "round": 1}
        moment = {"submitted_at": now(), "submitted_by": people["operator_officer"], "side": Side.OPERATION}
        db.session.add(AdmissionSubmission(**about, content="{}", sha256=digest, sm3=digest, **moment))
        db.session.flush()
        made.round, made.state = 1, AdmissionState.SUBMITTED
        db.session.flush()
        reviewed = {"reviewed_by": people["authority_officer"], "reviewed_at": now(), "organisation_id": authority.id}
        db.session.add(Review(**about, sha256=digest, proposes=True, opinion="符合", findings="{}", **reviewed))
        db.session.flush()
        ruled = {"decided_by": people["authority_lead"], "decider_org": authority.id, "decided_at": now()}
        by = {"reviewed_by": people["authority_officer"], "seen_sha256": digest, "facts": "{}"}
        db.session.add(Ruling(**about, kind=RulingKind.ADMIT, reason="准予", **by, **ruled))
        db.session.flush()
        made.valid_from, made.valid_until, made.state = date(2000, 1, 1), date(2099, 12, 31), AdmissionState.ADMITTED
    return made


def controls(holder: Organisation, held: Organisation, percent: str = "30") -> Any:
    """A disclosed controlling stake from today on."""
    stake = organisations.NewStake(Decimal(percent), controls=True, valid_from=today(), basis="工商登记")
    return organisations.disclose_stake(_admin("system_admin"), holder, held, stake)


def person(employer: Organisation, *roles: Role, name: str = "", login: str = "") -> Actor:
    """A person with an account, a membership from today on, and roles; all of one class."""
    login = login or f"p{secrets.token_hex(5)}"
    classes = {ROLE_CLASSES[role] for role in roles} or {RoleClass.BUSINESS}
    new = accounts.NewAccount(login=login, name=name or f"某{login[-4:]}", role_class=classes.pop())
    with _one_hash():
        user = accounts.create_account(_admin("system_admin"), new, PASSWORD)
    joins(user, employer, *roles)
    found = actor_by_login(login, origin="web")
    assert found is not None
    return found


def joins(user: User, employer: Organisation, *roles: Role) -> None:
    """The person takes up work in a (further) organisation, with roles there."""
    membership = accounts.create_membership(_admin("system_admin"), user, employer, "", today())
    db.session.flush()
    for role in roles:
        accounts.give_role(_admin("security_admin"), membership, role)
    db.session.flush()
    db.session.expire(user)
    db.session.expire(membership)


def leaves(user: User, employer: Organisation) -> None:
    """The person's work there ended yesterday (or ends today when it began today)."""
    membership = next(one for one in user.memberships if one.organisation_id == employer.id)
    until = max(membership.valid_from, today() - timedelta(days=1))
    accounts.end_membership(_admin("system_admin"), membership, until, "调离")
    db.session.flush()


def _admin(key: str) -> Actor:
    found = actor_by_login(login_of(key), origin="web")
    return found if found is not None and found.roles else SETUP


@functools.cache
def _password_hash(password: str) -> str:
    return passwords.hash_password(password)


@contextmanager
def _one_hash() -> Iterator[None]:
    """Argon2 costs 30 ms by design; everybody here has the same password, so it is hashed once a process."""
    with mock.patch.object(accounts, "hash_password", _password_hash):
        yield


# --- services --------------------------------------------------------------------------------------------------------


def service(actor: Actor, name: str = "", category: ServiceCategory = ServiceCategory.APPLICATION) -> Service:
    """A service on the ledger of the actor's organisation, counted in transactions."""
    facts = services.ServiceFacts(
        name_zh=name or f"政务服务{secrets.token_hex(4)}",
        name_en="",
        category=category,
        unit="件",
        usage_indicator="",
        description="",
    )
    made = services.create_service(actor, facts)
    db.session.flush()
    return made


# --- contracts -------------------------------------------------------------------------------------------------------


def rule(kind: str, code: str) -> CatalogueEntry:
    """The catalogue entry in force today."""
    return current(kind, code, today())


def terms(**changes: Any) -> drafting.Terms:
    """Complete terms: bought by government for exactly twelve months from today."""
    begin = changes.get("term_from") or today()
    complete = drafting.Terms(
        title="政务服务平台运营服务合同",
        mode=rule("contract_mode", "government_purchase"),
        term_from=begin,
        term_until=add_months(begin, 12) - timedelta(days=1),
        extension_basis="",
        amount_fen=200_000_000,
        payment_terms="按月考核后付款。",
        exclusive=False,
        exclusive_basis="",
        point_fen=100_000,
        cap_percent=Decimal(10),
        data_terms="仅为本合同目的处理数据，期满返还并销毁。",
        exit_terms="期满前三个月起移交数据、账号和文档。",
        # Most tests need a contract and no project before it.
        alone_reason="项目早于本系统建成，采购在系统外办理。",
        alone_method=Method.OPEN_TENDER,
        alone_reference="GPCG-2026-001 号中标通知书",
    )
    return replace(complete, **changes)


def line(of: Service, **changes: Any) -> drafting.LineFacts:
    """A service line for 10,000 yuan a month; `unit_price=Decimal("0.003")` makes it one by use."""
    by_use = changes.get("unit_price") is not None
    facts = drafting.LineFacts(
        service=of,
        pricing=Pricing.UNIT_PRICE if by_use else Pricing.FIXED_FEE,
        fee_fen=None if by_use else 1_000_000,
        unit_price=None,
        unit="",
        pay_period=PeriodKind.MONTH,
        expected_volume=1_000_000 if by_use else None,
    )
    return replace(facts, **changes)


def level(indicator: str = "KI-001", **changes: Any) -> drafting.LevelFacts:
    """At least 99 % a month, with the bands of domain.md 8: ≥ 99 → 0, ≥ 98 → 1, ≥ 97 → 2, ≥ 96 → 3, else 4."""
    facts = drafting.LevelFacts(
        indicator=rule("indicator", indicator),
        comparison=Comparison.AT_LEAST,
        target=Decimal(99),
        period=PeriodKind.MONTH,
        bands=default_bands(Decimal(99), Decimal(1), at_least=True),
    )
    return replace(facts, **changes)


def empty_draft(w: World, by: str = "officer", title: str = "政务服务平台运营服务合同") -> Contract:
    """A contract just opened: a client, nothing else."""
    return contracts.open_contract(w.actor(by), title)


def draft(w: World, by: str = "officer", operator: Organisation | None = None, **changes: Any) -> Contract:
    """A complete draft: terms (`changes` replace some), an operator, two service lines with a level each."""
    actor = w.actor(by)
    contract = empty_draft(w, by)
    drafting.set_terms(actor, contract, terms(**changes), contract.current.row_version)
    drafting.join_party(actor, contract, operator or w.org("operator"), PartyRole.OPERATOR)
    for price in (None, Decimal("0.003")):
        add_line(actor, contract, unit_price=price)
    return contract


def add_line(actor: Actor, contract: Contract, **changes: Any) -> ContractService:
    """A further service line with an agreed level."""
    made = drafting.add_line(actor, contract, line(service(actor), **changes))
    set_level(actor, contract, made)
    return made


def set_level(actor: Actor, contract: Contract, to: ContractService, **changes: Any) -> AgreedLevel:
    return drafting.set_level(actor, contract, to, None, level(**changes), None)


def signing(w: World, by: str = "officer", operator: Organisation | None = None, **changes: Any) -> Contract:
    """A contract out for signing, submitted by `by`."""
    contract = draft(w, by, operator, **changes)
    submit(w, contract, by)
    return contract


def submit(w: World, contract: Contract, by: str = "officer") -> None:
    contracts.submit(w.actor(by), contract, seen_digest(contract))


def sign(w: World, contract: Contract, by: str) -> Any:
    return contracts.sign(w.actor(by), contract, contract.current.digest_sha256 or "")


def seen_digest(contract: Contract) -> str:
    """The digest of the present content, as a page would show it."""
    return canonical_content(contract.current)[1].sha256


def signed(w: World, starts_in: int = 30, **changes: Any) -> Contract:
    """Signed by both sides; takes effect in `starts_in` days."""
    contract = signing(w, term_from=today() + timedelta(days=starts_in), **changes)
    for signatory in ("signatory", "operator_signatory"):
        sign(w, contract, signatory)
    return contract


def in_force(w: World, **changes: Any) -> Contract:
    """Signed by both sides and in force since today."""
    return signed(w, starts_in=0, **changes)


def paper_file(w: World, contract: Contract, by: str = "officer", content: bytes = b"%PDF-1.4 scan") -> str:
    """The scan of a paper contract, attached to it; its digest."""
    upload = FileStorage(stream=io.BytesIO(content), filename="原合同.pdf")
    return contracts.attach_file(w.actor(by), contract, upload, "原合同扫描件").sha256


def existing_draft(w: World, term_from: date, term_until: date, **changes: Any) -> Contract:
    """A complete draft of a contract that was signed on paper a week before its term began."""
    contract = draft(w, term_from=term_from, term_until=term_until)
    paper = {
        "paper_number": "纸〔2012〕7号",
        "paper_signed_on": min(today(), term_from - timedelta(days=7)),
        "paper_sha256": paper_file(w, contract),
    }
    facts = terms(term_from=term_from, term_until=term_until, amount_fen=10**12, **(paper | changes))
    drafting.set_terms(w.actor("officer"), contract, facts, None)
    return contract


def existing(w: World, term_from: date, term_until: date, **changes: Any) -> Contract:
    """An existing contract that both sides have confirmed: in force, or expired when its term is over."""
    contract = existing_draft(w, term_from, term_until, **changes)
    submit(w, contract)
    for signatory in ("signatory", "operator_signatory"):
        sign(w, contract, signatory)
    return contract


def terminating(w: World, **changes: Any) -> Contract:
    """In force, with a termination proposed by the client."""
    contract = in_force(w, **changes)
    contracts.propose_termination(w.actor("officer"), contract, "项目调整")
    return contract


def scheme_entry(code: str = "SC-AVAIL") -> CatalogueEntry:
    """The packaged scheme in force today."""
    return rule("scheme", code)


def plan_facts(contract: Contract, **changes: Any) -> plans.PlanFacts:
    """Judged month by month by availability from the contract's first month on, reported ten days later."""
    facts = plans.PlanFacts(
        period_kind=PeriodKind.MONTH,
        first_period=period_of_day(periods.PeriodKind.MONTH, contract.current.term_from or today()),
        scheme=scheme_entry(),
        weighting=Weighting.EQUAL,
        schedule=None,
        min_outage_minutes=5,
        degraded_weight=Decimal("0.5"),
        report_after_days=10,
    )
    return replace(facts, **changes)


def plan(w: World, contract: Contract, **changes: Any) -> Plan:
    """A plan proposed by the client's officer and agreed by the operator's signatory."""
    proposed = plans.propose(w.actor("officer"), contract, plan_facts(contract, **changes))
    return plans.agree(w.actor("operator_signatory"), proposed, proposed.sha256)


def void(w: World) -> Contract:
    """A draft that was given up."""
    contract = draft(w)
    contracts.void(w.actor("officer"), contract, "不再需要")
    return contract


# --- the standing database of a backend ------------------------------------------------------------------------------


class Standing(World):
    """What the tests of a backend begin with: the world, and one contract in each state."""

    def __init__(self, codes: dict[str, str], backend: Any = None) -> None:
        self.codes = codes
        self.backend = backend

    def contract(self, state: str) -> Contract:
        """The standing contract in a state: draft, signing, signed, in_force, terminating, void."""
        return db.session.scalars(sa.select(Contract).where(Contract.code == self.codes[state])).one()


CONTRACTS: dict[str, Callable[[World], Contract]] = {
    "draft": draft,
    "signing": signing,
    "signed": signed,
    "in_force": in_force,
    "terminating": terminating,
    "void": void,
}


def standing(backend: Any) -> Standing:
    """A fresh copy of a database in which the world and one contract in each state stand, made at `MOMENT`."""

    def build() -> dict[str, str]:
        made = world()
        return {state: make(made).code for state, make in CONTRACTS.items()}

    return Standing(snapshot(backend, "standing", build), backend)


def snapshot(backend: Any, name: str, build: Callable[[], Any]) -> Any:
    """Builds something in the test's database once a worker, afterwards copies that database; what `build` returned.

    Call it inside an app context, before the test's own session holds anything.
    """
    kept: dict[str, Any] = vars(backend).setdefault("snapshots", {})
    if name not in kept:
        with clock.at(MOMENT):
            made = build()
        db.session.commit()
        _let_go(backend)
        _keep(backend, name)
        kept[name] = made
    elif vars(backend).get("holds") != name:
        _let_go(backend)
        copy_snapshot(backend, name)
        intend_to_write()
    # The next test may be given another copy: this holds only until something is written.
    backend.holds = ""
    return kept[name]


def copy_snapshot(backend: Any, name: str) -> Any:
    """Gives the backend a fresh copy of a snapshot in place of the empty database, with its files; the app."""
    usual = backend.database.template
    backend.database.template = _snapshot_of(backend, name)
    try:
        made = backend.fresh()
    finally:
        backend.database.template = usual
    shutil.copytree(_files_of(backend, name), backend.evidence, dirs_exist_ok=True)
    return made


Build = TypeVar("Build", bound=Callable[..., Any])


def kept(build: Build) -> Build:
    """Makes a function `build(w, …)` of a room quick: what it gives for `w` alone is built once a worker and backend.

    The first call in a test takes a copy of the database in which the thing stands already, provided that the test has
    written nothing, holds no row and has not moved the clock; any other call builds as always. It must return one row.
    """
    name = f"{build.__module__}.{build.__qualname__}".replace(".", "_")

    @functools.wraps(build)
    def quick(w: Any, *args: Any, **changes: Any) -> Any:
        if args or changes or not _is_untouched(w):
            return build(w, *args, **changes)

        def identity() -> Any:
            made = build(w)
            db.session.flush()
            return type(made), made.id

        kind, key = snapshot(w.backend, name, identity)
        w.backend.is_touched = True
        return db.session.get_one(kind, key)

    return quick  # type: ignore[return-value]


def _is_untouched(w: Any) -> bool:
    """Whether the test has only asked for `w` so far: its database may be exchanged under it."""
    backend = getattr(w, "backend", None)
    session = db.session()
    busy = session.new or session.dirty or len(session.identity_map) or backend is None
    return not busy and not backend.is_touched and now() == MOMENT


def _watch(backend: Any) -> None:
    """Notes whether anything was written since the backend's present copy was handed out."""
    backend.is_touched = False
    if not vars(backend).get("is_watched"):
        backend.is_watched = True
        sa.event.listen(db.engine, "before_cursor_execute", functools.partial(_note_writing, backend))


def _note_writing(backend: Any, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    backend.is_touched = backend.is_touched or statement.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"}


def _snapshot_of(backend: Any, name: str) -> Any:
    return backend.folder / f"{name}.sqlite" if backend.name == "sqlite" else f"guanyun_{name}"


def _files_of(backend: Any, name: str) -> Any:
    return backend.folder / f"files_{name}"


def _keep(backend: Any, name: str) -> None:
    shutil.copytree(backend.evidence, _files_of(backend, name), dirs_exist_ok=True)
    if backend.name == "sqlite":
        shutil.copyfile(backend.database.file, _snapshot_of(backend, name))
    else:
        postgres.create_database(_snapshot_of(backend, name), template=backend.database.name)


def _let_go(backend: Any) -> None:
    """Ends the present session's transaction and every connection, so that the database can be copied."""
    db.session.rollback()
    db.session.expunge_all()
    backend.disconnect()
    intend_to_write()


@pytest.fixture
def app(request: pytest.FixtureRequest, backend: Any) -> Iterator[Any]:
    """As tests/conftest.py has it, but a test that asks for a snapshot gets it at the first copy already."""
    wanted = next((name for name, asked in ASKED_FOR if asked in request.fixturenames), "")
    if wanted in vars(backend).get("snapshots", {}):
        made = copy_snapshot(backend, wanted)
        backend.holds = wanted
    else:
        made = backend.fresh()
        backend.holds = ""
    yield made
    backend.disconnect()


# Snapshots and the fixtures that ask for them; the larger one first.
ASKED_FOR = (("house", "house"), ("standing", "w"))


@pytest.fixture
def w(app: Any, backend: Any, db_session: Any) -> Iterator[Standing]:
    """The standing world in a fresh database, with the clock held at `MOMENT`."""
    with clock.at(MOMENT):
        made = standing(backend)
        _watch(backend)
        yield made


# --- the web ---------------------------------------------------------------------------------------------------------


def sign_in(client: Any, key: str) -> Any:
    """Gives the client a session of a standing person, without the 60 ms of a sign-in; returns the client."""
    user = World().user(key)
    opaque = secrets.token_urlsafe(32)
    db.session.add(
        WebSession(
            key_hash=key_hash(opaque),
            data=json.dumps({"user_id": user.id}),
            user_id=user.id,
            created_at=now(),
            last_seen_at=now(),
            ip="127.0.0.1",
            agent="test",
        )
    )
    db.session.commit()
    client.set_cookie(client.application.session_interface.cookie_name(client.application), opaque)
    return client
