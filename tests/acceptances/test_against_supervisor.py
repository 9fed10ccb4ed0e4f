"""What the supervisor says holds: about something put in, and against him only with a written reason."""

import pytest
import sqlalchemy as sa

from app.acceptances import actions
from app.acceptances.certificate import acceptance_sheet
from app.acceptances.content import told
from app.acceptances.kinds import AcceptanceState, Outcome
from app.acceptances.material import Material, proving_files
from app.core.canonical import Digests
from app.core.db import db
from app.core.errors import Refused
from app.gates.kinds import Stance, Step
from tests.acceptances import room
from tests.acceptances.test_guards import OF_ACCEPTANCE, bound, copied, ending, refused
from tests.factories import sign_in
from tests.projects import room as projects

AGAINST = "监理所指的接口不在本期范围。"


def words(refusal):
    return " ".join(f"{one.what}{one.why}" for one in refusal.value.problems)


@pytest.fixture
def opposed(w, acceptance):
    """The first item was submitted, and the supervisor does not agree."""
    item = acceptance.items[0]
    room.submitted(w, item)
    room.heard(w, item, Stance.OPPOSE)
    return item


def test_an_opinion_is_about_something_that_was_put_in(w, acceptance):
    item = acceptance.items[0]
    with pytest.raises(Refused) as refusal:
        room.heard(w, item)
    assert "没有提交任何材料" in words(refusal)
    actions.judge_item(w.actor("officer"), item, room.judgement(item), room.paper("客户自测.pdf"))
    room.heard(w, item)
    assert item.opinion is not None, "a file that the client put in can be spoken about"


def test_an_item_passes_against_the_supervisor_only_with_a_reason_that_is_kept(w, opposed):
    with pytest.raises(Refused) as refusal:
        room.judged(w, opposed)
    assert [one.place for one in refusal.value.problems] == ["against"]
    room.judged(w, opposed, against=AGAINST)
    assert (opposed.passed, opposed.result.against_reason, opposed.passed_unexplained) == (True, AGAINST, False)
    content = told(opposed.acceptance)
    assert content["items"][0]["results"][-1]["against"] == AGAINST


def test_where_the_supervisor_agrees_no_reason_is_kept(w, acceptance):
    item = acceptance.items[0]
    room.submitted(w, item)
    room.heard(w, item)
    room.judged(w, item, against="多余的话")
    assert item.result.against_reason == ""
    assert "against" not in told(acceptance)["items"][0]["results"][-1]


def test_an_opinion_given_after_the_judgement_closes_the_round_again(w, acceptance):
    room.ready(w, acceptance.project, Step.TRIAL)
    room.all_judged(w, acceptance)
    item = acceptance.items[0]
    room.heard(w, item, Stance.OPPOSE)
    with pytest.raises(Refused) as refusal:
        room.concluded(w, acceptance)
    assert "监理单位不同意" in words(refusal)
    room.judged(w, item, against=AGAINST)
    room.concluded(w, acceptance)
    assert acceptance.state is AcceptanceState.PASSED
    sheet = str(acceptance_sheet(told(acceptance), Digests(acceptance.sha256, acceptance.sm3)))
    assert f"不采纳监理意见：{AGAINST}" in sheet


def test_papers_of_other_steps_show_nothing_as_done(w, acceptance):
    item, project = acceptance.items[0], acceptance.project
    award = projects.register(w, project, "award_notice").sha256
    report = projects.register(w, project, "security_assessment").sha256
    officer = w.actor("officer")
    offered = {one.sha256 for one in proving_files(officer, project.subject)}
    assert (award in offered, report in offered) == (False, True)
    with pytest.raises(Refused) as refusal:
        actions.judge_item(officer, item, room.judgement(item), Material(digest=award))
    assert "不能证明" in words(refusal)
    assert not item.results
    actions.judge_item(officer, item, room.judgement(item), Material(digest=report))
    assert item.passed


def test_the_page_names_who_put_a_paper_in(w, acceptance, client):
    item = acceptance.items[0]
    actions.judge_item(w.actor("officer"), item, room.judgement(item), room.paper("客户自测.pdf"))
    db.session.commit()
    sign_in(client, "officer")
    page = client.get(f"/projects/{acceptance.project.code}/acceptance").get_data(as_text=True)
    assert "项目单位提供 · 赵经办" in page
    assert f"{item.deliverer.name}没有提交" in page


# --- by SQL ----------------------------------------------------------------------------------------------------------


def test_by_sql_no_opinion_on_nothing(w, acceptance):
    first, second = acceptance.items[:2]
    room.submitted(w, first)
    room.heard(w, first)
    assert "something that was put in" in refused(copied(first.opinions[0], item_id=str(second.id)))


def test_by_sql_nothing_passes_against_the_supervisor_without_a_reason(w, opposed):
    room.judged(w, opposed, Outcome.FAILED)
    found = refused(copied(opposed.result, number="2", outcome="'passed'", against_reason="''"))
    assert "only with a reason" in found


def test_by_sql_no_round_passes_against_the_supervisor(w, acceptance):
    room.all_judged(w, acceptance)
    room.heard(w, acceptance.items[0], Stance.OPPOSE)
    bound(w, acceptance.project, "signatory")
    changes = ending(w, acceptance)
    assert "against its supervisor" in refused(OF_ACCEPTANCE, **changes)


@pytest.mark.parametrize("kind", ["award_notice", "procurement_contract"])
def test_by_sql_no_paper_of_another_step_proves_an_item(w, acceptance, kind):
    item = acceptance.items[0]
    digest = projects.register(w, acceptance.project, kind).sha256
    actions.judge_item(w.actor("officer"), item, room.judgement(item), room.paper("自测.pdf"))
    assert "what was done" in refused(copied(item.result, number="2", sha256=f"'{digest}'"))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(type(item.result))) == 1
