"""What the database itself refuses about plans, whoever writes to it (I1, I2, I10, four eyes, states)."""

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.core.periods import Period
from app.plans import actions
from app.plans.models import Plan
from tests.factories import in_force, plan, scheme_entry
from tests.plans.test_acts import propose
from tests.separation.breaking import attempt

COLUMNS = [column.key for column in sa.inspect(Plan).column_attrs]
DECIDED = ("decided_by", "decider_org", "decider_side", "decider_role", "decided_at")
LATE, EARLY = "2026-05-01 00:00:00.000000", "2026-07-01 00:00:00.000000"
DECISION = (
    "UPDATE plans SET act_id = :act, state = :state, decided_by = :by, decider_org = :org, decider_side = :side, "
    "decider_role = :role, decided_at = proposed_at, decision_reason = :reason WHERE id = :id"
)


def copied(like, **changes):
    """A new proposal made by SQL from an earlier plan; `changes` are SQL expressions."""
    fresh = {"id": "999", "act_id": ":act", "code": "'KH-X-9'", "number": "9", "state": "'proposed'"}
    fresh |= dict.fromkeys(DECIDED, "NULL") | {"decision_reason": "''", "first_period": "'2026-07'"}
    fresh |= {"first_starts_at": moment(EARLY)}
    chosen = {**fresh, **changes}
    values = ", ".join(chosen.get(column, column) for column in COLUMNS)
    return f"INSERT INTO plans ({', '.join(COLUMNS)}) SELECT {values} FROM plans WHERE id = {like.id}"


def moment(text):
    return f"'{text}'" if db.session.get_bind().dialect.name == "sqlite" else f"TIMESTAMPTZ '{text}+00'"


def refused(statement, values=None):
    return attempt(db.session, statement, values)


@pytest.fixture
def agreed(w, contract):
    made = plan(w, contract)
    db.session.commit()
    return made


@pytest.fixture
def proposed(w, contract):
    # A person of each side is bound already, so that only what is attacked stands against the attack.
    actions.refuse(w.actor("operator_signatory"), propose(w, contract), "先谈")
    made = propose(w, contract)
    db.session.commit()
    return made


def decision(w, plan, **changes):
    values = {
        "id": plan.id,
        "state": "agreed",
        "by": w.user("operator_signatory").id,
        "org": w.org("operator").id,
        "side": "operation",
        "role": "operator",
        "reason": "",
    }
    return {**values, **changes}


def test_a_proposal_by_sql_as_the_application_would_write_it_is_let_through(agreed):
    assert refused(copied(agreed)) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"proposer_side": "'operation'"},
        {"proposer_role": "'operator'"},
        {"proposer_role": "'competent_authority'"},
        {"proposer_org": "decider_org"},
        {"proposed_by": "decided_by"},
        {"proposed_by": "decided_by", "proposer_org": "decider_org", "proposer_side": "'operation'"},
        {"scheme_kind": "'indicator'"},
        {"scheme_digest": "'" + "0" * 64 + "'"},
        {"scheme_entry_id": "schedule_entry_id"},
        {"schedule_kind": "'scheme'"},
        {"schedule_entry_id": "scheme_entry_id"},
        {"sha256": "'x'"},
        {"sm3": "''"},
        {"min_outage_minutes": "1441"},
        {"min_outage_minutes": "-1"},
        {"degraded_weight": "0"},
        {"degraded_weight": "1000001"},
        {"report_after_days": "61"},
        {"period_kind": "'day'"},
        {"weighting": "'volume'"},
        {"number": "1"},
        {"code": "code"},
        {"number": "0"},
        {"state": "'agreed'"},
        {"state": "'agreed'", **{column: column for column in DECIDED}},
        {"decided_by": "proposed_by"},
        {"decision_reason": "'x'"},
    ],
    ids=str,
)
def test_a_proposal_that_bends_a_rule_is_refused(agreed, changes):
    assert refused(copied(agreed, **changes))


def test_a_proposal_for_another_contract_is_refused(w, agreed):
    other = in_force(w)
    db.session.commit()
    assert refused(copied(agreed, contract_id=str(other.id)))
    assert refused(copied(agreed, subject_id=str(other.subject_id)))


