"""Importing a ledger of applications: all or nothing, a changed row is a version, what is imported is compared with."""

import io
import json
from datetime import date

import pytest
import sqlalchemy as sa
import xlsxwriter

from app.core.db import db
from app.core.errors import NotAllowed, Refused
from app.core.workbooks import BookFlaw
from app.intake.columns import LEDGER_COLUMNS
from app.intake.ledger import import_ledger, look
from app.intake.ledger_rules import Known, Standing, judge
from app.intake.sheet import read_ledger
from app.intake.template_file import ledger_xlsx
from app.projects.duplicates import as_seen
from app.projects.ledger import nearest
from app.services.models import LedgerEntry, LedgerImport
from app.services.queries import newest_version
from tests.factories import service, sign_in
from tests.projects import room as projects
from tests.separation.breaking import attempt

HEADS = {one.key: one.header for one in LEDGER_COLUMNS}
SYSTEM = "省政务应用台账"


def row(number, **changes):
    cells = {
        "source_system": SYSTEM,
        "source_id": f"YY-{number:05d}",
        "name": f"排水管网巡查第{number}号应用",
        "owner": "AGENCY",
        "region": "4401",
        "category": "业务应用",
        "purpose": "掌握城市排水管网的运行状况",
        "functions": "巡查任务派发、病害上报、养护评价",
        "data": "管网普查数据",
        "state": "在用",
    }
    return {**cells, **changes}


def book(*rows, name="台账"):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        sheet = made.add_worksheet(name)
        sheet.write_row(0, 0, [one.header for one in LEDGER_COLUMNS])
        for line, cells in enumerate(rows, start=1):
            for place, column in enumerate(LEDGER_COLUMNS):
                sheet.write_string(line, place, cells.get(column.key, ""))
    return stream.getvalue()


# --- judging, without a database -------------------------------------------------------------------------------------

KNOWN = Known(
    today=date(2026, 3, 2),
    regions={"4401": (1,), "广州市": (1,), "4403": (2,), "朝阳区": (3, 4)},
    own=frozenset({1}),
    organisations={"AGENCY": (7, "市住建局")},
)


@pytest.mark.parametrize(
    "changes, code, column",
    [
        ({"source_system": ""}, "required", "来源系统"),
        ({"source_id": ""}, "required", "来源编号"),
        ({"name": ""}, "required", "名称"),
        ({"owner": ""}, "required", "责任单位"),
        ({"region": ""}, "required", "区划"),
        ({"region": "9999"}, "no_region", "区划"),
        ({"region": "朝阳区"}, "regions", "区划"),
        ({"region": "4403"}, "not_your_region", "区划"),
        ({"category": "其他"}, "word", "类别"),
        ({"state": "不知道"}, "word", "状态"),
        ({"name": "长" * 201}, "too_long", "名称"),
        ({"functions": "看不见\u200b的字"}, "unseen", "主要功能"),
        ({"source_id": "date:2026-01-01 00:00:00"}, "date_cell", "来源编号"),
    ],
)
def test_each_fault_is_told_with_its_row_and_column(changes, code, column):
    found = judge([(2, row(1)), (3, row(2, **changes))], KNOWN)
    assert [(one.line, one.code, one.column) for one in found.problems] == [(3, code, column)]
    assert found.planned == ()


def test_every_fault_is_told_at_once():
    found = judge([(2, row(1, region="9999", category="其他")), (3, row(1)), (4, row(1, name=""))], KNOWN)
    assert [(one.line, one.code) for one in found.problems] == [
        *((2, "word"), (2, "no_region"), (3, "same_entry"), (4, "required"), (4, "same_entry"))
    ]


def test_what_stands_decides_what_is_new_changed_or_the_same():
    first = judge([(2, row(1)), (3, row(2))], KNOWN)
    assert [(one.line, one.version) for one in first.planned] == [(2, 1), (3, 1)]
    present = {one.entry.key: Standing(one.version, one.sha256) for one in first.planned}
    again = judge([(2, row(1)), (3, row(2, state="已停用")), (4, row(3))], Known(**{**vars(KNOWN), "present": present}))
    assert ([(one.line, one.version) for one in again.planned], again.unchanged) == ([(3, 2), (4, 1)], 1)
    assert (again.added, again.changed) == (1, 1)


