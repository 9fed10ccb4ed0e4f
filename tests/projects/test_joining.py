"""Who becomes a party of a project: by an award whoever builds, operates, supervises or tests it, by hand the rest."""

import pytest
from sqlalchemy.exc import DBAPIError

from app.audit import act
from app.core.db import db
from app.core.errors import Refused
from app.core.permissions import Permission
from app.projects import declaring
from app.projects.declaring import BY_AWARD
from app.subjects.actions import add_party
from app.subjects.models import PartyRole
from app.subjects.queries import parties_of
from tests.acceptances.room import moved
from tests.factories import controls, sign_in
from tests.intake import room as intake
from tests.procurement import room as procurement
from tests.projects import room
from tests.separation.breaking import attempt

R = PartyRole
ABLE = {R.OPERATOR: "operator", R.BUILDER: "operator", R.SUPERVISOR: "watcher", R.TESTER: "watcher"}
INSERTED = (
    "INSERT INTO parties (id, subject_id, organisation_id, side, role, row_version, act_id) "
    "SELECT (SELECT max(id) + 1 FROM parties), subject_id, organisation_id, side, :role, 1, :act "
    "FROM parties WHERE id = :id"
)


@pytest.fixture
def officer(w):
    return w.actor("officer")


def party(project, role):
    return next(one for one in parties_of(project.subject) if one.role is role)


def roles(project):
    return [one.role.value for one in parties_of(project.subject)]


@pytest.mark.parametrize("make", [room.opened, room.approved])
@pytest.mark.parametrize("role", sorted(BY_AWARD))
def test_who_is_chosen_by_a_purchase_is_not_added_by_hand(w, officer, make, role):
    project = make(w)
    with pytest.raises(Refused) as refusal:
        declaring.join_party(officer, project, w.org(ABLE[role]), role)
    assert "不能手工添加" in str(refusal.value)
    assert refusal.value.problems[0].place == "role"
    assert roles(project) == ["client", "competent_authority"]


def test_a_confirmed_award_makes_the_winner_a_party_and_nobody_takes_him_out_by_hand(w, officer):
    project = room.approved(w)
    procurement.recorded(w, project, "build", winner=w.org("operator"))
    assert "builder" not in roles(project)
    bought = procurement.awarded(w, project, "supervise")
    assert "supervisor" in roles(project)
    with pytest.raises(Refused) as refusal:
        declaring.drop_party(officer, project, party(project, R.SUPERVISOR))
    assert "采购成交" in str(refusal.value)
    procurement.actions.cancel(officer, bought, "预算调整")
    assert "supervisor" not in roles(project)


def test_others_are_added_by_hand_on_their_side_only(w, officer):
    project = room.opened(w)
    joined = declaring.join_party(officer, project, w.org("finance"), R.FINANCE)
    declaring.join_party(officer, project, w.org("watcher"), R.EVALUATOR)
    for key, role in (("operator", R.EVALUATOR), ("rival", R.CLIENT), ("watcher", R.FINANCE)):
        with pytest.raises(Refused):
            declaring.join_party(officer, project, w.org(key), role)
    declaring.drop_party(officer, project, joined)
    assert roles(project) == ["client", "competent_authority", "evaluator"]


def test_to_a_project_taken_in_everybody_who_was_there_is_added(w, officer):
    project = intake.approved(w)
    joined = declaring.join_party(officer, project, w.org("operator"), R.OPERATOR)
    declaring.join_party(officer, project, w.org("operator"), R.BUILDER)
    with pytest.raises(Refused):
        declaring.join_party(officer, project, w.org("operator"), R.SUPERVISOR)
    declaring.drop_party(officer, project, joined)
    assert roles(project) == ["client", "competent_authority", "builder"]


def test_who_controls_a_party_of_another_side_does_not_join(w, officer):
    project = intake.approved(w)
    controls(w.org("watcher"), w.org("operator"))
    declaring.join_party(officer, project, w.org("operator"), R.OPERATOR)
    with pytest.raises(Refused) as refusal:
        declaring.join_party(officer, project, w.org("watcher"), R.SUPERVISOR)
    assert "控制" in str(refusal.value)


def test_client_and_authority_stay(w, officer):
    project = room.opened(w)
    for one in list(parties_of(project.subject)):
        with pytest.raises(Refused):
            declaring.drop_party(officer, project, one)


def test_whose_people_have_acted_is_told_what_fits_a_project(w, officer):
    project = intake.approved(w)
    joined = declaring.join_party(officer, project, w.org("watcher"), R.SUPERVISOR)
    room.register(w, project, "other", "supervisor")
    with pytest.raises(Refused) as refusal:
        declaring.drop_party(officer, project, joined)
    assert "作废后重新起草" not in str(refusal.value.problems[0].remedy)
    assert "新的当事方" in str(refusal.value.problems[0].remedy)


def test_the_page_says_how_each_came_in_and_offers_only_what_is_given_by_hand(app, client, w, officer):
    project = procurement.joined(w, room.approved(w), "watcher", R.SUPERVISOR)
    declaring.join_party(officer, project, w.org("finance"), R.FINANCE)
    taken_in = intake.operating(w)
    db.session.commit()
    sign_in(client, "officer")
    page = client.get(f"/projects/{project.code}/declaration").get_data(as_text=True)
    assert "采购成交" in page
    assert "项目单位登记" in page
    assert page.count("移出</button>") == 1
    assert "存量录入" in client.get(f"/projects/{taken_in.code}/declaration").get_data(as_text=True)
    form = client.get(f"/projects/{project.code}/declaration/parties/new").get_data(as_text=True)
    assert 'value="finance"' in form
    assert not any(f'value="{role.value}"' in form for role in BY_AWARD)


# --- by SQL ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def operated(w):
    """Approved, with an operator that has won."""
    project = procurement.joined(w, room.approved(w), "operator", R.OPERATOR)
    db.session.commit()
    return project


def test_nobody_joins_without_an_award_by_sql(operated):
    values = {"role": "builder", "id": party(operated, R.OPERATOR).id}
    assert "joins it by an award" in attempt(db.session, INSERTED, values)


def test_nobody_changes_his_part_by_sql(operated):
    for change in ("role = 'builder'", "organisation_id = organisation_id + 1", "side = 'supervision'"):
        found = attempt(
            db.session,
            f"UPDATE parties SET {change}, act_id = :act WHERE id = :id",
            {"id": party(operated, R.OPERATOR).id},
        )
        assert "never changes" in found


def test_a_winner_is_not_deleted_by_sql(operated):
    found = attempt(db.session, "DELETE FROM parties WHERE id = :id", {"id": party(operated, R.OPERATOR).id})
    assert "while the award stands" in found


def test_nothing_is_begun_with_a_winner_whom_nobody_confirmed(w, operated, officer):
    procurement.recorded(w, operated, "build", winner=w.org("operator"), budget_fen=procurement.CHEAP)
    with act(officer, Permission.PROJECT_DECLARE, ref=operated.ref):
        add_party(operated.subject, w.org("operator"), R.BUILDER)
    with pytest.raises(DBAPIError, match="whose award is confirmed"):
        moved(w, operated)


def test_a_project_taken_in_takes_who_was_there_by_sql_too(w, officer):
    project = intake.approved(w)
    joined = declaring.join_party(officer, project, w.org("operator"), R.OPERATOR)
    db.session.commit()
    assert attempt(db.session, INSERTED, {"role": "builder", "id": joined.id}) == ""
