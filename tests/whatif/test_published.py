"""`screen` by the rules in force in this installation: the command with --published, the page; and by packaged ones."""

import json

import pytest
from flask import Flask
from flask_babel import Babel

from app.catalogues import actions as catalogues
from app.core.actors import SYSTEM
from app.whatif.commands import register_commands
from tests.factories import app, sign_in, w

__all__ = ["app", "w"]

BEGUN = {"lists": ["NL-A"], "facts": {"project": {"build_started_on": "2026-06-01", "approved_on": ""}}}
CHANGED = """
kind: negative_item
entries:
  - code: NL-A01
    list: NL-A
    name: {zh: "未批先建（修订）", en: "Built before approval, revised"}
    citation: "《政府投资条例》第20条"
    status: V
    severity: noted
    subject: project
    gates: [G-17]
    method: machine
    condition: 'project.build_started_on != "" && project.approved_on == ""'
    remedy: {zh: "停止施工", en: "Stop building"}
    valid_from: 2020-01-01
"""
PRACTICE = """
kind: practice
valid_from: 2020-01-01
entries:
  - code: PM-ZZ
    name: {zh: "试点模式", en: "Pilot"}
    summary: {zh: "试点", en: "Pilot"}
    parties:
      - {role: client, name: {zh: "委办局", en: "Departments"}, does: {zh: "负责", en: "Answer for it"}}
    negative_items: {add: [NL-ZZ01]}
    citation: "试点办法"
    status: D
  - kind: negative_item
    code: NL-ZZ01
    practice: PM-ZZ
    list: NL-A
    name: {zh: "试点禁止事项", en: "Forbidden in the pilot"}
    citation: "试点办法"
    status: D
    severity: forbidden
    subject: project
    gates: [G-17]
    method: machine
    condition: 'project.kind == "new"'
    remedy: {zh: "不新建", en: "Build nothing new"}
"""


@pytest.fixture
def screen(runner):
    """The answer of the command to a form, with what it said on standard error."""

    def run(form, *options):
        done = runner.invoke(args=["whatif", "screen", "-", *options], input=json.dumps(form))
        return (json.loads(done.stdout) if done.stdout else None), done.stderr

    return run


def load(tmp_path, db_session, text):
    path = tmp_path / "changed.yaml"
    path.write_text(text, encoding="utf-8")
    catalogues.load(SYSTEM, [path])
    db_session.commit()


def line(answer, code):
    return next((one for one in answer["items"] if one["code"] == code), None)


def test_the_command_judges_by_packaged_rules_unless_published_ones_are_asked_for(w, screen, tmp_path, db_session):
    load(tmp_path, db_session, CHANGED)
    packaged, published = screen(BEGUN)[0], screen(BEGUN, "--published")[0]
    assert (packaged["rules"], published["rules"]) == ("packaged", "published")
    assert "versions" not in packaged and "on" not in packaged
    assert (line(packaged, "NL-A01")["severity"], line(published, "NL-A01")["severity"]) == ("forbidden", "noted")
    assert (line(published, "NL-A01")["version"], published["on"]) == (2, "2026-03-02")
    assert {"kind": "negative_item", "code": "NL-A01", "version": 2} in published["versions"]
    assert [one["code"] for one in published["versions"]] == [one["code"] for one in published["items"]]


def test_the_rules_of_a_day_are_those_that_were_in_force(w, screen, tmp_path, db_session):
    load(tmp_path, db_session, CHANGED)
    before = screen({**BEGUN, "on": "2026-03-01"}, "--published")[0]
    assert (line(before, "NL-A01")["version"], line(before, "NL-A01")["severity"]) == (1, "forbidden")
    answer, refused = screen({**BEGUN, "on": "1999-01-01"}, "--published")
    assert answer is None and refused.startswith("on: 1999-01-01")


def test_a_published_practice_can_be_used_and_is_named_with_its_version(w, screen, tmp_path, db_session):
    form = {"lists": ["NL-A"], "practice": "PM-ZZ", "divisions": ["广东省"], "facts": {"project": {"kind": "new"}}}
    assert screen(form, "--published")[1].startswith("practice: ")
    load(tmp_path, db_session, PRACTICE)
    answer = screen(form, "--published")[0]
    assert line(answer, "NL-ZZ01")["outcome"] == "hit"
    assert [one for one in answer["versions"] if one["kind"] != "negative_item"] == [
        {"kind": "practice", "code": "PM-ZZ", "version": 1},
        {"kind": "region_tree", "code": "CN-44", "version": 1},
    ]
    assert line(screen({**form, "practice": ""}, "--published")[0], "NL-ZZ01") is None
    assert screen(form)[1].startswith("practice: ")


@pytest.mark.parametrize("options", [[], ["--published"]])
@pytest.mark.parametrize(
    "form, place, near",
    [
        ({"practice": "PM-XX"}, "practice", "PM-GD"),
        ({"divisions": ["火星"]}, "divisions[0]", "广东省"),
        ({"facts": {"project": {"kind": "weird"}}}, "facts.project.kind", "new（新建）"),
        ({"facts": {"project": {"documents": ["banana"]}}}, "facts.project.documents[0]", "feasibility（"),
        ({"facts": {"contract": {"mode": "weird"}}}, "facts.contract.mode", "concession"),
        ({"facts": {"procurement": {"awarded": ["bild"]}}}, "facts.procurement.awarded[0]", "build"),
        ({"facts": {"parties": {"client_level": "galaxy"}}}, "facts.parties.client_level", "province"),
    ],
)
def test_wrong_values_are_refused_with_what_is_allowed(w, screen, options, form, place, near):
    answer, refused = screen({"facts": {}, **form}, *options)
    assert answer is None
    assert refused.startswith(f"{place}: ")
    assert near in refused


def test_the_page_judges_by_what_is_in_force_and_shows_the_line_of_what_is_wrong(client, w, tmp_path, db_session):
    load(tmp_path, db_session, CHANGED)
    browser = sign_in(client, "officer")
    sent = browser.post("/whatif", data={"kind": "screen", "content": json.dumps(BEGUN)})
    assert sent.status_code == 200
    assert "未批先建（修订）" in sent.text and "第 2 版" in sent.text and "2026-03-02" in sent.text
    wrong = '{\n"facts": {\n"project": {"kind": "weird"}}}'
    refused = browser.post("/whatif", data={"kind": "screen", "content": wrong})
    assert refused.status_code == 422
    assert "第 3 行：facts.project.kind: " in refused.text
    many = browser.post(
        "/whatif", data={"kind": "screen", "content": wrong.replace('"weird"', '"weird", "scope": "x"')}
    )
    assert many.status_code == 422
    assert "有 2 处需要更正" in many.text and "第 3 行：facts.project.scope: " in many.text
    both = browser.post("/whatif", data={"kind": "screen", "content": f"[{wrong}, {json.dumps(BEGUN)}]"})
    assert both.status_code == 200
    assert "有 1 项输入不能计算" in both.text and "未批先建（修订）" in both.text


def test_without_rules_nothing_is_judged(db_session, screen):
    answer, refused = screen(BEGUN, "--published")
    assert answer is None and "flask catalog load" in refused
    assert screen(BEGUN)[0]["rules"] == "packaged"


@pytest.mark.parametrize(
    "words, said", [(["screen", "-", "--published"], "flask db upgrade"), (["due", "-", "--published"], "screen")]
)
def test_published_is_refused_without_a_database_and_for_other_kinds(words, said):
    bare = Flask("bare")
    Babel(bare)
    register_commands(bare)
    done = bare.test_cli_runner().invoke(args=["whatif", *words], input="{}")
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr
