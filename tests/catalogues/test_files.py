"""Catalogue files are read exactly as written, with line numbers, and nothing dangerous is expanded."""

import pytest

from app.catalogues.files import MAX_BYTES, MAX_DEPTH, MAX_VALUES, read_bytes, read_file
from tests.catalogues.notes import entry, file_of


def read(text):
    return read_bytes(text if isinstance(text, bytes) else text.encode(), "a.yaml")


def value(written):
    file = read(f"kind: note\ncode: N-1\nx: {written}\n")
    assert file.findings == ()
    return file.entries[0].content["x"]


@pytest.mark.parametrize(
    "written, expected",
    [
        ("99.90", "99.90"),
        ("09:00", "09:00"),
        ("2026-09-01", "2026-09-01"),
        ("12", 12),
        ("-3", -3),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("440103001101", 440103001101),
        ("9" * 400, "9" * 400),
        ("yes", "yes"),
        ("true", True),
        ("'true'", "true"),
        ("~", None),
        ("", None),
        ("''", ""),
        ("[1, 2.0]", [1, "2.0"]),
        ("{1: a}", {"1": "a"}),
    ],
)
def test_only_whole_numbers_booleans_and_null_are_more_than_text(written, expected):
    assert value(written) == expected


BOMB = b"kind: note\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    "text, line, reason",
    [
        pytest.param(b"", 1, "空的", id="empty"),
        pytest.param(b" \n\n", 1, "空的", id="blank"),
        pytest.param("kind: 便笺\n名: 称\n".encode("gb18030"), 1, "UTF-8", id="not utf-8"),
        pytest.param(b"kind: note\nx: \xff\n", 2, "UTF-8", id="bad byte"),
        pytest.param(BOMB, 2, "别名", id="alias bomb"),
        pytest.param(b"kind: note\nx: *a\n", 2, "别名", id="alias of nothing"),
        pytest.param(b"kind: note\nx: !!python/object/apply:os.system [id]\n", 2, "标签", id="python tag"),
        pytest.param(b"kind: note\nx: !!int '7'\n", 2, "标签", id="any tag"),
        pytest.param(b"kind: note\nx: [1, 2\n", 3, "语法", id="open bracket"),
        pytest.param(b"kind: note\nx: a: b\n", 2, "语法", id="two colons"),
        pytest.param(b"kind: note\n---\nkind: note\n", 2, "多个", id="two documents"),
        pytest.param(b"- a\n- b\n", 1, "最外层", id="a list"),
        pytest.param(b"kind: note\n? [a, b]\n: c\n", 2, "键", id="a key that is a list"),
        pytest.param(b"kind: note\nx: " + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), 2, "嵌套", id="too deep"),
        pytest.param(b"[" * 100_000, 1, "嵌套", id="far too deep"),
        pytest.param(b"kind: note\nx: [" + b"1," * MAX_VALUES + b"]", 2, "超过", id="too many values"),
        pytest.param(b"#" * (MAX_BYTES + 1), 0, "2 MB", id="too large"),
        pytest.param(b"code: N-1\n", 1, "缺少 kind", id="no kind"),
        pytest.param(b"kind: note\nentries: []\n", 2, "没有条目", id="no entries"),
        pytest.param(b"kind: note\nentries:\n  a: {b: 1, b: 2}\n", 2, "没有条目", id="entries as a mapping"),
        pytest.param(b"kind: note\nentries:\n  - text\n", 3, "键: 值", id="an entry that is a text"),
        pytest.param(b"kind: note\nowner: me\nentries:\n  - code: N-1\n", 2, "不认识的键 owner", id="unknown header"),
        pytest.param(b"kind: note\nprefix: K-\nentries:\n  - code: N-1\n", 4, "K-", id="other prefix"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(text, line, reason):
    assert any(found.line == line and reason in found.reason and found.remedy for found in read(text).findings)


def test_a_doubled_key_is_found_where_it_stands_the_second_time():
    found = read("kind: note\nentries:\n  - code: N-1\n    status: V\n    status: M\n").findings
    assert [(one.line, one.code, one.reason) for one in found] == [(5, "N-1", "键 status 写了两次")]


def test_every_doubled_key_is_reported_at_once():
    assert len(read("kind: note\nkind: note\nentries:\n  - code: N-1\n    x: {a: 1, a: 2}\n").findings) == 2


def test_a_header_gives_its_entries_what_they_leave_out():
    text = "kind: note\nvalid_from: 2020-01-01\nentries:\n  - code: N-1\n  - {code: N-2, valid_from: 2021-01-01}\n"
    assert [one.content["valid_from"] for one in read(text).entries] == ["2020-01-01", "2021-01-01"]


def test_a_file_without_entries_is_one_entry():
    (one,) = read("kind: calendar\nnote: for readers\ncode: cn\nweek: {1: []}\n").entries
    assert (one.code, one.content) == ("cn", {"code": "cn", "week": {"1": []}})


def test_places_inside_an_entry_have_lines():
    (first, second) = read(file_of(entry("N-1"), entry("N-2", x="{a: [1, 2]}"))).entries
    assert (first.line, second.line) == (3, 8)
    assert second.line_of("x.a.1") == 13
    assert second.line_of("x.unknown.deep") == 13
    assert second.line_of("unknown") == second.line


def test_a_byte_order_mark_is_allowed():
    assert read(b"\xef\xbb\xbfkind: note\ncode: N-1\n").findings == ()


def test_a_missing_file_is_a_finding(tmp_path):
    (found,) = read_file(tmp_path / "none.yaml", "none.yaml").findings
    assert "无法读取" in found.reason


def test_json_is_read_like_yaml():
    file = read('{"kind": "note", "entries": [{"code": "N-1", "weight": "0.5"}]}')
    assert (file.findings, file.entries[0].content["weight"]) == ((), "0.5")
