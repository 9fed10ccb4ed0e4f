"""Duties as data: the template from which a project's responsibility list is made."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.catalogues.kinds import Reference
from app.catalogues.reading import Bilingual, Head, Reader, read_head
from app.gates.kinds import Phase
from app.projects.kinds import DocumentKind

DUTY_KIND = "duty"


class Bearer(StrEnum):
    """Whose duty it is by the template."""

    MANAGER = "manager"
    AGENCY = "agency"
    FINANCE = "finance"
    BUILDER = "builder"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"


class EvidenceKind(StrEnum):
    """What shows that a duty is done: a record in this system, or a document."""

    RECORD = "record"
    DOCUMENT = "document"


@dataclass(frozen=True)
class Duty:
    """`head.name` is the duty in words; `deadline` its time rule in words; `evidence` what shows it.

    Papers of the kinds in `documents` show it too.
    """

    head: Head
    phase: Phase
    bearer: Bearer
    deadline: Bilingual
    evidence: EvidenceKind
    evidence_words: Bilingual
    indicators: tuple[str, ...]
    documents: tuple[DocumentKind, ...] = ()


def parse_duty(content: dict[str, Any]) -> Duty:
    """Reads one duty strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    listed = reader.data.get("indicators") if reader.has("indicators") else []
    duty = Duty(
        head=read_head(reader),
        phase=reader.choice("phase", Phase) or Phase.PLANNING,
        bearer=reader.choice("bearer", Bearer) or Bearer.AGENCY,
        deadline=reader.words("deadline"),
        evidence=reader.choice("evidence", EvidenceKind) or EvidenceKind.RECORD,
        evidence_words=reader.words("evidence_words"),
        indicators=tuple(str(one) for one in listed) if isinstance(listed, list) else (),
        documents=reader.choices("documents", DocumentKind) if reader.has("documents") else (),
    )
    reader.finish()
    return duty


def duty_references(duty: Duty) -> Iterator[Reference]:
    """The indicators that show how a duty is done."""
    for place, code in enumerate(duty.indicators):
        yield Reference("indicator", code, f"indicators.{place}")
