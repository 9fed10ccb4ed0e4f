"""What the database itself refuses about decisions, opinions, conditions and instructions, whoever writes to it."""

import pytest
import sqlalchemy as sa

from app.audit import act
from app.core.actors import SYSTEM
from app.core.clock import now, today
from app.core.db import db
from app.core.permissions import Permission
from app.gates import obligations
from app.gates.kinds import Step
from app.gates.models import Opinion
from app.lifecycle.models import Expedite, Task
from tests.gates import room
from tests.separation.breaking import attempt


def columns(model):
    return [column.key for column in sa.inspect(model).column_attrs]


def copied(like, **changes):
    """A new row made by SQL from an earlier one; `changes` are SQL expressions."""
    chosen = {"id": "999", "act_id": ":act", **changes}
    names = columns(type(like))
    values = ", ".join(chosen.get(name, name) for name in names)
    table = type(like).__tablename__
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE id = {like.id}"


def changed(like, **changes):
    table = type(like).__tablename__
    said = ", ".join(f"{name} = {value}" for name, value in changes.items())
    return f"UPDATE {table} SET act_id = :act, {said} WHERE id = {like.id}"


def refused(statement, values=None):
    return attempt(db.session, statement, values)


def bound(w, subject):
    """People of both organisations stand for their side already, so that only what is attacked stands against it."""
    room.opine(w, subject)
    room.decide(w, subject, step=Step.BUILD, by="signatory", about=room.about(w, by="second_officer"))


@pytest.fixture
def decision(w, subject):
    bound(w, subject)
    made = room.decide(w, subject, room.conditional(w))
    db.session.commit()
    return made


@pytest.fixture
def opinion(decision):
    return db.session.scalars(sa.select(Opinion)).one()


@pytest.fixture
def owed(w, decision):
    return decision.obligations[0]


@pytest.fixture
def reported(w, owed):
    obligations.report(w.actor("officer"), owed, "已落实")
    db.session.commit()
    return owed


NEXT = {"round": "round + 1"}


def test_a_decision_by_sql_as_the_application_would_write_it_is_let_through(decision):
    assert refused(copied(decision, **NEXT)) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"round": "round"},
        {"round": "0"},
        {"decided_by": "proposed_by"},
        {"decider_org": "proposer_org"},
        {"decider_side": "'operation'"},
        {"decider_role": "'client'"},
        {"step": "'build'", "round": "7"},
        {"step": "'nothing'"},
        {"verdict": "'refused'", "reason": "''"},
        {"verdict": "'returned'", "reason": "''"},
        {"verdict": "'maybe'"},
        {"facts_digest": "'short'"},
        {"about_digest": "''"},
        {"act_id": "act_id"},
    ],
)
def test_the_database_refuses_a_decision_that_breaks_a_rule(decision, changes):
    assert refused(copied(decision, **(NEXT | changes)))


def test_a_decision_of_a_stranger_is_refused(w, decision):
    stranger = w.user("operator_signatory").id
    assert refused(copied(decision, **NEXT, decided_by=str(stranger)))
    assert refused(copied(decision, **NEXT, decider_org=str(w.org("finance").id)))


@pytest.mark.parametrize("changes", [{"reason": "'x'"}, {"verdict": "'passed'"}, {"facts": "'{}'"}, {"round": "9"}])
def test_a_decision_never_changes(decision, changes):
    assert "never changed" in refused(changed(decision, **changes))


@pytest.mark.parametrize("table", ["decisions", "opinions", "obligations"])
def test_nothing_is_ever_deleted(decision, opinion, table):
    assert "never deleted" in refused(f"DELETE FROM {table}")


def test_an_opinion_by_sql_as_the_application_would_write_it_is_let_through(opinion):
    assert refused(copied(opinion)) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"score": "101"},
        {"score": "-1"},
        {"text": "''"},
        {"giver_name": "''"},
        {"recorder_role": "'client'"},
        {"recorder_side": "'supervision'"},
        {"kind": "'friend'"},
        {"stance": "'perhaps'"},
        {"sha256": f"'{'0' * 64}'"},
        {"act_id": "act_id"},
    ],
)
def test_the_database_refuses_an_opinion_that_breaks_a_rule(opinion, changes):
    assert refused(copied(opinion, **changes))


def test_an_opinion_never_changes(opinion):
    assert "never changed" in refused(changed(opinion, stance="'oppose'"))


