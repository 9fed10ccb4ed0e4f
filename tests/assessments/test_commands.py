"""`flask assess run`: text and JSON, the permissions of who does it, refusals with a remedy."""

import json

import pytest

from app.core.db import db
from app.figures import verifying
from tests.assessments.season import MARCH


@pytest.fixture
def run(app, runner, w, season):
    def invoke(*more, period="2026-03", contract=None):
        db.session.commit()
        code = contract or season.contract.code
        return runner.invoke(args=["assess", "run", "--contract", code, "--period", period, *more])

    return invoke


def test_the_text_gives_score_grade_deductions_and_every_reason(run, season):
    season.ready()
    done = run()
    assert done.exit_code == 0, done.output
    for words in (
        "2026年3月",
        "第 1 版",
        "总分",
        "等级",
        "KI-001 平台服务可用率",
        "由状态事件推算",
        "扣款",
        "SHA-256",
    ):
        assert words in done.stdout, words
    assert all(code in done.stdout for code in season.services)


def test_what_is_held_and_provisional_is_said(run, season):
    season.watch()
    done = run("--as", "officer")
    assert done.exit_code == 0, done.output
    assert "暂缓" in done.stdout
    assert "暂定：" in done.stdout


def test_one_json_document_and_nothing_new_when_nothing_changed(run, season):
    season.ready()
    first, second = (json.loads(run("--json").stdout) for _turn in range(2))
    assert first == second
    assert first["code"] == f"PJ-{season.contract.code}-1-2026-03-1"
    assert (first["edition"], first["state"], first["restates"]) == (1, "computed", None)
    assert first["result"]["form"] == "guanyun.assessment/1"
    assert run("--json", "--plan", season.plan.code).exit_code == 0


def test_over_a_final_result_a_restatement_is_drafted(run, season):
    season.confirmed()
    season.close()
    season.finalise()
    verifying.reopen_period(season.w.actor("signatory"), season.contract, MARCH, "补报")
    season.watch(("2026-03-20T01:00:00", "2026-03-20T05:00:00"), name="more.csv")
    refused = run("--as", "officer")
    assert refused.exit_code == 1
    assert "请写明重新计算的理由" in refused.stderr
    done = run("--as", "officer", "--reason", "补充评分")
    assert done.exit_code == 0, done.output
    assert "重述稿" in done.stdout
    found = json.loads(run("--as", "officer", "--json", "--reason", "补充评分").stdout)
    assert found["restates"] == f"PJ-{season.contract.code}-1-2026-03-1"


@pytest.mark.parametrize(
    "more, said",
    [
        (("--as", "nobody"), "no active account"),
        (("--as", "rival-officer"), "no contract"),
        (("--as", "operator-officer"), "计算考核得分"),
        (("--plan", "KH-X"), "no such plan"),
    ],
)
def test_refusals_say_what_to_do_and_are_no_success(run, season, more, said):
    refused = run(*more)
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert not refused.stdout


@pytest.mark.parametrize(
    "period, said", [("2026-13", "is no period"), ("2026-09", "尚未结束"), ("2026-Q1", "考核约定")]
)
def test_only_periods_that_are_owed(run, period, said):
    refused = run(period=period)
    assert refused.exit_code == 1
    assert said in refused.stderr


def test_a_refusal_as_json(run):
    refused = run("--json", period="2026-09")
    assert refused.exit_code == 1
    found = json.loads(refused.stderr)
    assert found["status"] == 422
    assert found["problems"][0]["remedy"]
