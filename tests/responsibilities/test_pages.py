"""The pages of a project's responsibility list as each side sees them, every button, and its files opened again."""

import io
import re
import zipfile

import docx
import pytest
from python_calamine import CalamineWorkbook

from app.core.db import db
from app.projects import actions
from app.responsibilities import actions as lists
from app.responsibilities import drafting
from app.responsibilities.models import DutyListState, Letter
from app.responsibilities.queries import findings_of, lists_of, open_list, signed_list
from app.subjects.models import PartyRole
from tests.factories import sign_in
from tests.intake.room import approved as taken_in
from tests.responsibilities.room import amending, drafted, join, line_with, own_duty, peopled, seen, sent, signed

S = DutyListState


def address(project, rest=""):
    return f"/projects/{project.code}/duties{rest}"


def text_of(client, by, project, rest="", status=200):
    answer = sign_in(client, by).get(address(project, rest))
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def post(client, by, project, rest="", status=302, **data):
    answer = sign_in(client, by).post(address(project, rest), data=data)
    assert answer.status_code == status, answer.get_data(as_text=True)
    db.session.expire_all()
    return answer.get_data(as_text=True)


def kept(made):
    db.session.commit()
    return made


# --- who sees what ---------------------------------------------------------------------------------------------------


def test_a_project_without_a_list_says_who_begins(client, w):
    project = kept(peopled(w))
    assert "还没有权责清单" in text_of(client, "operator_officer", project)
    assert "按模板编制</button>" not in text_of(client, "operator_officer", project)
    assert "按模板编制</button>" in text_of(client, "officer", project)
    post(client, "officer", project)
    assert open_list(project).code == f"QZ-{project.code}-1"


@pytest.mark.parametrize(
    "key", ["officer", "signatory", "operator_officer", "authority_lead", "supervisor", "inspector"]
)
def test_everybody_in_reach_reads_duties_basis_and_signatures(client, w, key):
    project = kept(signed(w)).project
    page = text_of(client, key, project)
    for words in ("7×24 小时监测", "DU-057", "/indicators/KI-001", "故障按级别；报告按月", "待核实", "褚总", "SHA-256"):
        assert words in page, words
    assert "保存分工" not in page


@pytest.mark.parametrize("key", ["other_officer", "rival_signatory"])
def test_who_has_no_part_finds_nothing(client, w, key):
    project = kept(signed(w)).project
    for rest in ("", "/1", "/compare", "/1.pdf"):
        text_of(client, key, project, rest, status=404)


def test_a_list_that_is_not_there_is_not_found(client, w):
    project = kept(drafted(w)).project
    for rest in ("/9", "/9.pdf", "/1.txt", "/compare?from=1&to=9", "/9/lines/new", "/1/lines/999999"):
        text_of(client, "officer", project, rest, status=404)


# --- the matrix ------------------------------------------------------------------------------------------------------


def cells(page):
    """The fields of the matrix as a browser would send them."""
    found = {}
    for name, inner in re.findall(r'<select[^>]* name="(c-[0-9]+-[0-9]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([RACI])" selected', inner)
        found[name] = chosen[1] if chosen else ""
    return found


def digest_in(page):
    return re.search(r'name="digest" value="([0-9a-f]{64})"', page)[1]


def test_the_matrix_is_sent_whole_and_only_what_changed_is_stored(client, w):
    duty_list = kept(drafted(w))
    project, line = duty_list.project, line_with(duty_list, "DU-057")
    page = text_of(client, "officer", project)
    sent_cells = cells(page)
    assert len(sent_cells) == len(duty_list.lines) * 4
    sent_cells[f"c-{line.id}-{w.org('watcher').id}"] = "c"
    post(client, "officer", project, "/1/letters", digest=digest_in(page), **sent_cells)
    assert line.letters[w.org("watcher").id] is Letter.CONSULTED
    assert "共改动 1 格" in client.get(address(project)).get_data(as_text=True)


