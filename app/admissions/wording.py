"""Admissions in words: categories, what stands against an application, what no longer holds."""

from collections.abc import Iterable

from flask_babel import gettext as _

from app.admissions.judging import RuleLine
from app.admissions.models import Admission
from app.admissions.rule_file import Category, Rule
from app.catalogues.queries import parsed
from app.core.errors import Problem
from app.gates.wording import fact_names, in_words, source_in_words


def category_of(admission: Admission) -> Category:
    """The category as it was when the company applied."""
    found: Category = parsed(admission.entry)
    return found


def category_name(admission: Admission) -> str:
    return in_words(category_of(admission).head.name)


def name_of_rule(rule: Rule) -> str:
    return in_words(rule.head.name)


def why(line: RuleLine) -> str:
    """Why a condition is not met, in one sentence; empty where it is."""
    if line.met is True:
        return ""
    if line.missing:
        return str(_("没有记录：%(facts)s。", facts=fact_names(line.missing)))
    if line.finding is not None:
        return line.finding.note or str(_("审查认为不符合。"))
    if not line.said:
        return str(_("还没有说明，或没有附证明材料。"))
    if line.met is None:
        return str(_("还没有审查。"))
    return str(_("记录的情况不符合这项条件。"))


def problems_of(lines: Iterable[RuleLine]) -> list[Problem]:
    """Everything that stands against an application, each with its source and what to do."""
    return [
        Problem(
            name_of_rule(line.rule),
            why=why(line),
            remedy=in_words(line.rule.remedy),
            article=source_in_words(line.rule.head),
            place=line.rule.head.code,
        )
        for line in lines
        if line.met is not True
    ]


def lapses_in_words(rules: Iterable[Rule]) -> str:
    return str(_("；").join(name_of_rule(rule) for rule in rules))