def test_a_condition_by_sql_as_the_application_would_write_it_is_let_through(owed):
    assert refused(copied(owed, code="'TJ-X'", number="9")) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "number"},
        {"code": "code"},
        {"text": "''"},
        {"state": "'dropped'"},
        {"state": "'reported'"},
        {"owner_id": "0"},
        {"act_id": "act_id"},
    ],
)
def test_the_database_refuses_a_condition_that_breaks_a_rule(owed, changes):
    assert refused(copied(owed, **({"code": "'TJ-X'", "number": "9"} | changes)))


def test_only_a_decision_with_conditions_is_owed_something(w, subject, owed):
    plain = room.decide(w, subject)
    db.session.commit()
    assert "only a decision with conditions" in refused(
        copied(owed, code="'TJ-X'", number="9", decision_id=str(plain.id))
    )


@pytest.mark.parametrize("name", ["code", "text", "due_on", "owner_id", "number", "decision_id"])
def test_what_is_owed_by_whom_until_when_never_changes(w, owed, name):
    values = {"code": "'TJ-X'", "text": "'轻一点'", "due_on": "'2030-01-01'"}
    assert "never changes" in refused(changed(owed, **{name: values.get(name, "id + 1000")}))


@pytest.mark.parametrize("state", ["accepted", "nonsense"])
def test_a_condition_moves_only_along_the_table(owed, state):
    assert refused(changed(owed, state=f"'{state}'"))


def test_a_report_names_who_reported(owed):
    assert "reported_whole" in refused(changed(owed, state="'reported'", report="'做完了'"))


def test_a_report_stays_as_it_was_while_the_authority_reads_it(reported):
    assert "stays as it was reported" in refused(changed(reported, report="'别的'"))
    assert "stays as it was reported" in refused(changed(reported, state="'open'", returned_reason="'x'", report="''"))
    assert "sent back with a reason" in refused(changed(reported, state="'open'", returned_reason="''"))
    assert refused(changed(reported, state="'open'", returned_reason="'缺件'")) == ""


def acceptance(w, by="authority_officer", org="authority", role="competent_authority"):
    return {
        "state": "'accepted'",
        "accepted_by": str(w.user(by).id),
        "acceptor_org": str(w.org(org).id),
        "acceptor_side": "'management'",
        "acceptor_role": f"'{role}'",
        "accepted_at": "reported_at",
    }


@pytest.mark.parametrize(
    "who, let",
    [
        ({}, True),
        ({"by": "officer", "org": "authority"}, False),
        ({"by": "officer", "org": "agency", "role": "client"}, False),
        ({"by": "signatory", "org": "agency", "role": "client"}, False),
        ({"by": "signatory", "org": "agency"}, False),
    ],
)
def test_acceptance_is_by_other_hands_of_the_authority(w, reported, who, let):
    assert (refused(changed(reported, **acceptance(w, **who))) == "") is let


def test_an_accepted_condition_is_accepted_whole_and_stays(w, reported):
    half = acceptance(w) | {"accepted_at": "NULL"}
    assert "accepted_whole" in refused(changed(reported, **half))
    obligations.accept(w.actor("authority_officer"), reported)
    db.session.commit()
    assert "ended obligation never changes" in refused(changed(reported, returned_reason="'x'"))
    assert refused(changed(reported, state="'open'", returned_reason="'x'"))


# --- instructions ----------------------------------------------------------------------------------------------------


@pytest.fixture
def instruction(w, owed):
    found = db.session.scalars(sa.select(Task).where(Task.item == owed.code)).one()
    with act(SYSTEM, Permission.TASK_ESCALATE, ref=owed.subject.ref):
        found.escalated_on = today()
    leader = w.actor("leader")
    with act(leader, Permission.TASK_EXPEDITE, ref=owed.subject.ref):
        made = Expedite(
            task_id=found.id,
            instruction="限期办结",
            given_by=leader.user_id,
            given_org=leader.organisation_id,
            given_at=now(),
        )
        db.session.add(made)
    db.session.commit()
    return made


def test_an_instruction_is_kept_for_good_and_only_about_what_was_handed_up(w, instruction):
    assert refused(copied(instruction)) == ""
    assert "instruction_given" in refused(copied(instruction, instruction="''"))
    assert "never changed" in refused(changed(instruction, instruction="'不急'"))
    assert "never deleted" in refused("DELETE FROM expedites")
    assert refused(copied(instruction, act_id="act_id"))
    other = db.session.scalars(sa.select(Task.id).where(Task.escalated_on.is_(None))).first()
    assert "handed up" in refused(copied(instruction, task_id=str(other)))
