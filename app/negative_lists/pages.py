"""What the pages of screening show: every item as it stands with its facts, and what the reader can do about it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app, url_for
from flask_babel import gettext as _

from app.conditions.facts import Value
from app.core.actors import Actor
from app.core.db import db
from app.core.permissions import Permission, Side
from app.evidence.models import EvidenceFile
from app.evidence.queries import size_text
from app.gates.kinds import Step
from app.gates.pages import fact_label, hrefs_of, value_in_words
from app.gates.wording import in_words, source_in_words, source_tag
from app.negative_lists import queries, wording
from app.negative_lists.item_file import Item
from app.negative_lists.judging import ANSWER
from app.negative_lists.kinds import Outcome, Severity
from app.negative_lists.models import Answer, CheckRun, Exemption
from app.negative_lists.screening import STEPS, JudgedItem, Screening, look, look_anywhere
from app.negative_lists.standing import state_words
from app.subjects.models import PartyRole, Subject, SubjectKind
from app.subjects.queries import side_of

P = Permission
StepsAhead = Callable[[Subject], tuple[Step, ...]]
# The page on which a missing fact is recorded, by the beginning of its name; the longest that fits counts.
RECORDED = {
    "project.documents": "documents",
    "project.": "declaration",
    "duplicate.": "duplicates",
    "duty.": "duties",
    "procurement.": "procurement",
    "acceptance.": "acceptance",
    "handover.": "acceptance",
    "contract.": "contract",
}


@dataclass(frozen=True)
class FactLine:
    """A fact in words; `value` is empty when nobody has recorded it, `href` leads to where it is recorded."""

    name: str
    label: str
    value: str
    source: str
    href: str


@dataclass(frozen=True)
class Line:
    """One item as it stands: what it came to and why, on which facts, and what the reader can do about it."""

    code: str
    text: str
    severity: Severity
    outcome: Outcome
    source: tuple[str, str]
    citation: str
    why: str
    remedy: str
    question: str
    asked: str
    facts: list[FactLine]
    answer: Answer | None
    exemption: Exemption | None
    standing: tuple[str, str]
    may_answer: bool
    may_ask: bool
    blocks: bool
    exempted_by: str
    once_exempted: bool

    @property
    def waits_for_answer(self) -> bool:
        return self.outcome is Outcome.UNKNOWN and bool(self.question)


@dataclass(frozen=True)
class ScreeningPage:
    """Everything templates/negative_lists/screening.html reads."""

    subject: Subject
    screening: Screening
    lines: list[Line]
    steps: list[tuple[str, Any]]
    runs: list[CheckRun]
    answers: list[Answer]
    files: dict[str, dict[str, Any]]
    exemptions: list[tuple[Exemption, tuple[str, str]]]
    may_run: bool

    def of(self, *outcomes: str) -> list[Line]:
        return [one for one in self.lines if one.outcome.value in outcomes]

    @property
    def closed(self) -> int:
        return sum(one.blocks for one in self.lines)

    @property
    def left_out(self) -> int:
        return len(self.screening.of(Outcome.NOT_APPLICABLE))

    @property
    def replaced(self) -> list[tuple[str, str, str]]:
        """Items whose place a local one takes here, or that the practice leaves out: code, text, and by what."""
        found = [one for one in self.screening.of(Outcome.NOT_APPLICABLE) if one.beaten_by or one.left_out]
        return [(one.entry.code, in_words(one.item.head.name), one.beaten_by) for one in found]

    @property
    def is_kept(self) -> bool:
        """Whether the newest run saw the same."""
        return bool(self.runs) and self.runs[0].basis == self.screening.basis


def steps_ahead(subject: Subject) -> tuple[Step, ...]:
    """The steps that lie before a subject as it stands, told by the room that keeps it; none when it has ended."""
    tell: StepsAhead = current_app.extensions["steps_ahead"]
    return tuple(step for step in tell(subject) if step in STEPS[subject.kind])


def next_step(subject: Subject) -> Step:
    """The step to look at first: the one that lies ahead; of what has ended, that of the newest run."""
    ahead = steps_ahead(subject)
    newest = None if ahead else queries.newest_run(subject)
    return ahead[0] if ahead else newest.step if newest else STEPS[subject.kind][0]


def step_asked(subject: Subject, text: str) -> Step:
    """The step that an address names, or the next one."""
    return next((step for step in STEPS[subject.kind] if step.value == text), next_step(subject))


def page_of(actor: Actor, subject: Subject, step: Step) -> ScreeningPage:
    """A live look at a step, with what was kept before."""
    found, ahead = look(subject, step), steps_ahead(subject)
    answers, exemptions = queries.answers_of(subject), queries.exemptions_of(subject)
    opened = {one.item_code: one for one in exemptions if one.state in queries.OPEN_STATES}
    is_managing = side_of(subject, actor.organisation_id) is Side.MANAGEMENT
    return ScreeningPage(
        subject=subject,
        screening=found,
        lines=[line_of(actor, subject, one, found.facts, opened) for one in found.applicable],
        steps=[(one.value, _named(one, one in ahead)) for one in STEPS[subject.kind]],
        runs=queries.runs_of(subject),
        answers=answers,
        files=files_of(subject, (one.sha256 for one in answers)),
        exemptions=[(one, state_words(one)) for one in exemptions],
        may_run=actor.may(P.CHECK_RUN) and is_managing,
    )


def _named(step: Step, lies_ahead: bool) -> str:
    return str(_("%(step)s（下一步）", step=step.label) if lies_ahead else step.label)


@dataclass(frozen=True)
class AboutItem:
    """One item of a subject above a form about it; `given` are the earlier answers, newest first."""

    subject: Subject
    line: Line
    given: list[Answer]
    files: dict[str, dict[str, Any]]


def about_item(actor: Actor, subject: Subject, code: str) -> AboutItem:
    """An item as it stands at any step at which it is judged."""
    found = look_anywhere(subject)
    one = next(one for one in found.outcomes if one.entry.code == code)
    given = [answer for answer in queries.answers_of(subject) if answer.item_code == code]
    waiting = queries.open_exemption(subject, code)
    return AboutItem(
        subject=subject,
        line=line_of(actor, subject, one, found.facts, {code: waiting} if waiting else {}),
        given=given,
        files=files_of(subject, (answer.sha256 for answer in given)),
    )


def line_of(
    actor: Actor,
    subject: Subject,
    one: JudgedItem,
    facts: Mapping[str, Value],
    opened: Mapping[str, Exemption],
) -> Line:
    """An item in words; `opened` are the exemptions that wait or hold, by item."""
    item, exemption = one.item, opened.get(one.entry.code)
    stands = one.outcome in {Outcome.HIT, Outcome.UNKNOWN}
    told = stands or one.outcome is Outcome.UNRECORDED
    return Line(
        code=one.entry.code,
        text=in_words(item.head.name),
        severity=item.severity,
        outcome=one.outcome,
        source=source_tag(item.head.status),
        citation=source_in_words(item.head),
        why=wording.why_closed(item, one.outcome, one.missing) if told else "",
        remedy=wording.remedy(item, one.outcome, one.missing) if told else in_words(item.remedy),
        question=in_words(item.question) if item.question else "",
        asked=wording.asked_words(item.asked),
        facts=facts_of_item(subject, item, facts),
        answer=one.answer,
        exemption=exemption,
        standing=state_words(exemption) if exemption else ("", ""),
        may_answer=may_answer(actor, subject, item),
        may_ask=stands and exemption is None and ANSWER not in one.missing and may_ask(actor, subject, item),
        blocks=one.blocks,
        exempted_by=wording.level_words(item.exempted_by) if item.severity is Severity.RESTRICTED else "",
        once_exempted=one.once_exempted,
    )


def may_answer(actor: Actor, subject: Subject, item: Item) -> bool:
    asked = item.question is not None and actor.may(P.CHECK_ANSWER)
    return asked and queries.has_role(actor, subject, queries.ROLE_OF[item.asked])


def may_ask(actor: Actor, subject: Subject, item: Item) -> bool:
    able = item.severity is Severity.RESTRICTED and actor.may(P.EXEMPTION_REQUEST)
    return able and queries.has_role(actor, subject, PartyRole.CLIENT)


def facts_of_item(subject: Subject, item: Item, facts: Mapping[str, Value]) -> list[FactLine]:
    """What an item's condition asks for, in words, with where each is recorded."""
    names = item.condition.facts if item.condition else ()
    hrefs = hrefs_of(subject)
    return [
        FactLine(
            name=name,
            label=fact_label(name),
            value=value_in_words(name, facts[name]) if name in facts else "",
            source="、".join(wording.source_words([name])),
            href=hrefs.get(_place_of(name), ""),
        )
        for name in names
    ]


