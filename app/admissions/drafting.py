"""Writing an application: opening it, certificates, statements to the questions, and enquiries about credit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.admissions.kinds import OPEN, RULE_KIND, AdmissionState, Listing, Method, ProofKind
from app.admissions.models import Admission, CreditCheck, Proof, Statement
from app.admissions.queries import last_code, rules_for
from app.admissions.rule_file import Category, Rule
from app.admissions.workflow import WORKFLOW, is_applicant, is_authority
from app.audit import act
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import current, parsed
from app.core.actors import Actor, must
from app.core.clock import now, today
from app.core.db import db, serialise
from app.core.errors import NotAllowed, NotFound, Problem, Refused, WrongState
from app.core.permissions import Permission
from app.evidence.actions import attach
from app.evidence.queries import evidence_of
from app.organisations.models import Organisation, Region
from app.subjects.actions import add_party, freeze_parties, open_subject, stand_for_side
from app.subjects.models import PartyRole, SubjectKind

P, S = Permission, AdmissionState
# Enquiries are recorded while it is decided on, and as long as it holds.
WATCHED = frozenset({S.SUBMITTED, S.ADMITTED, S.SUSPENDED})


@dataclass(frozen=True)
class File:
    """The file that shows something: one that is attached already, by its digest, or a new one."""

    sha256: str | None = None
    upload: FileStorage | None = None

    @property
    def is_given(self) -> bool:
        return bool(self.sha256) or self.upload is not None


@dataclass(frozen=True)
class ProofFacts:
    """A certificate as it is typed."""

    kind: ProofKind
    number: str
    issuer: str
    level: int | None
    people: int | None
    valid_until: date | None


@dataclass(frozen=True)
class CreditFacts:
    """What an enquiry about the company's credit found on a day."""

    listing: Listing
    checked_on: date | None
    source: str


# --- opening ---------------------------------------------------------------------------------------------------------


def open_application(actor: Actor, entry: CatalogueEntry, authority: Organisation, region: Region) -> Admission:
    """Opens an application of the actor's organisation with an authority; both are its parties at once."""
    must(actor, P.ADMISSION_APPLY)
    category: Category = parsed(entry)
    company = db.session.get(Organisation, actor.organisation_id)
    if company is None or category.side not in company.sides:
        raise NotAllowed(
            Problem(
                _("您的机构没有登记为%(side)s，不能申请这一类准入。", side=category.side.label),
                remedy=_("请选择其他类别，或由系统管理员核对机构登记。"),
            )
        )
    _refuse_second(company, entry, authority, region)
    code = _next_code(region)
    with act(actor, P.ADMISSION_APPLY, ref=f"admission:{code}") as running:
        running.note(category=entry.code, authority=authority.code)
        title = f"{company.name_zh}{category.head.name.zh}准入"
        subject = open_subject(SubjectKind.ADMISSION, code, title, region)
        add_party(subject, company, category.role)
        add_party(subject, authority, PartyRole.COMPETENT_AUTHORITY)
        freeze_parties(subject, now())
        made = Admission(
            code=code,
            subject_id=subject.id,
            organisation_id=company.id,
            role=category.role,
            category_entry_id=entry.id,
            category=entry.code,
            authority_id=authority.id,
            region_id=region.id,
        )
        db.session.add(made)
        db.session.flush()
        stand_for_side(actor, subject)
    return made


def _refuse_second(company: Organisation, entry: CatalogueEntry, authority: Organisation, region: Region) -> None:
    waiting = db.session.query(Admission).filter(
        Admission.organisation_id == company.id,
        Admission.category == entry.code,
        Admission.region_id == region.id,
        Admission.state.in_(OPEN),
    )
    found = []
    if company.id == authority.id:
        found.append(Problem(_("不能向本机构申请准入。"), place="authority"))
    for one in waiting:
        found.append(
            Problem(
                _("同一类别已有办理中的申请 %(code)s。", code=one.code),
                remedy=_("请继续办理该申请，或撤回后重新申请。"),
                place="category",
            )
        )
    if found:
        raise Refused(found)


