"""Fills an installation with many copies of one declared project, by raw SQL under one valid act."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from app.audit import act
from app.core.db import db
from app.core.permissions import Permission
from app.evidence.models import EvidenceFile
from app.projects.models import (
    ComponentUse,
    CostLine,
    DataItem,
    Declaration,
    PlannedService,
    Project,
    ProjectDocument,
    Target,
)
from app.subjects.models import Party, Subject, SubjectPerson, SubjectSide
from benchmarks.rows import insert
from tests.factories import World

# Ids of copies begin here; the copies of one row lie STRIDE apart, so that no two rows meet.
FIRST, STRIDE = 1_000_000, 1_000
SUBJECTS, PROJECTS = (SubjectSide, SubjectPerson, Party, EvidenceFile), (Declaration, ProjectDocument)
DECLARED = (CostLine, PlannedService, DataItem, ComponentUse, Target)
COPIED = tuple(model.__tablename__ for model in (*SUBJECTS[1:], Project, *PROJECTS, *DECLARED))


def copies(w: World, template: Project, count: int) -> None:
    """`count` drafts like the template, with its parties, papers and everything it declares."""
    with act(w.actor("officer"), Permission.PROJECT_DECLARE, ref="project:bulk") as running:
        for model, rows in _rows(template):
            insert(model, (_copy(model, row, key, running.id) for key in range(1, count + 1) for row in rows))


def _rows(template: Project) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Every row that makes the template, parents before children."""
    yield Subject, _read(Subject, Subject.id == template.subject_id)
    for model in SUBJECTS:
        yield model, _read(model, model.subject_id == template.subject_id)
    yield Project, _read(Project, Project.id == template.id)
    for model in PROJECTS:
        yield model, _read(model, model.project_id == template.id)
    for model in DECLARED:
        yield model, _read(model, model.declaration_id == template.current.id)


def _read(model: Any, where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in db.session.execute(sa.select(model.__table__).where(where))]


def _copy(model: Any, row: dict[str, Any], key: int, act_id: Any) -> dict[str, Any]:
    moved = {"id", "subject_id", "project_id", "declaration_id"} & row.keys()
    changed: dict[str, Any] = {name: FIRST + key * STRIDE + row[name] for name in moved if row[name] is not None}
    if model in (Subject, Project):
        changed["code"] = f"XM-9-{key:06d}"
    return {**row, **changed, "act_id": act_id, **({"row_version": 1} if "row_version" in row else {})}
