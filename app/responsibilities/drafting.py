"""Changing a draft: letters, own duties, what is left out, what the template adds. A sealed list refuses it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from app.audit import act
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import parsed
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db, serialise
from app.core.errors import Problem, Refused, Stale
from app.core.locking import expect_version
from app.core.permissions import Permission
from app.gates.kinds import Phase
from app.responsibilities.content import canonical_content, copy_line
from app.responsibilities.duty_file import Bearer, Duty, EvidenceKind
from app.responsibilities.homes import Holder, phases_of
from app.responsibilities.models import DutyAssignment, DutyLine, DutyList, Letter
from app.responsibilities.queries import list_of, members_of, template_entries
from app.responsibilities.template import holders, joining_letters, letters_for
from app.responsibilities.workflow import WORKFLOW
from app.subjects.actions import stand_for_side

DRAFT = Permission.DUTY_DRAFT
# The letters of a line by organisation; None takes a letter away.
Letters = Mapping[int, Letter | None]


@dataclass(frozen=True)
class DutyFacts:
    """A duty as it is typed. Of a duty of the template only deadline and evidence can be changed."""

    phase: Phase
    bearer: Bearer
    text: str
    basis: str
    deadline: str
    evidence: EvidenceKind | None
    evidence_words: str


@dataclass(frozen=True)
class Filled:
    """How many duties and letters the template added."""

    lines: int
    letters: int


def alone(holder: Holder) -> None:
    """One change at a time: waits for whoever is at it, then reads the list as that one left it."""
    serialise(f"duties:{holder.code}")
    db.session.flush()
    db.session.expire_all()


def read_again(duty_list: DutyList) -> None:
    """One change at a time to a list, which is read anew with all its lines at once."""
    holder = duty_list.holder
    alone(holder)
    list_of(holder, duty_list.number)


def same_content(duty_list: DutyList, seen: str) -> None:
    """Refuses to go on from an older reading of a list (two people, two tabs)."""
    _content, digests = canonical_content(duty_list)
    # A sealed list is also read again as it stands: its tables must still say what was sealed.
    if {seen, duty_list.sha256 or seen} != {digests.sha256}:
        raise Stale(
            Problem(
                _("清单内容在您打开页面之后已经变化，没有办理。"),
                why=_("您看到的内容摘要是 %(seen)s…，现在是 %(now)s…。", seen=seen[:12], now=digests.sha256[:12]),
                remedy=_("请刷新页面，重新阅读后再办理。"),
            )
        )


def _begin(actor: Actor, duty_list: DutyList) -> None:
    read_again(duty_list)
    WORKFLOW.check(actor, duty_list, DRAFT)


# --- letters ---------------------------------------------------------------------------------------------------------


def set_letter(actor: Actor, line: DutyLine, organisation_id: int, letter: Letter | None) -> None:
    """One cell of the matrix."""
    duty_list = line.duty_list
    _begin(actor, duty_list)
    _write_letters(actor, duty_list, {line.id: {organisation_id: letter}})


def set_letters(actor: Actor, duty_list: DutyList, cells: Mapping[int, Letters], seen_digest: str) -> int:
    """The whole matrix as it was posted, by line and organisation; returns how many cells changed."""
    _begin(actor, duty_list)
    same_content(duty_list, seen_digest)
    return _write_letters(actor, duty_list, cells)


def _write_letters(actor: Actor, duty_list: DutyList, cells: Mapping[int, Letters]) -> int:
    changes = _changes(duty_list, cells)
    if not changes:
        return 0
    holder = duty_list.holder
    with act(actor, DRAFT, ref=holder.ref) as running:
        running.note(duty_list=duty_list.code, cells=len(changes))
        stand_for_side(actor, holder.subject)
        for line, organisation_id, letter in changes:
            _write_letter(line, organisation_id, letter)
        db.session.flush()
    return len(changes)


def _changes(duty_list: DutyList, cells: Mapping[int, Letters]) -> list[tuple[DutyLine, int, Letter | None]]:
    """The cells that differ from what stands; a letter for somebody who is no party is refused."""
    members = {member.key for member in members_of(duty_list.holder.subject)}
    lines = {line.id: line for line in duty_list.lines}
    found, problems = [], []
    for key, letters in cells.items():
        line = lines.get(key)
        if line is None:
            problems.append(Problem(_("清单中已没有这一项，没有保存。"), remedy=_("请刷新页面。")))
            continue
        present = line.letters
        changed = [(line, org, letter) for org, letter in letters.items() if present.get(org) is not letter]
        found += changed
        if any(letter is not None and org not in members for _line, org, letter in changed):
            problems.append(
                Problem(
                    _("第 %(n)s 项：只有当事方才能承担权责。", n=line.line),
                    remedy=_("请先把该机构加入为当事方。"),
                    place=f"line-{line.line}",
                )
            )
    if problems:
        raise Refused(problems)
    return found


def _write_letter(line: DutyLine, organisation_id: int, letter: Letter | None) -> None:
    present = next((one for one in line.assignments if one.organisation_id == organisation_id), None)
    if letter is None and present is not None:
        line.assignments.remove(present)
    elif present is not None and letter is not None:
        present.letter = letter
    elif letter is not None:
        line.assignments.append(DutyAssignment(organisation_id=organisation_id, letter=letter))


# --- duties ----------------------------------------------------------------------------------------------------------


def add_own_duty(actor: Actor, duty_list: DutyList, facts: DutyFacts) -> DutyLine:
    """A duty that the template does not have; letters are given in the matrix."""
    _begin(actor, duty_list)
    with act(actor, DRAFT, ref=duty_list.holder.ref) as running:
        stand_for_side(actor, duty_list.holder.subject)
        line = DutyLine(line=_next_line(duty_list), phase=facts.phase, bearer=facts.bearer, text=facts.text)
        _write_line(line, facts)
        duty_list.lines.append(line)
        db.session.flush()
        running.note(duty_list=duty_list.code, line=line.line)
    return line


def change_line(actor: Actor, line: DutyLine, facts: DutyFacts, seen: int | None) -> None:
    """Deadline and evidence of any duty; words, phase and bearer of the project's own."""
    _begin(actor, line.duty_list)
    expect_version(line, seen)
    with act(actor, DRAFT, ref=line.duty_list.holder.ref) as running:
        running.note(duty_list=line.duty_list.code, line=line.line)
        stand_for_side(actor, line.duty_list.holder.subject)
        _write_line(line, facts)


