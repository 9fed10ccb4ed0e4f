"""Inspections by the web and the API: the whole loop by hand, bad input, who sees what, what looks like nothing."""

import io
import re

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from app.accounts.identities import Scope
from app.contracts import actions as contracts
from app.core.clock import clock
from app.core.db import db
from app.inspections import queries
from app.inspections.kinds import FindingState, InspectionState, Outcome, QueryState, SampleResult
from app.inspections.scored import scored
from app.reports.models import ReportState
from tests import factories
from tests.inspections.proceeding import Proceeding, pdf
from tests.reports.room import LATER
from tests.torture.seeding import token_for


def person(app, key):
    return factories.sign_in(app.test_client(), key)


def text_of(answer):
    return re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))


def file(words="x", name="证据.pdf"):
    return (io.BytesIO(f"%PDF-1.4 {words}\n%%EOF\n".encode()), name)


def digest_of(page):
    return re.search(r'name="digest" value="(\w+)"', page.get_data(as_text=True)).group(1)


def test_a_report_leads_to_its_inspection(app, client, case):
    here = f"/reports/{case.report.code}"
    inspector, officer = person(app, "inspector"), person(app, "officer")

    def leads(reader, place=here):
        page = reader.get(place).get_data(as_text=True)
        return re.findall(r'<a class="btn" href="((?:/reports/[^"]+/inspection)|(?:/inspections/[^"]+))">', page)

    assert leads(inspector) == [f"{here}/inspection"]
    assert leads(officer) == []
    case.take()
    running = f"/inspections/{case.inspection.code}"
    assert leads(inspector) == leads(officer) == [running]
    case.sampled()
    case.sign()
    assert leads(inspector) == leads(officer) == [running]
    newer = f"/reports/{case.newer_edition().code}"
    assert leads(inspector, newer) == [running, f"{newer}/inspection"]
    assert leads(inspector) == leads(officer, newer) == [running]


def test_the_loop_by_hand(app, client, case):
    """Inspector, operator, second inspector, each with his own pages; the answers are what a browser would send."""
    w, report = case.w, case.report
    first, second, operator = (person(app, key) for key in ("inspector", "second_inspector", "operator_officer"))
    assert report.code in text_of(first.get("/inspections"))
    assert "承办" in text_of(first.get(f"/reports/{report.code}/inspection"))
    taken = first.post(f"/reports/{report.code}/inspection")
    assert taken.status_code == 302
    here = taken.headers["Location"]
    code = here.rsplit("/", 1)[1]
    assert "还没有抽查" in text_of(first.get(here))
    assert first.post(f"{here}/samples/draw", data={"count": "1"}).status_code == 302
    inspection = queries.inspection_in_reach(w.actor("inspector"), code)
    (sample,) = queries.samples_of(inspection)
    settled = first.post(f"{here}/samples/{sample.id}", data={"result": "deviates", "note": "日志为 99.2%"})
    assert settled.status_code == 302
    asked = {"organisation": str(w.org("operator").id), "text": "请说明差异。", "workdays": "3"}
    assert first.post(f"{here}/queries/new", data=asked).status_code == 302
    found = {
        "organisation": str(w.org("operator").id),
        "about": sample.key,
        "severity": "major",
        "workdays": "10",
        "text": "报送值高于日志。",
        "basis": "合同第 5 条",
    }
    assert first.post(f"{here}/findings/new", data=found).status_code == 302
    db.session.expire_all()
    query, finding = queries.queries_of(w.actor("inspector"), inspection)[0], queries.findings_of(inspection)[0]

    desk = text_of(operator.get("/"))
    assert query.code in desk and finding.code in desk
    assert operator.post(f"/queries/{query.code}/answer", data={"text": "时钟误差。"}).status_code == 302
    answered = operator.post(f"/findings/{finding.code}/rectify", data={"text": "已更正。", "file": file()})
    assert answered.status_code == 302

    own = first.post(
        f"/findings/{finding.code}/judge", data={"outcome": "eliminated", "reason": "可以", "workdays": "3"}
    )
    assert own.status_code == 422 and "由您复核" in text_of(own)
    back = {"outcome": "not_eliminated", "reason": "缺 3 月 10 日日志", "workdays": "3"}
    assert second.post(f"/findings/{finding.code}/judge", data=back).status_code == 302
    assert "第 2 轮" in text_of(operator.get(f"/findings/{finding.code}"))
    again = operator.post(f"/findings/{finding.code}/rectify", data={"text": "已补日志。", "file": file("more")})
    assert again.status_code == 302
    fine = {"outcome": "eliminated", "reason": "日志齐全", "workdays": "3"}
    assert second.post(f"/findings/{finding.code}/judge", data=fine).status_code == 302

    page = first.get(f"{here}/sign")
    assert page.status_code == 200 and "条件已全部满足" in text_of(page)
    signed = first.post(f"{here}/sign", data={"digest": digest_of(page), "text": "问题均已整改，同意。"})
    assert signed.status_code == 302
    shown = text_of(operator.get(here))
    assert "问题均已整改，同意。" in shown and "日志为 99.2%" in shown and "审计树头" in shown
    db.session.expire_all()
    assert inspection.state is InspectionState.CONCLUDED and case.report.state is ReportState.SIGNED
    assert finding.state is FindingState.CLOSED and query.state is QueryState.ANSWERED


