"""The pages of acceptance and handover as each role sees them, with their forms, refusals and files."""

import io

import pytest

from app.acceptances.kinds import Outcome
from app.acceptances.material import NOTHING
from app.acceptances.queries import acceptances_of, handover_of
from app.core.db import db
from app.gates.kinds import Step
from app.projects.kinds import ProjectState
from app.projects.models import Project
from tests.acceptances import room
from tests.factories import sign_in
from tests.projects import room as projects

READERS = (
    *("officer", "signatory", "authority_officer", "authority_lead", "leader", "inspector", "supervisor"),
    *("rival_officer", "rival_signatory", "operator_officer", "operator_signatory"),
)


def address(project, rest="/acceptance"):
    return f"/projects/{project.code}{rest}"


def text_of(client, by, project, rest="/acceptance"):
    answer = sign_in(client, by).get(address(project, rest))
    assert answer.status_code == 200, (by, rest)
    return answer.get_data(as_text=True)


def post(client, by, project, rest, **data):
    return sign_in(client, by).post(address(project, rest), data=data, content_type="multipart/form-data")


def fresh(project_id):
    db.session.expire_all()
    return db.session.get(Project, project_id)


def seen_on(page):
    return page.split('name="digest" value="')[1].split('"')[0]


@pytest.fixture
def project(w):
    made = room.building(w)
    db.session.commit()
    return made


def test_a_project_without_acceptance_says_what_comes(app, client, w, project):
    page = text_of(client, "leader", project)
    for words in ("还没有验收", "初步验收", "试运行", "竣工验收", "移交投运"):
        assert words in page, words
    assert "acceptance/open" not in page
    assert "acceptance/open" in text_of(client, "officer", project)


def test_a_round_from_opening_to_the_trial_on_the_pages(app, client, w, project):
    key = project.id
    assert post(client, "officer", project, "/acceptance/open", scope="all").status_code == 302
    round_ = acceptances_of(fresh(key))[0]
    first = "/acceptance/1/items/1"
    page = text_of(client, "rival_officer", project, first)
    assert 'id="submit"' in page
    assert 'id="judge"' not in page
    file = (io.BytesIO(b"%PDF-1.4 report"), "report.pdf")
    assert post(client, "rival_officer", project, f"{first}/submit", text="已完成", file=file).status_code == 302
    page = text_of(client, "supervisor", project, first)
    assert 'id="opine"' in page
    assert "report.pdf" in page
    assert post(client, "supervisor", project, f"{first}/opine", stance="support", text="属实").status_code == 302
    page = text_of(client, "officer", project, first)
    assert 'name="seen" value="1"' in page
    judged = {"seen": "1", "outcome": "passed", "reason": "核对一致"}
    assert post(client, "officer", project, f"{first}/judge", **judged).status_code == 302
    db.session.expire_all()
    room.all_judged(w, round_)
    room.ready(w, round_.project, Step.TRIAL)
    db.session.commit()
    page = text_of(client, "signatory", project, "/acceptance/1")
    assert "条件已全部满足" in page
    data = {"digest": seen_on(page), "outcome": "passed", "reason": "同意上线试运行"}
    assert post(client, "signatory", project, "/acceptance/1/conclude", **data).status_code == 302
    assert fresh(key).state is ProjectState.TRIAL
    page = text_of(client, "inspector", project, "/acceptance/1")
    assert "同意上线试运行" in page
    assert "验收书 PDF" in page
    for kind, start in (("pdf", b"%PDF"), ("docx", b"PK")):
        answer = sign_in(client, "inspector").get(address(project, f"/acceptance/1.{kind}"))
        assert answer.data.startswith(start)
    assert sign_in(client, "inspector").get(address(project, "/acceptance/1.xlsx")).status_code == 404