def _write_line(line: DutyLine, facts: DutyFacts) -> None:
    line.deadline, line.evidence, line.evidence_words = facts.deadline, facts.evidence, facts.evidence_words
    if line.entry_id is None:
        line.phase, line.bearer, line.text, line.basis = facts.phase, facts.bearer, facts.text, facts.basis


def drop_line(actor: Actor, line: DutyLine) -> None:
    """Takes a duty of the project's own out of the draft."""
    duty_list = line.duty_list
    _begin(actor, duty_list)
    if line.entry_id is not None:
        raise Refused(
            Problem(
                _("第 %(n)s 项是模板事项，不能删除。", n=line.line),
                why=_("模板事项不适用时须留下理由，供对方和监督方查看。"),
                remedy=_("请办理“删减”并写明理由。"),
            )
        )
    with act(actor, DRAFT, ref=duty_list.holder.ref) as running:
        running.note(duty_list=duty_list.code, dropped=line.text)
        stand_for_side(actor, duty_list.holder.subject)
        duty_list.lines.remove(line)
        db.session.flush()


def leave_out(actor: Actor, line: DutyLine, reason: str) -> None:
    """Leaves a duty of the template out, for a reason that everybody can read; its letters are kept for later."""
    _begin(actor, line.duty_list)
    reason = reason.strip()
    if not reason:
        raise Refused(Problem(_("请写明理由。"), remedy=_("填写理由后再提交。"), place="reason"))
    if line.entry_id is None:
        raise Refused(
            Problem(_("第 %(n)s 项是自定事项，不需要删减理由。", n=line.line), remedy=_("不需要时请直接删除。"))
        )
    _set_left_out(actor, line, reason)


