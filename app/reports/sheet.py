"""The report on paper: its sections as blocks with the head of an official document; always Chinese."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.core.canonical import Digests
from app.core.typesetting import words
from app.core.typesetting.blocks import Block, Cell, Digest, Heading, Masthead, Paragraph, Sheet, Table, Trend
from app.reports.grids import Grid
from app.reports.sections import Section, mark_of, period_name, plain, sections
from app.reports.wording import ROLES, in_chinese, word

Content = Mapping[str, Any]
NAME = "绩效报告"
_DIGEST = re.compile("[0-9a-f]{64}")
SHORT_DIGEST = 16
# Bounds of the drawing: the scale begins at the tens below the lowest score and never ends before a hundred.
STEP, FULL = 10, 100


def sheet_of(content: Content, digests: Digests) -> Sheet:
    """The whole report in blocks; `digests` are those of its content."""
    return Sheet(
        title=title_of(content),
        cover=None,
        blocks=tuple(_body(content, digests)),
        mark=mark_of(content),
        foot=f"{content['code']} · 第 {content['edition']} 版",
        seals=_seals(content, digests),
    )


def title_of(content: Content) -> str:
    period = in_chinese(period_name(content["period"]["text"]))
    return f"{words.clean(content['contract']['title'])}{period}{NAME}"


def _seals(content: Content, digests: Digests) -> str:
    text = f"内容摘要 SHA-256 {digests.sha256[:SHORT_DIGEST]}"
    head = content["trail_head"]
    return text if head is None else f"{text} · 审计树头 {head['size']:,} / {head['sha256'][:SHORT_DIGEST]}"


def _body(content: Content, digests: Digests) -> Iterator[Block]:
    yield _masthead(content)
    for number, section in enumerate(sections(content), 1):
        yield Heading(f"{words.numeral(number)}、{in_chinese(section.title)}")
        yield from _section(content, section)
    yield Heading(f"{words.numeral(number + 1)}、内容摘要")
    yield Paragraph("本报告的内容原文附在 PDF 文件中（content.json），按下列摘要核验；内容有任何改动，摘要即不相同。")
    yield Digest("SHA-256", words.groups(digests.sha256))
    yield Digest("SM3", words.groups(digests.sm3))


def _masthead(content: Content) -> Masthead:
    period, producer = content["period"], content["produced_by"]
    parties = tuple((_role(one["role"]), _party(one["name"])) for one in content["parties"])
    made = words.moment(datetime.fromisoformat(content["produced_at"]))
    by = f"{producer['name']}（{producer['organisation']}）" if producer else "系统"
    return Masthead(
        name=NAME,
        number=f"{content['code']}　第 {content['edition']} 版",
        title=title_of(content),
        rows=(
            ("合同编号", content["contract"]["code"]),
            *parties,
            ("考核期间", f"{period['from']} 至 {period['until']}"),
            ("考核编号", content["assessment"]["code"]),
            ("生成", f"{made}，{by}"),
        ),
    )


def _role(role: str) -> str:
    """Without what stands in brackets behind it: 甲方."""
    return in_chinese(word(ROLES, role)).partition("（")[0]


def _party(name: Mapping[str, Any]) -> str:
    return words.clean(in_chinese(name))


def _section(content: Content, section: Section) -> Iterator[Block]:
    for text in section.texts:
        yield Paragraph(words.clean(in_chinese(text)))
    if section.trend and len(content["trend"]) > 1:
        yield _trend(content)
    several = len(section.grids) > 1 or section.key == "items"
    for place, grid in enumerate(section.grids, 1):
        if several:
            label = in_chinese(grid.title).replace("\n", " ")
            yield Heading(f"（{words.numeral(place)}）{words.clean(label)}", level=2)
        if grid.rows:
            yield _table(grid)
        if grid.note:
            yield Paragraph(words.clean(in_chinese(grid.note)))


def _table(grid: Grid) -> Table:
    columns = tuple(
        (in_chinese(column.label), column.width, "right" if column.end else "left") for column in grid.columns
    )
    last = len(grid.rows) - 1
    rows = tuple(
        tuple(Cell(_text(cell), strong=grid.strong and place == last) for cell in row)
        for place, row in enumerate(grid.rows)
    )
    return Table(columns, rows)


def _text(cell: Any) -> str:
    if cell == "":
        return ""
    text = words.clean(in_chinese(plain(cell)))
    return words.groups(text) if _DIGEST.fullmatch(text) else text


def _trend(content: Content) -> Trend:
    points = tuple((one["period"], one["total"]) for one in content["trend"])
    known = [Decimal(total) for _period, total in points if total is not None]
    lowest = min(known, default=Decimal(0))
    # Room below the lowest point, so that its own number does not stand on the axis.
    low = max(0, int(min(lowest, Decimal(FULL)) - STEP // 2) // STEP * STEP)
    return Trend(points, str(low), str(max(FULL, *known)) if known else str(FULL))
