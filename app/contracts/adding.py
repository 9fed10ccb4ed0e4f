"""Contracts that add to an earlier one: which that is, that it still runs, and that its other terms stay."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask_babel import gettext as _

from app.contracts.models import Contract, ContractService, ContractState, ContractVersion
from app.core.actors import Actor
from app.core.db import db
from app.core.errors import Problem
from app.procurement.adding import SAME_OBJECT
from app.procurement.models import Procurement

# A contract is added to while it runs, or waits to.
ADDABLE = frozenset({ContractState.SIGNED, ContractState.IN_FORCE})


def drawn_from(procurement: Procurement) -> Contract | None:
    """The contract that was drawn from a purchase, if there is one that was not given up."""
    return db.session.scalar(
        sa.select(Contract).where(Contract.procurement_id == procurement.id, Contract.state != ContractState.VOID)
    )


def added_to(contract: Contract) -> Contract | None:
    """The contract that this one adds to, if it adds to one."""
    purchase = contract.procurement
    return drawn_from(purchase.original) if purchase is not None and purchase.original is not None else None


def over(original: Contract | None) -> Iterator[Problem]:
    """What is over is not added to."""
    if original is not None and original.state not in ADDABLE:
        yield Problem(
            _("原合同 %(code)s 现在是“%(state)s”，不能订立补充合同。", code=original.code, state=original.state.label),
            why=_("补充合同在原合同履行中订立，不改变原合同的其他条款。"),
            remedy=_("请取消本次追加，仍需要的重新采购。"),
            article=SAME_OBJECT,
        )


def as_before(_actor: Actor, contract: Contract) -> Iterator[Problem]:
    """A supplement says how much more, and changes nothing else: the terms and prices of its original stay."""
    original = added_to(contract)
    if original is None:
        return
    yield from over(original)
    ours, theirs = contract.current, original.current
    moved = [*_terms(ours, theirs), *_lines(ours, theirs)]
    if moved:
        yield Problem(
            _("补充合同与原合同 %(code)s 不一致：%(list)s。", code=original.code, list=_("、").join(moved)),
            why=_("追加只能在不改变合同其他条款的前提下进行。"),
            remedy=_("请按原合同改回；确需改变条款的，另行采购。"),
            article=SAME_OBJECT,
        )


def _terms(ours: ContractVersion, theirs: ContractVersion) -> Iterator[str]:
    """What the terms are called that differ; the term itself only has to lie within that of the original."""
    words = {
        "mode_entry_id": _("合同方式"),
        "payment_terms": _("付款条件"),
        "exclusive": _("独家经营"),
        "point_fen": _("每分扣减金额"),
        "cap_percent": _("每期扣减上限"),
        "data_terms": _("数据委托与安全"),
        "exit_terms": _("退出与移交"),
    }
    yield from (str(word) for name, word in words.items() if getattr(ours, name) != getattr(theirs, name))
    if ours.term_until is not None and theirs.term_until is not None and ours.term_until > theirs.term_until:
        yield str(_("合同期限"))


def _lines(ours: ContractVersion, theirs: ContractVersion) -> Iterator[str]:
    """The services that the original does not have, or has at another price."""
    agreed = {line.service_id: _price(line) for line in theirs.lines}
    for line in ours.lines:
        if agreed.get(line.service_id) != _price(line):
            yield str(_("服务“%(name)s”", name=line.service.name_zh))


def _price(line: ContractService) -> tuple[object, ...]:
    return line.pricing, line.unit_price, line.unit