def test_what_was_typed_stays_when_the_matrix_is_refused(client, w):
    duty_list = kept(drafted(w))
    project, line = duty_list.project, line_with(duty_list, "DU-057")
    page = text_of(client, "officer", project)
    drafting.set_letter(w.actor("second_officer"), duty_list.lines[0], w.org("watcher").id, Letter.INFORMED)
    db.session.commit()
    name = f"c-{line.id}-{w.org('watcher').id}"
    again = post(client, "officer", project, "/1/letters", 422, digest=digest_in(page), **{name: "C"})
    assert "已经变化" in again
    assert cells(again)[name] == "C"
    assert w.org("watcher").id not in line.letters


@pytest.mark.parametrize("letter", ["X", "AA", "负责", "1"])
def test_a_letter_that_is_none_is_refused(client, w, letter):
    duty_list = kept(drafted(w))
    name = f"c-{duty_list.lines[0].id}-{w.org('agency').id}"
    page = post(client, "officer", duty_list.project, "/1/letters", 422, digest=seen(duty_list), **{name: letter})
    assert "不是权责字母" in page


def test_findings_stand_on_the_page_with_the_way_to_their_rows(client, w):
    duty_list = drafted(w)
    line = line_with(duty_list, "DU-057")
    drafting.set_letter(w.actor("officer"), line, w.org("agency").id, Letter.ACCOUNTABLE)
    page = text_of(client, "officer", kept(duty_list).project)
    assert "有 2 处须改正后才能签署" in page
    assert f'href="#line-{line.line}"' in page
    assert f'id="line-{line.line}"' in page
    assert "提交双方签署" not in page
    refused = post(client, "officer", duty_list.project, "/1/submit", 422, digest=seen(duty_list))
    assert "未能办理：2 个问题" in refused


def test_a_party_that_joins_is_added_by_the_template(client, w):
    project = taken_in(w)
    duty_list = drafted(w, project)
    join(w, project, "operator", PartyRole.OPERATOR)
    assert "模板事项缺失" in text_of(client, "officer", kept(project))
    post(client, "officer", project, "/1/supplement")
    assert not any(one.blocking for one in findings_of(duty_list))


# --- single duties ---------------------------------------------------------------------------------------------------


def test_own_duties_and_duties_of_the_template_on_their_pages(client, w):
    duty_list = kept(drafted(w))
    project = duty_list.project
    facts = vars(own_duty()) | {"phase": "operation", "bearer": "operator", "evidence": "document"}
    assert "请填写此项" in post(client, "officer", project, "/1/lines/new", 422, **{**facts, "text": ""})
    post(client, "officer", project, "/1/lines/new", **facts)
    own = duty_list.lines[-1]
    assert (own.text, own.basis) == ("每周一报送上周运行简报", "项目例会纪要")
    post(client, "officer", project, f"/1/lines/{own.id}", **{**facts, "deadline": "每周二"})
    assert own.deadline == "每周二"
    of_template = line_with(duty_list, "DU-026")
    page = text_of(client, "officer", project, f"/1/lines/{of_template.id}")
    assert "政府采购法" in page
    assert 'name="text"' not in page
    post(client, "officer", project, f"/1/lines/{of_template.id}", deadline="20 年", evidence="", evidence_words="清单")
    assert (of_template.deadline, of_template.evidence) == ("20 年", None)
    post(client, "officer", project, f"/1/lines/{own.id}/drop")
    assert own not in duty_list.lines
    assert "不能删除" in post(client, "officer", project, f"/1/lines/{of_template.id}/drop", 422)


def test_the_second_of_two_who_change_a_duty_is_told(client, w):
    duty_list = kept(drafted(w))
    line = duty_list.lines[0]
    version = line.row_version
    drafting.change_line(w.actor("second_officer"), line, own_duty(deadline="每季度"), None)
    db.session.commit()
    rest = f"/1/lines/{line.id}"
    page = post(client, "officer", duty_list.project, rest, 422, _version=version, deadline="每半年", evidence="record")
    assert "已被修改" in page
    assert 'value="每半年"' in page


