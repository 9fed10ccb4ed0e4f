"""Pages of projects: who sees them, what they say and offer, what a refused form keeps."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import TrailEntry
from app.core.clock import today
from app.core.db import db
from app.gates.models import Decision, Obligation
from app.negative_lists.models import CheckRun
from app.projects.kinds import Deployment, ProjectState
from app.projects.models import Project
from app.projects.rulings import told_before
from tests.factories import sign_in
from tests.intake import room as intake
from tests.projects import room

S = ProjectState
PAGES = ("/projects/{code}", "/projects/{code}/decisions")
MAKES = (
    *(room.opened, room.declared, room.submitted, room.returned, room.approved),
    *(room.suspended, room.refused, room.terminated, intake.operating),
)


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def fresh(project):
    db.session.expire_all()
    return db.session.get_one(Project, project.id)


@pytest.mark.parametrize("make", MAKES)
def test_everybody_concerned_opens_a_project_in_every_state(client, w, make):
    project = make(w)
    for key in ("officer", "signatory", "authority_lead", "authority_officer", "leader", "inspector"):
        sign_in(client, key)
        for path in (*(one.format(code=project.code) for one in PAGES), "/projects", "/projects/overview"):
            assert project.code in page(client, path) or path.endswith("overview")


@pytest.mark.parametrize("key", ["other_officer", "rival_officer", "supervisor", "operator_signatory"])
def test_to_a_stranger_the_project_does_not_exist(client, w, key):
    project = room.approved(w)
    sign_in(client, key)
    for path in PAGES:
        assert client.get(path.format(code=project.code)).status_code == 404
    assert client.post(f"/projects/{project.code}/submit", data={"digest": "0" * 64}).status_code in {403, 404}
    assert project.code not in page(client, "/projects")


# --- what a page says ------------------------------------------------------------------------------------------------


def test_a_draft_says_everything_that_is_missing_with_where_to_put_it_right(client, w):
    project = room.opened(w)
    sign_in(client, "officer")
    text = page(client, f"/projects/{project.code}")
    assert "下一步：提交审批" in text
    assert "不能提交" in text
    assert f"/projects/{project.code}/documents" in text
    assert "G-08" in text
    assert "负面清单阻断" in text


def test_a_project_taken_in_invents_no_history(client, w):
    project = intake.operating(w)
    sign_in(client, "officer")
    text = page(client, f"/projects/{project.code}")
    assert f"录入于 {today().isoformat()}，此前没有记录" in text
    steps = text.split('class="gy-steps"', 1)[1].split("</ol>", 1)[0]
    assert steps.count("没有记录</span>") >= 2
    assert steps.count("据录入</span>") >= 2
    assert "已完成" not in steps


def test_people_are_named_with_what_they_did_first(client, w):
    project = room.approved(w)
    sign_in(client, "leader")
    text = page(client, f"/projects/{project.code}")
    for name in ("赵经办", "钱主办", "孙主任"):
        assert name in text
    assert "首次：申报项目" in text
    assert "首次：审批项目" in text


def test_who_owes_what_stands_with_its_deadline(client, w):
    project = room.submitted(w)
    sign_in(client, "officer")
    text = page(client, f"/projects/{project.code}")
    assert "审批项目" in text
    assert "2026-03-30" in text


def test_a_suspended_and_a_terminated_project_say_so(client, w):
    sign_in(client, "officer")
    suspended = room.suspended(w).code
    text = page(client, f"/projects/{suspended}")
    assert "暂停前是“已批准”" in text
    assert "不受理批复条件" in text
    assert "暂停计时，尚余 120 个工作日" in text
    assert "已逾期" not in text
    assert "暂停计时，尚余 120 个工作日" in page(client, "/projects")
    assert "暂停期间不编制、不签署权责清单" in page(client, f"/projects/{suspended}/duties")
    assert "记录全部保留，不能再办理" in page(client, f"/projects/{room.terminated(w).code}")


@pytest.mark.parametrize(
    "make, key, offered, withheld",
    [
        (room.opened, "officer", ["declaration"], ["submit", "terminate"]),
        (room.declared, "officer", ["declaration", "submit"], ["withdraw"]),
        (room.submitted, "officer", ["withdraw"], ["suspend", "decisions#decide"]),
        (room.submitted, "authority_lead", ["decisions#decide", "terminate"], ["withdraw"]),
        (room.submitted, "authority_officer", ["decisions"], ["terminate", "decisions#decide"]),
        (room.approved, "signatory", [], ["build", "withdraw"]),
        (room.approved, "authority_lead", ["suspend", "terminate"], ["build", "resume"]),
        (room.suspended, "authority_lead", ["resume", "terminate"], ["suspend"]),
        (room.refused, "authority_lead", [], ["terminate", "resume", "suspend"]),
        (room.approved, "leader", [], ["suspend", "terminate"]),
        (intake.operating, "officer", [], ["evaluate", "exit"]),
    ],
)
def test_buttons_are_for_who_may_press_them_now(client, w, make, key, offered, withheld):
    project = make(w)
    sign_in(client, key)
    text = page(client, f"/projects/{project.code}")
    shown = {one.split('"', 1)[0] for one in text.split(f'="/projects/{project.code}/')[1:]}
    assert set(offered) <= shown
    assert not set(withheld) & shown


# --- acts by web -----------------------------------------------------------------------------------------------------


def test_a_project_is_opened_by_web_and_leads_to_its_declaration(client, w):
    sign_in(client, "officer")
    refused = client.post("/projects/new", data={"title": "  "})
    assert refused.status_code == 422
    made = client.post("/projects/new", data={"title": "社保一卡通"})
    assert made.status_code == 302
    code = made.location.split("/")[2]
    assert made.location.endswith("/declaration")
    planned = client.post("/projects/new", data={"title": "规划项目", "planned": "y"})
    assert client.post(f"{planned.location}/begin").status_code == 302
    assert page(client, f"/projects/{code}")


def test_a_declaration_goes_to_its_decision_by_web(client, w):
    project = room.declared(w)
    room.answered(w, project, room.Step.SUBMIT)
    code, digest = project.code, room.seen_digest(project)
    sign_in(client, "officer")
    assert digest in page(client, f"/projects/{code}")
    assert client.post(f"/projects/{code}/submit", data={"digest": "0" * 64}).status_code == 422
    assert client.post(f"/projects/{code}/submit", data={"digest": digest}).status_code == 302
    sign_in(client, "authority_officer")
    half = {"kind": "expert", "giver_name": "许专家", "stance": "support", "text": "可行"}
    kept = client.post(f"/projects/{code}/opinions", data=half)
    assert kept.status_code == 422
    assert "许专家" in kept.get_data(as_text=True)
    whole = half | {"giver_organisation": "华南理工大学", "score": "91", "independent": "y"}
    assert client.post(f"/projects/{code}/opinions", data=whole).status_code == 302
    assert "平均 91.0 分" in page(client, f"/projects/{code}/decisions")
    room.register(w, fresh(project), "filing_form")
    with_verdict(w, fresh(project))
    sign_in(client, "authority_lead")
    ruling = {"verdict": "conditional", "digest": digest, "approval_number": "粤数审〔2026〕5号"}
    refused = client.post(f"/projects/{code}/decide", data=ruling)
    assert refused.status_code == 422
    assert "粤数审〔2026〕5号" in refused.get_data(as_text=True)
    half_row = ruling | {"conditions-0-text": "补充共享方案"}
    assert "第 1 项条件没有写全" in client.post(f"/projects/{code}/decide", data=half_row).get_data(as_text=True)
    due = (today() + timedelta(days=30)).isoformat()
    forged = half_row | {"conditions-0-owner": "NOBODY", "conditions-0-due_on": due}
    assert "第 1 项条件的责任单位不是" in client.post(f"/projects/{code}/decide", data=forged).get_data(as_text=True)
    whole_row = half_row | {"conditions-0-owner": "AGENCY", "conditions-0-due_on": due}
    assert client.post(f"/projects/{code}/decide", data=whole_row).status_code == 302
    assert fresh(project).state is S.APPROVED
    assert fresh(project).approval_number == "粤数审〔2026〕5号"
    assert db.session.scalars(sa.select(Obligation.text)).all() == ["补充共享方案"]
    text = page(client, f"/projects/{code}/decisions")
    assert "附条件通过" in text
    assert "决定时的闸门与要件" in text


def with_verdict(w, project):
    """The duplicate check and the answers, which other pages record."""
    room.judged(w, project)
    room.answered(w, project, room.Step.APPROVE)
    db.session.commit()


def test_a_second_return_shows_on_the_page_which_points_are_new(client, w):
    project = room.replied(w, room.returned(w, ("补充概算明细",)))
    told = len(told_before(project, room.Step.APPROVE))
    room.answered(w, project, room.Step.SUBMIT)
    room.actions.submit(w.actor("officer"), project, room.seen_digest(project))
    code = project.code
    sign_in(client, "authority_lead")
    text = page(client, f"/projects/{code}/decisions")
    assert f"此前已退回过，当时告知了 {told} 项" in text
    lines = {"notice": "补充概算明细\n补充安全方案\n", "reason": "仍不全"}
    assert client.post(f"/projects/{code}/return", data=lines).status_code == 302
    text = page(client, f"/projects/{code}/decisions")
    assert "其中 1 项前次退回时没有告知" in text


def test_a_notice_begins_with_what_is_missing_on_the_clients_part(client, w):
    project = room.submitted(w)
    sign_in(client, "authority_lead")
    text = page(client, f"/projects/{project.code}/decisions")
    notice = text.split("系统查出的缺项", 1)[1].split("</ol>", 1)[0]
    assert "缺少项目备案表：在材料中登记项目备案表。" in notice
    assert "评审意见" not in notice


def test_an_empty_return_keeps_what_was_typed(client, w):
    project = room.submitted(w)
    sign_in(client, "authority_officer")
    answer = client.post(f"/projects/{project.code}/return", data={"notice": "补充网络拓扑", "reason": ""})
    assert answer.status_code == 422
    assert "补充网络拓扑" in answer.get_data(as_text=True)
    assert db.session.scalar(sa.select(sa.func.count(Decision.id))) == 0


@pytest.mark.parametrize(
    "make, key, path, data, status",
    [
        (room.approved, "signatory", "build", {}, 422),
        (room.suspended, "signatory", "build", {}, 422),
        (room.submitted, "officer", "decide", {"verdict": "passed"}, 403),
        (room.submitted, "authority_lead", "decide", {"verdict": "king"}, 422),
        (room.submitted, "authority_lead", "decide", {"verdict": "returned"}, 422),
        (room.submitted, "authority_lead", "decide", {"verdict": "passed", "digest": "0" * 64}, 422),
        (room.submitted, "authority_lead", "build", {}, 403),
        (room.submitted, "other_officer", "withdraw", {"reason": "x"}, 404),
        (room.approved, "authority_lead", "suspend", {"reason": ""}, 422),
        (room.approved, "authority_lead", "suspend", {"reason": "x" * 2001}, 422),
        (room.approved, "authority_lead", "conclude", {"verdict": "passed"}, 422),
        (room.approved, "officer", "evaluate", {}, 422),
        (room.approved, "signatory", "exit", {"reason": "停用"}, 422),
        (room.declared, "authority_lead", "terminate", {"reason": "\u202e"}, 422),
    ],
)
def test_what_is_not_in_order_is_refused_by_address_and_changes_nothing(client, w, make, key, path, data, status):
    project = make(w)
    before = project.state
    sign_in(client, key)
    assert client.post(f"/projects/{project.code}/{path}", data=data).status_code == status
    assert fresh(project).state is before


# --- refused attempts ------------------------------------------------------------------------------------------------


def runs(project):
    rows = db.session.scalars(
        sa.select(CheckRun).where(CheckRun.subject_id == project.subject_id).order_by(CheckRun.id)
    )
    return [(run.step, run.refused, run.run_by) for run in rows]


def last_verb():
    return db.session.scalars(sa.select(TrailEntry.verb).order_by(TrailEntry.seq.desc()).limit(1)).one()


def test_a_step_that_its_lists_refused_leaves_the_check_and_nothing_else(client, w):
    project = room.declared(w, deployment=Deployment.OWN_ROOM)
    digest, officer = room.seen_digest(project), w.user("officer").id
    sign_in(client, "officer")
    answer = client.post(f"/projects/{project.code}/submit", data={"digest": digest})
    assert answer.status_code == 422
    found = fresh(project)
    assert (found.state, found.current.sha256) == (S.DRAFT, None)
    assert runs(found) == [(room.Step.SUBMIT, True, officer)]
    assert last_verb() == "check:attempt"
    kept = db.session.scalars(sa.select(CheckRun).where(CheckRun.refused)).one()
    assert kept.blocking > 0
    assert json.loads(kept.facts)["project.kind"] == "new"
    assert "办理未通过" in page(client, f"/projects/{project.code}/screening")
    # The same attempt on the same facts says nothing new; another person's does.
    client.post(f"/projects/{project.code}/submit", data={"digest": digest})
    assert len(runs(found)) == 1
    sign_in(client, "second_officer")
    client.post(f"/projects/{project.code}/submit", data={"digest": digest})
    assert runs(fresh(project))[1:] == [(room.Step.SUBMIT, True, w.user("second_officer").id)]


def test_a_decision_that_its_lists_refused_leaves_the_check_and_no_decision(client, w):
    project = room.submitted(w)
    sign_in(client, "authority_lead")
    ruling = {"verdict": "passed", "digest": room.seen_digest(project)}
    assert client.post(f"/projects/{project.code}/decide", data=ruling).status_code == 422
    assert runs(fresh(project))[-1] == (room.Step.APPROVE, True, w.user("authority_lead").id)
    assert db.session.scalar(sa.select(sa.func.count(Decision.id))) == 0
    assert fresh(project).state is S.SUBMITTED


def test_what_only_its_gates_refused_leaves_no_check(client, w):
    project = room.approved(w)
    before = runs(project)
    sign_in(client, "signatory")
    assert client.post(f"/projects/{project.code}/build").status_code == 422
    assert runs(fresh(project)) == before
