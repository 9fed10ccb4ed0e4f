"""The facts that reported figures give to conditions: from whom they come, and how many a person should look at."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import parsed
from app.conditions.facts import Value
from app.contracts.models import Contract
from app.core.batches import of_each
from app.core.db import db
from app.figures.models import Figure, FigureFlag, Submission
from app.projects.models import Project
from app.subjects.models import Subject, SubjectKind


def figure_facts(subject: Subject) -> Mapping[str, Value]:
    """Of a project, over all its contracts; nothing reported is recorded as nothing."""
    if subject.kind is not SubjectKind.PROJECT:
        return {}
    flagged = of_each(subject.id, _flagged) or {}
    return {
        "figures.sources": of_each(subject.id, _sources) or (),
        "figures.flagged_usage": sum(number for entry, number in flagged.items() if _counts_use(entry)),
    }


def _sources(subjects: Collection[int]) -> dict[int, tuple[str, ...]]:
    found = (
        sa.select(Project.subject_id, Submission.source)
        .join(Contract, Contract.project_id == Project.id)
        .join(Submission, Submission.contract_id == Contract.id)
        .where(Project.subject_id.in_(subjects))
    )
    sources: dict[int, set[str]] = {}
    for subject_id, source in db.session.execute(found.distinct()):
        sources.setdefault(subject_id, set()).add(source.value)
    return {key: tuple(sorted(ones)) for key, ones in sources.items()}


def _flagged(subjects: Collection[int]) -> dict[int, dict[int, int]]:
    """Figures that bear a flag and that no later revision took the place of: how many by their indicator's entry."""
    later = aliased(Figure)
    same = (
        *(later.contract_id == Figure.contract_id, later.service_id == Figure.service_id),
        *(later.indicator_code == Figure.indicator_code, later.period == Figure.period),
        *(later.channel == Figure.channel, later.source == Figure.source, later.revision > Figure.revision),
    )
    counted = (
        sa.select(Project.subject_id, Figure.indicator_entry_id, sa.func.count(sa.distinct(Figure.id)))
        .join(Contract, Contract.project_id == Project.id)
        .join(Figure, Figure.contract_id == Contract.id)
        .join(FigureFlag, FigureFlag.figure_id == Figure.id)
        .where(Project.subject_id.in_(subjects), ~sa.exists().where(*same))
        .group_by(Project.subject_id, Figure.indicator_entry_id)
    )
    flagged: dict[int, dict[int, int]] = {}
    for subject_id, entry, number in db.session.execute(counted):
        flagged.setdefault(subject_id, {})[entry] = number
    return flagged


def _counts_use(key: int) -> bool:
    entry = db.session.get(CatalogueEntry, key)
    return entry is not None and bool(parsed(entry).usage)
