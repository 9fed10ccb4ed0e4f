"""The database keeps purchases by itself: who may record and confirm, in which order, and what never changes."""

import pytest
import sqlalchemy as sa

from app.audit import act
from app.core.clock import today
from app.core.db import db
from app.core.permissions import Permission
from app.procurement import actions, awards
from app.procurement.checks import NoticeFacts
from app.procurement.kinds import ProcurementState
from app.procurement.models import Procurement
from app.procurement.workflow import moves
from app.projects import actions as projects
from app.projects.kinds import DocumentKind
from app.projects.models import ProjectDocument
from app.subjects.actions import stand_for_side
from tests.procurement import room
from tests.projects.room import declared
from tests.separation.breaking import attempt

COLUMNS = [column.key for column in sa.inspect(Procurement).column_attrs]
FIXED = ("code", "project_id", "subject_id", "number", "purpose", "client_org", "client_side", "client_role")
PLAN = ("method", "title", "budget_fen", "exclusive", "fair_competition_ref", "single_source_basis", "publicity_from")
AWARD = ("award_on", "award_number", "winner_id", "award_fen", "award_sha256", "awarded_by", "awarded_at")
CONFIRMED = ("confirmed_by", "confirmed_at")
CONTRACT = ("contract_number", "contract_signed_on", "contract_fen", "contract_sha256")
UPDATE = "UPDATE procurements SET act_id = :act, {changes} WHERE id = :id"


def is_sqlite():
    return db.session.get_bind().dialect.name == "sqlite"


def day(text):
    return f"'{text}'" if is_sqlite() else f"DATE '{text}'"


def moment():
    return "'2026-03-02 02:00:00.000000'" if is_sqlite() else "TIMESTAMPTZ '2026-03-02 02:00:00+00'"


def flag(value):
    return ("1" if value else "0") if is_sqlite() else ("TRUE" if value else "FALSE")


def update(purchase, **changes):
    """The database's answer to a change by SQL; values are expressions."""
    listed = ", ".join(f"{name} = {value}" for name, value in changes.items())
    return attempt(db.session, UPDATE.format(changes=listed), {"id": purchase.id})


def copied(like, **changes):
    """A new plan made by SQL from an earlier one; `changes` are SQL expressions."""
    fresh = {"id": "999", "act_id": ":act", "code": "'CG-X-9'", "number": "9", "state": "'planned'"}
    chosen = {**fresh, **changes}
    values = ", ".join(chosen.get(column, column) for column in COLUMNS)
    return attempt(
        db.session,
        f"INSERT INTO procurements ({', '.join(COLUMNS)}) SELECT {values} FROM procurements WHERE id = {like.id}",
    )


@pytest.fixture
def planned(w, project):
    made = room.planned(w, project, budget_fen=1_000_000)
    db.session.commit()
    return made


@pytest.fixture
def recorded(w, project):
    """An award that waits; the signatory is bound to his side already, and the winner is party."""
    room.awarded(w, project, "operate", budget_fen=1_000_000)
    made = room.recorded(w, project, "operate", budget_fen=2_000_000)
    db.session.commit()
    return made


@pytest.fixture
def awarded(w, project):
    made = room.awarded(w, project, "build")
    db.session.commit()
    return made


@pytest.fixture
def contracted(w, project):
    made = room.contracted(w, project, "build")
    db.session.commit()
    return made


def confirmation(w, **changes):
    return {"state": "'awarded'", "confirmed_by": str(w.user("signatory").id), "confirmed_at": moment(), **changes}


# --- beginning -------------------------------------------------------------------------------------------------------