def test_the_digest_is_that_of_the_scheme(w, agreed):
    other = scheme_entry("SC-MONTH")
    assert "digest" in refused(copied(agreed, scheme_entry_id=str(other.id)))
    assert refused(copied(agreed, scheme_entry_id=str(other.id), scheme_digest=f"'{other.digest}'")) == ""


def test_rules_of_a_period_that_has_begun_never_change(agreed):
    late = {"first_period": "'2026-05'", "first_starts_at": moment(LATE)}
    assert "begun" in refused(copied(agreed, **late))
    # The very first plan of another kind of period may look back.
    assert refused(copied(agreed, **late, period_kind="'quarter'")) == ""


def test_nothing_is_agreed_once_its_period_has_begun(w, contract, agreed):
    change = propose(w, contract, first_period=Period("2026-07"))
    db.session.commit()
    late = DECISION.replace("decided_at = proposed_at", f"decided_at = {moment('2026-07-02 00:00:00.000000')}")
    assert refused(DECISION, decision(w, change)) == ""
    assert "begun" in refused(late, decision(w, change))


def test_one_proposal_waits_at_a_time(proposed):
    assert refused(copied(proposed))


@pytest.mark.parametrize("table_wide", ["DELETE FROM plans", "UPDATE plans SET act_id = :act, state = 'proposed'"])
def test_a_decided_plan_stays(agreed, table_wide):
    assert refused(table_wide)


@pytest.mark.parametrize("column", [one for one in COLUMNS if one not in {"id", "act_id", "row_version", "state"}])
def test_nothing_of_a_decided_plan_changes(agreed, column):
    other = "NULL" if column in DECIDED else f"{column} || 'x'"
    numbers = {"degraded_weight", "min_outage_minutes", "report_after_days", "number"}
    if column.endswith("_id") or column in numbers or column in {"proposed_by", "proposer_org"}:
        other = f"{column} + 1"
    if column.endswith("_at") and column not in DECIDED:
        other = moment(LATE)
    assert refused(f"UPDATE plans SET act_id = :act, {column} = {other}")


@pytest.mark.parametrize("column", ["content", "sha256", "first_period", "report_after_days", "proposed_by"])
def test_nothing_of_a_proposal_changes_before_it_is_answered(proposed, column):
    other = f"{column} + 1" if column in {"report_after_days", "proposed_by"} else f"{column} || ''"
    if other.endswith("''"):
        other = f"'{'1' * 64}'" if column == "sha256" else f"{column} || ' '"
    assert "never changes" in refused(f"UPDATE plans SET act_id = :act, {column} = {other} WHERE state = 'proposed'")


def test_an_answer_is_given_by_the_operator_and_another_person(w, proposed):
    assert refused(DECISION, decision(w, proposed)) == ""
    officer, agency = w.user("officer").id, w.org("agency").id
    client = {"by": officer, "org": agency, "side": "management", "role": "client"}
    for changes in (
        client,
        {"by": officer},
        {"org": agency},
        {"side": "management"},
        {"side": "supervision"},
        {"role": "client"},
        {"role": "builder"},
        {"by": w.user("rival_signatory").id},
        {"org": w.org("rival").id},
        {"by": w.user("inspector").id, "org": w.org("inspectorate").id, "side": "supervision"},
        {"state": "refused"},
        {"state": "withdrawn"},
        {"state": "proposed"},
        {"by": None},
        {"org": None},
        {"side": None},
        {"role": None},
    ):
        assert refused(DECISION, decision(w, proposed, **changes)), changes
    assert refused(DECISION, decision(w, proposed, state="refused", reason="不同意")) == ""
    # Taking back one's own proposal needs no second person.
    assert refused(DECISION, decision(w, proposed, **client, state="withdrawn")) == ""


def test_a_plan_changes_only_in_an_act(w, proposed):
    act = {**decision(w, proposed), "used": proposed.act_id.hex}
    statement = DECISION.replace(":act", ":used")
    if db.session.get_bind().dialect.name != "sqlite":
        act["used"] = str(proposed.act_id)
    assert "new act" in refused(statement, act)
    assert refused(copied(proposed, act_id="act_id"))
