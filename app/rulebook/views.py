"""Pages of rules edited on the web: drafts, the editor with its live check, review and publishing."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.clock import today
from app.core.errors import NotFound
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.rulebook import actions, drafting, editor, looking, pages, queries
from app.rulebook.fields import EDITABLE, fields_of
from app.rulebook.file_form import as_file
from app.rulebook.forms import DraftForm, PublishForm, ReasonForm, ReviewForm, StartForm, draft_form
from app.rulebook.models import DraftState, RuleDraft
from app.rulebook.replaying import replay_draft
from app.rulebook.workflow import by_author

bp = Blueprint("rulebook", __name__)
P = Permission


@bp.app_context_processor
def for_pages_of_rules() -> dict[str, Any]:
    """Which kinds of rule can be changed here, for the pages on which they are read."""
    return {"editable_kinds": EDITABLE}


# The acts of the editor's buttons that write nothing: they show what was typed again, with something added.
ROW = re.compile(r"[\w.]{1,80}\.\d{1,4}")
LOOKING = frozenset({"check", "insert", "pick"})


def this_draft(code: str) -> RuleDraft:
    found: RuleDraft = found_or_404(queries.draft_by_code(code))
    return found


@bp.get("/rulebook")
@requires(P.RULE_READ)
def index() -> ResponseReturnValue:
    page = pages.index_page(current_actor())
    return page.listing.export() or render_template("rulebook/index.html", page=page)


@bp.route("/rulebook/new", methods=["GET", "POST"])
@requires(P.RULE_DRAFT)
def new() -> ResponseReturnValue:
    kind, code = request.args.get("kind", ""), request.args.get("code", "")
    if kind not in EDITABLE:
        raise NotFound
    base = found_or_404(queries.newest_version(kind, code)) if code else None
    form, local = StartForm(), request.form.get("local") == "1"
    made = form.attempt(lambda: drafting.start(current_actor(), kind, code, local))
    if made is not None:
        flash(_("已建立草稿 %(code)s，可以随时保存。", code=made.code), "success")
        return redirect(url_for("rulebook.edit", code=made.code))
    page = pages.new_page(current_actor(), kind, base)
    return render_template("rulebook/new.html", page=page, form=form), form.status


# --- one draft -------------------------------------------------------------------------------------------------------


def shown(code: str, form: Any = None) -> str:
    """The draft with the form that was sent and not accepted, and the others empty."""
    page = pages.draft_page(current_actor(), this_draft(code))
    begins = max(today() + timedelta(days=1), page.draft.base.valid_from if page.draft.base else date.min)
    return render_template(
        "rulebook/detail.html",
        page=page,
        form=form,
        reviewing=form if isinstance(form, ReviewForm) else ReviewForm(formdata=None),
        publishing=form if isinstance(form, PublishForm) else PublishForm(formdata=None, data={"valid_from": begins}),
    )


@bp.get("/rulebook/<code>")
@requires(P.RULE_READ)
def detail(code: str) -> ResponseReturnValue:
    return shown(code)


@bp.get("/rulebook/<code>/file")
@requires(P.RULE_READ)
def file(code: str) -> ResponseReturnValue:
    draft = this_draft(code)
    text = as_file(draft.kind, queries.content_of_draft(draft), [field.key for field in fields_of(draft.kind)])
    page = pages.draft_page(current_actor(), draft)
    return render_template("rulebook/file.html", page=page, text=text)


def act_on(code: str, form: Any, done: str, action: Callable[[RuleDraft], Any]) -> ResponseReturnValue:
    """One act on a draft from a form; a refusal shows the page with the problems on top."""
    found = this_draft(code)
    if form.succeeds(lambda: action(found)):
        flash(done, "success")
        return redirect(url_for("rulebook.detail", code=code))
    return shown(code, form), form.status


@bp.post("/rulebook/<code>/submit")
@requires(P.RULE_DRAFT)
def submit(code: str) -> ResponseReturnValue:
    done = _("已提交，等待另一人复核。")
    return act_on(code, StartForm(), done, lambda draft: actions.submit(current_actor(), draft))


@bp.post("/rulebook/<code>/take-back")
@requires(P.RULE_DRAFT)
def take_back(code: str) -> ResponseReturnValue:
    done = _("已取回，可以继续修改；修改后须重新提交。")
    return act_on(code, StartForm(), done, lambda draft: actions.take_back(current_actor(), draft))


@bp.post("/rulebook/<code>/withdraw")
@requires(P.RULE_DRAFT)
def withdraw(code: str) -> ResponseReturnValue:
    done = _("已撤回草稿，内容仍可查看。")
    return act_on(code, StartForm(), done, lambda draft: actions.withdraw(current_actor(), draft))


@bp.post("/rulebook/<code>/rebase")
@requires(P.RULE_DRAFT)
def rebase(code: str) -> ResponseReturnValue:
    form, found = StartForm(), this_draft(code)
    torn = form.attempt(lambda: drafting.rebase(current_actor(), found))
    if torn is None:
        return shown(code, form), form.status
    flash(_("已改为依据最新版本，请核对后重新提交。"), "success")
    if torn:
        words = _("、").join(pages.key_word(found.kind, key) for key in torn)
        flash(_("两版都修改过的项目保留了您的写法，请逐项核对：%(fields)s", fields=words), "warning")
    return redirect(url_for("rulebook.edit", code=code))


@bp.post("/rulebook/<code>/replay")
@requires(P.RULE_REPLAY)
def replay(code: str) -> ResponseReturnValue:
    done = _("已对现有项目和合同回放。")
    return act_on(code, StartForm(), done, lambda draft: replay_draft(current_actor(), draft))


@bp.post("/rulebook/<code>/return")
@requires(P.RULE_REVIEW)
def send_back(code: str) -> ResponseReturnValue:
    form, done = ReasonForm(), _("已退回起草人修改。")
    return act_on(code, form, done, lambda one: actions.send_back(current_actor(), one, form.reason.data or ""))


@bp.post("/rulebook/<code>/review")
@requires(P.RULE_REVIEW)
def review(code: str) -> ResponseReturnValue:
    form, done = ReviewForm(), _("已复核，等待发布。")
    seen = str(form.seen.data or "")
    return act_on(code, form, done, lambda one: actions.review(current_actor(), one, seen, form.note.data or ""))


@bp.post("/rulebook/<code>/publish")
@requires(P.RULE_PUBLISH)
def publish(code: str) -> ResponseReturnValue:
    form, done = PublishForm(), _("已发布为新版本，从生效日起适用，有关核查随后重新运行。")
    seen = str(form.seen.data or "")

    def published(draft: RuleDraft) -> Any:
        return actions.publish(current_actor(), draft, form.valid_from.day() or date.min, seen)

    return act_on(code, form, done, published)


# --- the editor ------------------------------------------------------------------------------------------------------


@bp.route("/rulebook/<code>/edit", methods=["GET", "POST"])
@requires(P.RULE_DRAFT)
def edit(code: str) -> ResponseReturnValue:
    draft = this_draft(code)
    if draft.state is not DraftState.DRAFT or not by_author(current_actor(), draft):
        return redirect(url_for("rulebook.detail", code=code))
    deed, form = request.form.get("do", ""), draft_form(draft)
    if deed in LOOKING:
        return looked(draft, form, deed)
    if form.succeeds(lambda: written(draft, form, deed)):
        return after(code, deed)
    return editing(this_draft(code), form), form.status


def written(draft: RuleDraft, form: DraftForm, deed: str) -> RuleDraft:
    """Saves what was typed; with `add:inputs` or `drop:inputs.2` also a row more or less."""
    actor, values, reason = current_actor(), form.typed, form.reason.data or ""
    act, _colon, place = deed.partition(":")
    if act == "add":
        return drafting.add_row(actor, draft, values, reason, place, form.row_version)
    if act == "drop" and ROW.fullmatch(place):
        return drafting.drop_row(actor, draft, values, reason, place, form.row_version)
    saved = drafting.save(actor, draft, values, reason, form.row_version)
    return actions.submit(actor, saved) if deed == "submit" else saved


def after(code: str, deed: str) -> ResponseReturnValue:
    if deed == "submit":
        flash(_("已提交，等待另一人复核。"), "success")
    elif deed == "done":
        flash(_("已保存草稿。"), "success")
    if deed in ("submit", "done"):
        return redirect(url_for("rulebook.detail", code=code))
    if not deed.startswith(("add:", "drop:")):
        flash(_("已保存草稿，可以继续修改。"), "success")
    anchor = deed.partition(":")[2] or None
    subject = request.form.get("subject", "").strip()[:80] or None
    return redirect(url_for("rulebook.edit", code=code, subject=subject, _anchor=anchor))


def looked(draft: RuleDraft, form: DraftForm, deed: str) -> ResponseReturnValue:
    """The form as it was typed with every condition judged, and (`insert`) one piece more; nothing is stored."""
    place = request.form.get("pick.place", "")
    picked = chosen_piece(request.form)
    if deed == "insert" and picked and picked.piece and place in form:
        form[place].data = looking.with_piece(str(form[place].data or ""), picked.piece)
    return editing(draft, form)


def editing(draft: RuleDraft, form: DraftForm) -> str:
    content = drafting.typed(draft, form.typed) if request.method == "POST" else queries.content_of_draft(draft)
    subject = request.values.get("subject", "").strip()[:80]
    page = editor.edit_page(current_actor(), draft, form, content, subject, chosen_piece(request.values))
    return render_template("rulebook/edit.html", page=page, form=form)


def chosen_piece(given: Any) -> looking.Picked | None:
    """The field of the picker with its operator and value."""
    name, key, value = (given.get(f"pick.{part}", "")[:400] for part in ("fact", "operator", "value"))
    return looking.picked(name, key, value)


@bp.post("/rulebook/check")
@requires(P.RULE_DRAFT)
def check() -> ResponseReturnValue:
    """One condition as it is being typed: what is wrong, what it says, what it comes to. Writes nothing."""
    text = request.form.get(request.form.get("place", ""), "")
    look = looking.look(current_actor(), text, request.form.get("subject", "")[:80])
    return render_template("rulebook/_judged.html", look=look)


@bp.get("/rulebook/field")
@requires(P.RULE_DRAFT)
def field() -> ResponseReturnValue:
    """What can be asked of the field that was picked, and the piece of condition that it makes."""
    return render_template("rulebook/_picked.html", picked=chosen_piece(request.args))
