"""Files as people really send them: encodings, headers, workbooks, bombs. Every refusal is a code with its facts."""

import io
import json
import re
import struct
import time
import zipfile
from datetime import datetime

import pytest
import xlsxwriter

from app.figures.reading import EVENTS, FIGURES, FileFlaw, decoded, table_of_csv, table_of_json
from app.figures.spreadsheets import sheet_as_csv

HEADER = "service,indicator,period,value"
ROW = "S-1,KI-001,2026-03,99.9"


def code_of(call):
    with pytest.raises(FileFlaw) as flaw:
        call()
    return flaw.value.code


def rows(text, shape=FIGURES):
    return list(table_of_csv(text, shape).rows)


def book(write, name="数据"):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        write(made, made.add_worksheet(name))
    return stream.getvalue()


def filled(_made, sheet):
    sheet.write_row(0, 0, HEADER.split(","))
    sheet.write_row(1, 0, ["S-1", "KI-001", "2026-03", 99.9])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_is_read_in_utf8_and_gb18030(encoding):
    text = f"{HEADER},note\n{ROW},探针故障㐂"
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "empty"),
        (b"  \r\n ", "empty"),
        (b"\xef\xbb\xbf", "no_header"),
        (b"a\x00b", "binary"),
        ("service".encode("utf-16"), "binary"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "binary"),
        (b"service,\xff\xff\xff", "encoding"),
    ],
)
def test_what_is_no_text_is_refused(content, code):
    assert code_of(lambda: rows(decoded(content))) == code


@pytest.mark.parametrize(
    "header, code",
    [
        ("标题行,,,", "no_header"),
        (",service,indicator,period,value", "header_gap"),
        ("service,,indicator,period,value", "header_gap"),
        ("service,indicator,period", "header_missing"),
        ("service,indicator,period,value,score", "header_unknown"),
        ("service,indicator,period,Value", "header_unknown"),
        ("service,indicator,period,value,value", "header_doubled"),
        ("服务,指标,周期,数值", "no_header"),
        (ROW, "no_header"),
        ("service;indicator;period;value", "no_header"),
    ],
)
def test_the_header_is_exact(header, code):
    assert code_of(lambda: rows(f"{header}\n{ROW}")) == code


def test_columns_may_come_in_any_order_and_rows_keep_their_numbers():
    table = table_of_csv("value,period,service,indicator,,\n\n1,2026-03,S,KI\n,,,\n2,2026-04,S,KI\n", FIGURES)
    assert table.header == ("value", "period", "service", "indicator")
    assert [number for number, _cells in table.rows] == [3, 5]
    assert table.place("service") == 2
    assert table.place("note") == -1


def test_an_endless_cell_and_an_open_quote_are_refused():
    assert code_of(lambda: rows(f'{HEADER}\n"{"x" * 200_000}",b,c,d')) == "csv"
    assert code_of(lambda: rows(f'{HEADER}\n"S-1,KI')) == "csv"


def test_json_and_ndjson_give_the_same_rows():
    items = [{"service": "S", "indicator": "KI", "period": "2026-03", "value": "99.90"}]
    one = {"service": "S", "indicator": "KI", "period": "2026-04", "value": None, "reason": "x"}
    array = table_of_json(json.dumps([*items, one]).encode(), FIGURES)
    lines = table_of_json("\n".join(json.dumps(item) for item in [*items, one]).encode(), FIGURES)
    assert list(array.rows) == list(lines.rows)
    assert [cells[3] for _number, cells in array.rows] == ["99.90", ""]


def test_json_numbers_keep_every_digit():
    body = b'[{"service":"S","indicator":"K","period":"2026","value":0.10000000000000000001}]'
    assert next(iter(table_of_json(body, FIGURES).rows))[1][3] == "0.10000000000000000001"


@pytest.mark.parametrize(
    "body, code",
    [
        ("[]", "empty"),
        ("{", "json"),
        ("[1]", "json_item"),
        ('[{"service":"S"}]', "json_missing"),
        ('[{"service":"S","service":"T","indicator":"K","period":"2026","value":"1"}]', "header_doubled"),
        ('[{"service":"S","indicator":"K","period":"2026","value":"1","x":1}]', "header_unknown"),
        ('[{"service":"S","indicator":"K","period":"2026","value":[1]}]', "json_value"),
        ("[" * 100_000, "json"),
    ],
)
def test_bad_json_is_refused(body, code):
    assert code_of(lambda: table_of_json(body.encode(), FIGURES)) == code


# --- workbooks -------------------------------------------------------------------------------------------------------


def test_a_workbook_is_read_with_numbers_as_typed():
    def write(_made, sheet):
        sheet.write_row(0, 0, HEADER.split(","))
        for number, value in enumerate([99.95, 0.0000001, 12000, 1e15], start=1):
            sheet.write_row(number, 0, ["S-1", "KI-001", "2026-03", value])

    values = [cells[3] for _number, cells in rows(sheet_as_csv(book(write)))]
    assert values == ["99.95", "0.0000001", "12000", "1000000000000000"]


