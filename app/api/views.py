"""JSON API v1: contracts, their parties and signatures, tasks, calculations."""

from typing import Any

from flask import Blueprint, Response, jsonify, url_for
from flask.typing import ResponseReturnValue

from app.api.entry import BadRequest, Member, body, chosen, cursor, expect_tag, json_body, keyed, limit, tagged
from app.api.openapi import document
from app.calendars.flaws import Flaw
from app.catalogues.queries import said
from app.contracts import actions, drafting
from app.contracts.content import canonical_content, content_of
from app.contracts.models import Contract
from app.contracts.queries import contract_in_reach, contracts_after
from app.core.db import db
from app.core.errors import Problem
from app.core.permissions import Permission, public, requires
from app.core.web import current_actor, found_or_404
from app.lifecycle.queries import tasks_after
from app.organisations.queries import organisation_by_code
from app.subjects.models import PartyRole
from app.whatif import kinds, queries
from app.whatif.gathered import each

bp = Blueprint("api", __name__, url_prefix="/api/v1")
P = Permission


def this_contract(code: str) -> Contract:
    found: Contract = found_or_404(contract_in_reach(current_actor(), code))
    return found


def digest_of(contract: Contract) -> str:
    """The digest that a submission or signature must name: of the draft as it stands, or of the sealed content."""
    sealed = contract.current.digest_sha256
    return sealed or canonical_content(contract.current)[1].sha256


def shown(contract: Contract) -> dict[str, Any]:
    """A contract as the API shows it."""
    version = contract.current
    return {
        "code": contract.code,
        "state": contract.state.value,
        "ended_on": str(contract.ended_on) if contract.ended_on else None,
        "digest_sha256": digest_of(contract),
        "digest_sm3": version.digest_sm3,
        "sealed": version.sealed_at is not None,
        "signatures": [
            {"organisation": one.organisation.code, "side": one.side.value, "at": one.signed_at.isoformat()}
            for one in version.signatures
        ],
        "content": content_of(version),
    }


def tag_of(contract: Contract) -> str:
    return f"{contract.row_version}-{digest_of(contract)[:24]}-{len(contract.current.signatures)}"


def answer(contract: Contract, status: int = 200) -> Response:
    db.session.flush()
    db.session.expire_all()
    fresh = this_contract(contract.code)
    response = tagged(shown(fresh), tag_of(fresh))
    response.status_code = status
    return response


@bp.get("/contracts")
@requires(P.CONTRACT_READ)
def contracts() -> ResponseReturnValue:
    found = contracts_after(current_actor(), cursor(), limit())
    following = found[-1].id if len(found) == limit() else None
    items = [
        {
            "code": one.code,
            "title": one.subject.title,
            "state": one.state.value,
            "href": url_for("api.contract", code=one.code),
        }
        for one in found
    ]
    return jsonify({"items": items, "next_cursor": following})


@bp.get("/contracts/<code>")
@requires(P.CONTRACT_READ)
def contract(code: str) -> ResponseReturnValue:
    found = this_contract(code)
    return tagged(shown(found), tag_of(found))


@bp.post("/contracts")
@requires(P.CONTRACT_DRAFT)
@keyed
def open_contract() -> ResponseReturnValue:
    given = body(Member("title", str))
    return answer(actions.open_contract(current_actor(), given["title"].strip()), 201)


@bp.post("/contracts/<code>/parties")
@requires(P.CONTRACT_DRAFT)
@keyed
def add_party(code: str) -> ResponseReturnValue:
    given = body(Member("organisation", str, 40), Member("role", str, 40))
    found = this_contract(code)
    expect_tag(tag_of(found))
    organisation = found_or_404(organisation_by_code(given["organisation"]))
    drafting.join_party(current_actor(), found, organisation, chosen(PartyRole, "role", given["role"]))
    return answer(found, 201)


@bp.post("/contracts/<code>/submission")
@requires(P.CONTRACT_SUBMIT)
@keyed
def submit(code: str) -> ResponseReturnValue:
    given = body(Member("digest", str, 64))
    found = this_contract(code)
    expect_tag(tag_of(found))
    actions.submit(current_actor(), found, given["digest"])
    return answer(found)


@bp.get("/tasks")
@requires(P.TASK_READ)
def tasks() -> ResponseReturnValue:
    found = tasks_after(current_actor(), cursor(), limit())
    items = [
        {
            "id": one.id,
            "act": one.permission,
            "subject": one.subject.ref,
            "organisation": one.organisation.code,
            "due_on": one.due_on.isoformat(),
            "provisional": one.provisional,
        }
        for one in found
    ]
    return jsonify({"items": items, "next_cursor": found[-1].id if len(found) == limit() else None})


@bp.post("/whatif/<kind>")
@requires(P.WHATIF_RUN)
def whatif(kind: str) -> ResponseReturnValue:
    if kind not in kinds.KINDS:
        found_or_404(None)
    try:
        return jsonify(kinds.answer(kind, json_body(), lambda flaw: flaw.say(said), rules=queries.published()))
    except Flaw as flaw:
        raise BadRequest([Problem(one.say(said), place=one.path) for one in each(flaw)]) from flaw


@bp.get("/openapi.json")
@public
def openapi() -> ResponseReturnValue:
    return jsonify(document())
