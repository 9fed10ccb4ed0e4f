"""Judging conditions of entry over facts and findings: what is met, what is missing, what no longer holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.admissions.kinds import Method
from app.admissions.rule_file import Rule
from app.conditions.facts import Value


@dataclass(frozen=True)
class Finding:
    """What a reviewer found of a condition that a person judges."""

    met: bool
    note: str = ""


@dataclass(frozen=True)
class RuleLine:
    """One condition as it stands: met, not met, or unknown with the facts that are missing.

    `said` says whether the company has said (and shown) what is asked; of machine conditions always.
    """

    rule: Rule
    met: bool | None
    missing: tuple[str, ...] = ()
    said: bool = True
    finding: Finding | None = None


def for_submission(
    rules: Sequence[Rule], values: Mapping[str, Value], said: Mapping[str, bool]
) -> tuple[RuleLine, ...]:
    """How an application stands before it is submitted; `said` tells of each answered rule whether a file is there."""
    return tuple(_judged(rule, values, said, {}, deciding=False) for rule in rules)


def for_decision(
    rules: Sequence[Rule], values: Mapping[str, Value], said: Mapping[str, bool], findings: Mapping[str, Finding]
) -> tuple[RuleLine, ...]:
    """How it stands before a decision: what a person judges is met when the reviewer found so."""
    return tuple(_judged(rule, values, said, findings, deciding=True) for rule in rules)


def _judged(
    rule: Rule,
    values: Mapping[str, Value],
    said: Mapping[str, bool],
    findings: Mapping[str, Finding],
    deciding: bool,
) -> RuleLine:
    if rule.method is Method.MACHINE:
        if rule.condition is None:
            return RuleLine(rule, True)
        truth = rule.condition.judge(values)
        return RuleLine(rule, truth.value, truth.missing)
    code = rule.head.code
    answered = code in said and (said[code] or not rule.needs_file)
    finding = findings.get(code)
    met = (finding.met if finding else None) if deciding else answered
    return RuleLine(rule, met, said=answered, finding=finding)


def for_keeping(
    rules: Sequence[Rule], values: Mapping[str, Value], said: Mapping[str, bool], findings: Mapping[str, Finding]
) -> tuple[RuleLine, ...]:
    """How an admission stands today: what must go on holding on present facts, the rest as it was decided."""
    return tuple(
        _kept(rule, values) if rule.method is Method.MACHINE else _judged(rule, values, said, findings, deciding=True)
        for rule in rules
    )


def _kept(rule: Rule, values: Mapping[str, Value]) -> RuleLine:
    if rule.keeps is None:
        return RuleLine(rule, True)
    truth = rule.keeps.judge(values)
    return RuleLine(rule, truth.value, truth.missing)


def lapsed(rules: Sequence[Rule], values: Mapping[str, Value]) -> tuple[Rule, ...]:
    """The conditions that must go on holding and do not, or of which that cannot be told any more."""
    return tuple(rule for rule in rules if rule.keeps is not None and rule.keeps.judge(values).value is not True)
