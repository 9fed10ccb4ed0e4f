"""The printed contract says everything that was agreed, nothing that was not, and the same bytes every time."""

import io
import json
import re
import time
import zipfile
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import docx
import pytest
from docx.oxml.ns import qn

from app.contracts import document_words
from app.contracts.content import FORM
from app.contracts.document_articles import sheet_of
from app.contracts.documents import (
    PaperFacts,
    PaperHead,
    PaperSignature,
    contract_docx,
    contract_pdf,
    paper_for,
    paper_of,
)
from app.contracts.models import ContractState, PeriodKind, Pricing, VersionState
from app.core.canonical import canonical_json, digest_both
from app.core.errors import Refused
from app.core.permissions import Side
from app.core.typesetting import pdf, words
from app.core.typesetting.pdf import as_data, soften
from app.subjects.models import PartyRole

SEALED_AT = datetime(2025, 12, 18, 3, 4, 5, tzinfo=UTC)
ROOT = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
HOSTILE = [
    '#panic("x")',
    "#1/0 $ x^2 $ *粗* _斜_ @ref // 注 /* 注 */ \\ ~ --- ...",
    '#eval("1") #read("/etc/passwd") #import "@preview/x:1.0.0" `raw` <label>',
    "= 标题\n- 列表\n+ 编号\n/ 词: 义",
    "=SUM(A1:A9) +1 -1 @cmd <script>&amp;</w:t> {{ 7*7 }} {% x %} \"双\" '单'",
    "A" * 500,
    "控制\x00\x07\x1b符\u202e反\ufeff\u200b\ufffe\t制表\r\n行",
    "表情 \U0001f468\u200d\U0001f469 生僻 \U0002ebf0 私用 \ue000",
]


def named(zh, en=None):
    return {"zh": zh, "en": en}


def entry(code, zh):
    return {"code": code, "version": 3, "digest": "ab" * 32, "name": named(zh, "x")}


def level(
    code="KI-001", zh="平台服务可用率", unit="%", comparison="at_least", bands=(("99.9", 0), ("99", 2), (None, 10))
):
    return {
        "indicator": entry(code, zh),
        "unit": named(unit, unit),
        "comparison": comparison,
        "target": bands[0][0],
        "period": "month",
        "bands": [{"bound": bound, "points": points} for bound, points in bands],
    }


SLOW = level("KI-014", "接口平均响应时间", "毫秒", "at_most", (("300", 0), ("1000", 1), (None, 5)))


def line(number, zh, levels=(), **terms):
    fixed = {"pricing": "fixed_fee", "fee_fen": 28_000_000, "unit_price": None, "expected_volume": None}
    rest = {"unit": "套", "pay_period": "month", "name": named(zh, "Service"), "levels": list(levels)}
    return {"line": number, "service": f"SV-{number:03d}", **fixed, **rest, **terms}


def metered(number, zh, levels=(), price="0.003", volume=120_000_000):
    terms = {"pricing": "unit_price", "fee_fen": None, "unit_price": price, "expected_volume": volume, "unit": "次"}
    return line(number, zh, levels, **terms)


def party(role, side, code, zh, en=None, uscc="11440800MB2C00001X"):
    return {"role": role, "side": side, "code": code, "name": named(zh, en), "uscc": uscc}


def content(**changes):
    return {
        "form": FORM,
        "code": "HT-440800-2026-0001",
        "version": 2,
        "title": "云海市一体化平台运营服务合同",
        "region": "440800",
        "mode": entry("government_purchase", "政府购买服务"),
        "parties": [
            party("client", "management", "ORG-1", "云海市数据管理局", "Yunhai Data Office"),
            party("finance", "management", "ORG-5", "云海市财政局", uscc=None),
            party("operator", "operation", "ORG-2", "数云运营有限公司", uscc="91440800MA5F00003K"),
            party("supervisor", "supervision", "ORG-9", "中衡监理有限公司"),
        ],
        "term": {"from": "2026-01-01", "until": "2027-12-31"},
        "extension_basis": "预算有保障，内容相对固定。",
        "amount_fen": 1_600_000_050,
        "payment_terms": "按季度支付。\n开具等额发票。",
        "exclusive": False,
        "exclusive_basis": "",
        "deduction": {"point_fen": 200_000, "cap_percent": "10.5"},
        "services": [line(1, "平台日常运维", [level(), SLOW]), metered(2, "接口调用", [SLOW])],
        "data_terms": "不得留存数据。",
        "exit_terms": "期满前六十日提交移交计划。",
        **changes,
    }


