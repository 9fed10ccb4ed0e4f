"""What the page of an admission shows: conditions as they stand, what the company showed, rulings, what can be done."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.admissions import queries
from app.admissions.actions import first_day, last_day
from app.admissions.drafting import may_record_credit
from app.admissions.facts import newest_credit_check
from app.admissions.judging import RuleLine
from app.admissions.kinds import LISTED, AdmissionState, Method, Topic
from app.admissions.models import Admission, CreditCheck, Proof, Review, Ruling, Statement
from app.admissions.rule_file import Rule
from app.admissions.sealing import credit_checks_of
from app.admissions.wording import category_of, why
from app.admissions.workflow import WORKFLOW, is_applicant
from app.audit.history import entries_about, timeline
from app.conditions.facts import Value
from app.conditions.gathering import facts_of
from app.core.actors import Actor
from app.core.clock import today
from app.core.permissions import Permission, Side
from app.evidence.models import EvidenceFile
from app.evidence.queries import evidence_of
from app.gates.pages import fact_label, value_in_words
from app.gates.wording import in_words, source_in_words, source_tag
from app.lifecycle.queries import Deadline, deadline_of, open_tasks_of
from app.lifecycle.workflow import Offer

P, S = Permission, AdmissionState
# What comes from an enquiry about credit.
ENQUIRED = frozenset({"organisation.credit_age", "organisation.credit_listing"})


@dataclass(frozen=True)
class Row:
    """One condition as it stands."""

    code: str
    name: str
    word: str
    tone: str
    why: str
    remedy: str
    source: tuple[str, str]
    citation: str
    facts: list[tuple[str, str]]
    question: str
    needs_file: bool
    statement: Statement | None
    note: str
    missing: bool
    # The page on which what is missing is shown, of conditions that the machine judges.
    cure: str


@dataclass(frozen=True)
class Section:
    """The conditions about one topic."""

    label: str
    rows: list[Row]

    @property
    def missing(self) -> int:
        return sum(one.missing for one in self.rows)


@dataclass(frozen=True)
class RulingLine:
    """A ruling as everybody may read it; the file by name and digest only."""

    ruling: Ruling
    notice: list[str]
    file: EvidenceFile | None


@dataclass(frozen=True)
class AdmissionPage:
    """Everything templates/admissions/detail.html reads; `inside` is false for who only sees the register."""

    admission: Admission
    category: str
    services: str
    inside: bool
    sections: list[Section]
    rulings: list[RulingLine]
    reviews: list[Review]
    files: dict[str, EvidenceFile]
    credit: list[CreditCheck]
    credit_now: CreditCheck | None
    offers: dict[str, Offer]
    may_credit: bool
    may_prove: bool
    seen: str
    days: tuple[str, str]
    deadline: Deadline | None
    owner: str
    acts: list[dict[str, Any]]

    @property
    def missing(self) -> int:
        return sum(one.missing for one in self.sections)

    @property
    def machine_missing(self) -> int:
        return sum(row.missing for section in self.sections for row in section.rows if not row.question)

    def can(self, act: str) -> bool:
        return act in self.offers and self.offers[act].possible


def page_of(actor: Actor, admission: Admission) -> AdmissionPage:
    inside = queries.is_in_reach(actor, admission)
    files = {one.sha256: one for one in evidence_of(admission.subject)}
    offers = {one.transition.act.value: one for one in WORKFLOW.offers(actor, admission)} if inside else {}
    task = next(iter(open_tasks_of(admission.subject)), None) if inside else None
    category = category_of(admission)
    waits = admission.state is S.SUBMITTED
    return AdmissionPage(
        admission=admission,
        category=in_words(category.head.name),
        services=str(_("、")).join(str(one.label) for one in category.services),
        inside=inside,
        sections=sections_of(admission) if inside else [],
        rulings=[_ruling(one, files) for one in reversed(admission.rulings) if inside or _is_public(one)],
        reviews=list(reversed(admission.reviews)) if inside else [],
        files=files if inside else {},
        credit=credit_checks_of(admission) if inside else [],
        credit_now=newest_credit_check(admission) if inside else None,
        offers=offers,
        may_credit=inside and may_record_credit(actor, admission),
        may_prove=_may_prove(actor, admission),
        seen=admission.submissions[-1].sha256 if admission.submissions else "",
        days=(first_day(admission).isoformat(), last_day(admission).isoformat()) if waits else ("", ""),
        deadline=deadline_of(task) if task else None,
        owner=task.organisation.name if task else "",
        acts=timeline(entries_about(admission.ref)) if inside else [],
    )


def _is_public(ruling: Ruling) -> bool:
    """What put the company on the register, or changed its place there."""
    return ruling.kind.value in {"admit", "suspend", "resume", "remove", "recheck"}


def _ruling(ruling: Ruling, files: Mapping[str, EvidenceFile]) -> RulingLine:
    return RulingLine(ruling, json.loads(ruling.notice), files.get(ruling.sha256 or ""))


def _may_prove(actor: Actor, admission: Admission) -> bool:
    standing = admission.state in {S.DRAFT, S.ADMITTED, S.SUSPENDED}
    return standing and is_applicant(actor, admission) and actor.may(P.ADMISSION_APPLY)


# --- conditions ------------------------------------------------------------------------------------------------------


def sections_of(admission: Admission) -> list[Section]:
    values = facts_of(admission.subject)
    said = {one.rule_code: one for one in admission.answers}
    rows: dict[Topic, list[Row]] = {topic: [] for topic in Topic}
    for line in queries.standing_now(admission, values):
        rows[line.rule.topic].append(_row(admission, line, values, said))
    return [Section(str(topic.label), found) for topic, found in rows.items() if found]


def _row(admission: Admission, line: RuleLine, values: Mapping[str, Value], said: Mapping[str, Statement]) -> Row:
    rule = line.rule
    word, tone = _word(admission, line)
    missing = line.met is False or (line.met is None and bool(line.missing))
    return Row(
        code=rule.head.code,
        name=in_words(rule.head.name),
        word=word,
        tone=tone,
        why=why(line) if missing or line.met is None else "",
        remedy=in_words(rule.remedy) if missing else "",
        source=source_tag(rule.head.status),
        citation=source_in_words(rule.head),
        facts=_facts(rule, values),
        question=in_words(rule.question) if rule.question else "",
        needs_file=rule.needs_file,
        statement=said.get(rule.head.code),
        note=line.finding.note if line.finding else "",
        missing=missing,
        cure=_cure(rule),
    )


def _cure(rule: Rule) -> str:
    """Where the company shows what a condition looks at; empty where others keep it."""
    names = rule.condition.facts if rule.condition is not None else ()
    if ENQUIRED & set(names):
        return "admissions.credit"
    return "admissions.add_proof" if any(name.startswith("admission.") for name in names) else ""


def _word(admission: Admission, line: RuleLine) -> tuple[str, str]:
    """The state of a condition; of what a person judges, where it lies."""
    if line.missing:
        return str(_("尚无记录")), "bad"
    if line.rule.method is Method.PERSON and admission.state is S.DRAFT:
        return (str(_("已说明")), "info") if line.met else (str(_("待说明")), "bad")
    if line.met is None:
        return str(_("待审查")), "neutral"
    if line.rule.method is Method.MACHINE and admission.state in LISTED and line.rule.keeps is None:
        return str(_("准入时已符合")), "muted"
    return (str(_("符合")), "good") if line.met else (str(_("不符合")), "bad")


def _facts(rule: Rule, values: Mapping[str, Value]) -> list[tuple[str, str]]:
    """What the machine looked at, in words."""
    condition = rule.condition or rule.keeps
    names = condition.facts if condition is not None else ()
    return [(fact_label(name), value_in_words(name, values[name])) for name in names if name in values]


# --- around ----------------------------------------------------------------------------------------------------------


def proof_tone(proof: Proof) -> str:
    """Red when it has run out."""
    return "bad" if proof.valid_until is not None and proof.valid_until < today() else "good"


def file_choices(admission: Admission) -> list[tuple[str, str]]:
    return [(one.sha256, f"{one.file_name}（{one.sha256[:12]}）") for one in evidence_of(admission.subject)]


def category_choices(sides: frozenset[Side]) -> list[tuple[str, str]]:
    """The categories for which an organisation of these sides can apply."""
    return [(entry.code, in_words(one.head.name)) for entry, one in queries.categories() if one.side in sides]


def authority_choices() -> list[tuple[str, str]]:
    return [
        (f"{one.code}:{region.code}", str(_("%(region)s · %(name)s", region=region.name, name=one.name)))
        for one, region in queries.authorities()
    ]


def asked_rows(admission: Admission) -> list[Row]:
    """The conditions that a person judges."""
    return [row for section in sections_of(admission) for row in section.rows if row.question]


def row_of(admission: Admission, code: str) -> Row | None:
    """One of them, when the admission asks it."""
    return next((row for row in asked_rows(admission) if row.code == code), None)
