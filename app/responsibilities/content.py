"""The content of a list: what both sides sign, as one canonical text with two digests; a copy is the next draft."""

from typing import Any

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import parsed
from app.core.canonical import Digests, canonical_json, digest_both
from app.core.db import db
from app.responsibilities.models import DutyAssignment, DutyLine, DutyList
from app.subjects.models import Party, Subject
from app.subjects.queries import parties_of

FORM = "guanyun.duties/1"
LINE_FIELDS = (
    *("line", "entry_id", "phase", "bearer", "text", "basis", "deadline", "evidence", "evidence_words"),
    "left_out_reason",
)


def content_of(duty_list: DutyList) -> dict[str, Any]:
    """Everything agreed, with codes, versions and digests of the template's duties it refers to."""
    return {
        "form": FORM,
        "code": duty_list.code,
        "number": duty_list.number,
        **_about(duty_list),
        "amends": _amended(duty_list),
        "reason": duty_list.reason,
        "parties": parties_content(duty_list.holder.subject),
        "duties": [_line(line) for line in duty_list.lines if not line.is_left_out],
        "left_out": [_left_out(line) for line in duty_list.lines if line.is_left_out],
    }


def _about(duty_list: DutyList) -> dict[str, Any]:
    """The project or contract; of a contract also its project, and the list that this one begins from."""
    subject, contract = duty_list.holder.subject, duty_list.contract
    named = {"code": subject.code, "title": subject.title, "region": subject.region.code}
    if contract is None:
        return {"project": named}
    project, source = contract.project, duty_list.based_on
    return {
        "contract": {**named, "project": project.code if project else None},
        "based_on": {"code": source.code, "sha256": source.sha256} if source else None,
    }


def canonical_content(duty_list: DutyList) -> tuple[str, Digests]:
    """The canonical text of a list and its digests."""
    text = canonical_json(content_of(duty_list))
    return text, digest_both(text.encode())


def parties_content(subject: Subject) -> list[dict[str, Any]]:
    """The parties by side, role and code."""
    listed = sorted(parties_of(subject), key=lambda one: (one.side.value, one.role.value, one.organisation.code))
    return [_party(party) for party in listed]


def _amended(duty_list: DutyList) -> dict[str, Any] | None:
    if duty_list.amends_id is None:
        return None
    amended = db.session.get(DutyList, duty_list.amends_id)
    return {"code": amended.code, "sha256": amended.sha256} if amended else None


def _party(party: Party) -> dict[str, Any]:
    organisation = party.organisation
    return {
        "role": party.role.value,
        "side": party.side.value,
        "code": organisation.code,
        "name": {"zh": organisation.name_zh, "en": organisation.name_en},
        "uscc": organisation.uscc,
    }


def _line(line: DutyLine) -> dict[str, Any]:
    return {
        "line": line.line,
        "phase": line.phase.value,
        "bearer": line.bearer.value,
        "entry": _entry(line.entry),
        "text": line.text,
        "basis": line.basis,
        "deadline": line.deadline,
        "evidence": line.evidence.value if line.evidence else None,
        "evidence_words": line.evidence_words,
        "letters": {one.organisation.code: one.letter.value for one in line.assignments},
    }


def _left_out(line: DutyLine) -> dict[str, Any]:
    return {
        "line": line.line,
        "phase": line.phase.value,
        "entry": _entry(line.entry),
        "text": line.text,
        "reason": line.left_out_reason,
    }


def _entry(entry: CatalogueEntry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    head = parsed(entry).head
    return {
        "code": entry.code,
        "version": entry.version,
        "digest": entry.digest,
        "name": {"zh": head.name.zh, "en": head.name.en},
        "citation": head.citation,
        "status": head.status.value,
    }


def copy_lines(old: DutyList, members: set[int]) -> list[DutyLine]:
    """Every line of a list for its next version; letters of those who have left stay behind."""
    return [copy_line(line, members) for line in old.lines]


def copy_line(line: DutyLine, members: set[int]) -> DutyLine:
    """A duty with the letters of those who are there."""
    copied = DutyLine(**{name: getattr(line, name) for name in LINE_FIELDS})
    copied.assignments = [
        DutyAssignment(organisation_id=one.organisation_id, letter=one.letter)
        for one in line.assignments
        if one.organisation_id in members
    ]
    return copied
