"""The files of a report, each made from its content alone: the same content gives the same bytes."""

import json
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.core.canonical import Digests
from app.core.errors import Problem, Refused
from app.core.typesetting.pdf import CannotSet, set_pdf
from app.core.typesetting.word import set_docx
from app.reports.models import FileKind
from app.reports.sheet import sheet_of
from app.reports.workbook import report_xlsx

OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA = {
    FileKind.PDF: "application/pdf",
    FileKind.XLSX: f"{OFFICE}.spreadsheetml.sheet",
    FileKind.DOCX: f"{OFFICE}.wordprocessingml.document",
}


def files_of(canonical: str, digests: Digests) -> dict[FileKind, bytes]:
    """All files of a content in its canonical text."""
    content = json.loads(canonical)
    return {
        FileKind.PDF: report_pdf(content, canonical, digests),
        FileKind.XLSX: report_xlsx(content, digests),
        FileKind.DOCX: set_docx(sheet_of(content, digests), _made_at(content)),
    }


def report_pdf(content: dict[str, Any], canonical: str, digests: Digests) -> bytes:
    """PDF/A-3, PDF/UA, with the canonical content attached."""
    attachment = {
        "name": "content.json",
        "text": canonical,
        "description": "报告内容原文（规范文本），据此可以复算摘要",
    }
    try:
        return set_pdf(sheet_of(content, digests), _made_at(content), attachment)
    except CannotSet as error:
        raise Refused(Problem(_("报告无法排成 PDF。"), why=str(error), remedy=_("请告诉系统管理员。"))) from error


def _made_at(content: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(content["produced_at"])
