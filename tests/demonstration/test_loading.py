"""The small demonstration: everything came about through people's acts, is the same each time, and has work for all."""

import json
from collections import Counter
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.accounts.credentials import door
from app.accounts.identities import actor_by_login, may_be_in
from app.accounts.models import AccountState, Membership, User
from app.accounts.passwords import PROFILES, verify_password, weaknesses
from app.assessments.models import Assessment, AssessmentState, Objection, ObjectionState
from app.audit.models import TrailEntry, TrailHead
from app.audit.verifier import verify
from app.calendars.queries import calendar_in_force
from app.catalogues import actions as catalogues
from app.contracts.content import draft_of
from app.contracts.models import Contract, ContractState, ContractVersion, Signature
from app.contracts.rules import flaws
from app.core.actors import SYSTEM
from app.core.clock import clock, local, now, today
from app.core.db import db, unit_of_work
from app.core.permissions import Role
from app.demonstration import loading, people
from app.demonstration.loading import Size
from app.demonstration.timeline import Days
from app.evidence import store
from app.evidence.models import EvidenceFile
from app.inspections.finding_models import Finding
from app.inspections.kinds import FindingState
from app.lifecycle.models import Task, TaskState
from app.lifecycle.queries import deadline_of, own_tasks
from app.organisations.models import ControlLink, Organisation, OrganisationKind
from app.projects.models import Declaration, Project
from app.reports.models import Report, ReportState
from app.responsibilities.models import DutyList
from app.service_levels.models import Exclusion, ExclusionState
from app.services.models import Service, ServiceState
from app.subjects.models import Party, SubjectPerson, SubjectSide
from app.subjects.queries import conflicts_among
from tests import factories

ZONE = ZoneInfo("Asia/Shanghai")
# Those whose acts somebody waits for; administrators look after the system.
ADMINISTRATORS = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
ACTING = set(Role) - ADMINISTRATORS


def load_catalogues():
    with unit_of_work():
        catalogues.load(SYSTEM, ())


def digests():
    """Of every version of every contract, declaration and responsibility list, and of nothing else: what people sealed
    or would seal."""
    contracts = (
        sa.select(Contract.code, ContractVersion.number, ContractVersion.digest_sha256)
        .join(ContractVersion, ContractVersion.contract_id == Contract.id)
        .order_by(Contract.code, ContractVersion.number)
    )
    declarations = (
        sa.select(Project.code, Declaration.number, Declaration.sha256)
        .join(Declaration, Declaration.project_id == Project.id)
        .order_by(Project.code, Declaration.number)
    )
    duties = sa.select(DutyList.code, DutyList.number, DutyList.sha256).order_by(DutyList.code)
    return [tuple(row) for one in (contracts, declarations, duties) for row in db.session.execute(one)]


def build():
    load_catalogues()
    verdict = loading.load(Size.SMALL, lambda _done, _total: None)
    return verdict.ok, digests()


@pytest.fixture
def demo(app, backend, db_session):
    """The small demonstration, loaded once a worker and backend; what its loading said."""
    with clock.at(factories.MOMENT):
        yield factories.snapshot(backend, "demonstration", build)


def contracts(state=None):
    listed = db.session.scalars(sa.select(Contract).order_by(Contract.code)).all()
    return [one for one in listed if state in (None, one.state)]


def test_the_trail_holds_and_is_sealed_to_the_end(demo):
    ok, _digests = demo
    verdict = verify()
    assert ok and verdict.ok
    assert verdict.entries > 2000
    assert db.session.scalar(sa.select(sa.func.max(TrailHead.size))) == verdict.entries


def test_every_state_of_a_contract_is_there(demo):
    counted = Counter(one.state for one in contracts())
    assert set(counted) == set(ContractState)
    assert sum(counted.values()) >= 30
    assert counted[ContractState.IN_FORCE] == max(counted.values())


def test_acts_follow_one_another_in_working_hours(demo):
    entries = db.session.execute(
        sa.select(TrailEntry.at, TrailEntry.user_id).where(TrailEntry.verb != "catalog:load").order_by(TrailEntry.seq)
    ).all()
    moments = [entry.at for entry in entries]
    assert moments == sorted(moments)
    assert moments[-1] < now()
    calendar = calendar_in_force()
    by_people = [local(entry.at) for entry in entries if entry.user_id is not None]
    assert all(calendar.is_workday(moment.date()) for moment in by_people)
    assert all(
        time(9) <= moment.time() < time(12) or time(14) <= moment.time() < time(18, 0, 1) for moment in by_people
    )


def test_every_role_has_a_sign_in_that_opens_the_door(demo):
    listed = list(loading.sign_ins())
    assert {one.role for one in listed} == set(Role)
    for one in listed:
        actor = actor_by_login(one.login)
        user = db.session.get_one(User, actor.user_id)
        assert one.organisation in {identity.organisation_name for identity in actor.identities}
        assert one.role in {role for identity in actor.identities for role in identity.roles}
        assert verify_password(user.password_hash, people.PASSWORD)
        assert not door(user).password_change
        assert all(weaknesses(profile, people.PASSWORD, user.login, user.name) == [] for profile in PROFILES.values())


