"""What stands against adding to a contract that was bought before: to which one, of what, from whom, and how much."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from app.core.errors import Problem
from app.core.formats import fmt
from app.organisations.models import Organisation
from app.procurement.kinds import ProcurementState, Purpose
from app.procurement.models import Procurement
from app.procurement.queries import original_for, room_beside
from app.procurement.supplements import ARTICLES, Added, Room
from app.projects.change_wording import percent
from app.projects.models import Project

SAME_OBJECT = "《政府采购法》第49条"
LONGEST_BASIS = 1000


@dataclass(frozen=True)
class Asked:
    """What a plan asks for of the purchase whose contract it adds to, by number; of none where it adds to nothing."""

    number: int | None
    purpose: Purpose
    budget_fen: int | None
    term_months: int | None
    basis: str


def problems(project: Project, asked: Asked, changed: Procurement | None = None) -> Iterator[Problem]:
    """Everything that keeps a plan from adding to what it names; `changed` is the plan as it stood."""
    if asked.number is None:
        return
    original = original_for(project, asked.number)
    if original is None:
        yield Problem(
            _("本项目没有所选的原采购。"),
            why=_("只能追加到本项目中已经签订的合同。"),
            remedy=_("请从列表中选择；不是追加的，留空。"),
            place="adds_to",
        )
        return
    yield from _object_problems(original, asked)
    if original.state is not ProcurementState.CONTRACTED:
        yield Problem(
            _("原采购 %(code)s 现在是“%(state)s”，不能追加。", code=original.code, state=original.state.label),
            why=_("追加以正在履行的合同为准，上限按原合同金额计算。"),
            remedy=_("请在原合同签订之后办理；现在就需要的，另行采购。"),
            article=ARTICLES,
            place="adds_to",
        )
    elif asked.budget_fen is not None and asked.budget_fen > 0:
        own = Added(changed.number if changed is not None else 0, asked.budget_fen)
        yield from tenth_problems(original, room_beside(original, own), own.fen)


def _object_problems(original: Procurement, asked: Asked) -> Iterator[Problem]:
    """The same object on the same terms, for no longer than the contract runs."""
    if asked.purpose is not original.purpose:
        yield Problem(
            _("追加的采购内容须与原采购相同，原采购是“%(purpose)s”。", purpose=original.purpose.label),
            why=_("只能追加与原合同标的相同的货物、工程或者服务，合同的其他条款不变。"),
            remedy=_("请改选相同的采购内容；内容不同的，另行采购。"),
            article=SAME_OBJECT,
            place="purpose",
        )
    if asked.term_months and original.term_months and asked.term_months > original.term_months:
        yield Problem(
            _("追加的服务期长于原采购的 %(n)s 个月。", n=original.term_months),
            why=_("追加在原合同履行期内进行，不能借以延长合同。"),
            remedy=_("请缩短服务期；期满后仍需要的，重新采购。"),
            article=SAME_OBJECT,
            place="term_months",
        )
    if len(asked.basis) > LONGEST_BASIS:
        yield Problem(
            _("单一来源理由连同所依据的条文超过 %(n)s 个字。", n=LONGEST_BASIS),
            remedy=_("请写得简短些。"),
            place="single_source_basis",
        )


def tenth_problems(original: Procurement, room: Room, own_fen: int) -> Iterator[Problem]:
    """All that is added, with what is asked for now, is at most a tenth of the original contract."""
    if not room.is_known:
        yield Problem(
            _("原采购 %(code)s 的合同金额没有记录，不能核定追加的上限。", code=original.code),
            why=_("全部追加不得超过原合同金额的十分之一；金额不明的不能视为没有超过。"),
            remedy=_("请先登记原合同金额；无从查证的，重新组织采购。"),
            article=ARTICLES,
            place="adds_to",
        )
    elif not room.is_kept:
        yield _too_much(original, room, own_fen)


def _too_much(original: Procurement, room: Room, own_fen: int) -> Problem:
    before = Room(room.original_fen, room.added_fen - own_fen)
    left = before.left_fen or 0
    said = {
        "code": original.code,
        "whole": fmt.money(original.contract_fen),
        "most": fmt.money(room.most_fen),
        "before": fmt.money(before.added_fen),
        "left": fmt.money(left),
    }
    return Problem(
        _(
            "追加累计 %(total)s 元，是原合同的 %(share)s，超过十分之一。",
            total=fmt.money(room.added_fen),
            share=percent(room.share),
        ),
        why=_(
            "原采购 %(code)s 的合同金额 %(whole)s 元，全部追加不得超过 %(most)s 元；其他追加已计 %(before)s 元。"
            "分几次追加合并计算。",
            **said,
        ),
        remedy=_("本次最多可追加 %(left)s 元，超过的部分重新组织采购。", **said)
        if left
        else _("已没有可追加的金额，请重新组织采购。"),
        article=ARTICLES,
        place="budget",
    )


def winner_problems(procurement: Procurement, winner: Organisation) -> list[Problem]:
    """What is added is bought from whom the original contract is with."""
    original = procurement.original
    if original is None or original.winner is None or original.winner_id == winner.id:
        return []
    return [
        Problem(
            _("追加只能向原合同的供应商“%(name)s”采购。", name=original.winner.name),
            why=_("须保证与原采购一致或者服务配套，才可以从原供应商处添购。"),
            remedy=_("请选择原供应商；向其他供应商采购的，另行组织采购。"),
            article=ARTICLES,
            place="winner",
        )
    ]
