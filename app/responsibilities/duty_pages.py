"""What the pages of single duties show: where they come from, who holds them where, what shows that they are done."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import joinedload, selectinload

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, parsed, versions
from app.conditions.jurisdiction import EVERYWHERE
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.permissions import Permission
from app.evidence.models import EvidenceFile
from app.gates.kinds import Phase
from app.gates.models import Obligation
from app.gates.wording import in_words, source_in_words, source_tag
from app.projects.documents import papers_of_kind
from app.projects.models import Project
from app.responsibilities.duty_file import DUTY_KIND, Duty, EvidenceKind
from app.responsibilities.homes import Holder, home_of, project_behind
from app.responsibilities.models import DutyAssignment, DutyLine, DutyList, DutyListState, Letter
from app.responsibilities.pages import deadline_in_words, evidence_in_words, indicator_names
from app.responsibilities.queries import list_of, open_list, signed_list
from app.responsibilities.template import PHASES
from app.responsibilities.wording import BEARERS, EVIDENCE
from app.subjects.models import Subject
from app.subjects.queries import in_reach

P, S = Permission, DutyListState
SHOWN = 50
# A shorter word stands in the purpose of too many files.
SHORTEST_WORD = 3
_PARTS = re.compile(r"[、，；和及或（）()]")
# Where the records of a phase are kept.
RECORDS = {
    Phase.PLANNING: ("projects.detail", P.PROJECT_READ),
    Phase.DECLARATION: ("declaring.show", P.PROJECT_READ),
    Phase.APPROVAL: ("projects.decisions", P.PROJECT_READ),
    Phase.PROCUREMENT: ("procurement.of_project", P.PROCUREMENT_READ),
    Phase.BUILD: ("acceptances.of_project", P.ACCEPTANCE_READ),
    Phase.ACCEPTANCE: ("acceptances.of_project", P.ACCEPTANCE_READ),
    Phase.HANDOVER: ("acceptances.of_project", P.ACCEPTANCE_READ),
}
RECORDS_OF_CONTRACT = {
    Phase.OPERATION: ("figures.index", P.FIGURE_READ),
    Phase.EVALUATION: ("assessments.index", P.ASSESSMENT_READ),
}


@dataclass(frozen=True)
class DutyRow:
    """A duty in the catalogue's table."""

    code: str
    text: str
    bearer: str
    evidence: str
    source: str
    tag: tuple[str, str]
    place: str


@dataclass(frozen=True)
class Held:
    """A list that has the duty: whose it is there, or why it was left out."""

    duty_list: DutyList
    home: str
    accountable: str
    responsible: str
    left_out: str
    href: str


@dataclass(frozen=True)
class Delivered:
    """Something that shows that the duty is done: a registered paper or a file."""

    name: str
    about: str
    day: date
    href: str


@dataclass(frozen=True)
class About:
    """A duty as its catalogue entry says it."""

    entry: CatalogueEntry
    duty: Duty
    row: DutyRow
    deadline: str
    indicators: list[tuple[str, str]]
    documents: list[Any]


@dataclass(frozen=True)
class DutyPage:
    """Everything templates/responsibilities/duty.html reads; `holder` and `line` are of the list it is looked at in."""

    about: About
    held: list[Held]
    obligations: list[Obligation]
    versions: list[CatalogueEntry]
    more_held: bool = False
    holder: Holder | None = None
    home: str = ""
    duty_list: DutyList | None = None
    line: DutyLine | None = None
    deadline: str = ""
    evidence: str = ""
    letters: list[tuple[str, Letter]] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    records: str = ""


def catalogue() -> list[tuple[Phase, list[DutyRow]]]:
    """Every duty in force, by phase."""
    groups: dict[str, list[DutyRow]] = {}
    for entry in all_current(DUTY_KIND, today()):
        duty: Duty = parsed(entry)
        groups.setdefault(duty.phase.value, []).append(_row(duty))
    return [(Phase(phase), groups[phase]) for phase in PHASES if phase in groups]


def _row(duty: Duty) -> DutyRow:
    head = duty.head
    return DutyRow(
        code=head.code,
        text=in_words(head.name),
        bearer=str(BEARERS[duty.bearer]),
        evidence=f"{EVIDENCE[duty.evidence]} · {in_words(duty.evidence_words)}",
        source=source_in_words(head),
        tag=source_tag(head.status),
        place="" if head.jurisdiction == EVERYWHERE else head.jurisdiction,
    )


def _about(entry: CatalogueEntry) -> About:
    duty: Duty = parsed(entry)
    names = indicator_names()
    return About(
        entry=entry,
        duty=duty,
        row=_row(duty),
        deadline=in_words(duty.deadline),
        indicators=[(code, names.get(code, "")) for code in duty.indicators],
        documents=[kind.label for kind in duty.documents],
    )


def general_page(actor: Actor, entry: CatalogueEntry) -> DutyPage:
    """A duty of the catalogue with the lists in the actor's reach that have it."""
    held = _held(actor, entry.code)
    owed = _naming(entry.code, in_reach(actor))
    return DutyPage(_about(entry), held[:SHOWN], owed, list(versions(DUTY_KIND, entry.code)), len(held) > SHOWN)


def _held(actor: Actor, code: str) -> list[Held]:
    """The lists in force or in work that have the duty, newest first, one more than is shown."""
    rows = db.session.scalars(
        sa.select(DutyLine)
        .join(DutyList, DutyList.id == DutyLine.list_id)
        .join(Subject, Subject.id == DutyList.subject_id)
        .join(CatalogueEntry, CatalogueEntry.id == DutyLine.entry_id)
        .where(CatalogueEntry.code == code, DutyList.state.in_((S.DRAFT, S.SIGNING, S.SIGNED)), in_reach(actor))
        .order_by(DutyList.id.desc())
        .limit(SHOWN + 1)
        .options(
            selectinload(DutyLine.assignments).joinedload(DutyAssignment.organisation),
            joinedload(DutyLine.duty_list).joinedload(DutyList.project),
            joinedload(DutyLine.duty_list).joinedload(DutyList.contract),
        )
    ).all()
    return [_holding(line, code) for line in rows]


