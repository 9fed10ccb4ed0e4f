"""Pages of assessments: every side reads them, acts are offered to whom they belong, refusals keep what was typed."""

import io
import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from app.assessments import actions, queries
from app.assessments.models import AssessmentState, ObjectionState
from app.contracts.actions import attach_file
from app.core.db import db
from tests.assessments.season import ITEM, MARCH
from tests.factories import PEOPLE, sign_in

S = AssessmentState
TABS = ("score", "deductions", "people", "objections", "editions", "trail")
VOID = {"meta", "link", "input", "br", "hr", "img", "rect", "path", "line", "col", "wbr", "source"}


class Balanced(HTMLParser):
    """Every element that opens also closes, in order; ids are there once."""

    def __init__(self, text):
        super().__init__()
        self.open, self.wrong, self.ids = [], [], []
        self.feed(text)
        self.close()
        self.wrong += self.open + [one for one in self.ids if self.ids.count(one) > 1]

    def handle_starttag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def address(one, rest=""):
    return f"/assessments/{one.code}{rest}"


def listed(season):
    return f"/contracts/{season.contract.code}/assessments"


def text_of(client, by, path):
    answer = sign_in(client, by).get(path)
    assert answer.status_code == 200, path
    page = answer.get_data(as_text=True)
    assert Balanced(page).wrong == [], path
    return page


def fresh(season):
    db.session.expire_all()
    return season.newest()


# --- the list --------------------------------------------------------------------------------------------------------


def test_a_period_without_result_is_said_to_be_missing_and_the_agency_may_compute_it(app, client, w, season):
    page = text_of(client, "operator_officer", listed(season))
    assert "缺，未计算" in page
    assert "缺 2 期" in page
    assert "assessments/compute" not in page
    page = text_of(client, "officer", listed(season))
    assert page.count("assessments/compute") == 2
    sent = {"plan": season.plan.code, "period": "2026-03"}
    answer = sign_in(client, "officer").post(f"{listed(season)}/compute", data=sent)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("-2026-03-1")
    page = text_of(client, "officer", listed(season))
    assert "缺 1 期" in page
    assert "暂无总分" in page


def test_a_contract_without_plan_says_what_comes_first(app, client, w):
    page = text_of(client, "officer", f"/contracts/{w.contract('signing').code}/assessments")
    assert "还没有考核约定" in page


def test_totals_are_listed_with_grade_and_money_and_drawn(app, client, w, season):
    season.ready()
    page = text_of(client, "inspector", listed(season))
    assert "2026年3月" in page
    assert "gy-chart-trend" in page
    assert "1 期尚未定稿" in page


@pytest.mark.parametrize(
    "sent, status",
    [
        ({"plan": "KH-X", "period": "2026-03"}, 404),
        ({"period": "2026-13"}, 422),
        ({"period": "2026-09"}, 422),
        ({"period": "2026-Q1"}, 422),
        ({}, 422),
    ],
)
def test_only_what_is_owed_is_computed(app, client, w, season, sent, status):
    given = {"plan": season.plan.code, "period": "", **sent}
    assert sign_in(client, "officer").post(f"{listed(season)}/compute", data=given).status_code == status


def test_computing_again_without_a_change_says_so(app, client, w, season):
    season.compute()
    sent = {"plan": season.plan.code, "period": "2026-03"}
    answer = sign_in(client, "officer").post(f"{listed(season)}/compute", data=sent, follow_redirects=True)
    assert "数据没有变化，结果仍是第 1 版" in answer.get_data(as_text=True)


# --- one assessment --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "by", ["officer", "signatory", "operator_officer", "operator_signatory", "inspector", "leader"]
)
@pytest.mark.parametrize("state", ["ready", "objected"])
def test_every_side_reads_every_tab(app, client, w, season, by, state):
    getattr(season, state)()
    one = season.newest()
    person = sign_in(client, by)
    for tab in (*TABS, "", "nonsense"):
        answer = person.get(address(one, f"?tab={tab}"))
        assert answer.status_code == 200, tab
        assert Balanced(answer.get_data(as_text=True)).wrong == [], tab


