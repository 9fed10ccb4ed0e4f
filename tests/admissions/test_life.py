"""An admission from application to its end, by whom each step is done, and what a contract needs of it."""

from datetime import date, timedelta
from importlib import import_module

import pytest

from app.admissions import actions, drafting, keeping
from app.admissions.coverage import Need, problems
from app.admissions.jobs import turn_admissions
from app.admissions.judging import Finding
from app.admissions.kinds import AdmissionState as S
from app.admissions.kinds import Listing, ProofKind
from app.admissions.queries import admission_in_reach, admission_visible
from app.admissions.workflow import moves
from app.contracts.admitted import admitted, without_admission
from app.core.actors import SYSTEM
from app.core.clock import clock, today
from app.core.errors import NotAllowed, Refused, Stale, WrongState
from app.core.permissions import Permission, Role
from app.lifecycle.models import TaskState
from app.lifecycle.queries import open_tasks_of
from app.services.models import ServiceCategory
from tests import factories
from tests.admissions import room
from tests.factories import MOMENT, region

P = Permission


def whole(*admissions):
    return [one.state for one in admissions]


def owed(admission):
    return {(task.permission, task.organisation.code) for task in open_tasks_of(admission.subject)}


def texts(refusal):
    return " ".join(str(one.what) for one in refusal.value.problems)


def test_a_company_is_admitted_step_by_step_and_everybody_is_told_what_is_owed(w):
    made = room.filled(w)
    actions.submit(w.actor("rival_officer"), made, made.row_version)
    assert (made.state, made.round, owed(made)) == (S.SUBMITTED, 1, {(P.ADMISSION_REVIEW, "AUTHORITY")})
    room.review(w, made)
    assert owed(made) == {(P.ADMISSION_DECIDE, "AUTHORITY")}
    room.decide(w, made, conditions="三个月内补充一名安全人员。")
    # The company stands on the register already until 2099: the new admission begins after that.
    assert (made.state, made.valid_from, owed(made)) == (S.ADMITTED, date(2100, 1, 1), set())
    assert made.rulings[-1].reason and made.conditions.startswith("三个月")


def test_everything_missing_is_told_at_once(w):
    made = room.opened(w, category="AC-DATA")
    with pytest.raises(Refused) as refusal:
        actions.submit(w.actor("rival_officer"), made, None)
    named = {one.place for one in refusal.value.problems}
    assert named >= {"AR-103", "AR-201", "AR-202", "AR-203", "AR-301", "AR-302", "AR-304", "AR-502", "AR-504"}
    assert not named & {"AR-101", "AR-102", "AR-303", "AR-601"}
    assert all(one.why and one.remedy and one.article for one in refusal.value.problems)


def test_an_enquiry_that_is_too_old_counts_as_missing(w):
    made = room.filled(w, days=31)
    with pytest.raises(Refused) as refusal:
        actions.submit(w.actor("rival_officer"), made, None)
    assert [one.place for one in refusal.value.problems] == ["AR-202"]


def test_it_is_returned_with_one_notice_of_everything_and_submitted_again_beside_the_first(w):
    made = room.submitted(w)
    doubt = room.findings(made, **{"AR-406": Finding(False, "业绩证明与合同不符")})
    room.review(w, made, proposes=False, found=doubt)
    actions.return_for_change(w.actor("authority_officer"), made, "请补正。", room.seen(made))
    assert made.state is S.DRAFT
    assert "业绩证明与合同不符" in made.rulings[-1].notice
    assert owed(made) == {(P.ADMISSION_APPLY, "RIVAL")}
    drafting.say(w.actor("rival_officer"), made, "AR-406", "更正后的业绩。", room.file("更正.pdf"))
    actions.submit(w.actor("rival_officer"), made, None)
    first, second = made.submissions
    assert (made.round, first.sha256 == second.sha256, "更正后的业绩" in first.content) == (2, False, False)