EMPTY = {
    "title": "",
    "mode": None,
    "parties": [],
    "term": {"from": None, "until": None},
    "services": [],
    "amount_fen": None,
    "deduction": {"point_fen": None, "cap_percent": None},
    "extension_basis": "",
    "payment_terms": "",
    "data_terms": "",
    "exit_terms": "",
}


def sealed(of, state="in_force", signers=("ORG-1", "ORG-2"), head=None):
    digests = digest_both(canonical_json(of).encode())
    people = {"ORG-1": ("管理方", "陈志强"), "ORG-2": ("运营方", "林婉婷")}
    moment = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
    signatures = tuple(PaperSignature(code, *people[code], moment, digests.sha256) for code in signers)
    return PaperFacts(state, SEALED_AT, digests.sha256, digests.sm3, signatures, head or PaperHead(48213, ROOT))


def signed(**changes):
    return paper_of(content(**changes), sealed(content(**changes)))


def draft(**changes):
    return paper_of(content(**changes), PaperFacts("draft"))


def said(paper):
    """Every text of the sheet, as the PDF's template gets it, without the breaks offered in long words."""

    def texts(value):
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list | tuple):
            for item in value.values() if isinstance(value, dict) else value:
                yield from texts(item)

    return "\n".join(texts(as_data(sheet_of(paper), None, None))).replace("\u200b", "")


def word(paper):
    return docx.Document(io.BytesIO(contract_docx(paper)))


def word_texts(document):
    """Every text of a Word document's body, tables included, a line each."""
    return "\n".join(
        "".join(run.text or "" for run in p.iter(qn("w:t"))) for p in document.element.body.iter(qn("w:p"))
    )


def streams(pdf):
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(found[1])
        except zlib.error:
            yield found[1]


# --- what it says ----------------------------------------------------------------------------------------------------

AGREED = [
    *("HT-440800-2026-0001", "云海市一体化平台运营服务合同", "政府购买服务"),
    *(
        "云海市数据管理局",
        "Yunhai Data Office",
        "云海市财政局",
        "数云运营有限公司",
        "中衡监理有限公司",
        "91440800MA5F00003K",
    ),
    *("2026年1月1日至2027年12月31日", "共 24 个月", "预算有保障，内容相对固定。"),
    *("¥16,000,000.50 元", "人民币壹仟陆佰万元伍角整", "按季度支付。", "开具等额发票。"),
    *(
        "平台日常运维",
        "接口调用",
        "固定费用",
        "按量计价",
        "280,000.00",
        "6,720,000.00",
        "0.003",
        "120,000,000",
        "8,640,000.00",
    ),
    *(
        "15,360,000.00",
        "平台服务可用率",
        "KI-001（第 3 版）",
        "不低于 99.9%",
        "低于 99.9%、不低于 99%",
        "低于 99%",
        "扣 10 分",
    ),
    *("接口平均响应时间", "不高于 300 毫秒", "高于 300 毫秒、不高于 1,000 毫秒", "高于 1,000 毫秒", "不扣分"),
    *("¥2,000.00 元", "当期服务费用的 10.5%", "当期扣减 ¥6,000.00 元", "不得留存数据。", "期满前六十日提交移交计划。"),
    *("陈志强（管理方）", "林婉婷（运营方）", "2026-01-01 00:30:00", "签订日期：2026年1月1日"),
]


@pytest.mark.parametrize("text", AGREED)
def test_everything_agreed_is_in_both_documents(text):
    assert text in said(signed())
    assert text in word_texts(word(signed()))


def test_a_contract_sealed_between_two_seconds_is_printed():
    facts = replace(sealed(content()), sealed_at=SEALED_AT.replace(microsecond=123456))
    assert contract_pdf(paper_of(content(), facts)).startswith(b"%PDF-")


def test_both_digests_stand_in_full():
    paper = signed()
    everything = re.sub(r"\s", "", said(paper))
    assert paper.facts.sha256 in everything and paper.facts.sm3 in everything
    assert paper.facts.sm3 in re.sub(r"\s", "", word_texts(word(paper)))