def test_a_failed_round_shows_what_to_put_right_and_how_to_go_on(app, client, w, project):
    acceptance = room.all_judged(w, room.opened(w, project), 2)
    room.ready(w, project, Step.TRIAL)
    room.concluded(w, acceptance, passed=False)
    db.session.commit()
    page = text_of(client, "officer", project)
    for words in ("上一轮验收不合格", "复验未合格项", "全部重新验收", "验收不合格"):
        assert words in page, words
    assert "复验未合格项" not in text_of(client, "rival_officer", project)
    assert post(client, "officer", project, "/acceptance/open", scope="failed").status_code == 302
    page = text_of(client, "officer", project)
    assert "第 2 轮初步验收" in page
    assert page.count("/acceptance/2/items/") >= 2


def test_what_is_missing_stands_on_the_page_before_the_conclusion(app, client, w):
    acceptance = room.opened(w, room.trial(w))
    db.session.commit()
    project = acceptance.project
    page = text_of(client, "authority_lead", project)
    for words in (
        "还有 6 项未合格",
        "还有 6 项没有监理意见",
        "第 1、2、3、4、5、6 项",
        "还缺",
        "审计报告",
        "须在 2026-09-02 前申请竣工验收",
    ):
        assert words in page, words
    page = text_of(client, "authority_lead", project, "/acceptance/1")
    data = {"digest": seen_on(page), "outcome": "passed", "reason": "同意"}
    answer = post(client, "authority_lead", project, "/acceptance/1/approve", **data)
    assert answer.status_code == 422
    assert "最近一次判定" in answer.get_data(as_text=True) or "还没有判定" in answer.get_data(as_text=True)


@pytest.mark.sqlite_only
def test_nothing_is_offered_while_the_project_is_suspended(app, client, w, project):
    acceptance = room.opened(w, project)
    room.submitted(w, acceptance.items[0])
    projects.actions.suspend(w.actor("authority_lead"), project, "资金来源待核实。")
    db.session.commit()
    for rest in ("/acceptance", "/acceptance/1", "/acceptance/1/items/1"):
        page = text_of(client, "signatory", project, rest)
        assert "停在这里" in page, rest
        assert "期限停止计算" in page, rest
    assert 'id="judge"' not in text_of(client, "officer", project, "/acceptance/1/items/1")
    data = {"seen": "1", "outcome": "passed", "reason": "核对一致", "text": "x", "stance": "support"}
    for by, act in (("officer", "judge"), ("rival_officer", "submit"), ("supervisor", "opine")):
        answer = post(client, by, project, f"/acceptance/1/items/1/{act}", **data)
        assert answer.status_code == 422, act
        assert "项目已暂停" in answer.get_data(as_text=True), act


@pytest.mark.sqlite_only
def test_a_suspended_handover_says_so(app, client, w):
    handover = room.handover(w)
    projects.actions.suspend(w.actor("authority_lead"), handover.project, "资金来源待核实。")
    db.session.commit()
    for rest in ("/acceptance", "/handover", "/handover/items/1"):
        page = text_of(client, "officer", handover.project, rest)
        assert "停在这里" in page, rest
        assert "期限停止计算" in page, rest
    file = (io.BytesIO(b"%PDF-1.4 list"), "list.pdf")
    answer = post(client, "rival_officer", handover.project, "/handover/items/1/deliver", text="x", file=file)
    assert answer.status_code == 422
    assert "项目已暂停" in answer.get_data(as_text=True)


@pytest.mark.sqlite_only
def test_words_alone_are_refused_with_what_to_do(app, client, w, project):
    acceptance = room.opened(w, project)
    room.submitted(w, acceptance.items[0], NOTHING)
    db.session.commit()
    page = text_of(client, "officer", project, "/acceptance/1/items/1")
    assert "第 1 次提交没有附材料" in page
    assert "已提交，没有附材料" in text_of(client, "officer", project, "/acceptance/1")
    data = {"seen": "1", "outcome": "passed", "reason": "核对一致"}
    answer = post(client, "officer", project, "/acceptance/1/items/1/judge", **data)
    assert answer.status_code == 422
    for words in ("第 1 项没有证据材料，不能判定合格。", "逐项验收须凭材料判定", "请提交单位附材料重新提交"):
        assert words in answer.get_data(as_text=True), words
    file = (io.BytesIO(b"%PDF-1.4 own"), "own.pdf")
    assert post(client, "officer", project, "/acceptance/1/items/1/judge", **data, file=file).status_code == 302