def test_a_date_cell_is_marked_because_a_month_may_have_become_a_day():
    def write(made, sheet):
        filled(made, sheet)
        sheet.write_datetime(1, 2, datetime(2026, 3, 1), made.add_format({"num_format": "yyyy-mm"}))

    assert rows(sheet_as_csv(book(write)))[0][1][2].startswith("date:2026-03-01")


def merged(_made, sheet):
    sheet.merge_range(0, 0, 0, 3, "六月数据")


def shifted(_made, sheet):
    sheet.write_row(3, 2, HEADER.split(","))


def far(made, sheet):
    filled(made, sheet)
    sheet.write(1_048_575, 16_383, "x")


def no_result(made, sheet):
    filled(made, sheet)
    sheet.write_formula(1, 3, "=A1", None, "")


def failed(made, sheet):
    filled(made, sheet)
    sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")


def percent(made, sheet):
    filled(made, sheet)
    sheet.write_number(1, 3, 0.999, made.add_format({"num_format": "0.0%"}))


def hidden(made, sheet):
    filled(made, sheet)
    made.add_worksheet("旧数据").hide()


def two(made, sheet):
    filled(made, sheet)
    made.add_worksheet("另一张")


@pytest.mark.parametrize(
    "write, code",
    [
        (merged, "merged"),
        (far, "far"),
        (no_result, "formula"),
        (failed, "error_cell"),
        (percent, "percent"),
        (hidden, "hidden"),
    ],
)
def test_what_could_mislead_in_a_workbook_is_refused(write, code):
    assert code_of(lambda: sheet_as_csv(book(write))) == code


def test_a_shifted_header_is_refused_and_a_formula_with_its_result_is_read():
    assert code_of(lambda: rows(sheet_as_csv(book(shifted)))) == "no_header"

    def counted(made, sheet):
        filled(made, sheet)
        sheet.write_formula(1, 3, "=90+9", None, 99)

    assert rows(sheet_as_csv(book(counted)))[0][1][3] == "99"


def test_which_sheet_holds_the_data_is_never_guessed():
    assert code_of(lambda: sheet_as_csv(book(two, "Sheet1"))) == "sheets"
    assert rows(sheet_as_csv(book(two, "数据")))


def rewritten(content, change):
    """The archive with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            part = change(item, old.read(item))
            new.writestr(item, part)
    return out.getvalue()


@pytest.mark.parametrize("said", [b"A1:A1", b"A1:XFD1048576", b"A1:B2"])
def test_a_lying_dimension_changes_nothing(said):
    def lie(name, part):
        if not name.endswith("sheet1.xml"):
            return part
        changed = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + said + b'"', part)
        assert changed != part
        return changed

    assert rows(sheet_as_csv(rewritten(book(filled), lie))) == rows(sheet_as_csv(book(filled)))


def test_entities_and_damage_are_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'

    def with_entities(name, part):
        return bomb + part.split(b"?>", 1)[1] if name.endswith("workbook.xml") else part

    assert code_of(lambda: sheet_as_csv(rewritten(book(filled), with_entities))) == "unreadable"
    assert code_of(lambda: sheet_as_csv(book(filled)[:300])) == "unreadable"
    assert code_of(lambda: sheet_as_csv(b"PK\x03\x04" + b"x" * 100)) == "unreadable"


def zipped(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize(
    "parts, code",
    [
        ({"xl/worksheets/sheet1.xml": b"0" * 200_000_000}, "bomb"),
        ({f"x{number}": b"" for number in range(300)}, "bomb"),
        ({"../evil.xml": b"x"}, "unreadable"),
        ({"xl/vbaProject.bin": b"x"}, "macro"),
        ({"word/document.xml": b"x"}, "unreadable"),
    ],
)
def test_bombs_and_strangers_are_refused_quickly(parts, code):
    content, began = zipped(parts), time.monotonic()
    assert code_of(lambda: sheet_as_csv(content)) == code
    assert time.monotonic() - began < 10


def test_a_size_that_lies_runs_into_the_bounds_of_the_child():
    """The archive says 100 bytes; the sheet unpacks to 200 MB."""
    content = book(filled)
    real = b"<row>" + b"<c><v>1</v></c>" * 14_000_000
    big = rewritten(content, lambda name, part: part.replace(b"<row ", real + b"<row ") if "sheet1" in name else part)
    small = struct.pack("<I", 100)
    lying = bytearray(big)
    for found in re.finditer(rb"xl/worksheets/sheet1\.xml", big):
        start = big.rfind(b"PK", 0, found.start())
        place = start + (22 if big[start : start + 4] == b"PK\x03\x04" else 24)
        lying[place : place + 4] = small
    began = time.monotonic()
    assert code_of(lambda: sheet_as_csv(bytes(lying))) in {"too_costly", "unreadable", "bomb"}
    assert time.monotonic() - began < 20


def test_events_have_their_own_columns():
    assert rows("status,at,service\nup,2026-03-01T00:00:00Z,S-1", EVENTS)[0][1] == ["up", "2026-03-01T00:00:00Z", "S-1"]
    assert code_of(lambda: rows(f"{HEADER}\n{ROW}", EVENTS)) in {"header_unknown", "header_missing"}
