"""No way round a step: notices are answered, numbers given once, experts overruled only with a reason."""

import json

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.core.errors import Refused, WrongState
from app.gates.actions import ConditionFacts
from app.gates.kinds import Stance, Step, Verdict
from app.gates.models import Decision
from app.gates.queries import last_decision
from app.projects import actions, declaring
from app.projects.answering import answer
from app.projects.approval_numbers import plain_number
from app.projects.kinds import ProjectState
from app.projects.notice_models import NoticeAnswer
from app.projects.notices import found_missing, points_answered
from app.projects.pages import steps_of
from app.projects.queries import standing_of
from app.projects.regional import overview_of
from app.projects.rulings import notice_of
from tests.factories import sign_in
from tests.projects import room
from tests.separation.breaking import attempt

V = Verdict


def refused(statement, **values):
    return attempt(db.session, statement, values or None)


def words(refusal):
    return " ".join(f"{one.what}{one.why}" for one in refusal.value.problems)


# --- notices ---------------------------------------------------------------------------------------------------------


def test_what_the_system_finds_missing_is_told_whatever_the_officer_writes(w):
    project = room.submitted(w)
    found = found_missing(project)
    assert found
    decision = actions.return_for_change(w.actor("authority_lead"), project, "材料不全。", ("补充概算明细",))
    assert notice_of(decision) == (*found, "补充概算明细")
    assert decision.points == len(found) + 1


def decisions_of(client, project):
    code = project.code
    db.session.commit()
    return sign_in(client, "authority_lead").get(f"/projects/{code}/decisions").get_data(as_text=True)


def test_a_return_is_submitted_again_only_when_every_point_is_answered(client, w):
    project = room.returned(w)
    officer, told = w.actor("officer"), last_decision(project.subject, Step.APPROVE)
    with pytest.raises(Refused) as refusal:
        actions.submit(officer, project, room.seen_digest(project))
    assert len([one for one in refusal.value.problems if one.place == "answers"]) == told.points
    answer(officer, project, {1: "已登记备案表。"})
    with pytest.raises(Refused) as refusal:
        actions.submit(officer, project, room.seen_digest(project))
    assert len([one for one in refusal.value.problems if one.place == "answers"]) == told.points - 1
    room.replied(w, project)
    actions.submit(officer, project, room.seen_digest(project))
    assert project.state is ProjectState.SUBMITTED
    page = decisions_of(client, project)
    assert "第1项已补正" in page
    assert "与退回时完全相同" in page, "nothing was touched since, and whoever decides is told so"


def test_a_changed_declaration_is_not_called_unchanged(client, w):
    project = room.returned(w)
    declaring.set_money(w.actor("officer"), project, room.money(design_budget_fen=280_000_000), None)
    room.replied(w, project)
    actions.submit(w.actor("officer"), project, room.seen_digest(project))
    assert "与退回时完全相同" not in decisions_of(client, project)


def test_answers_are_kept_one_after_the_other_and_the_newest_counts(w):
    project = room.returned(w)
    officer, told = w.actor("officer"), last_decision(project.subject, Step.APPROVE)
    answer(officer, project, {1: "将补充。"})
    answer(officer, project, {1: "已补充。"})
    with pytest.raises(Refused, match="没有填写新的答复"):
        answer(officer, project, {1: "已补充。", 2: "  "})
    assert points_answered(told)[0].answer.text == "已补充。"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(NoticeAnswer)) == 2


def test_where_nothing_was_returned_nothing_is_answered(w):
    with pytest.raises(Refused):
        answer(w.actor("officer"), room.declared(w), {1: "答复"})
    with pytest.raises(WrongState):
        answer(w.actor("officer"), room.submitted(w, title="另一个平台"), {1: "答复"})


