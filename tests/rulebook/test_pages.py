"""The pages: what is typed stays, what is wrong stands at its field, a condition is judged while it is written."""

import pytest

from app.conditions.cel import MAX_LENGTH
from app.core.clock import today
from app.core.db import db
from app.core.permissions import Role
from app.negative_lists.kinds import Outcome
from app.organisations import actions as organisations
from app.organisations.models import MandateKind
from app.rulebook import pages
from app.rulebook.models import DraftState, RuleDraft
from app.rulebook.queries import content_of_draft, draft_by_code
from tests.factories import organisation, person, region, sign_in
from tests.negative_lists.room import own_room
from tests.rulebook.room import ITEM, drafted, submitted, values_of

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.fixture
def officer(client, w):
    return sign_in(client, "authority_officer")


def form_of(draft, **changes):
    """What the editor's form sends for a draft as it stands, with changes by place."""
    values = values_of(draft, **changes)
    sent = {f"e.{place}": value for place, value in values.items() if value is not False}
    return {**sent, "reason": draft.reason, "_version": draft.row_version}


def begun(officer, kind="negative_item", code=ITEM, **sent):
    answer = officer.post(f"/rulebook/new?kind={kind}&code={code}", data=sent)
    assert answer.status_code == 302
    return draft_by_code(answer.location.split("/")[2])


def test_from_the_page_of_an_item_to_a_version(officer, w):
    assert f"/rulebook/new?kind=negative_item&amp;code={ITEM}" in officer.get(f"/negative-lists/{ITEM}").text
    assert "开始起草" in officer.get(f"/rulebook/new?kind=negative_item&code={ITEM}").text
    draft = begun(officer)
    page = officer.get(f"/rulebook/{draft.code}/edit").text
    assert "这个条件的意思" in page and "部署方式" in page
    sent = {**form_of(draft, remedy__zh="改用政务云。"), "reason": "收紧。", "do": "submit"}
    answer = officer.post(f"/rulebook/{draft.code}/edit", data=sent)
    assert answer.location == f"/rulebook/{draft.code}"
    assert "改用政务云。" in officer.get(f"/rulebook/{draft.code}").text
    lead = sign_in(officer, "authority_lead")
    assert draft.code in lead.get("/").text
    seen = draft_by_code(draft.code).digest
    assert lead.post(f"/rulebook/{draft.code}/review", data={"seen": seen, "note": ""}).status_code == 302
    refused = lead.post(f"/rulebook/{draft.code}/publish", data={"seen": seen, "valid_from": today().isoformat()})
    assert refused.status_code == 422 and "须先对现有项目和合同回放" in refused.text
    assert lead.post(f"/rulebook/{draft.code}/replay").status_code == 302
    sent = {"seen": seen, "valid_from": today().isoformat()}
    assert lead.post(f"/rulebook/{draft.code}/publish", data=sent).status_code == 302
    assert draft_by_code(draft.code).state is DraftState.PUBLISHED
    assert "已发布为第 2 版" in lead.get(f"/rulebook/{draft.code}").text
    again = lead.post(f"/rulebook/{draft.code}/publish", data=sent)
    assert again.status_code == 422 and "当前状态不能" in again.text


@pytest.mark.sqlite_only
def test_what_does_not_compile_is_saved_and_told_at_its_field(officer):
    draft = begun(officer)
    wrong = "project.deploiment == 1"
    answer = officer.post(f"/rulebook/{draft.code}/edit", data={**form_of(draft, condition=wrong), "do": "save"})
    assert answer.status_code == 302
    draft = draft_by_code(draft.code)
    assert content_of_draft(draft)["condition"] == wrong
    answer = officer.post(f"/rulebook/{draft.code}/edit", data={**form_of(draft), "reason": "改", "do": "submit"})
    assert answer.status_code == 422
    assert 'href="#e.condition"' in answer.text and wrong in answer.text
    assert draft_by_code(draft.code).state is DraftState.DRAFT


@pytest.mark.sqlite_only
def test_two_tabs_keep_what_was_typed(officer):
    draft = begun(officer)
    old = form_of(draft, remedy__zh="一。")
    assert officer.post(f"/rulebook/{draft.code}/edit", data={**old, "do": "save"}).status_code == 302
    answer = officer.post(f"/rulebook/{draft.code}/edit", data={**old, "e.remedy.zh": "二。", "do": "save"})
    assert answer.status_code == 422 and "二。" in answer.text
    assert content_of_draft(draft_by_code(draft.code))["remedy"]["zh"] == "一。"