def test_a_changed_row_says_what_stood_and_what_the_file_says():
    first = judge([(2, row(1))], KNOWN).planned[0]
    known = Known(**{**vars(KNOWN), "present": {first.entry.key: Standing(1, first.sha256, first.entry)}})
    cases = [
        ({"name": "改了名"}, [("name", row(1)["name"], "改了名")]),
        ({"category": ""}, [("category", "application", None)]),
        ({"state": "已停用"}, [("state", "active", "retired")]),
        ({"owner": "市供水集团"}, [("owner_name", "市住建局", "市供水集团")]),
        (
            {"purpose": "", "data": "普查数据、监测数据"},
            [("purpose", row(1)["purpose"], ""), ("data", row(1)["data"], "普查数据、监测数据")],
        ),
    ]
    for changes, expected in cases:
        planned = judge([(2, row(1, **changes))], known).planned[0]
        wanted = [("owner" if name == "owner_name" else name, before, after) for name, before, after in expected]
        assert [(one.column, one.before, one.after) for one in planned.differences] == wanted
    unregistered = dict(KNOWN.organisations)
    unregistered["AGENCY"] = (8, "市住建局")
    moved = judge([(2, row(1))], Known(**{**vars(known), "organisations": unregistered})).planned[0]
    assert [one.column for one in moved.differences] == ["owner"]
    assert judge([(2, row(1))], KNOWN).planned[0].differences == ()


