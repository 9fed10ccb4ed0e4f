"""The life of a project: open, submit, withdraw, return, opine, decide, build, halt, evaluate, end."""

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.audit import act
from app.core.actors import Actor, must
from app.core.clock import now, today
from app.core.db import db, serialise
from app.core.errors import NotAllowed, Problem, Refused, Stale, WrongState
from app.core.permissions import Permission, Side
from app.gates import opinions
from app.gates.actions import Ruling
from app.gates.countersigning import make_void
from app.gates.kinds import Step, Verdict
from app.gates.models import Decision, Opinion
from app.gates.obligations import drop_open, postpone
from app.gates.opinions import OpinionFacts
from app.gates.queries import decision_workdays
from app.lifecycle.actions import drop_tasks, finish_task, go_on, open_task, stand_still
from app.negative_lists.actions import store_run
from app.negative_lists.kinds import Cause
from app.negative_lists.screening import look
from app.organisations.models import Organisation
from app.practices.choosing import chosen_entry, follow
from app.projects.approval_numbers import number_approval
from app.projects.changing import drop_change
from app.projects.content import canonical_content
from app.projects.declaring import copy_version
from app.projects.kinds import DeclarationState, DocumentKind, ProjectState
from app.projects.models import Declaration, Project, ProjectDocument
from app.projects.notices import found_missing
from app.projects.plausibility import remark_codes
from app.projects.queries import (
    authorities_of,
    competent_authority_of,
    evaluation_window,
    last_code,
    self_evaluation_of,
)
from app.projects.rulings import about_declaration, about_document, points_of, told_before
from app.projects.steps import REVIEW, alone, ask_for_next, ask_reviewers, attempt, take
from app.projects.workflow import WORKFLOW
from app.subjects.actions import add_party, open_subject, stand_for_side
from app.subjects.models import PartyRole, SubjectKind

P, S, V = Permission, ProjectState, Verdict

# --- declared --------------------------------------------------------------------------------------------------------


def open_project(actor: Actor, title: str, planned: bool = False, practice: str = "") -> Project:
    """Opens a project of the actor's organisation, under the next code of its region; its authority is party too.

    `practice` is the code of the provincial practice that it follows; empty for the national rules alone.
    """
    must(actor, P.PROJECT_DECLARE)
    client = db.session.get(Organisation, actor.organisation_id)
    if client is None or Side.MANAGEMENT not in client.sides:
        raise NotAllowed(Problem(_("只有管理方机构可以申报项目。"), remedy=_("请切换到项目单位的身份。")))
    authority, followed = _authority_of(client), chosen_entry(client.region, practice)
    code = next_code(actor, client)
    with act(actor, P.PROJECT_DECLARE, ref=f"project:{code}"):
        subject = open_subject(SubjectKind.PROJECT, code, title, client.region)
        follow(subject, followed)
        state = S.PLANNED if planned else S.DRAFT
        project = Project(code=code, subject_id=subject.id, subject=subject, state=state)
        project.versions = [Declaration(number=1)]
        db.session.add(project)
        db.session.flush()
        add_party(subject, client, PartyRole.CLIENT)
        add_party(subject, authority, PartyRole.COMPETENT_AUTHORITY)
        stand_for_side(actor, subject)
    return project


def _authority_of(client: Organisation) -> Organisation:
    found = competent_authority_of(client)
    if found is None:
        raise Refused(
            Problem(
                _("“%(region)s”没有登记主管部门，不能建立项目。", region=client.region.name),
                why=_("项目由对其区划负有主管职责的其他机构审批，项目单位不能审批自己的项目。"),
                remedy=_("请系统管理员在“机构”中为主管部门登记该区划或上级区划的主管职责。"),
            )
        )
    return found


def next_code(actor: Actor, client: Organisation) -> str:
    """The next free code of the client's region this year; whoever asks second waits for the first."""
    if actor.only_subject:
        raise NotAllowed(Problem(_("该令牌只能用于合同 %(code)s。", code=actor.only_subject)))
    stem = f"XM-{client.region.code}-{today().year}-"
    serialise(stem)
    last = last_code(stem)
    return f"{stem}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def begin(actor: Actor, project: Project) -> Project:
    """Begins the declaration of a project that was only planned."""
    alone(project)
    WORKFLOW.check(actor, project, P.PROJECT_DECLARE)
    if project.state is not S.PLANNED:
        raise WrongState(
            Problem(
                _("本项目已经开始申报，没有重复办理。"),
                why=_("现在是“%(state)s”，申报内容可以直接填写。", state=project.state.label),
                remedy=_("请在“申报内容”中继续填写。"),
                place="declaration",
            )
        )
    with act(actor, P.PROJECT_DECLARE, ref=project.ref):
        stand_for_side(actor, project.subject)
        project.state = S.DRAFT
    return project


