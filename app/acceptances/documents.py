"""The printed certificate of acceptance and list of a handover, from sealed content: the same bytes every time."""

import json
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from app.acceptances.certificate import acceptance_sheet, concluded_at, handover_sheet
from app.acceptances.handover_models import Handover
from app.acceptances.models import Acceptance
from app.core.canonical import Digests, digest_both
from app.core.errors import Problem, Refused
from app.core.typesetting.blocks import Sheet
from app.core.typesetting.pdf import CannotSet, set_pdf
from app.core.typesetting.word import set_docx

Draw = Callable[[dict[str, Any], Digests], Sheet]


def acceptance_pdf(acceptance: Acceptance) -> bytes:
    """PDF/A-3 with the sealed content attached."""
    return _pdf(acceptance, acceptance_sheet)


def acceptance_docx(acceptance: Acceptance) -> bytes:
    content, digests = _whole(acceptance)
    return set_docx(acceptance_sheet(content, digests), concluded_at(content))


def handover_pdf(handover: Handover) -> bytes:
    """PDF/A-3 with the sealed content attached."""
    return _pdf(handover, handover_sheet)


def handover_docx(handover: Handover) -> bytes:
    content, digests = _whole(handover)
    return set_docx(handover_sheet(content, digests), concluded_at(content))


def _pdf(thing: Acceptance | Handover, draw: Draw) -> bytes:
    content, digests = _whole(thing)
    attachment = {
        "name": "content.json",
        "text": thing.content or "",
        "description": "内容原文（规范文本），据此可以复算摘要",
    }
    try:
        return set_pdf(draw(content, digests), concluded_at(content), attachment)
    except CannotSet as error:
        raise Refused(
            Problem(_("文书无法排成 PDF。"), why=str(error), remedy=_("请改为下载 Word 版本，并告诉系统管理员。"))
        ) from error


def _whole(thing: Acceptance | Handover) -> tuple[dict[str, Any], Digests]:
    """The sealed content; printed only when it is what its digests say."""
    text = thing.content or ""
    digests = digest_both(text.encode())
    if (digests.sha256, digests.sm3) != (thing.sha256, thing.sm3):
        raise Refused(
            Problem(
                _("内容与封存的摘要不一致，没有生成文书。"),
                why=_("打印的文书必须与作出结论时的内容完全相同。"),
                remedy=_("请核验审计记录，并告诉系统管理员。"),
            )
        )
    content: dict[str, Any] = json.loads(text)
    return content, digests
