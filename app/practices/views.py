"""Pages of provincial practices: all of them, one with its versions, and all side by side."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.core.permissions import Permission, requires
from app.practices import pages

bp = Blueprint("practices", __name__)


@bp.app_context_processor
def for_rooms_above() -> dict[str, Callable[..., Any]]:
    """What the pages of a project or contract need to name the practice that it follows."""
    return {"practice_name": pages.name_of}


@bp.get("/practices")
@requires(Permission.CATALOG_READ)
def index() -> ResponseReturnValue:
    return render_template("practices/index.html", pages=pages.catalogue())


@bp.get("/practices/compare")
@requires(Permission.CATALOG_READ)
def compare() -> ResponseReturnValue:
    return render_template("practices/compare.html", compared=pages.comparison())


@bp.get("/practices/<code>")
@requires(Permission.CATALOG_READ)
def detail(code: str) -> ResponseReturnValue:
    return render_template("practices/detail.html", page=pages.page_of(code, request.args.get("version", 0, type=int)))
