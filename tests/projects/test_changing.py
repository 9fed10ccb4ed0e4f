"""A change while building: counted over all changes, filed within the limit, else signed and approved."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.conditions.gathering import facts_of
from app.core.db import db
from app.core.errors import NotAllowed, Refused, Stale, WrongState
from app.core.permissions import Permission
from app.gates import countersigning
from app.gates.actions import Ruling
from app.gates.kinds import SignState, Stance, Step, Verdict
from app.gates.queries import last_decision
from app.lifecycle.models import Task, TaskState
from app.projects import actions, change_drafting, changing
from app.projects.change_drafting import reckon
from app.projects.change_kinds import ChangeBasis, ChangeRoute, ChangeState
from app.projects.change_models import ProjectChange
from app.projects.kinds import ProjectState
from app.projects.standing import changes_of, open_change
from app.projects.steps import own_problems
from tests import factories as make
from tests.projects import room

P, S, V = Permission, ChangeState, Verdict
# 15 % of the approved 2.9 million.
LIMIT = 43_500_000


@pytest.fixture
def project(w):
    return room.approved(w)


def owed(project):
    tasks = db.session.scalars(sa.select(Task).where(Task.subject_id == project.subject_id))
    return sorted((one.organisation.code, P(one.permission)) for one in tasks if one.state is TaskState.OPEN)


def words(refusal):
    return " ".join(str(one.what) for one in refusal.value.problems)


def pass_(w, change, verdict=V.PASSED, reason="", by="authority_lead", **more):
    room.answered(w, change.project, Step.CHANGE)
    return changing.decide(w.actor(by), change, Ruling(verdict, reason, **more), change.digest)


# --- within the limit ------------------------------------------------------------------------------------------------


def test_a_change_at_the_limit_is_filed_and_the_project_stands_as_changed_beside_what_was_approved(w, project):
    change = room.proposed(w, project, -LIMIT, LIMIT, new_until=date(2027, 3, 31), new_person="罗宁")
    assert (change.route, change.moved_fen, change.net_fen, change.days) == (ChangeRoute.FILING, LIMIT, 0, 90)
    assert ("AUTHORITY", P.CHANGE_FILE) in owed(project)
    before = facts_of(project.subject)
    room.answered(w, project, Step.CHANGE)
    decision = changing.file(w.actor("authority_officer"), change, "", change.digest)
    assert change.state is S.FILED and change.decision_id == decision.id
    after = facts_of(project.subject)
    assert (before["project.planned_until"], after["project.planned_until"]) == ("2026-12-31", "2027-03-31")
    assert after["project.responsible_person"] == "罗宁"
    assert after["project.cost_categories"] == ("software", "testing")
    assert after["project.cost_total"] == before["project.cost_total"]
    # What was approved says what it said, and the decision on it knew what it knew.
    assert project.current.planned_until == date(2026, 12, 31)
    assert '"project.planned_until":"2026-12-31"' in last_decision(project.subject, Step.APPROVE).facts
    assert ("AUTHORITY", P.CHANGE_FILE) not in owed(project)


def test_a_change_in_parts_goes_to_approval_when_the_whole_is_above_the_limit(w, project):
    room.filed(w, project, -LIMIT + 1, LIMIT - 1)
    second = room.drafted(w, project, -2, 2)
    assert reckon(second).why == ("over_limit",)
    changing.submit(w.actor("officer"), second)
    assert (second.route, second.earlier_fen) == (ChangeRoute.APPROVAL, LIMIT - 1)


@pytest.mark.parametrize(
    "deltas, facts",
    [
        ((-LIMIT - 1, LIMIT + 1), {}),
        ((1,), {}),
        ((), {"basis": ChangeBasis.OTHER, "scope": "增加查询功能"}),
        ((), {"scope_kept": False, "scope": "服务对象扩大到企业"}),
    ],
)
def test_what_is_above_the_limit_or_the_budget_or_has_another_aim_needs_approval(w, project, deltas, facts):
    assert room.proposed(w, project, *deltas, **facts).route is ChangeRoute.APPROVAL


def test_only_the_way_that_the_amounts_say_is_open(w, project):
    filing = room.proposed(w, project, -100, 100)
    with pytest.raises(WrongState) as refusal:
        pass_(w, filing)
    assert "自行调整" in words(refusal)


def test_a_filing_is_sent_back_with_everything_that_is_missing_and_a_copy_is_the_next_draft(w, project):
    change = room.proposed(w, project, -100, 100)
    with pytest.raises(Refused):
        changing.return_filing(w.actor("authority_officer"), change, "材料不全", (), change.digest)
    changing.return_filing(w.actor("authority_officer"), change, "材料不全", ("补充论证",), change.digest)
    copy = open_change(project)
    assert (change.state, copy.state, copy.number) == (S.RETURNED, S.DRAFT, 2)
    assert [line.delta_fen for line in copy.costs] == [-100, 100] and copy.sha256 == change.sha256


# --- what a draft must say -------------------------------------------------------------------------------------------


def test_everything_that_a_draft_lacks_is_said_at_once(w, project):
    change = change_drafting.begin(w.actor("officer"), project, change_drafting.ChangeFacts())
    with pytest.raises(Refused) as refusal:
        changing.submit(w.actor("officer"), change)
    assert {one.place for one in refusal.value.problems} == {"scope", "basis", "scope_kept", "reason", "file"}


@pytest.mark.parametrize(
    "deltas, facts, said",
    [
        ((-280_000_001, 280_000_001), {}, "超过现有的"),
        ((-280_000_000,), {"new_until": date(2026, 12, 31)}, "与现在的相同"),
        ((), {"new_until": date(2026, 5, 31)}, "早于计划开工日"),
        ((), {"scope_kept": False, "new_person": "罗宁"}, "怎样改变"),
    ],
)
def test_what_cannot_be_is_refused_before_it_is_counted(w, project, deltas, facts, said):
    change = room.drafted(w, project, *deltas, **facts)
    with pytest.raises(Refused) as refusal:
        changing.submit(w.actor("officer"), change)
    assert said in words(refusal)


def test_a_line_of_nothing_is_refused(w, project):
    change = room.drafted(w, project)
    with pytest.raises(Refused) as refusal:
        change_drafting.add_cost(w.actor("officer"), change, change_drafting.CostFacts(room.CostCategory.DATA, " ", 0))
    assert {one.place for one in refusal.value.problems} == {"name", "amount"}


def test_there_is_one_open_change_at_a_time(w, project):
    room.proposed(w, project, -100, 100)
    with pytest.raises(WrongState) as refusal:
        room.drafted(w, project)
    assert "没有办结" in words(refusal)


def test_before_the_approval_and_for_what_builds_nothing_there_are_no_changes(w):
    with pytest.raises(WrongState):
        room.drafted(w, room.submitted(w))


def test_only_the_client_proposes_and_only_the_authority_files(w, project):
    with pytest.raises(NotAllowed):
        change_drafting.begin(w.actor("authority_officer"), project, room.change_facts())
    change = room.proposed(w, project, -100, 100)
    with pytest.raises(NotAllowed):
        changing.file(w.actor("officer"), change, "", change.digest)
    with pytest.raises(Stale):
        changing.file(w.actor("authority_officer"), change, "", "0" * 64)


def test_what_is_withdrawn_stays_and_goes_on_as_a_copy(w, project):
    change = room.proposed(w, project, -100, 100)
    copy = changing.withdraw(w.actor("officer"), change, "数字有误")
    assert (change.state, copy.state) == (S.WITHDRAWN, S.DRAFT)
    assert ("AUTHORITY", P.CHANGE_FILE) not in owed(project)
    change_drafting.discard(w.actor("officer"), copy)
    assert [one.state for one in changes_of(project)] == [S.DISCARDED, S.WITHDRAWN]


def test_a_project_that_ends_takes_its_open_change_with_it(w, project):
    change = room.proposed(w, project, -LIMIT * 2, LIMIT * 2)
    room.asked(w, change, room.finance(w)[0])
    actions.terminate(w.actor("authority_lead"), project, "机构改革")
    assert change.state is S.DISCARDED and project.state is ProjectState.TERMINATED
    assert owed(project) == []


def test_nothing_is_accepted_while_a_change_waits(w, project):
    assert own_problems(project, Step.ACCEPT) == []
    room.proposed(w, project, -100, 100)
    assert "没有办结" in str(own_problems(project, Step.ACCEPT)[0].what)


# --- above it: signed, then decided ----------------------------------------------------------------------------------


def test_above_the_limit_finance_signs_first_and_the_lead_decides_on_the_same_content(w, project):
    bureau, lead = room.finance(w)
    change = room.proposed(w, project, -LIMIT * 2, LIMIT * 2)
    assert ("AUTHORITY", P.COUNTERSIGN_ASK) in owed(project) and ("AUTHORITY", P.CHANGE_DECIDE) not in owed(project)
    with pytest.raises(Refused) as refusal:
        pass_(w, change)
    assert "财政部门尚未会签" in words(refusal)
    sign = room.asked(w, change, bureau)
    assert sign.state is SignState.ASKED and ("FINANCE", P.COUNTERSIGN_SIGN) in owed(project)
    with pytest.raises(Refused):
        pass_(w, change)
    room.signed(lead, sign, project)
    assert change.state is S.COUNTERSIGNED and ("AUTHORITY", P.CHANGE_DECIDE) in owed(project)
    pass_(w, change)
    assert change.state is S.APPROVED
    assert facts_of(project.subject)["project.cost_categories"] == ("software", "testing")


def test_against_a_body_that_disagrees_only_with_a_reason(w, project):
    bureau, lead = room.finance(w)
    change = room.proposed(w, project, LIMIT)
    sign = room.asked(w, change, bureau)
    with pytest.raises(Refused) as refusal:
        room.signed(lead, sign, project, Stance.OPPOSE)
    assert refusal.value.problems[0].place == "text"
    room.signed(lead, sign, project, Stance.OPPOSE, "资金来源没有落实")
    with pytest.raises(Refused) as refusal:
        pass_(w, change)
    assert "不同意" in words(refusal)
    pass_(w, change, reason="市政府常务会议已同意追加。")
    assert change.state is S.APPROVED
    assert facts_of(project.subject)["project.design_budget"] == 290_000_000 + LIMIT


def test_what_is_withdrawn_makes_its_signatures_void_and_the_copy_is_signed_anew(w, project):
    bureau, lead = room.finance(w)
    change = room.proposed(w, project, LIMIT)
    sign = room.asked(w, change, bureau)
    room.signed(lead, sign, project)
    copy = changing.withdraw(w.actor("officer"), change, "数字有误")
    assert sign.state is SignState.VOID and sign.stance is Stance.SUPPORT
    changing.submit(w.actor("officer"), copy)
    assert countersigning.asked(project.subject, Step.CHANGE) == []
    assert ("AUTHORITY", P.COUNTERSIGN_ASK) in owed(project)


def test_a_refused_change_counts_for_nothing_and_the_next_is_another_round(w, project):
    bureau, _lead = room.finance(w)
    change = room.proposed(w, project, LIMIT)
    room.asked(w, change, bureau)
    pass_(w, change, V.REFUSED, "没有必要。")
    assert change.state is S.REFUSED and owed(project) == [("AGENCY", P.PROJECT_BUILD)]
    assert facts_of(project.subject)["project.design_budget"] == 290_000_000
    following = room.proposed(w, project, -100, 100)
    assert (following.earlier_fen, following.route) == (0, ChangeRoute.FILING)


@pytest.mark.parametrize(
    "body, said",
    [("agency", "提请单位"), ("authority", "决定单位"), ("operator", "财政部门"), ("other_agency", "财政部门")],
)
def test_neither_who_asks_nor_who_decides_nor_any_other_signs_for_finance(w, project, body, said):
    change = room.proposed(w, project, LIMIT)
    with pytest.raises(Refused) as refusal:
        room.asked(w, change, w.org(body))
    assert said in words(refusal)
    assert not countersigning.asked(project.subject, Step.CHANGE)


def test_nobody_else_signs_nor_twice_nor_another_content(w, project):
    bureau, lead = room.finance(w)
    change = room.proposed(w, project, LIMIT)
    sign = room.asked(w, change, bureau)
    with pytest.raises(NotAllowed):
        room.signed(w.actor("signatory"), sign, project)
    with pytest.raises(Stale):
        countersigning.sign(lead, project.subject, sign.id, countersigning.Signature(Stance.SUPPORT, "", "0" * 64))
    room.signed(lead, sign, project)
    with pytest.raises(WrongState):
        room.signed(lead, sign, project)
    with pytest.raises(WrongState):
        room.asked(w, change, bureau)


# --- what the database refuses by itself -----------------------------------------------------------------------------


def attack(statement, **values):
    with pytest.raises(sa.exc.DatabaseError) as refusal, db.session.begin_nested():
        db.session.execute(sa.text(statement), values)
    return str(refusal.value)


UPDATES = [
    ("UPDATE project_changes SET reason = 'x' WHERE id = :id", "a submitted change never changes"),
    ("UPDATE project_changes SET moved_fen = 1 WHERE id = :id", "a submitted change never changes"),
    ("UPDATE project_changes SET state = 'filed' WHERE id = :id", "by a decision on it"),
    ("UPDATE project_changes SET state = 'approved' WHERE id = :id", "by a decision on it"),
    ("UPDATE project_changes SET state = 'draft' WHERE id = :id", "cannot move like this"),
    ("UPDATE project_changes SET state = 'countersigned' WHERE id = :id", "everybody who was asked has signed"),
    ("UPDATE project_changes SET number = 9 WHERE id = :id", "never changes"),
    ("DELETE FROM project_changes WHERE id = :id", "never deleted"),
    ("DELETE FROM change_costs WHERE change_id = :id", "sealed whole never change"),
    ("UPDATE change_costs SET delta_fen = 1 WHERE change_id = :id", "sealed whole never change"),
]


def test_a_submitted_change_cannot_be_bent_by_sql(w, project):
    change = room.proposed(w, project, -100, 100)
    for statement, said in UPDATES:
        assert said in attack(statement, id=change.id), statement


def test_a_decided_change_never_changes(w, project):
    change = room.filed(w, project, -100, 100)
    for state in ("approved", "draft", "withdrawn"):
        told = attack("UPDATE project_changes SET state = :state WHERE id = :id", state=state, id=change.id)
        assert any(said in told for said in ("never changes", "cannot move", "by a decision"))
    assert "never changes" in attack("UPDATE project_changes SET row_version = 9 WHERE id = :id", id=change.id)


@pytest.mark.parametrize(
    "column, value", [("moved_fen", 1), ("earlier_fen", 7), ("net_fen", -1), ("approved_fen", 900_000_000)]
)
def test_a_change_cannot_be_submitted_with_other_sums_than_its_own(w, project, column, value, monkeypatch):
    """As if the product counted wrongly: the database counts again."""
    change = room.drafted(w, project, -100, 100)
    original = changing.canonical_change

    def bent(one):
        setattr(one, column, value)
        return original(one)

    monkeypatch.setattr(changing, "canonical_change", bent)
    with pytest.raises(sa.exc.DatabaseError) as refusal:
        changing.submit(w.actor("officer"), change)
    assert "counts what it moves" in str(refusal.value) or "filed_within" in str(refusal.value)


def test_above_the_limit_the_database_files_nothing(w, project, monkeypatch):
    change = room.drafted(w, project, -LIMIT - 1, LIMIT + 1)
    original = changing.canonical_change

    def bent(one):
        one.route = ChangeRoute.FILING
        return original(one)

    monkeypatch.setattr(changing, "canonical_change", bent)
    with pytest.raises(sa.exc.DatabaseError) as refusal:
        changing.submit(w.actor("officer"), change)
    assert "filed_within" in str(refusal.value)


def test_no_second_open_change_by_sql(w, project):
    first = room.drafted(w, project)
    second = ProjectChange(
        project_id=project.id,
        subject_id=project.subject_id,
        declaration_id=first.declaration_id,
        number=2,
        act_id=first.act_id,
    )
    told = attack(
        "INSERT INTO project_changes (id, project_id, subject_id, declaration_id, number, state, scope, new_person,"
        " reason, row_version, act_id) SELECT 99, project_id, subject_id, declaration_id, 2, 'draft', '', '', '', 1,"
        " :act FROM project_changes WHERE id = :id",
        id=first.id,
        act="0" * 32 if db.engine.dialect.name == "sqlite" else "00000000-0000-0000-0000-000000000000",
    )
    assert "uq_project_changes_open" in told or "project_changes.project_id" in told
    assert second.id is None


SIGN_ATTACKS = [
    ("UPDATE countersigns SET stance = 'oppose', text = 'x' WHERE id = :id", "never changes"),
    ("UPDATE countersigns SET organisation_id = :other WHERE id = :id", "never changes"),
    ("UPDATE countersigns SET state = 'asked' WHERE id = :id", "cannot move"),
    ("DELETE FROM countersigns WHERE id = :id", "never deleted"),
]


def test_a_given_signature_never_changes_and_after_the_decision_is_not_even_void(w, project):
    bureau, lead = room.finance(w)
    change = room.proposed(w, project, LIMIT)
    sign = room.asked(w, change, bureau)
    room.signed(lead, sign, project)
    for statement, said in SIGN_ATTACKS:
        values = {"id": sign.id} | ({"other": w.org("agency").id} if ":other" in statement else {})
        assert said in attack(statement, **values), statement
    pass_(w, change)
    assert "stays countersigned" in attack("UPDATE countersigns SET state = 'void' WHERE id = :id", id=sign.id)


def test_nobody_of_another_organisation_signs_by_sql(w, project):
    bureau, _lead = room.finance(w)
    change = room.proposed(w, project, LIMIT)
    sign = room.asked(w, change, bureau)
    statement = (
        "UPDATE countersigns SET state = 'signed', stance = 'support', signed_by = :who, signer_side = 'management',"
        " signed_at = asked_at WHERE id = :id"
    )
    for who in ("officer", "authority_officer"):
        assert "signs by its own people" in attack(statement, id=sign.id, who=w.user(who).id)


def test_the_database_lets_nothing_pass_unsigned_or_against_a_body_without_a_reason(w, project, monkeypatch):
    bureau, lead = room.finance(w)
    change = room.proposed(w, project, LIMIT)
    sign = room.asked(w, change, bureau)
    monkeypatch.setattr(countersigning, "problems_before", lambda *_: iter(()))
    monkeypatch.setattr(countersigning, "drop_unsigned", lambda *_: None)
    monkeypatch.setattr(changing.gates, "problems_at", lambda *_: [])
    with pytest.raises(sa.exc.DatabaseError) as refusal, db.session.begin_nested():
        pass_(w, change)
    assert "countersigned it" in str(refusal.value)
    db.session.refresh(sign)
    room.signed(lead, sign, project, Stance.OPPOSE, "资金没有落实")
    with pytest.raises(sa.exc.DatabaseError) as refusal, db.session.begin_nested():
        pass_(w, change)
    assert "only with a reason" in str(refusal.value)


def test_the_database_takes_no_other_department_for_finance(w, project, monkeypatch):
    change = room.proposed(w, project, LIMIT)
    monkeypatch.setattr(countersigning, "may_sign_as", lambda *_: True)
    near = make.organisation("市审计局", kind=make.K.AGENCY, sides=make.MANAGES)
    with pytest.raises(sa.exc.IntegrityError, match="by a finance department"), db.session.begin_nested():
        room.asked(w, change, near)
