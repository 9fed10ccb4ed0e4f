"""Downloading evidence: always as an attachment, checked against its digest."""

import structlog
from flask import Blueprint, Response
from flask_babel import gettext as _

from app.core.errors import Problem, Refused
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.evidence import store
from app.evidence.queries import evidence_in_reach

bp = Blueprint("evidence", __name__)
log = structlog.get_logger("guanyun")


@bp.get("/evidence/<int:key>")
@requires(Permission.EVIDENCE_READ)
def download(key: int) -> Response:
    file = found_or_404(evidence_in_reach(current_actor(), key))
    try:
        content = store.read(file.sha256)
    except store.Damaged as damage:
        log.error("evidence damaged", sha256=file.sha256)
        raise Refused(
            Problem(
                _("该文件已损坏或丢失，没有提供下载。"),
                why=_("存储中的内容与登记的摘要值不一致。"),
                remedy=_("请联系系统管理员从备份中恢复。"),
            )
        ) from damage
    response = Response(content, mimetype=file.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=file.file_name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