@pytest.mark.sqlite_only
def test_a_concluded_round_lists_what_is_there_and_what_is_not(app, client, w, project):
    acceptance = room.opened(w, project)
    room.submitted(w, acceptance.items[0], room.paper("测试报告.pdf"))
    room.judged(w, acceptance.items[0])
    room.concluded(w, acceptance, passed=False)
    # What comes later is not in what was sealed.
    room.ready(w, project, Step.TRIAL)
    db.session.commit()
    page = text_of(client, "leader", project, "/acceptance/1")
    for words in ("验收材料", "等保备案证明", "未提供", "0/1 种已登记", "测试报告.pdf", w.user("officer").name):
        assert words in page, words
    assert "无监理单位" not in page


@pytest.mark.sqlite_only
def test_a_round_without_a_supervisor_says_so(app, client, w):
    acceptance = room.opened(w, room.unsupervised(w))
    db.session.commit()
    page = text_of(client, "officer", acceptance.project, "/acceptance/1")
    assert page.count("无监理单位") == len(acceptance.items)
    assert "本项目没有监理单位，没有监理意见。" in page
    assert "项没有监理意见" not in page


@pytest.mark.sqlite_only
def test_the_source_of_a_gate_is_said_once(app, client, w):
    acceptance = room.opened(w, room.trial(w))
    db.session.commit()
    page = text_of(client, "authority_lead", acceptance.project, "/acceptance/1")
    asked = page[page.index('id="gap"') :]
    assert asked.count("国办发〔2019〕57号）第26条") == 1
    assert asked.count('"gy-check-group"') == asked.count("依据 ") > 2
    assert asked.index("G-22 ") < asked.index("国办发〔2019〕57号）第26条") < asked.index("审计报告")


def test_an_old_page_does_not_conclude(app, client, w, project):
    acceptance = room.all_judged(w, room.opened(w, project))
    db.session.commit()
    data = {"digest": "0" * 64, "outcome": "passed", "reason": "同意"}
    answer = post(client, "signatory", acceptance.project, "/acceptance/1/conclude", **data)
    assert answer.status_code == 422
    assert "与您看到的不一致" in answer.get_data(as_text=True)


FORBIDDEN = [
    ("rival_officer", "/acceptance/1/items/1/judge"),
    ("operator_officer", "/acceptance/1/items/1/submit"),
    ("supervisor", "/acceptance/1/items/1/judge"),
    ("officer", "/acceptance/1/items/1/submit"),
    ("officer", "/acceptance/1/conclude"),
    ("signatory", "/acceptance/1/approve"),
    ("authority_lead", "/acceptance/1/conclude"),
    ("authority_lead", "/acceptance/1/approve"),
    ("rival_officer", "/acceptance/open"),
    ("signatory", "/acceptance/1/items/1/remove"),
]


@pytest.mark.parametrize("by, rest", FORBIDDEN)
def test_buttons_of_others_are_refused(app, client, w, project, by, rest):
    acceptance = room.opened(w, project)
    room.submitted(w, acceptance.items[0])
    db.session.commit()
    data = {"seen": "1", "outcome": "passed", "reason": "x", "text": "x", "digest": "0" * 64, "scope": "all"}
    assert post(client, by, project, rest, **data).status_code == 403


