"""The pages of screening: a step as it stands, answering, asking and deciding, what changed, and the lists."""

import io
import re
from datetime import timedelta

import pytest

from app.core.clock import today
from app.core.db import db
from app.gates.kinds import Step
from app.negative_lists import actions, queries
from app.projects import declaring
from tests.factories import PEOPLE, draft, sign_in, signing
from tests.intake import room as intake
from tests.negative_lists.room import ITEM, granted, own_room, requested
from tests.negative_lists.test_rescreening import newer_version
from tests.projects.room import approved, basics, declared, opened, refused, submitted


def page_of(client, by, path, status=200):
    answer = sign_in(client, by).get(path)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


@pytest.fixture
def project(w):
    found = own_room(w)
    db.session.commit()
    return found


def address(project, rest=""):
    return f"/projects/{project.code}/screening{rest}"


def upload(name="说明.pdf"):
    return (io.BytesIO(b"%PDF-1.4 " + name.encode()), name)


# --- a step as it stands ---------------------------------------------------------------------------------------------


def test_hits_stand_first_with_source_remedy_and_ways(app, client, w, project):
    page = page_of(client, "officer", address(project))
    assert "1 项阻断" in page
    for words in (
        "新建机房",
        "待核实",
        "不作为法规引用",
        "改为使用政务云",
        "自有机房",
        "申请豁免",
    ):
        assert words in page, words
    assert page.index(ITEM) < page.index("未命中的 6 项")
    assert f"/screening/{project.code}/items/{ITEM}/exempt" in page


def test_others_see_it_without_the_ways_of_the_client(app, client, w, project):
    for by in ("signatory", "authority_officer", "inspector", "leader"):
        page = page_of(client, by, address(project))
        assert "1 项阻断" in page
        assert f"/items/{ITEM}/exempt" not in page
    assert "运行并留存" in page_of(client, "authority_officer", address(project))
    assert "运行并留存" not in page_of(client, "inspector", address(project))


def test_what_is_missing_is_named_with_where_it_is_recorded(app, client, w):
    project = opened(w)
    db.session.commit()
    page = page_of(client, "officer", address(project))
    assert "没有登记" in page
    assert "部署方式" in page
    assert f"/projects/{project.code}/declaration" in page


AHEAD = {
    "submit": declared,
    "approve": submitted,
    "procure": approved,
    "evaluate": intake.operating,
}


@pytest.mark.parametrize("step", AHEAD)
def test_the_page_opens_on_the_step_that_lies_ahead(app, client, w, step):
    found = AHEAD[step](w)
    actions.run_check(w.actor("officer"), found.subject, Step.EXIT)
    db.session.commit()
    page = page_of(client, "officer", address(found))
    assert f'<option value="{step}" selected>{Step(step).label}（下一步）</option>' in page


def test_what_has_ended_opens_on_its_last_run(app, client, w):
    found = refused(w)
    db.session.commit()
    assert '<option value="approve" selected>' in page_of(client, "officer", address(found))
    assert "（下一步）" not in page_of(client, "officer", address(found))


def test_a_kept_run_names_the_organisations_it_saw(app, client, w, project):
    actions.run_check(w.actor("officer"), project.subject, Step.SUBMIT)
    db.session.commit()
    page = page_of(client, "officer", f"/screening/{project.code}/runs/1")
    for key in ("agency", "authority"):
        assert w.org(key).name in page
        assert f"<dd>{w.org(key).code}" not in page


@pytest.mark.parametrize("step", [step.value for step in Step])
def test_every_step_can_be_looked_at(app, client, w, project, step):
    page = page_of(client, "officer", address(project, f"?step={step}"))
    assert "核查结果" in page


