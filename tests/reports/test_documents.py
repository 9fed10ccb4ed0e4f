"""A report's files say what its content says, nothing else, and are the same bytes every time."""

import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
import zlib
from decimal import Decimal

import docx
import pytest

from app.core.canonical import canonical_json, digest_both
from app.core.typesetting.pdf import as_data
from app.reports.content import Before
from app.reports.documents import MEDIA, files_of
from app.reports.grids import Moment, Money, Number, Seconds
from app.reports.models import FileKind
from app.reports.sheet import sheet_of
from app.reports.workbook import SHEETS, numeric
from tests.reports.handmade import (
    TREND,
    content,
    deductions,
    facts,
    item,
    name,
    result,
    service,
    source,
    watched,
    wording,
)

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
HOSTILE = [
    '#panic("x") #eval("1") $ x^2 $ *粗* @ref // 注',
    '=SUM(A1:A9)+cmd|" /C calc"!A0',
    '=HYPERLINK("http://x.test","点")',
    "@SUM(1) +1 -1",
    "http://x.test/a",
    "<script>&amp;</w:t> {{ 7*7 }} {% x %}",
    "控制\x00\x07符\u202e反\ufeff",
    "A" * 400,
]


def made(of):
    text = canonical_json(of)
    return files_of(text, digest_both(text.encode()))


def texts(node):
    if isinstance(node, str):
        return [node]
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list | tuple) else ()
    return [text for child in children for text in texts(child)]


def shown(of):
    """Every text of the paper, without the breaks offered in long words."""
    sheet = sheet_of(of, digest_both(canonical_json(of).encode()))
    return "\n".join(texts(as_data(sheet, None, None))).replace("\u200b", "")


def book(of):
    return zipfile.ZipFile(io.BytesIO(made(of)[FileKind.XLSX]))


def tree(archive, name):
    return ET.fromstring(archive.read(name))  # noqa: S314 - our own bytes


def cells(archive, number):
    """Cells of a sheet: address → (type, value), with shared strings told out."""
    strings = ["".join(one.itertext()) for one in tree(archive, "xl/sharedStrings.xml")]
    found = {}
    for cell in tree(archive, f"xl/worksheets/sheet{number}.xml").iter(f"{MAIN}c"):
        value = cell.find(f"{MAIN}v")
        kind = cell.get("t", "n")
        text = None if value is None else value.text
        found[cell.get("r")] = (kind, strings[int(text)] if kind == "s" else text)
    return found


def row_of(found, label):
    """The cells beside the one that says something, in the first row that does."""
    number = next(re.sub("[A-Z]", "", place) for place, (_kind, text) in found.items() if text == label)
    return [cell for place, cell in found.items() if re.sub("[A-Z]", "", place) == number]


def held():
    unit = name("毫秒", "ms")
    lost = item("KI-014", "接口响应时间", state="missing", effect="held", value=None, score=None, unit=unit)
    whole = service(items=[{**lost, "weighted": None, "source": source("none")}], total=None, grade=None)
    money = deductions(points=None, gross_fen=None, taken_fen=None, net_fen=None)
    return content(result(total=None, grade=None, services=[whole], deductions=money))


@pytest.mark.parametrize("of", [content(), held()], ids=["scored", "held"])
def test_the_same_content_gives_the_same_bytes(of):
    first, second = made(of), made(json.loads(canonical_json(of)))
    assert first == second
    assert set(first) == set(FileKind) == set(MEDIA)


def test_another_content_gives_other_bytes_in_every_file():
    first, second = made(content()), made(content(result(total="98.39")))
    assert [kind for kind in FileKind if first[kind] == second[kind]] == []


# --- PDF -------------------------------------------------------------------------------------------------------------


def streams(pdf):
    for stream in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(stream[1])
        except zlib.error:
            yield stream[1]


def test_the_pdf_is_for_keeping_and_for_reading_aloud():
    pdf = made(content())[FileKind.PDF]
    assert b"<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A" in pdf
    assert b"<pdfuaid:part>1" in pdf