BAD = [
    ("rival_officer", "submit", {"text": ""}, "请填写此项"),
    ("officer", "judge", {"outcome": "passed", "reason": "", "seen": "0"}, "请填写此项"),
    ("officer", "judge", {"outcome": "", "reason": "x", "seen": "0"}, "请选择"),
    ("officer", "judge", {"outcome": "maybe", "reason": "x", "seen": "0"}, ""),
    ("officer", "judge", {"outcome": "passed", "reason": "理由在此", "seen": "0"}, "还没有提交"),
    ("officer", "judge", {"outcome": "passed", "reason": "理由在此", "seen": "7"}, "有新的提交"),
    ("supervisor", "opine", {"stance": "support", "text": "x" * 4001}, "最多 4000 个字"),
    ("supervisor", "opine", {"stance": "", "text": "x"}, "请选择"),
    ("rival_officer", "submit", {"text": "x", "existing": "0" * 64}, "不是贵方为本项目上传的材料"),
]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("by, act, data, words", BAD, ids=lambda value: str(value)[:30])
def test_bad_input_is_refused_on_the_form_and_kept(app, client, w, project, by, act, data, words):
    acceptance = room.opened(w, project)
    db.session.commit()
    answer = post(client, by, project, f"/acceptance/1/items/1/{act}", **data)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert words in page
    assert data.get("reason", "") in page
    db.session.refresh(acceptance)
    assert not acceptance.items[0].results


def test_items_are_settled_on_the_pages(app, client, w, project):
    acceptance = room.opened(w, project)
    db.session.commit()
    count, builder = len(acceptance.items), str(w.org("rival").id)
    data = {"source": "contract", "deliverer": builder, "requirement": "两年保修", "standard": "合同写明"}
    assert post(client, "officer", project, "/acceptance/1/items/new", **data).status_code == 302
    assert "两年保修" in text_of(client, "officer", project, "/acceptance/1")
    edit = f"/acceptance/1/items/{count + 1}/edit"
    assert "两年保修" in text_of(client, "officer", project, edit)
    assert post(client, "officer", project, edit, **{**data, "standard": ""}).status_code == 422
    assert post(client, "officer", project, edit, **{**data, "standard": "合同第九条"}).status_code == 302
    assert post(client, "officer", project, f"/acceptance/1/items/{count + 1}/remove", reason="重复").status_code == 302
    assert "两年保修" not in text_of(client, "officer", project, "/acceptance/1")


@pytest.mark.sqlite_only
def test_every_role_of_the_project_reads_and_strangers_do_not(app, client, w, project):
    room.opened(w, project)
    db.session.commit()
    for by in READERS:
        for rest in ("/acceptance", "/acceptance/1", "/acceptance/1/items/1"):
            text_of(client, by, project, rest)
    for rest in ("/acceptance", "/acceptance/1", "/acceptance/1/items/1", "/acceptance/1.pdf", "/handover"):
        assert sign_in(client, "other_officer").get(address(project, rest)).status_code == 404
    for rest in ("/acceptance/7", "/acceptance/1/items/99", "/handover", "/handover/items/1", "/acceptance/1.pdf"):
        assert sign_in(client, "officer").get(address(project, rest)).status_code == 404


# --- handover --------------------------------------------------------------------------------------------------------


def test_a_handover_on_the_pages(app, client, w, contracted):
    project = room.accepted(w)
    db.session.commit()
    key = project.id
    assert "组织移交" in text_of(client, "officer", project)
    assert post(client, "officer", project, "/handover/open").status_code == 302
    page = text_of(client, "leader", project, "/handover")
    for words in ("源代码", "应急预案与演练", "未移交完", "还缺"):
        assert words in page, words
    here = "/handover/items/1"
    assert 'id="deliver"' in text_of(client, "rival_officer", project, here)
    assert 'id="deliver"' not in text_of(client, "operator_officer", project, here)
    assert post(client, "rival_officer", project, f"{here}/deliver", text="已交接").status_code == 422
    file = (io.BytesIO(b"%PDF-1.4 list"), "list.pdf")
    assert post(client, "rival_officer", project, f"{here}/deliver", text="已交接", file=file).status_code == 302
    assert post(client, "officer", project, f"{here}/send-back", reason="缺一份").status_code == 302
    page = text_of(client, "rival_officer", project, here)
    assert "缺一份" in page
    kept = page.split('<option value="')[2].split('"')[0]
    assert post(client, "rival_officer", project, f"{here}/deliver", text="补齐", existing=kept).status_code == 302
    assert post(client, "supervisor", project, f"{here}/witness", stance="support", text="一致").status_code == 302
    assert post(client, "officer", project, f"{here}/receive", text="无误").status_code == 302
    assert 'id="take-over"' in text_of(client, "operator_officer", project, here)
    assert post(client, "operator_officer", project, f"{here}/take-over", text="已接管").status_code == 302
    handover = handover_of(fresh(key))
    assert handover.items[0].is_done
    for item in handover.items[1:]:
        room.arrived(w, item)
    room.ready(w, handover.project, Step.HAND_OVER)
    db.session.commit()
    page = text_of(client, "signatory", project, "/handover")
    assert "条件已全部满足" in page
    data = {"digest": seen_on(page), "reason": "同意投入运营"}
    assert post(client, "signatory", project, "/handover/conclude", **data).status_code == 302
    assert fresh(key).state is ProjectState.OPERATING
    assert "移交完成" in text_of(client, "officer", project)
    assert sign_in(client, "officer").get(address(project, "/handover.pdf")).data.startswith(b"%PDF")
    assert sign_in(client, "officer").get(address(project, "/handover.docx")).data.startswith(b"PK")