@pytest.mark.parametrize("rest", ["", "/objection", "?tab=editions"])
def test_strangers_see_nothing(app, client, w, season, rest):
    one = season.ready()
    assert sign_in(client, "rival_officer").get(address(one, rest)).status_code == 404
    assert sign_in(client, "rival_officer").get("/assessments/PJ-HT-0000-2000-9999-1-2026-03-1").status_code == 404


def test_it_says_where_points_were_lost_and_leads_to_the_file_of_events(app, client, w, season):
    page = text_of(client, "operator_officer", address(season.ready()))
    lost = page.index("失分在哪里")
    assert "中断 1 次，最长 240 分钟" in page[lost:]
    assert re.search(r'href="/evidence/\d+"[^>]*>.*?events\.csv', page)
    assert f"/contracts/{season.contract.code}/service-levels/{season.services[0]}?period=2026-03" in page
    assert "怎么得出" in page
    assert "由状态事件推算" in page


def test_a_figure_leads_to_its_page_its_evidence_and_the_file_that_brought_it(app, client, w, season):
    evidence = FileStorage(stream=io.BytesIO(b"%PDF-1.4 report"), filename="监测月报.pdf")
    attach_file(w.actor("operator_officer"), season.contract, evidence, "监测")
    season.report("99.5", "99.95", evidence="监测月报.pdf")
    page = text_of(client, "inspector", address(season.compute()))
    assert re.search(r'href="/evidence/\d+"[^>]*>.*?监测月报\.pdf', page)
    assert re.search(r'href="/evidence/\d+">报送文件 figures\.csv', page)
    assert re.search(rf'href="/contracts/{season.contract.code}/figures/\d+"', page)
    assert "未核验" in page


def test_what_has_no_evidence_is_said_so(app, client, w, season):
    season.report("99.5", evidence="没有这个.pdf")
    assert "合同证据材料中没有这个文件" in text_of(client, "officer", address(season.compute()))


def test_a_reported_value_beside_the_events_is_shown(app, client, w, season):
    season.report("99.99")
    page = text_of(client, "officer", address(season.ready()))
    assert "运营方报送值 99.99（以状态事件为准）" in page


def test_a_held_result_names_what_it_waits_for(app, client, w, season):
    season.watch()
    season.verify()
    page = text_of(client, "officer", address(season.compute()))
    assert "暂无总分" in page
    assert "评分人 0 名，少于要求的 2 名" in page
    assert "缺数据，暂缓" in page


def test_what_blocks_is_listed_with_the_way_to_its_cure(app, client, w, season):
    season.watch(("2026-03-10T01:00:00", "2026-03-10T05:00:00"))
    season.opine("86", "90")
    page = text_of(client, "officer", address(season.compute()))
    assert "项阻碍，不能发布" in page
    aside = page[page.index('id="aside"') :]
    assert f"/contracts/{season.contract.code}/figures/verification" in aside
    # The operator sees what is missing too, and no button.
    page = text_of(client, "operator_officer", address(season.newest()))
    assert "发布前" in page
    assert "不能发布" not in page
    assert "尚未发布" in page


@pytest.mark.parametrize(
    "state, offered",
    [
        ("ready", {"officer": {"issue"}, "signatory": set(), "operator_signatory": set(), "operator_officer": set()}),
        (
            "issued",
            {
                "officer": set(),
                "signatory": set(),
                "operator_signatory": {"confirm"},
                "operator_officer": {"objection"},
                "inspector": set(),
            },
        ),
        ("confirmed", {"officer": set(), "operator_signatory": set(), "inspector": set()}),
        ("objected", {"officer": set(), "operator_officer": set(), "inspector": set()}),
    ],
)
def test_acts_are_offered_to_whom_they_belong(app, client, w, season, state, offered):
    getattr(season, state)()
    one = season.newest()
    for by, wanted in offered.items():
        page = text_of(client, by, address(one))
        head = page[page.index('class="gy-actions"') : page.index("<main")] if "gy-actions" in page else ""
        found = set(re.findall(rf'"{address(one)}/(\w+)"', head))
        assert found == wanted, by


