"""Sets a sheet as a Word document with python-docx: styles, repeating heads, page fields, the same bytes every time."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import nsmap, qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph as WordParagraph

from app.core.typesetting.blocks import Cover, Digest, Heading, Masthead, Paragraph, Sheet, Trend
from app.core.typesetting.titles import in_lines
from app.core.typesetting.word_tables import add_boxes, add_cover_rows, add_table

SONG, FANG, HEI, BIAO = "宋体", "仿宋", "黑体", "方正小标宋简体"
LATIN, MONO = "Times New Roman", "Consolas"
TEXT_WIDTH = 156
# Characters of the title's size, and of the next smaller one, that fit on a line.
LONG_TITLE, LONG_SUBTITLE = 17, 20
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
_RED, _FAINT = RGBColor(0xB3, 0x26, 0x1E), RGBColor(0x5F, 0x5F, 0x5F)
# What a machine that lacks a font shows instead of it.
_INSTEAD = {
    SONG: "SimSun;Noto Serif CJK SC",
    FANG: "FangSong;仿宋_GB2312;Noto Serif CJK SC",
    HEI: "SimHei;Noto Sans CJK SC",
    BIAO: "FZXiaoBiaoSong-B05S;华文中宋;STZhongsong;SimSun",
}
# Style, its fonts (Chinese, Latin), size in points.
_STYLES = (
    ("Normal", FANG, LATIN, 12.0),
    ("Title", BIAO, LATIN, 26.0),
    ("Subtitle", BIAO, LATIN, 22.0),
    ("Heading 1", HEI, LATIN, 14.0),
    ("Heading 2", HEI, LATIN, 12.0),
    ("Header", HEI, LATIN, 10.5),
    ("Footer", SONG, LATIN, 8.0),
    ("Table Text", SONG, LATIN, 9.5),
    ("Cover Text", FANG, LATIN, 14.0),
    ("Box Text", FANG, LATIN, 10.5),
    ("Digest", SONG, MONO, 10.0),
)
# Styles of running text with the points before and after a paragraph.
_RUNNING = {"Normal": (0, 4), "Box Text": (0, 4), "Heading 1": (14, 8), "Heading 2": (8, 6)}


def set_docx(sheet: Sheet, made_at: datetime | None) -> bytes:
    """The sheet as a Word document."""
    document = docx.Document()
    _page(document)
    _styles(document)
    _language(document)
    _properties(document, sheet.title, made_at or _EPOCH)
    _head_and_foot(document, sheet)
    if sheet.cover is not None:
        _cover(document, sheet.cover)
    for block in sheet.blocks:
        _SETTERS[block.kind](document, block)
    stream = io.BytesIO()
    document.save(stream)
    return _same_every_time(stream)


def _page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(20), Mm(18)


def _styles(document: Document) -> None:
    for name, chinese, latin, size in _STYLES:
        known = name in document.styles
        style = document.styles[name] if known else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)  # noqa: S101 - every name above is a paragraph's style
        _font(style, chinese, latin, size)
        _spacing(style)


def _spacing(style: ParagraphStyle) -> None:
    """Fixed lines for running text as official documents have them, air around headings, close lines elsewhere."""
    space = style.paragraph_format
    space.line_spacing = Pt(22) if style.name in _RUNNING else 1.15
    before, after = _RUNNING.get(style.name or "", (0, 0))
    space.space_before, space.space_after = Pt(before), Pt(after)
    space.keep_with_next = bool(before)
    space.tab_stops.clear_all()


def _language(document: Document) -> None:
    """Chinese forms of characters and punctuation, whatever language Word itself speaks."""
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _font(style: ParagraphStyle, chinese: str, latin: str, size: float) -> None:
    """Fonts for both scripts; the theme's fonts and colours, which would win over them, are taken away."""
    style.font.name, style.font.size = latin, Pt(size)
    style.font.bold = style.font.italic = False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in [name for name in fonts.attrib if "heme" in name]:
        del fonts.attrib[attribute]
    fonts.set(qn("w:eastAsia"), chinese)
    fonts.set(qn("w:cs"), latin)
    for edge in style.element.findall(".//" + qn("w:pBdr")):
        edge.getparent().remove(edge)


def _properties(document: Document, title: str, moment: datetime) -> None:
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.comments = title[:255], "", "", ""
    core.created = core.modified = moment.astimezone(UTC).replace(tzinfo=None)
    core.language, core.revision = "zh-CN", 1


