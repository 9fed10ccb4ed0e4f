"""Lists are paged by key without losing or repeating a row, sorted both ways, and exported without formulas."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from app.accounts.models import Denial
from app.core.listing import PAGE, Cell, Column, Filter, Listing, csv_bytes, like, xlsx_bytes

ROWS = 123
FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0"]


@pytest.fixture
def rows(app, db_session):
    """More than two pages; the status ties in groups of 40, the path is unique and not in order of id."""
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    values = [
        {
            "at": moment + timedelta(seconds=number % 7),
            "method": "GET",
            "path": f"/{(number * 37) % ROWS:04d}",
            "status": 400 + number // 40,
            "request_id": "",
        }
        for number in range(ROWS)
    ]
    db_session.execute(sa.insert(Denial), values)
    db_session.commit()
    return app


def listing(filters=()):
    return Listing(
        caption="拒绝",
        statement=sa.select(Denial),
        definition=[
            Column("path", "路径", lambda row: Cell(row.path), sort=Denial.path),
            Column("status", "状态", lambda row: str(row.status), sort=Denial.status),
            Column("at", "时间", lambda row: Cell("x"), sort=Denial.at, value=lambda row: row.at),
            Column("method", "方法", lambda row: row.method, optional=True),
        ],
        id_column=Denial.id,
        href=lambda row: f"/{row.id}",
        default_sort="path",
        filters=filters,
    )


def page(app, address="/list", filters=()):
    with app.test_request_context(address):
        return listing(filters).load()


def ids(shown):
    return [int(row.href[1:]) for row in shown.rows]


def expected(session, key, desc):
    column = getattr(Denial, key)
    order = (column.desc(), Denial.id.desc()) if desc else (column, Denial.id)
    return list(session.scalars(sa.select(Denial.id).order_by(*order)))


@pytest.mark.parametrize("key", ["path", "status", "at"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_walking_forward_and_back_meets_every_row_once(rows, db_session, key, direction):
    wanted = expected(db_session, key, direction == "desc")
    shown = page(rows, f"/list?sort={key}&dir={direction}")
    pages = [shown]
    while shown.next_href:
        shown = page(rows, shown.next_href)
        pages.append(shown)
    assert [one for shown in pages for one in ids(shown)] == wanted
    assert [(one.page_from, one.page_to) for one in pages] == [(1, 50), (51, 100), (101, 123)]
    assert {one.total for one in pages} == {ROWS}
    back = [shown]
    while shown.prev_href:
        shown = page(rows, shown.prev_href)
        back.append(shown)
    assert [ids(one) for one in reversed(back)] == [ids(one) for one in pages]
    assert (back[-1].page_from, back[-1].prev_href) == (1, "")


def test_rows_that_come_meanwhile_shift_nothing(rows, db_session):
    first = page(rows)
    db_session.execute(
        sa.insert(Denial).values(
            at=datetime(2026, 3, 2, tzinfo=UTC), method="GET", path="/0000a", status=1, request_id=""
        )
    )
    db_session.commit()
    second = page(rows, first.next_href)
    assert not set(ids(first)) & set(ids(second))
    assert ids(second) == expected(db_session, "path", desc=False)[PAGE + 1 : 2 * PAGE + 1]


@pytest.mark.parametrize(
    "query",
    [
        *(
            "sort=nothing",
            "sort=method",
            "sort=path;drop",
            "dir=sideways",
            "after=x",
            "after=1",
            "after=1.x",
            "after=.1",
        ),
        *("after=50.99999999", "before=0.0", "after=" + "9" * 50, "after=-5.-5", "after=１.１", "columns=nothing"),
    ],
)
def test_an_address_that_makes_no_sense_still_shows_a_page(rows, query):
    assert page(rows, f"/list?{query}").total == ROWS


def test_filter_and_sort_stay_in_every_address(rows):
    filters = [Filter("q", "路径", lambda text: like(Denial.path, text)), Filter("n", "状态", lambda text: None)]
    with rows.test_request_context("/list?q=/00&sort=status&dir=desc&columns=method"):
        shown = listing(filters).load()
        hrefs = [shown.next_href, shown.export_links[0][1]]
        turned = parse_qs(urlsplit(shown.sort_href("status")).query)
    assert shown.total == 100
    for href in hrefs:
        query = parse_qs(urlsplit(href).query)
        assert (query["q"], query["sort"], query["dir"], query["columns"]) == (
            ["/00"],
            ["status"],
            ["desc"],
            ["method"],
        )
    assert (turned["q"], turned["dir"]) == (["/00"], ["asc"])
    assert page(rows, "/list?n=not-understood", filters).total == 0


@pytest.mark.parametrize("text, count", [("%", 0), ("_", 0), ("\\", 0), ("/", ROWS), ("/001", 10)])
def test_wildcards_in_a_search_are_taken_literally(rows, text, count):
    with rows.test_request_context("/list", query_string={"q": text}):
        assert listing([Filter("q", "", lambda given: like(Denial.path, given))]).load().total == count


def test_an_export_holds_exactly_the_filtered_rows_in_order(rows, db_session):
    with rows.test_request_context("/list?export=csv&sort=status&dir=desc&columns=path"):
        answer = listing().export()
    table = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert table[0] == ["路径", "状态", "时间"]
    order = expected(db_session, "status", desc=True)
    paths = dict(db_session.execute(sa.select(Denial.id, Denial.path)).all())
    assert [row[0] for row in table[1:]] == [paths[key] for key in order]
    assert table[1][2].startswith("2026-03-02 08:00:0")
    with rows.test_request_context("/list?export=exe"):
        assert listing().export() is None


def test_no_cell_of_an_export_is_a_formula(app):
    table = [[text, 1] for text in FORMULAS]
    cells = list(csv.reader(io.StringIO(csv_bytes(["=head"], table).decode("utf-8-sig"), newline="")))
    assert cells[0] == ["'=head"]
    assert [row[0] for row in cells[1:]] == [f"'{text}" for text in FORMULAS]
    with app.test_request_context("/"):
        sheet = sheet_of(xlsx_bytes(["=head"], table))
    assert "<f>" not in sheet
    assert re.findall(r'<c r="A\d+"(?: s="\d+")? t="(\w+)"', sheet) == ["s"] * (len(FORMULAS) + 1)


def test_numbers_and_days_stay_numbers_and_days_in_a_sheet(app):
    row = [12, Decimal("0.003"), date(2026, 3, 2), None, True, "007"]
    with app.test_request_context("/"):
        sheet = sheet_of(xlsx_bytes(["a"] * 6, [row]))
    numbers = dict(re.findall(r'<c r="([A-F])2"(?: s="\d+")?><v>([^<]+)</v>', sheet))
    day_number = (date(2026, 3, 2) - date(1899, 12, 30)).days
    assert numbers == {"A": "12", "B": "0.003", "C": str(day_number)}
    assert re.findall(r'<c r="([A-F])2" t="s">', sheet) == ["E", "F"]


def sheet_of(book):
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()
