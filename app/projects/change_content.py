"""The content of a change: what is submitted, signed and decided on, as one canonical text with its digest."""

from typing import Any

from app.core.canonical import Digests, canonical_json, digest_both
from app.projects.change_models import ProjectChange

FORM = "guanyun.project_change/1"


def content_of(change: ProjectChange) -> dict[str, Any]:
    """Everything that is changed, and what that comes to with all changes before it."""
    return {
        "form": FORM,
        "project": change.project.code,
        "number": change.number,
        "version": change.declaration.number,
        "version_sha256": change.declaration.sha256,
        "basis": change.basis,
        "scope_kept": change.scope_kept,
        "scope": change.scope,
        "new_until": change.new_until.isoformat() if change.new_until else None,
        "new_person": change.new_person,
        "reason": change.reason,
        "evidence": change.sha256,
        "costs": [
            {"line": one.line, "category": one.category, "name": one.name, "delta_fen": one.delta_fen}
            for one in change.costs
        ],
        "approved_fen": change.approved_fen,
        "moved_fen": change.moved_fen,
        "net_fen": change.net_fen,
        "earlier_fen": change.earlier_fen,
        "earlier_net_fen": change.earlier_net_fen,
        "days": change.days,
        "route": change.route,
    }


def canonical_change(change: ProjectChange) -> tuple[str, Digests]:
    """The canonical text of a change and its digests."""
    text = canonical_json(content_of(change))
    return text, digest_both(text.encode())
