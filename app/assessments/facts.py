"""The facts that assessments give to conditions: poor results, and money deducted that no contract provides for."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from app.assessments.models import Assessment, AssessmentState
from app.conditions.facts import Value
from app.contracts.models import Contract
from app.core.batches import of_each
from app.core.db import db
from app.plans.models import Plan
from app.plans.queries import scheme_of
from app.projects.models import Project
from app.subjects.models import Subject, SubjectKind

# Once as the last grade, or so often in a row as the one before it.
MEDIOCRE_IN_A_ROW = 2


def assessment_facts(subject: Subject) -> Mapping[str, Value]:
    """Of a project, over the final results of all its contracts; none is recorded as none."""
    if subject.kind is not SubjectKind.PROJECT:
        return {}
    found = of_each(subject.id, _final) or []
    contracts = {one.contract_id for one in found}
    poor = sum(_is_poor([one for one in found if one.contract_id == key]) for key in contracts)
    return {
        "assessment.poor_contracts": poor,
        "assessment.deductions_without_basis": _without_basis(found),
    }


def _final(subjects: Collection[int]) -> dict[int, list[Assessment]]:
    """Final results of the contracts of each project, the newest period first."""
    found = db.session.execute(
        sa.select(Project.subject_id, Assessment)
        .join(Contract, Contract.id == Assessment.contract_id)
        .join(Project, Project.id == Contract.project_id)
        .where(Project.subject_id.in_(subjects), Assessment.state == AssessmentState.FINAL)
        .order_by(Assessment.ends_at.desc(), Assessment.id.desc())
    )
    results: dict[int, list[Assessment]] = {}
    for subject_id, one in found:
        results.setdefault(subject_id, []).append(one)
    return results


def _is_poor(results: list[Assessment]) -> bool:
    """By the grades of the scheme that was agreed: the newest is the last one, or the newest two the one before."""
    places = [_place(one) for one in results[:MEDIOCRE_IN_A_ROW]]
    return places[:1] == [1] or places == [2] * MEDIOCRE_IN_A_ROW


def _place(result: Assessment) -> int:
    """The place of its grade from below; 0 where the scheme knows no such grade."""
    plan = db.session.get(Plan, result.plan_id)
    names = [grade.name.zh for grade in reversed(scheme_of(plan).grades)] if plan is not None else []
    return names.index(result.grade) + 1 if result.grade in names else 0


def _without_basis(results: list[Assessment]) -> int:
    """Results that deduct money under a contract that names no value of a point."""
    deducting = [one for one in results if (one.deduction_fen or 0) > 0]
    contracts = {key: db.session.get(Contract, key) for key in {one.contract_id for one in deducting}}
    silent = {key for key, contract in contracts.items() if contract is not None and contract.current.point_fen is None}
    return sum(one.contract_id in silent for one in deducting)
