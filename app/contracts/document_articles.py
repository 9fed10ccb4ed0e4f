"""What the printed contract says, article by article: from the paper to blocks, no typesetting."""

from collections.abc import Callable, Iterator

from app.contracts.document_paper import ContractPaper, Original, PaperBand, PaperLevel, PaperLine, PaperParty
from app.contracts.document_words import PERIODS, PRICING, ROLES, STATES, length_of
from app.contracts.rules import Line, line_total
from app.core.typesetting import words
from app.core.typesetting.blocks import Block, Boxes, Cell, Cover, Digest, Heading, Paragraph, Sheet, Table
from app.core.typesetting.words import MISSING

FIRST_ROLES = ("client", "operator")
SHORT_DIGEST = 16
EXAMPLE_POINTS = 3


def sheet_of(paper: ContractPaper) -> Sheet:
    """The whole document in blocks."""
    return Sheet(
        title=paper.title or MISSING,
        cover=_cover(paper),
        blocks=tuple(_body(paper)),
        mark=paper.mark,
        foot=f"{paper.code} · 第 {paper.version} 版",
        seals=_seals(paper),
    )


def _seals(paper: ContractPaper) -> str:
    if paper.is_draft:
        return "草稿尚未封存，没有内容摘要"
    text = f"内容摘要 SHA-256 {paper.facts.sha256[:SHORT_DIGEST]}"
    head = paper.facts.head
    return text if head is None else f"{text} · 审计树头 {head.size:,} / {head.root[:SHORT_DIGEST]}"


def _cover(paper: ContractPaper) -> Cover:
    return Cover(
        number=f"合同编号：{paper.code}",
        title=paper.title or MISSING,
        subtitle=_subtitle(paper),
        rows=(
            ("甲　　方", _names(paper, "client")),
            ("乙　　方", _names(paper, "operator")),
            ("合同方式", paper.mode or MISSING),
            ("合同期限", _term(paper)),
            ("合同金额", "\n".join(dict.fromkeys((_yuan(paper.amount_fen), words.capitals(paper.amount_fen))))),
            *([("原\u2002合\u2002同", _original_line(paper.original))] if paper.original else []),
            *([("所属项目", _project_line(paper))] if paper.project else []),
            *([("补充合同", f"对合同 {paper.adds_to} 的补充，原合同其他条款不变")] if paper.adds_to else []),
            *([("采购依据", "\n".join(filter(None, paper.alone)))] if paper.alone else []),
            ("版　　次", f"第 {paper.version} 版（{STATES[paper.facts.state]}）"),
        ),
        closing=_agreed_on(paper),
    )


def _subtitle(paper: ContractPaper) -> str:
    if paper.original:
        return "存量合同补录"
    return "" if paper.title.endswith(("合同", "协议", "责任书")) else "服务合同"


def _original_line(original: Original) -> str:
    return f"{original.number}\n{words.day(original.signed_on)}签订"


def _project_line(paper: ContractPaper) -> str:
    return "\n".join([paper.project, *([f"中标（成交）通知书 {paper.award}"] if paper.award else [])])


def _agreed_on(paper: ContractPaper) -> str:
    """The day of the last signature, once nobody's is missing; of an existing contract that is when it was checked."""
    signatures = {one.organisation_code: one.signed_at for one in paper.facts.signatures}
    if not signatures or any(party.code not in signatures for party in _signing(paper)):
        return ""
    label = "核对确认日期" if paper.original else "签订日期"
    return f"{label}：{words.day(words.local_day(max(signatures.values())))}"


def _signing(paper: ContractPaper) -> list[PaperParty]:
    """The parties whose signatures make the contract, client first."""
    return [party for role in FIRST_ROLES for party in paper.parties if party.role == role]


def _names(paper: ContractPaper, role: str) -> str:
    return "\n".join(party.name for party in paper.parties if party.role == role) or MISSING


def _yuan(fen: int | None) -> str:
    return f"¥{words.money(fen)} 元" if fen is not None else MISSING


def _term(paper: ContractPaper) -> str:
    if paper.term_from is None and paper.term_until is None:
        return MISSING
    return f"{words.day(paper.term_from)}至{words.day(paper.term_until)}"


