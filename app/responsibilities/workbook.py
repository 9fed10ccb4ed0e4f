"""The list as a workbook: the matrix with a column for each party, what was left out, signatures and digests."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from app.core.typesetting import words
from app.core.typesetting.words import MISSING
from app.responsibilities import sheet
from app.responsibilities.sheet import Content, PaperFacts

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
SHEETS = ("权责矩阵", "删减的模板事项", "签署与摘要")
DUTY_HEADS = ("序号", "阶段", "编码", "事项", "依据", "时限", "证据")
DUTY_WIDTHS = (6, 8, 9, 46, 40, 18, 26)
# The same bytes every time: a draft has no moment of its own.
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)


def duties_xlsx(content: Content, facts: PaperFacts) -> bytes:
    """Three sheets; text stays text, never a formula."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        made = (facts.sealed_at or _EPOCH).astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": sheet.title_of(content), "created": made, "comments": f"SHA-256 {facts.sha256}"})
        formats = _formats(book)
        first, second, third = (book.add_worksheet(name) for name in SHEETS)
        _matrix(first, content, facts, formats)
        _table(second, 0, _left_out_rows(content), formats)
        _widths(second, (6, 8, 9, 46, 60))
        _table(third, _facts(third, content, facts, formats), _signature_rows(content, facts), formats)
        _widths(third, (26, 40, 20, 24, 70))
    return stream.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    wrapped = {"valign": "top", "text_wrap": True, "border": 1}
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "mark": book.add_format({"bold": True, "font_color": "#B3261E"}),
        "plain": book.add_format({}),
        "head": book.add_format({**wrapped, "bold": True, "bg_color": "#EEEEEE"}),
        "cell": book.add_format(wrapped),
        "letter": book.add_format({**wrapped, "align": "center"}),
        "accountable": book.add_format({**wrapped, "align": "center", "bold": True}),
    }


def _widths(page: Any, widths: Sequence[float]) -> None:
    for place, width in enumerate(widths):
        page.set_column(place, place, width)


def _matrix(page: Any, content: Content, facts: PaperFacts, formats: Mapping[str, Any]) -> None:
    parties = _columns(content)
    page.write_string(0, 0, sheet.title_of(content), formats["title"])
    said = f"{content['code']} · 第 {content['number']} 版 · {sheet.STATES[facts.state]}"
    page.write_string(1, 0, said, formats["mark"] if facts.mark else formats["plain"])
    page.write_string(2, 0, "A 负责　R 执行　C 咨询　I 知会；没有另列 R 的由 A 自行执行", formats["plain"])
    top = 4
    heads = [*DUTY_HEADS, *(f"{name}\n{roles}" for _code, name, roles in parties)]
    for place, head in enumerate(heads):
        page.write_string(top, place, head, formats["head"])
    for row, duty in enumerate(content["duties"], top + 1):
        _duty(page, row, duty, [code for code, _name, _roles in parties], formats)
    page.freeze_panes(top + 1, 4)
    page.autofilter(top, 0, top + len(content["duties"]), len(heads) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)
    page.set_footer(f"&L{content['code']} 第 {content['number']} 版&C{_digest_words(facts)}&R&P / &N")
    _widths(page, (*DUTY_WIDTHS, *(14 for _party in parties)))


def _digest_words(facts: PaperFacts) -> str:
    return f"SHA-256 {facts.sha256[: sheet.SHORT_DIGEST]}" if facts.sha256 else "草稿尚未封存"


def _columns(content: Content) -> list[tuple[str, str, str]]:
    """Each organisation once: code, name, its roles."""
    found: dict[str, tuple[str, list[str]]] = {}
    for party in content["parties"]:
        found.setdefault(party["code"], (sheet.party_name(party), []))[1].append(sheet.ROLES[party["role"]])
    return [(code, name, "、".join(roles)) for code, (name, roles) in found.items()]


def _duty(page: Any, row: int, duty: Mapping[str, Any], codes: Sequence[str], formats: Mapping[str, Any]) -> None:
    texts = (
        sheet.PHASE_NAMES[duty["phase"]],
        duty["entry"]["code"] if duty["entry"] else "自定",
        words.clean(duty["text"]),
        sheet.basis_of(duty) or MISSING,
        words.clean(duty["deadline"]) or MISSING,
        sheet.evidence_of(duty),
    )
    page.write_number(row, 0, duty["line"], formats["cell"])
    for place, text in enumerate(texts, 1):
        page.write_string(row, place, text, formats["cell"])
    for place, code in enumerate(codes, len(DUTY_HEADS)):
        letter = duty["letters"].get(code, "")
        page.write_string(row, place, letter, formats["accountable" if letter == "A" else "letter"])


def _left_out_rows(content: Content) -> list[tuple[str, ...]]:
    rows = [
        (
            str(duty["line"]),
            sheet.PHASE_NAMES[duty["phase"]],
            duty["entry"]["code"],
            words.clean(duty["text"]),
            words.clean(duty["reason"]),
        )
        for duty in content["left_out"]
    ]
    return [("序号", "阶段", "编码", "模板事项", "删减理由"), *rows]


def _facts(page: Any, content: Content, facts: PaperFacts, formats: Mapping[str, Any]) -> int:
    """Code, project, digests; returns the next free row."""
    pairs = (
        ("清单编号", f"{content['code']} 第 {content['number']} 版"),
        *sheet.home_rows(content),
        ("状态", sheet.STATES[facts.state]),
        ("封存时间", words.moment(facts.sealed_at)),
        ("内容摘要 SHA-256", facts.sha256 or MISSING),
        ("内容摘要 SM3", facts.sm3 or MISSING),
    )
    for row, (label, value) in enumerate(pairs):
        page.write_string(row, 0, label, formats["head"])
        page.write_string(row, 1, value, formats["cell"])
    return len(pairs) + 1


def _signature_rows(content: Content, facts: PaperFacts) -> list[tuple[str, ...]]:
    given = {one.organisation_code: one for one in facts.signatures}
    rows = []
    for party in sheet.signing_parties(content):
        one = given.get(party["code"])
        what = (one.person, words.moment(one.signed_at), one.digest) if one else ("尚未签署", MISSING, MISSING)
        rows.append((sheet.ROLES[party["role"]], sheet.party_name(party), *what))
    return [("角色", "机构", "签署人", "签署时间", "所签摘要 SHA-256"), *rows]


def _table(page: Any, top: int, rows: Sequence[Sequence[str]], formats: Mapping[str, Any]) -> None:
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            page.write_string(top + number, place, text, formats["cell" if number else "head"])
