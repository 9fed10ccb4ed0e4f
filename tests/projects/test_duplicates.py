"""The duplicate check: everything is compared, nobody reads what is not his, and the authority says what it means."""

import json

import pytest
import sqlalchemy as sa

from app.accounts.identities import actor_of
from app.core.db import db
from app.core.errors import NotAllowed, Refused, Stale, WrongState
from app.core.permissions import Permission, Role
from app.lifecycle.models import Task, TaskState
from app.projects import declaring
from app.projects.duplicates import DuplicateFinding, as_seen, judge_duplicates, page_of, verdicts_of
from app.projects.ledger import nearest
from app.projects.models import DuplicateVerdict
from app.services.models import ServiceCategory
from tests import factories
from tests.projects import room

TEXTS = {
    "purpose": "解决停车泊位底数不清的问题，方便市民停车。",
    "functions": "泊位信息采集\n占道停车收费\n车位预约与诱导",
}
# What tests.projects.room declares, in another city.
SAME = {
    "title": "深圳市政务服务一体化平台",
    "purpose": "群众办事少跑动。",
    "functions": "网上申报\n进度查询\n电子证照调用",
}
ELSEWHERE = {"title": "深圳市停车信息管理系统", **TEXTS}


def written(w, by="officer", title="广州市智慧停车平台", **changes):
    """A project with a name and basics of its own; nothing else is declared."""
    project = room.opened(w, by, title)
    declaring.set_basics(w.actor(by), project, room.basics(title=title, **{**TEXTS, **changes}), None)
    db.session.flush()
    return project


def submitted(w):
    project = room.submitted(w)
    db.session.flush()
    return project


def seen(w, project, by):
    """The matches as somebody sees them, without the services of the standing world."""
    shown = as_seen(w.actor(by), project.current, nearest(project.current))
    return [one for one in shown if "停车" in one.name]


def judged(w, project, verdict="none", reason="功能不同。", to_cut="", by="authority_officer", **more):
    return judge_duplicates(w.actor(by), project, verdict, reason, to_cut, **more)


# --- what is compared ------------------------------------------------------------------------------------------------


def test_a_double_in_another_region_stands_first_and_the_project_itself_is_left_out(w):
    other, third = (
        written(w, "other_officer", **ELSEWHERE),
        written(w, "other_officer", title="医院影像云", purpose="检查结果互认。", functions="影像归档\n跨院调阅"),
    )
    mine = written(w)
    found = nearest(mine.current, 50)
    assert found[0].work.key == f"project:{other.code}"
    scores = {one.work.key: one.score for one in found}
    assert found[0].score > 80 > 30 > scores[f"project:{third.code}"]
    assert f"project:{mine.code}" not in scores


def test_services_of_the_ledger_are_compared_by_what_they_say(w):
    service = factories.service(w.actor("other_officer"), "停车收费服务", ServiceCategory.PLATFORM)
    mine = written(w)
    assert f"service:{service.code}" in [one.work.key for one in nearest(mine.current)]


def test_what_is_declared_now_is_compared_not_what_was_before(w):
    other, mine = written(w, "other_officer", **ELSEWHERE), written(w)
    before = nearest(mine.current)[0].score
    facts = room.basics(title="深圳市医院影像云", purpose="检查结果互认。", functions="影像归档\n跨院调阅")
    declaring.set_basics(w.actor("other_officer"), other, facts, None)
    db.session.flush()
    after = {one.work.key: one.score for one in nearest(mine.current, 50)}
    assert after[f"project:{other.code}"] < 30 < before


def test_no_more_than_ten_are_shown(w):
    for number in range(12):
        room.opened(w, "other_officer", f"停车平台{number:03d}号")
    assert len(nearest(written(w).current)) == 10


# --- what is shown to whom -------------------------------------------------------------------------------------------


def test_outside_ones_reach_stand_name_owner_and_score_only(w):
    other, mine = written(w, "other_officer", **ELSEWHERE), written(w)
    (shown,) = seen(w, mine, "officer")
    assert (shown.name, shown.owner) == ("深圳市停车信息管理系统", "深圳市政务服务中心")
    assert shown.score > 80
    assert not shown.in_reach
    assert (shown.code, shown.state, shown.percent, shown.alike) == ("", "", [], [])
    (whole,) = seen(w, mine, "authority_officer")
    assert whole.code == other.code
    assert [part.label for part in whole.alike] == ["主要功能", "建设目的"]
    assert ("占道停车收费", True) in whole.alike[0].pieces or any(alike for _piece, alike in whole.alike[0].pieces)


def test_a_company_sees_only_what_it_may_open(w):
    written(w, "other_officer", **ELSEWHERE)
    service = factories.service(w.actor("other_officer"), "停车收费服务")
    mine = written(w)
    assert [one.code for one in seen(w, mine, "operator_officer")] == [service.code]


def test_the_page_shows_nothing_of_a_project_elsewhere_but_its_name(w, client):
    other, mine = written(w, "other_officer", **ELSEWHERE), written(w)
    db.session.commit()
    factories.sign_in(client, "officer")
    page = client.get(f"/projects/{mine.code}/duplicates").get_data(as_text=True)
    assert "深圳市停车信息管理系统" in page
    assert "不在您的查看范围" in page
    assert other.code not in page
    assert "泊位信息采集</mark>" not in page
    factories.sign_in(client, "authority_officer")
    page = client.get(f"/projects/{mine.code}/duplicates").get_data(as_text=True)
    assert f"/projects/{other.code}" in page
    assert "占道停车收费" in page
    assert "</mark>" in page


