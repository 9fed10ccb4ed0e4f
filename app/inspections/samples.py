"""Sampling: what is to be compared with its evidence, drawn by chance or picked out, and what came of it."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.audit import act
from app.core.actors import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Problem, Refused, WrongState
from app.core.permissions import Permission
from app.inspections.independence import join_inspection, refuse_dependent
from app.inspections.kinds import SampleMethod, SampleResult
from app.inspections.models import Inspection, Sample
from app.inspections.queries import samples_of
from app.inspections.sampling import draw
from app.inspections.scored import Scored, scored
from app.inspections.workflow import INSPECTION_WORKFLOW

P = Permission


@dataclass(frozen=True)
class Draw:
    """How samples came about: by chance from a seed, or chosen (no seed)."""

    method: SampleMethod
    seed: str
    drawn: int
    population: int


def fresh_seed() -> str:
    """Chance that nobody can foresee: it is drawn when the sample is, written down with it, and shown at the end."""
    return secrets.token_hex(16)


def sample_at_random(actor: Actor, inspection: Inspection, count: int | None) -> list[Sample]:
    """Draws from everything the report scores that has not been sampled yet; see sampling.py for the arithmetic."""
    _check(actor, inspection)
    known = {one.key for one in samples_of(inspection)}
    left = {one.key: one for one in scored(inspection.report) if one.key not in known}
    if not left:
        raise WrongState(Problem(_("本版报告的计分数据都已抽查过。"), remedy=_("需要再次核对的，请指定抽查。")))
    if count is None or not 1 <= count <= len(left):
        raise Refused(Problem(_("抽取数量须为 1 至 %(n)s。", n=len(left)), place="count"))
    how = Draw(SampleMethod.RANDOM, fresh_seed(), count, len(left))
    return _keep(actor, inspection, [left[key] for key in draw(how.seed, left, count)], how)


def sample_chosen(actor: Actor, inspection: Inspection, keys: Sequence[str]) -> list[Sample]:
    """Picks out certain figures or files of events; one that was compared before may be compared again."""
    _check(actor, inspection)
    population = {one.key: one for one in scored(inspection.report)}
    wanted = list(dict.fromkeys(keys))
    _refuse_choice(wanted, population, samples_of(inspection))
    how = Draw(SampleMethod.CHOSEN, "", len(wanted), len(population))
    return _keep(actor, inspection, [population[key] for key in wanted], how)


def _check(actor: Actor, inspection: Inspection) -> None:
    INSPECTION_WORKFLOW.check(actor, inspection, P.INSPECTION_SAMPLE)
    refuse_dependent(actor, inspection.contract.subject)


def _refuse_choice(wanted: Sequence[str], population: Iterable[str], samples: Iterable[Sample]) -> None:
    """All or nothing; whether something foreign exists elsewhere is not said."""
    waiting = {one.key for one in samples if one.result is SampleResult.PENDING}
    foreign, doubled = set(wanted) - set(population), waiting & set(wanted)
    problems = []
    if not wanted:
        problems.append(Problem(_("没有选择要抽查的数据。"), remedy=_("请至少勾选一项。"), place="keys"))
    if foreign:
        problems.append(
            Problem(
                _("所选数据中有 %(n)s 个不是本版报告的计分数据。", n=len(foreign)),
                why=_("只能抽查报告据以计分的数据。"),
                remedy=_("请刷新页面，重新勾选。"),
                place="keys",
            )
        )
    if doubled:
        problems.append(
            Problem(
                _("所选数据中有 %(n)s 个正在抽查，尚未登记结果。", n=len(doubled)),
                remedy=_("请先登记结果。"),
                place="keys",
            )
        )
    if problems:
        raise Refused(problems)


def _keep(actor: Actor, inspection: Inspection, found: Iterable[Scored], how: Draw) -> list[Sample]:
    with act(actor, P.INSPECTION_SAMPLE, ref=inspection.ref) as running:
        running.note(method=how.method, seed=how.seed, drawn=how.drawn, population=how.population)
        join_inspection(actor, inspection)
        made = [_sample(actor, inspection, one, how) for one in found]
        db.session.add_all(made)
    return made


def _sample(actor: Actor, inspection: Inspection, one: Scored, how: Draw) -> Sample:
    return Sample(
        inspection_id=inspection.id,
        subject_id=inspection.subject_id,
        contract_id=inspection.contract_id,
        submission_id=one.submission.id,
        source=one.submission.source,
        figure_id=one.figure.id if one.figure else None,
        method=how.method,
        seed=how.seed,
        drawn=how.drawn,
        population=how.population,
        drawn_by=actor.user_id,
        drawn_at=now(),
    )


def settle(actor: Actor, inspection: Inspection, sample: Sample, result: SampleResult, note: str) -> Sample:
    """Records what comparing came to, once; whoever erred picks the figure out again and compares it anew."""
    _check(actor, inspection)
    if sample.result is not SampleResult.PENDING:
        raise WrongState(
            Problem(
                _("该抽查数据的结果已经登记为“%(result)s”。", result=sample.result.label),
                remedy=_("需要更正的，请指定抽查同一数据，重新核对。"),
            )
        )
    problems = []
    if result is SampleResult.PENDING:
        problems.append(Problem(_("请选择核对结果。"), place="result"))
    elif result is not SampleResult.AGREES and not note.strip():
        problems.append(Problem(_("不符或无据可查的，请写明情况。"), place="note"))
    if problems:
        raise Refused(problems)
    with act(actor, P.INSPECTION_SAMPLE, ref=inspection.ref):
        join_inspection(actor, inspection)
        sample.result, sample.note = result, note.strip()
        sample.settled_by, sample.settled_at = actor.user_id, now()
    return sample