def _body(paper: ContractPaper) -> Iterator[Block]:
    yield Heading("当事人", new_page=True)
    yield _parties(paper)
    yield from _opening(paper)
    articles: list[tuple[str, Callable[[ContractPaper], Iterator[Block]]]] = [
        ("服务内容与计价", _services),
        ("服务水平与扣分", _levels),
        ("合同期限与延长依据", _term_article),
        ("合同金额与付款", _payment),
        ("扣减计算", _deduction),
        ("数据委托与安全", lambda one: _free(one.data_terms)),
        ("退出与移交", lambda one: _free(one.exit_terms)),
        *([("独家经营", _exclusive)] if paper.exclusive else []),
        *([("核对确认与效力", _confirmed)] if paper.original else [("签署与效力", _effect)]),
    ]
    for number, (title, article) in enumerate(articles, 1):
        yield Heading(f"第{words.numeral(number)}条　{title}")
        yield from article(paper)
    yield Heading("核对确认页" if paper.original else "签署页", new_page=True)
    yield _signatures(paper)
    if paper.facts.signatures:
        yield Paragraph(_how_signed(paper))


def _opening(paper: ContractPaper) -> Iterator[Block]:
    if paper.original is None:
        yield Paragraph("上列甲方、乙方就本合同所列服务订立本合同，共同遵守。")
        return
    yield Paragraph(
        f"本件为存量合同补录。上列甲方、乙方已于{words.day(paper.original.signed_on)}以纸质签订编号为"
        f"“{paper.original.number}”的合同；本件把其内容录入系统，供双方核对确认和此后的考核使用，"
        "不重新订立合同，也不改变原合同的签订日期。原合同扫描件作为附件保存，其摘要为："
    )
    yield Digest("SHA-256", words.groups(paper.original.sha256))


def _how_signed(paper: ContractPaper) -> str:
    if paper.original is not None:
        return (
            f"核对确认由各确认人以本人账号登录、对照原合同和内容摘要后办理，确认时间为{words.zone_name()}，"
            f"不是原合同的签订时间（{words.day(paper.original.signed_on)}）。"
            "核对确认已记入审计轨迹，可凭内容摘要和审计树头核验。"
        )
    return (
        f"签署由各签署人以本人账号登录、核对内容摘要后办理，签署时间为{words.zone_name()}。"
        "签署已记入审计轨迹，可凭内容摘要和审计树头核验。"
    )


def _parties(paper: ContractPaper) -> Table:
    ordered = sorted(paper.parties, key=lambda one: FIRST_ROLES.index(one.role) if one.role in FIRST_ROLES else 2)
    rows = tuple((Cell(ROLES[one.role]), Cell(_named(one)), Cell(one.uscc or MISSING)) for one in ordered)
    return Table(
        (("当事人", 38, "left"), ("名称", 74, "left"), ("统一社会信用代码", 44, "center")),
        rows or ((Cell(MISSING), Cell(MISSING), Cell(MISSING)),),
    )


def _named(party: PaperParty) -> str:
    return f"{party.name}\n（{party.name_en}）" if party.name_en else party.name


# --- services and levels ---------------------------------------------------------------------------------------------


def _services(paper: ContractPaper) -> Iterator[Block]:
    yield Paragraph("乙方按下表提供服务，甲方按下表计价。预计用量和预计金额用于核算合同金额，实际费用按第四条结算。")
    totals = [_total(paper, line) for line in paper.lines]
    rows = [_service_row(line, total) for line, total in zip(paper.lines, totals, strict=True)]
    known = [total for total in totals if total is not None]
    whole = sum(known) if known and len(known) == len(totals) else None
    rows.append((Cell("合计", columns=7, strong=True), Cell(words.money(whole), strong=True)))
    yield Table(
        (
            ("序号", 10, "center"),
            ("服务", 32, "left"),
            ("计价方式", 17, "center"),
            ("单价或费用（元）", 25, "right"),
            ("单位", 12, "center"),
            ("周期", 10, "center"),
            ("每期预计用量", 23, "right"),
            ("期内预计金额（元）", 27, "right"),
        ),
        tuple(rows),
    )


