"""JSON API v1: projects in reach: where each stands, what its next steps miss, what is declared and was decided."""

from datetime import date, datetime
from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from app.api.entry import BadRequest, cursor, limit, not_listed, tagged
from app.core.canonical import canonical_json, digest_both
from app.core.permissions import Permission, requires
from app.core.web import current_actor
from app.gates.models import Decision, Obligation
from app.gates.queries import decisions_of, obligations_of, open_obligations
from app.gates.wording import about_in_words
from app.lifecycle.models import Task
from app.lifecycle.queries import deadline_of, open_tasks_of
from app.organisations.models import Region
from app.projects.content import canonical_content, content_of
from app.projects.kinds import ProjectState
from app.projects.models import Project, ProjectDocument
from app.projects.pages import next_steps
from app.projects.queries import authorities_of, client_of, documents_of, phase_of, projects_after
from app.projects.rulings import notice_of
from app.projects.steps import problems_at
from app.projects.views import this_project
from app.projects.workflow import ENDED
from app.subjects.queries import parties_of

bp = Blueprint("api_projects", __name__, url_prefix="/api/v1")
P = Permission
DAYS = ("approved_on", "build_started_on", "trial_from", "accepted_on", "operation_from", "ended_on", "taken_in_on")


@bp.get("/projects")
@requires(P.PROJECT_READ)
def projects() -> ResponseReturnValue:
    """Every project in reach, by id; `state` and `region` (with all below it) narrow them down."""
    found = projects_after(current_actor(), cursor(), limit(), filters())
    following = found[-1].id if len(found) == limit() else None
    return jsonify({"items": [listed(one) for one in found], "next_cursor": following})


def filters() -> list[Any]:
    found: list[Any] = []
    if state := request.args.get("state", ""):
        if state not in {one.value for one in ProjectState}:
            raise BadRequest(not_listed("state", ProjectState))
        found.append(Project.state == ProjectState(state))
    if region := request.args.get("region", ""):
        found.append(Region.path.contains(f"/{region[:12]}/", autoescape=True))
    return found


def listed(one: Project) -> dict[str, Any]:
    """A project in a list; a day that has not come, or an amount that is not declared, is null."""
    declared = one.current
    return {
        "code": one.code,
        "title": one.subject.title,
        "region": one.subject.region.code,
        "client": client_of(one).code,
        "authorities": [authority.code for authority in authorities_of(one)],
        "phase": phase_of(one).value,
        "state": one.state.value,
        "suspended_from": one.suspended_from.value if one.suspended_from else None,
        "estimate_fen": declared.estimate_fen,
        "design_budget_fen": declared.design_budget_fen,
        "operating_budget_fen": declared.operating_budget_fen,
        **{name: _said(getattr(one, name)) for name in DAYS},
        "href": url_for("api_projects.project", code=one.code),
    }


@bp.get("/projects/<code>")
@requires(P.PROJECT_READ)
def project(code: str) -> ResponseReturnValue:
    """One project: its declaration with digests, what each next step misses, who owes what, every decision."""
    one = this_project(code)
    declared, digest = one.current, canonical_content(one.current)[1].sha256
    document = {
        **listed(one),
        "approval_number": one.approval_number or None,
        "declaration": {
            "version": declared.number,
            "state": declared.state.value,
            "sealed_at": _said(declared.sealed_at),
            "sha256": declared.sha256 or digest,
            "sm3": declared.sm3,
            "content": content_of(declared),
        },
        "parties": [
            {"organisation": party.organisation.code, "role": party.role.value, "side": party.side.value}
            for party in parties_of(one.subject)
        ],
        "next_steps": _next_steps(one),
        "tasks": [_task(task) for task in open_tasks_of(one.subject)],
        "decisions": [_decision(made) for made in decisions_of(one.subject)],
        "obligations": [_obligation(owed) for owed in obligations_of(one.subject)],
        "open_obligations": open_obligations(one.subject),
        "documents": [_paper(paper) for paper in documents_of(one)],
    }
    # What stands against a step changes with records of other rooms, so the tag is of everything that is said.
    return tagged(document, digest_both(canonical_json(document).encode()).sha256[:32])


def _said(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _next_steps(one: Project) -> list[dict[str, Any]]:
    """Each next step with everything that stands against it now; an ended project has none."""
    if one.state in ENDED:
        return []
    return [
        {"step": step.value, "missing": [problem.as_dict() for problem in problems_at(one, step)]}
        for step in next_steps(one)
    ]


def _task(task: Task) -> dict[str, Any]:
    due = deadline_of(task)
    return {
        "act": str(task.permission),
        "item": task.item or None,
        "organisation": task.organisation.code,
        "due_on": due.due,
        "overdue": due.overdue,
        "stopped": due.stopped,
    }


def _decision(one: Decision) -> dict[str, Any]:
    return {
        "step": one.step.value,
        "round": one.round,
        "verdict": one.verdict.value,
        "reason": one.reason,
        "notice": list(notice_of(one)),
        "about": {"name": about_in_words(one.about), "sha256": one.about_digest},
        "facts_sha256": one.facts_digest,
        "decided_at": one.decided_at.isoformat(),
        "organisation": one.decider_organisation.code,
    }


def _obligation(one: Obligation) -> dict[str, Any]:
    return {
        "code": one.code,
        "text": one.text,
        "owner": one.owner.code,
        "due_on": one.owed_until.isoformat(),
        "state": one.state.value,
    }


def _paper(one: ProjectDocument) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "number": one.number or None,
        "issuer": one.issuer or None,
        "issued_on": one.issued_on.isoformat(),
        "sha256": one.sha256,
        "registered_at": one.registered_at.isoformat(),
    }
