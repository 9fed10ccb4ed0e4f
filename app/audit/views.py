"""Pages of the trail, for the audit administrator."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.audit import queries
from app.core.actors import must
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404

bp = Blueprint("audit", __name__)


@bp.get("/audit")
@requires(Permission.AUDIT_READ)
def index() -> ResponseReturnValue:
    listing = queries.trail_list()
    if request.args.get("export"):
        must(current_actor(), Permission.AUDIT_EXPORT)
    return listing.export() or render_template("audit/index.html", listing=listing.load(), state=queries.trail_state())


@bp.get("/audit/<int:seq>")
@requires(Permission.AUDIT_READ)
def detail(seq: int) -> ResponseReturnValue:
    entry = found_or_404(queries.entry_by_seq(seq))
    state = queries.trail_state()
    covered = state.head is not None and entry.seq <= state.head.size
    proofs = queries.proofs_of(entry, state.head) if covered and state.head and request.args.get("proof") else []
    return render_template(
        "audit/detail.html", page=queries.leaf_page(entry), state=state, covered=covered, proofs=proofs,
        act=queries.act_label(entry.verb),
    )  # fmt: skip
