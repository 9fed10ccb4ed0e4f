"""The page of all questions that wait for one answerer at a step."""

from dataclasses import dataclass

from app.core.actors import Actor
from app.core.errors import NotFound
from app.gates.kinds import Step
from app.negative_lists.judging import ANSWER
from app.negative_lists.pages import Line, line_of, may_answer
from app.negative_lists.screening import Screening, look
from app.subjects.models import Subject


@dataclass(frozen=True)
class OpenQuestions:
    """Everything templates/negative_lists/answers.html reads."""

    subject: Subject
    screening: Screening
    lines: list[Line]


def open_questions(actor: Actor, subject: Subject, step: Step) -> OpenQuestions:
    """The questions at a step that this actor may answer and that nobody has; `NotFound` when none is left."""
    found = look(subject, step)
    open_ones = [one for one in found.unknown if ANSWER in one.missing and may_answer(actor, subject, one.item)]
    if not open_ones:
        raise NotFound
    return OpenQuestions(subject, found, [line_of(actor, subject, one, found.facts, {}) for one in open_ones])
