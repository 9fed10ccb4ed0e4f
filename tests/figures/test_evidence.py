"""The evidence text of a figure: which stored files it names, on the figure's page and in a preview."""

import io
import re

import pytest
from werkzeug.datastructures import FileStorage

from app.contracts import actions as contracts
from app.core.db import db
from app.figures.evidence import resolve
from tests.factories import in_force, sign_in
from tests.figures.test_doors import address, upload
from tests.figures.test_submitting import report, standing


def attach(w, contract, name, content):
    upload = FileStorage(io.BytesIO(content), filename=name)
    return contracts.attach_file(w.actor("operator_officer"), contract, upload, "证据")


@pytest.fixture
def files(w, running):
    return [
        attach(w, running.contract, "监测记录.txt", b"one"),
        attach(w, running.contract, "Log-2026-03.TXT", b"two"),
        attach(w, running.contract, "log-2026-03.txt", b"three"),
    ]


def named(contract, text):
    return [file.sha256 for file in resolve(contract, [text])[text]]


def test_a_file_is_named_by_its_name_or_by_the_start_of_its_digest(running, files):
    record, first, second = (file.sha256 for file in files)
    for text, expected in (
        ("监测记录.txt", [record]),
        ("  监测记录.txt ", [record]),
        ("LOG-2026-03.txt", [first, second]),
        (record, [record]),
        (record[:12], [record]),
        (record[:20].upper(), [record]),
        ("监测记录.txt; log-2026-03.TXT", [record, first, second]),
        (f"监测记录.txt；{record[:12]}", [record]),
        (f"没有.txt;;{second[:16]}", [second]),
    ):
        assert named(running.contract, text) == expected, text


@pytest.mark.parametrize(
    "text", ["", " ; ", "监测记录", "监测记录.txt.pdf", "%", "监测%", "../监测记录.txt", "x" * 200]
)
def test_everything_else_names_no_file(running, files, text):
    assert named(running.contract, text) == []


def test_eleven_digits_of_a_digest_or_another_contract_name_nothing(w, running, files):
    assert named(running.contract, files[0].sha256[:11]) == []
    other = in_force(w)
    assert named(other, "监测记录.txt") == []
    assert named(other, files[0].sha256) == []


def test_a_file_of_figures_is_no_evidence_of_its_own_figures(w, running):
    line = running.line("99.9", evidence="figures.csv")
    receipt = report(w, running, line)
    assert receipt.submission.file.file_name
    name = receipt.submission.file.file_name
    assert named(running.contract, name) == []
    assert named(running.contract, receipt.submission.sha256) == []


def test_many_texts_are_resolved_with_one_look_at_the_files(running, files):
    texts = ["监测记录.txt", "", "没有", files[1].sha256[:12]]
    assert {text: len(found) for text, found in resolve(running.contract, texts).items()} == {
        "监测记录.txt": 1,
        "": 0,
        "没有": 0,
        files[1].sha256[:12]: 1,
    }


def test_the_page_of_a_figure_links_the_files_that_it_names(app, client, w, running, files):
    report(
        w, running, running.line("99.9", evidence="监测记录.txt"), running.line("98", service=1, evidence="未上传.pdf")
    )
    db.session.commit()
    ids = {one.evidence: one.id for one in standing(running)}
    person = sign_in(client, "officer")
    page = person.get(address(running, f"/{ids['监测记录.txt']}")).get_data(as_text=True)
    assert re.search(rf'href="/evidence/{files[0].id}"', page)
    assert "没有对应的已上传文件" not in page
    page = person.get(address(running, f"/{ids['未上传.pdf']}")).get_data(as_text=True)
    assert "没有对应的已上传文件" in page


def test_a_preview_warns_of_values_without_a_stored_file_and_takes_them(app, client, w, running, files):
    db.session.commit()
    person = sign_in(client, "operator_officer")
    lines = (
        running.line("99.9", evidence="监测记录.txt"),
        running.line("98", service=1, evidence="未上传.pdf"),
        running.line("97", period="2026-04"),
        running.line("", period="2026-04", service=1, reason="停机"),
    )
    place = upload(person, running, running.file(*lines)).headers["Location"]
    page = person.get(place).get_data(as_text=True)
    assert "2 个数据没有对应的证据文件" in page
    assert "确认报送" in page
    digest = re.search(r'name="digest" value="(\w{64})"', page).group(1)
    assert person.post(f"{place}/confirm", data={"digest": digest}).status_code == 302
    assert len(standing(running)) == 2