def test_the_client_answers_on_the_page_of_the_declaration_and_the_decider_reads_it(client, w):
    project = room.returned(w)
    code, points = project.code, last_decision(project.subject, Step.APPROVE).points
    db.session.commit()
    here = f"/projects/{code}/declaration"
    assert 'name="answers-0"' in sign_in(client, "officer").get(here).get_data(as_text=True)
    sent = {f"answers-{number}": f"第{number}处改好了" for number in range(points)}
    assert client.post(f"{here}/answers", data=sent).status_code == 302
    assert client.post(f"{here}/answers", data=sent).status_code == 422
    page = sign_in(client, "authority_lead").get(f"/projects/{code}/decisions").get_data(as_text=True)
    assert "第0处改好了" in page
    assert client.post(f"{here}/answers", data=sent).status_code in {403, 404}


def test_by_sql_no_return_goes_back_unanswered(w):
    project = room.returned(w)
    moved = "UPDATE projects SET act_id = :act, state = 'submitted' WHERE id = :id"
    db.session.execute(sa.text(f"DROP TRIGGER projects_submitted_version{_on('projects')}"))
    assert "every point of its notice" in refused(moved, id=project.id)
    room.replied(w, project)
    assert refused(moved, id=project.id) == ""


def _on(table):
    return "" if db.session.get_bind().dialect.name == "sqlite" else f" ON {table}"


def test_by_sql_answers_are_of_points_of_the_last_notice_and_never_change(w):
    project = room.returned(w)
    made = answer(w.actor("officer"), project, {1: "已补充。"})[0]
    columns = [one.key for one in sa.inspect(NoticeAnswer).column_attrs]

    def copied(**changes):
        chosen = {"id": "999", "act_id": ":act", **changes}
        values = ", ".join(chosen.get(one, one) for one in columns)
        return refused(
            f"INSERT INTO notice_answers ({', '.join(columns)}) "
            f"SELECT {values} FROM notice_answers WHERE id = {made.id}"
        )

    assert copied(point="2") == ""
    assert "last notice" in copied(point="99")
    assert copied(text="''")
    assert copied(answerer_role="'competent_authority'")
    assert "never changed" in refused("UPDATE notice_answers SET act_id = :act, text = '别的'")
    assert "never deleted" in refused("DELETE FROM notice_answers")
    room.replied(w, project)
    actions.submit(w.actor("officer"), project, room.seen_digest(project))
    assert "last notice" in copied(point="2"), "what is submitted is answered no more"


def test_by_sql_a_return_says_how_many_points_it_tells(w):
    room.returned(w)
    decision = db.session.scalars(sa.select(Decision)).one()
    columns = [one.key for one in sa.inspect(Decision).column_attrs]
    chosen = {"id": "999", "act_id": ":act", "round": "2", "points": "0"}
    values = ", ".join(chosen.get(one, one) for one in columns)
    copied = f"INSERT INTO decisions ({', '.join(columns)}) SELECT {values} FROM decisions WHERE id = {decision.id}"
    assert "how many points" in refused(copied)


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    ["粤数审〔2026〕9号", "粤数审[2026]9号", "粤数审（2026） 9 号", "粤数审【2026】９号", " 粤数审(2026)9号 "],
)
def test_a_number_is_one_however_it_is_written(written):
    assert plain_number(written) == "粤数审(2026)9号"


def test_an_authority_gives_a_number_once(w):
    first = room.reviewed(w, room.submitted(w))
    lead = w.actor("authority_lead")
    actions.decide(lead, first, actions.Ruling(V.PASSED), room.seen_digest(first), "粤数审〔2026〕9号")
    second = room.reviewed(w, room.submitted(w, title="另一个平台"))
    with pytest.raises(Refused) as refusal:
        actions.decide(lead, second, actions.Ruling(V.PASSED), room.seen_digest(second), "粤数审[2026] 9号")
    assert first.code in words(refusal)
    assert [one.place for one in refusal.value.problems] == ["approval_number"]