DEEDS = [
    ("rival_officer", "receive", 403),
    ("operator_officer", "deliver", 403),
    ("officer", "deliver", 403),
    ("officer", "take-over", 403),
    ("supervisor", "receive", 403),
    ("rival_officer", "take-over", 403),
    ("officer", "receive", 422),
    ("operator_officer", "take-over", 422),
    ("supervisor", "witness", 422),
]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("by, act, status", DEEDS)
def test_deeds_of_others_and_out_of_turn_are_refused(app, client, w, by, act, status):
    handover = room.handover(w)
    db.session.commit()
    data = {"text": "x", "stance": "support", "reason": "x"}
    answer = post(client, by, handover.project, f"/handover/items/1/{act}", **data)
    assert answer.status_code == status


@pytest.mark.sqlite_only
def test_every_role_reads_the_handover(app, client, w):
    handover = room.handover(w)
    room.delivered(w, handover.items[0])
    db.session.commit()
    for by in READERS:
        for rest in ("/acceptance", "/handover", "/handover/items/1", "/handover/items/2"):
            text_of(client, by, handover.project, rest)


@pytest.mark.sqlite_only
def test_things_are_settled_on_the_pages(app, client, w):
    handover = room.handover(w)
    db.session.commit()
    project, count = handover.project, len(handover.items)
    data = {"category": "people", "deliverer": str(w.org("operator").id), "text": "值班表"}
    assert post(client, "officer", project, "/handover/items/new", **data).status_code == 302
    assert "值班表" in text_of(client, "officer", project, f"/handover/items/{count + 1}/edit")
    remove = f"/handover/items/{count + 1}/remove"
    answer = post(client, "officer", project, remove)
    assert answer.status_code == 422
    assert "请写明删除的理由" in answer.get_data(as_text=True)
    assert post(client, "officer", project, remove, reason="并入第 2 项").status_code == 302
    assert "值班表" not in text_of(client, "officer", project, "/handover")
    wrong = {**data, "deliverer": "7777", "text": ""}
    assert post(client, "officer", project, "/handover/items/new", **wrong).status_code == 422


# --- around ----------------------------------------------------------------------------------------------------------


@pytest.mark.sqlite_only
def test_the_project_page_shows_how_acceptance_stands(app, client, w, project):
    acceptance = room.opened(w, project)
    room.submitted(w, acceptance.items[0])
    room.judged(w, acceptance.items[0], Outcome.PASSED)
    db.session.commit()
    page = text_of(client, "leader", project, "")
    assert "验收与移交" in page
    assert f"1/{len(acceptance.items)} 项合格" in page


@pytest.mark.sqlite_only
def test_a_project_that_keeps_running_what_exists_skips_acceptance(app, client, w):
    project = room.joined(w, projects.approved(w, kind=projects.ProjectKind.MAINTAIN))
    db.session.commit()
    page = text_of(client, "officer", project)
    assert "不适用" in page
    assert "handover/open" in page
    assert "acceptance/open" not in page
