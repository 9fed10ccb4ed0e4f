"""Files that back what somebody says here: a new one, or one that his organisation has given this project before."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.acceptances.wording import unfit_paper
from app.core.actors import Actor
from app.core.db import db
from app.core.errors import Problem, Refused
from app.evidence.actions import attach
from app.evidence.models import EvidenceFile
from app.projects.kinds import DocumentKind
from app.projects.models import ProjectDocument
from app.subjects.models import Subject

# Papers from before anything was built, of purchases, or of the time after; the guards of revision 0030 say the same.
NO_PROOF = frozenset(
    {
        DocumentKind.PROPOSAL,
        DocumentKind.FEASIBILITY,
        DocumentKind.REVISED_FEASIBILITY,
        DocumentKind.PRELIMINARY_DESIGN,
        DocumentKind.SHARING_CHAPTER,
        DocumentKind.CRYPTO_PLAN,
        DocumentKind.EX_ANTE_EVALUATION,
        DocumentKind.FILING_FORM,
        DocumentKind.SUPERVISION_CONTRACT,
        DocumentKind.SINGLE_SOURCE_PUBLICITY,
        DocumentKind.AWARD_NOTICE,
        DocumentKind.PROCUREMENT_CONTRACT,
        DocumentKind.SELF_EVALUATION,
        DocumentKind.EXIT_CERTIFICATE,
    }
)


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


def proof(actor: Actor, subject: Subject, material: Material, purpose: str) -> str | None:
    """`keep` for a file that shows an item as done: papers of other steps of the project show nothing of the kind."""
    digest = keep(actor, subject, material, purpose)
    papers = _kinds_of(subject).get(digest or "", frozenset())
    if papers and not papers - NO_PROOF:
        raise Refused(unfit_paper(str(_("、").join(str(one.label) for one in sorted(papers)))))
    return digest


def proving_files(actor: Actor, subject: Subject) -> list[EvidenceFile]:
    """What the actor's organisation has given this project and may show an item as done."""
    papers = _kinds_of(subject)
    return [one for one in own_files(actor, subject) if not papers.get(one.sha256) or papers[one.sha256] - NO_PROOF]


def _kinds_of(subject: Subject) -> dict[str, frozenset[DocumentKind]]:
    """As what each file is registered with the project, by digest."""
    found: dict[str, frozenset[DocumentKind]] = {}
    listed = sa.select(ProjectDocument.sha256, ProjectDocument.kind).where(ProjectDocument.subject_id == subject.id)
    for digest, kind in db.session.execute(listed):
        found[digest] = found.get(digest, frozenset()) | {kind}
    return found
