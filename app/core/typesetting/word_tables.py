"""Tables of Word documents as XML: fixed widths, heads that repeat, rows that stay whole, cells over several rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from app.core.typesetting.blocks import Boxes, Cell, Table

_TWIPS_A_MM = 1440 / 25.4
_SHADE = "EEEEEE"


@dataclass(frozen=True)
class WordCell:
    """Lines of a cell in one style; `merge` is `restart` or `continue` for a cell that reaches down."""

    lines: tuple[str, ...]
    style: str
    align: str = "left"
    columns: int = 1
    merge: str = ""
    strong: bool = False
    head: bool = False
    keep: bool = False
    underline: bool = False


def add_table(document: Document, block: Table) -> None:
    """A ruled table whose head repeats on every page."""
    heads = [
        WordCell((head,), "Table Text", "center", strong=True, head=True) for head, _width, _align in block.columns
    ]
    _append(document, [width for _head, width, _align in block.columns], [heads, *_rows(block)], ruled=True)
    # Word joins two tables that follow each other without a paragraph between them.
    document.add_paragraph(style="Table Text")


def add_cover_rows(document: Document, rows: Iterable[tuple[str, str]]) -> None:
    """Labels with underlined values, in the middle of the page."""
    made = [
        [WordCell((label,), "Cover Text"), WordCell(tuple(value.split("\n")), "Cover Text", underline=True)]
        for label, value in rows
    ]
    _append(document, (30, 105), made, ruled=False)


def add_boxes(document: Document, block: Boxes) -> None:
    """Boxes of signing parties, two beside each other."""
    cells = [
        WordCell((head, *(f"{label}：{value}" for label, value in rows), ""), "Box Text", strong=True)
        for head, rows in block.boxes
    ]
    cells += [WordCell(("",), "Box Text")] * (len(cells) % 2)
    if cells:
        _append(document, (78, 78), [cells[place : place + 2] for place in range(0, len(cells), 2)], ruled=True)


def _rows(block: Table) -> Iterable[list[WordCell]]:
    """Rows with every column present: where a cell reaches down from above stands its continuation."""
    aligns = [align for _head, _width, align in block.columns]
    held: list[WordCell] = []
    left = 0
    for row in block.rows:
        cells = _own(row, aligns)
        if left:
            last = left == 1
            yield [replace(cell, keep=not last) for cell in [*held, *cells]]
            left -= 1
            continue
        tall = [cell for cell in row if cell.rows > 1]
        left = tall[0].rows - 1 if tall else 0
        held = [replace(cell, lines=("",), merge="continue") for cell in cells[: len(tall)]]
        reaching = [replace(cell, merge="restart") for cell in cells[: len(tall)]]
        yield [replace(cell, keep=bool(tall)) for cell in [*reaching, *cells[len(tall) :]]]


def _own(row: Sequence[Cell], aligns: Sequence[str]) -> list[WordCell]:
    """A row's own cells stand in its last columns; each is aligned as the first column that it covers."""
    place = len(aligns) - sum(cell.columns for cell in row)
    made = []
    for cell in row:
        lines = tuple(cell.text.split("\n"))
        made.append(WordCell(lines, "Table Text", aligns[place], cell.columns, strong=cell.strong))
        place += cell.columns
    return made


# --- XML -------------------------------------------------------------------------------------------------------------


def _append(document: Document, widths: Sequence[float], rows: Iterable[list[WordCell]], ruled: bool) -> None:
    table = _element("w:tbl")
    table.append(_table_properties(widths, ruled))
    grid = _element("w:tblGrid")
    grid.extend(_element("w:gridCol", w=_twips(width)) for width in widths)
    table.append(grid)
    identifiers = {name: document.styles[name].style_id or name for name in ("Table Text", "Cover Text", "Box Text")}
    for row in rows:
        table.append(_row(row, widths, identifiers))
    # The body's last element is its section, behind which nothing may stand.
    document.element.body.insert_element_before(table, "w:sectPr")


def _element(name: str, *children: BaseOxmlElement, **attributes: str) -> BaseOxmlElement:
    element = OxmlElement(name)
    for attribute, value in attributes.items():
        element.set(qn(f"w:{attribute}"), value)
    element.extend(children)
    return element


def _twips(millimetres: float) -> str:
    return str(round(millimetres * _TWIPS_A_MM))


def _table_properties(widths: Sequence[float], ruled: bool) -> BaseOxmlElement:
    """In the order that the schema wants."""
    kind, size = ("single", "4") if ruled else ("none", "0")
    edges = ("w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV")
    sides = [_element(f"w:{side}", w=_twips(space), type="dxa") for side, space in _MARGINS]
    return _element(
        "w:tblPr",
        _element("w:tblW", w=_twips(sum(widths)), type="dxa"),
        _element("w:jc", val="center"),
        _element("w:tblBorders", *(_element(edge, val=kind, sz=size, space="0", color="3C3C3C") for edge in edges)),
        _element("w:tblLayout", type="fixed"),
        _element("w:tblCellMar", *sides),
    )


_MARGINS = (("top", 1.0), ("left", 1.3), ("bottom", 1.0), ("right", 1.3))


def _row(cells: list[WordCell], widths: Sequence[float], identifiers: dict[str, str]) -> BaseOxmlElement:
    properties = _element("w:trPr", _element("w:cantSplit"))
    if cells[0].head:
        properties.append(_element("w:tblHeader"))
    row = _element("w:tr", properties)
    place = 0
    for cell in cells:
        row.append(_cell(cell, sum(widths[place : place + cell.columns]), identifiers[cell.style]))
        place += cell.columns
    return row


def _cell(cell: WordCell, width: float, style: str) -> BaseOxmlElement:
    properties = _element("w:tcPr", _element("w:tcW", w=_twips(width), type="dxa"))
    if cell.columns > 1:
        properties.append(_element("w:gridSpan", val=str(cell.columns)))
    if cell.merge:
        properties.append(_element("w:vMerge", val=cell.merge))
    if cell.underline:
        properties.append(
            _element("w:tcBorders", _element("w:bottom", val="single", sz="4", space="0", color="3C3C3C"))
        )
    if cell.head:
        properties.append(_element("w:shd", val="clear", color="auto", fill=_SHADE))
    properties.append(_element("w:vAlign", val="bottom" if cell.underline else "center"))
    lines = enumerate(cell.lines)
    return _element("w:tc", properties, *(_line(cell, line, style, cell.strong and not place) for place, line in lines))


def _line(cell: WordCell, text: str, style: str, strong: bool) -> BaseOxmlElement:
    properties = _element("w:pPr", _element("w:pStyle", val=style))
    if cell.keep:
        properties.append(_element("w:keepNext"))
    properties.append(_element("w:jc", val=cell.align))
    run = _element("w:r", *([_element("w:rPr", _element("w:b"))] if strong else []))
    shown = _element("w:t")
    shown.text = text
    shown.set(qn("xml:space"), "preserve")
    run.append(shown)
    return _element("w:p", properties, run)