def test_who_reviewed_does_not_decide_and_nobody_decides_without_a_review(w):
    made = room.submitted(w)
    with pytest.raises(Refused) as refusal:
        room.decide(w, made)
    assert "还没有审查意见" in texts(refusal)
    both = factories.person(w.org("authority"), Role.AUTHORITY_OFFICER, Role.AUTHORITY_LEAD, login="both")
    facts = actions.ReviewFacts(True, "齐全。", room.findings(made))
    actions.review(both, made, facts, room.seen(made))
    with pytest.raises(Refused) as refusal:
        actions.decide(both, made, room.verdict(made), room.seen(made))
    assert "审查的人不能作出决定" in texts(refusal)


def test_nobody_who_acted_for_the_company_acts_for_the_authority(w):
    made = room.submitted(w)
    factories.leaves(w.user("rival_officer"), w.org("rival"))
    factories.joins(w.user("rival_officer"), w.org("authority"), Role.AUTHORITY_OFFICER)
    facts = actions.ReviewFacts(True, "齐全。", room.findings(made))
    with clock.at(MOMENT + timedelta(days=1)), pytest.raises(Refused) as refusal:
        actions.review(w.actor("rival_officer"), made, facts, room.seen(made))
    assert "曾代表申请企业" in texts(refusal)


def test_each_step_is_its_own_peoples(w):
    made = room.filled(w)
    for by in ("operator_officer", "other_officer", "authority_officer"):
        with pytest.raises(NotAllowed):
            actions.submit(w.actor(by), made, None)
    actions.submit(w.actor("rival_officer"), made, None)
    for by in ("officer", "rival_officer", "authority_lead"):
        with pytest.raises(NotAllowed):
            room.review(w, made, by)
    room.review(w, made)
    for by in ("authority_officer", "rival_officer", "other_signatory"):
        with pytest.raises(NotAllowed):
            room.decide(w, made, by)


def test_what_the_reader_has_not_seen_is_not_decided(w):
    made = room.reviewed(w)
    with pytest.raises(Stale):
        actions.decide(w.actor("authority_lead"), made, room.verdict(made), "0" * 64)


def test_it_ends_within_the_years_of_its_category(w):
    made = room.reviewed(w)
    day = timedelta(days=1)
    for until in (actions.first_day(made) - day, actions.last_day(made) + day):
        with pytest.raises(Refused) as refusal:
            room.decide(w, made, valid_until=until)
        assert "有效期须在" in texts(refusal)


def test_refused_with_reasons_it_ends_and_the_company_applies_anew(w):
    made = room.reviewed(w)
    room.decide(w, made, admits=False, reason="近三年有重大违法记录。")
    assert (made.state, made.ended_on, made.valid_from) == (S.REFUSED, today(), None)
    again = room.opened(w, category="AC-APP")
    assert again.code != made.code
    with pytest.raises(Refused) as refusal:
        room.opened(w, category="AC-APP")
    assert again.code in texts(refusal)


def test_suspended_resumed_and_removed_with_reasons_and_never_back_again(w):
    made = room.suspended(w)
    lead, other = w.actor("authority_lead"), room.file("复核.pdf")
    assert made.state is S.SUSPENDED
    keeping.resume(lead, made, "整改到位。", other)
    assert made.state is S.ADMITTED
    with pytest.raises(Refused):
        keeping.remove(lead, made, " ", room.file("撤销.pdf"))
    keeping.remove(lead, made, "弄虚作假取得准入。", room.file("撤销.pdf"))
    assert (made.state, made.ended_on) == (S.REMOVED, today())
    assert [one.kind.value for one in made.rulings] == ["admit", "suspend", "resume", "remove"]
    with pytest.raises(WrongState):
        keeping.resume(lead, made, "误撤。", room.file("误撤.pdf"))


