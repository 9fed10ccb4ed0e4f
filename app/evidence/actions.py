"""Attaching a file to a subject: judged, digested, stored, then recorded. Rooms call it inside their own acts."""

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.core.actors import Actor
from app.core.canonical import digest_both
from app.core.clock import now
from app.core.db import db
from app.core.errors import Problem, Refused
from app.evidence import store
from app.evidence.file_types import MEDIA_TYPES, judge
from app.evidence.models import EvidenceFile
from app.subjects.models import Subject


def attach(actor: Actor, subject: Subject, upload: FileStorage, purpose: str) -> EvidenceFile:
    """Keeps a file as evidence of a subject. Needs a running act.

    Refused: empty, too large, a content that is not what the ending says, archives that unpack too large, macros, and
    the same content twice for one subject.
    """
    limit = int(current_app.config["MAX_EVIDENCE_BYTES"])
    content = upload.stream.read(limit + 1)
    judged = judge(upload.filename or "", content)
    if len(content) > limit:
        raise Refused(
            Problem(_("文件超过 %(n)s MB。", n=limit // 1024 // 1024), remedy=_("请压缩或拆分后再上传。"), place="file")
        )
    if judged.flaw:
        raise Refused(_explain(judged.flaw))
    digests = digest_both(content)
    _refuse_duplicate(subject, digests.sha256)
    store.put(content, digests.sha256)
    kept = EvidenceFile(
        subject_id=subject.id,
        sha256=digests.sha256,
        sm3=digests.sm3,
        size=len(content),
        media_type=judged.media_type,
        file_name=judged.file_name,
        purpose=purpose,
        uploaded_at=now(),
        uploaded_by=actor.user_id,
        organisation_id=actor.organisation_id,
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def _refuse_duplicate(subject: Subject, sha256: str) -> None:
    same = db.session.scalar(
        sa.select(EvidenceFile).where(EvidenceFile.subject_id == subject.id, EvidenceFile.sha256 == sha256)
    )
    if same is not None:
        raise Refused(
            Problem(
                _("同样的文件已经上传过：%(name)s。", name=same.file_name),
                why=_("两个文件的摘要值完全相同。"),
                remedy=_("如需说明，请上传另外的材料。"),
                place="file",
            )
        )


def _explain(flaw: str) -> Problem:
    endings = " ".join(sorted(MEDIA_TYPES))
    words = {
        "empty": (_("文件是空的。"), _("请选择有内容的文件。")),
        "name": (_("文件没有名称。"), _("请改名后再上传。")),
        "ending": (_("不接受这种文件。"), _("可以上传：%(endings)s。", endings=endings)),
        "content": (_("文件内容与扩展名不符。"), _("请确认文件没有被改名，并以原格式重新保存。")),
        "archive": (_("压缩内容损坏、过大或路径不安全。"), _("请重新打包，或拆分后再上传。")),
        "macro": (_("文件中含有宏。"), _("请另存为不含宏的格式后再上传。")),
    }
    what, remedy = words[flaw]
    return Problem(what, remedy=remedy, place="file")
