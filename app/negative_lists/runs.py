"""The page of a kept run: what it saw, what every item came to then, and what is different from another run."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.catalogues.queries import all_current
from app.conditions.facts import FACTS, Value
from app.conditions.gathering import divisions_of, practice_of
from app.conditions.jurisdiction import in_force_at
from app.core.clock import local
from app.gates.gate_file import GATE_KIND
from app.gates.kinds import Step
from app.gates.pages import fact_label, value_in_words
from app.gates.queries import gate_of
from app.gates.wording import in_words
from app.negative_lists import queries, wording
from app.negative_lists.judging import blocks
from app.negative_lists.kinds import Outcome, Severity
from app.negative_lists.models import Answer, CheckRun, ItemOutcome
from app.negative_lists.pages import FactLine
from app.subjects.models import Subject


@dataclass(frozen=True)
class KeptLine:
    """One item as it came out in a run, under the version of then."""

    code: str
    version: int
    text: str
    severity: Severity
    outcome: Outcome
    why: str
    answer: Answer | None
    blocks: bool
    once_exempted: bool


@dataclass(frozen=True)
class RunPage:
    """Everything templates/negative_lists/run.html reads; `fact_changes` and `outcome_changes` against `other`."""

    subject: Subject
    run: CheckRun
    lines: list[KeptLine]
    left_out: int
    facts: list[FactLine]
    unknown_facts: list[str]
    runs: list[CheckRun]
    other: CheckRun | None
    fact_changes: list[dict[str, str]]
    outcome_changes: list[dict[str, str]]


def run_page(subject: Subject, run: CheckRun, other: CheckRun | None) -> RunPage:
    """One run whole, and what is different from another one."""
    facts = facts_in(run)
    judged = [one for one in run.outcomes if one.outcome is not Outcome.NOT_APPLICABLE]
    once_exempted = once_exempted_in(run, judged)
    return RunPage(
        subject=subject,
        run=run,
        lines=[_kept(one, one.item_code in once_exempted) for one in judged],
        left_out=len(run.outcomes) - len(judged),
        facts=[_fact_line(name, value) for name, value in sorted(facts.items())],
        unknown_facts=sorted({name for one in judged for name in missing_of(one) if name in FACTS}),
        runs=queries.runs_of(subject),
        other=other,
        fact_changes=fact_changes(facts_in(other), facts) if other else [],
        outcome_changes=outcome_changes(other.outcomes, run.outcomes) if other else [],
    )


def once_exempted_in(run: CheckRun, judged: Iterable[ItemOutcome]) -> frozenset[str]:
    """The items that a run judged only because leave was given from them before: it had been when the run was kept,
    and the version that was judged names no gate that stood at the step that day."""
    granted = {
        one.item_code
        for one in queries.exemptions_of(run.subject)
        if one.valid_until is not None and one.decided_at is not None and one.decided_at <= run.run_at
    }
    if not granted:
        return frozenset()
    here = codes_on(local(run.run_at).date(), run.subject, run.step)
    return frozenset(
        one.item_code for one in judged if one.item_code in granted and here.isdisjoint(queries.item_of(one.item).gates)
    )


def codes_on(day: date, subject: Subject, step: Step) -> frozenset[str]:
    """The codes of the gates that stood at a step on a day, with those of which a local one took the place."""
    entries = all_current(GATE_KIND, day)
    found = in_force_at(entries, divisions_of(subject), practice_of(subject), lambda entry: gate_of(entry).head)
    here = {entry.code for entry in found.rules if gate_of(entry).step is step}
    return frozenset(here | {code for code in found.beaten if found.standing_for(code) in here})


def facts_in(run: CheckRun) -> dict[str, Value]:
    """The facts that a run saw, as they were kept."""
    kept: dict[str, Any] = json.loads(run.facts)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}


def missing_of(outcome: ItemOutcome) -> tuple[str, ...]:
    return tuple(json.loads(outcome.missing))


def _kept(one: ItemOutcome, once_exempted: bool) -> KeptLine:
    item = queries.item_of(one.item)
    stands = one.outcome in {Outcome.HIT, Outcome.UNKNOWN, Outcome.UNRECORDED}
    return KeptLine(
        code=one.item_code,
        version=one.item.version,
        text=in_words(item.head.name),
        severity=one.severity,
        outcome=one.outcome,
        why=wording.why_closed(item, one.outcome, missing_of(one)) if stands else "",
        answer=one.answer,
        blocks=blocks(one.severity, one.outcome),
        once_exempted=once_exempted,
    )


def _fact_line(name: str, value: Value) -> FactLine:
    return FactLine(name, _label(name), value_in_words(name, value), "", "")


def _label(name: str) -> str:
    return fact_label(name) if name in FACTS else name


def fact_changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> list[dict[str, str]]:
    """Facts that differ between two runs; what a run says of runs themselves is left out."""
    names = sorted({*before, *after})
    return [
        {"field": _label(name), "old": _said(name, before), "new": _said(name, after)}
        for name in names
        if before.get(name) != after.get(name) and not name.startswith("screening.")
    ]


def _said(name: str, facts: Mapping[str, Value]) -> str:
    return value_in_words(name, facts[name]) if name in facts else str(_("没有登记"))


def outcome_changes(before: Iterable[ItemOutcome], after: Iterable[ItemOutcome]) -> list[dict[str, str]]:
    """Items that came out otherwise, or under another version."""
    old = {one.item_code: one for one in before}
    new = {one.item_code: one for one in after}
    return [
        {
            "field": _item_words(new.get(code) or old[code]),
            "old": _outcome(old.get(code)),
            "new": _outcome(new.get(code)),
        }
        for code in sorted({*old, *new})
        if _outcome(old.get(code)) != _outcome(new.get(code))
    ]


def _item_words(one: ItemOutcome) -> str:
    return f"{one.item_code} {in_words(queries.item_of(one.item).head.name)}"


def _outcome(one: ItemOutcome | None) -> str:
    if one is None:
        return ""
    label = str(one.outcome.label)
    return label if one.item.version == 1 else str(_("%(outcome)s（第 %(n)s 版）", outcome=label, n=one.item.version))
