"""What the pages of responsibility lists show: the matrix by phase, findings, signatures, versions, differences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from app.catalogues.queries import all_current, parsed, said
from app.contracts.models import Contract
from app.core.actors import Actor
from app.core.clock import today
from app.core.permissions import Permission
from app.gates.kinds import Phase
from app.gates.wording import in_words, source_tag
from app.lifecycle.queries import deadline_of, open_tasks_of, who_may
from app.lifecycle.workflow import Offer
from app.organisations.models import Organisation
from app.responsibilities.content import canonical_content
from app.responsibilities.duty_file import Duty
from app.responsibilities.findings import Finding
from app.responsibilities.homes import Holder, going_on, is_client, rests
from app.responsibilities.models import DutyLine, DutyList, DutyListState, DutySignature, Letter
from app.responsibilities.queries import (
    findings_of,
    list_of,
    lists_of,
    members_of,
    open_list,
    signed_list,
    signing_organisations,
)
from app.responsibilities.template import PHASES
from app.responsibilities.wording import BEARERS, EVIDENCE, FINDING_KINDS
from app.responsibilities.workflow import AMENDING, WORKFLOW
from app.subjects.models import PARTY_SIDES, PartyRole
from app.subjects.queries import names_by_id

P, S = Permission, DutyListState
Typed = Mapping[int, Mapping[int, Letter | None]]


@dataclass(frozen=True)
class Column:
    """An organisation of the matrix; one that has left stays until nobody names it any more."""

    key: int
    name: str
    roles: tuple[str, ...]
    side: str
    has_left: bool


@dataclass(frozen=True)
class Row:
    """One duty with its letters in the order of the columns."""

    line: DutyLine
    code: str
    text: str
    bearer: str
    basis: str
    source: tuple[str, str]
    deadline: str
    evidence: str
    indicators: list[tuple[str, str]]
    letters: list[str]
    findings: list[tuple[Any, bool]]


@dataclass(frozen=True)
class FindingLine:
    """A finding in words, with the row it leads to."""

    what: str
    why: str
    remedy: str
    href: str


@dataclass(frozen=True)
class FindingGroup:
    """Findings of one kind."""

    label: Any
    blocking: bool
    lines: list[FindingLine]


@dataclass(frozen=True)
class Page:
    """Everything templates/responsibilities/show.html reads."""

    holder: Holder
    shown: DutyList | None
    versions: list[DutyList]
    may_start: bool
    amended: DutyList | None = None
    offers: dict[str, Offer] = field(default_factory=dict)
    amending: Offer | None = None
    columns: list[Column] = field(default_factory=list)
    phases: list[tuple[Phase, list[Row]]] = field(default_factory=list)
    left_out: list[Row] = field(default_factory=list)
    findings: list[FindingGroup] = field(default_factory=list)
    blocking: int = 0
    notes: int = 0
    digest: str = ""
    signing: list[tuple[str, DutySignature | None]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    # The signed list of the project from which that of a contract begins.
    source: DutyList | None = None

    @property
    def rests(self) -> bool:
        return rests(self.holder)

    @property
    def may_draft(self) -> bool:
        return self.may(P.DUTY_DRAFT.value)

    def may(self, act: str) -> bool:
        """Whether the act is the reader's, and possible now."""
        return act in self.offers and self.offers[act].possible

    @property
    def duties(self) -> int:
        return sum(len(rows) for _phase, rows in self.phases)


def page_of(actor: Actor, holder: Holder, shown: DutyList | None = None, typed: Typed | None = None) -> Page:
    """The list that is worked on, else the one in force, else the newest; or the one that is asked for."""
    versions = lists_of(holder)
    one = (
        shown or open_list(holder) or signed_list(holder) or (list_of(holder, versions[0].number) if versions else None)
    )
    if one is None:
        return Page(holder, None, [], _may_start(actor, holder), source=_source_of(holder))
    found = findings_of(one) if one.state in {S.DRAFT, S.SIGNING, S.SIGNED} else ()
    columns = _columns(one)
    rows = _rows(one, columns, found, typed or {})
    return Page(
        holder=holder,
        shown=one,
        versions=versions,
        may_start=False,
        amended=next((other for other in versions if other.id == one.amends_id), None),
        offers={offer.transition.act.value: offer for offer in WORKFLOW.offers(actor, one)},
        amending=next(iter(AMENDING.offers(actor, one)), None),
        columns=columns,
        phases=_by_phase(row for row in rows if not row.line.is_left_out),
        left_out=[row for row in rows if row.line.is_left_out],
        findings=_groups(found),
        blocking=sum(finding.blocking for finding in found),
        notes=sum(not finding.blocking for finding in found),
        digest=one.sha256 or canonical_content(one)[1].sha256,
        signing=_signing(one),
        tasks=_tasks(holder),
        source=one.based_on,
    )


def _may_start(actor: Actor, holder: Holder) -> bool:
    return actor.may(P.DUTY_DRAFT) and is_client(actor, holder) and not going_on(holder)


def _source_of(holder: Holder) -> DutyList | None:
    """The signed list of its project, from which that of a contract would begin."""
    project = holder.project if isinstance(holder, Contract) else None
    return signed_list(project) if project is not None else None