def test_a_plan_as_the_application_would_write_it_is_let_through(planned):
    assert copied(planned) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"client_side": "'operation'"},
        {"client_role": "'competent_authority'"},
        {"client_org": "client_org + 1"},
        {"number": "1"},
        {"number": "0"},
        {"code": "code"},
        {"budget_fen": "0"},
        {"budget_fen": "1000000000000000"},
        {"purpose": "'rent'"},
        {"method": "'lottery'"},
        {"purpose": "'operate'"},
        {"term_months": "12"},
        {"term_months": "481", "purpose": "'operate'"},
        {"state": "'announced'"},
        {"state": "'cancelled'"},
        {"end_reason": "'x'"},
        {"own_contract": "'HT-1'"},
        {"award_number": "'1'"},
        {"publicity_sha256": "'x'"},
        {"contract_number": "'1'"},
        {"act_id": "act_id"},
    ],
    ids=str,
)
def test_a_plan_that_bends_a_rule_is_refused(planned, changes):
    assert copied(planned, **changes)


def test_a_plan_is_recorded_by_the_clients_people_of_the_project(w, planned):
    for stranger in ("operator_officer", "rival_officer", "second_officer"):
        # The second officer is the client's, and has not stood for its side in this project.
        assert copied(planned, recorded_by=str(w.user(stranger).id))


def test_nothing_is_planned_before_approval_or_while_suspended(w, project, planned):
    early = declared(w, title="另一个项目")
    db.session.commit()
    assert "not approved" in copied(planned, project_id=str(early.id), subject_id=str(early.subject_id))
    projects.suspend(w.actor("authority_lead"), project, "资金来源待核实。")
    db.session.commit()
    assert "not approved" in copied(planned)
    assert update(planned, state="'announced'", announced_on=day("2026-03-02"), bids_due_on=day("2026-04-02"))
    assert "stands still" in update(planned, title="'另一名称'")


def test_what_was_begun_stands_still_with_its_project_and_can_be_given_up(w, project, recorded):
    bought, operated = room.awarded(w, project, "build"), room.awarded(w, project, "operate", budget_fen=1_000_000)
    scan = room.papers(w, project, "procurement_contract")
    projects.suspend(w.actor("authority_lead"), project, "资金来源待核实。")
    db.session.commit()
    assert "stands still" in update(recorded, award_fen="award_fen - 1")
    assert "stands still" in update(bought, **contract(bought, contract_sha256=f"'{scan}'"))
    assert "stands still" in update(operated, own_contract="'HT-1'")
    assert update(recorded, bids_due_on=day("2026-03-02"))
    ended = {"state": "'cancelled'", "ended_on": day("2026-03-02"), "end_reason": "'暂停'"}
    assert update(bought, **ended) == ""


# --- moves -----------------------------------------------------------------------------------------------------------


def test_a_state_leads_only_where_the_workflow_says(planned):
    allowed = set(moves())
    for target in ProcurementState:
        if target is not ProcurementState.PLANNED and ("planned", target.value) not in allowed:
            assert update(planned, state=f"'{target.value}'"), target


def test_a_notice_says_its_day_and_a_tender_its_last_day(planned):
    good = {"state": "'announced'", "announced_on": day("2026-03-02"), "bids_due_on": day("2026-03-23")}
    assert update(planned, **good) == ""
    assert update(planned, **{**good, "announced_on": "NULL"})
    assert update(planned, **{**good, "bids_due_on": "NULL"})
    assert update(planned, **{**good, "bids_due_on": day("2026-03-01")})
    assert update(planned, announced_on=day("2026-03-02"), bids_due_on=day("2026-03-23"))


def test_single_source_and_exclusive_purchases_have_their_basis_before_the_notice(planned):
    notice = {"state": "'announced'", "announced_on": day("2026-03-02")}
    assert update(planned, method="'single_source'", **notice)
    assert update(planned, method="'inquiry'", exclusive=flag(True), **notice)
    reviewed = {"exclusive": flag(True), "fair_competition_ref": "'公审3号'"}
    assert update(planned, method="'inquiry'", **reviewed, **notice) == ""
    basis = {"single_source_basis": "'唯一'", "publicity_from": day("2026-02-20"), "publicity_until": day("2026-02-27")}
    assert update(planned, method="'single_source'", fair_competition_ref="'公审3号'", **basis, **notice)