def spoilt(shape):
    """A file of one row in which one cell is something else."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        sheet = made.add_worksheet("台账")
        sheet.write_row(0, 0, [one.header for one in LEDGER_COLUMNS])
        sheet.write_row(1, 0, [row(1)[one.key] for one in LEDGER_COLUMNS])
        shape(made, sheet)
    return stream.getvalue()


# Cells by row and column from 0: row 1 is the second of the file; column 1 the number, 3 the owner, 4 the region.
@pytest.mark.parametrize(
    "shape, code, cell",
    [
        (lambda _book, sheet: sheet.write_formula(1, 2, '="甲"&"乙"', None, "甲乙"), "formula_cell", "C2"),
        (lambda _book, sheet: sheet.write_formula(1, 2, "=1+1", None, ""), "formula_cell", "C2"),
        (lambda _book, sheet: sheet.write_formula(1, 2, "=#REF!", None, "#REF!"), "error_cell|formula_cell", "C2"),
        (lambda _book, sheet: sheet.merge_range(1, 6, 2, 6, "合并"), "merged", "G2:G3"),
    ],
)
def test_a_cell_that_does_not_say_its_value_is_refused_with_its_place(shape, code, cell):
    with pytest.raises(BookFlaw) as flaw:
        read_ledger(spoilt(shape))
    assert flaw.value.code in code.split("|")
    assert (flaw.value.values["sheet"], flaw.value.values["cell"]) == ("台账", cell)


@pytest.mark.parametrize(
    "shape, key, said",
    [
        (lambda _book, sheet: sheet.write_number(1, 4, 4401), "region", "4401"),
        (lambda _book, sheet: sheet.write_string(1, 4, "4401"), "region", "4401"),
        (lambda _book, sheet: sheet.write_number(1, 1, 46000), "source_id", "46000"),
        (
            lambda book, sheet: sheet.write_number(1, 1, 46000, book.add_format({"num_format": "yyyy-mm-dd"})),
            "source_id",
            "date:2025-12-09",
        ),
    ],
)
def test_a_number_is_read_as_its_digits_and_a_day_is_marked(shape, key, said):
    assert read_ledger(spoilt(shape))[0].cells[key] == said


def test_namesakes_are_said_and_do_not_stand_in_the_way():
    name = row(1)["name"]
    named = {(name, "市住建局"): (((SYSTEM, "YY-00001"), "自己"), (("市台账", "7"), "市台账 7"))}
    found = judge([(2, row(1)), (3, row(2, name=name))], Known(**{**vars(KNOWN), "named": named}))
    assert [(one.line, one.code, one.values) for one in found.remarks] == [
        (2, "on_ledger", {"given": "市台账 7"}),
        (3, "same_name", {"other": "2"}),
        (3, "on_ledger", {"given": "自己、市台账 7"}),
    ]
    assert len(found.planned) == 2


@pytest.mark.parametrize("number", ["yy-00001", "ＹＹ-00001", "YY -00001"])
def test_a_number_that_differs_by_its_writing_only_is_said(number):
    found = judge([(2, row(1)), (3, row(2, source_id=number))], KNOWN)
    assert [(one.line, one.code, one.values) for one in found.remarks] == [(3, "near_number", {"given": "YY-00001"})]
    assert len(found.planned) == 2


def test_an_owner_is_found_by_code_and_kept_by_name_where_nobody_is_registered():
    found = judge([(2, row(1)), (3, row(2, owner="市供水集团"))], KNOWN)
    owners = [(one.entry.owner_id, one.entry.owner_name) for one in found.planned]
    assert owners == [(7, "市住建局"), (None, "市供水集团")]


def test_the_template_is_a_workbook_without_rows():
    with pytest.raises(Exception) as flaw:
        read_ledger(ledger_xlsx())
    assert flaw.value.code == "no_entries"


# --- storing ---------------------------------------------------------------------------------------------------------


def entries():
    return db.session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry))


def imported(w, *rows, by="authority_officer"):
    return import_ledger(w.actor(by), "台账.xlsx", book(*rows))[0]


def test_a_file_is_stored_whole_and_again_changes_nothing(w):
    made = imported(w, row(1), row(2))
    assert (made.added, made.changed, made.unchanged, entries()) == (2, 0, 0, 2)
    one = db.session.scalars(sa.select(LedgerEntry).order_by(LedgerEntry.id)).first()
    assert (one.version, one.line, one.owner_id, one.region.code) == (1, 2, w.org("agency").id, "4401")
    assert imported(w, row(1), row(2)) is None and entries() == 2


def test_a_changed_row_is_a_new_version_and_the_old_one_stays(w):
    imported(w, row(1), row(2))
    made = imported(w, row(1, functions="巡查、上报、养护、考核"), row(3))
    assert (made.added, made.changed, made.unchanged) == (1, 1, 0)
    stored = db.session.execute(sa.select(LedgerEntry.source_id, LedgerEntry.version, LedgerEntry.functions))
    assert {(one.source_id[-1], one.version) for one in stored} == {("1", 1), ("1", 2), ("2", 1), ("3", 1)}
    newest = db.session.scalars(sa.select(LedgerEntry.version).where(newest_version())).all()
    assert sorted(newest) == [1, 1, 2]


def test_one_faulty_row_keeps_the_whole_file_out(w):
    with pytest.raises(Refused) as refusal:
        imported(w, row(1), row(2, region="9999"))
    (problem,) = refusal.value.problems
    assert "“台账”表第 3 行" in str(problem.place) and "区划" in str(problem.place)
    assert entries() == 0


def test_a_look_stores_nothing_and_names_doubles_on_the_ledger(w):
    known = service(w.actor("officer"))
    found = look(w.actor("authority_officer"), book(row(1, name=known.name_zh, owner=known.owner.code)))
    assert [one.code for one in found.remarks] == ["on_ledger"] and entries() == 0


@pytest.mark.parametrize("who", ["officer", "operator_officer", "authority_lead"])
def test_only_the_authoritys_officer_imports(w, who):
    with pytest.raises(NotAllowed):
        imported(w, row(1), by=who)


def test_what_is_imported_is_compared_with_proposals(w):
    project = projects.declared(w, title="城市排水管网巡查养护平台")
    declaration = project.current
    imported(w, row(1, name="排水管网巡查养护应用", functions=declaration.functions, owner="市排水公司"))
    first = as_seen(w.actor("authority_officer"), declaration, nearest(declaration))[0]
    assert (first.kind, first.name, first.owner) == ("entry", "排水管网巡查养护应用", "市排水公司")
    assert first.score > 40 and first.alike
    imported(w, row(1, name="完全不同的人才市场", functions="招聘会", purpose="就业", data="", owner="市排水公司"))
    again = as_seen(w.actor("authority_officer"), declaration, nearest(declaration))
    assert [one.name for one in again if one.kind == "entry" and one.score > 40] == []


# --- what the database refuses ---------------------------------------------------------------------------------------


def copy_of(entry, **changes):
    columns = [column.key for column in sa.inspect(LedgerEntry).column_attrs]
    chosen = {"id": "999999", "act_id": ":act", **changes}
    values = ", ".join(str(chosen.get(column, column)) for column in columns)
    names = ", ".join(columns)
    return f"INSERT INTO ledger_entries ({names}) SELECT {values} FROM ledger_entries WHERE id = {entry.id}"


def test_versions_follow_each_other_and_say_something_new(w):
    imported(w, row(1))
    one = db.session.scalars(sa.select(LedgerEntry)).one()
    db.session.commit()
    fresh, other = f"'{'0' * 64}'", "'YY-9'"
    assert attempt(db.session, copy_of(one, version="2", line="9", sha256=fresh)) == ""
    assert "follow each other" in attempt(db.session, copy_of(one, version="3", line="9", sha256=fresh))
    assert "follow each other" in attempt(db.session, copy_of(one, version="1", line="9", sha256=fresh))
    assert "follow each other" in attempt(db.session, copy_of(one, version="2", line="9", source_id=other))
    assert "something new" in attempt(db.session, copy_of(one, version="2", line="9"))


def test_nothing_imported_is_changed_or_deleted(w):
    made = imported(w, row(1))
    db.session.commit()
    for table in ("ledger_entries", "ledger_imports"):
        assert "never deleted" in attempt(db.session, f"DELETE FROM {table}")
    assert "never changed" in attempt(db.session, "UPDATE ledger_entries SET act_id = :act, name = 'X'")
    statement = f"UPDATE ledger_imports SET act_id = :act, added = 9 WHERE id = {made.id}"
    assert "never changed" in attempt(db.session, statement)


def test_an_entry_is_of_the_importers_own_file(w):
    imported(w, row(1))
    one = db.session.scalars(sa.select(LedgerEntry)).one()
    db.session.commit()
    stranger = str(w.org("agency").id)
    assert "FOREIGN KEY" in attempt(db.session, copy_of(one, organisation_id=stranger, line="9")).upper()


# --- doors -----------------------------------------------------------------------------------------------------------


def upload(client, path, content):
    data = {"file": (io.BytesIO(content), "台账.xlsx")}
    return client.post(path, data=data, content_type="multipart/form-data", follow_redirects=True)


def test_the_pages_look_import_list_and_show_versions(w, client):
    db.session.commit()
    officer = sign_in(client, "authority_officer")
    assert officer.get("/intake/ledger/template.xlsx").data[:2] == b"PK"
    bad = upload(officer, "/intake/ledger/look", book(row(1, region="9999"))).data.decode()
    assert "“台账”表第 2 行" in bad and "没有区划“9999”。" in bad
    looked = upload(officer, "/intake/ledger/look", book(row(1))).data.decode()
    assert "检查通过，尚未导入。" in looked and entries() == 0
    refused = upload(officer, "/intake/ledger", book(row(1), row(2, region="9999")))
    assert refused.status_code == 422 and "没有区划“9999”。" in refused.data.decode()
    assert "“台账”表第 3 行" in refused.data.decode()
    stored = upload(officer, "/intake/ledger", book(row(1))).data.decode()
    assert "新增 1 条" in stored and row(1)["name"] in stored
    assert "没有变化，未产生新记录" in upload(officer, "/intake/ledger", book(row(1))).data.decode()
    changed = upload(officer, "/intake/ledger/look", book(row(1, name="改了名的应用", region="广州市"))).data.decode()
    assert "将成为第 2 版" in changed
    assert f"<del>{row(1)['name']}</del>" in changed and "<ins>改了名的应用</ins>" in changed
    upload(officer, "/intake/ledger", book(row(1, name="改了名的应用")))
    key = db.session.scalars(sa.select(LedgerEntry.id).order_by(LedgerEntry.version)).first()
    old = officer.get(f"/services/ledger/{key}").data.decode()
    assert "这一版已被新版取代" in old and "改了名的应用" in old


def test_the_command_imports_checks_and_refuses(app, w, tmp_path):
    db.session.commit()
    runner = app.test_cli_runner()
    good, bad = tmp_path / "good.xlsx", tmp_path / "bad.xlsx"
    good.write_bytes(book(row(1), row(2)))
    bad.write_bytes(book(row(1), row(1)))
    login = w.user("authority_officer").login
    checked = runner.invoke(args=["projects", "ledger", str(good), "--as", login, "--check", "--json"])
    assert (json.loads(checked.output)["added"], entries()) == (2, 0)
    done = runner.invoke(args=["projects", "ledger", str(good), "--as", login])
    assert done.exit_code == 0 and "2 entries were added" in done.output
    refused = runner.invoke(args=["projects", "ledger", str(bad), "--as", login])
    assert refused.exit_code == 1 and "来源编号" in refused.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LedgerImport)) == 1
