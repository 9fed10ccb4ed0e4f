"""Pages of a declaration: the whole with what is missing, its sections and lists, its parties, and the papers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.forms import BaseForm
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.organisations.queries import organisation_by_code
from app.projects import answering, declaring
from app.projects.declaration_pages import (
    mode_choices,
    mode_of,
    organisation_choices,
    page_of,
    papers_of,
    role_choices,
    service_choices,
)
from app.projects.documents import check_registrar, register_document, registrable
from app.projects.forms import AnswersForm, BasicsForm, DeclaringForm, DocumentForm, MoneyForm, OperationForm, PartyForm
from app.projects.line_forms import ComponentForm, CostForm, DataForm, ServiceForm, TargetForm
from app.projects.models import Project
from app.projects.queries import project_in_reach
from app.projects.workflow import WORKFLOW
from app.services.queries import service_by_code, usage_choices
from app.subjects.models import PartyRole
from app.subjects.queries import party_of

bp = Blueprint("declaring", __name__)
DECLARE, READ = Permission.PROJECT_DECLARE, Permission.PROJECT_READ
AGAIN = "again"


@dataclass(frozen=True)
class Listed:
    """A list of the declaration in addresses: its attribute, its words, its form, and how its facts are read."""

    attribute: str
    new: Any
    change: Any
    form: Callable[[Any], DeclaringForm]
    facts: Callable[[Any], Any] = lambda form: form.facts()


def _service_form(line: Any) -> ServiceForm:
    return ServiceForm.of(line, service_choices(line), usage_choices())


def _service_facts(form: ServiceForm) -> Any:
    chosen = form.service.data
    return form.facts(found_or_404(service_by_code(chosen)) if chosen else None)


LISTS = {
    "costs": Listed("costs", _l("添加费用"), _l("修改费用"), CostForm.of),
    "services": Listed("services", _l("添加服务"), _l("修改服务"), _service_form, _service_facts),
    "data": Listed("data_items", _l("添加数据"), _l("修改数据"), DataForm.of),
    "components": Listed("components", _l("添加公共支撑能力"), _l("修改公共支撑能力"), ComponentForm.of),
    "targets": Listed("targets", _l("添加绩效目标"), _l("修改绩效目标"), TargetForm.of),
}
LIST_NAME = "<any(costs,services,data,components,targets):name>"
SECTIONS = {"basics": _l("基本情况"), "money": _l("投资与预算"), "operation": _l("运营与退出")}
# Where a clerk goes on after a section: the next form, or the list that stands next on the page.
NEXT = {"basics": "money", "money": "#costs", "operation": "#targets"}


def this_project(code: str) -> Project:
    """The project of the address, when the actor may see it."""
    found: Project = found_or_404(project_in_reach(current_actor(), code))
    return found


def draft(code: str) -> Project:
    """A project whose declaration is the actor's to change now."""
    project = this_project(code)
    WORKFLOW.check(current_actor(), project, DECLARE)
    return project


def to_declaration(code: str, anchor: str = "") -> ResponseReturnValue:
    return redirect(url_for("declaring.show", code=code, _anchor=anchor or None))


def form_page(project: Project, form: DeclaringForm, heading: Any, **more: Any) -> ResponseReturnValue:
    return render_template(
        "projects/section.html", project=project, form=form, heading=heading, **{"line": None, **more}
    ), form.status


@bp.get("/projects/<code>/declaration")
@requires(READ)
def show(code: str) -> ResponseReturnValue:
    asked, against = (request.args.get(name, type=int) for name in ("version", "against"))
    return declaration(code, asked, against)


def declaration(code: str, asked: int | None, against: int | None, form: AnswersForm | None = None) -> str:
    """The whole; where a notice waits for its answers, with their form, or with the one that was just refused."""
    page = page_of(current_actor(), this_project(code), asked, against)
    form = form or (AnswersForm.of(page.points) if page.may_answer else None)
    return render_template("projects/declaration.html", page=page, answers=form)


@bp.post("/projects/<code>/declaration/answers")
@requires(DECLARE)
def answer(code: str) -> ResponseReturnValue:
    """Answers to the notice of the last return, as many of them as are written by now."""
    project, form = draft(code), AnswersForm()
    if form.succeeds(lambda: answering.answer(current_actor(), project, form.texts())):
        flash(_("补正答复已保存。"), "success")
        return to_declaration(code, "answers")
    return declaration(code, None, None, form), form.status


# --- sections --------------------------------------------------------------------------------------------------------


@bp.route("/projects/<code>/declaration/<any(basics,money,operation):name>", methods=["GET", "POST"])
@requires(DECLARE)
def section(code: str, name: str) -> ResponseReturnValue:
    project = draft(code)
    form, save = SECTION_FORMS[name](project)
    if form.succeeds(save):
        flash(_("“%(section)s”已保存。", section=SECTIONS[name]), "success")
        return after_section(code, name, form.then.data == "next")
    project = draft(code)
    return form_page(
        project, form, SECTIONS[name], version=project.current.row_version, next=True, label=_("保存"), anchor=name
    )


def after_section(code: str, name: str, goes_on: bool) -> ResponseReturnValue:
    target = NEXT[name] if goes_on else f"#{name}"
    if target.startswith("#"):
        return to_declaration(code, target[1:])
    return redirect(url_for("declaring.section", code=code, name=target))


def _basics(project: Project) -> tuple[DeclaringForm, Callable[[], Any]]:
    form = BasicsForm.of(project.subject.title, project.current)
    return form, lambda: declaring.set_basics(current_actor(), project, form.facts(), form.row_version)


