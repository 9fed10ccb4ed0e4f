"""The facts that reported figures give to conditions: from whom they come, and how many a person should look at."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import parsed
from app.conditions.facts import Value
from app.contracts.models import Contract
from app.core.db import db
from app.figures.models import Figure, FigureFlag, Submission
from app.projects.models import Project
from app.subjects.models import Subject, SubjectKind


def figure_facts(subject: Subject) -> Mapping[str, Value]:
    """Of a project, over all its contracts; nothing reported is recorded as nothing."""
    if subject.kind is not SubjectKind.PROJECT:
        return {}
    contracts = (
        sa.select(Contract.id).join(Project, Project.id == Contract.project_id).where(Project.subject_id == subject.id)
    )
    sources = db.session.scalars(sa.select(Submission.source).where(Submission.contract_id.in_(contracts)).distinct())
    return {
        "figures.sources": tuple(sorted(one.value for one in sources)),
        "figures.flagged_usage": _flagged_usage(contracts),
    }


def _flagged_usage(contracts: sa.Select[Any]) -> int:
    """Figures of use that bear a flag and that no later revision took the place of."""
    later = aliased(Figure)
    same = (
        *(later.contract_id == Figure.contract_id, later.service_id == Figure.service_id),
        *(later.indicator_code == Figure.indicator_code, later.period == Figure.period),
        *(later.channel == Figure.channel, later.source == Figure.source, later.revision > Figure.revision),
    )
    counted = (
        sa.select(Figure.indicator_entry_id, sa.func.count(sa.distinct(Figure.id)))
        .join(FigureFlag, FigureFlag.figure_id == Figure.id)
        .where(Figure.contract_id.in_(contracts), ~sa.exists().where(*same))
        .group_by(Figure.indicator_entry_id)
    )
    found = db.session.execute(counted).all()
    return sum(number for key, number in found if _counts_use(key))


def _counts_use(key: int) -> bool:
    entry = db.session.get(CatalogueEntry, key)
    return entry is not None and bool(parsed(entry).usage)