def _next_code(region: Region) -> str:
    stem = f"ZR-{region.code}-{today().year}-"
    serialise(stem)
    last = last_code(stem)
    return f"{stem}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


# --- what the company shows ------------------------------------------------------------------------------------------


@contextmanager
def _showing(actor: Actor, admission: Admission) -> Iterator[None]:
    with act(actor, P.ADMISSION_APPLY, ref=admission.ref):
        stand_for_side(actor, admission.subject)
        yield
        db.session.flush()
    db.session.expire(admission, ["proofs", "answers"])


def add_proof(actor: Actor, admission: Admission, facts: ProofFacts, file: File) -> Proof:
    """Adds a certificate: to a draft, or to an admission that stands, when an earlier one runs out."""
    _may_show(actor, admission)
    problems = [*_proof_problems(admission, facts), *_file_problems(admission, file, needed=_("请附证书扫描件。"))]
    if problems:
        raise Refused(problems)
    with _showing(actor, admission):
        made = Proof(
            admission_id=admission.id,
            subject_id=admission.subject_id,
            kind=facts.kind,
            number=facts.number.strip(),
            issuer=facts.issuer.strip(),
            level=facts.level,
            people=facts.people,
            valid_until=facts.valid_until,
            sha256=keep_file(actor, admission, file, str(facts.kind.label)),
        )
        db.session.add(made)
    return made


def _may_show(actor: Actor, admission: Admission) -> None:
    must(actor, P.ADMISSION_APPLY)
    if not is_applicant(actor, admission):
        raise NotAllowed(Problem(_("只有申请企业可以登记证书。"), remedy=_("如您也在该机构任职，请先切换身份。")))
    if admission.state not in {S.DRAFT, S.ADMITTED, S.SUSPENDED}:
        raise WrongState(
            Problem(
                _("现在是“%(state)s”，不能登记证书。", state=admission.state.label),
                remedy=_("审查中的申请退回补正后可以补充；已结束的请重新申请。"),
            )
        )


def _proof_problems(admission: Admission, facts: ProofFacts) -> Iterator[Problem]:
    if facts.valid_until is not None and facts.valid_until < today():
        yield Problem(_("证书已经过期。"), remedy=_("请登记有效的证书。"), place="valid_until")
    if facts.kind.counts_people and not facts.people:
        yield Problem(_("请填写持证人数。"), place="people")
    if not facts.kind.counts_people and facts.people is not None:
        yield Problem(_("企业证书不填写人数。"), remedy=_("请清空人数，或选择人员证书。"), place="people")
    if facts.kind is ProofKind.MLPS_FILING and facts.level is None:
        yield Problem(_("请填写等级保护级别。"), place="level")
    if facts.level is not None and not 1 <= facts.level <= 5:
        yield Problem(_("级别须在 1 至 5 之间。"), place="level")
    if any(one.kind is facts.kind and one.number == facts.number.strip() for one in admission.proofs):
        yield Problem(_("这份证书已经登记。"), place="number")


def remove_proof(actor: Actor, admission: Admission, proof: Proof) -> None:
    """Takes a certificate out of a draft; what was submitted before stays readable as it was."""
    WORKFLOW.check(actor, admission, P.ADMISSION_APPLY)
    with _showing(actor, admission):
        db.session.delete(proof)


