"""Answering the notice with which a declaration was returned, point by point, before it is submitted again."""

from collections.abc import Mapping

from flask_babel import gettext as _

from app.audit import act
from app.core.actors import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Problem, Refused
from app.core.permissions import Permission
from app.gates.models import Decision
from app.projects.models import Project
from app.projects.notice_models import NoticeAnswer
from app.projects.notices import Point, open_notice, points_answered
from app.projects.steps import alone
from app.projects.workflow import WORKFLOW
from app.subjects.actions import stand_for_side

DECLARE = Permission.PROJECT_DECLARE
MOST_TEXT = 2000


def answer(actor: Actor, project: Project, texts: Mapping[int, str]) -> list[NoticeAnswer]:
    """The client says what it changed for points of the last return, or why it did not.

    What is left empty stays as it was; an answer that says the same again is not kept twice.
    """
    alone(project)
    WORKFLOW.check(actor, project, DECLARE)
    told = open_notice(project)
    points = points_answered(told) if told is not None else []
    given = [(one, texts.get(one.number, "").strip()) for one in points]
    fresh = [(one, text) for one, text in given if text and (one.answer is None or one.answer.text != text)]
    _refuse_unfit(project, told, fresh)
    assert told is not None  # noqa: S101 - refused above
    with act(actor, DECLARE, ref=project.ref) as running:
        running.note(answered_points=[one.number for one, _text in fresh])
        side = stand_for_side(actor, project.subject)
        made = [
            NoticeAnswer(
                subject_id=project.subject_id,
                decision_id=told.id,
                point=one.number,
                text=text,
                answered_by=actor.user_id,
                answerer_org=actor.organisation_id,
                answerer_side=side,
                answered_at=now(),
            )
            for one, text in fresh
        ]
        db.session.add_all(made)
        db.session.flush()
    return made


def _refuse_unfit(project: Project, told: Decision | None, fresh: list[tuple[Point, str]]) -> None:
    problems = []
    if told is None:
        problems.append(Problem(_("没有需要答复的退回补正。"), remedy=_("请刷新页面查看最新状态。")))
    elif not fresh:
        problems.append(Problem(_("没有填写新的答复。"), remedy=_("请逐项说明改了什么，或者为什么不改。")))
    for one, text in fresh:
        if len(text) > MOST_TEXT:
            what = _("第 %(n)s 项答复超过 %(most)s 字。", n=one.number, most=MOST_TEXT)
            problems.append(Problem(what, remedy=_("请精简后再保存。"), place="answers"))
    if problems:
        raise Refused(problems)