def test_the_whole_life_on_the_pages(app, client, w, season):
    one = season.ready()
    assert sign_in(client, "officer").post(address(one, "/issue")).status_code == 302
    page = text_of(client, "operator_signatory", address(one))
    digest = re.search(r'name="digest" value="(\w{64})"', page).group(1)
    stale = sign_in(client, "operator_signatory").post(address(one, "/confirm"), data={"digest": "0" * 64})
    assert stale.status_code == 422
    assert "您看到的不是这一版结果" in stale.get_data(as_text=True)
    done = sign_in(client, "operator_signatory").post(address(one, "/confirm"), data={"digest": digest})
    assert done.status_code == 302
    page = text_of(client, "signatory", address(one))
    assert "数据周期 2026-03 尚未关闭" in page
    assert sign_in(client, "signatory").post(address(one, "/finalise")).status_code == 422
    assert sign_in(client, "officer").post(address(one, "/finalise")).status_code == 403
    db.session.expire_all()
    season.close()
    assert sign_in(client, "signatory").post(address(one, "/finalise")).status_code == 302
    assert fresh(season).state is S.FINAL
    page = text_of(client, "inspector", address(one))
    assert "郑主任" in page
    assert "重新计算" not in page


@pytest.mark.parametrize(
    "by, rest", [("officer", "/issue"), ("operator_signatory", "/confirm"), ("signatory", "/finalise")]
)
def test_in_the_wrong_state_an_act_is_refused_with_the_page(app, client, w, season, by, rest):
    season.objected()
    one = season.newest()
    answer = sign_in(client, by).post(address(one, rest), data={"digest": one.result_sha256})
    assert answer.status_code == 422
    assert "当前状态不能" in answer.get_data(as_text=True)
    assert fresh(season).state is S.OBJECTED


# --- objections ------------------------------------------------------------------------------------------------------


def dispute(client, season, one, **more):
    data = {"items": [f"{season.services[0]}/KI-001"], "reason": "机房断电，非我方原因", **more}
    return sign_in(client, "operator_officer").post(
        address(one, "/objection"), data=data, content_type="multipart/form-data"
    )


def test_objecting_with_evidence_and_deciding(app, client, w, season):
    one = season.issued()
    page = text_of(client, "operator_officer", address(one, "/objection"))
    assert f'value="{season.services[0]}/KI-001"' in page
    evidence = (io.BytesIO(b"%PDF-1.4 power failure"), "断电证明.pdf")
    assert dispute(client, season, one, file=evidence).status_code == 302
    page = text_of(client, "inspector", address(one, "?tab=objections"))
    for words in ("机房断电，非我方原因", "断电证明.pdf", "待裁定"):
        assert words in page
    key = fresh(season).objections[0].id
    where = address(one, f"/objections/{key}/decide")
    # Who published does not decide, and has no permission to.
    assert sign_in(client, "officer").post(where, data={"outcome": "upheld", "reason": "x"}).status_code == 403
    missing = sign_in(client, "signatory").post(where, data={"outcome": "revised", "reason": ""})
    assert missing.status_code == 422
    assert re.search(r'<input checked[^>]*value="revised"', missing.get_data(as_text=True))
    done = sign_in(client, "signatory").post(where, data={"outcome": "upheld", "reason": "证明未载明时段"})
    assert done.status_code == 302
    assert fresh(season).state is S.UPHELD
    assert "证明未载明时段" in text_of(client, "operator_officer", address(one, "?tab=objections"))


def test_a_refused_objection_keeps_what_was_typed(app, client, w, season):
    one = season.issued()
    answer = dispute(client, season, one, reason="")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert re.search(rf'value="{season.services[0]}/KI-001" checked', page)
    answer = dispute(client, season, one, items=[])
    assert "请至少选择一项" in answer.get_data(as_text=True)
    assert "机房断电，非我方原因" in answer.get_data(as_text=True)
    answer = dispute(client, season, one, items=["FW-X/KI-001"])
    assert answer.status_code == 422
    assert "没有评判 FW-X 的 KI-001" in answer.get_data(as_text=True)
    assert "valid choice" not in answer.get_data(as_text=True)
    assert fresh(season).state is S.ISSUED


def test_publishing_suggests_to_close_the_data_first(app, client, w, season):
    one = season.ready()
    assert "建议先关闭数据周期" in text_of(client, "officer", address(one))
    season.close()
    page = text_of(client, "officer", address(one))
    assert "发布后运营方须在" in page
    assert "建议先关闭数据周期" not in page