def test_by_sql_no_number_is_given_twice(w):
    first = room.approved(w)
    second = room.reviewed(w, room.submitted(w, title="另一个平台"))
    actions.decide(w.actor("authority_lead"), second, actions.Ruling(V.PASSED), room.seen_digest(second))
    number = first.approval_number.replace("〔", "[").replace("〕", " ]")
    update = "UPDATE projects SET act_id = :act, approval_number = :number, approval_key = :key WHERE id = :id"
    assert "once" in refused(update, number=number, key="x", id=second.id)
    assert "key" in refused(update, number="粤数审〔2026〕99号", key=None, id=second.id)
    assert refused(update, number="粤数审〔2026〕99号", key=first.approval_key, id=second.id)
    assert refused(update, number="粤数审〔2026〕99号", key="1:粤数审(2026)99号", id=second.id) == ""


# --- experts ---------------------------------------------------------------------------------------------------------


def opposed(w):
    project = room.submitted(w)
    room.register(w, project, "filing_form")
    actions.opine(w.actor("authority_officer"), project, room.opinion(stance=Stance.OPPOSE, score=60), None)
    room.judged(w, project)
    room.answered(w, project, Step.APPROVE)
    return project


@pytest.mark.parametrize("verdict", [V.PASSED, V.CONDITIONAL])
def test_against_every_expert_only_with_a_written_reason(w, verdict):
    project = opposed(w)
    condition = ConditionFacts("补充论证", w.org("agency").id, room.date(2026, 6, 1))
    conditions = (condition,) if verdict is V.CONDITIONAL else ()
    with pytest.raises(Refused) as refusal:
        room.decided(w, project, verdict, conditions=conditions)
    assert "专家都不同意" in words(refusal)
    room.decided(w, project, verdict, conditions=conditions, reason="专家所指问题已由方案修改解决。")
    assert project.state is ProjectState.APPROVED


def test_by_sql_nothing_passes_against_every_expert_without_a_reason(w):
    project = opposed(w)
    room.decided(w, project, V.PASSED, reason="已由方案修改解决。")
    decision = db.session.scalars(sa.select(Decision).where(Decision.step == "approve")).one()
    db.session.execute(sa.text(f"DROP TRIGGER opinions_never_changed{_on('opinions')}"))
    columns = [one.key for one in sa.inspect(Decision).column_attrs]
    chosen = {"id": "999", "act_id": ":act", "round": "2", "reason": "''"}
    values = ", ".join(chosen.get(one, one) for one in columns)
    copied = f"INSERT INTO decisions ({', '.join(columns)}) SELECT {values} FROM decisions WHERE id = {decision.id}"
    assert refused(copied) == ""
    db.session.execute(sa.text("DROP TRIGGER opinions_update_under_act" + _on("opinions")))
    db.session.execute(sa.text("UPDATE opinions SET round = 2"))
    assert "against every expert" in refused(copied)
    assert json.loads(decision.notice) == []


# --- lists -----------------------------------------------------------------------------------------------------------


def test_a_draft_that_was_given_up_is_no_failed_declaration(client, w):
    project = room.declared(w)
    actions.discard(w.actor("officer"), project, "改由省里统建。")
    assert standing_of(project.current) == ("草稿已撤销", "muted")
    states = {one["label"]: one["state"] for one in steps_of(project, [])}
    assert "failed" not in states.values()
    assert overview_of(w.actor("officer")).total.total == 0
    code = project.code
    db.session.commit()
    page = sign_in(client, "officer").get(f"/projects/{code}").get_data(as_text=True)
    assert "草稿已撤销" in page
    assert code not in client.get("/projects?phase=declaration").get_data(as_text=True)
    assert "草稿已撤销" in client.get("/projects").get_data(as_text=True)


def test_what_was_never_screened_is_said_and_found(client, w):
    never, screened = room.opened(w).code, room.submitted(w, title="另一个平台").code
    db.session.commit()
    sign_in(client, "officer")
    assert "未筛查" in client.get("/projects").get_data(as_text=True)
    found = {asked: client.get(f"/projects?blocked={asked}").get_data(as_text=True) for asked in ("never", "no")}
    assert (never in found["never"], screened in found["never"]) == (True, False)
    assert (never in found["no"], screened in found["no"]) == (False, True)
