"""Evidence of a subject, and one file when the actor may see its subject."""

import sqlalchemy as sa

from app.core.actors import Actor
from app.core.db import db
from app.core.formats import fmt
from app.evidence.models import EvidenceFile
from app.subjects.models import Subject
from app.subjects.queries import in_reach


def evidence_of(subject: Subject) -> list[EvidenceFile]:
    return list(
        db.session.scalars(
            sa.select(EvidenceFile).where(EvidenceFile.subject_id == subject.id).order_by(EvidenceFile.id)
        )
    )


def evidence_in_reach(actor: Actor, key: int) -> EvidenceFile | None:
    return db.session.scalar(
        sa.select(EvidenceFile)
        .join(Subject, Subject.id == EvidenceFile.subject_id)
        .where(EvidenceFile.id == key, in_reach(actor))
    )


def size_text(file: EvidenceFile) -> str:
    return fmt.size(file.size)