def test_signing_lists_everything_that_is_missing_with_a_way_to_its_cure(app, client, w):
    with clock.at(LATER):
        case = Proceeding(w, evidence="")
        case.take()
        case.draw(1)
        query, finding = case.ask(), case.find()
        inspector = person(app, "inspector")
        here = f"/inspections/{case.inspection.code}"
        data = {"digest": case.report.sha256, "text": "同意"}
        answer = inspector.post(f"{here}/sign", data=data)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and "未能办理：6 个问题" in page
        for address in (
            *(f"/reports/{case.report.code}#gaps", f"{here}#samples", f"/queries/{query.code}"),
            f"/findings/{finding.code}",
        ):
            assert page.count(f'href="{address}"') >= 2, address
        assert "还缺 6 项" in text_of(inspector.get(here))


@pytest.mark.parametrize(
    "path, data, said",
    [
        ("samples/draw", {"count": "0"}, "抽取数量须为"),
        ("samples/draw", {"count": "10000"}, "抽取数量须为"),
        ("samples/draw", {"count": "x"}, "请填写整数"),
        ("samples/draw", {}, "请填写此项"),
        ("samples/choose", {"keys": ["figure:999999"]}, "不是本版报告的计分数据"),
        ("samples/choose", {"keys": ["'; DROP TABLE findings"]}, "不是本版报告的计分数据"),
        ("samples/choose", {}, "没有选择"),
        ("queries/new", {"text": "", "workdays": "3"}, "请填写此项"),
        ("queries/new", {"text": "x", "workdays": "0", "organisation": "1"}, "1 至 120 个工作日"),
        ("queries/new", {"text": "x", "workdays": "10000", "organisation": "1"}, "1 至 120 个工作日"),
        ("queries/new", {"text": "x", "workdays": "2.5", "organisation": "1"}, "请填写整数"),
        ("queries/new", {"text": "x", "workdays": "3", "organisation": "999999"}, "请选择一个当事方"),
        ("queries/new", {"text": "x", "workdays": "3", "organisation": "９９"}, "请选择一个当事方"),
        ("findings/new", {"text": "x", "basis": "y", "severity": "huge", "workdays": "3"}, "有 1 处需要更正"),
        ("findings/new", {"text": "x", "basis": "y", "severity": "major", "about": "figure:1e9"}, "所选对象不属于"),
        ("findings/new", {"text": "x" * 4001, "basis": "y", "severity": "major"}, "最多 4000 个字"),
        ("findings/new", {"text": "a\x00b", "basis": "y", "severity": "major"}, "控制字符"),
        ("sign", {"text": "x", "digest": "0" * 64}, "还没有核对过"),
        ("adopt", {}, "已是最新一版"),
    ],
)
def test_bad_input_of_inspectors_is_explained(app, client, taken, path, data, said):
    answer = person(app, "inspector").post(f"/inspections/{taken.inspection.code}/{path}", data=data)
    assert answer.status_code == 422 and said in text_of(answer), text_of(answer)
    assert queries.samples_of(taken.inspection) == [] and queries.findings_of(taken.inspection) == []


