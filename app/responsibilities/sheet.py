"""The list on paper: sealed (or drafted) content as blocks with the head of an official document; always Chinese."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.typesetting import words
from app.core.typesetting.blocks import Block, Boxes, Cell, Digest, Heading, Masthead, Paragraph, Sheet, Table
from app.core.typesetting.words import MISSING
from app.responsibilities.template import PHASES

Content = Mapping[str, Any]
NAME = "权责清单"
SHORT_DIGEST = 16
PHASE_NAMES = dict(
    zip(PHASES, ("规划", "申报", "审批", "采购", "建设", "验收", "移交", "运营", "评估", "退出"), strict=True)
)
ROLES = {
    "client": "项目单位",
    "competent_authority": "主管部门",
    "finance": "财政部门",
    "operator": "运营企业",
    "builder": "承建单位",
    "supervisor": "监理单位",
    "tester": "测评单位",
    "evaluator": "第三方评估",
}
SIDES = {"management": "管理方", "operation": "运营方", "supervision": "监督方"}
STATES = {
    "draft": "草稿",
    "signing": "会签中",
    "signed": "已签",
    "returned": "已退回",
    "superseded": "已被新版取代",
}
EVIDENCE = {"record": "系统记录", "document": "文件"}
LETTERS = {"A": "负责", "R": "执行", "C": "咨询", "I": "知会"}
# What is printed behind a basis that was not read in the original.
UNREAD = {"M": "（待核实）", "D": "（默认）", "P": "（建议）"}
SIGNING_ROLES = ("client", "operator", "builder")


@dataclass(frozen=True)
class PaperSignature:
    """One organisation's signature; `digest` is the SHA-256 that was signed."""

    organisation_code: str
    side: str
    person: str
    signed_at: datetime
    digest: str


@dataclass(frozen=True)
class PaperFacts:
    """What is known about the content: its state, digests, signatures, and the tree head (size, root) behind it."""

    state: str
    sealed_at: datetime | None = None
    sha256: str = ""
    sm3: str = ""
    signatures: tuple[PaperSignature, ...] = ()
    head: tuple[int, str] | None = None

    @property
    def is_draft(self) -> bool:
        return self.state == "draft"

    @property
    def mark(self) -> str:
        """What stands on every page of a list that does not bind."""
        return "" if self.state in {"signed", "superseded"} else STATES[self.state]


def about(content: Content) -> tuple[str, Mapping[str, Any]]:
    """What its number is called, and the project or contract of the list."""
    return ("合同编号", content["contract"]) if "contract" in content else ("项目编号", content["project"])


def home_rows(content: Content) -> list[tuple[str, str]]:
    """The numbers that a list belongs to."""
    label, named = about(content)
    rows = [(label, named["code"])]
    if named.get("project"):
        rows.append(("项目编号", named["project"]))
    if content.get("based_on"):
        rows.append(("据以编制", f"项目权责清单 {content['based_on']['code']}"))
    return rows


def title_of(content: Content) -> str:
    return f"{words.clean(about(content)[1]['title'])}{NAME}"


def sheet_of(content: Content, facts: PaperFacts) -> Sheet:
    """The whole list in blocks."""
    return Sheet(
        title=title_of(content),
        cover=None,
        blocks=tuple(_body(content, facts)),
        mark=facts.mark,
        foot=f"{content['code']} · 第 {content['number']} 版",
        seals=_seals(facts),
    )


def _seals(facts: PaperFacts) -> str:
    if facts.is_draft:
        return "草稿尚未封存，没有内容摘要"
    text = f"内容摘要 SHA-256 {facts.sha256[:SHORT_DIGEST]}"
    return text if facts.head is None else f"{text} · 审计树头 {facts.head[0]:,} / {facts.head[1][:SHORT_DIGEST]}"


def _body(content: Content, facts: PaperFacts) -> Iterator[Block]:
    yield _masthead(content, facts)
    yield Heading("一、当事方")
    yield _parties(content)
    yield Heading("二、权责事项")
    yield Paragraph("负责方对事项的结果负责，没有另列执行方的由负责方自行执行；咨询方提出意见；知会方应被告知。")
    yield from _duties(content)
    number = 3
    if content["left_out"]:
        yield Heading(f"{words.numeral(number)}、删减的模板事项")
        yield _left_out(content)
        number += 1
    yield Heading(f"{words.numeral(number)}、签署")
    yield Paragraph("双方对本清单同一份内容签署后生效；变更须以新版本重新签署，新版本签署前本版继续有效。")
    yield Boxes(tuple(_box(party, facts) for party in signing_parties(content)))
    if not facts.is_draft:
        yield Heading(f"{words.numeral(number + 1)}、内容摘要")
        yield Digest("SHA-256", words.groups(facts.sha256))
        yield Digest("SM3", words.groups(facts.sm3))


