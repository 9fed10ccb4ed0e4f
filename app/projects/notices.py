"""Notices with which declarations are returned: what the system finds missing, and what the client answers to each."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.conditions.facts import Value
from app.conditions.gathering import facts_of
from app.core.db import db
from app.core.errors import Problem
from app.gates import queries as gates
from app.gates.checking import InputLine
from app.gates.kinds import Step, Verdict
from app.gates.models import Decision
from app.gates.wording import in_words
from app.negative_lists import screening
from app.negative_lists.item_file import Asked
from app.negative_lists.judging import ANSWER
from app.projects.kinds import ProjectState
from app.projects.models import Project
from app.projects.notice_models import NoticeAnswer
from app.projects.rulings import notice_of

# What the authority itself has to bring, and never tells the client to.
OWN = ("decisions", "duplicates", "countersigns")


@dataclass(frozen=True)
class Point:
    """One point of a notice and the newest answer to it."""

    number: int
    text: str
    answer: NoticeAnswer | None


# --- what is found ---------------------------------------------------------------------------------------------------


def found_missing(project: Project) -> tuple[str, ...]:
    """Everything that the client still has to bring before the decision, as gates and lists see it now."""
    values = facts_of(project.subject)
    points = [point for step in (Step.SUBMIT, Step.APPROVE) for point in _missing(project, step, values)]
    return tuple(dict.fromkeys(points))


def _missing(project: Project, step: Step, values: dict[str, Value]) -> Iterator[str]:
    """What the client still has to bring for a step; what the authority owes itself is not told to him."""
    for line in gates.checklist(project.subject, step, values):
        yield from (_point(one) for one in line.open_inputs if one.input.place not in OWN)
    found = screening.look(project.subject, step, values)
    clients = tuple(one for one in found.blocking if not _for_authority(one))
    for problem in screening.problems(replace(found, outcomes=clients)):
        yield str(_("%(what)s：%(remedy)s", what=problem.what, remedy=problem.remedy))


def _point(one: InputLine) -> str:
    """What is missing, and how it is put right."""
    return str(_("%(what)s：%(remedy)s", what=in_words(one.words), remedy=in_words(one.input.remedy)))


def _for_authority(one: screening.JudgedItem) -> bool:
    """What only the authority can tell: its own duplicate check, or a question that it is asked."""
    if ANSWER in one.missing:
        return one.item.asked is Asked.AUTHORITY
    return bool(one.missing) and all(name.startswith("duplicate.") for name in one.missing)


# --- what is answered ------------------------------------------------------------------------------------------------


def open_notice(project: Project) -> Decision | None:
    """The return that the draft has to answer; None where the last decision was none, or nothing was decided yet."""
    if project.state is not ProjectState.DRAFT:
        return None
    return last_return(project)


def last_return(project: Project) -> Decision | None:
    """The return that stands last among the decisions of approval."""
    last = gates.last_decision(project.subject, Step.APPROVE)
    return last if last is not None and last.verdict is Verdict.RETURNED else None


def points_answered(decision: Decision) -> list[Point]:
    """Every point of a notice in its order, with its newest answer."""
    found = {one.point: one for one in _answers(decision)}
    return [Point(number, text, found.get(number)) for number, text in enumerate(notice_of(decision), 1)]


def _answers(decision: Decision) -> list[NoticeAnswer]:
    return list(
        db.session.scalars(
            sa.select(NoticeAnswer)
            .where(NoticeAnswer.decision_id == decision.id)
            .options(joinedload(NoticeAnswer.answerer))
            .order_by(NoticeAnswer.id)
        )
    )


def unanswered(project: Project) -> list[Problem]:
    """Each point of the last return that the draft has not answered."""
    told = open_notice(project)
    open_points = [one for one in points_answered(told) if one.answer is None] if told is not None else []
    return [
        Problem(
            _("退回补正第 %(n)s 项还没有答复：%(text)s", n=one.number, text=one.text),
            why=_("每一项都要说明改了什么，或者为什么不改，审批人对照答复审查。"),
            remedy=_("请在“申报内容”的“补正答复”中逐项填写。"),
            place="answers",
        )
        for one in open_points
    ]