def test_who_scored_is_not_offered_the_decision(app, client, w, season):
    season.opine("88", by=("signatory",))
    raised = season.objected()
    one = season.newest()
    page = text_of(client, "signatory", address(one, "?tab=objections"))
    assert "您为本期作过定性评分" in page
    assert 'id="decision"' not in page
    where = address(one, f"/objections/{raised.id}/decide")
    assert sign_in(client, "signatory").post(where, data={"outcome": "upheld", "reason": "x"}).status_code == 422
    assert fresh(season).state is S.OBJECTED


def test_forms_of_people_are_offered_only_before_publication(app, client, w, season):
    one = season.ready()
    for key in ("officer", "signatory"):
        assert 'id="opinion"' in text_of(client, key, address(one, "?tab=people"))
    assert 'id="record-veto"' in text_of(client, "signatory", address(one, "?tab=people"))
    actions.issue(w.actor("officer"), one)
    page = text_of(client, "signatory", address(one, "?tab=people"))
    assert 'id="opinion"' not in page
    assert 'id="record-veto"' not in page
    assert "已发布待确认" in page[page.index('id="people-settled"') :]


def test_an_objection_can_be_taken_back(app, client, w, season):
    raised = season.objected()
    one = season.newest()
    where = address(one, f"/objections/{raised.id}/withdraw")
    assert sign_in(client, "officer").post(where).status_code == 403
    assert "撤回异议" in text_of(client, "operator_officer", address(one, "?tab=objections"))
    assert sign_in(client, "operator_officer").post(where).status_code == 302
    assert fresh(season).state is S.ISSUED
    assert fresh(season).objections[0].state is ObjectionState.WITHDRAWN
    assert sign_in(client, "operator_officer").post(address(one, "/objections/999999/withdraw")).status_code == 404


def test_over_a_published_result_a_reason_is_asked_for(app, client, w, season):
    one = season.issued()
    season.watch(("2026-03-20T01:00:00", "2026-03-20T05:00:00"), name="more.csv")
    page = text_of(client, "officer", address(one))
    assert "结果已过时" in page
    assert 'name="reason"' in page[page.index("重新计算") :]
    sent = {"plan": season.plan.code, "period": "2026-03", "reason": ""}
    refused = sign_in(client, "officer").post(f"{listed(season)}/compute", data=sent)
    assert refused.status_code == 422
    assert "请写明重新计算的理由" in refused.get_data(as_text=True)
    done = sign_in(client, "officer").post(f"{listed(season)}/compute", data={**sent, "reason": "补充评分"})
    assert done.status_code == 302
    assert fresh(season).edition == 2


def test_a_decision_for_the_operator_asks_for_another_edition(app, client, w, season):
    raised = season.objected()
    one = season.newest()
    where = address(one, f"/objections/{raised.id}/decide")
    sent = {"outcome": "revised", "reason": "采信断电证明"}
    assert sign_in(client, "signatory").post(where, data=sent).status_code == 302
    page = text_of(client, "officer", address(one))
    assert "异议成立" in page
    assert "重新计算" in page
    sent = {"plan": season.plan.code, "period": "2026-03"}
    assert sign_in(client, "officer").post(f"{listed(season)}/compute", data=sent).status_code == 302
    later = fresh(season)
    assert later.edition == 2
    page = text_of(client, "operator_officer", address(one))
    assert "这不是最新的一版" in page
    assert "第 2 版与第 1 版的差别" in text_of(client, "inspector", address(later, "?tab=editions"))


# --- opinions and vetoes ---------------------------------------------------------------------------------------------


def test_opinions_are_given_by_the_agency(app, client, w, season):
    season.watch()
    season.verify()
    one = season.compute()
    where, sent = address(one, "/opinions"), {"item": ITEM, "score": "86", "reason": "按期整改"}
    assert sign_in(client, "operator_officer").post(where, data=sent).status_code == 403
    assert 'id="opinion"' not in text_of(client, "operator_officer", address(one, "?tab=people"))
    for wrong in ({"score": "101"}, {"score": "x"}, {"score": ""}, {"reason": ""}, {"item": "KI-001"}):
        refused = sign_in(client, "officer").post(where, data={**sent, **wrong})
        assert refused.status_code == 422, wrong
        kept = wrong.get("reason", "按期整改")
        assert f">\n{kept}</textarea>" in refused.get_data(as_text=True).replace("\r", "") or not kept
    assert sign_in(client, "officer").post(where, data=sent).status_code == 302
    page = text_of(client, "inspector", address(one, "?tab=people"))
    assert "按期整改" in page
    assert "2 人，已有 1 人" in page
    assert "数据有变化" not in page
    assert "结果已过时" in page