def _columns(duty_list: DutyList) -> list[Column]:
    subject = duty_list.holder.subject
    members = {member.key: member for member in members_of(subject)}
    named = {one.organisation_id: one.organisation for line in duty_list.lines for one in line.assignments}
    order = list(PartyRole)
    listed = sorted(members.values(), key=lambda one: min(order.index(PartyRole(role)) for role in one.roles))
    columns = [Column(one.key, one.name, _roles(one.roles), str(_side(one.roles)), False) for one in listed]
    return [*columns, *(_stranger(org) for key, org in sorted(named.items()) if key not in members)]


def _roles(roles: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(role.label) for role in sorted((PartyRole(role) for role in roles), key=list(PartyRole).index))


def _side(roles: Iterable[str]) -> Any:
    return PARTY_SIDES[PartyRole(next(iter(roles)))].label


def _stranger(organisation: Organisation) -> Column:
    return Column(organisation.id, organisation.name, (str(_("已不是当事方")),), "", True)


# --- rows ------------------------------------------------------------------------------------------------------------


def _rows(duty_list: DutyList, columns: list[Column], found: Iterable[Finding], typed: Typed) -> list[Row]:
    names = indicator_names()
    notes: dict[int, list[tuple[Any, bool]]] = {}
    for finding in found:
        for number in finding.lines:
            notes.setdefault(number, []).append((FINDING_KINDS[finding.kind], finding.blocking))
    return [_row(line, columns, notes.get(line.line, []), typed.get(line.id, {}), names) for line in duty_list.lines]


def _row(
    line: DutyLine,
    columns: list[Column],
    notes: list[tuple[Any, bool]],
    typed: Mapping[int, Letter | None],
    names: Mapping[str, str],
) -> Row:
    duty: Duty | None = parsed(line.entry) if line.entry else None
    letters = {**line.letters, **typed}
    shown = [letters.get(column.key) for column in columns]
    return Row(
        line=line,
        code=line.entry.code if line.entry else "",
        text=in_words(duty.head.name) if duty else line.text,
        bearer=str(BEARERS[line.bearer]),
        basis=duty.head.citation if duty else line.basis,
        source=source_tag(duty.head.status) if duty else ("", ""),
        deadline=deadline_in_words(line, duty),
        evidence=evidence_in_words(line, duty),
        indicators=[(code, names.get(code, "")) for code in duty.indicators] if duty else [],
        letters=[letter.value if letter else "" for letter in shown],
        findings=notes,
    )


def deadline_in_words(line: DutyLine, duty: Duty | None) -> str:
    """As typed; where it is still the template's, in the reader's language."""
    return in_words(duty.deadline) if duty and line.deadline == duty.deadline.zh else line.deadline


def evidence_in_words(line: DutyLine, duty: Duty | None) -> str:
    same = duty is not None and line.evidence_words == duty.evidence_words.zh
    words = in_words(duty.evidence_words) if duty and same else line.evidence_words
    if line.evidence is None:
        return words
    kind = EVIDENCE[line.evidence]
    return str(_("%(kind)s：%(name)s", kind=kind, name=words)) if words else str(kind)


@dataclass(frozen=True)
class LinePage:
    """Everything templates/responsibilities/line.html reads; `row` is empty for a new duty."""

    duty_list: DutyList
    row: Row | None


def line_page(duty_list: DutyList, line: DutyLine | None) -> LinePage:
    row = _row(line, _columns(duty_list), [], {}, indicator_names()) if line else None
    return LinePage(duty_list, row)


def indicator_names() -> dict[str, str]:
    return {entry.code: in_words(parsed(entry).name) for entry in all_current("indicator", today())}


def _by_phase(rows: Iterable[Row]) -> list[tuple[Phase, list[Row]]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.line.phase.value, []).append(row)
    return [(Phase(phase), groups[phase]) for phase in PHASES if phase in groups]


# --- findings, signatures, tasks -------------------------------------------------------------------------------------


def _groups(found: Iterable[Finding]) -> list[FindingGroup]:
    by_kind: dict[str, list[Finding]] = {}
    for finding in found:
        by_kind.setdefault(finding.kind, []).append(finding)
    return [
        FindingGroup(label, by_kind[kind][0].blocking, [_finding_line(one) for one in by_kind[kind]])
        for kind, label in FINDING_KINDS.items()
        if kind in by_kind
    ]


def _finding_line(finding: Finding) -> FindingLine:
    href = f"#line-{finding.lines[0]}" if finding.lines else ""
    return FindingLine(said(finding.what), said(finding.why), said(finding.remedy), href)


def _signing(duty_list: DutyList) -> list[tuple[str, DutySignature | None]]:
    """Who signs, and who has; of a list that is done, who did."""
    if duty_list.state is S.DRAFT:
        return []
    given = {one.organisation_id: one for one in duty_list.signatures}
    wanted = signing_organisations(duty_list.holder.subject) if duty_list.state is S.SIGNING else []
    keys = [*given, *(key for key in wanted if key not in given)]
    names = names_by_id(keys)
    return [(names[key], given.get(key)) for key in keys]


def _tasks(holder: Holder) -> list[dict[str, Any]]:
    return [
        {
            "act": Permission(task.permission).label,
            "organisation": task.organisation.name,
            "who": who_may(task),
            "deadline": deadline_of(task),
        }
        for task in open_tasks_of(holder.subject)
        if task.permission in {P.DUTY_DRAFT, P.DUTY_SIGN}
    ]