def test_the_foot_names_the_contract_the_digest_and_the_tree_head():
    paper = signed()
    foot = "\n".join(p.text for p in word(paper).sections[0].footer.paragraphs)
    for text in ("HT-440800-2026-0001", paper.facts.sha256[:16], "48,213", ROOT[:16], "第 ", "共 "):
        assert text in foot
    assert sheet_of(paper).seals in said(paper)


def test_articles_are_numbered_without_a_gap():
    def articles(paper):
        return [
            block.text for block in sheet_of(paper).blocks if block.kind == "heading" and block.text.startswith("第")
        ]

    plain, exclusive = articles(signed()), articles(signed(exclusive=True, exclusive_basis="条例第八条"))
    assert [text[:3] for text in plain] == [f"第{n}条" for n in "一二三四五六七八"]
    assert exclusive[7:] == ["第八条　独家经营", "第九条　签署与效力"]
    assert "条例第八条" in said(signed(exclusive=True, exclusive_basis="条例第八条"))


def test_the_word_document_has_real_headings_and_tables_with_repeating_heads():
    document = word(signed())
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert "第一条　服务内容与计价" in headings and "（二）接口调用（SV-002）" in headings
    ruled = [table for table in document.tables if table._tbl.findall(".//" + qn("w:tblHeader"))]
    assert len(ruled) == 4
    rows = document.element.body.findall(".//" + qn("w:tr"))
    assert all(row.find(qn("w:trPr")).find(qn("w:cantSplit")) is not None for row in rows)
    assert document.styles["Normal"].element.find(".//" + qn("w:rFonts")).get(qn("w:eastAsia")) == "仿宋"


def test_the_word_tables_have_a_cell_for_every_column():
    for table in word(signed()).element.body.iter(qn("w:tbl")):
        columns = len(table.findall(qn("w:tblGrid") + "/" + qn("w:gridCol")))
        for row in table.findall(qn("w:tr")):
            spans = [cell.find(qn("w:tcPr") + "/" + qn("w:gridSpan")) for cell in row.findall(qn("w:tc"))]
            assert sum(1 if span is None else int(span.get(qn("w:val"))) for span in spans) == columns


def test_an_unsigned_box_says_so():
    paper = paper_of(content(), sealed(content(), "signing", ("ORG-1",)))
    assert paper.mark == "会签中，未生效"
    assert "尚未签署" in said(paper) and "林婉婷" not in said(paper) and "签订日期" not in said(paper)


def test_missing_values_are_dashes_never_zero():
    paper = draft(services=[metered(1, "调用", volume=None)], deduction={"point_fen": None, "cap_percent": None})
    table = next(block for block in sheet_of(paper).blocks if block.kind == "table" and len(block.columns) == 8)
    assert [cell.text for cell in table.rows[0]][3:] == ["0.003", "次", "月", "—", "—"]
    assert table.rows[1][1].text == "—"
    assert "每分扣减金额：—。" in said(paper) and "每期扣减上限：—。" in said(paper)


def test_a_known_zero_is_zero():
    paper = signed(services=[metered(1, "调用", volume=0)], deduction={"point_fen": 0, "cap_percent": "0"})
    table = next(block for block in sheet_of(paper).blocks if block.kind == "table" and len(block.columns) == 8)
    assert [cell.text for cell in table.rows[0]][6:] == ["0", "0.00"]
    assert "¥0.00 元" in said(paper)


# --- drafts and integrity --------------------------------------------------------------------------------------------


def test_a_draft_is_marked_and_has_no_digest():
    paper = draft()
    assert paper.is_draft and sheet_of(paper).mark == "草稿，未签署"
    assert "SHA-256" not in said(paper)
    assert "草稿，未签署" in word(paper).sections[0].header.paragraphs[0].text
    assert contract_pdf(paper).startswith(b"%PDF-")


def test_a_draft_without_anything_is_still_a_document():
    paper = draft(**EMPTY)
    assert contract_pdf(paper).startswith(b"%PDF-")
    assert "第八条　签署与效力" in word_texts(word(paper))


def test_what_was_agreed_bears_no_mark():
    assert [sheet_of(paper_of(content(), sealed(content(), state))).mark for state in ("signed", "in_force")] == [
        "",
        "",
    ]
    assert word(signed()).sections[0].header.paragraphs[0].text == ""