def test_leaving_out_asks_for_a_reason_and_can_be_taken_back(client, w):
    duty_list = kept(drafted(w))
    project, line = duty_list.project, line_with(duty_list, "DU-067")
    page = post(client, "officer", project, f"/1/lines/{line.id}/leave-out", 422, reason=" ")
    assert "请写明理由" in page
    # The duty's own fields stay as they are stored.
    assert 'value="持续"' in page
    post(client, "officer", project, f"/1/lines/{line.id}/leave-out", reason="不出台政策措施。")
    assert "不出台政策措施。" in text_of(client, "operator_officer", project)
    post(client, "officer", project, f"/1/lines/{line.id}/take-back")
    assert not line.is_left_out


# --- its life --------------------------------------------------------------------------------------------------------


def test_from_draft_to_signed_returned_and_amended_on_the_pages(client, w):
    duty_list = kept(drafted(w))
    project = duty_list.project
    post(client, "officer", project, "/1/submit", digest=seen(duty_list))
    assert "签署清单" in text_of(client, "operator_signatory", project)
    assert "签署清单</" not in text_of(client, "operator_officer", project)
    assert "请填写此项" in post(client, "operator_signatory", project, "/1/return", 422, reason="")
    post(client, "operator_signatory", project, "/1/return", reason="第 5 项请改")
    assert "第 5 项请改" in text_of(client, "officer", project, "/1")
    second = open_list(project)
    post(client, "officer", project, "/2/submit", digest=seen(second))
    for key in ("signatory", "operator_signatory"):
        post(client, key, project, "/2/sign", digest=digest_in(text_of(client, key, project)))
    assert signed_list(project).number == 2
    post(client, "officer", project, "/2/amend", reason="增加监测职责")
    assert "增加监测职责" in text_of(client, "operator_officer", project)
    assert [one.state for one in lists_of(project)] == [S.DRAFT, S.SIGNED, S.RETURNED]


@pytest.mark.parametrize(
    "key, rest",
    [
        ("operator_officer", ""),
        ("operator_officer", "/1/letters"),
        ("signatory", "/1/submit"),
        ("officer", "/1/sign"),
        ("officer", "/1/return"),
        ("signatory", "/1/amend"),
        ("authority_lead", "/1/supplement"),
        ("supervisor", "/1/sign"),
    ],
)
def test_who_may_not_is_told_so(client, w, key, rest):
    project = kept(sent(w)).project
    post(client, key, project, rest, 403, reason="x", digest="0" * 64)


@pytest.mark.parametrize("rest", ["/1/letters", "/1/lines/new", "/1/supplement", "/1/submit"])
def test_a_sealed_list_is_not_changed_on_the_pages(client, w, rest):
    project = kept(signed(w)).project
    assert sign_in(client, "officer").post(address(project, rest), data={"digest": "0" * 64}).status_code in {409, 422}
    assert signed_list(project).lines


def test_the_page_says_why_nobody_can_sign_now(client, w):
    duty_list = sent(w)
    join(w, duty_list.project, "rival", PartyRole.OPERATOR)
    page = text_of(client, "signatory", kept(duty_list).project)
    assert "目前不能签署" in page
    assert "当事方有变化" in page


# --- versions, panel, files ------------------------------------------------------------------------------------------