def test_the_three_administrators_are_three_people_without_business(demo):
    logins = [one.login for one in loading.sign_ins() if one.role in ADMINISTRATORS]
    assert len(set(logins)) == 3
    assert all(actor_by_login(login).roles < ADMINISTRATORS for login in logins)


def test_those_who_act_find_work_on_their_desks(demo):
    busy = Counter()
    for one in loading.sign_ins():
        busy[one.role] += len(db.session.scalars(own_tasks(actor_by_login(one.login))).all())
    assert all(busy[role] > 0 for role in ACTING)
    assert {role for role, count in busy.items() if count} == ACTING


def test_tasks_are_overdue_due_today_and_due_later(demo):
    left = [deadline_of(task).days_left for task in db.session.scalars(sa.select(Task)) if task.state is TaskState.OPEN]
    assert min(left) < 0
    assert 0 in left
    assert {one for one in left if 0 < one <= 3}
    assert max(left) > 5


def test_no_contract_joins_the_sides(demo):
    for contract in contracts():
        standings = db.session.execute(
            sa.select(SubjectSide.organisation_id, SubjectSide.side).where(
                SubjectSide.subject_id == contract.subject_id
            )
        )
        assert conflicts_among((row.organisation_id, row.side) for row in standings) == []
    both = sa.select(SubjectPerson.user_id).group_by(SubjectPerson.subject_id, SubjectPerson.user_id)
    assert db.session.scalars(both.having(sa.func.count() > 1)).all() == []
    assert db.session.scalars(sa.select(Signature).where(Signature.user_id == Signature.submitted_by)).all() == []


def test_state_ownership_and_a_group_are_disclosed(demo):
    controllers = db.session.execute(
        sa.select(Organisation.kind, ControlLink.through_company)
        .join(ControlLink, ControlLink.controller_id == Organisation.id)
        .where(ControlLink.controller_id != ControlLink.controlled_id)
    ).all()
    assert (OrganisationKind.STATE_HOLDER, False) in [tuple(row) for row in controllers]
    assert (OrganisationKind.COMPANY, True) in [tuple(row) for row in controllers]
    roles = {role for (role,) in db.session.execute(sa.select(Party.role).distinct())}
    assert {"operator", "builder", "supervisor", "tester", "competent_authority", "finance"} <= roles


def test_drafts_lack_nothing_two_things_or_everything(demo):
    lacking = [len(flaws(draft_of(one.current))) for one in contracts(ContractState.DRAFT)]
    assert 0 in lacking
    assert 2 in lacking
    assert max(lacking) > 5


def test_some_are_signed_by_one_side_and_some_were_returned(demo):
    signing = contracts(ContractState.SIGNING)
    assert {len(one.current.signatures) for one in signing} == {0, 1}
    again = [one for one in contracts(ContractState.DRAFT) if len(one.versions) == 2]
    assert len(again) >= 2
    assert all(one.current.term_from > today() for one in contracts(ContractState.SIGNED))


def test_contracts_are_of_many_modes_and_prices(demo):
    agreed = [one.current for one in contracts() if one.current.lines]
    assert len({version.mode.code for version in agreed}) == 5
    lines = [line for version in agreed for line in version.lines]
    assert {line.pricing for line in lines} == {"fixed_fee", "unit_price"}
    assert min(line.unit_price for line in lines if line.unit_price) < Decimal("0.01")
    assert {line.service.category for line in lines} == {
        "platform", "application", "cloud", "network", "data", "security", "hotline", "maintenance"
    }  # fmt: skip
    assert len({level.indicator.code for line in lines for level in line.levels}) >= 20


def test_people_come_from_two_places_leave_and_expire(demo):
    everybody = db.session.scalars(sa.select(User)).all()
    assert [user for user in everybody if user.state is AccountState.DISABLED]
    assert [user for user in everybody if user.expires_on and not may_be_in(user)]
    twice = sa.select(Membership.user_id).group_by(Membership.user_id).having(sa.func.count() > 1)
    assert len(db.session.scalars(twice).all()) == 1


def test_the_ledger_is_bilingual_and_one_service_has_retired(demo):
    services = db.session.scalars(sa.select(Service)).all()
    assert len(services) >= 40
    assert all(one.name_en and one.usage_indicator for one in services)
    assert [one for one in services if one.state is ServiceState.RETIRED]
    offices = db.session.scalars(sa.select(Organisation)).all()
    assert all(one.name_en and one.uscc for one in offices)


