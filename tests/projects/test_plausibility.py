"""A declaration held against itself, its day and its namesakes: what is refused, what is noticed, and who sees it."""

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import TrailEntry
from app.core.clock import clock, today
from app.core.db import db
from app.core.errors import Refused
from app.core.permissions import Permission, Role
from app.gates.models import Decision
from app.gates.wording import about_in_words
from app.organisations.models import OrganisationKind
from app.projects import actions, declaring
from app.projects.plausibility import contradictions_in, namesake_remarks, remark_codes, remarks_on
from tests.factories import MANAGES, MOMENT, organisation, person, sign_in
from tests.intake import room as intake
from tests.projects import room


def notes(project, verb):
    leaf = db.session.scalars(
        sa.select(TrailEntry).where(TrailEntry.ref == project.ref, TrailEntry.verb == verb).order_by(TrailEntry.seq)
    ).all()[-1]
    return json.loads(leaf.details)["notes"]


def text_of(client, by, path, status=200):
    answer = sign_in(client, by).get(path)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


# --- contradictions --------------------------------------------------------------------------------------------------

CONTRARY = {
    "已经过去，不能再申报": {"planned_from": date(2025, 1, 1), "planned_until": date(2026, 3, 1)},
    "早于计划开工日": {"planned_from": date(2028, 1, 1), "planned_until": date(2028, 12, 31)},
}


@pytest.mark.parametrize("words", CONTRARY)
def test_a_plan_that_contradicts_itself_is_saved_and_not_submitted(w, words):
    project = room.declared(w)
    room.answered(w, project, room.Step.SUBMIT)
    declaring.set_basics(w.actor("officer"), project, room.basics(**CONTRARY[words]), None)
    with pytest.raises(Refused) as refusal:
        actions.submit(w.actor("officer"), project, room.seen_digest(project))
    assert [words in str(one.what) for one in refusal.value.problems] == [True]
    assert refusal.value.problems[0].remedy


def test_amounts_that_do_not_fit_are_told_whichever_was_written_last(w, client):
    project, officer = room.declared(w), w.actor("officer")
    declaring.set_money(officer, project, room.money(estimate_fen=100, design_budget_fen=100), None)
    assert [one.place for one in contradictions_in(project.current)] == ["operation"]
    with pytest.raises(Refused) as refusal:
        actions.submit(officer, project, room.seen_digest(project))
    assert "年度运营预算超过建设投资" in str(refusal.value)
    db.session.commit()
    page = text_of(client, "officer", f"/projects/{project.code}/declaration")
    assert "年度运营预算超过建设投资" in page
    assert f"/projects/{project.code}/declaration/operation" in page


def test_what_was_taken_in_is_held_to_no_day(w):
    project = intake.operating(w)
    assert (contradictions_in(project.current), remarks_on(project.current)) == ([], [])


# --- remarks ---------------------------------------------------------------------------------------------------------


def test_what_stands_out_is_kept_with_the_acts_and_shown_to_whoever_decides(w, client):
    project = room.reviewed(w, room.submitted(w, planned_from=date(2026, 1, 5), operating_budget_fen=310_000_000))
    noticed = ["operating_high", "start_past"]
    assert remark_codes(project.current) == noticed
    assert notes(project, Permission.PROJECT_SUBMIT)["remarks"] == noticed
    db.session.commit()
    for by in ("authority_lead", "authority_officer", "officer"):
        page = text_of(client, by, f"/projects/{project.code}/decisions")
        assert "未批先建" in page
        assert "超过建设投资" in page
    room.decided(w, project)
    assert notes(project, Permission.PROJECT_DECIDE)["remarks"] == noticed


def test_a_remark_is_about_the_day_of_submission(w):
    project = room.submitted(w)
    with clock.at(MOMENT + timedelta(days=300)):
        assert today() > project.current.planned_from
        assert remark_codes(project.current) == []


# --- namesakes -------------------------------------------------------------------------------------------------------


def test_who_opens_a_second_project_of_a_name_is_told_which_is_the_first(w, client):
    first = room.opened(w)
    db.session.commit()
    officer = sign_in(client, "officer")
    answer = officer.post("/projects/new", data={"title": room.TITLE}, follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert "已有同名项目" in page
    assert first.code in page
    other = officer.post("/projects/new", data={"title": "别的平台"}, follow_redirects=True)
    assert "已有同名项目" not in other.get_data(as_text=True)


def test_a_name_is_the_same_whatever_its_capitals_and_ends_with_its_project(w):
    officer = w.actor("officer")
    first = room.opened(w, title="12345 Hotline")
    second = room.opened(w, title="12345 hotline")
    assert [first.code in str(one.what) for one in namesake_remarks(officer, second)] == [True]
    actions.discard(officer, first, "与第二个合并")
    assert namesake_remarks(officer, second) == []


def test_out_of_reach_only_name_and_owner_are_told(w):
    first = room.opened(w)
    neighbour = organisation("广州市交通局", kind=OrganisationKind.AGENCY, sides=MANAGES)
    clerk = person(neighbour, Role.AGENCY_OFFICER)
    second = actions.open_project(clerk, room.TITLE)
    (said,) = namesake_remarks(clerk, second)
    assert first.code not in str(said.what)
    assert room.TITLE in str(said.what)
    (known,) = namesake_remarks(w.actor("authority_officer"), second)
    assert first.code in str(known.what)
    assert namesake_remarks(w.actor("rival_officer"), second) == []


# --- what a decision is about ----------------------------------------------------------------------------------------


def test_what_was_decided_on_is_kept_without_a_language(w, client):
    project = room.approved(w)
    kept = db.session.scalars(sa.select(Decision.about).where(Decision.subject_id == project.subject_id)).all()
    assert kept == ["declaration/1"]
    db.session.commit()
    assert "申报书第 1 版" in text_of(client, "officer", f"/projects/{project.code}/decisions")


@pytest.mark.parametrize(
    "kept, said",
    [
        ("declaration/2", "申报书第 2 版"),
        ("document/self_evaluation/自评〔2026〕1号", "自评价报告 自评〔2026〕1号"),
        ("document/exit_certificate/", "数据返还销毁证明"),
        ("YS-XM-4401-2026-0001-1", "YS-XM-4401-2026-0001-1"),
        ("申报书第 1 版", "申报书第 1 版"),
    ],
)
def test_it_is_said_in_the_language_of_the_reader(app, kept, said):
    with app.test_request_context():
        assert about_in_words(kept) == said
