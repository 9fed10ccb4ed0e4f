"""The printed list: one paper from what was agreed, as PDF, DOCX and XLSX, the same bytes every time."""

import json
from typing import Any

from flask_babel import gettext as _

from app.audit.models import TrailHead
from app.core.errors import Problem, Refused
from app.core.typesetting.pdf import CannotSet, set_pdf
from app.core.typesetting.word import set_docx
from app.responsibilities.content import content_of
from app.responsibilities.models import DutyList
from app.responsibilities.sheet import PaperFacts, PaperSignature, sheet_of
from app.responsibilities.workbook import duties_xlsx

MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def printed(duty_list: DutyList, kind: str, head: TrailHead | None = None) -> bytes:
    """One version on paper; `kind` is a key of MEDIA."""
    content, facts = _content(duty_list), _facts(duty_list, head)
    if kind == "xlsx":
        return duties_xlsx(content, facts)
    sheet = sheet_of(content, facts)
    if kind == "docx":
        return set_docx(sheet, facts.sealed_at)
    attachment = {"name": "content.json", "text": duty_list.content or "", "description": "清单内容原文（规范文本）"}
    try:
        return set_pdf(sheet, facts.sealed_at, None if facts.is_draft else attachment)
    except CannotSet as error:
        raise Refused(
            Problem(_("权责清单无法排成 PDF。"), why=str(error), remedy=_("请改为下载 Word 版本，并告诉系统管理员。"))
        ) from error


def _content(duty_list: DutyList) -> dict[str, Any]:
    """The sealed text, or the tables while it is a draft."""
    return json.loads(duty_list.content) if duty_list.content else content_of(duty_list)


def _facts(duty_list: DutyList, head: TrailHead | None) -> PaperFacts:
    return PaperFacts(
        state=duty_list.state.value,
        sealed_at=duty_list.sealed_at,
        sha256=duty_list.sha256 or "",
        sm3=duty_list.sm3 or "",
        signatures=tuple(
            PaperSignature(
                organisation_code=one.organisation.code,
                side=one.side.value,
                person=one.user.name,
                signed_at=one.signed_at,
                digest=one.sha256,
            )
            for one in duty_list.signatures
        ),
        head=(head.size, head.sha256) if head else None,
    )