def _holding(line: DutyLine, code: str) -> Held:
    home = home_of(line.duty_list.holder)
    named = {
        letter: [one.organisation.name for one in line.assignments if one.letter is letter]
        for letter in (Letter.ACCOUNTABLE, Letter.RESPONSIBLE)
    }
    return Held(
        duty_list=line.duty_list,
        home=home,
        accountable="、".join(named[Letter.ACCOUNTABLE]),
        responsible="、".join(named[Letter.RESPONSIBLE]),
        left_out=line.left_out_reason,
        href=url_for("responsibilities.duty", home=home, code=line.duty_list.holder.code, duty=code),
    )


def _naming(code: str, where: Any) -> list[Obligation]:
    """Conditions of decisions that name the duty by its code."""
    found = db.session.scalars(
        sa.select(Obligation)
        .join(Subject, Subject.id == Obligation.subject_id)
        .where(Obligation.text.contains(code, autoescape=True), where)
        .order_by(Obligation.id.desc())
        .limit(SHOWN)
    )
    return [one for one in found if names_duty(one.text, code)]


def names_duty(text: str, code: str) -> bool:
    """Whether a text names this duty, and not only one whose code begins alike."""
    return re.search(rf"(?<![A-Za-z0-9-]){re.escape(code)}(?![0-9])", text) is not None


# --- within a list ---------------------------------------------------------------------------------------------------


def line_in_force(holder: Holder, code: str) -> DutyLine | None:
    """The duty in the list in force, else in the one in work."""
    for found in (signed_list(holder), open_list(holder)):
        whole = list_of(holder, found.number) if found is not None else None
        line = next((one for one in whole.lines if one.entry and one.entry.code == code), None) if whole else None
        if line is not None:
            return line
    return None


def page_in_list(actor: Actor, line: DutyLine) -> DutyPage:
    """A duty as one list has it: by the version of the rule that the list took, with what was delivered."""
    if line.entry is None:
        raise LookupError("a duty with a page is one of the template")
    duty_list = line.duty_list
    holder, about = duty_list.holder, _about(line.entry)
    project = project_behind(holder)
    subjects = {holder.subject_id, *([project.subject_id] if project is not None else [])}
    owed = _naming(line.entry.code, Subject.id.in_(subjects))
    return DutyPage(
        about=about,
        held=[],
        obligations=owed,
        versions=list(versions(DUTY_KIND, line.entry.code)),
        holder=holder,
        home=home_of(holder),
        duty_list=duty_list,
        line=line,
        deadline=deadline_in_words(line, about.duty),
        evidence=evidence_in_words(line, about.duty),
        letters=[(one.organisation.name, one.letter) for one in line.assignments],
        delivered=_delivered(holder, line, about.duty),
        records=_records(actor, holder, about.duty),
    )


@dataclass(frozen=True)
class OwnPage:
    """Everything templates/responsibilities/own_duty.html reads: a duty that this list has beyond the template."""

    holder: Holder
    home: str
    duty_list: DutyList
    line: DutyLine
    bearer: str
    evidence: str
    letters: list[tuple[str, Letter]]
    delivered: list[Delivered]


def own_page(line: DutyLine) -> OwnPage:
    """A duty without an entry of the catalogue: what the list itself says of it."""
    holder = line.duty_list.holder
    return OwnPage(
        holder=holder,
        home=home_of(holder),
        duty_list=line.duty_list,
        line=line,
        bearer=str(BEARERS[line.bearer]),
        evidence=evidence_in_words(line, None),
        letters=[(one.organisation.name, one.letter) for one in line.assignments],
        delivered=_delivered(holder, line, None),
    )


def _records(actor: Actor, holder: Holder, duty: Duty) -> str:
    """The page on which the records of such a duty are kept, where the evidence is a record."""
    places = RECORDS if isinstance(holder, Project) else RECORDS_OF_CONTRACT
    found = places.get(duty.phase) if duty.evidence is EvidenceKind.RECORD else None
    return url_for(found[0], code=holder.code) if found is not None and actor.may(found[1]) else ""


def _delivered(holder: Holder, line: DutyLine, duty: Duty | None) -> list[Delivered]:
    """Registered papers of the kinds that show it, and files whose purpose names what shows it."""
    files = {
        one.sha256: one
        for one in db.session.scalars(
            sa.select(EvidenceFile).where(EvidenceFile.subject_id == holder.subject_id).order_by(EvidenceFile.id.desc())
        )
    }
    kinds = duty.documents if duty is not None else ()
    papers = papers_of_kind(holder, *kinds) if isinstance(holder, Project) and kinds else []
    found = [
        Delivered(str(one.kind.label), one.number or one.issuer, one.issued_on, _file(files.get(one.sha256)))
        for one in papers
    ]
    words = {part.strip() for part in _PARTS.split(line.evidence_words) if len(part.strip()) >= SHORTEST_WORD}
    shown = {one.sha256 for one in papers}
    found += [
        Delivered(one.purpose, one.file_name, one.uploaded_at.date(), _file(one))
        for one in files.values()
        if one.sha256 not in shown and any(word in one.purpose or word in one.file_name for word in words)
    ]
    return found[:SHOWN]


def _file(file: EvidenceFile | None) -> str:
    return url_for("evidence.download", key=file.id) if file is not None else ""
