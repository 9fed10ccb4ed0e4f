"""Page of the working calendar: one year at a glance."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.calendars.queries import year_page
from app.core.clock import today
from app.core.permissions import Permission, requires

bp = Blueprint("calendars", __name__)


@bp.get("/calendars")
@requires(Permission.CALENDAR_READ)
def index() -> ResponseReturnValue:
    return render_template("calendars/index.html", page=year_page(request.args.get("year", "")), today=today())