def _service_row(line: PaperLine, total: int | None) -> tuple[Cell, ...]:
    fixed = line.pricing == "fixed_fee"
    return (
        Cell(str(line.number)),
        Cell(f"{line.name}\n{line.code}"),
        Cell(PRICING[line.pricing]),
        Cell(words.money(line.fee_fen) if fixed else words.decimal(line.unit_price)),
        Cell(line.unit or MISSING),
        Cell(PERIODS[line.pay_period]),
        Cell(words.whole(line.expected_volume)),
        Cell(words.money(total)),
    )


def _total(paper: ContractPaper, line: PaperLine) -> int | None:
    """What the line is expected to cost over the term; None while anything it depends on is missing."""
    priced = line.fee_fen is not None or (line.unit_price is not None and line.expected_volume is not None)
    if not priced or paper.term_from is None or paper.term_until is None:
        return None
    known = Line(
        number=line.number,
        name=line.name,
        active=True,
        fee_fen=line.fee_fen,
        unit_price=line.unit_price,
        expected_volume=line.expected_volume,
        pay_period=line.pay_period,
        levels=(),
    )
    return line_total(known, paper.term_from, paper.term_until)


def _levels(paper: ContractPaper) -> Iterator[Block]:
    yield Paragraph("乙方提供的服务应当达到下列约定值。实际值落入哪一档，该周期该项指标即按该档扣分。")
    for number, line in enumerate(paper.lines, 1):
        yield Heading(f"（{words.numeral(number)}）{line.name}（{line.code}）", level=2)
        if line.levels:
            yield _level_table(line)
        else:
            yield Paragraph("没有约定服务水平。")


def _level_table(line: PaperLine) -> Table:
    return Table(
        (
            ("指标", 42, "left"),
            ("约定值", 30, "center"),
            ("周期", 12, "center"),
            ("实际值", 56, "left"),
            ("扣分", 16, "center"),
        ),
        tuple(row for level in line.levels for row in _level_rows(level)),
    )


def _level_rows(level: PaperLevel) -> Iterator[tuple[Cell, ...]]:
    sense = "不低于" if level.at_least else "不高于"
    count = max(len(level.bands), 1)
    heads = (
        Cell(f"{level.name}\n{level.code}（第 {level.version} 版）", rows=count),
        Cell(
            f"{sense} {words.measured(level.target, level.unit)}" if level.target is not None else MISSING, rows=count
        ),
        Cell(PERIODS[level.period], rows=count),
    )
    if not level.bands:
        yield (*heads, Cell(MISSING), Cell(MISSING))
    for place, band in enumerate(level.bands):
        cells = Cell(_interval(level, place)), Cell(_points(band))
        yield cells if place else (*heads, *cells)


def _interval(level: PaperLevel, place: int) -> str:
    """In words which values fall into a band: below the bound of the better one, down to its own."""
    band, better = level.bands[place], level.bands[place - 1].bound if place else None
    reaches, misses = ("不低于", "低于") if level.at_least else ("不高于", "高于")
    parts = [f"{misses} {words.measured(better, level.unit)}"] if better is not None else []
    if band.bound is not None:
        parts.append(f"{reaches} {words.measured(band.bound, level.unit)}")
    return "、".join(parts) or "其余"


def _points(band: PaperBand) -> str:
    return f"扣 {band.points:,} 分" if band.points else "不扣分"


# --- term, money, free texts -----------------------------------------------------------------------------------------


def _free(text: str) -> Iterator[Block]:
    """Terms in the parties' own words, paragraph by paragraph."""
    for paragraph in words.paragraphs(text) or [MISSING]:
        yield Paragraph(paragraph)


def _labelled(label: str, text: str) -> Iterator[Block]:
    first, *others = words.paragraphs(text) or [MISSING]
    yield Paragraph(f"{label}：{first}")
    yield from map(Paragraph, others)


def _term_article(paper: ContractPaper) -> Iterator[Block]:
    length = length_of(paper.term_from, paper.term_until)
    yield Paragraph(f"合同期限：{_term(paper)}{f'（首尾两日计算在内，{length}）' if length else ''}。")
    yield from _labelled("延长依据", paper.extension_basis)


