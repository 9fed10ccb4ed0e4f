"""What the database itself refuses about runs, answers and exemptions, whoever writes to it (I8, I11, I13)."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.core.db import db
from app.core.permissions import Role
from app.gates.kinds import Step
from app.negative_lists import actions, queries
from app.negative_lists.models import Answer, CheckRun, Exemption, ItemOutcome
from tests.factories import joins, leaves
from tests.negative_lists.room import answered, granted, own_room, requested
from tests.projects.room import component, declared
from tests.separation.breaking import _deferred, act_id, attempt, leaf

KINDS = {"check_runs": CheckRun, "check_answers": Answer, "exemptions": Exemption, "item_outcomes": ItemOutcome}
APPEND_ONLY = ("check_runs", "check_answers", "item_outcomes")
DECISION = (
    "UPDATE exemptions SET act_id = :act, state = :state, decided_by = :by, decider_org = :org, decider_side = :side, "
    "decider_role = :role, decided_at = requested_at, decision_reason = :reason, valid_until = :until WHERE id = :id"
)


def refused(statement, values=None):
    return attempt(db.session, statement, values)


def copied(table, like, **changes):
    """A row made by SQL from an earlier one; `changes` are SQL expressions."""
    columns = [column.key for column in sa.inspect(KINDS[table]).column_attrs]
    chosen = {"id": "999", "act_id": ":act", **changes}
    values = ", ".join(chosen.get(column, column) for column in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE id = {like.id}"


def entry_of(code):
    return str(queries.item_in_force(code).id)


def day(text):
    return f"'{text}'" if db.session.get_bind().dialect.name == "sqlite" else f"DATE '{text}'"


@pytest.fixture
def project(w):
    found = own_room(w)
    # A person of the authority is bound already, so that only what is attacked stands against the attack.
    actions.run_check(w.actor("authority_officer"), found.subject, Step.SUBMIT)
    actions.refuse(w.actor("authority_lead"), requested(w, found.subject), "先迁移")
    return found


@pytest.fixture
def waiting(w, project):
    made = requested(w, project.subject)
    db.session.commit()
    return made


@pytest.fixture
def holding(w, project):
    made = granted(w, requested(w, project.subject))
    db.session.commit()
    return made


# --- exemptions ------------------------------------------------------------------------------------------------------

BLANK = {
    **dict.fromkeys(("decided_by", "decider_org", "decider_side", "decider_role", "decided_at", "valid_until"), "NULL"),
    "decision_reason": "''",
    "conditions": "''",
    "ended_on": "NULL",
    "end_reason": "''",
    "ended_by": "NULL",
    "ender_org": "NULL",
    "state": "'requested'",
    "code": "'HM-X-9'",
}


@pytest.fixture
def over(w, waiting):
    actions.withdraw_exemption(w.actor("officer"), waiting)
    db.session.commit()
    return waiting


def test_a_request_as_the_application_would_write_it_is_let_through(over):
    assert refused(copied("exemptions", over, **BLANK)) == ""


BENT = [
    {"state": "'granted'"},
    {"severity": "'forbidden'"},
    {"severity": "'noted'"},
    {"reason": "''"},
    {"requester_role": "'competent_authority'"},
    {"requester_side": "'operation'"},
    {"valid_until": "wanted_until"},
    {"decided_by": "requested_by"},
    {"ended_on": "wanted_until"},
    {"code": "code"},
    {"item_kind": "'gate'"},
    {"item_code": "'NL-A15'"},
    {"sha256": "'" + "0" * 64 + "'"},
    {"state": "'open'"},
    {"level": "'authority'"},
    {"level": "'city'"},
    {"ended_by": "requested_by"},
]


def test_a_request_that_bends_a_rule_is_refused(over):
    for changes in BENT:
        assert refused(copied("exemptions", over, **{**BLANK, **changes})), changes


def test_a_forbidden_item_is_never_exempted_whatever_the_row_says(over):
    entry = entry_of("NL-A17")
    # The level of that item, so that only its severity stands against the row.
    found = refused(copied("exemptions", over, **BLANK, item_entry_id=entry, item_code="'NL-A17'", level="'authority'"))
    assert "only a restricted item" in found


def test_two_exemptions_of_an_item_are_never_open_at_once(waiting):
    assert refused(copied("exemptions", waiting, **BLANK))


def test_somebody_elses_file_and_organisation_are_refused(w, over):
    assert refused(copied("exemptions", over, **BLANK, requester_org=str(w.org("other_agency").id)))
    other = own_room(w, title="别的平台")
    db.session.commit()
    assert refused(copied("exemptions", over, **BLANK, subject_id=str(other.subject_id)))


def decision(w, exemption, **changes):
    values = {
        "id": exemption.id,
        "state": "granted",
        "by": w.user("authority_lead").id,
        "org": w.org("authority").id,
        "side": "management",
        "role": "competent_authority",
        "reason": "同意",
        "until": exemption.wanted_until,
    }
    return {**values, **changes}


def test_a_grant_as_the_application_would_write_it_is_let_through(w, waiting):
    assert refused(DECISION, decision(w, waiting)) == ""


def test_a_grant_that_bends_a_rule_is_refused(w, waiting):
    agency, officer = w.org("agency").id, w.user("officer").id
    bent = [
        {"by": officer},
        {"by": officer, "org": agency},
        {"org": agency},
        {"org": agency, "role": "client"},
        {"role": "client"},
        {"role": "finance"},
        {"side": "supervision"},
        {"reason": ""},
        {"until": None},
        {"until": waiting.wanted_until.replace(year=waiting.wanted_until.year + 1)},
        {"state": "lapsed"},
        {"state": "revoked"},
        {"state": "requested"},
        {"state": "withdrawn"},
        {"by": w.user("leader").id},
    ]
    for changes in bent:
        assert refused(DECISION, decision(w, waiting, **changes)), changes


def test_who_acted_for_the_client_never_decides(w, waiting):
    """Bound to the management side through the agency, employed by the authority since: only this guard is left."""
    answered(w, waiting.subject, "NL-A07", is_hit=False, by="second_officer")
    leaves(w.user("second_officer"), w.org("agency"))
    joins(w.user("second_officer"), w.org("authority"), Role.AUTHORITY_LEAD)
    db.session.commit()
    assert "acted for the client" in refused(DECISION, decision(w, waiting, by=w.user("second_officer").id))


LATER = [
    "valid_until = wanted_until, conditions = 'x'",
    "valid_until = {early}",
    "valid_until = NULL",
    "conditions = '没有条件'",
    "decided_by = requested_by",
    "decision_reason = 'x'",
    "decided_at = NULL",
    "state = 'requested', decided_by = NULL",
    "state = 'refused'",
    "state = 'withdrawn'",
    "state = 'revoked', end_reason = 'x'",
    "state = 'revoked', ended_on = {early}",
    "state = 'lapsed'",
    "ended_on = {early}",
    "wanted_until = {late}",
    "reason = 'x'",
    "item_code = 'NL-A15'",
    "severity = 'noted'",
    "requested_by = decided_by",
    "code = 'HM-Y-1'",
]


def test_what_was_granted_never_changes_and_ends_only_whole(holding):
    for change in LATER:
        text = change.format(early=day("2026-03-03"), late=day("2027-12-31"))
        assert refused(f"UPDATE exemptions SET act_id = :act, {text} WHERE id = {holding.id}"), change


ENDS = [
    "state = 'revoked', ended_on = {today}, end_reason = 'x', ended_by = decided_by, ender_org = decider_org",
    "state = 'lapsed', ended_on = {today}",
]


def test_it_ends_whole_and_never_comes_back(w, holding):
    for change in ENDS:
        text = change.format(today=day("2026-03-02"))
        assert refused(f"UPDATE exemptions SET act_id = :act, {text} WHERE id = {holding.id}") == ""
    actions.revoke(w.actor("authority_lead"), holding, "条件没有落实")
    db.session.commit()
    for again in ("state = 'granted', ended_on = NULL", "end_reason = 'x'", "state = 'lapsed'"):
        assert refused(f"UPDATE exemptions SET act_id = :act, {again} WHERE id = {holding.id}")


def test_exemptions_are_never_deleted_nor_changed_outside_an_act(holding):
    assert refused(f"DELETE FROM exemptions WHERE id = {holding.id}")
    assert refused(f"UPDATE exemptions SET row_version = row_version + 1 WHERE id = {holding.id}")


# --- runs, outcomes and answers --------------------------------------------------------------------------------------


@pytest.fixture
def kept(w):
    """A run with an exempted item, and an answer."""
    project = own_room(w, lines=[component()])
    subject = project.subject
    answered(w, subject, "NL-A07", is_hit=False)
    granted(w, requested(w, subject))
    run = actions.run_check(w.actor("officer"), subject, Step.SUBMIT)
    db.session.commit()
    outcome = db.session.scalar(
        sa.select(ItemOutcome).where(ItemOutcome.run_id == run.id, ItemOutcome.item_code == "NL-A13")
    )
    return {"check_runs": run, "check_answers": queries.answers_of(subject)[0], "item_outcomes": outcome}


def test_what_was_kept_is_never_changed_nor_deleted(kept):
    for table in APPEND_ONLY:
        row = kept[table]
        assert refused(f"UPDATE {table} SET act_id = :act WHERE id = {row.id}")
        assert refused(f"DELETE FROM {table} WHERE id = {row.id}")


RUNS = [
    ({"number": "number + 1"}, ""),
    ({}, "refused"),
    ({"number": "0"}, "refused"),
    ({"number": "9", "basis": "'x'"}, "refused"),
    ({"number": "9", "hits": "-1"}, "refused"),
    ({"number": "9", "unrecorded": "-1"}, "refused"),
    ({"number": "9", "step": "'nowhere'"}, "refused"),
    ({"number": "9", "cause": "'whim'"}, "refused"),
]


def test_a_run_is_numbered_and_whole(kept):
    for changes, found in RUNS:
        assert bool(refused(copied("check_runs", kept["check_runs"], **changes))) is bool(found), changes


def test_an_outcome_never_comes_later_than_its_run(kept):
    """Nobody adds a clear outcome to a run that is over."""
    outcome = kept["item_outcomes"]
    item = entry_of("NL-A15")
    changes = {"item_entry_id": item, "item_code": "'NL-A15'", "outcome": "'clear'", "exemption_id": "NULL"}
    assert "with their run" in refused(copied("item_outcomes", outcome, **changes))


def with_a_new_run(kept, **changes):
    """The outcome under a run that the same act writes."""
    act = {"id": "998", "number": "99"}
    run = copied("check_runs", kept["check_runs"], **act)
    outcome = copied("item_outcomes", kept["item_outcomes"], **{"run_id": "998", **changes})
    return run, outcome


OUTCOMES = [
    ({}, ""),
    ({"outcome": "'clear'", "exemption_id": "NULL"}, ""),
    ({"outcome": "'clear'"}, "exempted_by"),
    ({"exemption_id": "NULL"}, "exempted_by"),
    ({"outcome": "'unrecorded'", "exemption_id": "NULL", "missing": "'[\"data.people\"]'"}, ""),
    ({"outcome": "'unrecorded'", "exemption_id": "NULL", "missing": "'[]'"}, "names the facts"),
    ({"outcome": "'unrecorded'", "exemption_id": "NULL", "missing": "'[\"answer\"]'"}, "names the facts"),
    ({"severity": "'forbidden'"}, "about the item"),
    ({"severity": "'noted'", "outcome": "'hit'", "exemption_id": "NULL"}, "about the item"),
    ({"item_code": "'NL-A15'"}, "about the item"),
    ({"item_kind": "'gate'"}, "item_kind"),
    ({"answer_id": "{answer}"}, "another item"),
    ({"subject_id": "subject_id + 1"}, "item_outcomes"),
]


def test_an_outcome_is_about_its_item_and_rests_on_what_exists(kept):
    for changes, found in OUTCOMES:
        given = {key: text.format(answer=kept["check_answers"].id) for key, text in changes.items()}
        run, outcome = with_a_new_run(kept, **given)
        assert bool(in_one_act(run, outcome)) is bool(found), changes


def in_one_act(*statements):
    """Several statements under one act, then undone; the refusal, or ""."""
    act = act_id(db.session)
    try:
        with db.session.begin_nested() as savepoint:
            for statement in statements:
                db.session.execute(sa.text(statement), {"act": act})
            leaf(db.session, act)
            late = _deferred(db.session)
            savepoint.rollback()
    except DBAPIError as refusal:
        return str(refusal.orig).splitlines()[0]
    return late


def test_what_was_revoked_exempts_nothing_any_more(w, kept):
    exemption = queries.exemptions_of(kept["check_runs"].subject)[0]
    actions.revoke(w.actor("authority_lead"), exemption, "条件没有落实")
    db.session.commit()
    run, outcome = with_a_new_run(kept)
    assert "only what was granted" in in_one_act(run, outcome)


ANSWERS = [
    ({}, ""),
    ({"note": "''"}, "refused"),
    ({"answerer_side": "'operation'"}, "refused"),
    ({"answerer_role": "'competent_authority'"}, "refused"),
    ({"item_code": "'NL-A12'"}, "refused"),
    ({"item_kind": "'gate'"}, "refused"),
    ({"sha256": "'" + "0" * 64 + "'"}, "refused"),
    ({"answered_by": "{stranger}"}, "refused"),
    ({"answerer_org": "{other}"}, "refused"),
]


def test_an_answer_is_given_by_somebody_who_may(w, kept):
    people = {"stranger": w.user("rival_officer").id, "other": w.org("rival").id}
    for changes, found in ANSWERS:
        given = {key: text.format(**people) for key, text in changes.items()}
        assert bool(refused(copied("check_answers", kept["check_answers"], **given))) is bool(found), changes


def test_a_later_answer_is_a_row_of_its_own(w):
    project = declared(w)
    first = answered(w, project.subject, "NL-A07", is_hit=False)
    second = answered(w, project.subject, "NL-A07", is_hit=True)
    assert first.id != second.id
    assert [one.id for one in queries.answers_of(project.subject)] == [second.id, first.id]