def say(actor: Actor, admission: Admission, rule_code: str, text: str, file: File) -> Statement:
    """What the company says to a question, with evidence; a later word replaces an earlier one until submission."""
    WORKFLOW.check(actor, admission, P.ADMISSION_APPLY)
    _asked(admission, rule_code)
    problems = _file_problems(admission, file)
    if not text.strip():
        problems.append(Problem(_("请填写说明。"), place="text"))
    if problems:
        raise Refused(problems)
    found = next((one for one in admission.answers if one.rule_code == rule_code), None)
    with _showing(actor, admission):
        entry = current(RULE_KIND, rule_code, today())
        made = found or Statement(admission_id=admission.id, subject_id=admission.subject_id, rule_code=rule_code)
        made.rule_entry_id, made.text = entry.id, text.strip()
        if file.is_given:
            made.sha256 = keep_file(actor, admission, file, rule_code)
        db.session.add(made)
    return made


def _asked(admission: Admission, code: str) -> Rule:
    """The condition that asks; what is no question of this application does not exist."""
    found = next((one for one in rules_for(admission) if one.head.code == code), None)
    if found is None or found.method is not Method.PERSON:
        raise NotFound
    return found


# --- credit ----------------------------------------------------------------------------------------------------------


def record_credit(actor: Actor, admission: Admission, facts: CreditFacts, file: File) -> CreditCheck:
    """Records an enquiry: the company in its draft, the authority's officer at any time while it matters."""
    permission = _may_record(actor, admission)
    problems = _file_problems(admission, file, needed=_("请附查询结果。"))
    if facts.checked_on is None or facts.checked_on > today():
        problems.append(Problem(_("请填写查询日期，不能晚于今天。"), place="checked_on"))
    if problems or facts.checked_on is None:
        raise Refused(problems)
    with act(actor, permission, ref=admission.ref) as running:
        running.note(listing=facts.listing.value, checked_on=facts.checked_on)
        side = stand_for_side(actor, admission.subject)
        made = CreditCheck(
            admission_id=admission.id,
            subject_id=admission.subject_id,
            organisation_id=admission.organisation_id,
            listing=facts.listing,
            checked_on=facts.checked_on,
            source=facts.source.strip(),
            sha256=keep_file(actor, admission, file, _("信用查询结果")),
            side=side,
            recorded_by=actor.user_id,
            recorded_at=now(),
        )
        db.session.add(made)
        db.session.flush()
    return made


def _may_record(actor: Actor, admission: Admission) -> Permission:
    """By whose permission; of a stranger none."""
    if is_authority(actor, admission):
        must(actor, P.ADMISSION_REVIEW)
        if admission.state not in WATCHED:
            raise WrongState(Problem(_("现在是“%(state)s”，不能登记信用查询。", state=admission.state.label)))
        return P.ADMISSION_REVIEW
    WORKFLOW.check(actor, admission, P.ADMISSION_APPLY)
    return P.ADMISSION_APPLY


def may_record_credit(actor: Actor, admission: Admission) -> bool:
    """Whether the actor could record an enquiry now, for the company or for the authority."""
    if is_authority(actor, admission):
        return actor.may(P.ADMISSION_REVIEW) and admission.state in WATCHED
    return is_applicant(actor, admission) and actor.may(P.ADMISSION_APPLY) and admission.state is S.DRAFT


# --- files -----------------------------------------------------------------------------------------------------------


def _file_problems(admission: Admission, file: File, needed: str = "") -> list[Problem]:
    """A chosen file is one of this admission's; where one is needed, there is one."""
    if file.upload is None and file.sha256:
        known = any(one.sha256 == file.sha256 for one in evidence_of(admission.subject))
        return [] if known else [Problem(_("所选文件不是本申请的附件。"), remedy=_("请重新选择。"), place="file")]
    return [] if file.is_given or not needed else [Problem(needed, place="upload")]


def keep_file(actor: Actor, admission: Admission, file: File, purpose: str) -> str | None:
    """The digest of the file, kept now when it is new. Needs a running act."""
    if file.upload is None:
        return file.sha256 or None
    try:
        return attach(actor, admission.subject, file.upload, purpose).sha256
    except Refused as refusal:
        raise Refused([replace(one, place="upload") for one in refusal.problems]) from refusal