@pytest.mark.sqlite_only
def test_texts_are_texts_everywhere(officer):
    draft = begun(officer)
    texts = {
        "name__zh": HOSTILE,
        "citation": HOSTILE,
        "condition": HOSTILE,
        "valid_until": HOSTILE[:40],
        "list": HOSTILE,
    }
    sent = {**form_of(draft, **texts), "reason": HOSTILE, "subject": HOSTILE, "do": "check"}
    looked = officer.post(f"/rulebook/{draft.code}/edit", data=sent)
    assert officer.post(f"/rulebook/{draft.code}/edit", data={**sent, "do": "save"}).status_code == 302
    for page in (looked, *(officer.get(f"/rulebook/{draft.code}{tail}") for tail in ("", "/edit", "/file"))):
        assert page.status_code == 200
        assert "<script>alert" not in page.text and "<img src=x" not in page.text
    assert "<script>alert" not in officer.get("/rulebook").text


def test_a_condition_is_told_and_judged_while_it_is_typed(officer, w):
    own = own_room(w, "officer").subject.code
    ask = {"place": "e.condition", "subject": own, "e.condition": 'project.deployment == "own_room"'}
    told = officer.post("/rulebook/check", data=ask).text
    assert "条件成立" in told and "自有机房" in told
    told = officer.post("/rulebook/check", data={**ask, "e.condition": "app.low_use > 1"}).text
    assert "不明" in told and "尚无记录" in told
    told = officer.post("/rulebook/check", data={**ask, "e.condition": "project.deployment == 1"}).text
    assert "gy-flaws" in told and "第 1 行第" in told
    told = officer.post("/rulebook/check", data={**ask, "subject": "XM-0000-2026-0001"}).text
    assert "没有您可以查看的项目或合同" in told
    assert "还没有写条件" in officer.post("/rulebook/check", data={}).text
    assert db.session.query(RuleDraft).count() == 0


def test_a_subject_out_of_reach_is_not_told(client, w):
    """Only what the person may see is judged; anything else is answered like what does not exist."""
    from app.core.permissions import Role
    from app.organisations import actions as organisations
    from app.organisations.models import MandateKind
    from tests.factories import organisation, person, region

    office = organisation("市数据局", kind=w.org("authority").kind, place="4403", sides=w.org("authority").sides)
    organisations.give_mandate(w.actor("system_admin"), office, region("4403"), MandateKind.COMPETENT)
    stranger = person(office, Role.AUTHORITY_OFFICER, login="shenzhen")
    own = own_room(w, "officer").subject.code
    assert stranger.login == "shenzhen"
    ask = {"place": "e.condition", "subject": own, "e.condition": 'project.deployment == "own_room"'}
    told = sign_in(client, "shenzhen").post("/rulebook/check", data=ask).text
    assert "没有您可以查看的项目或合同" in told and "条件成立" not in told


@pytest.mark.sqlite_only
def test_a_code_on_no_list_is_told_while_it_is_typed(officer):
    ask = {"place": "e.condition", "e.condition": 'project.category == "secutiry"'}
    told = officer.post("/rulebook/check", data=ask).text
    assert "secutiry" in told and "比较永远不会成立" in told and "security" in told
    ask["e.condition"] = 'project.category == "security"'
    assert "比较永远不会成立" not in officer.post("/rulebook/check", data=ask).text


@pytest.mark.sqlite_only
def test_the_picker_works_without_script(officer):
    draft = begun(officer)
    pick = {"pick.fact": "project.estimate", "pick.operator": "more", "pick.value": "4000000"}
    assert "project.estimate &gt; 400000000" in officer.get("/rulebook/field", query_string=pick).text
    assert officer.get("/rulebook/field?pick.fact=nothing").text.strip() == ""
    sent = {**form_of(draft), **pick, "pick.place": "e.condition", "do": "insert"}
    answer = officer.post(f"/rulebook/{draft.code}/edit", data=sent)
    assert "&amp;&amp; project.estimate &gt; 400000000" in answer.text
    assert "project.estimate" not in content_of_draft(draft_by_code(draft.code))["condition"]


@pytest.mark.sqlite_only
def test_rows_come_and_go(officer):
    draft = begun(officer, "gate", "G-09")
    count = len(content_of_draft(draft)["inputs"])
    address = f"/rulebook/{draft.code}/edit"
    for deed, left in (("add:inputs", count + 1), ("drop:inputs.0", count), ("add:panel.criteria", count)):
        draft = draft_by_code(draft.code)
        assert officer.post(address, data={**form_of(draft), "do": deed}).status_code == 302
        assert len(content_of_draft(draft_by_code(draft.code))["inputs"]) == left
    assert content_of_draft(draft_by_code(draft.code))["panel"] == {"criteria": [{}]}
    draft = draft_by_code(draft.code)
    for deed in ("add:name", "drop:name.0", "add:nothing"):
        assert officer.post(address, data={**form_of(draft), "do": deed}).status_code == 404
    assert officer.get(address).status_code == 200