def test_a_condition_that_lapses_is_marked_once_and_looked_at_by_the_authority(w):
    made = room.admitted(w)
    assert not _turn_of(made)
    room.credit(w, made, "authority_officer", Listing.TAX, name="处罚.pdf")
    assert _turn_of(made) and not _turn_of(made)
    assert made.recheck_since == today() and "失信" in made.recheck_reason
    assert owed(made) == {(P.ADMISSION_RECHECK, "AUTHORITY")}
    officer = w.actor("authority_officer")
    with pytest.raises(Refused) as refusal:
        keeping.recheck(officer, made, "没有问题。", room.file("说明.pdf"))
    assert "仍不符合" in texts(refusal)
    room.credit(w, made, "authority_officer", name="移出名单.pdf")
    keeping.recheck(officer, made, "已移出名单。", room.file("复核.pdf"))
    assert (made.recheck_since, made.recheck_reason, owed(made)) == (None, "", set())


def _turn_of(admission):
    """The scheduled work on one admission."""
    return keeping.mark(SYSTEM, admission)


def test_a_certificate_that_runs_out_is_noticed_and_a_new_one_cures_it(w):
    made = room.admitted(w)
    with clock.at(MOMENT + timedelta(days=800)):
        assert _turn_of(made)
        assert "信息安全管理体系" in made.recheck_reason and "信用" not in made.recheck_reason
        for kind, level, people in room.PROOFS:
            until = {"level": level, "people": people, "valid_until": date(2030, 1, 1)}
            facts = room.proof(kind, f"新-{kind.value}", **until)
            drafting.add_proof(w.actor("rival_officer"), made, facts, room.file(f"新{kind.value}.pdf"))
        keeping.recheck(w.actor("authority_officer"), made, "已换证。", room.file("复核.pdf"))
        assert made.recheck_since is None


def test_it_ends_by_its_day_and_the_company_is_told_sixty_days_before_once(w):
    made = _cloud(w)
    assert made.valid_from == today()
    until = made.valid_until
    before = MOMENT + (until - today()) - timedelta(days=61)
    with clock.at(before):
        turn_admissions()
        assert (P.ADMISSION_APPLY, "RIVAL") not in owed(made)
    with clock.at(before + timedelta(days=1)):
        turn_admissions()
        turn_admissions()
        asked = [one for one in open_tasks_of(made.subject) if one.permission == P.ADMISSION_APPLY]
        assert [one.item for one in asked] == [f"renew:{until}"]
    with clock.at(MOMENT + (until - MOMENT.date()) + timedelta(days=1)):
        turn_admissions()
        assert (made.state, made.ended_on, owed(made)) == (S.EXPIRED, until, set())
        assert all(one.state is not TaskState.OPEN for one in asked)


def _cloud(w):
    """Admitted to operate clouds, which nobody is from the start."""
    actor = w.actor("rival_officer")
    made = room.filled(w, category="AC-CLOUD")
    facts = room.proof(ProofKind.CLOUD_ASSESSMENT)
    drafting.add_proof(actor, made, facts, room.file("云评估.pdf"))
    actions.submit(actor, made, None)
    room.review(w, made)
    room.decide(w, made)
    return made


def test_applied_anew_in_time_the_second_begins_after_the_first(w):
    first = _cloud(w)
    second = _cloud(w)
    assert second.valid_from == first.valid_until + timedelta(days=1)
    assert whole(first, second) == [S.ADMITTED, S.ADMITTED]


def test_while_the_first_is_suspended_a_second_is_not_admitted(w):
    first = _cloud(w)
    keeping.suspend(w.actor("authority_lead"), first, "整改。", room.file("通报.pdf"))
    with pytest.raises(Refused) as refusal:
        _cloud(w)
    assert first.code in texts(refusal)


def test_applications_are_their_parties_and_the_register_is_everybodys(w):
    made = room.submitted(w)
    assert admission_visible(w.actor("officer"), made.code) is None
    assert admission_in_reach(w.actor("authority_officer"), made.code) is made
    room.review(w, made)
    room.decide(w, made)
    assert admission_visible(w.actor("officer"), made.code) is made
    assert admission_in_reach(w.actor("officer"), made.code) is None


