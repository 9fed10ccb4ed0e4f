"""What became of the effects that a project promised: answered by the client for each evaluation, never overwritten."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage

from app.audit import act
from app.core.actors import Actor, must
from app.core.batches import of_each
from app.core.clock import now, today
from app.core.db import db
from app.core.errors import NotAllowed, NotFound, Problem, Refused, WrongState
from app.core.permissions import Permission
from app.evidence.actions import attach
from app.gates.kinds import Step
from app.gates.models import Decision
from app.gates.queries import next_round
from app.projects.change_models import EffectResult
from app.projects.kinds import ProjectState
from app.projects.models import Project, Target
from app.projects.standing import approved_version
from app.projects.steps import alone
from app.projects.workflow import is_client
from app.subjects.actions import stand_for_side

P, S = Permission, ProjectState
RUNNING = frozenset({S.OPERATING, S.EVALUATING})
_MOST = Decimal(10) ** 12


@dataclass(frozen=True)
class ResultFacts:
    """What is answered: a value with its day and source, or why it is not known."""

    actual: Decimal | None = None
    measured_on: date | None = None
    source: str = ""
    unknown_reason: str = ""


@dataclass(frozen=True)
class Answer:
    """A promise with what became of it in one evaluation; None: not answered."""

    target: Target
    result: EffectResult | None
    reached: bool | None


def promises_of(project: Project) -> list[Target]:
    """What was promised in the version that was approved, in its order."""
    version = approved_version(project)
    return list(version.targets) if version else []


def answered_targets(project: Project) -> set[int]:
    """The promises that are answered for the evaluation that comes next."""
    return of_each(project.subject_id, _answered) or set()


def _answered(subjects: Collection[int]) -> dict[int, set[int]]:
    decided = (
        sa.select(sa.func.coalesce(sa.func.max(Decision.round), 0))
        .where(Decision.subject_id == EffectResult.subject_id, Decision.step == Step.EVALUATE)
        .scalar_subquery()
    )
    found = sa.select(EffectResult.subject_id, EffectResult.target_id).where(
        EffectResult.subject_id.in_(subjects), EffectResult.round > decided
    )
    answers: dict[int, set[int]] = {}
    for subject_id, target_id in db.session.execute(found):
        answers.setdefault(subject_id, set()).add(target_id)
    return answers


def answers_of(project: Project, round_: int | None = None) -> list[Answer]:
    """Every promise with its newest answer for an evaluation: the one that comes next unless a round is named."""
    wanted = round_ or next_round(project.subject, Step.EVALUATE)
    rows = db.session.scalars(
        sa.select(EffectResult)
        .where(EffectResult.project_id == project.id, EffectResult.round == wanted)
        .options(joinedload(EffectResult.recorder))
        .order_by(EffectResult.id)
    )
    newest = {one.target_id: one for one in rows}
    return [
        Answer(target, newest.get(target.id), reached(target, newest.get(target.id))) for target in promises_of(project)
    ]


def reached(target: Target, result: EffectResult | None) -> bool | None:
    """Whether a promise was kept; None where nobody knows. Less is better where less was promised than there was."""
    if result is None or result.actual is None:
        return None
    if target.baseline is not None and target.value < target.baseline:
        return result.actual <= target.value
    return result.actual >= target.value


def record(
    actor: Actor, project: Project, target_id: int, facts: ResultFacts, upload: FileStorage | None = None
) -> EffectResult:
    """The client answers one promise for the evaluation that comes next; a later answer stands beside it."""
    must(actor, P.EFFECT_RECORD)
    alone(project)
    if not is_client(actor, project):
        raise NotAllowed(Problem(_("成效由项目单位填报。"), remedy=_("如您也在项目单位任职，请先切换身份。")))
    if project.state not in RUNNING:
        raise WrongState(_not_running(project.state))
    target = next((one for one in promises_of(project) if one.id == target_id), None)
    if target is None:
        raise NotFound
    problems = list(_problems(project, facts))
    if problems:
        raise Refused(problems)
    round_ = next_round(project.subject, Step.EVALUATE)
    with act(actor, P.EFFECT_RECORD, ref=project.ref) as running:
        kept = attach(actor, project.subject, upload, str(P.EFFECT_RECORD.label)) if upload else None
        result = EffectResult(
            project_id=project.id,
            subject_id=project.subject_id,
            target_id=target.id,
            round=round_,
            actual=facts.actual,
            measured_on=facts.measured_on,
            source=facts.source.strip(),
            unknown_reason=facts.unknown_reason.strip(),
            sha256=kept.sha256 if kept else None,
            recorded_by=actor.user_id,
            recorder_org=actor.organisation_id,
            recorder_side=stand_for_side(actor, project.subject),
            recorded_at=now(),
        )
        db.session.add(result)
        running.note(effect=target.name, round=round_, known=facts.actual is not None)
        db.session.flush()
    return result


def _not_running(state: ProjectState) -> Problem:
    return Problem(
        _("现在不能填报成效。"),
        why=_("项目现在是“%(state)s”；投入运营后才有成效可以填报。", state=state.label),
        remedy=_("请在运营期间填报。"),
    )


def _problems(project: Project, facts: ResultFacts) -> Iterator[Problem]:
    reason = facts.unknown_reason.strip()
    if facts.actual is None:
        if not reason:
            yield Problem(
                _("请填写实际值，或写明为什么不知道。"),
                why=_("没有数据不等于 0；承诺的成效须逐项有交代。"),
                remedy=_("填实际值、统计日期和来源；确实没有数据的，写明原因。"),
                place="actual",
            )
        if facts.measured_on is not None:
            yield Problem(
                _("没有实际值的，不填统计日期。"), remedy=_("请删去日期，或补填实际值。"), place="measured_on"
            )
        return
    if not 0 <= facts.actual < _MOST:
        yield Problem(_("实际值超出可记录的范围。"), remedy=_("请填 0 或以上的数。"), place="actual")
    if reason:
        yield Problem(_("已填实际值，不能再写不知道的原因。"), remedy=_("二者只填一项。"), place="unknown_reason")
    if not facts.source.strip():
        yield Problem(
            _("请写明实际值的来源。"),
            why=_("没有来源的数不能核对。"),
            remedy=_("写明系统、报表或统计口径。"),
            place="source",
        )
    yield from _day_problems(project, facts.measured_on)


def _day_problems(project: Project, day: date | None) -> Iterator[Problem]:
    if day is None:
        yield Problem(_("请填写统计日期。"), remedy=_("实际值截止到哪一天。"), place="measured_on")
    elif day > today() or (project.operation_from is not None and day < project.operation_from):
        yield Problem(
            _("统计日期 %(day)s 晚于今天，或早于投入运营日。", day=day.isoformat()),
            why=_("成效是投入运营以后的实际结果。"),
            remedy=_("请核对日期。"),
            place="measured_on",
        )
