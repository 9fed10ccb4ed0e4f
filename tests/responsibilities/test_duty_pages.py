"""Pages of single duties: basis and status, who holds them where in reach, conditions, what was delivered."""

import re

import pytest

from app.core.db import db
from app.projects.kinds import DocumentKind
from app.responsibilities import actions, drafting
from app.responsibilities.duty_file import parse_duty
from app.responsibilities.duty_pages import line_in_force, names_duty, page_in_list
from tests.factories import in_force, sign_in
from tests.projects.room import register
from tests.responsibilities.room import drafted, line_with


@pytest.mark.parametrize(
    "text, found",
    [
        ("按 DU-057 每月报送", True),
        ("（DU-057）", True),
        ("按DU-057执行", True),
        ("按 DU-0571 执行", False),
        ("按 XDU-057 执行", False),
        ("按 DU-05 执行", False),
        ("", False),
    ],
)
def test_a_condition_names_a_duty_by_its_whole_code(text, found):
    assert names_duty(text, "DU-057") is found


def test_what_shows_a_duty_is_a_kind_of_registered_paper():
    content = {
        "code": "DU-900",
        "name": {"zh": "测试", "en": "Test"},
        "phase": "build",
        "bearer": "builder",
        "deadline": {"zh": "每月", "en": "Monthly"},
        "evidence": "document",
        "evidence_words": {"zh": "报告", "en": "Report"},
        "documents": ["audit_report", "no_such_paper"],
        "citation": "产品默认",
        "status": "D",
        "jurisdiction": "全国",
        "valid_from": "2020-01-01",
    }
    with pytest.raises(Exception) as refusal:
        parse_duty(content)
    assert "documents" in str(refusal.value)
    assert parse_duty({**content, "documents": ["audit_report"]}).documents == (DocumentKind.AUDIT_REPORT,)


def test_the_catalogue_lists_every_duty_with_its_source(client, w):
    db.session.commit()
    page = sign_in(client, "officer").get("/duties").data.decode()
    assert re.search(r"共 \d+ 项", page) and "DU-057" in page and "待核实" in page and "默认" in page


def test_a_duty_says_its_basis_and_who_holds_it_in_reach(client, app, w):
    project = drafted(w).project
    actions.start_list(w.actor("officer"), in_force(w))
    db.session.commit()
    page = sign_in(client, "officer").get("/duties/DU-057").data.decode()
    holder = w.org("operator").name
    assert project.code in page and page.count(holder) >= 2 and "KI-009" in page
    assert f"/projects/{project.code}/duties/DU-057" in page and "/contracts/HT-" in page
    stranger = sign_in(app.test_client(), "rival_officer").get("/duties/DU-057").data.decode()
    assert project.code not in stranger and "您能看到的清单中还没有这一事项" in stranger
    assert sign_in(app.test_client(), "officer").get("/duties/DU-999").status_code == 404


def test_a_duty_of_a_list_shows_letters_and_what_was_delivered(client, app, w):
    duty_list = drafted(w)
    project = duty_list.project
    register(w, project, "audit_report")
    db.session.commit()
    line = line_in_force(project, "DU-071")
    with app.test_request_context():
        page = page_in_list(w.actor("officer"), line)
    assert [one.name for one in page.delivered] == ["审计报告"] and page.delivered[0].href
    shown = sign_in(client, "officer").get(f"/projects/{project.code}/duties/DU-071").data.decode()
    assert "审计报告" in shown and w.org("watcher").name in shown and "在清单第 1 版中查看" in shown
    assert "查看有关记录" in sign_in(client, "officer").get(f"/projects/{project.code}/duties/DU-043").data.decode()
    for path in (f"/projects/{project.code}/duties/DU-999", f"/projects/{project.code}/duties/{line.id}"):
        assert sign_in(client, "officer").get(path).status_code == 404
    outside = sign_in(app.test_client(), "rival_officer").get(f"/projects/{project.code}/duties/DU-071")
    assert outside.status_code == 404


def test_a_duty_left_out_says_why(client, w):
    duty_list = drafted(w)
    drafting.leave_out(w.actor("officer"), line_with(duty_list, "DU-071"), "没有外部审计")
    db.session.commit()
    page = sign_in(client, "officer").get(f"/projects/{duty_list.project.code}/duties/DU-071").data.decode()
    assert "本清单删减了这一事项。" in page and "没有外部审计" in page
