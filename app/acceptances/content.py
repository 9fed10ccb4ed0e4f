"""What a round of acceptance or a handover is concluded on, as one canonical text with two digests."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.acceptances.handover_models import Handover, HandoverEntry, HandoverItem
from app.acceptances.kinds import Stage
from app.acceptances.models import Acceptance, AcceptanceItem
from app.audit.leaves import moment_text
from app.core.canonical import Digests, canonical_json, digest_both
from app.evidence.models import EvidenceFile
from app.organisations.models import Organisation
from app.projects.kinds import DocumentKind as K
from app.projects.models import Project, ProjectDocument
from app.projects.queries import documents_of
from app.subjects.queries import parties_of

# The first form had no papers.
ACCEPTANCE_FORM = "guanyun.acceptance/2"
HANDOVER_FORM = "guanyun.handover/1"

# Papers of the project that a stage is concluded on; whether a gate lets it pass without one is the gate's to say.
PAPERS = {
    Stage.PRELIMINARY: (K.MLPS_FILING,),
    Stage.FINAL: (
        *(K.BUILD_SUMMARY, K.FINANCIAL_REPORT, K.AUDIT_REPORT, K.SECURITY_ASSESSMENT, K.ARCHIVE_ACCEPTANCE),
        K.MLPS_FILING,
    ),
}


@dataclass(frozen=True)
class Conclusion:
    """What was concluded, by whom and when."""

    outcome: str
    text: str
    person: str
    organisation: str
    at: datetime


def acceptance_content(acceptance: Acceptance, conclusion: Conclusion | None = None) -> dict[str, Any]:
    """Every item with what was submitted, said and judged, what that evidence was, and which papers there are."""
    return {
        "form": ACCEPTANCE_FORM,
        "code": acceptance.code,
        **_about(acceptance.project),
        "stage": acceptance.stage.value,
        "round": acceptance.round,
        "opened": {"by": acceptance.opener.name, "at": moment_text(acceptance.opened_at)},
        "items": [_item(one) for one in acceptance.items],
        "papers": _papers(acceptance),
        "conclusion": _conclusion(conclusion),
    }


def told(acceptance: Acceptance) -> dict[str, Any]:
    """The sealed content of a round that is concluded; of an open one how it stands."""
    if acceptance.content is None:
        return acceptance_content(acceptance)
    found: dict[str, Any] = json.loads(acceptance.content)
    return found


def handover_content(handover: Handover, conclusion: Conclusion | None = None) -> dict[str, Any]:
    """Every item with every deed on it."""
    return {
        "form": HANDOVER_FORM,
        "code": handover.code,
        **_about(handover.project),
        "opened": {"by": handover.opener.name, "at": moment_text(handover.opened_at)},
        "items": [_handed(one) for one in handover.items],
        "conclusion": _conclusion(conclusion),
    }


def sealed(content: dict[str, Any]) -> tuple[str, Digests]:
    """The canonical text and its digests."""
    text = canonical_json(content)
    return text, digest_both(text.encode())


def seen_digest(thing: Acceptance | Handover) -> str:
    """The digest of everything on the table before a conclusion is drawn, as the page shows it."""
    content = acceptance_content(thing) if isinstance(thing, Acceptance) else handover_content(thing)
    return sealed(content)[1].sha256


def _about(project: Project) -> dict[str, Any]:
    current = project.current
    return {
        "project": {"code": project.code, "title": project.subject.title},
        "declaration": {"number": current.number, "sha256": current.sha256},
        "parties": [
            {"role": one.role.value, **_organisation(one.organisation)}
            for one in sorted(parties_of(project.subject), key=lambda one: one.id)
        ],
    }


def _papers(acceptance: Acceptance) -> list[dict[str, Any]]:
    """Each paper of the stage, the newest of its kind; nothing where none is registered."""
    newest = {one.kind: one for one in reversed(documents_of(acceptance.project))}
    return [{"kind": kind.value, "registered": _paper(newest.get(kind))} for kind in PAPERS[acceptance.stage]]


def _paper(one: ProjectDocument | None) -> dict[str, Any] | None:
    if one is None:
        return None
    issued = {"number": one.number, "issuer": one.issuer, "issued_on": one.issued_on.isoformat()}
    return {**issued, "by": one.registrar.name, "evidence": _file(one.file)}


def _organisation(one: Organisation) -> dict[str, str]:
    return {"code": one.code, "name": one.name_zh}


def _conclusion(one: Conclusion | None) -> dict[str, str] | None:
    if one is None:
        return None
    return {
        "outcome": one.outcome,
        "text": one.text,
        "by": one.person,
        "organisation": one.organisation,
        "at": moment_text(one.at),
    }


def _file(file: EvidenceFile | None) -> dict[str, str] | None:
    return {"name": file.file_name, "sha256": file.sha256} if file else None


def _said(person: str, organisation: Organisation, at: datetime, file: EvidenceFile | None) -> dict[str, Any]:
    return {"by": person, "organisation": organisation.name_zh, "at": moment_text(at), "evidence": _file(file)}


def _item(item: AcceptanceItem) -> dict[str, Any]:
    numbers = {one.id: one.number for one in item.submissions}
    return {
        "number": item.number,
        "source": item.source.value,
        "requirement": item.requirement,
        "standard": item.standard,
        "deliverer": _organisation(item.deliverer),
        "submissions": [
            {"number": one.number, "text": one.text}
            | _said(one.submitter.name, one.organisation, one.submitted_at, one.file)
            for one in item.submissions
        ],
        "opinions": [
            {"number": one.number, "stance": one.stance.value, "text": one.text}
            | _said(one.giver.name, one.organisation, one.given_at, one.file)
            for one in item.opinions
        ],
        "results": [
            {
                "number": one.number,
                "outcome": one.outcome.value,
                "reason": one.reason,
                "submission": numbers.get(one.submission_id or 0),
                # What was sealed before there was this reason reads as it did.
                **({"against": one.against_reason} if one.against_reason else {}),
            }
            | _said(one.judge.name, one.organisation, one.judged_at, one.file)
            for one in item.results
        ],
    }


def _handed(item: HandoverItem) -> dict[str, Any]:
    return {
        "number": item.number,
        "class": item.category.value,
        "text": item.text,
        "deliverer": _organisation(item.deliverer),
        "receiver": _organisation(item.receiver),
        "takes_over": item.takes_over,
        "state": item.state.value,
        "entries": [_entry(one) for one in item.entries],
    }


def _entry(one: HandoverEntry) -> dict[str, Any]:
    stance = one.stance.value if one.stance else None
    said = _said(one.doer.name, one.organisation, one.done_at, one.file)
    return {"number": one.number, "deed": one.deed.value, "stance": stance, "text": one.text} | said