def test_the_pdf_carries_the_content_whose_digests_it_names():
    of = content()
    text = canonical_json(of)
    assert text.encode() in list(streams(made(of)[FileKind.PDF]))
    digests = digest_both(text.encode())
    bare = shown(of).replace(" ", "").replace("\n", "")
    assert digests.sha256 in bare and digests.sm3 in bare


def test_the_paper_says_what_the_content_says():
    said = shown(content())
    for expected in (
        *("云海市一体化平台运营服务合同2026年9月绩效报告", "BG-HT-4401-2026-0001-1-2026-09-1", "云海市数据管理局"),
        *("考核得分 98.40 分，等级“优秀”。", "扣 2 分，净扣款 4,000.00 元。", "99.9123%", "99.8000%", "720:00:00"),
        *("≥ 1,000,000 次", "1,200,000 次", "公告维护", "准予除外", "280,000.00", "审计树头 4,821"),
        "本期数据完整，均已核验",
    ):
        assert expected in said


def test_numbers_stand_to_the_right_and_missing_ones_are_no_zero():
    sheet = sheet_of(held(), digest_both(b""))
    tables = [block for block in sheet.blocks if block.kind == "table"]
    items = next(one for one in tables if one.columns[0][0] == "指标")
    assert [align for _head, _width, align in items.columns] == ["left", *["right"] * 5, "left"]
    assert [cell.text for cell in items.rows[0]][2:6] == ["缺数据", "—", "40%", "—"]


def test_a_percentage_is_never_broken_from_its_sign():
    scored = {**watched(), "value": "99.937275985663"}
    of = content(result(services=[service(weight="33.3333", items=[{**scored, "counted_weight": "53.3333"}])]))
    written = texts(as_data(sheet_of(of, digest_both(b"")), None, None))
    assert {"33.3333%", "53.3333%", "99.9373%"} <= set(written)


def test_the_paper_says_what_is_left_out_in_one_sentence():
    idle = {"state": "not_required", "value": None, "score": None, "source": source("none")}
    only = service("SV-002", "共享服务", items=[item("KI-050", "满意度", **idle)])
    said = shown(content(result(services=[service(items=[watched(), item("KI-050", "满意度", **idle)]), only])))
    assert said.count("合同没有约定、不计入：满意度") == 2
    assert made(content(result(services=[only])))[FileKind.PDF].startswith(b"%PDF")


def test_the_widths_of_every_table_fill_the_page():
    before = Before(held(), "a" * 64)
    sheet = sheet_of(content(edition=2, reason="更正", before=before), digest_both(b""))
    assert {sum(column[1] for column in one.columns) for one in sheet.blocks if one.kind == "table"} == {156}


def test_a_trend_leaves_gaps_and_keeps_its_scale():
    sheet = sheet_of(content(), digest_both(b""))
    drawn = next(block for block in sheet.blocks if block.kind == "trend")
    assert drawn.points == tuple((one["period"], one["total"]) for one in TREND)
    assert (drawn.low, drawn.high) == ("80", "100")
    alone = sheet_of(content(trend=TREND[-1:]), digest_both(b""))
    assert [block for block in alone.blocks if block.kind == "trend"] == []