def test_two_versions_stand_side_by_side(client, w):
    old = signed(w)
    new = amending(w, old)
    drafting.set_letter(w.actor("officer"), line_with(new, "DU-057"), w.org("watcher").id, Letter.CONSULTED)
    drafting.leave_out(w.actor("officer"), line_with(new, "DU-067"), "不出台政策措施。")
    project = kept(new).project
    page = text_of(client, "operator_officer", project, "/compare")
    for words in ("DU-057", "信诚监理有限公司", "DU-067", "不出台政策措施。", "改为删减", "有变化的事项"):
        assert words in page, words
    # The supervising company had a letter or none there; now it is asked.
    assert '<ins><span class="gy-raci-mark gy-raci-C">C</span></ins>' in page
    assert "DU-060" not in page
    assert "DU-060" in text_of(client, "operator_officer", project, "/compare?from=1&to=2&show=all")
    same = text_of(client, "officer", project, "/compare?from=1&to=1")
    assert "两版内容相同" in same and "选择的是同一版" in same


def test_by_default_the_newest_is_compared_with_the_one_in_force(client, w):
    officer, old = w.actor("officer"), signed(w)
    second = amending(w, old)
    lists.submit(officer, second, seen(second))
    again = lists.return_for_change(w.actor("operator_signatory"), second, "补充时限")
    project = kept(again).project
    assert [(one.number, one.state.value) for one in lists_of(project)] == [
        (3, "draft"),
        (2, "returned"),
        (1, "signed"),
    ]
    assert "第 1 版与第 3 版对比" in text_of(client, "officer", project, "/compare")
    assert "第 1 版与第 2 版对比" in text_of(client, "officer", project, "/compare?to=2")
    assert "第 2 版与第 3 版对比" in text_of(client, "officer", project, "/compare?from=2")
    # The only version, and a first one that was returned before anything was in force.
    assert "第 1 版与第 1 版对比" in text_of(client, "officer", project, "/compare?to=1")


def test_the_project_page_shows_where_the_list_stands(client, w):
    project = kept(signed(w)).project
    page = sign_in(client, "operator_officer").get(f"/projects/{project.code}").get_data(as_text=True)
    assert "现行清单" in page
    assert "第 1 版 已签" in page