def test_a_project_out_of_reach_has_no_page(w, client):
    mine = written(w)
    db.session.commit()
    factories.sign_in(client, "rival_officer")
    assert client.get(f"/projects/{mine.code}/duplicates").status_code == 404


# --- the verdict -----------------------------------------------------------------------------------------------------


def test_the_verdict_keeps_what_was_compared_and_ends_the_task(w):
    written(w, "other_officer", **SAME)
    project = submitted(w)
    made = judged(w, project, "partial", "停车部分已有。", "停车收费功能")
    kept = json.loads(made.matches)
    assert kept[0]["name"] == SAME["title"]
    assert "网上申报" in str(kept[0]["alike"])
    assert set(kept[0]) == {"kind", "code", "name", "owner", "score", "alike"}
    assert verdicts_of(project) == [made]
    open_tasks = db.session.scalars(
        sa.select(Task.state).where(
            Task.subject_id == project.subject_id, Task.permission == Permission.DUPLICATE_JUDGE
        )
    ).all()
    assert TaskState.OPEN not in open_tasks


@pytest.mark.parametrize(
    "verdict, reason, to_cut, places",
    [
        ("maybe", "理由", "", ["verdict"]),
        ("none", " ", "", ["reason"]),
        ("partial", "理由", "", ["to_cut"]),
        ("none", "理由", "停车收费", ["to_cut"]),
        ("", "", "", ["verdict", "reason"]),
    ],
)
def test_a_verdict_that_says_too_little_is_refused_whole(w, verdict, reason, to_cut, places):
    project = submitted(w)
    with pytest.raises(Refused) as refusal:
        judged(w, project, verdict, reason, to_cut)
    assert [one.place for one in refusal.value.problems] == places


def test_a_draft_is_not_judged(w):
    with pytest.raises(WrongState):
        judged(w, written(w))


@pytest.mark.parametrize("by", ["officer", "signatory", "authority_lead", "operator_officer", "inspector"])
def test_only_an_officer_of_the_authority_judges(w, by):
    project = submitted(w)
    with pytest.raises(NotAllowed):
        judged(w, project, by=by)


def test_who_acted_for_the_client_does_not_judge_for_the_authority(w):
    project = submitted(w)
    user = w.user("officer")
    factories.joins(user, w.org("authority"), Role.AUTHORITY_OFFICER)
    moved = next(one for one in user.memberships if one.organisation_id == w.org("authority").id)
    page = page_of(actor_of(user, moved.id), project)
    assert not page.may_judge
    with pytest.raises(NotAllowed):
        judge_duplicates(actor_of(user, moved.id), project, "none", "功能不同。")


def test_a_ledger_that_changed_since_the_page_was_opened_is_told(w):
    project = submitted(w)
    page = page_of(w.actor("authority_officer"), project)
    assert page.may_judge
    written(w, "other_officer", **SAME)
    with pytest.raises(Stale):
        judged(w, project, seen=page.digest)
    judged(w, project, seen=page_of(w.actor("authority_officer"), project).digest)


def test_the_form_judges_and_keeps_what_was_typed_when_it_cannot(w, client):
    project = submitted(w)
    db.session.commit()
    digest = page_of(w.actor("authority_officer"), project).digest
    address = f"/projects/{project.code}/duplicates"
    factories.sign_in(client, "authority_officer")
    answer = client.post(address, data={"verdict": "partial", "reason": "停车部分已有。", "seen": digest})
    assert answer.status_code == 422
    assert "停车部分已有。" in answer.get_data(as_text=True)
    answer = client.post(
        address, data={"verdict": "partial", "reason": "停车部分已有。", "to_cut": "停车收费", "seen": digest}
    )
    assert answer.status_code == 302
    page = client.get(address).get_data(as_text=True)
    assert str(DuplicateFinding.PARTIAL.label) in page
    assert "停车收费" in page


# --- by SQL ----------------------------------------------------------------------------------------------------------

ATTACKS = {
    "by_client": {"judge_role": "client"},
    "without_reason": {"reason": ""},
    "partial_without_cut": {"verdict": "partial", "to_cut": ""},
    "unknown_verdict": {"verdict": "perhaps"},
}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_database_refuses(w, name):
    project = submitted(w)
    made = judged(w, project)
    columns = [column.key for column in DuplicateVerdict.__table__.columns if column.key != "id"]
    row = {key: getattr(made, key) for key in columns} | ATTACKS[name]
    with pytest.raises((sa.exc.IntegrityError, sa.exc.StatementError, LookupError)), db.session.begin_nested():
        db.session.execute(sa.insert(DuplicateVerdict.__table__).values(**row))
    for statement in ("UPDATE duplicate_verdicts SET reason = 'x'", "DELETE FROM duplicate_verdicts"):
        with pytest.raises(sa.exc.DBAPIError), db.session.begin_nested():
            db.session.execute(sa.text(statement))