def test_bad_input_of_parties_is_explained(app, client, taken):
    finding, query = taken.find(), taken.ask()
    other = taken.w.contract("terminating")
    upload = FileStorage(io.BytesIO(b"%PDF-1.4 elsewhere"), filename="x.pdf")
    elsewhere = contracts.attach_file(taken.w.actor("operator_officer"), other, upload, "x").sha256
    db.session.commit()
    operator = person(app, "operator_officer")
    rectify, answer = f"/findings/{finding.code}/rectify", f"/queries/{query.code}/answer"
    for path, data, said in (
        (rectify, {"text": "x"}, "整改须附证据材料"),
        (rectify, {"text": "", "file": file()}, "请填写此项"),
        (rectify, {"text": "x", "existing": elsewhere}, "不是这份合同的证据材料"),
        (rectify, {"text": "x", "existing": "z" * 500}, "不是这份合同的证据材料"),
        (rectify, {"text": "x", "file": file(name="x.exe")}, "不接受这种文件"),
        (rectify, {"text": "x", "file": (io.BytesIO(b""), "x.pdf")}, "文件是空的"),
        (answer, {"text": " "}, "请填写答复"),
        (answer, {"text": "x", "existing": elsewhere}, "不是这份合同的证据材料"),
    ):
        response = operator.post(path, data=data)
        assert response.status_code == 422 and said in text_of(response), (path, data, text_of(response))
    assert operator.post(rectify, data={"text": "x", "file": file()}).status_code == 302
    twice = operator.post(rectify, data={"text": "x", "file": file("2")})
    assert twice.status_code == 422 and "待复核" in text_of(twice)
    assert operator.post(answer, data={"text": "x"}).status_code == 302
    assert "已答复" in text_of(operator.post(answer, data={"text": "y"}))
    second = person(app, "second_inspector")
    judge = f"/findings/{finding.code}/judge"
    for data in ({}, {"outcome": "", "reason": "x"}, {"outcome": "maybe", "reason": "x"}, {"outcome": "eliminated"}):
        assert second.post(judge, data=data).status_code == 422, data
    assert second.post(judge, data={"outcome": "eliminated", "reason": "x", "workdays": "3"}).status_code == 302
    assert second.post(judge, data={"outcome": "eliminated", "reason": "x", "workdays": "3"}).status_code == 422


def test_samples_cannot_be_found_by_the_operation_side_before_the_conclusion(app, client, taken):
    (sample,) = taken.draw(1)
    taken.settle(SampleResult.DEVIATES, "日志为 99.2%")
    secret = taken.ask("agency", "请说明核验依据。")
    here = f"/inspections/{taken.inspection.code}"
    for key in ("operator_officer", "operator_signatory"):
        operator = person(app, key)
        page = operator.get(here).get_data(as_text=True)
        assert "签发后公开" in page
        pages = [page, *(operator.get(path).get_data(as_text=True) for path in ("/", "/inspections", "/findings"))]
        pages.append(operator.get(f"/contracts/{taken.contract.code}?tab=trail").get_data(as_text=True))
        for hidden in (sample.seed, "日志为 99.2%", "请说明核验依据", secret.code, "抽查数据"):
            assert all(hidden not in one for one in pages), (key, hidden)
        assert operator.get(f"/queries/{secret.code}").status_code == 404
        assert operator.get(f"{here}/samples/choose").status_code == 403
    agency = person(app, "officer").get(here).get_data(as_text=True)
    assert sample.seed in agency and "请说明核验依据" in agency
    taken.answer(secret, by="officer")
    taken.settle()
    taken.sign()
    assert sample.seed in person(app, "operator_officer").get(here).get_data(as_text=True)
    assert person(app, "operator_officer").get(f"/queries/{secret.code}").status_code == 200


