"""A workbook is read as it stands or refused whole; hostile ones cost little."""

import io
import time
import zipfile
from datetime import date, datetime

import pytest

from app.core.workbooks import BookFlaw
from app.intake.columns import CONTRACTS, MAX_LINES, PROJECTS, SHEETS
from app.intake.rules import Known, judge
from app.intake.sheet import MAX_BYTES, read_book
from app.intake.template_file import template_xlsx
from tests.intake.room import bare, paper, project, workbook


def code_of(content):
    with pytest.raises(BookFlaw) as flaw:
        read_book(content)
    return flaw.value.code


def test_rows_are_read_with_their_lines_and_keys():
    book = read_book(workbook([project(), {}, bare()], [paper()]))
    assert [row.line for row in book.projects] == [2, 4]
    assert book.projects[1].cells == bare()
    assert book.contracts[0].cells["paper_number"] == paper()["paper_number"]


def test_numbers_text_and_dates_come_as_they_were_typed():
    cells = read_book(workbook([project()])).projects[0].cells
    assert cells["estimate"] == "3000000"
    assert cells["design_budget"] == "2,880,000.50"
    assert cells["operation_from"] == "date:2024-01-01"


def test_a_code_that_a_spreadsheet_made_a_number_is_read_as_its_digits():
    def spoil(_book, sheets):
        sheets[PROJECTS].write_number(1, 1, 440100)

    assert read_book(workbook([bare()], shape=spoil)).projects[0].cells["client"] == "440100"


def test_columns_may_be_moved_and_optional_ones_left_out():
    def spoil(_book, sheets):
        for place, header in enumerate(["资料来源", "当前状态", "项目单位编码", "项目名称"]):
            sheets[PROJECTS].write_string(0, place, header)
        for place in range(4, len(SHEETS[PROJECTS])):
            sheets[PROJECTS].write_blank(0, place, None, None)
        sheets[PROJECTS].write_row(1, 0, ["批复", "已批准", "AGENCY", "某项目"])

    book = read_book(workbook([], shape=spoil))
    assert book.projects[0].cells == {"basis": "批复", "state": "已批准", "client": "AGENCY", "name": "某项目"}


def header(text, place=2):
    def spoil(_book, sheets):
        sheets[PROJECTS].write_string(0, place, text)

    return spoil


def merged(_book, sheets):
    sheets[PROJECTS].merge_range(4, 0, 4, 3, "合并")


def far(_book, sheets):
    sheets[PROJECTS].write_string(1_048_575, 16_383, "远")


def formula(_book, sheets):
    sheets[PROJECTS].write_formula(1, 10, "=1+1", None, "")


def failed(_book, sheets):
    sheets[PROJECTS].write_formula(1, 10, "=1/0", None, "#DIV/0!")


def percent(book, sheets):
    sheets[PROJECTS].write_number(1, 10, 0.5, book.add_format({"num_format": "0%"}))


def hidden(book, _sheets):
    book.add_worksheet("底稿").hide()


def beside(_book, sheets):
    sheets[PROJECTS].write_string(1, len(SHEETS[PROJECTS]) + 2, "表外的字")


SPOILT = {
    "an unknown header": (header("负责人电话", len(SHEETS[PROJECTS])), "header_unknown"),
    "a header twice": (header("项目名称"), "header_doubled"),
    "merged cells": (merged, "merged"),
    "a cell at the end of the world": (far, "far"),
    "a formula without a result": (formula, "formula"),
    "a formula that failed": (failed, "error_cell"),
    "a percentage": (percent, "percent"),
    "a hidden sheet": (hidden, "hidden"),
    "text beside the table": (beside, "surplus"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_what_could_mislead_is_refused(name):
    spoil, code = SPOILT[name]
    assert code_of(workbook([bare()], shape=spoil)) == code


def test_a_formula_with_its_result_is_read_as_the_result():
    def spoil(_book, sheets):
        sheets[PROJECTS].write_formula(1, 10, "=1+1", None, 2)

    assert read_book(workbook([bare()], shape=spoil)).projects[0].cells["estimate"] == "2"


def test_what_looks_like_a_formula_stays_text():
    book = read_book(workbook([bare(note='=HYPERLINK("http://x")')]))
    assert book.projects[0].cells["note"].startswith("=HYPERLINK")


def test_both_sheets_are_wanted_by_name():
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        made.add_worksheet(PROJECTS)
    assert code_of(stream.getvalue()) == "no_sheet"


def test_ten_thousand_rows_are_refused_soon():
    content = workbook([bare(name=f"项目{number}") for number in range(10_000)])
    began = time.monotonic()
    assert code_of(content) == "lines"
    assert time.monotonic() - began < 10


def test_as_many_rows_as_are_allowed_are_read():
    assert len(read_book(workbook([bare(name=f"项目{number}") for number in range(MAX_LINES)])).projects) == MAX_LINES


def test_other_files_are_refused():
    assert code_of(b"") == "empty"
    assert code_of("项目名称,项目单位编码\n".encode()) == "no_workbook"
    assert code_of(b"PK\x03\x04" + b"x" * 100) == "unreadable"
    assert code_of(b"PK\x03\x04" + b"x" * MAX_BYTES) == "large"
    assert code_of(workbook([])) == "no_rows"


def test_a_bomb_is_refused_before_it_is_unpacked():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 200_000_000)
    assert code_of(stream.getvalue()) == "bomb"


def test_a_document_type_is_refused():
    source = zipfile.ZipFile(io.BytesIO(workbook([bare()])))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in source.namelist():
            text = source.read(name)
            if name == "xl/workbook.xml":
                text = text.replace(b"<workbook", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><workbook', 1)
            archive.writestr(name, text)
    assert code_of(stream.getvalue()) == "unreadable"


def test_the_template_has_the_columns_that_are_read_and_says_how():
    content = template_xlsx(["政府采购", "特许经营"])
    assert code_of(content) == "no_rows"
    texts = zipfile.ZipFile(io.BytesIO(content)).read("xl/sharedStrings.xml").decode()
    for columns in SHEETS.values():
        assert all(one.header in texts for one in columns)
    assert "不知道的一律留空" in texts
    rules = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet2.xml").decode()
    assert "政府采购,特许经营" in rules


def test_a_date_with_a_time_is_no_day():
    moment = datetime(2023, 3, 1, 9, 30)

    def spoil(book, sheets):
        place = [one.key for one in SHEETS[PROJECTS]].index("approved_on")
        sheets[PROJECTS].write_datetime(1, place, moment, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))

    book = read_book(workbook([bare()], shape=spoil))
    problems = judge([(row.line, row.cells) for row in book.projects], [], Known(date(2026, 3, 2))).problems
    assert "day" in [one.code for one in problems]


def test_the_contract_sheet_is_held_to_the_same():
    def spoil(_book, sheets):
        sheets[CONTRACTS].write_string(0, 0, "项目")

    assert code_of(workbook([bare()], shape=spoil)) == "header_unknown"
