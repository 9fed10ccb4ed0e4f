"""Web and command line take the same road: look first, confirm by digest, and tell every row that is wrong."""

import io
import json
import re

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.intake.models import Intake, IntakePreview
from tests import factories
from tests.intake import room


def upload(client, content, name="存量.xlsx"):
    return client.post("/intake", data={"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def officer(client, w):
    return factories.sign_in(client, "officer")


def test_a_file_is_looked_at_then_confirmed_and_read_again(officer, w):
    answer = upload(officer, room.workbook([room.project(), room.bare()], [room.paper()]))
    assert answer.status_code == 302
    address = answer.headers["Location"]
    page = text(officer.get(address))
    for words in ("将要录入", "广州市12345热线平台", "2,880,000.50", "未知的内容录入后仍是未知", "确认录入"):
        assert words in page
    assert db.session.scalars(sa.select(Intake)).all() == []
    digest = re.search(r'name="digest" value="(\w+)"', page).group(1)
    answer = officer.post(f"{address}/confirm", data={"digest": digest})
    assert answer.status_code == 302
    page = text(officer.get(answer.headers["Location"]))
    assert "XM-4401-2026-0001" in page
    assert "一期、二期合并录入。" in page
    assert "存量.xlsx" in text(officer.get("/intake"))
    page = text(officer.get(address))
    assert "不会重复录入" in page
    assert "确认录入" not in page
    for address in ("/projects", "/projects/XM-4401-2026-0001", "/projects/XM-4401-2026-0001/declaration"):
        assert officer.get(address).status_code == 200, address


def test_wrong_rows_are_listed_and_can_be_downloaded_but_not_confirmed(officer, w):
    answer = upload(officer, room.workbook([room.bare(state="已完成", operators="NOBODY")]))
    address = answer.headers["Location"]
    page = text(officer.get(address))
    assert "2 处问题" in page
    assert "没有机构“NOBODY”" in page
    assert "确认录入" not in page
    listed = officer.get(f"{address}?export=csv").get_data(as_text=True)
    assert "运营单位编码" in listed
    digest = db.session.scalars(sa.select(IntakePreview.sha256)).one()
    answer = officer.post(f"{address}/confirm", data={"digest": digest})
    assert answer.status_code == 422
    assert db.session.scalars(sa.select(Intake)).all() == []


def test_what_is_confirmed_is_what_was_seen(officer, w):
    address = upload(officer, room.workbook([room.bare()])).headers["Location"]
    assert officer.post(f"{address}/confirm", data={"digest": "0" * 64}).status_code == 422
    assert officer.post(f"{address}/confirm", data={}).status_code == 422
    assert db.session.scalars(sa.select(Intake)).all() == []


@pytest.mark.parametrize("content", [b"", b"name,client", b"PK\x03\x04rubbish"])
def test_a_file_that_cannot_be_read_is_explained_and_nothing_is_kept(officer, w, content):
    answer = upload(officer, content)
    assert answer.status_code == 422
    assert "gy-notice-bad" in text(answer)
    assert db.session.scalars(sa.select(IntakePreview)).all() == []


def test_no_file_is_asked_for(officer, w):
    assert officer.post("/intake", data={}).status_code == 422


def test_the_template_is_a_workbook(officer, w):
    answer = officer.get("/intake/template.xlsx")
    assert answer.status_code == 200
    assert answer.get_data().startswith(b"PK")


def test_other_organisations_see_neither_previews_nor_intakes(client, w):
    factories.sign_in(client, "officer")
    preview = upload(client, room.workbook([room.bare()])).headers["Location"]
    made = room.taken_in(w, [room.bare(name="另一个")])
    db.session.commit()
    for by in ("other_officer", "authority_officer"):
        factories.sign_in(client, by)
        assert client.get(preview).status_code == 404
        assert client.post(f"{preview}/confirm", data={"digest": "0" * 64}).status_code == 404
        assert client.get(f"/intake/{made.id}").status_code == 404


@pytest.mark.parametrize("by", ["signatory", "operator_officer", "leader"])
def test_others_have_no_page(client, w, by):
    factories.sign_in(client, by)
    assert client.get("/intake").status_code == 403


# --- the command line ------------------------------------------------------------------------------------------------


def run(app, *arguments):
    db.session.commit()
    return app.test_cli_runner().invoke(args=["projects", *map(str, arguments)])


def test_the_command_takes_in_and_prints_every_row(app, w, tmp_path):
    file = tmp_path / "存量.xlsx"
    file.write_bytes(room.workbook([room.project()], [room.paper()]))
    done = run(app, "import", file, "--as", "officer")
    assert done.exit_code == 0, done.output
    assert "project 2: XM-4401-2026-0001 广州市12345热线平台" in done.output
    assert "contract 2: HT-4401-2026-" in done.output
    again = run(app, "import", file, "--as", "officer")
    assert again.exit_code == 1
    assert "不会重复录入" in again.output


def test_the_command_prints_every_rejected_row_with_column_and_reason(app, w, tmp_path):
    file = tmp_path / "存量.xlsx"
    file.write_bytes(room.workbook([room.bare(state="已完成"), room.bare(name="二", operators="NOBODY")]))
    done = run(app, "import", file, "--as", "officer")
    assert done.exit_code == 1
    assert "“项目”表第 2 行 “当前状态”" in done.output
    assert "“项目”表第 3 行 “运营单位编码” 没有机构“NOBODY”。" in done.output
    assert "nothing was stored: 2 problems." in done.output
    assert db.session.scalars(sa.select(Intake)).all() == []
    as_json = run(app, "import", file, "--as", "officer", "--json")
    assert as_json.exit_code == 1
    assert len(json.loads(as_json.output)["problems"]) == 2


def test_the_command_speaks_json(app, w, tmp_path):
    file = tmp_path / "存量.xlsx"
    file.write_bytes(room.workbook([room.bare()]))
    done = run(app, "import", file, "--as", "authority-officer", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["rows"] == [
        {"sheet": "project", "line": 2, "code": "XM-4401-2026-0001", "title": room.BARE["name"]}
    ]


@pytest.mark.parametrize("login", ["nobody", "operator-officer", "signatory"])
def test_the_command_refuses_who_may_not(app, w, tmp_path, login):
    file = tmp_path / "存量.xlsx"
    file.write_bytes(room.workbook([room.bare()]))
    assert run(app, "import", file, "--as", login).exit_code == 1


def test_the_command_writes_the_template(app, w, tmp_path):
    out = tmp_path / "模板.xlsx"
    assert run(app, "template", out).exit_code == 0
    assert out.read_bytes().startswith(b"PK")