@pytest.mark.parametrize(
    "facts",
    [
        PaperFacts("in_force", SEALED_AT, "0" * 64, "0" * 64),
        PaperFacts("draft", None, "0" * 64, "0" * 64),
        PaperFacts("draft", None, "", "", (PaperSignature("ORG-1", "管理方", "甲", SEALED_AT, ""),)),
    ],
)
def test_a_text_that_is_not_what_was_sealed_is_not_printed(facts):
    with pytest.raises(Refused) as refused:
        paper_of(content(), facts)
    assert refused.value.problems[0].remedy


def test_a_changed_content_is_not_printed_under_the_old_digests():
    with pytest.raises(Refused):
        paper_of(content(amount_fen=1), sealed(content()))


def test_a_signature_over_another_digest_is_not_printed():
    facts = sealed(content())
    other = (PaperSignature("ORG-1", "管理方", "陈志强", SEALED_AT, "f" * 64),)
    with pytest.raises(Refused):
        paper_of(content(), PaperFacts(facts.state, facts.sealed_at, facts.sha256, facts.sm3, other))


def test_another_form_is_refused():
    with pytest.raises(Refused):
        paper_of(content(form="guanyun.contract/2"), PaperFacts("draft"))


@pytest.mark.parametrize("state", ["draft", "unheard_of"])
def test_a_sealed_text_is_in_no_state_of_a_draft(state):
    with pytest.raises(ValueError, match="state"):
        paper_of(content(), sealed(content(), state))


def test_the_pdf_carries_the_signed_content():
    canonical = canonical_json(content()).encode()
    assert canonical in list(streams(contract_pdf(signed())))
    assert canonical_json(content(code="X")).encode() not in list(streams(contract_pdf(draft(code="X"))))


def test_a_stored_version_becomes_a_paper():
    text = canonical_json(content())
    facts = sealed(content())
    signature = SimpleNamespace(
        organisation=SimpleNamespace(code="ORG-1"),
        side=Side.MANAGEMENT,
        user=SimpleNamespace(name="陈志强"),
        signed_at=SEALED_AT,
        digest_sha256=facts.sha256,
    )
    version = SimpleNamespace(
        state=VersionState.SIGNED,
        contract=SimpleNamespace(state=ContractState.IN_FORCE),
        content=text,
        digest_sha256=facts.sha256,
        digest_sm3=facts.sm3,
        sealed_at=SEALED_AT,
        signatures=[signature],
    )
    paper = paper_for(version, SimpleNamespace(size=7, sha256=ROOT))
    assert (paper.canonical, paper.facts.state, paper.facts.head) == (text, "in_force", PaperHead(7, ROOT))
    assert paper.facts.signatures == (PaperSignature("ORG-1", "管理方", "陈志强", SEALED_AT, facts.sha256),)
    version.state = VersionState.WITHDRAWN
    assert paper_for(version).mark == "已退回，未生效"


# --- the same bytes --------------------------------------------------------------------------------------------------


def test_the_same_paper_makes_the_same_bytes():
    assert contract_pdf(signed()) == contract_pdf(signed())
    assert contract_docx(signed()) == contract_docx(signed())
    assert contract_pdf(draft()) == contract_pdf(draft())


def test_other_facts_make_other_bytes():
    other = paper_of(content(), sealed(content(), head=PaperHead(48214, ROOT)))
    assert contract_pdf(signed()) != contract_pdf(other)
    assert contract_docx(signed()) != contract_docx(other)