@pytest.mark.sqlite_only
def test_the_workbook_opens_with_the_matrix_signatures_and_digests(client, w):
    duty_list = kept(signed(w))
    answer = sign_in(client, "operator_officer").get(address(duty_list.project, "/1.xlsx"))
    assert f"{duty_list.code}.xlsx" in answer.headers["Content-Disposition"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    matrix = book.get_sheet_by_name("权责矩阵").to_python()
    head, rows = matrix[4], {row[2]: row for row in matrix[5:]}
    assert len(rows) == len(duty_list.lines)
    operator = next(place for place, name in enumerate(head) if str(name).startswith("数字运营有限公司"))
    assert rows["DU-057"][operator] == "A"
    told = [cell for row in book.get_sheet_by_name("签署与摘要").to_python() for cell in row]
    assert {duty_list.sha256, duty_list.sm3, "褚总", "郑主任"} <= set(told)


@pytest.mark.sqlite_only
def test_the_word_document_opens_with_duties_signatures_and_digests(client, w):
    duty_list = kept(signed(w))
    data = sign_in(client, "officer").get(address(duty_list.project, "/1.docx")).data
    document = docx.Document(io.BytesIO(data))
    told = [paragraph.text for paragraph in document.paragraphs]
    told += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    whole = "\n".join(told)
    for words in (duty_list.code, "7×24 小时监测", "依据：", "数字运营有限公司", "褚总", duty_list.sha256[:8]):
        assert words in whole, words
    assert data == sign_in(client, "officer").get(address(duty_list.project, "/1.docx")).data


@pytest.mark.sqlite_only
def test_the_pdf_carries_the_sealed_content(client, w):
    duty_list = kept(signed(w))
    data = sign_in(client, "officer").get(address(duty_list.project, "/1.pdf")).data
    assert data.startswith(b"%PDF")
    assert b"content.json" in data


@pytest.mark.sqlite_only
@pytest.mark.parametrize("kind", ["pdf", "docx", "xlsx"])
def test_a_draft_says_that_it_is_one(client, w, kind):
    duty_list = kept(drafted(w))
    data = sign_in(client, "officer").get(address(duty_list.project, f"/1.{kind}")).data
    if kind != "pdf":
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            assert any("草稿" in parts.read(name).decode("utf-8", "ignore") for name in parts.namelist())
    assert data


@pytest.mark.sqlite_only
def test_an_own_duty_has_a_page_and_one_of_the_template_another(client, w):
    duty_list = drafted(w)
    line = drafting.add_own_duty(w.actor("officer"), duty_list, own_duty())
    drafting.set_letter(w.actor("officer"), line, w.org("operator").id, Letter.ACCOUNTABLE)
    project, place = kept(duty_list).project, f"/1/own/{line.line}"
    assert address(project, place) in text_of(client, "officer", project)
    page = text_of(client, "operator_officer", project, place)
    for said in (
        "每周一报送上周运行简报",
        "自定，不在模板中",
        "项目例会纪要",
        "每周一",
        "运行简报",
        "还没有登记相应种类的材料",
    ):
        assert said in page
    assert w.org("operator").name in page
    for wrong in ("/1/own/1", "/1/own/9999", "/2/own/1"):
        assert text_of(client, "officer", project, wrong, status=404)
    assert text_of(client, "rival_officer", project, place, status=404)


@pytest.mark.sqlite_only
def test_formulas_in_own_duties_stay_text(client, w):
    duty_list = drafted(w)
    line = drafting.add_own_duty(w.actor("officer"), duty_list, own_duty(text="=1+1", deadline="+2"))
    drafting.set_letter(w.actor("officer"), line, w.org("operator").id, Letter.ACCOUNTABLE)
    data = sign_in(client, "officer").get(address(kept(duty_list).project, "/1.xlsx")).data
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    rows = book.get_sheet_by_name("权责矩阵").to_python()
    assert [row[3] for row in rows if row[2] == "自定"] == ["=1+1"]


@pytest.mark.sqlite_only
def test_a_list_in_english_says_duties_and_deadlines_in_english(client, w):
    project = kept(signed(w)).project
    reader = sign_in(client, "officer")
    with reader.session_transaction() as session:
        session["locale"] = "en"
    page = reader.get(address(project)).get_data(as_text=True)
    assert "Monitor round the clock" in page
    assert "By severity; reports every month" in page


# --- while the project stands still ----------------------------------------------------------------------------------


def halted(w, project):
    actions.suspend(w.actor("authority_lead"), project, "资金来源待核实")
    db.session.commit()


def test_nothing_is_drawn_up_or_signed_while_the_project_stands_still(client, w):
    signing = kept(sent(w))
    project = signing.project
    halted(w, project)
    for by, rest in (("operator_signatory", "/1/sign"), ("operator_signatory", "/1/return")):
        said = post(client, by, project, rest, status=422, digest=seen(signing), reason="缺一项")
        assert "暂停期间不编制、不签署权责清单" in said
    page = text_of(client, "operator_signatory", project)
    assert "签署清单</button>" not in page
    assert "暂停计时" in page
    actions.resume(w.actor("authority_lead"), project, "资金已落实")
    db.session.commit()
    post(client, "operator_signatory", project, "/1/sign", digest=seen(signing))


def test_a_halted_project_begins_no_list_and_changes_no_draft(client, w):
    draft, bare = kept(drafted(w)), kept(peopled(w))
    for one in (draft.project, bare):
        halted(w, one)
        assert "<select" not in text_of(client, "officer", one)
    assert "暂停期间不编制" in post(client, "officer", bare, status=422)
    assert "按模板编制</button>" not in text_of(client, "officer", bare)


def test_what_no_longer_fits_a_signed_list_asks_for_a_new_version(client, w):
    duty_list = kept(signed(w))
    join(w, duty_list.project, "rival", PartyRole.OPERATOR)
    db.session.commit()
    page = text_of(client, "officer", duty_list.project)
    assert "处与现在的情况不符，须另立新版" in page
    assert "须改正后才能签署" not in page