# --- contracts -------------------------------------------------------------------------------------------------------


def need(w, *companies, services=(ServiceCategory.APPLICATION,), place="4401", day=None):
    return Need(region(place), tuple(w.org(one) for one in companies), frozenset(services), day or today())


def test_what_a_contract_needs_is_covered_by_each_operator_and_by_all_together(w):
    cloud, app = ServiceCategory.CLOUD, ServiceCategory.APPLICATION
    assert not problems(need(w, "operator"))
    both = problems(need(w, "operator", services=(app, cloud)))
    assert len(both) == 1 and "云与基础设施运营" in both[0].what
    assert len(problems(need(w, "operator", "rival", services=(cloud,)))) == 2
    _cloud(w)
    # One brings the cloud, the other the application.
    assert not problems(need(w, "operator", "rival", services=(app, cloud)))
    assert not problems(need(w, "rival", services=(ServiceCategory.MAINTENANCE, cloud)))
    late = problems(need(w, "rival", services=(cloud,), day=today() + timedelta(days=1200)))
    assert "的有效期是" in late[0].why


def test_a_service_whose_admission_is_suspended_is_named_with_the_way_out(w):
    cloud, app = ServiceCategory.CLOUD, ServiceCategory.APPLICATION
    made = _cloud(w)
    keeping.suspend(w.actor("authority_lead"), made, "数据安全事件。", room.file("通报.pdf"))
    [found] = problems(need(w, "operator", services=(app, cloud)))
    assert "云与基础设施运营" in found.what and "申请这一类准入" in found.remedy
    [stranger] = problems(need(w, "rival", services=(cloud,)))
    assert made.code in stranger.why and "恢复准入" in stranger.remedy
    both = problems(need(w, "operator", "rival", services=(app, cloud)))
    assert [made.code in one.why and "恢复准入" in one.remedy for one in both] == [True]


def test_a_contract_is_not_signed_with_a_company_that_is_suspended_meanwhile(w):
    contract = factories.signing(w, operator=w.org("operator"))
    factories.sign(w, contract, "signatory")
    standing = admission_in_reach(w.actor("authority_lead"), "ZR-OPERATOR-AC-APP")
    keeping.suspend(w.actor("authority_lead"), standing, "数据安全事件。", room.file("通报.pdf"))
    with pytest.raises(Refused) as refusal:
        factories.sign(w, contract, "operator_signatory")
    found = refusal.value.problems[0]
    assert "数字运营有限公司" in found.what and "应用运营" in found.what
    assert standing.code in found.why and "暂停" in found.why and "恢复准入" in found.remedy


def test_a_contract_taken_in_from_paper_asks_for_none_and_says_so(w):
    standing = admission_in_reach(w.actor("authority_lead"), "ZR-OPERATOR-AC-APP")
    keeping.remove(w.actor("authority_lead"), standing, "弄虚作假。", room.file("通报.pdf"))
    contract = factories.existing(w, date(2026, 1, 1), date(2026, 12, 31))
    assert contract.state.value == "in_force"
    assert "存量" in without_admission(contract)


def test_internal_management_excuses_a_unit_of_government_and_no_company(w):
    unit = factories.organisation("市信息中心", kind=factories.K.PUBLIC_INSTITUTION, sides=factories.OPERATES)
    mode = factories.rule("contract_mode", "internal_management")
    for operator, refused in ((unit, False), (w.org("operator"), True)):
        contract = factories.draft(w, operator=operator, mode=mode)
        if refused:
            standing = admission_in_reach(w.actor("authority_lead"), "ZR-OPERATOR-AC-APP")
            keeping.remove(w.actor("authority_lead"), standing, "弄虚作假。", room.file("通报.pdf"))
        assert bool(admitted(w.actor("officer"), contract)) is refused


def test_the_table_of_moves_is_the_one_of_the_database():
    revision = import_module("migrations.versions.0025_admissions")
    assert sorted(revision.MOVES) == moves()
