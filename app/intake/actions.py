"""Looking at a file of existing projects and contracts, taking all of it in or nothing, adding days found later."""

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _

from app.audit import act
from app.core.actors import Actor, must
from app.core.canonical import digest_both
from app.core.clock import now, today
from app.core.db import db, serialise
from app.core.errors import NotAllowed, Problem, Refused, Stale, WrongState
from app.core.formats import fmt
from app.core.permissions import Permission
from app.core.workbooks import BookFlaw
from app.evidence import store
from app.evidence.file_types import clean_name
from app.intake.cells import RowProblem, header
from app.intake.columns import OPERATION_FROM, PROJECTS
from app.intake.models import Intake, IntakePreview
from app.intake.queries import findings_of, known_days, may_take_in_for, reached_state, same_file, unknown_days
from app.intake.rules import Findings, day_flaws
from app.intake.sheet import Book, read_book
from app.intake.storing import Taking, store_contract, store_project
from app.intake.wording import explain_file, explain_row
from app.lifecycle.actions import drop_tasks, finish_task
from app.projects.models import Project
from app.projects.queries import client_of, project_in_reach
from app.projects.steps import alone, ask_for_next
from app.projects.workflow import ENDED
from app.subjects.actions import stand_for_side
from app.subjects.queries import side_of

P, TAKE_IN = Permission, Permission.PROJECT_TAKE_IN


def preview(actor: Actor, file_name: str, content: bytes) -> IntakePreview:
    """Keeps a readable file with its digest as something that was looked at; faulty rows are allowed."""
    organisation_id = _organisation_of(actor)
    book = _book(content)
    problems = findings_of(actor, book).problems
    digests = digest_both(content)
    with act(actor, TAKE_IN, ref=f"intake:{digests.sha256[:12]}") as running:
        running.note(looked_at=file_name, sha256=digests.sha256, problems=len(problems))
        store.put(content, digests.sha256)
        kept = IntakePreview(
            organisation_id=organisation_id,
            user_id=actor.user_id,
            file_name=_name(file_name),
            sha256=digests.sha256,
            sm3=digests.sm3,
            size=len(content),
            project_rows=len(book.projects),
            contract_rows=len(book.contracts),
            problem_count=len(problems),
            previewed_at=now(),
        )
        db.session.add(kept)
    return kept


def take_in(actor: Actor, file_name: str, content: bytes) -> Intake:
    """Stores every project and contract of a file in its present state, or nothing: the path of web and command line.

    Nothing is invented: what is not in the file stays unknown, and no decision, acceptance or signature is made up.
    """
    organisation_id = _organisation_of(actor)
    serialise("intake")
    book = _book(content)
    digests = digest_both(content)
    _refuse_again(digests.sha256)
    found = findings_of(actor, book)
    if found.problems:
        raise Refused([explain_row(one) for one in found.problems])
    store.put(content, digests.sha256)
    with act(actor, TAKE_IN, ref=f"intake:{digests.sha256[:12]}") as running:
        running.note(file=file_name, sha256=digests.sha256, projects=len(found.projects))
        made = Intake(
            organisation_id=organisation_id,
            user_id=actor.user_id,
            file_name=_name(file_name),
            sha256=digests.sha256,
            sm3=digests.sm3,
            size=len(content),
            project_count=len(found.projects),
            contract_count=len(found.contracts),
            taken_at=now(),
        )
        db.session.add(made)
    _store(actor, made, book, found)
    return made


def confirm(actor: Actor, kept: IntakePreview, seen_digest: str, content: bytes) -> Intake:
    """Takes in the very file whose preview the actor has read."""
    if seen_digest != kept.sha256:
        raise Stale(Problem(_("确认的不是页面上预览的文件。"), remedy=_("请重新上传并预览。")))
    return take_in(actor, kept.file_name, content)


def supplement(actor: Actor, project: Project, days: Mapping[str, date], basis: str) -> Project:
    """Adds days of the past that were not known when a project was taken in; what is known already never changes."""
    _organisation_of(actor, P.PROJECT_SUPPLEMENT)
    alone(project)
    if not may_take_in_for(actor, client_of(project)):
        raise NotAllowed(Problem(_("您不能为“%(given)s”补录日期。", given=client_of(project).name)))
    if not project.is_taken_in or project.state in ENDED:
        raise WrongState(Problem(_("只有还在办理的存量项目可以补录日期。")))
    added = {key: day for key, day in days.items() if key in unknown_days(project)}
    problems = _flaws(project, added)
    if not added or problems:
        raise Refused(problems or [Problem(_("没有填写日期。"), remedy=_("请至少补录一个日期。"))])
    with act(actor, P.PROJECT_SUPPLEMENT, ref=project.ref, reason=basis):
        if side_of(project.subject, actor.organisation_id) is not None:
            stand_for_side(actor, project.subject)
        for key, day in added.items():
            setattr(project, key, day)
        db.session.flush()
        if OPERATION_FROM in added:
            _found_out(actor, project)
        ask_for_next(project)
    return project


def _found_out(actor: Actor, project: Project) -> None:
    """Nobody owes the day of operation any more, whoever added it. Part of a running act."""
    finish_task(actor, project.subject, P.PROJECT_SUPPLEMENT)
    drop_tasks(actor, project.subject, (P.PROJECT_SUPPLEMENT,))


def _flaws(project: Project, added: Mapping[str, date]) -> list[Problem]:
    """What is wrong with days that are added, beside those that are known."""
    late = {key: day for key, day in added.items() if day > today()}
    ahead = [RowProblem(PROJECTS, 0, "future", header(PROJECTS, key), {"given": str(late[key])}) for key in late]
    return [explain_row(one) for one in (*ahead, *day_flaws(reached_state(project), {**known_days(project), **added}))]


def _store(actor: Actor, made: Intake, book: Book, found: Findings) -> None:
    typed = {(row.sheet, row.line): row.cells for row in book.rows}
    taking, projects = Taking(actor, made), dict[int, Project]()
    for facts, row in zip(found.projects, book.projects, strict=True):
        projects[facts.line] = store_project(taking, facts, typed[row.sheet, row.line])
    for drafted, row in zip(found.contracts, book.contracts, strict=True):
        line = drafted.project_line
        project = projects[line] if line is not None else project_in_reach(actor, drafted.project_code)
        if project is None:
            raise LookupError(drafted.project_code)
        store_contract(taking, drafted, project, typed[row.sheet, row.line])


def _organisation_of(actor: Actor, permission: Permission = TAKE_IN) -> int:
    must(actor, permission)
    if actor.organisation_id is None or actor.only_subject:
        raise NotAllowed(Problem(_("请以本人在机构中的身份录入。")))
    return actor.organisation_id


def _book(content: bytes) -> Book:
    try:
        return read_book(content)
    except BookFlaw as flaw:
        raise Refused(explain_file(flaw)) from flaw


def _name(file_name: str) -> str:
    return clean_name(file_name) or "intake.xlsx"


def _refuse_again(sha256: str) -> None:
    earlier = same_file(sha256)
    if earlier is not None:
        raise Refused(
            Problem(
                _("这个文件已于 %(when)s 录入。", when=fmt.moment(earlier.taken_at)),
                why=_("内容完全相同，不会重复录入。"),
                remedy=_("请在录入记录中查看；如需补充，请另做一个文件。"),
                place="file",
            )
        )
