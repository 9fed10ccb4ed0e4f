"""A file is what its ending says, small enough, and named harmlessly, or it is not kept."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from app.evidence.file_types import MAX_MEMBERS, MAX_NAME, MEDIA_TYPES, clean_name, judge

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
JPG = b"\xff\xd8\xff\xe0" + b"\x00" * 20
EXE = b"MZ\x90\x00" + b"\x00" * 60
ELF = b"\x7fELF\x02\x01\x01" + b"\x00" * 60


def zipped(*members, **files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [*members, *files.items()]:
            archive.writestr(name, content)
    return stream.getvalue()


DOCX = zipped(("[Content_Types].xml", "<x/>"), ("word/document.xml", "<x/>"))
XLSX = zipped(("[Content_Types].xml", "<x/>"), ("xl/workbook.xml", "<x/>"))
BOMB = zipped(("zeros", b"\x00" * (201 * 1024 * 1024)))
LIAR = zipped(("a.txt", "a" * 100)).replace(struct.pack("<I", 100), struct.pack("<I", 2**31))


@pytest.mark.parametrize(
    "name, content, media_type",
    [
        ("报告.pdf", PDF, "application/pdf"),
        ("图.PNG", PNG, "image/png"),
        ("照片.jpeg", JPG, "image/jpeg"),
        ("合同.docx", DOCX, MEDIA_TYPES[".docx"]),
        ("清单.xlsx", XLSX, MEDIA_TYPES[".xlsx"]),
        ("打包.zip", zipped(("a/b.txt", "x"), ("空/", "")), "application/zip"),
        ("数据.csv", "名称,数量\r\n服务,1\r\n".encode(), "text/csv"),
        ("数据.csv", b"\xef\xbb\xbf" + "名称".encode(), "text/csv"),
        ("数据.csv", "名称,数量\r\n服务,1\r\n".encode("gb18030"), "text/csv"),
        ("生僻字.txt", "㐀𠀀".encode("gb18030"), "text/plain"),
        ("a.b.c.txt", b"x", "text/plain"),
    ],
)
def test_honest_files_are_kept_under_their_own_name(name, content, media_type):
    judged = judge(name, content)
    assert (judged.flaw, judged.media_type, judged.file_name) == ("", media_type, name)


@pytest.mark.parametrize(
    "name, content, flaw",
    [
        ("空.pdf", b"", "empty"),
        ("空.csv", b"", "empty"),
        ("", PDF, "name"),
        (".pdf", PDF, "ending"),
        ("...", PDF, "name"),
        ("a/", PDF, "name"),
        ("\u202e\u200b", PDF, "name"),
        ("setup.exe", EXE, "ending"),
        ("page.html", b"<script>alert(1)</script>", "ending"),
        ("image.svg", b"<svg xmlns='x'/>", "ending"),
        ("script.js", b"alert(1)", "ending"),
        ("report.pdf.exe", PDF, "ending"),
        ("macro.xlsm", XLSX, "ending"),
        ("macro.docm", DOCX, "ending"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ending"),
        ("noending", PDF, "ending"),
        ("报告.pdf", EXE, "content"),
        ("报告.pdf", ELF, "content"),
        ("报告.pdf", b"#!/bin/sh\nrm -rf /\n", "content"),
        ("报告.pdf", b"<html><script>alert(1)</script>", "content"),
        ("报告.pdf", b"\n" + PDF, "content"),
        ("图.png", JPG, "content"),
        ("图.jpg", PNG, "content"),
        ("图.png", b"GIF89a" + b"\x00" * 20, "content"),
        ("图.jpg", b"<svg onload=alert(1)>", "content"),
        ("合同.docx", PDF, "content"),
        ("合同.docx", XLSX, "content"),
        ("合同.docx", zipped(("a.txt", "x")), "content"),
        ("清单.xlsx", DOCX, "content"),
        ("清单.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500, "content"),
        ("打包.zip", b"Rar!\x1a\x07\x00", "content"),
        ("打包.zip", PDF, "content"),
        ("数据.csv", b"a,b\x00c", "content"),
        ("数据.csv", EXE, "content"),
        ("数据.txt", PNG, "content"),
        ("数据.csv", "名称".encode("utf-16"), "content"),
        ("数据.csv", b"\xff\xff\xff", "content"),
        ("合同.docx", b"PK\x03\x04" + b"x" * 200, "archive"),
        ("打包.zip", zipped(("a.txt", "x"))[:-10], "archive"),
        ("打包.zip", BOMB, "archive"),
        ("清单.xlsx", zipped(("xl/workbook.xml", "<x/>"), ("xl/big.xml", b"0" * (201 * 1024 * 1024))), "archive"),
        ("打包.zip", LIAR, "archive"),
        ("打包.zip", zipped(*((f"{n}", "") for n in range(MAX_MEMBERS + 1))), "archive"),
        ("打包.zip", zipped(("../../etc/passwd", "x")), "archive"),
        ("打包.zip", zipped(("a/../../b", "x")), "archive"),
        ("打包.zip", zipped(("/etc/passwd", "x")), "archive"),
        ("打包.zip", zipped(("..\\..\\b.txt", "x")), "archive"),
        ("打包.zip", zipped(("C:\\Windows\\a.txt", "x")), "archive"),
        ("合同.docx", zipped(("word/document.xml", "<x/>"), ("word/vbaProject.bin", "x")), "macro"),
        ("清单.xlsx", zipped(("xl/workbook.xml", "<x/>"), ("xl/vbaProject.bin", "x")), "macro"),
        ("清单.xlsx", zipped(("xl/workbook.xml", "<x/>"), ("xl/VBAPROJECT.BIN", "x")), "macro"),
        ("清单.xlsx", zipped(("xl/workbook.xml", "<x/>"), ("xl/macrosheets/sheet1.xml", "x")), "macro"),
    ],
)
def test_what_a_file_only_pretends_to_be_is_refused(name, content, flaw):
    assert judge(name, content).flaw == flaw


@pytest.mark.parametrize(
    "raw, kept",
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\system.txt", "system.txt"),
        ("C:\\Users\\张\\报告.pdf", "报告.pdf"),
        ("/absolute/报告.pdf", "报告.pdf"),
        ("a\x00b.txt", "ab.txt"),
        ("line\r\nbreak.txt", "linebreak.txt"),
        ("evil\u202egpj.txt", "evilgpj.txt"),
        ("zero\u200bwidth.txt", "zerowidth.txt"),
        (" .report.txt. ", "report.txt"),
        ("长" * 300 + ".pdf", "长" * (MAX_NAME - 4) + ".pdf"),
        ('"quoted".txt', '"quoted".txt'),
        ("a.txt;filename=b.exe", "a.txt;filename=b.exe"),
    ],
)
def test_the_kept_name_is_the_last_part_made_harmless(raw, kept):
    assert clean_name(raw) == kept


def test_an_ending_longer_than_a_name_may_be_is_cut_all_the_same():
    assert len(clean_name("a." + "b" * 500)) <= MAX_NAME