def _head_and_foot(document: Document, sheet: Sheet) -> None:
    section = document.sections[0]
    if sheet.mark:
        head = section.header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = head.add_run(f"【{sheet.mark}】")
        run.bold, run.font.color.rgb = True, _RED
    foot = section.footer.paragraphs[0]
    foot.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    foot.add_run(f"{sheet.foot}\t第 ")
    _page_field(foot, "PAGE")
    foot.add_run(" 页　共 ")
    _page_field(foot, "NUMPAGES")
    foot.add_run(" 页")
    section.footer.add_paragraph(sheet.seals, style="Footer")
    for paragraph in section.footer.paragraphs:
        for run in paragraph.runs:
            run.font.color.rgb = _FAINT


def _page_field(paragraph: WordParagraph, code: str) -> None:
    for kind in ("begin", "instruction", "separate", "shown", "end"):
        if kind == "instruction":
            part = OxmlElement("w:instrText")
            part.text = code
        elif kind == "shown":
            part = OxmlElement("w:t")
            part.text = "1"
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        paragraph.add_run()._r.append(part)


# --- blocks ----------------------------------------------------------------------------------------------------------


def _cover(document: Document, cover: Cover) -> None:
    document.add_paragraph(cover.number, style="Cover Text").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    is_long = len(cover.title) > LONG_TITLE
    title = document.add_paragraph(in_lines(cover.title, LONG_SUBTITLE if is_long else LONG_TITLE), style="Title")
    title.alignment, title.paragraph_format.space_before = WD_ALIGN_PARAGRAPH.CENTER, Mm(45)
    if is_long:
        title.runs[0].font.size = Pt(22)
    subtitle = document.add_paragraph(in_lines(cover.subtitle, LONG_SUBTITLE), style="Subtitle")
    subtitle.alignment, subtitle.paragraph_format.space_after = WD_ALIGN_PARAGRAPH.CENTER, Mm(30)
    add_cover_rows(document, cover.rows)
    closing = document.add_paragraph(cover.closing, style="Cover Text")
    closing.alignment, closing.paragraph_format.space_before = WD_ALIGN_PARAGRAPH.CENTER, Mm(20)


def _heading(document: Document, block: Heading) -> None:
    heading = document.add_paragraph(block.text, style=f"Heading {block.level}")
    heading.paragraph_format.page_break_before = block.new_page


def _paragraph(document: Document, block: Paragraph) -> None:
    document.add_paragraph(block.text).paragraph_format.first_line_indent = Pt(24)


def _digest(document: Document, block: Digest) -> None:
    paragraph = document.add_paragraph(style="Digest")
    paragraph.paragraph_format.left_indent, paragraph.paragraph_format.space_after = Pt(24), Pt(6)
    paragraph.paragraph_format.keep_together = True
    paragraph.add_run(f"{block.label}\n").bold = True
    paragraph.add_run(block.text)


def _masthead(document: Document, block: Masthead) -> None:
    name = document.add_paragraph(block.name, style="Title")
    name.alignment, name.runs[0].font.color.rgb = WD_ALIGN_PARAGRAPH.CENTER, _RED
    document.add_paragraph(block.number, style="Cover Text").alignment = WD_ALIGN_PARAGRAPH.CENTER
    title = document.add_paragraph(in_lines(block.title, LONG_SUBTITLE), style="Subtitle")
    title.alignment, title.paragraph_format.space_before = WD_ALIGN_PARAGRAPH.CENTER, Mm(8)
    title.paragraph_format.space_after = Mm(6)
    add_cover_rows(document, block.rows)


def _no_drawing(_document: Document, _block: Trend) -> None:
    """A drawing stands in the PDF only; its table, which follows it, says the same."""


_SETTERS: dict[str, Callable[[Document, Any], None]] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "table": add_table,
    "digest": _digest,
    "boxes": add_boxes,
    "masthead": _masthead,
    "trend": _no_drawing,
}


# --- the file --------------------------------------------------------------------------------------------------------


def _same_every_time(stream: io.BytesIO) -> bytes:
    """Packs the parts again with one fixed date each, and our table of fonts."""
    made = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(entry, _font_table() if name == "word/fontTable.xml" else old.read(name))
    return made.getvalue()


def _font_table() -> bytes:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{instead}"/><w:charset w:val="86"/></w:font>'
        for name, instead in _INSTEAD.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}<w:fonts xmlns:w="{nsmap["w"]}">{fonts}</w:fonts>'.encode()