def _masthead(content: Content, facts: PaperFacts) -> Masthead:
    amends = content["amends"]
    return Masthead(
        name=NAME,
        number=f"{content['code']}　第 {content['number']} 版",
        title=title_of(content),
        rows=(
            *home_rows(content),
            ("状态", STATES[facts.state]),
            ("封存时间", words.moment(facts.sealed_at)),
            *([("变更", f"取代 {amends['code']}，{words.clean(content['reason'])}")] if amends else []),
            ("事项", f"{len(content['duties'])} 项，删减模板事项 {len(content['left_out'])} 项"),
        ),
    )


def party_name(party: Mapping[str, Any]) -> str:
    return words.clean(party["name"]["zh"])


def signing_parties(content: Content) -> list[Mapping[str, Any]]:
    """Who signs, each once with the first of its roles, client first."""
    found: dict[str, Mapping[str, Any]] = {}
    for role in SIGNING_ROLES:
        for party in content["parties"]:
            if party["role"] == role:
                found.setdefault(party["code"], party)
    return list(found.values())


def _parties(content: Content) -> Table:
    rows = [
        (SIDES[party["side"]], ROLES[party["role"]], party_name(party), party["uscc"] or MISSING)
        for party in content["parties"]
    ]
    columns = (
        ("一方", 20.0, "left"),
        ("角色", 26.0, "left"),
        ("机构", 66.0, "left"),
        ("统一社会信用代码", 44.0, "left"),
    )
    return Table(columns, tuple(tuple(Cell(text) for text in row) for row in rows))


def _duties(content: Content) -> Iterator[Block]:
    names = {party["code"]: party_name(party) for party in content["parties"]}
    by_phase: dict[str, list[Mapping[str, Any]]] = {}
    for duty in content["duties"]:
        by_phase.setdefault(duty["phase"], []).append(duty)
    walked = [phase for phase in PHASES if phase in by_phase]
    columns = (
        *(("序号", 10.0, "right"), ("事项与依据", 62.0, "left"), ("时限与证据", 38.0, "left")),
        *(("负责", 22.0, "left"), ("执行、咨询、知会", 24.0, "left")),
    )
    for place, phase in enumerate(walked, 1):
        yield Heading(f"（{words.numeral(place)}）{PHASE_NAMES[phase]}", level=2)
        yield Table(columns, tuple(_duty_row(duty, names) for duty in by_phase[phase]))


def _duty_row(duty: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Cell, ...]:
    what = words.clean(duty["text"])
    basis = basis_of(duty)
    when = [words.clean(duty["deadline"]) or MISSING, evidence_of(duty)]
    others = [
        f"{LETTERS[letter]}：{bearers_of(duty, letter, names)}"
        for letter in "RCI"
        if letter in duty["letters"].values()
    ]
    return (
        Cell(str(duty["line"])),
        Cell(f"{what}\n依据：{basis}" if basis else what),
        Cell("\n".join(when)),
        Cell(bearers_of(duty, "A", names) or MISSING),
        Cell("\n".join(others)),
    )


def bearers_of(duty: Mapping[str, Any], letter: str, names: Mapping[str, str]) -> str:
    """The organisations with a letter, by name."""
    return "、".join(names.get(code, code) for code, held in sorted(duty["letters"].items()) if held == letter)


def basis_of(duty: Mapping[str, Any]) -> str:
    """The basis of a duty; one that was not read in the original says so."""
    entry = duty["entry"]
    if entry is None:
        return words.clean(duty["basis"])
    return words.clean(entry["citation"]) + UNREAD.get(entry["status"], "")


def evidence_of(duty: Mapping[str, Any]) -> str:
    kind = EVIDENCE.get(duty["evidence"] or "", MISSING)
    return f"{kind}：{words.clean(duty['evidence_words'])}" if duty["evidence_words"] else kind


def _left_out(content: Content) -> Table:
    columns = (("序号", 10.0, "right"), ("阶段", 16.0, "left"), ("模板事项", 74.0, "left"), ("删减理由", 56.0, "left"))
    rows = [
        (str(duty["line"]), PHASE_NAMES[duty["phase"]], _coded(duty), words.clean(duty["reason"]))
        for duty in content["left_out"]
    ]
    return Table(columns, tuple(tuple(Cell(text) for text in row) for row in rows))


def _coded(duty: Mapping[str, Any]) -> str:
    return f"{duty['entry']['code']} {words.clean(duty['text'])}"


def _box(party: Mapping[str, Any], facts: PaperFacts) -> tuple[str, tuple[tuple[str, str], ...]]:
    signature = next((one for one in facts.signatures if one.organisation_code == party["code"]), None)
    rows = (("名称", party_name(party)), ("信用代码", party["uscc"] or MISSING))
    if signature is None:
        return ROLES[party["role"]], (*rows, ("签署人", "尚未签署"), ("签署时间", MISSING), ("所签摘要", MISSING))
    return ROLES[party["role"]], (
        *rows,
        ("签署人", f"{signature.person}（{SIDES[signature.side]}）"),
        ("签署时间", words.moment(signature.signed_at)),
        ("所签摘要", signature.digest[:SHORT_DIGEST]),
    )
