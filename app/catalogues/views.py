"""Pages of the catalogue: every kind of rule, the entries of one, one entry with its versions."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.catalogues import pages
from app.catalogues.periods import holds
from app.core.clock import today
from app.core.permissions import Permission, requires

bp = Blueprint("rules", __name__)


@bp.app_context_processor
def for_pages_of_versions() -> dict[str, Any]:
    """How long a version holds, for every page that lists the versions of a rule."""
    return {"version_holds": holds}


@bp.get("/rules")
@requires(Permission.CATALOG_READ)
def index() -> ResponseReturnValue:
    return render_template("catalogues/index.html", kinds=pages.kinds(today()))


@bp.get("/rules/<kind>")
@requires(Permission.CATALOG_READ)
def entries(kind: str) -> ResponseReturnValue:
    rows = pages.entries_of(kind, today())
    return render_template("catalogues/entries.html", label=pages.label_of(kind), kind=kind, rows=rows)


@bp.get("/rules/<kind>/<path:code>")
@requires(Permission.CATALOG_READ)
def entry(kind: str, code: str) -> ResponseReturnValue:
    return render_template(
        "catalogues/entry.html", page=pages.entry_page(kind, code, request.args.get("version", 0, type=int))
    )
