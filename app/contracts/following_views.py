"""The page on which a contract's practice is read, with who is still missing under it, and changed."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, TextAreaField

from app.contracts.following import choose_practice, may_choose
from app.contracts.views import this_contract
from app.core.forms import BaseForm, text
from app.core.permissions import Permission, requires
from app.core.web import current_actor
from app.practices.pages import expected_parties, in_words, page_of, practice_options
from app.practices.queries import practice_followed

bp = Blueprint("contract_practice", __name__)
P = Permission


class PracticeForm(BaseForm):
    practice = SelectField(_l("地方模式"), default="")
    reason = TextAreaField(_l("更改的理由"), text(2000))


@bp.get("/contracts/<code>/practice")
@requires(P.CONTRACT_READ)
def show(code: str) -> ResponseReturnValue:
    return _shown(code, None)


@bp.post("/contracts/<code>/practice")
@requires(P.CONTRACT_DRAFT)
def choose(code: str) -> ResponseReturnValue:
    contract, form = this_contract(code), PracticeForm()
    form.practice.choices = practice_options(current_actor())
    wanted, reason = form.practice.data or "", form.reason.data or ""
    if form.succeeds(lambda: choose_practice(current_actor(), contract, wanted, reason)):
        flash(_("已更改地方模式，清单、闸门和权责随之更改。"), "success")
        return redirect(url_for("contract_practice.show", code=code))
    return _shown(code, form), form.status


def _shown(code: str, sent: PracticeForm | None) -> str:
    contract = this_contract(code)
    subject, practice = contract.subject, practice_followed(contract.subject)
    entry = subject.practice_entry
    form = sent or PracticeForm(data={"practice": entry.code if entry else ""})
    form.practice.choices = practice_options(current_actor())
    return render_template(
        "contracts/practice.html",
        contract=contract,
        form=form,
        page=page_of(entry.code, entry.version) if entry else None,
        expected=expected_parties(subject, practice) if practice else [],
        may_choose=may_choose(current_actor(), contract),
        in_words=in_words,
    )