def test_the_files_are_dated_when_the_text_was_sealed(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 2e9)
    assert b"D:20251218030405" in contract_pdf(signed())
    made = contract_docx(signed())
    assert docx.Document(io.BytesIO(made)).core_properties.created.replace(tzinfo=UTC) == SEALED_AT
    assert {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(made)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


# --- hostile and large texts -----------------------------------------------------------------------------------------


def hostile(text):
    return {
        "title": text,
        "extension_basis": text,
        "payment_terms": text,
        "data_terms": text,
        "exit_terms": text,
        "exclusive": True,
        "exclusive_basis": text,
        "parties": [party("client", "management", "ORG-1", text, text), party("operator", "operation", "ORG-2", text)],
        "services": [line(1, text, [level(zh=text, unit=text[:20])], unit=text[:20])],
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_are_shown_and_never_run(text):
    paper = signed(**hostile(text))
    assert contract_pdf(paper).startswith(b"%PDF-")
    shown = words.clean(text)
    assert shown in said(paper)
    assert shown.split("\n")[0] in word_texts(word(paper))


def test_the_template_evaluates_nothing_and_reads_nothing_but_the_sheet():
    source = pdf.TEMPLATE.read_text(encoding="utf-8")
    assert not re.search(r"\b(eval|read|plugin|import|include|yaml|csv|toml|xml|cbor)\b\s*[(\"@]", source)
    assert source.count("sys.inputs") == 1


def test_control_and_direction_characters_are_gone():
    shown = words.clean(HOSTILE[6])
    assert shown == "控制符反 制表\n行"
    rare = "生僻 \U0002ebf0 私用 \ue000 扩展 \U00030edd"
    assert words.clean(rare) == rare


def test_only_words_that_are_too_long_are_offered_breaks():
    assert soften("Administration 云海市 1,234.00", 20) == "Administration 云海市 1,234.00"
    assert soften("abcdef", 5) == "a\u200bb\u200bc\u200bd\u200be\u200bf"
    assert soften("1,234,567.89", 5) == "1,\u200b234,\u200b567.89"


def test_many_services_make_a_long_document_quickly():
    levels = [level(f"KI-{number:03d}") for number in range(4)]
    paper = signed(services=[metered(number, f"第{number}项", levels) for number in range(1, 61)])
    contract_pdf(signed())
    started = time.perf_counter()
    made = contract_pdf(paper)
    assert time.perf_counter() - started < 5
    assert max(int(count) for count in re.findall(rb"/Count (\d+)", made)) > 20
    assert "（六十）第60项（SV-060）" in word_texts(word(paper))


def test_a_row_longer_than_a_page_is_split_instead_of_lost():
    paper = signed(services=[line(1, "长" * 3000, [level(zh="长" * 3000)])])
    made = contract_pdf(paper)
    assert max(int(count) for count in re.findall(rb"/Count (\d+)", made)) > 8


def test_missing_fonts_are_said_plainly(monkeypatch, tmp_path):
    monkeypatch.setattr(pdf, "_font_folders", lambda: [tmp_path])
    pdf._fonts.cache_clear()
    try:
        with pytest.raises(Refused) as refused:
            contract_pdf(signed())
    finally:
        pdf._fonts.cache_clear()
    assert "Noto Serif SC" in str(refused.value.problems[0].what)


def test_a_template_that_fails_is_said_plainly(monkeypatch, tmp_path):
    broken = tmp_path / "document.typ"
    broken.write_text('#panic("broken")', encoding="utf-8")
    monkeypatch.setattr(pdf, "TEMPLATE", broken)
    with pytest.raises(Refused) as refused:
        contract_pdf(signed())
    assert "broken" in refused.value.problems[0].why


# --- words -----------------------------------------------------------------------------------------------------------


def test_the_words_are_those_of_the_pages():
    labels = {
        **{state.value: str(state.label) for state in ContractState},
        "withdrawn": str(VersionState.WITHDRAWN.label),
    }
    assert labels == document_words.STATES
    assert {role.value: str(role.label) for role in PartyRole} == document_words.ROLES
    assert {side.value: str(side.label) for side in Side} == document_words.SIDES
    assert {kind.value: str(kind.label) for kind in Pricing} == document_words.PRICING
    assert {kind.value: str(kind.label) for kind in PeriodKind} == document_words.PERIODS


@pytest.mark.parametrize(
    "number, text",
    [
        (1, "一"),
        (10, "十"),
        (19, "十九"),
        (20, "二十"),
        (99, "九十九"),
        (100, "一百"),
        (105, "一百零五"),
        (110, "一百一十"),
    ],
)
def test_numerals(number, text):
    assert words.numeral(number) == text


@pytest.mark.parametrize(
    "start, until, text",
    [
        ("2026-01-01", "2026-12-31", "共 12 个月"),
        ("2026-01-15", "2026-02-14", "共 1 个月"),
        ("2026-01-01", "2026-01-10", "共 10 天"),
        ("2026-02-01", "2026-01-01", ""),
        (None, "2026-01-01", ""),
    ],
)
def test_the_length_of_a_term(start, until, text):
    paper = draft(term={"from": start, "until": until})
    assert document_words.length_of(paper.term_from, paper.term_until) == text


def test_the_sheet_is_plain_data():
    data = as_data(sheet_of(signed()), SEALED_AT, None)
    assert json.loads(json.dumps(data, ensure_ascii=False))["date"]["year"] == 2025