def take_back(actor: Actor, line: DutyLine) -> None:
    """Puts a duty that was left out back into the list."""
    _begin(actor, line.duty_list)
    _set_left_out(actor, line, "")


def _set_left_out(actor: Actor, line: DutyLine, reason: str) -> None:
    with act(actor, DRAFT, ref=line.duty_list.holder.ref, reason=reason) as running:
        running.note(duty_list=line.duty_list.code, line=line.line)
        stand_for_side(actor, line.duty_list.holder.subject)
        line.left_out_reason = reason


# --- the template ----------------------------------------------------------------------------------------------------


def supplement(actor: Actor, duty_list: DutyList) -> Filled:
    """Adds what the template has for parties and rules that came later; nothing that was typed is changed."""
    _begin(actor, duty_list)
    with act(actor, DRAFT, ref=duty_list.holder.ref) as running:
        stand_for_side(actor, duty_list.holder.subject)
        filled = fill_in(duty_list)
        running.note(duty_list=duty_list.code, lines=filled.lines, letters=filled.letters)
    return filled


def begin_from(duty_list: DutyList, source: DutyList) -> None:
    """What of a project's signed list one of its contracts covers, with the letters of the contract's parties.

    Whose letter falls away because he is no party of the contract is replaced as the template proposes; what nobody
    there can bear stays with the project. Part of an act.
    """
    holder = duty_list.holder
    phases, members = phases_of(holder), members_of(holder.subject)
    for old in source.lines:
        bearer, phase = old.bearer.value, old.phase.value
        if phase not in phases or not holders(bearer, phase, members):
            continue
        line = copy_line(old, {member.key for member in members})
        line.line = _next_line(duty_list)
        if not any(one.letter is Letter.ACCOUNTABLE for one in line.assignments):
            line.assignments = [
                DutyAssignment(organisation_id=key, letter=Letter(letter))
                for key, letter in letters_for(bearer, phase, members).items()
            ]
        duty_list.lines.append(line)
    db.session.flush()


def fill_in(duty_list: DutyList) -> Filled:
    """Missing duties of the template with their letters, and letters for parties that have none yet. Part of an act."""
    holder = duty_list.holder
    members = members_of(holder.subject)
    placed = {key for line in duty_list.lines for key in line.letters}
    given = sum(_join(line, {one.key for one in members} - placed, holder) for line in duty_list.lines)
    present = {line.entry.code for line in duty_list.lines if line.entry}
    added = [entry for entry, duty in template_entries(holder, today()) if duty.code not in present]
    for entry in added:
        line = _from_template(entry, _next_line(duty_list))
        for key, letter in letters_for(line.bearer.value, line.phase.value, members).items():
            line.assignments.append(DutyAssignment(organisation_id=key, letter=Letter(letter)))
        duty_list.lines.append(line)
    db.session.flush()
    return Filled(len(added), given)


def _join(line: DutyLine, newcomers: set[int], holder: Holder) -> int:
    """The letters of parties that joined later, in a duty of the template that stands."""
    if line.entry_id is None or line.is_left_out or not newcomers:
        return 0
    present = {key: letter.value for key, letter in line.letters.items()}
    proposed = joining_letters(line.bearer.value, line.phase.value, members_of(holder.subject), present)
    joining = {key: letter for key, letter in proposed.items() if key in newcomers}
    for key, letter in joining.items():
        line.assignments.append(DutyAssignment(organisation_id=key, letter=Letter(letter)))
    return len(joining)


def _next_line(duty_list: DutyList) -> int:
    return max((one.line for one in duty_list.lines), default=0) + 1


def _from_template(entry: CatalogueEntry, number: int) -> DutyLine:
    duty: Duty = parsed(entry)
    return DutyLine(
        line=number,
        entry_id=entry.id,
        entry=entry,
        phase=duty.phase,
        bearer=duty.bearer,
        text=duty.head.name.zh,
        deadline=duty.deadline.zh,
        evidence=duty.evidence,
        evidence_words=duty.evidence_words.zh,
    )