@pytest.mark.parametrize(
    "totals, bounds",
    [
        pytest.param(["0", "100"], ("0", "100"), id="the whole scale"),
        pytest.param(["99", "104.5"], ("90", "104.5"), id="bonus beyond a hundred"),
        pytest.param([None, None], ("0", "100"), id="nothing known"),
    ],
)
def test_a_trend_fits_what_it_shows(totals, bounds):
    trend = [{"period": f"2026-0{n}", "total": one, "grade": None, "state": "final"} for n, one in enumerate(totals, 1)]
    of = content(trend=trend)
    drawn = next(block for block in sheet_of(of, digest_both(b"")).blocks if block.kind == "trend")
    assert (drawn.low, drawn.high) == bounds
    assert made(of)[FileKind.PDF].startswith(b"%PDF-1.7")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts_in_every_file(text):
    of = content(
        result(services=[service(zh=text, items=[item(zh=text, reason=wording("%(what)s", what=text))])]),
        contract={**facts().contract, "title": text},
    )
    files = made(of)
    assert files[FileKind.PDF].startswith(b"%PDF-")
    with zipfile.ZipFile(io.BytesIO(files[FileKind.XLSX])) as archive:
        for number in range(1, len(SHEETS) + 1):
            assert b"<f>" not in archive.read(f"xl/worksheets/sheet{number}.xml")
        assert not any("hyperlink" in archive.read(one).decode(errors="replace") for one in archive.namelist())
    docx.Document(io.BytesIO(files[FileKind.DOCX]))


# --- XLSX ------------------------------------------------------------------------------------------------------------


def test_the_workbook_has_its_five_sheets():
    with book(content()) as archive:
        names = [one.get("name") for one in tree(archive, "xl/workbook.xml").iter(f"{MAIN}sheet")]
    assert names == list(SHEETS) == ["概要", "服务得分", "扣款", "可用率", "缺口"]


@pytest.mark.parametrize(
    "sheet, label, numbers",
    [
        pytest.param(2, "服务调用量", ["1000000", "1200000", "96", "40", "40", "38.4"], id="scores"),
        pytest.param(3, "净扣款", ["4000"], id="money in yuan"),
        pytest.param(3, "合计", ["2", "4000"], id="the total of the deductions"),
        pytest.param(1, "合同总分", ["100", "98.4"], id="the score"),
    ],
)
def test_numbers_are_numbers(sheet, label, numbers):
    with book(content()) as archive:
        row = row_of(cells(archive, sheet), label)
    assert [text for kind, text in row if kind == "n" and text is not None] == numbers


def test_what_is_missing_is_said_and_no_number():
    with book(held()) as archive:
        row = row_of(cells(archive, 2), "接口响应时间")
        total = row_of(cells(archive, 1), "合同总分")
    assert ("s", "缺数据") in row and ("s", "—") in row
    assert ("s", "—") in total


@pytest.mark.parametrize(
    "cell, found",
    [
        pytest.param(Number("99.90", name("%")), (Decimal("99.90"), '#,##0.00"%"'), id="percent"),
        pytest.param(Number("300", name("毫秒"), "≤"), (300, '"≤"\\ #,##0\\ "毫秒"'), id="target"),
        pytest.param(Number("-1.5"), (Decimal("-1.5"), "#,##0.0"), id="negative"),
        pytest.param(Number(None), None, id="missing"),
        pytest.param(Number("1234567890123456789"), None, id="more digits than a spreadsheet keeps"),
        pytest.param(Number("1", name('"次";@\\')), (1, '#,##0\\ "次;@"'), id="a unit that would break out"),
        pytest.param(Money(123), (Decimal("1.23"), "#,##0.00"), id="money"),
        pytest.param(Money(None), None, id="no money known"),
        pytest.param(Seconds("43200"), (Decimal("0.5"), "[h]:mm:ss"), id="half a day"),
        pytest.param(Moment("2026-09-04T16:00:00+00:00"), (46270, "yyyy-mm-dd hh:mm"), id="midnight in Shanghai"),
        pytest.param("文字", None, id="text"),
    ],
)
def test_a_number_is_shown_as_paper_shows_it(cell, found):
    assert numeric(cell) == found


def test_the_word_document_has_headings_and_tables():
    document = docx.Document(io.BytesIO(made(content())[FileKind.DOCX]))
    heads = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert heads == [
        *("一、考核结果", "二、服务得分明细", "三、可用率与除外时段", "四、扣分与扣款"),
        *("五、数据缺口与疑点", "六、得分走势", "七、报告依据", "八、内容摘要"),
    ]
    assert len(document.tables) == 10
