"""How far an edition has come: its steps, who did what when, and the acts about it."""

import json
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.assessments.models import Assessment, AssessmentOpinion, AssessmentState, AssessmentVeto
from app.audit.models import TrailEntry
from app.core.db import db
from app.core.formats import fmt

S = AssessmentState
ENDED = frozenset({S.SUPERSEDED, S.RESTATED})
ANSWERED = frozenset({S.CONFIRMED, S.OBJECTED, S.UPHELD, S.REOPENED})
JUDGED_BY_PEOPLE = frozenset({AssessmentOpinion.__tablename__, AssessmentVeto.__tablename__})
# How many of the contract's acts on assessments are looked through for those about this one.
LOOKED_THROUGH = 400


def steps_of(assessment: Assessment) -> list[dict[str, Any]]:
    """The life of an edition; where it was replaced, that is its last step."""
    one, state = assessment, assessment.state
    third, third_at = _answer(one)
    rows = [
        (_("已计算"), one.computed_at, S.COMPUTED),
        (_("已发布"), one.issued_at, S.ISSUED),
        (third, third_at, state if state in ANSWERED else None),
        (_("定稿"), one.finalised_at, S.FINAL),
    ]
    found = [
        {
            "label": str(label),
            "state": "current" if state is here else "done" if at else "todo",
            "date": fmt.moment(at)[:10] if at else "",
        }
        for label, at, here in rows
    ]
    if state in ENDED:
        kept = [step for step in found if step["state"] == "done"]
        return [*kept, {"label": str(state.label), "state": "failed", "date": ""}]
    return found


def _answer(one: Assessment) -> tuple[str, Any]:
    """What the operator answered: the word and the day."""
    if one.confirmed_at:
        return str(_("运营方确认")), one.confirmed_at
    if one.objections:
        last = one.objections[-1]
        return str(_("异议：%(state)s", state=last.state.label)), last.decided_at
    return str(_("确认或异议")), None


def entries_of(assessment: Assessment) -> list[TrailEntry]:
    """The acts about this edition, its objections, and opinions and vetoes of its period; newest first."""
    rows = db.session.scalars(
        sa.select(TrailEntry)
        .where(TrailEntry.ref == assessment.ref, TrailEntry.verb.like("assessment:%"))
        .order_by(TrailEntry.seq.desc())
        .limit(LOOKED_THROUGH)
    )
    mine = {f"assessments:{assessment.id}", *(f"objections:{one.id}" for one in assessment.objections)}
    return [one for one in rows if _about(json.loads(one.details)["changes"], mine, assessment.period)]


def _about(changed: dict[str, Any], mine: set[str], period: str) -> bool:
    if mine & changed.keys():
        return True
    return any(
        key.split(":", 1)[0] in JUDGED_BY_PEOPLE and fields.get("period", [None, None])[1] == period
        for key, fields in changed.items()
    )


def hands_of(one: Assessment) -> list[tuple[str, str]]:
    """Who did what when."""
    rows = [(_("计算"), one.computer.name if one.computer else _("系统"), one.computed_at)]
    for word, person, at in (
        (_("发布"), one.issuer, one.issued_at),
        (_("确认"), one.confirmer, one.confirmed_at),
        (_("定稿"), one.finaliser, one.finalised_at),
    ):
        if person is not None and at is not None:
            rows.append((word, person.name, at))
    return [(str(word), f"{who} {fmt.moment(at)}") for word, who, at in rows]