def test_strangers_find_nothing(app, client, taken):
    """What is not in reach looks like what does not exist."""
    finding, query = taken.find(), taken.ask()
    here = f"/inspections/{taken.inspection.code}"
    stranger = person(app, "rival_officer")
    for path in (here, f"/findings/{finding.code}", f"/queries/{query.code}"):
        missing = stranger.get(path.rsplit("-", 1)[0] + "-99")
        assert stranger.get(path).status_code == missing.status_code == 404, path
    for path in (f"/findings/{finding.code}/rectify", f"/queries/{query.code}/answer"):
        assert stranger.post(path, data={"text": "x"}).status_code == 404
    for path in ("/inspections", "/inspections/all", "/findings", "/findings?q=WT", "/findings?export=csv"):
        assert finding.code not in stranger.get(path).get_data(as_text=True)
    assert person(app, "rival_signatory").get("/inspections").status_code == 200


def test_lists_filter_and_export(app, client, taken):
    finding = taken.find()
    inspector = person(app, "inspector")
    for query in ("", "?state=open", "?severity=major", "?q=数字运营", f"?q={finding.code}"):
        assert finding.code in text_of(inspector.get(f"/findings{query}")), query
    for query in ("?state=closed", "?severity=minor", "?overdue=yes", "?q=nobody", "?state=bad"):
        assert finding.code not in text_of(inspector.get(f"/findings{query}")), query
    assert finding.code in inspector.get("/findings?export=csv").get_data(as_text=True)
    assert inspector.get("/findings?export=xlsx").data.startswith(b"PK")
    assert taken.inspection.code in text_of(inspector.get("/inspections/all?sort=code&state=open"))
    assert taken.inspection.code in inspector.get("/inspections/all?export=csv").get_data(as_text=True)


def test_overdue_things_show(app, client, taken):
    finding, query = taken.find(workdays=1), taken.ask(workdays=1)
    with clock.at(LATER.replace(day=14)):
        inspector = person(app, "inspector")
        page = text_of(inspector.get("/inspections"))
        assert page.count("已逾期 2 个工作日") == 2 and "其中逾期 1" in page
        assert finding.code in text_of(inspector.get("/findings?overdue=yes"))
        assert "已逾期" in text_of(inspector.get(f"/findings/{finding.code}"))
        assert "已逾期" in text_of(person(app, "operator_officer").get("/"))
        lapsed = inspector.post(f"/queries/{query.code}/lapse", data={"reason": "催告未果"})
        assert lapsed.status_code == 302
        late = person(app, "operator_officer").post(
            f"/findings/{finding.code}/rectify", data={"text": "迟到", "file": file()}
        )
        assert late.status_code == 302
        assert "逾期" in text_of(inspector.get(f"/findings/{finding.code}"))


def test_a_form_that_is_nobody_s_to_send(app, client, taken):
    finding = taken.find()
    for key, path in (
        ("officer", f"/inspections/{taken.inspection.code}/samples/draw"),
        ("authority_officer", f"/findings/{finding.code}/judge"),
        ("operator_officer", f"/findings/{finding.code}/judge"),
        ("inspector", f"/findings/{finding.code}/rectify"),
        ("officer", f"/findings/{finding.code}/rectify"),
    ):
        data = {"text": "x", "file": file(), "outcome": "eliminated", "reason": "x", "workdays": "3", "count": "1"}
        assert person(app, key).post(path, data=data).status_code == 403, (key, path)


def test_somebody_with_a_tie_is_told_before_he_takes_the_report(app, client, case):
    factories.controls(case.w.org("operator"), case.w.org("inspectorate"))
    db.session.commit()
    inspector = person(app, "inspector")
    page = inspector.get(f"/reports/{case.report.code}/inspection")
    assert page.status_code == 200 and "您不能督查这份合同" in text_of(page)
    assert inspector.post(f"/reports/{case.report.code}/inspection").status_code == 403


