"""Pages of 移交: everything that is handed over, one item with its forms, the conclusion, the list on paper."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.acceptances import forms, handing_over, handover_pages, pages, queries
from app.acceptances.documents import handover_docx, handover_pdf
from app.acceptances.handover_models import Handover, HandoverItem
from app.acceptances.views import WORD, overview, this_project
from app.core.actors import Actor
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.gates.kinds import Stance

bp = Blueprint("handovers", __name__)
P = Permission


def this_handover(code: str) -> Handover:
    found: Handover = found_or_404(queries.handover_of(this_project(code)))
    return found


def this_thing(code: str, item: int) -> HandoverItem:
    found: HandoverItem = found_or_404(queries.handed_item_of(this_handover(code), item))
    return found


def to_handover(code: str) -> ResponseReturnValue:
    return redirect(url_for("handovers.of_project", code=code))


@bp.post("/projects/<code>/handover/open")
@requires(P.HANDOVER_OPEN)
def open_handover(code: str) -> ResponseReturnValue:
    form = forms.EmptyForm()
    if form.succeeds(lambda: handing_over.open_handover(current_actor(), this_project(code))):
        flash(_("移交已开始，已通知各方。"), "success")
        return to_handover(code)
    return overview(code, form), form.status


@bp.get("/projects/<code>/handover")
@requires(P.ACCEPTANCE_READ)
def of_project(code: str) -> ResponseReturnValue:
    return shown(code)


def shown(code: str, form: Any = None) -> str:
    handover = this_handover(code)
    page = handover_pages.handover_page(current_actor(), handover.project, handover)
    ending = form if isinstance(form, forms.HandoverConcludeForm) else forms.HandoverConcludeForm(formdata=None)
    return render_template("acceptances/handover.html", page=page, project=page.project, form=form, ending=ending)


@bp.post("/projects/<code>/handover/conclude")
@requires(P.HANDOVER_CONCLUDE)
def conclude(code: str) -> ResponseReturnValue:
    form, handover = forms.HandoverConcludeForm(), this_handover(code)
    text, seen = form.reason.data or "", form.digest.data or ""
    if form.succeeds(lambda: handing_over.conclude_handover(current_actor(), handover, text, seen)):
        flash(_("移交完成，项目自今日起投入运营。"), "success")
        return redirect(url_for("acceptances.of_project", code=code))
    return shown(code, form), form.status


@bp.get("/projects/<code>/handover.<kind>")
@requires(P.ACCEPTANCE_READ)
def document(code: str, kind: str) -> Response:
    """The list of a concluded handover: `pdf` or `docx`."""
    handover = this_handover(code)
    make, media = found_or_404({"pdf": (handover_pdf, "application/pdf"), "docx": (handover_docx, WORD)}.get(kind))
    found_or_404(handover.content)
    response = Response(make(handover), mimetype=media)
    response.headers.set("Content-Disposition", "attachment", filename=f"{handover.code}.{kind}")
    return response


# --- items -----------------------------------------------------------------------------------------------------------


@bp.route("/projects/<code>/handover/items/new", methods=["GET", "POST"])
@requires(P.HANDOVER_OPEN)
def new_item(code: str) -> ResponseReturnValue:
    return settled(code, this_handover(code), None)


@bp.route("/projects/<code>/handover/items/<int:item>/edit", methods=["GET", "POST"])
@requires(P.HANDOVER_OPEN)
def edit_item(code: str, item: int) -> ResponseReturnValue:
    return settled(code, this_handover(code), this_thing(code, item))


def settled(code: str, handover: Handover, item: HandoverItem | None) -> ResponseReturnValue:
    form = forms.ThingForm.of(pages.deliverer_choices(handover.project), item)
    if form.succeeds(lambda: handing_over.set_item(current_actor(), handover, item, form.facts())):
        flash(_("移交事项已保存。"), "success")
        return to_handover(code)
    again = this_handover(code)
    return render_template("acceptances/thing_form.html", form=form, handover=again, project=again.project), form.status


@bp.post("/projects/<code>/handover/items/<int:item>/remove")
@requires(P.HANDOVER_OPEN)
def remove_item(code: str, item: int) -> ResponseReturnValue:
    form, found = forms.RemoveForm(), this_thing(code, item)
    if form.succeeds(lambda: handing_over.remove_item(current_actor(), found.handover, found, form.reason.data or "")):
        flash(_("移交事项已删除。"), "success")
        return to_handover(code)
    return shown(code, form), form.status


@bp.get("/projects/<code>/handover/items/<int:item>")
@requires(P.ACCEPTANCE_READ)
def one_item(code: str, item: int) -> ResponseReturnValue:
    return item_shown(code, item)


FORMS = (
    ("deliver", forms.DeliverForm),
    ("receive", forms.ReceiveForm),
    ("send_back", forms.SendBackForm),
    ("witness", forms.WitnessForm),
)


def item_shown(code: str, item: int, sent: Any = None) -> str:
    found = this_thing(code, item)
    page = handover_pages.thing_page(current_actor(), found.handover.project, found.handover, found)
    listed: dict[str, Any] = {}
    for name, kind in FORMS:
        form: Any = sent if isinstance(sent, kind) else kind(formdata=None)
        if isinstance(form, forms.EvidenceForm):
            form.existing.choices = pages.file_choices(page.files)
        listed[name] = form
    return render_template("acceptances/thing.html", page=page, project=page.project, form=sent, **listed)


def done(
    code: str, item: int, form: Any, said: str, action: Callable[[Actor, HandoverItem], Any]
) -> ResponseReturnValue:
    """One deed on an item from its page; a refusal shows the page with the problems on top."""
    found = this_thing(code, item)
    if form.succeeds(lambda: action(current_actor(), found)):
        flash(said, "success")
        return to_handover(code)
    return item_shown(code, item, form), form.status


@bp.post("/projects/<code>/handover/items/<int:item>/deliver")
@requires(P.HANDOVER_DELIVER)
def deliver(code: str, item: int) -> ResponseReturnValue:
    form = forms.DeliverForm()
    said = _("第 %(n)s 项已提交，等待项目单位接收。", n=item)
    return done(code, item, form, said, lambda a, i: handing_over.deliver(a, i, form.text.data or "", form.material))


@bp.post("/projects/<code>/handover/items/<int:item>/receive")
@requires(P.HANDOVER_RECEIVE)
def receive(code: str, item: int) -> ResponseReturnValue:
    form = forms.ReceiveForm()
    said = _("第 %(n)s 项已接收。", n=item)
    return done(code, item, form, said, lambda a, i: handing_over.receive(a, i, form.text.data or "", form.material))


@bp.post("/projects/<code>/handover/items/<int:item>/send-back")
@requires(P.HANDOVER_RECEIVE)
def send_back(code: str, item: int) -> ResponseReturnValue:
    form = forms.SendBackForm()
    said = _("第 %(n)s 项已退回，等待重新提交。", n=item)
    return done(code, item, form, said, lambda a, i: handing_over.send_back(a, i, form.reason.data or ""))


@bp.post("/projects/<code>/handover/items/<int:item>/take-over")
@requires(P.HANDOVER_TAKE_OVER)
def take_over(code: str, item: int) -> ResponseReturnValue:
    form = forms.ReceiveForm()
    said = _("第 %(n)s 项已接管。", n=item)
    return done(code, item, form, said, lambda a, i: handing_over.take_over(a, i, form.text.data or "", form.material))


@bp.post("/projects/<code>/handover/items/<int:item>/witness")
@requires(P.HANDOVER_WITNESS)
def witness(code: str, item: int) -> ResponseReturnValue:
    form = forms.WitnessForm()
    said, text = _("第 %(n)s 项的监交意见已登记。", n=item), form.text.data or ""
    return done(
        code, item, form, said, lambda a, i: handing_over.witness(a, i, Stance(form.stance.data), text, form.material)
    )