def test_a_veto_is_recorded_with_evidence_and_lifted(app, client, w, season):
    one = season.ready()
    where, sent = address(one, "/vetoes"), {"veto": "data-leak", "reason": "3 月 5 日数据泄露"}
    assert sign_in(client, "officer").post(where, data=sent).status_code == 403
    refused = sign_in(client, "signatory").post(where, data={**sent, "veto": ""})
    assert refused.status_code == 422
    assert "3 月 5 日数据泄露" in refused.get_data(as_text=True)
    file = (io.BytesIO(b"%PDF-1.4 leak"), "通报.pdf")
    done = sign_in(client, "signatory").post(where, data={**sent, "file": file}, content_type="multipart/form-data")
    assert done.status_code == 302
    db.session.expire_all()
    later = season.compute()
    page = text_of(client, "operator_officer", address(later))
    assert "一票否决，等级定为“差”" in page
    page = text_of(client, "signatory", address(later, "?tab=people"))
    assert "通报.pdf" in page
    key = re.search(rf"{address(later)}/vetoes/(\d+)/lift", page).group(1)
    lift = address(later, f"/vetoes/{key}/lift")
    assert sign_in(client, "signatory").post(lift, data={"reason": ""}).status_code == 422
    assert sign_in(client, "signatory").post(lift, data={"reason": "经核实系误报"}).status_code == 302
    assert "经核实系误报" in text_of(client, "inspector", address(later, "?tab=people"))


def test_acts_are_in_the_trail_of_the_assessment(app, client, w, season):
    season.objected()
    page = text_of(client, "officer", address(season.newest(), "?tab=trail"))
    for act in ("发布考核结果", "提出考核异议", "定性评分"):
        assert act in page


def test_pages_ask_a_bounded_number_of_questions(app, client, w, season):
    one = season.ready()
    person = sign_in(client, "officer")
    asked, counts = [], []

    def note(*_args):
        asked.append(1)

    for path in (address(one), listed(season)):
        asked.clear()
        sa.event.listen(db.engine, "before_cursor_execute", note)
        person.get(path)
        sa.event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert max(counts) < 90, counts


def test_people_of_every_role_get_an_answer_without_failure(app, client, w, season):
    one = season.ready()
    for key in PEOPLE:
        status = sign_in(client, key).get(address(one)).status_code
        assert status in {200, 403, 404}, key
    assert actions.compute(w.actor("officer"), season.contract, season.plan, MARCH).id == one.id


# --- what a file would change, before it is reported -----------------------------------------------------------------


def preview(client, season, content, kind):
    data = {"file": (io.BytesIO(content.encode()), f"{kind}.csv"), "kind": kind}
    person = sign_in(client, "operator_officer")
    where = f"/contracts/{season.contract.code}/figures/upload"
    answer = person.post(where, data=data, content_type="multipart/form-data")
    return person.get(answer.headers["Location"]).get_data(as_text=True)


def test_a_preview_of_events_says_what_they_would_do_to_the_score(app, client, w, season):
    one = season.ready()
    before = queries.result_of(one)
    down = f"2026-03-20T01:00:00+08:00,{season.services[1]},down\n2026-03-20T09:00:00+08:00,{season.services[1]},up\n"
    page = preview(client, season, f"at,service,status\n{down}", "events")
    assert "2026-03" in page
    assert f"{Decimal(before['total']).normalize()} → " in page
    assert season.plan.code in page
    assert fresh(season).id == one.id


def test_a_preview_that_touches_nothing_scored_says_nothing(app, client, w, season):
    season.ready()
    line = f"{season.services[0]},KI-050,2026-03,97"
    page = preview(client, season, f"service,indicator,period,value\n{line}\n", "figures")
    assert season.plan.code not in page