def _money(project: Project) -> tuple[DeclaringForm, Callable[[], Any]]:
    form = MoneyForm.of(project.current)
    return form, lambda: declaring.set_money(current_actor(), project, form.facts(), form.row_version)


def _operation(project: Project) -> tuple[DeclaringForm, Callable[[], Any]]:
    form = OperationForm.of(project.current, mode_choices())
    return form, lambda: declaring.set_operation(
        current_actor(), project, form.facts(mode_of(form.mode.data)), form.row_version
    )


SECTION_FORMS = {"basics": _basics, "money": _money, "operation": _operation}


# --- lists -----------------------------------------------------------------------------------------------------------


@bp.route(f"/projects/<code>/declaration/{LIST_NAME}/new", methods=["GET", "POST"])
@requires(DECLARE)
def add_line(code: str, name: str) -> ResponseReturnValue:
    project, listed = draft(code), LISTS[name]
    form = listed.form(None)
    if form.succeeds(lambda: declaring.add_line(current_actor(), project, listed.facts(form))):
        flash(_("已添加。"), "success")
        if form.then.data == AGAIN:
            return redirect(url_for("declaring.add_line", code=code, name=name))
        return to_declaration(code, listed.attribute)
    return form_page(draft(code), form, listed.new, again=True, label=_("添加"), anchor=listed.attribute)


def line_of(project: Project, name: str, key: int) -> Any:
    return found_or_404(next((one for one in getattr(project.current, LISTS[name].attribute) if one.id == key), None))


@bp.route(f"/projects/<code>/declaration/{LIST_NAME}/<int:key>", methods=["GET", "POST"])
@requires(DECLARE)
def edit_line(code: str, name: str, key: int) -> ResponseReturnValue:
    project, listed = draft(code), LISTS[name]
    line = line_of(project, name, key)
    form = listed.form(line)
    if form.succeeds(
        lambda: declaring.change_line(current_actor(), project, line, listed.facts(form), form.row_version)
    ):
        flash(_("已保存。"), "success")
        return to_declaration(code, listed.attribute)
    project = draft(code)
    version = line_of(project, name, key).row_version
    return form_page(project, form, listed.change, version=version, label=_("保存"), anchor=listed.attribute)


@bp.post(f"/projects/<code>/declaration/{LIST_NAME}/<int:key>/remove")
@requires(DECLARE)
def remove_line(code: str, name: str, key: int) -> ResponseReturnValue:
    project, form = draft(code), BaseForm()
    line = line_of(project, name, key)
    if form.succeeds(lambda: declaring.remove_line(current_actor(), project, line)):
        flash(_("已移除。"), "success")
    return told(form, code, LISTS[name].attribute)


def told(form: BaseForm, code: str, anchor: str) -> ResponseReturnValue:
    """Back to the declaration, with what was refused said there."""
    for problem in form.problems:
        flash(f"{problem.what}{problem.remedy}", "error")
    return to_declaration(code, anchor)


# --- parties ---------------------------------------------------------------------------------------------------------


def joinable(code: str) -> Project:
    project = this_project(code)
    declaring.PARTIES.check(current_actor(), project, DECLARE)
    return project


@bp.route("/projects/<code>/declaration/parties/new", methods=["GET", "POST"])
@requires(DECLARE)
def add_party(code: str) -> ResponseReturnValue:
    project, form = joinable(code), PartyForm()
    form.organisation.choices, form.role.choices = organisation_choices(), role_choices(project)

    def join() -> Any:
        organisation = found_or_404(organisation_by_code(form.organisation.data))
        return declaring.join_party(current_actor(), project, organisation, PartyRole(form.role.data))

    if form.succeeds(join):
        flash(_("已添加当事方。"), "success")
        return to_declaration(code, "parties")
    return form_page(joinable(code), form, _("添加当事方"), label=_("添加"), anchor="parties")


@bp.post("/projects/<code>/declaration/parties/<int:key>/remove")
@requires(DECLARE)
def remove_party(code: str, key: int) -> ResponseReturnValue:
    project, form = joinable(code), BaseForm()
    party = found_or_404(party_of(project.subject, key))
    if form.succeeds(lambda: declaring.drop_party(current_actor(), project, party)):
        flash(_("已移出当事方。"), "success")
    return told(form, code, "parties")


# --- papers ----------------------------------------------------------------------------------------------------------


@bp.get("/projects/<code>/documents")
@requires(READ)
def documents(code: str) -> ResponseReturnValue:
    project = this_project(code)
    return documents_page(project, document_form(project))


@bp.post("/projects/<code>/documents")
@requires(Permission.PROJECT_REGISTER)
def register(code: str) -> ResponseReturnValue:
    """Who may register which kind follows from his role in the project besides."""
    project = this_project(code)
    check_registrar(current_actor(), project)
    form = document_form(project)
    if form.succeeds(lambda: register_document(current_actor(), project, form.facts(), form.file.data or None)):
        flash(_("材料已登记。"), "success")
        return redirect(url_for("declaring.documents", code=code))
    return documents_page(this_project(code), form)


def document_form(project: Project) -> DocumentForm:
    return DocumentForm.of([(kind.value, kind.label) for kind in registrable(current_actor(), project)])


def documents_page(project: Project, form: DocumentForm) -> ResponseReturnValue:
    page = papers_of(current_actor(), project)
    return render_template("projects/documents.html", page=page, project=project, form=form), form.status
