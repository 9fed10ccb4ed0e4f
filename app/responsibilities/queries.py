"""The lists of a project or contract, the template that they are measured by, and what is wrong with one today."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.audit.heads import first_since
from app.audit.models import TrailHead
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, parsed, said
from app.conditions.gathering import divisions_of, practice_of
from app.contracts.models import Contract
from app.core.clock import local, today
from app.core.db import db
from app.core.errors import Problem
from app.gates.wording import in_words
from app.responsibilities.duty_file import DUTY_KIND, Duty
from app.responsibilities.findings import Finding, Line, findings, nobody_operates
from app.responsibilities.homes import Holder, phases_of
from app.responsibilities.models import DutyAssignment, DutyLine, DutyList, DutyListState
from app.responsibilities.template import Member, TemplateDuty, template_for
from app.subjects.models import PartyRole, Subject
from app.subjects.queries import parties_of

S = DutyListState
# Whose signatures make a list: who manages, builds and operates.
SIGNING_ROLES = frozenset({PartyRole.CLIENT, PartyRole.OPERATOR, PartyRole.BUILDER})


# --- lists -----------------------------------------------------------------------------------------------------------


def lists_of(holder: Holder) -> list[DutyList]:
    """Every version of its list, newest first."""
    return list(
        db.session.scalars(
            sa.select(DutyList)
            .where(DutyList.subject_id == holder.subject_id)
            .order_by(DutyList.number.desc())
            .options(selectinload(DutyList.signatures))
        )
    )


def list_of(holder: Holder, number: int) -> DutyList | None:
    return db.session.scalar(
        sa.select(DutyList)
        .where(DutyList.subject_id == holder.subject_id, DutyList.number == number)
        .options(*_whole())
    )


def _newest(subject_id: int, *states: DutyListState) -> DutyList | None:
    return db.session.scalar(
        sa.select(DutyList)
        .where(DutyList.subject_id == subject_id, DutyList.state.in_(states))
        .order_by(DutyList.number.desc())
        .limit(1)
        .options(*_whole())
    )


def _whole() -> tuple[ORMOption, ...]:
    """A list with its lines, their letters and what they are taken from."""
    return (
        selectinload(DutyList.lines).selectinload(DutyLine.assignments).joinedload(DutyAssignment.organisation),
        selectinload(DutyList.lines).joinedload(DutyLine.entry),
    )


def signed_list(holder: Holder) -> DutyList | None:
    """The list that is in force: the newest one signed by all."""
    return _newest(holder.subject_id, S.SIGNED)


def open_list(holder: Holder) -> DutyList | None:
    """The list that is being drafted or signed."""
    return _newest(holder.subject_id, S.DRAFT, S.SIGNING)


def line_of(duty_list: DutyList, key: int) -> DutyLine | None:
    return next((line for line in duty_list.lines if line.id == key), None)


def signing_organisations(subject: Subject) -> list[int]:
    """The organisations that sign a list: client, operators and builders."""
    return sorted({party.organisation_id for party in parties_of(subject) if party.role in SIGNING_ROLES})


# --- what a list is measured by --------------------------------------------------------------------------------------


def members_of(subject: Subject) -> list[Member]:
    """Each organisation of a subject once, in the order in which they joined."""
    found: dict[int, Member] = {}
    for party in parties_of(subject):
        key, before = party.organisation_id, found.get(party.organisation_id)
        roles = (before.roles if before else frozenset()) | {party.role.value}
        found[key] = Member(key, party.organisation.name, party.side.value, roles)
    return list(found.values())


def template_entries(holder: Holder, on: date) -> list[tuple[CatalogueEntry, TemplateDuty]]:
    """The duties of the template that it has with its parties of today, by the rules in force on a day."""
    known = {entry.code: (entry, _template_duty(entry)) for entry in all_current(DUTY_KIND, on)}
    duties = [duty for _entry, duty in known.values()]
    subject = holder.subject
    members, practice = members_of(subject), practice_of(subject)
    chosen = template_for(duties, divisions_of(subject), phases_of(holder), members, practice)
    return [known[duty.code] for duty in chosen]


def _template_duty(entry: CatalogueEntry) -> TemplateDuty:
    duty: Duty = parsed(entry)
    head = duty.head
    phase, bearer, text = duty.phase.value, duty.bearer.value, in_words(head.name)
    return TemplateDuty(head.code, phase, bearer, text, head.jurisdiction, head.overlays, head.practice, head.status)


# --- findings --------------------------------------------------------------------------------------------------------


def findings_of(duty_list: DutyList) -> tuple[Finding, ...]:
    """What is wrong with a list, against the parties of today.

    A sealed list is measured by the rules of the day it was sealed: a rule that came later asks for an amendment when
    one is drafted, it does not make a signed list wrong.
    """
    holder = duty_list.holder
    day = local(duty_list.sealed_at).date() if duty_list.sealed_at else today()
    template = [duty for _entry, duty in template_entries(holder, day)]
    members = members_of(holder.subject)
    found = findings([judged(line) for line in duty_list.lines], members, template)
    return (*nobody_operates(members, isinstance(holder, Contract)), *found)


def problems_of(duty_list: DutyList) -> list[Problem]:
    """Every finding that blocks signing, as problems with the way to the line."""
    return [_as_problem(one) for one in findings_of(duty_list) if one.blocking]


def _as_problem(finding: Finding) -> Problem:
    place = f"line-{finding.lines[0]}" if finding.lines else ""
    return Problem(
        said(finding.what),
        why=said(finding.why),
        remedy=said(finding.remedy),
        place=place,
        href=f"#{place}" if place else "",
    )


def judged(line: DutyLine) -> Line:
    """A line as it is judged, with its text in the reader's language."""
    duty: Duty | None = parsed(line.entry) if line.entry else None
    return Line(
        number=line.line,
        code=line.entry.code if line.entry else "",
        bearer=line.bearer.value,
        text=in_words(duty.head.name) if duty else line.text,
        letters=tuple((key, letter.value) for key, letter in line.letters.items()),
        deadline=line.deadline,
        basis=line.basis,
        evidence=line.evidence.value if line.evidence else "",
        evidence_words=line.evidence_words,
        left_out=line.is_left_out,
        by_law=duty is not None and duty.head.status.is_law,
    )


def covering_head(duty_list: DutyList) -> TrailHead | None:
    """The tree head that first covered the list's last signature; printed on its documents."""
    moments = [one.signed_at for one in duty_list.signatures]
    return first_since(max(moments)) if moments else None
