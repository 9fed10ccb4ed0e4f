"""Pages of contracts: the list, one contract in tabs, its acts and its printed form."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.contracts import actions, drawing
from app.contracts.documents import contract_docx, contract_pdf, paper_for
from app.contracts.forms import DigestForm, FileForm, OpenForm, ReasonForm
from app.contracts.models import Contract
from app.contracts.pages import TABS, page_of
from app.contracts.queries import contract_in_reach, contracts_list, covering_head
from app.core.actors import Actor
from app.core.forms import BaseForm
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.practices.pages import practice_options
from app.procurement.queries import procurement_of
from app.projects.queries import project_in_reach

bp = Blueprint("contracts", __name__)
P = Permission


def this_contract(code: str) -> Contract:
    """The contract of the address, when the actor may see it."""
    found: Contract = found_or_404(contract_in_reach(current_actor(), code))
    return found


def back_to(code: str, tab: str = "") -> Response:
    return redirect(url_for("contracts.detail", code=code, tab=tab or None))  # type: ignore[return-value]


@bp.get("/contracts")
@requires(P.CONTRACT_READ)
def index() -> ResponseReturnValue:
    listing = contracts_list(current_actor())
    return listing.export() or render_template("contracts/index.html", listing=listing.load())


@bp.route("/contracts/new", methods=["GET", "POST"])
@requires(P.CONTRACT_DRAFT)
def new() -> ResponseReturnValue:
    form = OpenForm()
    form.practice.choices = practice_options(current_actor())
    title, practice = form.title.data or "", form.practice.data or ""
    contract = form.attempt(lambda: actions.open_contract(current_actor(), title, practice))
    if contract is not None:
        flash(_("已建立合同草稿 %(code)s。", code=contract.code), "success")
        return redirect(url_for("drafting.terms", code=contract.code))
    return render_template("contracts/new.html", form=form), form.status


@bp.post("/projects/<code>/procurement/<int:number>/draw")
@requires(P.CONTRACT_DRAFT)
def draw(code: str, number: int) -> ResponseReturnValue:
    project = found_or_404(project_in_reach(current_actor(), code))
    procurement, form = found_or_404(procurement_of(project, number)), BaseForm()
    contract = form.attempt(lambda: drawing.draw(current_actor(), procurement))
    if contract is not None:
        flash(_("已起草合同 %(code)s，请补齐付款、扣减和服务水平。", code=contract.code), "success")
        return redirect(url_for("contracts.detail", code=contract.code))
    for problem in form.problems:
        flash(_(" ").join(str(part) for part in (problem.what, problem.why, problem.remedy) if part), "error")
    return redirect(url_for("procurement.detail", code=code, number=number))


@bp.get("/contracts/<code>")
@requires(P.CONTRACT_READ)
def detail(code: str) -> ResponseReturnValue:
    tab = request.args.get("tab", TABS[0])
    page = page_of(current_actor(), this_contract(code), tab if tab in TABS else TABS[0])
    return render_template("contracts/detail.html", page=page, form=None)


def decide(code: str, form: Any, done: str, action: Callable[[Actor, Contract], Any]) -> ResponseReturnValue:
    """One act on a contract from a form; a refusal shows the contract's page with the problems on top."""
    contract = this_contract(code)
    if form.succeeds(lambda: action(current_actor(), contract)):
        flash(done, "success")
        return back_to(code)
    page = page_of(current_actor(), this_contract(code), request.args.get("tab", TABS[0]))
    return render_template("contracts/detail.html", page=page, form=form), form.status


@bp.post("/contracts/<code>/submit")
@requires(P.CONTRACT_SUBMIT)
def submit(code: str) -> ResponseReturnValue:
    form = DigestForm()
    return decide(
        code, form, _("已提交会签，并通知各当事方。"), lambda a, c: actions.submit(a, c, form.digest.data or "")
    )


@bp.post("/contracts/<code>/sign")
@requires(P.CONTRACT_SIGN)
def sign(code: str) -> ResponseReturnValue:
    form = DigestForm()
    done = _("已核对确认。") if this_contract(code).current.is_existing else _("已签署。")
    return decide(code, form, done, lambda a, c: actions.sign(a, c, form.digest.data or ""))


@bp.post("/contracts/<code>/return")
@requires(P.CONTRACT_RETURN)
def return_for_change(code: str) -> ResponseReturnValue:
    form = ReasonForm()
    done = _("已退回修改，原版本和理由均已留存。")
    return decide(code, form, done, lambda a, c: actions.return_for_change(a, c, form.reason.data or ""))


@bp.post("/contracts/<code>/void")
@requires(P.CONTRACT_VOID)
def void(code: str) -> ResponseReturnValue:
    form = ReasonForm()
    return decide(code, form, _("合同已作废。"), lambda a, c: actions.void(a, c, form.reason.data or ""))


@bp.post("/contracts/<code>/propose-termination")
@requires(P.CONTRACT_PROPOSE_TERMINATION)
def propose_termination(code: str) -> ResponseReturnValue:
    form = ReasonForm()
    done = _("已提出终止，等待对方答复。")
    return decide(code, form, done, lambda a, c: actions.propose_termination(a, c, form.reason.data or ""))


@bp.post("/contracts/<code>/agree-termination")
@requires(P.CONTRACT_AGREE_TERMINATION)
def agree_termination(code: str) -> ResponseReturnValue:
    form = ReasonForm()
    return decide(code, form, _("合同已终止。"), lambda a, c: actions.agree_termination(a, c, form.reason.data or ""))


@bp.post("/contracts/<code>/refuse-termination")
@requires(P.CONTRACT_REFUSE_TERMINATION)
def refuse_termination(code: str) -> ResponseReturnValue:
    form = ReasonForm()
    done = _("已答复不同意，合同继续履行。")
    return decide(code, form, done, lambda a, c: actions.refuse_termination(a, c, form.reason.data or ""))


@bp.post("/contracts/<code>/files")
@requires(P.CONTRACT_ATTACH)
def attach(code: str) -> ResponseReturnValue:
    form = FileForm()
    return decide(
        code, form, _("附件已上传。"), lambda a, c: actions.attach_file(a, c, form.file.data, form.purpose.data or "")
    )


@bp.get("/contracts/<code>/versions/<int:number>.<kind>")
@requires(P.CONTRACT_READ)
def document(code: str, number: int, kind: str) -> Response:
    """One version on paper: `pdf` or `docx`."""
    contract = this_contract(code)
    version = found_or_404(next((one for one in contract.versions if one.number == number), None))
    make, media = found_or_404(
        {
            "pdf": (contract_pdf, "application/pdf"),
            "docx": (contract_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        }.get(kind)
    )
    response = Response(make(paper_for(version, covering_head(version))), mimetype=media)
    response.headers.set("Content-Disposition", "attachment", filename=f"{code}-v{number}.{kind}")
    return response