def test_an_end_has_a_day_and_a_reason(planned):
    assert update(planned, state="'failed'", ended_on=day("2026-03-02"), end_reason="'流标'") == ""
    assert update(planned, state="'failed'", end_reason="'流标'")
    assert update(planned, state="'failed'", ended_on=day("2026-03-02"))
    assert update(planned, ended_on=day("2026-03-02"), end_reason="'流标'")


# --- the award -------------------------------------------------------------------------------------------------------


def test_an_award_is_confirmed_by_another_person_of_the_client(w, recorded):
    assert update(recorded, **confirmation(w)) == ""
    for who in ("officer", "operator_signatory", "authority_lead", "other_signatory", "rival_signatory"):
        assert update(recorded, **confirmation(w, confirmed_by=str(w.user(who).id))), who
    assert update(recorded, **confirmation(w, confirmed_by="NULL"))
    assert update(recorded, **confirmation(w, confirmed_at="NULL"))
    assert update(recorded, state="'awarded'")
    # Nothing is confirmed beside the move.
    assert update(recorded, confirmed_by=str(w.user("signatory").id), confirmed_at=moment())


def test_who_planned_does_not_confirm_what_another_recorded(w, project, recorded):
    second = w.actor("second_officer")
    with_second = room.recorded(w, project, "supervise")
    with act(second, Permission.PROCUREMENT_RECORD, ref=project.ref):
        stand_for_side(second, project.subject)
    db.session.commit()
    changes = {"awarded_by": str(second.user_id), "confirmed_by": "recorded_by"}
    assert update(with_second, **confirmation(w, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"award_fen": "2000001"},
        {"award_fen": "0"},
        {"award_fen": "NULL"},
        {"award_number": "''"},
        {"winner_id": "NULL"},
        {"award_sha256": "NULL"},
        {"award_sha256": "'" + "0" * 64 + "'"},
        {"awarded_by": "NULL"},
        {"awarded_by": "winner_id + 100000"},
        {"award_on": "NULL"},
    ],
    ids=str,
)
def test_an_award_is_whole_proven_and_within_its_budget(recorded, changes):
    assert update(recorded, **changes)


def test_an_award_comes_after_the_notice(recorded):
    assert update(recorded, award_on=day("2026-03-01"))
    assert update(recorded, award_on=day("2026-03-03")) == ""
    assert update(recorded, bids_due_on=day("2026-03-04"))
    assert update(recorded, publicity_until=day("2026-03-04"))


def test_who_wins_is_party_in_the_role_of_the_purchase(w, project, recorded):
    stranger = w.org("rival").id
    assert "becomes a party" in update(recorded, **confirmation(w, winner_id=str(stranger)))
    builder = room.recorded(w, project, "build")
    db.session.commit()
    assert "becomes a party" in update(builder, **confirmation(w))


@pytest.mark.parametrize("column", [*FIXED, "recorded_by"])
def test_what_a_purchase_is_about_never_changes(planned, column):
    other = f"{column} + 1" if column not in {"code", "purpose", "client_side", "client_role"} else f"{column} || 'x'"
    assert update(planned, **{column: other})


@pytest.mark.parametrize("column", [*PLAN, *AWARD, *CONFIRMED, "announced_on", "bids_due_on", "notice_number"])
def test_nothing_of_a_confirmed_award_changes(awarded, column):
    others = {
        "method": "'inquiry'",
        "exclusive": f"NOT {column}" if not is_sqlite() else f"1 - {column}",
        "awarded_at": moment(),
        "confirmed_at": moment(),
    }
    days = {"publicity_from", "announced_on", "bids_due_on", "award_on"}
    numbers = {"budget_fen", "award_fen", "winner_id", "awarded_by", "confirmed_by"}
    other = others.get(column) or (
        day("2026-02-01") if column in days else f"{column} + 1" if column in numbers else "'x'"
    )
    # People are refused as strangers to the client already, papers and notices as such.
    others = ("only people of the client act in its purchases", "right kind", "set once", "never lost")
    assert update(awarded, **{column: other}).endswith(("never changes", *others))