@pytest.mark.sqlite_only
def test_every_kind_has_an_editor(officer):
    for kind in ("negative_list", "duty", "admission_rule", "admission_category", "practice", "gate", "negative_item"):
        draft = begun(officer, kind, "")
        for tail in ("/edit", "", "/file"):
            assert officer.get(f"/rulebook/{draft.code}{tail}").status_code == 200, kind
    for kind, code in (("duty", "DU-001"), ("practice", "PM-GD"), ("admission_category", "AC-APP")):
        draft = begun(officer, kind, code)
        assert officer.get(f"/rulebook/{draft.code}/edit").status_code == 200
    assert officer.get("/rulebook/new?kind=indicator").status_code == 404
    assert officer.get("/rulebook/new?kind=gate&code=G-99").status_code == 404


@pytest.mark.sqlite_only
def test_who_may_not_sees_neither_drafts_nor_buttons(client, w):
    draft = drafted(w)
    agency = sign_in(client, "officer")
    assert "/rulebook/new" not in agency.get(f"/negative-lists/{ITEM}").text
    for address in ("/rulebook", "/rulebook/new?kind=gate", f"/rulebook/{draft.code}", f"/rulebook/{draft.code}/edit"):
        assert agency.get(address).status_code == 403
    assert agency.post(f"/rulebook/{draft.code}/publish", data={}).status_code == 403


def test_a_replay_shows_what_would_change(client, w):
    own = own_room(w, "officer").subject.code
    draft = drafted(w, condition='project.deployment == "commercial_cloud"')
    lead = sign_in(client, "authority_lead")
    assert lead.post(f"/rulebook/{draft.code}/replay").status_code == 302
    db.session.expire_all()
    draft = draft_by_code(draft.code)
    assert (draft.replay_hit, draft.replay_cleared, draft.replay_unknown) == (0, 1, 0)
    page = lead.get(f"/rulebook/{draft.code}").text
    assert own in page and str(Outcome.HIT.label) in page


def test_a_returned_draft_is_on_the_authors_desk(client, w):
    draft = submitted(w)
    lead = sign_in(client, "authority_lead")
    assert lead.post(f"/rulebook/{draft.code}/return", data={"reason": ""}).status_code == 422
    assert lead.post(f"/rulebook/{draft.code}/return", data={"reason": "办法不明确"}).status_code == 302
    page = sign_in(client, "authority_officer").get("/rulebook").text
    assert "办法不明确" in page


@pytest.mark.sqlite_only
def test_what_is_not_seen_is_named_at_its_field(officer):
    draft = begun(officer)
    sent = {**form_of(draft, remedy__zh="改用\u202e政务云。"), "do": "save"}
    answer = officer.post(f"/rulebook/{draft.code}/edit", data=sent)
    assert answer.status_code == 422 and "U+202E" in answer.text and "第 1 行第 3 列" in answer.text


@pytest.mark.sqlite_only
def test_one_limit_for_a_condition(officer):
    draft, long = begun(officer), f"project.taken_in // {'x' * MAX_LENGTH}"
    answer = officer.post(f"/rulebook/{draft.code}/edit", data={**form_of(draft, condition=long), "do": "save"})
    assert answer.status_code == 422 and f"最多 {MAX_LENGTH} 个字" in answer.text
    told = officer.post("/rulebook/check", data={"place": "e.condition", "e.condition": long}).text
    assert f"条件超过 {MAX_LENGTH} 个字符" in told


@pytest.mark.sqlite_only
def test_a_day_that_is_none_is_told_while_it_is_typed(officer):
    ask = {"place": "e.condition", "e.condition": 'project.planned_from < "banana"'}
    told = officer.post("/rulebook/check", data=ask).text
    assert "是日期" in told and "2026-01-01" in told and "gy-flaws" in told


@pytest.mark.sqlite_only
def test_a_lead_of_a_city_reads_who_reviews_a_national_rule(client, w):
    draft = submitted(w)
    office = organisation("市数据局", kind=w.org("authority").kind, place="4403", sides=w.org("authority").sides)
    organisations.give_mandate(w.actor("system_admin"), office, region("4403"), MandateKind.COMPETENT)
    lead = person(office, Role.AUTHORITY_LEAD)
    page = pages.draft_page(lead, draft)
    assert not {"review", "publish"} & page.offers.keys() and page.problems == []
    (told,) = page.elsewhere
    assert w.org("authority").name_zh in told.remedy
    own = pages.draft_page(w.actor("authority_lead"), draft)
    assert "review" in own.offers and own.elsewhere == []


@pytest.mark.sqlite_only
def test_names_and_the_trail_are_in_words(officer, w):
    draft = drafted(w)
    page = officer.get(f"/rulebook/{draft.code}").text
    assert "negative_item" not in page.split("办理记录")[-1]
    with officer.session_transaction() as session:
        session["locale"] = "en"
    assert "Own machine room" in officer.get("/rulebook").text
