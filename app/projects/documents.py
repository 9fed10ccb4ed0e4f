"""The register of a project's papers: what each is, who issued it when, and the file that shows it."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage

from app.audit import act
from app.core.actors import Actor
from app.core.batches import of_each
from app.core.clock import now, today
from app.core.db import db
from app.core.errors import NotAllowed, Problem, Refused, WrongState
from app.core.permissions import Permission
from app.evidence.actions import attach
from app.evidence.models import EvidenceFile
from app.projects.kinds import DocumentKind
from app.projects.models import Project, ProjectDocument
from app.projects.steps import alone
from app.projects.workflow import ENDED
from app.subjects.actions import stand_for_side
from app.subjects.models import PartyRole
from app.subjects.queries import parties_of

P, K = Permission, DocumentKind
# Who registers what: the client everything, the others what is theirs to issue. The permission names the hat that may
# speak for the party; the act itself is always PROJECT_REGISTER.
REGISTRARS: Mapping[PartyRole, tuple[Permission, frozenset[DocumentKind]]] = {
    PartyRole.CLIENT: (P.PROJECT_DECLARE, frozenset(K)),
    PartyRole.COMPETENT_AUTHORITY: (
        P.PROJECT_OPINE,
        frozenset(
            {K.CRYPTO_REVIEW, K.EX_ANTE_EVALUATION, K.POST_EVALUATION, K.FILING_FORM, K.ARCHIVE_ACCEPTANCE, K.OTHER}
        ),
    ),
    PartyRole.FINANCE: (P.PROJECT_OPINE, frozenset({K.EX_ANTE_EVALUATION, K.OTHER})),
    PartyRole.SUPERVISOR: (P.ACCEPTANCE_OPINE, frozenset({K.SECURITY_ASSESSMENT, K.OTHER})),
    PartyRole.TESTER: (P.ACCEPTANCE_OPINE, frozenset({K.SECURITY_ASSESSMENT, K.CRYPTO_REVIEW, K.OTHER})),
    PartyRole.EVALUATOR: (P.ACCEPTANCE_OPINE, frozenset({K.EX_ANTE_EVALUATION, K.POST_EVALUATION, K.OTHER})),
}
# Papers of an office that count only under the number it gave them.
NUMBERED = frozenset({K.FILING_FORM, K.MLPS_FILING, K.ARCHIVE_ACCEPTANCE})


@dataclass(frozen=True)
class DocumentFacts:
    """A paper as it is typed."""

    kind: DocumentKind
    number: str
    issuer: str
    issued_on: date | None


def kinds_registered(project: Project) -> set[str]:
    """The kinds of papers that are on record."""
    return of_each(project.subject_id, _kinds_registered) or set()


def _kinds_registered(subjects: Collection[int]) -> dict[int, set[str]]:
    found = sa.select(Project.subject_id, ProjectDocument.kind).join(Project, Project.id == ProjectDocument.project_id)
    kinds: dict[int, set[str]] = {}
    for subject_id, kind in db.session.execute(found.where(Project.subject_id.in_(subjects)).distinct()):
        kinds.setdefault(subject_id, set()).add(kind.value)
    return kinds


def registrable(actor: Actor, project: Project) -> list[DocumentKind]:
    """What this actor may register with the project now."""
    if project.state in ENDED:
        return []
    return _may_register(actor, project)


def _may_register(actor: Actor, project: Project) -> list[DocumentKind]:
    found: set[DocumentKind] = set()
    for party in parties_of(project.subject):
        hat, kinds = REGISTRARS.get(party.role, (None, frozenset()))
        if hat and party.organisation_id == actor.organisation_id and actor.may(hat):
            found |= kinds
    return [kind for kind in DocumentKind if kind in found] if actor.may(P.PROJECT_REGISTER) else []


def register_document(
    actor: Actor, project: Project, facts: DocumentFacts, upload: FileStorage | None
) -> ProjectDocument:
    """Registers a paper with its file; the newest of a kind counts. Nothing registered is ever taken back."""
    alone(project)
    _check_kind(actor, project, facts.kind)
    facts = replace(facts, number=facts.number.strip(), issuer=facts.issuer.strip())
    problems = _problems(facts, upload)
    if problems or upload is None or facts.issued_on is None:
        raise Refused(problems)
    with act(actor, P.PROJECT_REGISTER, ref=project.ref) as running:
        file = _kept(actor, project, facts, upload)
        running.note(document=facts.kind.value, number=facts.number, sha256=file.sha256)
        return _entered(actor, project, facts, facts.issued_on, file)


def register_with(actor: Actor, project: Project, facts: DocumentFacts, upload: FileStorage) -> ProjectDocument:
    """Registers a paper that proves what is being recorded. Part of a running act, which says who may.

    A paper without a day of its own bears the day on which it came.
    """
    file = attach(actor, project.subject, upload, str(facts.kind.label))
    return _entered(actor, project, facts, facts.issued_on or today(), file)


def _entered(
    actor: Actor, project: Project, facts: DocumentFacts, issued_on: date, file: EvidenceFile
) -> ProjectDocument:
    document = ProjectDocument(
        project_id=project.id,
        subject_id=project.subject_id,
        kind=facts.kind,
        number=facts.number,
        issuer=facts.issuer,
        issued_on=issued_on,
        sha256=file.sha256,
        registered_by=actor.user_id,
        registrar_side=stand_for_side(actor, project.subject),
        registered_at=now(),
    )
    db.session.add(document)
    db.session.flush()
    return document


def papers_of_kind(project: Project, *kinds: DocumentKind) -> list[ProjectDocument]:
    """The registered papers of these kinds, the newest first."""
    return list(
        db.session.scalars(
            sa.select(ProjectDocument)
            .where(ProjectDocument.project_id == project.id, ProjectDocument.kind.in_(kinds))
            .order_by(ProjectDocument.id.desc())
            .options(joinedload(ProjectDocument.file))
        )
    )


def check_registrar(actor: Actor, project: Project) -> list[DocumentKind]:
    """Refuses who may register nothing here (403), and a project that has ended (409)."""
    allowed = _may_register(actor, project)
    if not allowed:
        what = _("您不能为该项目登记材料。")
        raise NotAllowed(Problem(what, remedy=_("材料由项目单位、主管部门和监督方各自登记。")))
    if project.state in ENDED:
        what = _("项目%(state)s，不再登记材料。", state=project.state.label)
        raise WrongState(Problem(what, remedy=_("已登记的材料仍可查看。")))
    return allowed


def _check_kind(actor: Actor, project: Project, kind: DocumentKind) -> None:
    allowed = check_registrar(actor, project)
    if kind not in allowed:
        named = _("、").join(str(one.label) for one in allowed)
        what = _("“%(kind)s”不由您的机构登记。", kind=kind.label)
        raise Refused(Problem(what, remedy=_("您可以登记：%(kinds)s。", kinds=named), place="kind"))


def _problems(facts: DocumentFacts, upload: FileStorage | None) -> list[Problem]:
    found = []
    if facts.kind in NUMBERED and not facts.number:
        what = _("“%(kind)s”须写明编号。", kind=facts.kind.label)
        found.append(Problem(what, remedy=_("请填写材料上的编号或文号。"), place="number"))
    if facts.issued_on is None:
        found.append(Problem(_("没有填写出具日期。"), remedy=_("请填写材料上的日期。"), place="issued_on"))
    elif facts.issued_on > today():
        found.append(Problem(_("出具日期晚于今天。"), remedy=_("请核对材料上的日期。"), place="issued_on"))
    if upload is None:
        found.append(Problem(_("没有选择文件。"), remedy=_("请上传材料的扫描件或电子文件。"), place="file"))
    return found


def _kept(actor: Actor, project: Project, facts: DocumentFacts, upload: FileStorage) -> EvidenceFile:
    """The file as evidence; one file may hold several papers, but shows each of them once."""
    present = present_file(project, upload)
    if present is None:
        return attach(actor, project.subject, upload, str(facts.kind.label))
    same = sa.select(ProjectDocument.id).where(
        ProjectDocument.project_id == project.id,
        ProjectDocument.kind == facts.kind,
        ProjectDocument.number == facts.number,
        ProjectDocument.sha256 == present.sha256,
    )
    if db.session.scalar(same) is not None:
        what = _("同一文件已经登记为“%(kind)s”。", kind=facts.kind.label)
        raise Refused(Problem(what, remedy=_("请在下面的清单中查看；如有新版，请上传新的文件。"), place="file"))
    return present


def present_file(project: Project, upload: FileStorage) -> EvidenceFile | None:
    """The same file, when it already lies with this project."""
    content = upload.stream.read(int(current_app.config["MAX_EVIDENCE_BYTES"]) + 1)
    upload.stream.seek(0)
    return db.session.scalar(
        sa.select(EvidenceFile).where(
            EvidenceFile.subject_id == project.subject_id,
            EvidenceFile.sha256 == hashlib.sha256(content).hexdigest(),
        )
    )
