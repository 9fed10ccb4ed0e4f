"""The life of an assessment as a table: who may move it from where to where, and what must hold before."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from app.assessments.models import Assessment, AssessmentState
from app.assessments.queries import has_scored, is_closed, is_stale, result_of
from app.assessments.sentences import restored
from app.catalogues.queries import said
from app.contracts import workflow as contracts
from app.core.actors import Actor
from app.core.errors import Problem
from app.core.permissions import Permission
from app.lifecycle.workflow import Transition, Workflow

P, S = Permission, AssessmentState
# Moves of an edition that are not its own act: a newer one takes its place, an objection is taken back.
REPLACED = frozenset({S.COMPUTED, S.ISSUED, S.CONFIRMED, S.UPHELD, S.REOPENED})
BESIDE = (
    *((one, S.SUPERSEDED) for one in sorted(REPLACED)),
    (S.OBJECTED, S.UPHELD),
    (S.OBJECTED, S.REOPENED),
    (S.OBJECTED, S.ISSUED),
    (S.FINAL, S.RESTATED),
)


def by_client(actor: Actor, assessment: Assessment) -> bool:
    return contracts.is_client(actor, assessment.contract)


def by_operator(actor: Actor, assessment: Assessment) -> bool:
    return contracts.is_operator(actor, assessment.contract)


def sure(_actor: Actor, assessment: Assessment) -> Iterator[Problem]:
    """I6: nothing is published that rests on what nobody judged, or waits for a figure."""
    result = result_of(assessment)
    verify = _("请先办结核验和裁定，再重新计算。")
    complete = str(_("请补报并核验缺少的数据，再重新计算。"))
    for reason in result["provisional_because"]:
        yield Problem(said(restored(reason)), why=_("只有经核验的数据才能产生正式结果。"), remedy=verify)
    if result["total"] is None:
        yield Problem(said(restored(result["reason"])), why=_held_because(result), remedy=complete)
    yield from _money_known(result["deductions"], complete)


def _money_known(money: Mapping[str, Any], complete: str) -> Iterator[Problem]:
    """No rule of the deductions waits for a figure, and no fee for a count that is owed."""
    waiting = _("、").join(f"{one['service']} {one['indicator']}" for one in money["lines"] if one["effect"] == "held")
    if waiting:
        yield Problem(_("扣款暂缓：%(codes)s 尚缺可用的数据。", codes=waiting), remedy=complete)
    for fee in money["fees"]:
        if fee["owed"] and money["net_fen"] is None:
            yield Problem(
                _("%(service)s：%(how)s", service=fee["service"], how=said(restored(fee["how"]))),
                remedy=_("请补报并核验使用量，再重新计算。"),
            )


def _held_because(result: Mapping[str, Any]) -> str:
    """The items that the total waits for."""
    held = [
        f"{service['service']} {item['code']}"
        for service in result["services"]
        for item in service["items"]
        if item["effect"] == "held"
    ]
    return str(_("暂缓的指标：%(items)s。", items=_("、").join(held))) if held else ""


def fresh(_actor: Actor, assessment: Assessment) -> Iterator[Problem]:
    """What was calculated is what would be calculated now."""
    if is_stale(assessment):
        yield Problem(
            _("计算之后，数据、核验、除外时段、评分或上一期的结果已有变化。"),
            why=_("发布和定稿的必须是按现有数据计算的结果。"),
            remedy=_("请重新计算，再按新的结果办理。"),
        )


def not_the_issuer(actor: Actor, assessment: Assessment) -> Iterator[Problem]:
    if assessment.issued_by == actor.user_id:
        yield Problem(
            _("发布结果的人不能办理这一步。"),
            why=_("发布与裁定、定稿须由两人办理（四眼原则）。"),
            remedy=_("请由本机构其他负责人办理。"),
        )


def not_a_scorer(actor: Actor, assessment: Assessment) -> Iterator[Problem]:
    """Who gave a score that went into the result has an interest in it."""
    if has_scored(actor.user_id, assessment):
        yield Problem(
            _("您为本期作过定性评分，不能裁定对本期结果的异议。"),
            why=_("评分人不裁定对评分结果的异议。"),
            remedy=_("请由本机构没有评分、也没有发布结果的负责人裁定。"),
        )


def closed(_actor: Actor, assessment: Assessment) -> Iterator[Problem]:
    """I9: what a final result rests on cannot change any more."""
    if not is_closed(assessment.contract, assessment.span):
        yield Problem(
            _("数据周期 %(period)s 尚未关闭。", period=assessment.period),
            why=_("定稿之后，所依据的数据不能再变。"),
            remedy=_("请先在“数据”页关闭该周期。"),
        )


WORKFLOW: Workflow[Assessment] = Workflow(
    "assessment",
    (
        Transition(P.ASSESSMENT_ISSUE, frozenset({S.COMPUTED}), S.ISSUED, relation=by_client, guards=(sure, fresh)),
        Transition(P.ASSESSMENT_CONFIRM, frozenset({S.ISSUED}), S.CONFIRMED, relation=by_operator),
        Transition(P.ASSESSMENT_OBJECT, frozenset({S.ISSUED}), S.OBJECTED, relation=by_operator, needs_reason=True),
        Transition(
            P.ASSESSMENT_DECIDE,
            frozenset({S.OBJECTED}),
            None,
            relation=by_client,
            guards=(not_the_issuer, not_a_scorer),
            needs_reason=True,
        ),
        Transition(
            P.ASSESSMENT_FINALISE,
            frozenset({S.CONFIRMED, S.UPHELD}),
            S.FINAL,
            relation=by_client,
            guards=(not_the_issuer, sure, fresh, closed),
        ),
    ),
)


def moves() -> list[tuple[str, str]]:
    """Every move of an edition, as the database guard lists them."""
    beside = {(source.value, target.value) for source, target in BESIDE}
    return sorted({*WORKFLOW.moves(), *beside})