def discard(actor: Actor, project: Project, reason: str) -> None:
    """The client gives up what it never submitted: the project ends, and what was written stays on the trail."""
    alone(project)
    WORKFLOW.check(actor, project, P.PROJECT_DISCARD, reason)
    with act(actor, P.PROJECT_DISCARD, ref=project.ref, reason=reason):
        stand_for_side(actor, project.subject)
        # What was only planned ends as a draft does: the guards know no other way.
        project.state = S.DRAFT
        db.session.flush()
        project.state, project.ended_on = S.TERMINATED, today()
        drop_open(actor, project.subject)
        drop_tasks(actor, project.subject)


def submit(actor: Actor, project: Project, seen_digest: str) -> Declaration:
    """Seals the declaration that the actor has read, and asks the authority to review and decide it in time."""
    alone(project)
    with attempt(actor, project, Step.SUBMIT):
        WORKFLOW.check(actor, project, P.PROJECT_SUBMIT)
    version = project.current
    content, digests = canonical_content(version)
    _same_content(seen_digest, digests.sha256)
    with act(actor, P.PROJECT_SUBMIT, ref=project.ref) as running:
        running.note(version=version.number, sha256=digests.sha256, sm3=digests.sm3, remarks=remark_codes(version))
        stand_for_side(actor, project.subject)
        finish_task(actor, project.subject, P.PROJECT_SUBMIT)
        store_run(actor, project.subject, look(project.subject, Step.SUBMIT), Cause.STEP)
        version.state = DeclarationState.SUBMITTED
        version.content, version.sha256, version.sm3 = content, digests.sha256, digests.sm3
        version.sealed_at, version.submitted_by = now(), actor.user_id
        # The guard on projects asks for the sealed version, so that one is written first.
        db.session.flush()
        project.state = S.SUBMITTED
        ask_reviewers(project)
    return version


def _ask_authority(project: Project, step: Step, permission: Permission) -> None:
    workdays = decision_workdays(project.subject, step)
    for authority in authorities_of(project):
        open_task(project.subject, authority.id, permission, workdays)


def _same_content(seen: str, present: str) -> None:
    if seen != present:
        raise Stale(
            Problem(
                _("申报内容在您打开页面之后已经变化，没有办理。"),
                why=_("您看到的内容摘要是 %(seen)s…，现在是 %(now)s…。", seen=seen[:12], now=present[:12]),
                remedy=_("请刷新页面，重新阅读后再办理。"),
            )
        )


def withdraw(actor: Actor, project: Project, reason: str) -> Declaration:
    """The client takes a submitted declaration back; it stays readable, a copy is the next draft."""
    alone(project)
    WORKFLOW.check(actor, project, P.PROJECT_WITHDRAW, reason)
    with act(actor, P.PROJECT_WITHDRAW, ref=project.ref, reason=reason):
        stand_for_side(actor, project.subject)
        make_void(actor, project.subject, Step.APPROVE)
        project.current.state = DeclarationState.WITHDRAWN
        db.session.flush()
        project.state = S.DRAFT
        drop_tasks(actor, project.subject, REVIEW)
        return copy_version(project)


# --- decided ---------------------------------------------------------------------------------------------------------


def return_for_change(actor: Actor, project: Project, reason: str, notice: tuple[str, ...]) -> Decision:
    """Sends a declaration back with everything that is missing, told at once; a copy is the client's next draft.

    What the system itself finds missing is always told; `notice` is what the authority adds.
    """
    alone(project)
    WORKFLOW.check(actor, project, P.PROJECT_RETURN, reason)
    ruling = Ruling(V.RETURNED, reason.strip(), points_of((*found_missing(project), *notice)))
    told = told_before(project, Step.APPROVE)
    with act(actor, P.PROJECT_RETURN, ref=project.ref, reason=reason) as running:
        if told:
            running.note(new_points=[one for one in ruling.notice if one not in told])
        decision = take(actor, project, Step.APPROVE, ruling, about_declaration(project))
        copy_version(project)
    return decision


def opine(actor: Actor, project: Project, facts: OpinionFacts, upload: FileStorage | None) -> Opinion:
    """An officer of the authority records what an expert, a department or an assessor said about the project."""
    alone(project)
    WORKFLOW.check(actor, project, P.PROJECT_OPINE)
    return opinions.opine(actor, project.subject, facts, upload, lambda: ask_reviewers(project))


