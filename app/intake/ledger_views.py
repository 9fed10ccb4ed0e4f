"""Pages of importing a ledger of applications: template, a look at a file without storing it, the import."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.errors import Problem
from app.core.permissions import Permission, requires
from app.core.web import current_actor
from app.intake import ledger
from app.intake.columns import MAX_ENTRIES
from app.intake.forms import LedgerForm
from app.intake.ledger_changes import ChangedRow, changed_rows
from app.intake.ledger_rules import Judged
from app.intake.template_file import ledger_xlsx
from app.intake.views import XLSX, as_file
from app.intake.wording import explain_row
from app.services.queries import imports_of

bp = Blueprint("ledger", __name__)
IMPORT = Permission.LEDGER_IMPORT
SHOWN = 200


@dataclass(frozen=True)
class Look:
    """What a file would bring, in words; everything that is wrong or worth a look, up to a page of it."""

    judged: Judged
    file_name: str
    problems: list[Problem]
    remarks: list[Problem]
    changed: list[ChangedRow]


def _look(judged: Judged, file_name: str) -> Look:
    problems, remarks = ([explain_row(one) for one in found[:SHOWN]] for found in (judged.problems, judged.remarks))
    return Look(judged, file_name, problems, remarks, changed_rows(judged, SHOWN))


def _shown(form: LedgerForm, look: Look | None = None) -> str:
    imports = imports_of(current_actor().organisation_id)
    return render_template("intake/ledger.html", form=form, look=look, imports=imports, limit=MAX_ENTRIES)


@bp.get("/intake/ledger/template.xlsx")
@requires(IMPORT)
def template() -> ResponseReturnValue:
    return as_file(ledger_xlsx(), XLSX, "ledger.xlsx")


@bp.get("/intake/ledger")
@requires(IMPORT)
def index() -> ResponseReturnValue:
    return _shown(LedgerForm())


@bp.post("/intake/ledger/look")
@requires(IMPORT)
def look() -> ResponseReturnValue:
    """Looks at a file and stores nothing."""
    form = LedgerForm()
    found = form.attempt(lambda: ledger.look(current_actor(), form.content()))
    if found is None:
        return _shown(form), form.status
    return _shown(form, _look(found, form.file_name)), 422 if found.problems else 200


@bp.post("/intake/ledger")
@requires(IMPORT)
def take_in() -> ResponseReturnValue:
    form = LedgerForm()
    stored = form.attempt(lambda: ledger.import_ledger(current_actor(), form.file_name, form.content()))
    if stored is None:
        return _shown(form), form.status
    made, found = stored
    if made is None:
        flash(_("文件中的 %(n)s 条与台账完全相同，没有变化，未产生新记录。", n=found.unchanged), "info")
    else:
        words = {"a": made.added, "c": made.changed, "u": made.unchanged}
        flash(_("已导入：新增 %(a)s 条，变更 %(c)s 条，%(u)s 条没有变化。", **words), "success")
    return redirect(url_for("services.entries"))
