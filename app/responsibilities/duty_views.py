"""Pages of the duties of the catalogue, each on its own."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.catalogues.queries import current
from app.core.clock import today
from app.core.permissions import Permission, requires
from app.core.web import current_actor
from app.responsibilities.duty_file import DUTY_KIND
from app.responsibilities.duty_pages import catalogue, general_page

bp = Blueprint("duties", __name__)
READ = Permission.DUTY_READ


@bp.get("/duties")
@requires(READ)
def index() -> ResponseReturnValue:
    return render_template("responsibilities/catalogue.html", phases=catalogue())


@bp.get("/duties/<code>")
@requires(READ)
def detail(code: str) -> ResponseReturnValue:
    page = general_page(current_actor(), current(DUTY_KIND, code, today()))
    return render_template("responsibilities/duty.html", page=page)
