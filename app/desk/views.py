"""The first page of every role: what waits for me."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.core.permissions import Permission, requires
from app.core.web import current_actor
from app.desk.pages import task_list, workbench

bp = Blueprint("desk", __name__)


@bp.get("/")
@requires(Permission.DESK_READ)
def home() -> ResponseReturnValue:
    actor = current_actor()
    return task_list(actor).export() or render_template("desk/home.html", page=workbench(actor))