def _payment(paper: ContractPaper) -> Iterator[Block]:
    yield Paragraph(f"合同金额（上限）：{_yuan(paper.amount_fen)}，大写：{words.capitals(paper.amount_fen)}。")
    yield from _labelled("付款方式", paper.payment_terms)


def _deduction(paper: ContractPaper) -> Iterator[Block]:
    cap = f"当期服务费用的 {words.decimal(paper.cap_percent)}%" if paper.cap_percent is not None else MISSING
    yield Paragraph(f"每分扣减金额：{_yuan(paper.point_fen)}。")
    yield Paragraph(f"每期扣减上限：{cap}。")
    yield Paragraph(
        "一个周期的扣减金额，等于该周期各项指标扣分之和乘以每分扣减金额；超过每期扣减上限的，按上限扣减。"
        "扣减从当期应付服务费用中计算，不足一分钱的四舍五入。"
    )
    if paper.point_fen is not None:
        amount = _yuan(paper.point_fen * EXAMPLE_POINTS)
        yield Paragraph(f"举例：某一周期各项指标合计扣 {EXAMPLE_POINTS} 分，未超过上限时，当期扣减 {amount}。")


def _exclusive(paper: ContractPaper) -> Iterator[Block]:
    yield Paragraph("本合同约定由乙方独家提供所列服务。")
    yield from _labelled("法律依据和公平竞争审查情况", paper.exclusive_basis)


# --- signing ---------------------------------------------------------------------------------------------------------


def _confirmed(paper: ContractPaper) -> Iterator[Block]:
    yield Paragraph("各方对照原合同核对确认的是同一份录入内容，以该内容的摘要为准；内容有任何改动，摘要即不相同。")
    yield from _digests(paper)
    yield Paragraph(
        "双方的权利义务依原合同；本件与原合同不一致的，以原合同为准。甲方和全部乙方确认后，系统按本件的期限和约定办理考核；"
        "确认时期限已经届满的，本件随即到期。"
    )
    if not paper.is_draft:
        yield Paragraph("本文本由录入内容生成，说明文字与录入内容不一致的，以摘要所对应的内容为准。")


def _digests(paper: ContractPaper) -> Iterator[Block]:
    if paper.is_draft:
        yield Paragraph("本稿为草稿，尚未封存，没有内容摘要，对任何一方没有约束力。")
    else:
        yield Digest("SHA-256", words.groups(paper.facts.sha256))
        yield Digest("SM3", words.groups(paper.facts.sm3))


def _effect(paper: ContractPaper) -> Iterator[Block]:
    yield Paragraph("各签署方签署的是同一份合同内容，以该内容的摘要为准；内容有任何改动，摘要即不相同。")
    yield from _digests(paper)
    yield Paragraph("甲方和全部乙方签署后，本合同自期限起始日起生效；最后一方签署时起始日已到的，自该时起生效。")
    if not paper.is_draft:
        yield Paragraph("本文本由合同内容生成，说明文字与合同内容不一致的，以摘要所对应的合同内容为准。")


def _signatures(paper: ContractPaper) -> Boxes:
    return Boxes(tuple(_box(paper, party) for party in _signing(paper)))


def _box(paper: ContractPaper, party: PaperParty) -> tuple[str, tuple[tuple[str, str], ...]]:
    signature = next((one for one in paper.facts.signatures if one.organisation_code == party.code), None)
    rows = [("名称", party.name), ("信用代码", party.uscc or MISSING)]
    # What happens in the system to a contract that was signed on paper before is no signing.
    done, of_digest = ("确认", "所确认摘要") if paper.original else ("签署", "所签摘要")
    if signature is None:
        return ROLES[party.role], (*rows, (f"{done}人", f"尚未{done}"), (f"{done}时间", MISSING), (of_digest, MISSING))
    return ROLES[party.role], (
        *rows,
        (f"{done}人", f"{signature.person}（{signature.side}）" if signature.side else signature.person),
        (f"{done}时间", words.moment(signature.signed_at)),
        (of_digest, signature.digest[:SHORT_DIGEST]),
    )
