"""The certificate of acceptance and the list of a handover on paper, from the sealed content alone; always Chinese."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.core.canonical import Digests
from app.core.typesetting import words
from app.core.typesetting.blocks import Block, Boxes, Cell, Digest, Heading, Masthead, Paragraph, Sheet, Table
from app.core.typesetting.words import MISSING, clean

Content = Mapping[str, Any]
SHORT_DIGEST = 16
# What is asked for and not there is said in this word, so that no gap looks like something forgotten in print.
ABSENT = "未提供"
STAGES = {"preliminary": "初步验收", "final": "竣工验收"}
PAPERS = {
    "mlps_filing": "等保备案证明",
    "build_summary": "建设总结报告",
    "financial_report": "财务报告",
    "audit_report": "审计报告",
    "security_assessment": "安全风险评估报告",
    "archive_acceptance": "档案验收意见",
}
OUTCOMES = {"passed": "合格", "failed": "不合格"}
SOURCES = {
    "function": "申报的建设内容",
    "cost": "费用明细",
    "contract": "合同约定",
    "security": "安全要求",
    "archive": "档案要求",
}
STANCES = {"support": "同意", "amend": "修改后同意", "oppose": "不同意"}
CLASSES = {
    "source_code": "源代码",
    "data": "数据与控制措施",
    "accounts": "账号与密钥",
    "assets": "软硬件资产",
    "documents": "技术文档",
    "people": "人员与培训",
    "monitoring": "监控与备份",
    "emergency": "应急预案与演练",
}
ITEM_STATES = {
    "waiting": "待提交",
    "delivered": "待接收",
    "sent_back": "已退回",
    "received": "已接收",
    "taken_over": "已接管",
}
DEEDS = {
    "delivered": "提交移交",
    "received": "接收",
    "sent_back": "退回",
    "taken_over": "接管",
    "witnessed": "监交意见",
}
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


def acceptance_sheet(content: Content, digests: Digests) -> Sheet:
    """The certificate of a concluded round, item by item."""
    name = f"{STAGES[content['stage']]}书"
    title = f"{clean(content['project']['title'])}{name}"
    return _sheet(content, digests, title, [_masthead(content, name, title), *_acceptance(content)])


def handover_sheet(content: Content, digests: Digests) -> Sheet:
    """The list of a concluded handover, item by item."""
    title = f"{clean(content['project']['title'])}移交清单"
    return _sheet(content, digests, title, [_masthead(content, "移交清单", title), *_handover(content)])


def concluded_at(content: Content) -> datetime:
    return datetime.fromisoformat(content["conclusion"]["at"])


def _sheet(content: Content, digests: Digests, title: str, blocks: list[Block]) -> Sheet:
    return Sheet(
        title=title,
        cover=None,
        blocks=(*blocks, *_seal(content, digests)),
        mark="" if content["conclusion"]["outcome"] != "failed" else "验收不合格",
        foot=str(content["code"]),
        seals=f"内容摘要 SHA-256 {digests.sha256[:SHORT_DIGEST]}",
    )


def _masthead(content: Content, name: str, title: str) -> Masthead:
    said, opened = content["conclusion"], content["opened"]
    parties = tuple((ROLES[one["role"]], clean(one["name"])) for one in content["parties"])
    round_ = (("轮次", f"{STAGES[content['stage']]}第 {content['round']} 轮"),) if "stage" in content else ()
    return Masthead(
        name=name,
        number=str(content["code"]),
        title=title,
        rows=(
            ("项目编号", str(content["project"]["code"])),
            *round_,
            *parties,
            ("组织", f"{clean(opened['by'])}，{_moment(opened['at'])}"),
            ("结论", f"{clean(said['organisation'])} {clean(said['by'])}，{_moment(said['at'])}"),
        ),
    )


def _moment(text: str) -> str:
    return words.moment(datetime.fromisoformat(text))


# --- acceptance ------------------------------------------------------------------------------------------------------


def _acceptance(content: Content) -> Iterator[Block]:
    chapters = (
        ("验收结论", _finding(content)),
        ("逐项履约情况", _items(content)),
        ("验收材料", _papers(content)),
        ("提交与判定记录", _records(content)),
        ("监理意见", _opinions(content)),
    )
    for number, (name, blocks) in zip("一二三四五", chapters, strict=True):
        yield Heading(f"{number}、{name}")
        yield from blocks


def _finding(content: Content) -> Iterator[Block]:
    items, said = content["items"], content["conclusion"]
    passed = sum(1 for one in items if _outcome(one) == "passed")
    yield Paragraph(
        f"经逐项验收，共 {len(items)} 项，合格 {passed} 项，不合格或未判定 {len(items) - passed} 项。"
        f"结论：验收{OUTCOMES[said['outcome']]}。"
    )
    yield from (Paragraph(line) for line in words.paragraphs(clean(said["text"])))
    gaps = list(_gaps(content))
    yield Paragraph(f"本次验收没有提供的：{'；'.join(gaps)}。" if gaps else "各项材料和意见均已提供。")


def _gaps(content: Content) -> Iterator[str]:
    """Everything that a reader would look for and not find."""
    items = content["items"]
    bare = [str(one["number"]) for one in items if not _files(one)]
    if bare:
        yield f"第 {'、'.join(bare)} 项的证据材料"
    unseen = [str(one["number"]) for one in items if _opinion(one) is None]
    if unseen and _supervised(content):
        yield f"第 {'、'.join(unseen)} 项的监理意见"
    yield from (PAPERS[one["kind"]] for one in content.get("papers", ()) if one["registered"] is None)


def _supervised(content: Content) -> bool:
    return any(one["role"] == "supervisor" for one in content["parties"])


def _outcome(item: Content) -> str:
    return str(item["results"][-1]["outcome"]) if item["results"] else ""


def _files(item: Content) -> list[str]:
    """What the judgement that counts rests on; of an item that nobody judged, what was submitted last."""
    last = item["results"][-1] if item["results"] else None
    number = last["submission"] if last else len(item["submissions"])
    made = [
        clean(one["evidence"]["name"]) for one in item["submissions"] if one["number"] == number and one["evidence"]
    ]
    own = last["evidence"] if last else None
    return [*made, *([f"{clean(own['name'])}（项目单位提供）"] if own else [])]


def _opinion(item: Content) -> Content | None:
    """The newest opinion, where it is about what was submitted last."""
    last, made = (rows[-1] if rows else None for rows in (item["opinions"], item["submissions"]))
    return None if last is None or (made is not None and made["at"] > last["at"]) else last


def _items(content: Content) -> Iterator[Block]:
    without = ABSENT if _supervised(content) else "无监理单位"
    yield Table(
        (
            ("序号", 11, "center"),
            ("验收内容与合格标准", 53, "left"),
            ("判定、理由与判定人", 43, "left"),
            ("证据材料", 29, "left"),
            ("监理意见", 20, "left"),
        ),
        tuple(_item_row(one, without) for one in content["items"]),
    )


def _item_row(item: Content, without: str) -> tuple[Cell, ...]:
    last, seen = item["results"][-1] if item["results"] else None, _opinion(item)
    source = f"（{SOURCES[item['source']]}，{clean(item['deliverer']['name'])}提交）"
    against = f"不采纳监理意见：{clean(last['against'])}\n" if last and last.get("against") else ""
    who = f"{OUTCOMES[last['outcome']]}\n{clean(last['reason'])}\n{against}{_person(last)}" if last else "未判定"
    return (
        Cell(str(item["number"])),
        Cell(f"{clean(item['requirement'])}\n标准：{clean(item['standard'])}\n{source}"),
        Cell(who),
        Cell("\n".join(_files(item)) or ABSENT),
        Cell(f"{STANCES[seen['stance']]}\n{clean(seen['by'])}" if seen else without),
    )


def _person(said: Content) -> str:
    return f"{clean(said['by'])}，{clean(said['organisation'])}\n{_moment(said['at'])}"


def _papers(content: Content) -> Iterator[Block]:
    if "papers" not in content:
        yield Paragraph("本件封存时没有记载项目材料。")
        return
    columns = (("材料", 36, "left"), ("文号、出具单位与日期", 56, "left"), ("文件及 SHA-256", 64, "left"))
    yield Table(columns, tuple(_paper_row(one) for one in content["papers"]))


def _paper_row(one: Content) -> tuple[Cell, ...]:
    name, found = Cell(PAPERS[one["kind"]]), one["registered"]
    if found is None:
        return (name, Cell(ABSENT, strong=True), Cell(MISSING))
    issued = "\n".join(filter(None, (clean(found["number"]), clean(found["issuer"]), found["issued_on"])))
    return (name, Cell(issued), Cell(_shown(found["evidence"])))


def _records(content: Content) -> Iterator[Block]:
    yield _said_table([row for one in content["items"] for row in _material_rows(one)], "没有提交，也没有判定。")


def _material_rows(item: Content) -> Iterator[tuple[Cell, ...]]:
    for one in item["submissions"]:
        yield _said_row(item["number"], f"第 {one['number']} 次提交", one)
    for one in item["results"]:
        on = f"针对第 {one['submission']} 次提交" if one["submission"] else "凭项目单位自己的材料"
        yield _said_row(item["number"], f"第 {one['number']} 次判定：{OUTCOMES[one['outcome']]}（{on}）", one)


def _opinions(content: Content) -> Iterator[Block]:
    if not _supervised(content):
        yield Paragraph("本项目没有监理单位，没有监理意见。")
        return
    items = content["items"]
    rows = [_said_row(one["number"], STANCES[said["stance"]], said) for one in items for said in one["opinions"]]
    yield _said_table(rows, "监理单位没有出具意见。")


# --- handover --------------------------------------------------------------------------------------------------------


def _handover(content: Content) -> Iterator[Block]:
    items, said = content["items"], content["conclusion"]
    yield Heading("一、移交结论")
    yield Paragraph(f"共移交 {len(items)} 项，全部到位。")
    yield from (Paragraph(line) for line in words.paragraphs(clean(said["text"])))
    yield Heading("二、移交事项")
    yield Table(
        (
            ("序号", 11, "center"),
            ("类别", 24, "left"),
            ("内容", 57, "left"),
            ("提交单位", 24, "left"),
            ("接收单位", 24, "left"),
            ("状态", 16, "center"),
        ),
        tuple(_thing_row(one) for one in items),
    )
    yield Heading("三、办理记录")
    rows = [_said_row(one["number"], _deed(said), said) for one in items for said in one["entries"]]
    yield _said_table(rows, "没有办理记录。")


def _thing_row(item: Content) -> tuple[Cell, ...]:
    return (
        Cell(str(item["number"])),
        Cell(CLASSES[item["class"]]),
        Cell(clean(item["text"])),
        Cell(clean(item["deliverer"]["name"])),
        Cell(clean(item["receiver"]["name"])),
        Cell(ITEM_STATES[item["state"]], strong=True),
    )


def _deed(said: Content) -> str:
    stance = f"：{STANCES[said['stance']]}" if said["stance"] else ""
    return f"{DEEDS[said['deed']]}{stance}"


# --- shared ----------------------------------------------------------------------------------------------------------


def _said_row(number: int, what: str, said: Content) -> tuple[Cell, ...]:
    text = said["text"] if "text" in said else said["reason"]
    file = said["evidence"]
    who = f"{clean(said['by'])}\n{clean(said['organisation'])}\n{_moment(said['at'])}"
    return (Cell(str(number)), Cell(f"{what}\n{clean(text)}"), Cell(who), Cell(_shown(file) if file else "没有附件"))


def _shown(file: Content) -> str:
    return f"{clean(file['name'])}\n{words.groups(file['sha256'])}"


def _said_table(rows: list[tuple[Cell, ...]], nothing: str) -> Block:
    if not rows:
        return Paragraph(nothing)
    columns = (("项", 10, "center"), ("内容", 58, "left"), ("办理人", 40, "left"), ("材料及 SHA-256", 48, "left"))
    return Table(columns, tuple(rows))


def _seal(content: Content, digests: Digests) -> Iterator[Block]:
    said = content["conclusion"]
    yield Heading("签署与内容摘要")
    yield Boxes(
        (
            ("组织", (("办理人", clean(content["opened"]["by"])), ("时间", _moment(content["opened"]["at"])))),
            (
                "结论",
                (
                    ("单位", clean(said["organisation"])),
                    ("办理人", clean(said["by"])),
                    ("时间", _moment(said["at"])),
                ),
            ),
        )
    )
    yield Paragraph("本件内容原文附在 PDF 文件中（content.json），按下列摘要核验；内容有任何改动，摘要即不相同。")
    yield Digest("SHA-256", words.groups(digests.sha256))
    yield Digest("SM3", words.groups(digests.sm3))