def test_a_contract_has_the_same_page(app, client, w):
    contract = signing(w)
    db.session.commit()
    page = page_of(client, "operator_officer", f"/contracts/{contract.code}/screening")
    assert "没有阻断" in page
    assert "未命中的 25 项" in page
    assert "不明：尚无记录的 5 项，请在系统外核对" in page
    assert "系统还没有登记履约保证金、可用的履约担保形式的地方" in page
    page_of(client, "officer", f"/projects/{contract.code}/screening", status=404)


STRANGERS = ["other_officer", "rival_signatory", "operator_officer"]


@pytest.mark.parametrize("by", STRANGERS)
def test_strangers_find_nothing(app, client, w, project, by):
    exemption = requested(w, project.subject)
    actions.run_check(w.actor("officer"), project.subject, Step.SUBMIT)
    db.session.commit()
    for path in (address(project), f"/screening/{project.code}/runs/1", f"/exemptions/{exemption.code}"):
        page_of(client, by, path, status=404)
    assert exemption.code not in page_of(client, by, "/exemptions")


@pytest.mark.parametrize("by", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_do_no_business(app, client, w, project, by):
    for path in (address(project), "/exemptions", "/negative-lists"):
        page_of(client, by, path, status=403)


def test_a_run_is_kept_by_a_button_and_read_afterwards(app, client, w, project):
    officer = sign_in(client, "officer")
    assert officer.post(f"/screening/{project.code}/run", data={"step": "submit"}).status_code == 302
    page = page_of(client, "inspector", f"/screening/{project.code}/runs/1")
    assert "命中“限制”条目" in page
    assert sign_in(client, "officer").post(f"/screening/{project.code}/run", data={"step": "?"}).status_code == 404
    refused = sign_in(client, "officer").post(f"/screening/{project.code}/run", data={"step": "contract"})
    assert refused.status_code == 422


def test_two_runs_are_compared_with_old_and_new(app, client, w, project):
    officer = w.actor("officer")
    actions.run_check(officer, project.subject, Step.SUBMIT)
    declaring.set_basics(officer, project, basics(), project.current.row_version)
    actions.run_check(officer, project.subject, Step.SUBMIT)
    db.session.commit()
    page = re.sub(r"</?span[^>]*>", "", page_of(client, "officer", f"/screening/{project.code}/runs/2?against=1"))
    for words in (
        "与第 1 次相比的变化",
        "<del>自有机房</del>",
        "<ins>政务云</ins>",
        "<del>命中</del>",
        "<ins>未命中</ins>",
    ):
        assert words in page, words
    assert "与第 2 次相比的变化" in page_of(client, "officer", f"/screening/{project.code}/runs/1?against=2")
    page_of(client, "officer", f"/screening/{project.code}/runs/3", status=404)


# --- answering -------------------------------------------------------------------------------------------------------


def test_answering_on_the_page_with_evidence(app, client, w):
    contract = draft(w, exclusive=True, exclusive_basis="某条例第三条")
    db.session.commit()
    place = f"/screening/{contract.code}/items/NL-C05/answer"
    officer = sign_in(client, "officer")
    assert "没有法律、行政法规依据" in officer.get(place).get_data(as_text=True)
    wrong = officer.post(place, data={"is_hit": "", "note": " "})
    assert wrong.status_code == 422
    data = {"is_hit": "no", "note": "见单一来源批复。", "file": upload("批复.pdf")}
    assert officer.post(place, data=data, content_type="multipart/form-data").status_code == 302
    page = page_of(client, "operator_signatory", f"/contracts/{contract.code}/screening")
    assert "回答：否" in page
    assert "批复.pdf" in page
    again = sign_in(client, "officer").post(place, data={"is_hit": "yes", "note": "又发现情况。"})
    assert again.status_code == 302
    page = page_of(client, "inspector", f"/contracts/{contract.code}/screening")
    assert "回答：是" in page
    assert "见单一来源批复。" in page


def test_an_item_without_a_question_or_of_another_thing_has_no_form(app, client, w, project):
    for code in (ITEM, "NL-C05", "NL-Z99"):
        page_of(client, "officer", f"/screening/{project.code}/items/{code}/answer", status=404)


def test_the_question_of_the_authority_is_not_the_clients(app, client, w, project):
    place = f"/screening/{project.code}/items/NL-A16/answer"
    assert "不由您的机构回答" in page_of(client, "officer", place)
    assert sign_in(client, "officer").post(place, data={"is_hit": "no", "note": "x"}).status_code == 403
    assert sign_in(client, "authority_officer").post(place, data={"is_hit": "no", "note": "x"}).status_code == 302


def test_all_open_questions_are_answered_on_one_page(app, client, w):
    project = submitted(w)
    db.session.commit()
    place = f"/screening/{project.code}/approve/answers"
    page = page_of(client, "authority_officer", place)
    codes = re.findall(r'name="note_(NL-[A-Z]\d+)"', page)
    assert len(codes) > 1
    assert place in page_of(client, "authority_officer", address(project, "?step=approve"))
    first, *rest = codes
    half = {f"is_hit_{first}": "no", f"note_{first}": "已核对。", f"file_{first}": upload()}
    refused_page = client.post(place, data={**half, f"is_hit_{rest[0]}": "no", f"note_{rest[0]}": ""})
    assert refused_page.status_code == 422
    assert f'id="note_{rest[0]}-error"' in refused_page.get_data(as_text=True)
    assert client.post(place, data={}).status_code == 422
    assert queries.answers_of(project.subject) == []
    assert client.post(place, data=half | {f"file_{first}": upload()}).status_code == 302
    left = page_of(client, "authority_officer", place) if len(rest) else ""
    assert f"note_{first}" not in left
    page_of(client, "operator_officer", place, status=403)


# --- exemptions ------------------------------------------------------------------------------------------------------


def test_asking_granting_and_revoking_on_the_pages(app, client, w, project):
    place = f"/screening/{project.code}/items/{ITEM}/exempt"
    officer = sign_in(client, "officer")
    wrong = officer.post(place, data={"reason": "专用设备", "wanted_until": "2020-01-01"})
    assert wrong.status_code == 422
    assert "专用设备" in wrong.get_data(as_text=True)
    assert "请上传证明材料" in wrong.get_data(as_text=True)
    until = (today() + timedelta(days=100)).isoformat()
    data = {"reason": "专用设备", "wanted_until": until, "file": upload()}
    assert officer.post(place, data=data, content_type="multipart/form-data").status_code == 302
    code = f"HM-{project.code}-1"
    page = page_of(client, "authority_lead", f"/exemptions/{code}")
    assert 'id="grant"' in page
    assert "专用设备" in page
    assert 'id="grant"' not in page_of(client, "officer", f"/exemptions/{code}")
    lead = sign_in(client, "authority_lead")
    late = lead.post(f"/exemptions/{code}/grant", data={"valid_until": "2029-01-01", "reason": "同意"})
    assert late.status_code == 422
    assert lead.post(f"/exemptions/{code}/grant", data={"valid_until": until, "reason": "同意"}).status_code == 302
    assert "没有阻断" in page_of(client, "officer", address(project))
    assert sign_in(client, "officer").post(f"/exemptions/{code}/revoke", data={"reason": "x"}).status_code == 403
    lead = sign_in(client, "authority_lead")
    assert lead.post(f"/exemptions/{code}/revoke", data={"reason": ""}).status_code == 422
    assert lead.post(f"/exemptions/{code}/revoke", data={"reason": "条件没有落实"}).status_code == 302
    assert "1 项阻断" in page_of(client, "officer", address(project))
    assert "条件没有落实" in page_of(client, "officer", f"/exemptions/{code}")


@pytest.mark.parametrize("by", sorted(set(PEOPLE) - {"authority_lead"}))
def test_nobody_else_decides_by_web(app, client, w, project, by):
    exemption = requested(w, project.subject)
    db.session.commit()
    person = sign_in(client, by)
    data = {"valid_until": exemption.wanted_until.isoformat(), "reason": "同意"}
    for act in ("grant", "refuse"):
        assert person.post(f"/exemptions/{exemption.code}/{act}", data=data).status_code in {403, 404}
    db.session.expire_all()
    assert queries.exemption_in_reach(w.actor("officer"), exemption.code).state.value == "requested"


def test_refusing_and_withdrawing_on_the_pages(app, client, w, project):
    first = requested(w, project.subject)
    db.session.commit()
    lead = sign_in(client, "authority_lead")
    assert lead.post(f"/exemptions/{first.code}/refuse", data={"reason": "政务云已支持"}).status_code == 302
    assert "政务云已支持" in page_of(client, "officer", f"/exemptions/{first.code}")
    second = requested(w, project.subject)
    db.session.commit()
    officer = sign_in(client, "officer")
    assert officer.post(f"/exemptions/{second.code}/withdraw", data={}).status_code == 302
    assert sign_in(client, "officer").post(f"/exemptions/{second.code}/withdraw", data={}).status_code == 422


def test_the_list_of_exemptions_shows_ends_filters_and_exports(app, client, w, project):
    exemption = granted(w, requested(w, project.subject), today() + timedelta(days=20))
    db.session.commit()
    page = page_of(client, "inspector", "/exemptions")
    assert exemption.code in page
    assert "即将到期" in page
    for query, shown in (
        ("?state=granted", True),
        ("?state=refused", False),
        (f"?q={ITEM}", True),
        ("?q=NL-A15", False),
        (f"?until={exemption.valid_until.isoformat()}", True),
        ("?until=2026-01-01", False),
        ("?until=soon", False),
    ):
        assert (exemption.code in page_of(client, "inspector", f"/exemptions{query}")) is shown, query
    export = sign_in(client, "inspector").get("/exemptions?export=csv")
    assert exemption.code in export.get_data(as_text=True)


# --- the lists -------------------------------------------------------------------------------------------------------


def test_the_lists_with_their_items(app, client, w):
    page = page_of(client, "operator_officer", "/negative-lists")
    assert "NL-A01" in page
    assert "NL-C14" in page
    only = page_of(client, "officer", "/negative-lists?list=NL-C")
    assert "NL-A01" not in only
    assert "NL-G09" in page_of(client, "officer", "/negative-lists?list=NL-G")
    found = page_of(client, "officer", "/negative-lists?q=政府投资条例")
    assert "NL-A01" in found
    assert "NL-C03" not in found


def test_an_item_says_how_it_is_judged(app, client, w):
    page = page_of(client, "officer", "/negative-lists/NL-A13")
    for words in ("project.deployment", "部署方式", "项目申报", "G-06", "限制", "待核实", "第 1 版"):
        assert words in page, words
    assert "由人回答" in page_of(client, "officer", "/negative-lists/NL-B15")
    assert "由本事项的主管部门审批" in page_of(client, "officer", "/negative-lists/NL-A10")
    page_of(client, "officer", "/negative-lists/NL-Z99", status=404)


def test_an_item_says_who_exempts_and_whether_that_is_law(app, client, w, tmp_path):
    """How far the level was verified is data of the item: where it says nothing, nothing is claimed."""
    told = re.compile(r"由省级主管部门审批 <span class=.gy-status[^<]*<svg.*?</svg>\s*默认", re.DOTALL)
    assert "由省级主管部门审批" in page_of(client, "officer", "/negative-lists/NL-A13")
    newer_version(tmp_path, "NL-A13", exempted_status="D")
    db.session.commit()
    assert told.search(page_of(client, "officer", "/negative-lists/NL-A13"))


def test_a_clean_project_says_so(app, client, w):
    project = declared(w)
    db.session.commit()
    page = page_of(client, "officer", address(project))
    assert "没有阻断" in page
    assert "还没有留存的核查记录" in page