def test_pages_of_a_chosen_sample_and_a_prefilled_finding(app, client, taken):
    one = scored(taken.report)[0]
    here = f"/inspections/{taken.inspection.code}"
    inspector = person(app, "inspector")
    assert one.key in inspector.get(f"{here}/samples/choose").get_data(as_text=True)
    assert inspector.post(f"{here}/samples/choose", data={"keys": [one.key]}).status_code == 302
    page = inspector.get(f"{here}/findings/new?about={one.key}").get_data(as_text=True)
    assert re.search(rf'<option selected value="{one.key}"', page)


def test_pages_do_not_ask_more_the_more_they_show(app, client, taken):
    """As many statements for seven findings and questions as for one; the calendar behind deadlines is read once."""
    inspector = person(app, "inspector")
    with app.app_context():
        engine = db.engine

    def asked(path):
        said = []

        def listen(_connection, _cursor, statement, *_more):
            said.append(statement)

        sa.event.listen(engine, "before_cursor_execute", listen)
        try:
            assert inspector.get(path).status_code == 200
        finally:
            sa.event.remove(engine, "before_cursor_execute", listen)
        assert sum("FROM catalogue_entries" in one for one in said) <= 1
        return len(said)

    paths = ("/inspections", f"/inspections/{taken.inspection.code}", "/inspections/all", "/findings")
    taken.draw(1)
    taken.ask()
    taken.rectify(taken.find())
    before = {path: asked(path) for path in paths}
    taken.draw(1)
    for number in range(6):
        taken.ask("agency" if number % 2 else "operator")
        finding = taken.find()
        taken.rectify(finding)
        taken.judge(finding, Outcome.NOT_ELIMINATED, workdays=3)
    # Another party, a second inspector and their names: no more than that.
    assert {path: more for path in paths if (more := asked(path) - before[path]) > 4} == {}


# --- the API ---------------------------------------------------------------------------------------------------------


def api(app, token, path):
    return app.test_client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})


def test_findings_by_the_api(app, client, taken):
    w = taken.w
    finding = taken.find()
    taken.find(party="agency")
    taken.rectify(finding)
    taken.judge(finding, Outcome.NOT_ELIMINATED, reason="不齐", workdays=3)
    token = token_for(w, "operator_officer", (Scope.FINDINGS_READ,))
    listed = api(app, token, "/findings").get_json()
    assert [one["state"] for one in listed["items"]] == ["returned", "open"]
    assert [one["responsible"] for one in listed["items"]] == ["OPERATOR", "AGENCY"]
    first = api(app, token, "/findings?limit=1").get_json()
    assert first["next_cursor"] is not None
    rest = api(app, token, f"/findings?limit=1&cursor={first['next_cursor']}").get_json()
    assert rest["items"][0]["code"] == listed["items"][1]["code"]
    assert len(api(app, token, "/findings?state=open").get_json()["items"]) == 1
    assert api(app, token, f"/findings?contract={taken.contract.code}").get_json()["items"] == listed["items"]
    assert api(app, token, "/findings?contract=HT-0").get_json()["items"] == []
    assert api(app, token, "/findings?state=x").status_code == 400
    answer = api(app, token, f"/findings/{finding.code}")
    document = answer.get_json()
    assert document["due_on"] == "2026-05-14" and document["turn"] == "OPERATOR" and document["round"] == 2
    assert [one["late"] for one in document["rectifications"]] == [False]
    assert [one["outcome"] for one in document["verdicts"]] == ["not_eliminated"]
    again = app.test_client().get(
        f"/api/v1/findings/{finding.code}",
        headers={"Authorization": f"Bearer {token}", "If-None-Match": answer.headers["ETag"]},
    )
    assert again.status_code == 304


def test_a_token_sees_no_finding_out_of_its_reach_or_scope(app, client, taken):
    finding = taken.find()
    stranger = token_for(taken.w, "rival_officer", (Scope.FINDINGS_READ,))
    assert api(app, stranger, "/findings").get_json()["items"] == []
    missing = api(app, stranger, "/findings/WT-0")
    theirs = api(app, stranger, f"/findings/{finding.code}")
    assert theirs.status_code == missing.status_code == 404
    other = token_for(taken.w, "operator_officer", (Scope.TASKS_READ,))
    assert api(app, other, "/findings").status_code == 403
    assert pdf().filename == "整改.pdf"