def test_some_contracts_are_judged_reported_and_inspected(demo):
    newest = {}
    for one in db.session.scalars(sa.select(Assessment).order_by(Assessment.edition)):
        newest[one.contract_id, one.period] = one
    states = Counter(one.state for one in newest.values())
    assert states[AssessmentState.FINAL] >= 4
    assert states[AssessmentState.COMPUTED] >= 1
    finals = [one for one in newest.values() if one.state is AssessmentState.FINAL]
    assert all(one.total is not None and one.deduction_fen is not None and not one.provisional for one in finals)
    assert {one.state for one in db.session.scalars(sa.select(Objection))} == {ObjectionState.UPHELD}
    assert {one.state for one in db.session.scalars(sa.select(Exclusion))} == {ExclusionState.GRANTED}
    reports = Counter(one.state for one in db.session.scalars(sa.select(Report)))
    assert reports[ReportState.SIGNED] >= 1
    assert len(db.session.scalars(sa.select(Report)).all()) == sum(reports.values()) > len(newest)
    assert {one.state for one in db.session.scalars(sa.select(Finding))} >= {FindingState.CLOSED, FindingState.OPEN}


@pytest.mark.sqlite_only
def test_loading_again_elsewhere_gives_the_same(demo, backend, runner):
    first = demo
    backend.fresh()
    load_catalogues()
    answer = runner.invoke(args=["demo", "load", "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told["loaded"] is True
    assert digests() == first[1]
    assert told["contracts"] == len(contracts())
    assert told["projects"] == db.session.query(Project).count()
    files = db.session.scalars(sa.select(EvidenceFile)).all()
    assert {one.file_name.rsplit(".", 1)[1] for one in files} == {"pdf", "csv", "txt"}
    assert all(len(store.read(one.sha256)) == one.size for one in files)


DAYS = (
    *(date(2026, 1, 1), date(2026, 1, 4), date(2026, 2, 24), date(2026, 3, 1), date(2026, 3, 31), date(2026, 5, 6)),
    *(
        date(2026, 8, 31),
        date(2026, 10, 9),
        date(2026, 11, 23),
        date(2026, 12, 31),
        date(2027, 2, 28),
        date(2028, 2, 29),
    ),
)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("size", Size)
def test_the_story_fits_any_day(demo, size):
    for day in DAYS if size is Size.SMALL else DAYS[::5]:
        with clock.at(datetime.combine(day, time(8), ZONE)):
            days = Days(day)
            events = list(loading.arrange(loading.make_plan(size, days), days))
            assert events[-1].at < now()
            assert in_good_order(events)


# Where the steps of contracts and projects are.
TOLD = ("app.demonstration.contracts", "app.demonstration.projects")
# Each step of a story and one of those that it needs before; of contracts, and of projects.
STEPS = {
    "_open": set(),
    "_set_terms": {"_open"},
    "_attach": {"_open"},
    "_answer": {"_set_terms", "complete_contract"},
    "_submit": {"_answer"},
    "_sign": {"_submit"},
    "_send_back": {"_submit"},
    "_correct": {"_send_back"},
    "_take_effect": {"_sign"},
    "_propose_termination": {"_take_effect"},
    "_agree_termination": {"_propose_termination"},
    "_refuse_termination": {"_propose_termination"},
    "_expire": {"_take_effect"},
    "_void": {"_set_terms"},
    "open_project": set(),
    "set_basics": {"open_project"},
    "submit": {"set_operation"},
    "grant_exemption": {"ask_exemption"},
    "opine": {"submit", "open_round"},
    "approve": {"judge"},
    "refuse": {"judge"},
    "send_back": {"submit"},
    "announce": {"plan_purchase"},
    "award": {"announce"},
    "confirm": {"award"},
    "record_contract": {"confirm"},
    "draw_contract": {"confirm"},
    "complete_contract": {"draw_contract"},
    "publish": {"record_contract", "_sign"},
    "start_build": {"record_contract"},
    "begin_change": {"start_build"},
    "submit_change": {"begin_change"},
    "file_change": {"submit_change"},
    "ask_finance": {"submit_change"},
    "disagree": {"ask_finance"},
    "open_round": {"start_build"},
    "submit_item": {"open_round"},
    "open_handover": {"approve"},
    "deliver": {"open_handover"},
    "take_over": {"receive"},
    "conclude_handover": {"take_over"},
    "_evaluate": {"conclude_handover"},
    "_exit": {"_expire"},
}


def in_good_order(events):
    """Each step of a contract or project comes after one that it needs."""
    done = {}
    for event in events:
        step = getattr(event.do, "func", event.do)
        if not step.__module__.startswith(TOLD) or not getattr(event.do, "args", ()):
            continue
        before = done.setdefault(event.do.args[0].key, set())
        needed = STEPS.get(step.__name__, set())
        if needed and not needed & before:
            return False
        before.add(step.__name__)
    return bool(done)


@pytest.mark.sqlite_only
def test_the_province_is_large_and_has_the_same_people_in_its_midst(demo):
    days = Days(today())
    small, province = (loading.make_plan(size, days) for size in (Size.SMALL, Size.PROVINCE))
    assert province.people[: len(small.people)] == small.people
    assert province.organisations[: len(small.organisations)] == small.organisations
    assert len({one.key for one in province.organisations}) == len(province.organisations)
    assert len({one.login for one in province.people}) == len(province.people)
    assert sum(one.is_client for one in province.organisations) >= 120
    assert len(province.services) >= 3000
    assert len(province.outlines) >= 400