# --- notices and publicity ------------------------------------------------------------------------------------------

NOTICE = (
    "INSERT INTO procurement_notices (id, act_id, procurement_id, number, notice_number, announced_on, bids_due_on, "
    "recorded_by, recorded_at) SELECT 999, :act, {purchase}, {number}, '更正', {announced}, {due}, {by}, recorded_at "
    "FROM procurements WHERE id = {purchase}"
)


def noticed(purchase, **changes):
    given = {
        "purchase": purchase.id,
        "number": "2",
        "announced": day("2026-03-02"),
        "due": day("2026-04-02"),
        "by": purchase.recorded_by,
    }
    return attempt(db.session, NOTICE.format(**{**given, **changes}))


@pytest.fixture
def announced(w, project):
    made = room.announced(w, project, budget_fen=1_000_000)
    db.session.commit()
    return made


def test_a_notice_is_kept_for_good_and_numbered(w, announced):
    assert noticed(announced) == ""
    assert noticed(announced, number="1")
    assert noticed(announced, number="0")
    assert noticed(announced, due=day("2026-03-01"))
    for stranger in ("operator_officer", "authority_officer", "other_officer"):
        assert "people of the client" in noticed(announced, by=w.user(stranger).id)
    change = "UPDATE procurement_notices SET act_id = :act, notice_number = 'x'"
    assert "never changed" in attempt(db.session, change)
    assert "never deleted" in attempt(db.session, "DELETE FROM procurement_notices", None)


@pytest.mark.parametrize("make", ["recorded", "awarded", "contracted"])
def test_nothing_is_announced_once_there_is_an_award(w, request, make):
    assert "once a purchase is awarded" in noticed(request.getfixturevalue(make))


def test_the_first_day_stays_and_what_a_notice_said_is_never_lost(announced):
    assert "set once" in update(announced, announced_on=day("2026-03-01"))
    assert "set once" in update(announced, announced_on="NULL")
    for changes in ({"bids_due_on": day("2026-04-20")}, {"bids_due_on": "NULL"}, {"notice_number": "'更正'"}):
        assert update(announced, **changes)
    assert "never lost" in update(announced, bids_due_on=day("2026-04-20"))


def test_a_single_source_waits_for_the_end_of_its_publicity(w, project):
    made = room.planned_as(w, project, room.single_source(), room.proof())
    db.session.commit()
    opened = {"state": "'announced'", "notice_number": "''"}
    assert update(made, **opened, announced_on=day("2026-03-02")) == ""
    assert "publicity" in update(made, **opened, announced_on=day("2026-03-01"))
    actions.announce(w.actor("officer"), made, NoticeFacts("", today(), None))
    awards.record_award(w.actor("officer"), made, room.award_facts(w, made, award_on=today()), room.proof())
    db.session.commit()
    assert update(made, award_on=day("2026-03-01"))


# --- papers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [one.value for one in DocumentKind])
def test_a_file_counts_only_as_what_it_is_registered(w, project, planned, kind):
    sha = room.papers(w, project, kind)
    db.session.commit()
    right = kind == "single_source_publicity"
    assert (update(planned, publicity_sha256=f"'{sha}'") == "") is right
    assert (copied(planned, publicity_sha256=f"'{sha}'") == "") is right


@pytest.mark.parametrize("kind", ["feasibility", "single_source_publicity", "procurement_contract", "award_notice"])
def test_an_award_and_a_contract_rest_on_their_own_papers(w, project, recorded, awarded, kind):
    sha = room.papers(w, project, kind)
    db.session.commit()
    assert (update(recorded, award_sha256=f"'{sha}'") == "") is (kind == "award_notice")
    found = update(awarded, **contract(awarded, contract_sha256=f"'{sha}'"))
    assert (found == "") is (kind == "procurement_contract")
    assert kind == "procurement_contract" or "right kind" in found