def _place_of(name: str) -> str:
    fitting = [start for start in RECORDED if name.startswith(start)]
    return RECORDED[max(fitting, key=len)] if fitting else ""


def files_of(subject: Subject, digests: Iterable[str | None]) -> dict[str, dict[str, Any]]:
    """Evidence of a subject by digest, as components/evidence.html draws it."""
    wanted = [one for one in digests if one]
    rows = db.session.scalars(
        sa.select(EvidenceFile).where(EvidenceFile.subject_id == subject.id, EvidenceFile.sha256.in_(wanted))
    )
    return {file.sha256: _file_row(file) for file in rows}


def _file_row(file: EvidenceFile) -> dict[str, Any]:
    return {
        "name": file.file_name,
        "size_text": size_text(file),
        "sha256": file.sha256,
        "sm3": file.sm3,
        "uploaded_at": file.uploaded_at,
        "uploaded_by": f"{file.organisation.name} {file.uploader.name}",
        "href": url_for("evidence.download", key=file.id),
    }


def home_of(subject: Subject) -> tuple[str, str, str]:
    """Where a subject's own pages begin: its kind's list in words and address, and its own page."""
    if subject.kind is SubjectKind.CONTRACT:
        return str(_("合同")), url_for("contracts.index"), url_for("contracts.detail", code=subject.code)
    return str(_("项目")), url_for("projects.index"), url_for("projects.detail", code=subject.code)
