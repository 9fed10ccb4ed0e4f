"""The doors of reports: pages, files, API, command line; whoever is no party finds nothing."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from app.accounts import actions as accounts
from app.accounts.actions import NewToken
from app.accounts.identities import Scope
from app.accounts.models import Membership
from app.core.canonical import digest_both
from app.core.clock import clock, today
from app.core.db import db
from app.evidence import store
from app.reports import queries
from app.reports.documents import MEDIA
from app.reports.jobs import produce_due
from app.reports.pages import report_page
from tests.factories import sign_in
from tests.reports.room import APRIL, MARCH

PARTIES = ("officer", "signatory", "operator_officer", "operator_signatory", "inspector", "leader")
STRANGERS = ("rival_officer", "other_officer", "other_signatory")


@pytest.fixture
def report(room):
    room.verify()
    return room.produce()[0]


def text_of(answer):
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [PARTIES[0], PARTIES[2], PARTIES[4]])
def test_parties_and_mandates_read_the_report(client, room, report, who):
    person = sign_in(client, who)
    page = text_of(person.get(f"/reports/{report.code}"))
    for words in ("2026年3月绩效报告", "考核尚未定稿", "82.28", "99.4444", report.sha256, "审计树头", "生成新版"):
        assert (words in page) is (words != "生成新版" or who == "officer"), words
    assert report.code in text_of(person.get("/reports"))
    of_contract = text_of(person.get(f"/contracts/{room.contract.code}/reports"))
    assert report.code in of_contract and "82.28" in of_contract


@pytest.mark.parametrize("who", STRANGERS)
def test_strangers_find_nothing(client, room, report, who):
    person = sign_in(client, who)
    for path in (f"/reports/{report.code}", f"/reports/{report.code}.pdf", f"/contracts/{room.contract.code}/reports"):
        assert person.get(path).status_code == 404
    assert report.code not in text_of(person.get("/reports"))
    assert person.post(f"/reports/{report.code}/restate", data={"reason": "x"}).status_code in {403, 404}


def test_the_page_reads_in_english_too(app, room, report):
    with app.test_request_context(), force_locale("en"):
        page = report_page(room.w.actor("officer"), report)
        row = page.sections[0].grids[0].rows[-1]
    assert row[3].lines == ("Good",)
    assert page.sections[0].grids[0].rows[0][4].lines[0].startswith("Weighted score of all items")


def test_what_is_downloaded_are_the_stored_bytes(client, report):
    person = sign_in(client, "operator_officer")
    for file in report.files:
        answer = person.get(f"/reports/{report.code}.{file.kind.value}")
        assert digest_both(answer.data).sha256 == file.sha256
        assert answer.mimetype == MEDIA[file.kind]
        assert f"{report.code}.{file.kind.value}" in answer.headers["Content-Disposition"]
    assert person.get(f"/reports/{report.code}.txt").status_code == 404
    assert person.get("/reports/BG-NOT-THERE.pdf").status_code == 404


def test_a_damaged_file_is_the_keepers_fault_and_the_page_still_reads(client, room, report):
    file = queries.file_of(report, "pdf")
    store.path_of(file.sha256).write_bytes(b"%PDF-1.7 forged")
    person = sign_in(client, "officer")
    answer = person.get(f"/reports/{report.code}.pdf")
    assert answer.status_code == 500
    assert file.sha256 in answer.get_data(as_text=True)
    assert "82.28" in text_of(person.get(f"/reports/{report.code}"))
    assert person.get(f"/reports/{report.code}.xlsx").status_code == 200
    headers = bearer(room.w, "officer", Scope.REPORTS_READ)
    program = client.get(f"/api/v1/reports/{report.code}.pdf", headers=headers)
    assert (program.status_code, program.mimetype) == (500, "application/problem+json")
    assert file.sha256 in program.json["problems"][0]["why"]
    assert digest_both(b"%PDF-1.7 forged").sha256 in program.json["problems"][0]["why"]


def test_a_new_edition_from_the_page(client, room):
    first = room.produce()[0]
    room.verify()
    person = sign_in(client, "officer")
    place = f"/reports/{first.code}/restate"
    assert person.post(place, data={"reason": ""}).status_code == 422
    done = person.post(place, data={"reason": "已全部核验"})
    assert done.status_code == 302
    page = text_of(person.get(done.headers["Location"]))
    assert "第 2 版" in page and "已全部核验" in page and "与上一版的差异" in page
    assert "这不是最新版" in text_of(person.get(f"/reports/{first.code}"))
    again = person.post(f"/reports/{room.reports(MARCH)[-1].code}/restate", data={"reason": "再来"})
    assert again.status_code == 422
    assert "没有新的内容" in again.get_data(as_text=True)


def test_what_is_owed_and_missing_is_shown_as_missing(client, room):
    page = text_of(sign_in(client, "officer").get(f"/contracts/{room.contract.code}/reports"))
    assert page.count("到期未生成") >= 2


def test_a_final_report_says_nothing_about_being_provisional(client, room, report):
    room.final()
    produce_due()
    newest = room.reports(MARCH)[-1]
    page = text_of(sign_in(client, "leader").get(f"/reports/{newest.code}"))
    assert "考核尚未定稿" not in page
    older = text_of(sign_in(client, "leader").get(f"/reports/{report.code}"))
    assert "考核尚未定稿" in older and "这不是最新版" in older


def test_a_report_whose_assessment_moved_says_so(client, room, report):
    room.final()
    page = text_of(sign_in(client, "officer").get(f"/reports/{report.code}"))
    assert "系统将自动生成新版" in page


def test_the_list_is_filtered_and_exported(client, room, report):
    person = sign_in(client, "officer")
    assert "BG-" in text_of(person.get("/reports?period=2026-03"))
    assert "没有符合条件的记录" in text_of(person.get("/reports?period=2020-01"))
    assert report.code in text_of(person.get("/reports?export=csv"))
    assert report.code in text_of(person.get(f"/reports?q={room.contract.subject.title}&state=produced"))


# --- API -------------------------------------------------------------------------------------------------------------


def bearer(w, key, *scopes):
    membership = db.session.scalars(sa.select(Membership).where(Membership.user_id == w.user(key).id)).one()
    new = NewToken(name="t", scopes=scopes, expires_on=today() + timedelta(days=30))
    token = accounts.create_token(w.actor("security_admin"), membership, new)[1]
    db.session.commit()
    return {"Authorization": f"Bearer {token}"}


def test_programs_read_reports_and_their_files(client, room, report):
    headers = bearer(room.w, "operator_officer", Scope.REPORTS_READ)
    listed = client.get("/api/v1/reports?limit=1", headers=headers).json
    assert [one["code"] for one in listed["items"]] == [report.code]
    rest = client.get(f"/api/v1/reports?cursor={listed['next_cursor']}", headers=headers).json
    assert [one["period"] for one in rest["items"]] == ["2026-04"]
    one = client.get(f"/api/v1/reports/{report.code}", headers=headers)
    assert one.json["content"] == queries.content_of(report)
    assert {file["kind"] for file in one.json["files"]} == {"pdf", "xlsx", "docx"}
    for file in one.json["files"]:
        body = client.get(file["href"], headers=headers).data
        assert digest_both(body).sha256 == file["sha256"]
    fresh = {**headers, "If-None-Match": one.headers["ETag"]}
    assert client.get(f"/api/v1/reports/{report.code}", headers=fresh).status_code == 304


def test_the_api_narrows_down_and_refuses(client, room, report):
    headers = bearer(room.w, "officer", Scope.REPORTS_READ)
    assert len(client.get("/api/v1/reports?period=2026-04", headers=headers).json["items"]) == 1
    assert len(client.get(f"/api/v1/reports?contract={room.contract.code}", headers=headers).json["items"]) == 2
    assert client.get("/api/v1/reports?contract=HT-0", headers=headers).json["items"] == []
    assert client.get("/api/v1/reports?period=2026-13", headers=headers).status_code == 400
    stranger = bearer(room.w, "rival_officer", Scope.REPORTS_READ)
    assert client.get(f"/api/v1/reports/{report.code}", headers=stranger).status_code == 404
    assert client.get("/api/v1/reports", headers=stranger).json["items"] == []
    narrow = bearer(room.w, "signatory", Scope.TASKS_READ)
    assert client.get("/api/v1/reports", headers=narrow).status_code == 403
    assert client.get("/api/v1/reports").status_code == 401


# --- command line ----------------------------------------------------------------------------------------------------


def run(runner, *arguments):
    db.session.commit()
    return runner.invoke(args=["reports", *arguments])


def test_run_produces_what_is_due_and_says_what_stands(runner, room):
    done = run(runner, "run", "--period", "2026-03", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert [(one["outcome"], one["period"], one["edition"]) for one in told["reports"]] == [("produced", "2026-03", 1)]
    again = json.loads(run(runner, "run", "--period", "2026-03", "--json").stdout)["reports"][0]
    assert (again["outcome"], again["code"]) == ("exists", told["reports"][0]["code"])
    plain = run(runner, "run", "--period", "2026-04", "--schedule", room.plan.code)
    assert plain.exit_code == 0
    assert plain.stdout.startswith(f"2026-04  {room.plan.code}  produced  BG-")


def test_run_renews_what_moved(runner, room):
    room.verify()
    produce_due()
    room.final()
    told = json.loads(run(runner, "run", "--period", "2026-03", "--json").stdout)["reports"]
    assert [(one["outcome"], one["edition"]) for one in told] == [("produced", 2)]


def test_run_waits_for_what_is_not_due(runner, room):
    with clock.at(queries.due_at(room.plan, APRIL) - timedelta(days=1)):
        told = json.loads(run(runner, "run", "--period", "2026-04", "--json").stdout)["reports"]
    assert [one["outcome"] for one in told] == ["not_due"]
    assert told[0]["due_at"].startswith("2026-05-10T16:00:00")


@pytest.mark.parametrize(
    "arguments, status, words",
    [
        pytest.param(["--period", "2026-13"], 1, "not a period", id="no period"),
        pytest.param(["--period", "2026-03", "--as", "nobody"], 1, "no active account", id="nobody"),
        pytest.param(["--period", "2026-03", "--schedule", "KH-0"], 1, "no agreed plan", id="no such plan"),
        pytest.param(
            ["--period", "2026-03", "--as", "operator-officer"], 1, "没有“生成绩效报告”的权限", id="the operator"
        ),
        pytest.param(["--period", "2026-Q1"], 0, "no report is owed", id="no plan for quarters"),
        pytest.param(["--period", "2026-03", "--as", "officer"], 0, "produced", id="the client's officer"),
    ],
)
def test_run_obeys_whoever_runs_it(runner, room, arguments, status, words):
    done = run(runner, "run", *arguments)
    assert done.exit_code == status
    assert words in done.stderr + done.stdout


def test_run_for_a_strange_plan_finds_none(runner, room):
    done = run(runner, "run", "--period", "2026-03", "--schedule", room.plan.code, "--as", "other-officer")
    assert done.exit_code == 1
    assert "in reach" in done.stderr


def test_due_lists_what_is_missing_and_what_is_out_of_date(runner, room):
    told = json.loads(run(runner, "due", "--json").stdout)
    assert [(one["contract"], one["period"]) for one in told["missing"]] == [
        (room.contract.code, "2026-03"),
        (room.contract.code, "2026-04"),
    ]
    room.verify()
    produce_due()
    room.final()
    told = json.loads(run(runner, "due", "--json").stdout)
    assert told["missing"] == []
    assert [(one["period"], one["state"]) for one in told["outdated"]] == [("2026-03", "final")]
    assert run(runner, "due").stdout.endswith("0 missing, 1 outdated\n")