def decide(actor: Actor, project: Project, ruling: Ruling, seen_digest: str, approval_number: str = "") -> Decision:
    """The authority decides on the declaration that its person has read: passed, with conditions, or refused."""
    alone(project)
    WORKFLOW.check(actor, project, P.PROJECT_DECIDE)
    _same_content(seen_digest, project.current.sha256 or "")
    _same_content(canonical_content(project.current)[1].sha256, project.current.sha256 or "")
    if ruling.verdict is V.RETURNED:
        raise Refused(Problem(_("退回补正不是审批决定。"), remedy=_("请用“退回补正”办理。"), place="verdict"))
    with act(actor, P.PROJECT_DECIDE, ref=project.ref, reason=ruling.reason) as running:
        remarks = remark_codes(project.current)
        running.note(version=project.current.number, sha256=seen_digest, verdict=ruling.verdict, remarks=remarks)
        decision = take(actor, project, Step.APPROVE, ruling, about_declaration(project))
        if ruling.verdict.lets_through:
            number_approval(project, actor.organisation_id, approval_number)
    return decision


def suspend(actor: Actor, project: Project, reason: str) -> None:
    """The authority halts a project: no step is taken until it is resumed, and its deadlines stand still."""
    alone(project)
    WORKFLOW.check(actor, project, P.PROJECT_SUSPEND, reason)
    with act(actor, P.PROJECT_SUSPEND, ref=project.ref, reason=reason):
        stand_for_side(actor, project.subject)
        stand_still(project.subject)
        project.suspended_from, project.state = project.state, S.SUSPENDED


def resume(actor: Actor, project: Project, reason: str) -> None:
    """The authority lets a halted project go on from where it stood, with the time that was left of every deadline."""
    alone(project)
    WORKFLOW.check(actor, project, P.PROJECT_RESUME, reason)
    with act(actor, P.PROJECT_RESUME, ref=project.ref, reason=reason) as running:
        stand_for_side(actor, project.subject)
        workdays = go_on(project.subject)
        postpone(project.subject, workdays)
        running.note(rested_workdays=workdays)
        project.state, project.suspended_from = project.suspended_from or S.APPROVED, None
        ask_for_next(project)


def terminate(actor: Actor, project: Project, reason: str) -> None:
    """The authority ends a project before it operates; what was owed is no longer owed, all stays readable."""
    alone(project)
    WORKFLOW.check(actor, project, P.PROJECT_TERMINATE, reason)
    with act(actor, P.PROJECT_TERMINATE, ref=project.ref, reason=reason):
        stand_for_side(actor, project.subject)
        drop_open(actor, project.subject)
        drop_change(actor, project)
        drop_tasks(actor, project.subject)
        go_on(project.subject)
        project.state, project.suspended_from, project.ended_on = S.TERMINATED, None, today()


# --- built, evaluated, ended -----------------------------------------------------------------------------------------


def start_build(actor: Actor, project: Project) -> Decision:
    """The client's signatory lets the building begin."""
    alone(project)
    with attempt(actor, project, Step.BUILD):
        WORKFLOW.check(actor, project, P.PROJECT_BUILD)
    with act(actor, P.PROJECT_BUILD, ref=project.ref):
        return take(actor, project, Step.BUILD, Ruling(V.PASSED), about_declaration(project))


def evaluate(actor: Actor, project: Project) -> ProjectDocument:
    """The client hands in its self-evaluation, which is on record by then; the authority is asked to conclude."""
    alone(project)
    WORKFLOW.check(actor, project, P.PROJECT_EVALUATE)
    document = self_evaluation_of(project)
    if document is None:
        raise Refused(
            Problem(
                _("没有本次的自评价报告。"),
                why=_("评估以登记的自评价报告为准；每次评估须有新的一份。"),
                remedy=_("请先在“材料”中登记自评价报告。"),
                place="documents",
            )
        )
    with act(actor, P.PROJECT_EVALUATE, ref=project.ref) as running:
        window = evaluation_window(project)
        running.note(document=document.number, sha256=document.sha256, due=window.last if window else None)
        stand_for_side(actor, project.subject)
        finish_task(actor, project.subject, P.PROJECT_EVALUATE)
        project.state = S.EVALUATING
        _ask_authority(project, Step.EVALUATE, P.PROJECT_CONCLUDE)
    return document


def conclude(actor: Actor, project: Project, ruling: Ruling) -> Decision:
    """The authority concludes the evaluation; the service goes on, with conditions or findings where it names them."""
    alone(project)
    WORKFLOW.check(actor, project, P.PROJECT_CONCLUDE)
    with act(actor, P.PROJECT_CONCLUDE, ref=project.ref, reason=ruling.reason):
        return take(actor, project, Step.EVALUATE, ruling, about_document(project, DocumentKind.SELF_EVALUATION))


def exit_project(actor: Actor, project: Project, reason: str) -> Decision:
    """The client's signatory ends the operation, once everything is returned and nothing runs any more."""
    alone(project)
    with attempt(actor, project, Step.EXIT):
        WORKFLOW.check(actor, project, P.PROJECT_EXIT, reason)
    with act(actor, P.PROJECT_EXIT, ref=project.ref, reason=reason):
        ruling, about = Ruling(V.PASSED, reason.strip()), about_document(project, DocumentKind.EXIT_CERTIFICATE)
        return take(actor, project, Step.EXIT, ruling, about)
