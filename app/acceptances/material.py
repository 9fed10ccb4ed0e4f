"""Files that back what somebody says here: a new one, or one that his organisation has given this project before."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.core.actors import Actor
from app.core.db import db
from app.core.errors import Problem, Refused
from app.evidence.actions import attach
from app.evidence.models import EvidenceFile
from app.subjects.models import Subject


@dataclass(frozen=True)
class Material:
    """A file that comes with an act, or the digest of one that is kept already; neither is no file."""

    upload: FileStorage | None = None
    digest: str = ""

    @property
    def is_given(self) -> bool:
        return bool(self.digest) or (self.upload is not None and bool(self.upload.filename))


NOTHING = Material()


def keep(actor: Actor, subject: Subject, material: Material, purpose: str) -> str | None:
    """The digest of the file; None when none is given. Needs a running act."""
    if material.upload is not None and material.upload.filename:
        return attach(actor, subject, material.upload, purpose).sha256
    if not material.digest:
        return None
    if material.digest not in {one.sha256 for one in own_files(actor, subject)}:
        raise Refused(
            Problem(
                _("所选材料不是贵方为本项目上传的材料。"),
                why=_("各方以自己的材料为据，不能借用对方的材料。"),
                remedy=_("请重新选择，或上传文件。"),
                place="existing",
            )
        )
    return material.digest


def own_files(actor: Actor, subject: Subject) -> list[EvidenceFile]:
    """What the actor's organisation has given this project, newest first."""
    return list(
        db.session.scalars(
            sa.select(EvidenceFile)
            .where(EvidenceFile.subject_id == subject.id, EvidenceFile.organisation_id == actor.organisation_id)
            .order_by(EvidenceFile.id.desc())
        )
    )