# --- the contract ----------------------------------------------------------------------------------------------------


def scan_of(awarded):
    """A paper registered as a contract of the purchase's project; the column alone where there is none."""
    kind = ProjectDocument.kind == DocumentKind.PROCUREMENT_CONTRACT
    mine = ProjectDocument.project_id == awarded.project_id
    sha = db.session.scalar(sa.select(ProjectDocument.sha256).where(kind, mine))
    return f"'{sha}'" if sha else "NULL"


def contract(awarded, **changes):
    good = {
        "state": "'contracted'",
        "contract_number": "'HT-1'",
        "contract_signed_on": day("2026-03-05"),
        "contract_fen": "award_fen",
        "contract_sha256": scan_of(awarded),
    }
    return {**good, **changes}


def test_a_contract_is_whole_shown_and_within_its_award(w, project, awarded):
    room.papers(w, project, "procurement_contract")
    db.session.commit()
    assert update(awarded, **contract(awarded)) == ""
    assert update(awarded, **contract(awarded, contract_fen="award_fen - 1")) == ""
    assert "no more than its award" in update(awarded, **contract(awarded, contract_fen="award_fen + 1"))
    for changes in (
        {"contract_fen": "award_fen / 10 * 11"},
        {"contract_fen": "award_fen / 10 * 11 + 1"},
        {"contract_fen": "0"},
        {"contract_fen": "NULL"},
        {"contract_number": "''"},
        {"contract_signed_on": "NULL"},
        {"contract_signed_on": day("2026-03-01")},
        {"contract_sha256": "NULL"},
        {"contract_sha256": "'" + "0" * 64 + "'"},
        # Only operating is contracted here.
        {"own_contract": "'HT-1'"},
        {"published_on": day("2026-03-04")},
        {"filed_on": day("2026-03-04")},
    ):
        assert update(awarded, **contract(awarded, **changes)), changes


def test_operating_is_contracted_by_a_contract_of_this_system(w, project):
    made = room.awarded(w, project, "operate")
    db.session.commit()
    assert update(made, **contract(made))
    assert update(made, **contract(made, own_contract="'HT-1'")) == ""
    assert update(made, own_contract="'HT-1'") == ""


@pytest.mark.parametrize("column", [*CONTRACT, "own_contract"])
def test_nothing_of_a_contract_changes(contracted, column):
    others = {"contract_signed_on": day("2026-03-09"), "contract_fen": "contract_fen - 1"}
    assert update(contracted, **{column: others.get(column, "'x'")}).endswith(("never changes", "right kind"))


@pytest.mark.parametrize("column", ["published_on", "filed_on"])
def test_a_recorded_day_is_recorded_once(w, contracted, column):
    assert update(contracted, **{column: day("2026-03-04")}) == ""
    awards.record_publication(
        w.actor("officer"), contracted, contracted.contract_signed_on, contracted.contract_signed_on
    )
    db.session.commit()
    assert "set once" in update(contracted, **{column: day("2026-03-04")})
    assert "set once" in update(contracted, **{column: "NULL"})


# --- ever after ------------------------------------------------------------------------------------------------------


def test_an_ended_purchase_never_changes(w, planned):
    actions.cancel(w.actor("officer"), planned, "不再需要")
    db.session.commit()
    assert "never changes" in update(planned, end_reason="'另有原因'")
    assert update(planned, state="'planned'")


def test_purchases_are_never_deleted(planned):
    assert "never deleted" in attempt(db.session, "DELETE FROM procurements", None)


def test_a_purchase_changes_only_in_an_act(planned):
    values = {"id": planned.id, "used": planned.act_id.hex if is_sqlite() else str(planned.act_id)}
    statement = "UPDATE procurements SET act_id = :used, title = 'x' WHERE id = :id"
    assert "new act" in attempt(db.session, statement, values)
