"""What the database itself refuses about acceptance and handover, whoever writes to it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.acceptances import actions, handing_over
from app.acceptances.content import acceptance_content, sealed
from app.acceptances.handover_models import Handover
from app.acceptances.kinds import Outcome
from app.acceptances.material import NOTHING
from app.acceptances.models import Acceptance, ItemOpinion, ItemResult, ItemSubmission
from app.core.clock import clock
from app.core.db import db
from app.gates.kinds import Stance
from app.subjects.actions import stand_for_side
from tests.acceptances import room
from tests.factories import MOMENT
from tests.separation import breaking
from tests.separation.breaking import attempt

CONCLUSION = (
    "state = :state, concluded_by = :by, concluder_org = :org, concluder_side = :side, concluder_role = :role, "
    "concluded_at = opened_at, conclusion = :text, content = :content, sha256 = :sha256, sm3 = :sm3"
)
OF_ACCEPTANCE = f"UPDATE acceptances SET act_id = :act, {CONCLUSION} WHERE id = :id"
OF_HANDOVER = f"UPDATE handovers SET act_id = :act, {CONCLUSION} WHERE id = :id"


def refused(statement, **values):
    return attempt(db.session, statement, values)


def copied(like, **changes):
    """A new row made by SQL from an earlier one; `changes` are SQL expressions."""
    columns = [column.key for column in sa.inspect(type(like)).column_attrs]
    chosen = {"id": "999", "act_id": ":act", **changes}
    values = ", ".join(chosen.get(column, column) for column in columns)
    table = type(like).__tablename__
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE id = {like.id}"


def ending(w, thing, by="signatory", org="agency", **changes):
    content, digests = sealed({"form": "x"})
    given = {"id": thing.id, "by": w.user(by).id, "org": w.org(org).id, "side": "management", "role": "client"}
    given |= {"text": "同意", "content": content, "sha256": digests.sha256, "sm3": digests.sm3}
    given["state"] = "concluded" if isinstance(thing, Handover) else "passed"
    return {**given, **changes}


def bound(w, project, *people):
    """The people have acted for their sides before, so that only what is attacked stands against the attack."""
    with room.act(w.actor("officer"), room.P.PROJECT_DECLARE, ref=project.ref):
        for one in people:
            stand_for_side(w.actor(one), project.subject)


@pytest.fixture
def judged(w, acceptance):
    """Everything is judged and passed; the supervisor said something; everybody has acted for his side."""
    room.submitted(w, acceptance.items[0], room.paper("测试报告.pdf"))
    room.all_judged(w, acceptance)
    bound(w, acceptance.project, "signatory", "second_officer", "operator_officer", "authority_lead")
    db.session.commit()
    return acceptance


# --- rounds ----------------------------------------------------------------------------------------------------------


def test_what_the_application_would_write_is_let_through(w, judged):
    assert refused(OF_ACCEPTANCE, **ending(w, judged)) == ""
    assert refused(OF_ACCEPTANCE, **ending(w, judged, state="failed")) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"stage": "'final'", "number": "9", "code": "'YS-9'"},
        {"number": "9", "code": "'YS-9'", "round": "9"},
        {"state": "'passed'", "number": "9", "code": "'YS-9'", "round": "9"},
        {"opener_role": "'competent_authority'", "number": "9", "code": "'YS-9'", "round": "9"},
        {"number": "0", "round": "9", "code": "'YS-9'"},
    ],
    ids=str,
)
def test_a_round_that_bends_a_rule_is_not_opened(judged, changes):
    assert refused(copied(judged, **changes))


def test_a_round_is_concluded_by_the_right_person_of_the_right_organisation(w, judged):
    for changes in (
        {"by": "officer"},
        {"by": "rival_officer", "org": "rival", "side": "operation", "role": "builder"},
        {"by": "rival_officer", "org": "rival"},
        {"by": "rival_officer"},
        {"by": "operator_officer", "org": "operator", "side": "operation", "role": "operator"},
        {"by": "supervisor", "org": "watcher", "side": "supervision", "role": "supervisor"},
        {"by": "authority_lead", "org": "authority", "role": "competent_authority"},
        {"by": "inspector"},
        {"text": ""},
        {"sha256": "x"},
        {"content": None},
        {"state": "open"},
    ):
        people = {key: changes[key] for key in ("by", "org") if key in changes}
        others = {key: value for key, value in changes.items() if key not in people}
        assert refused(OF_ACCEPTANCE, **ending(w, judged, **people, **others)), changes


def test_a_round_with_an_open_item_does_not_pass_whoever_writes_it(w, acceptance):
    bound(w, acceptance.project, "signatory")
    room.all_judged(w, acceptance)
    item = acceptance.items[1]
    room.actions.judge_item(w.actor("officer"), item, room.judgement(item, Outcome.FAILED))
    db.session.commit()
    assert "every item" in refused(OF_ACCEPTANCE, **ending(w, acceptance))
    assert refused(OF_ACCEPTANCE, **ending(w, acceptance, state="failed")) == ""


def test_a_round_with_an_item_that_nobody_judged_does_not_pass(w, acceptance):
    for item in acceptance.items:
        room.submitted(w, item)
        room.heard(w, item)
    bound(w, acceptance.project, "signatory")
    db.session.commit()
    assert "every item" in refused(OF_ACCEPTANCE, **ending(w, acceptance))


def test_words_alone_never_pass_whoever_writes_it(w, acceptance):
    item, other = acceptance.items[:2]
    room.submitted(w, item, NOTHING)
    room.submitted(w, other)
    room.judged(w, item, Outcome.FAILED)
    room.judged(w, other)
    db.session.commit()
    failed, passed = item.results[0], other.results[0]
    assert "evidence" in refused(copied(failed, number="9", outcome="'passed'"))
    assert refused(copied(failed, number="9")) == ""
    file = f"'{other.submissions[0].sha256}'"
    assert refused(copied(failed, number="9", outcome="'passed'", sha256=file)) == ""
    assert refused(copied(passed, number="9")) == ""


def test_a_judgement_from_before_the_rule_does_not_let_a_round_pass(w, acceptance):
    item = acceptance.items[0]
    room.submitted(w, item, NOTHING)
    room.all_judged(w, acceptance, item.number)
    bound(w, acceptance.project, "signatory")
    db.session.commit()
    older = copied(item.results[0], number="9", outcome="'passed'")
    with db.session.begin_nested() as savepoint:
        off = "DROP TRIGGER item_results_with_evidence"
        if not breaking.is_sqlite(db.session):
            off = "ALTER TABLE item_results DISABLE TRIGGER item_results_with_evidence"
        db.session.execute(sa.text(off))
        act = breaking.act_id(db.session)
        db.session.execute(sa.text(older), {"act": act})
        breaking.leaf(db.session, act)
        assert "on evidence" in refused(OF_ACCEPTANCE, **ending(w, acceptance))
        savepoint.rollback()


def test_no_round_passes_without_its_supervisor_whoever_writes_it(w, acceptance):
    last = acceptance.items[-1]
    for item in acceptance.items:
        room.submitted(w, item)
        room.judged(w, item)
        if item is not last:
            room.heard(w, item)
    bound(w, acceptance.project, "signatory")
    db.session.commit()
    assert "supervisor" in refused(OF_ACCEPTANCE, **ending(w, acceptance))
    assert refused(OF_ACCEPTANCE, **ending(w, acceptance, state="failed")) == ""
    room.heard(w, last)
    db.session.commit()
    assert refused(OF_ACCEPTANCE, **ending(w, acceptance)) == ""
    with clock.at(MOMENT + timedelta(days=1)):
        room.judged(w, last, Outcome.FAILED)
        room.submitted(w, last)
        room.judged(w, last)
        db.session.commit()
        assert "supervisor" in refused(OF_ACCEPTANCE, **ending(w, acceptance))


def test_where_there_is_no_supervisor_a_round_passes_without_one(w):
    acceptance = room.opened(w, room.unsupervised(w))
    for item in acceptance.items:
        room.submitted(w, item)
        room.judged(w, item)
    bound(w, acceptance.project, "signatory")
    db.session.commit()
    assert refused(OF_ACCEPTANCE, **ending(w, acceptance)) == ""


def test_items_stand_still_while_the_project_does(w, acceptance):
    item = acceptance.items[0]
    change = f"UPDATE acceptance_items SET act_id = :act, standard = 'x' WHERE id = {item.id}"
    gone = f"DELETE FROM acceptance_items WHERE id = {item.id}"
    db.session.commit()
    assert {refused(change), refused(gone), refused(copied(item, number="99"))} == {""}
    room.projects.actions.suspend(w.actor("authority_lead"), acceptance.project, "资金来源待核实。")
    db.session.commit()
    for attack in (change, gone, copied(item, number="99")):
        assert "stand still" in refused(attack), attack


def test_items_of_a_handover_stand_still_while_the_project_does(w, handover):
    item = handover.items[0]
    change = f"UPDATE handover_items SET act_id = :act, text = 'x' WHERE id = {item.id}"
    gone = f"DELETE FROM handover_items WHERE id = {item.id}"
    db.session.commit()
    assert {refused(change), refused(gone), refused(copied(item, number="99"))} == {""}
    room.projects.actions.suspend(w.actor("authority_lead"), handover.project, "资金来源待核实。")
    db.session.commit()
    for attack in (change, gone, copied(item, number="99")):
        assert "stand still" in refused(attack), attack


def test_who_judged_an_item_does_not_conclude(w, judged):
    item = judged.items[0]
    actions.judge_item(w.actor("second_officer"), item, room.judgement(item))
    db.session.commit()
    assert "judged" in refused(OF_ACCEPTANCE, **ending(w, judged, by="second_officer"))


def test_a_round_of_a_project_that_was_halted_is_not_concluded(w, judged):
    room.projects.actions.suspend(w.actor("authority_lead"), judged.project, "资金来源待核实。")
    db.session.commit()
    assert "in trial" in refused(OF_ACCEPTANCE, **ending(w, judged))
    assert "come only" in refused(copied(judged.items[0].submissions[0], number="9"))


@pytest.fixture
def ended(w, judged):
    room.concluded(w, judged, passed=False)
    db.session.commit()
    return judged


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE acceptances SET act_id = :act, state = 'passed'",
        "UPDATE acceptances SET act_id = :act, state = 'open'",
        "UPDATE acceptances SET act_id = :act, conclusion = '合格'",
        "UPDATE acceptances SET act_id = :act, content = '{}'",
        "UPDATE acceptances SET act_id = :act, stage = 'final'",
        "DELETE FROM acceptances",
        "UPDATE acceptance_items SET act_id = :act, requirement = 'x'",
        "DELETE FROM acceptance_items",
        "UPDATE item_results SET act_id = :act, outcome = 'passed'",
        "UPDATE item_submissions SET act_id = :act, text = 'x'",
        "UPDATE item_opinions SET act_id = :act, stance = 'oppose'",
        "DELETE FROM item_results",
        "DELETE FROM item_submissions",
        "DELETE FROM item_opinions",
    ],
)
def test_nothing_changes_after_the_conclusion(ended, statement):
    assert refused(statement)


def test_nothing_comes_after_the_conclusion(ended):
    first = ended.items[0]
    for row in (first.submissions[0], first.results[0], first.opinions[0]):
        assert "come only" in refused(copied(row, number="9")), type(row)
    assert "sealed" in refused(copied(first, number="99"))


# --- items and what is said about them -------------------------------------------------------------------------------


def test_the_yardstick_stays_once_something_was_judged(judged):
    item = judged.items[0]
    assert "sealed" in refused(copied(item, number="99"))
    assert refused(f"UPDATE acceptance_items SET act_id = :act, standard = 'x' WHERE id = {item.id}")
    assert refused(f"DELETE FROM acceptance_items WHERE id = {item.id}")


def test_what_was_submitted_for_stays(w, acceptance):
    item, other = acceptance.items[:2]
    room.submitted(w, item)
    db.session.commit()
    change = "UPDATE acceptance_items SET act_id = :act, requirement = 'x' WHERE id = "
    assert "submitted" in refused(f"{change}{item.id}")
    assert refused(f"{change}{other.id}") == ""
    assert refused(copied(other, number="99")) == ""
    assert refused(copied(other, number="99", deliverer_side="'management'", deliverer_id=str(w.org("agency").id)))
    assert refused(copied(other, number="99", deliverer_id=str(w.org("agency").id)))
    assert refused(copied(other, number="99", requirement="''"))


def test_the_side_that_delivered_never_judges(w, judged):
    result = judged.items[0].results[0]
    assert refused(copied(result, number="9")) == ""
    builder, rival = str(w.user("rival_officer").id), str(w.org("rival").id)
    operation = {"judge_org": rival, "judge_side": "'operation'", "judge_role": "'builder'", "judged_by": builder}
    for changes in (
        operation,
        {**operation, "judge_side": "'management'", "judge_role": "'client'"},
        {"judged_by": builder},
        {"judged_by": str(w.user("supervisor").id)},
        {"judge_role": "'competent_authority'", "judge_org": str(w.org("authority").id)},
        {"submission_id": "NULL", "sha256": "NULL"},
        {"submission_id": str(judged.items[1].submissions[0].id)},
        {"reason": "''"},
        {"sha256": "'" + "0" * 64 + "'"},
        {"acceptance_id": "7777"},
    ):
        assert refused(copied(result, **{"number": "9", **changes})), changes


def test_only_the_deliverer_submits(w, judged):
    made = judged.items[0].submissions[0]
    assert refused(copied(made, number="9")) == ""
    operator, agency = str(w.org("operator").id), str(w.org("agency").id)
    of_operator = {"submitted_by": str(w.user("operator_officer").id), "submitter_role": "'operator'"}
    for changes in (
        {**of_operator, "submitter_org": operator},
        {"submitter_org": operator, "submitter_role": "'operator'"},
        {"submitter_org": agency, "submitter_side": "'management'", "submitter_role": "'client'"},
        {"submitted_by": str(w.user("officer").id)},
        {"text": "''"},
        {"number": "1"},
    ):
        assert refused(copied(made, **{"number": "9", **changes})), changes


def test_only_the_supervisor_opines(w, judged):
    made = judged.items[0].opinions[0]
    assert refused(copied(made, number="9")) == ""
    for changes in (
        {"given_by": str(w.user("officer").id)},
        {"giver_org": str(w.org("agency").id), "giver_side": "'management'", "giver_role": "'client'"},
        {"giver_role": "'tester'"},
        {"stance": "'maybe'"},
        {"text": "''"},
    ):
        assert refused(copied(made, **{"number": "9", **changes})), changes


@pytest.mark.parametrize("model", [Acceptance, ItemSubmission, ItemResult, ItemOpinion])
def test_rows_come_only_in_a_new_act(judged, model):
    row = db.session.scalars(sa.select(model)).first()
    assert "new act" in refused(copied(row, number="99", act_id="act_id"))


def test_items_come_only_in_a_new_act(acceptance):
    db.session.commit()
    assert "new act" in refused(copied(acceptance.items[0], number="99", act_id="act_id"))


def test_the_digest_that_is_stored_is_that_of_everything_on_the_table(judged):
    # The application never seals anything else than what it showed; this is its own witness.
    text, digests = sealed(acceptance_content(judged))
    assert len(digests.sha256) == 64
    assert "网上申报" in text


# --- handover --------------------------------------------------------------------------------------------------------


@pytest.fixture
def handed(w, handover):
    """The first item is taken over, the second received, the third delivered; everybody has acted for his side."""
    first, second, third = handover.items[:3]
    room.arrived(w, first)
    room.delivered(w, second)
    handing_over.receive(w.actor("officer"), second, "清点无误。")
    room.delivered(w, third)
    handing_over.witness(w.actor("supervisor"), third, Stance.SUPPORT, "一致")
    bound(w, handover.project, "signatory", "second_officer", "authority_lead")
    db.session.commit()
    return handover


@pytest.mark.parametrize(
    "place, state",
    [
        (3, "delivered"),
        (3, "received"),
        (3, "taken_over"),
        (2, "received"),
        (2, "waiting"),
        (1, "taken_over"),
        (0, "waiting"),
        (1, "sent_back"),
    ],
)
def test_no_step_of_an_item_is_skipped_or_taken_without_the_deed(handed, place, state):
    item = handed.items[place]
    assert refused(f"UPDATE handover_items SET act_id = :act, state = '{state}' WHERE id = {item.id}")


def test_each_deed_is_done_in_its_turn_by_whose_it_is(w, handed):
    taken, received, delivered, waiting = handed.items[:4]
    handed_over, took = delivered.entries[0], received.entries[1]
    took_over, seen = taken.entries[2], delivered.entries[1]
    own = {"number": "9"}

    def at(item):
        return {"number": "9", "item_id": str(item.id)}

    assert refused(copied(took, **at(delivered))) == ""
    assert refused(copied(took_over, **at(received))) == ""
    assert refused(copied(handed_over, **at(waiting))) == ""
    assert refused(copied(seen, **at(received))) == ""
    builder = {"done_by": str(w.user("rival_officer").id), "doer_org": str(w.org("rival").id)}
    builder |= {"doer_side": "'operation'", "doer_role": "'builder'"}
    for row, changes in (
        (took, at(waiting)),
        (took, at(received)),
        (took, {**at(delivered), **builder}),
        (took, {**at(delivered), "done_by": str(w.user("rival_officer").id)}),
        (took_over, at(delivered)),
        (took_over, {**at(received), **builder}),
        (handed_over, at(received)),
        (handed_over, {**at(waiting), "sha256": "NULL"}),
        (handed_over, {**at(waiting), "doer_org": str(w.org("operator").id), "doer_role": "'operator'"}),
        (seen, at(waiting)),
        (seen, {**own, "stance": "NULL"}),
        (seen, {**own, "done_by": str(w.user("officer").id)}),
        (seen, {**own, **builder}),
        (took, {**at(delivered), "text": "''"}),
        (took, {**at(delivered), "act_id": "act_id"}),
    ):
        assert refused(copied(row, **changes)), (row.deed, changes)


def test_what_needs_no_taking_over_is_not_taken_over(w, handed):
    assets = next(one for one in handed.items if not one.takes_over and one.deliverer_id == w.org("rival").id)
    room.arrived(w, assets)
    db.session.commit()
    took_over = handed.items[0].entries[2]
    assert "turn" in refused(copied(took_over, number="9", item_id=str(assets.id)))
    assert refused(f"UPDATE handover_items SET act_id = :act, state = 'taken_over' WHERE id = {assets.id}")


def test_a_handover_is_not_concluded_before_everything_has_arrived(w, handed):
    assert "arrived" in refused(OF_HANDOVER, **ending(w, handed))


def test_a_handover_is_concluded_by_somebody_else(w, handover):
    room.all_arrived(w, handover)
    bound(w, handover.project, "signatory", "authority_lead", "second_officer")
    db.session.commit()
    assert refused(OF_HANDOVER, **ending(w, handover)) == ""
    assert refused(OF_HANDOVER, **ending(w, handover, by="officer"))
    assert refused(OF_HANDOVER, **ending(w, handover, text=""))
    assert refused(OF_HANDOVER, **ending(w, handover, by="authority_lead", org="authority", role="competent_authority"))
    operation = {"side": "operation", "role": "operator"}
    assert refused(OF_HANDOVER, **ending(w, handover, by="operator_officer", org="operator", **operation))


def test_who_received_does_not_conclude(w, handover):
    item = handover.items[0]
    room.delivered(w, item)
    handing_over.send_back(w.actor("second_officer"), item, "缺清单。")
    room.all_arrived(w, handover)
    db.session.commit()
    assert "received" in refused(OF_HANDOVER, **ending(w, handover, by="second_officer"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE handover_items SET act_id = :act, text = 'x' WHERE id = {done}",
        "UPDATE handover_items SET act_id = :act, takes_over = NOT takes_over WHERE id = {done}",
        "UPDATE handover_items SET act_id = :act, deliverer_id = deliverer_id + 1 WHERE id = {done}",
        "UPDATE handover_items SET act_id = :act, handover_id = 7 WHERE id = {waiting}",
        "UPDATE handover_items SET act_id = :act, receiver_id = deliverer_id WHERE id = {waiting}",
        "DELETE FROM handover_items WHERE id = {done}",
        "UPDATE handover_entries SET act_id = :act, text = 'x'",
        "DELETE FROM handover_entries",
        "DELETE FROM handovers",
        "UPDATE handovers SET act_id = :act, code = 'x'",
    ],
)
def test_what_was_done_stays(handed, statement):
    assert refused(statement.format(done=handed.items[0].id, waiting=handed.items[3].id))


def test_a_second_handover_is_refused(handed):
    assert refused(copied(handed, code="'YJ-9'"))


def test_a_project_in_trial_is_not_handed_over(w, handed):
    project = room.trial(w)
    bound(w, project, "officer")
    db.session.commit()
    changes = {"code": "'YJ-9'", "project_id": str(project.id), "subject_id": str(project.subject_id)}
    assert "accepted" in refused(copied(handed, **changes))


def test_rows_of_a_handover_come_only_in_a_new_act(handed):
    seen = handed.items[2].entries[1]
    for row, changes in ((handed, {}), (handed.items[0], {"state": "'waiting'"}), (seen, {"number": "9"})):
        assert "new act" in refused(copied(row, act_id="act_id", **{"number": "99", **changes})), type(row)


def test_after_the_conclusion_nothing_of_a_handover_changes(w, handover, contracted):
    room.all_arrived(w, handover)
    room.ready(w, handover.project, room.Step.HAND_OVER)
    handing_over.conclude_handover(w.actor("signatory"), handover, "完成", handing_over.seen_digest(handover))
    db.session.commit()
    item = handover.items[0]
    assert refused("UPDATE handovers SET act_id = :act, conclusion = 'x'")
    assert refused(f"UPDATE handover_items SET act_id = :act, state = 'waiting' WHERE id = {item.id}")
    assert refused(copied(item, number="99", state="'waiting'"))
    assert refused(copied(item.entries[0], number="9"))
