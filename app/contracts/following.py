"""Which provincial practice a contract follows: its project's, or one of its own until the draft is submitted."""

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.audit import act
from app.contracts.models import Contract, ContractState
from app.contracts.workflow import WORKFLOW, is_client
from app.core.actors import Actor
from app.core.db import db, serialise
from app.core.errors import Problem, Refused, Stale, WrongState
from app.core.permissions import Permission
from app.practices.choosing import chosen_entry, follow
from app.subjects.actions import stand_for_side

DRAFT = Permission.CONTRACT_DRAFT


def may_choose(actor: Actor, contract: Contract) -> bool:
    still_open = contract.state is ContractState.DRAFT and contract.project is None
    return still_open and actor.may(DRAFT) and is_client(actor, contract)


def choose_practice(actor: Actor, contract: Contract, code: str, reason: str = "") -> None:
    """The client says which practice the draft follows, in the version of today; empty: the national rules alone."""
    serialise(contract.ref)
    db.session.flush()
    # The second of two must not act on what he read before he waited.
    db.session.refresh(contract)
    db.session.refresh(contract.subject)
    _still_open(contract)
    WORKFLOW.check(actor, contract, DRAFT)
    _follows_no_project(contract)
    before, entry = contract.subject.practice_entry, chosen_entry(contract.subject.region, code)
    if (before.id if before else None) == (entry.id if entry else None):
        raise Refused(Problem(_("与现在的模式相同，没有更改。"), remedy=_("请选择另一种模式。"), place="practice"))
    if before is not None and not reason.strip():
        why = _("更改模式会改变适用的清单、闸门和权责。")
        raise Refused(Problem(_("没有写明更改的理由。"), why=why, remedy=_("请填写理由。"), place="reason"))
    try:
        with act(actor, DRAFT, ref=contract.ref, reason=reason.strip()):
            stand_for_side(actor, contract.subject)
            follow(contract.subject, entry)
            db.session.flush()
    except IntegrityError as error:
        raise Stale(
            Problem(
                _("本合同的模式已不能更改。"),
                why=_("合同已提交会签，或者已归入项目。"),
                remedy=_("请刷新页面，查看合同现在的状态。"),
            )
        ) from error


def _still_open(contract: Contract) -> None:
    if contract.state is not ContractState.DRAFT:
        raise WrongState(
            Problem(
                _("合同已提交会签，不能再更改地方模式。"),
                why=_("封存的内容写明了所选的模式，各方签署的是同一份内容。"),
                remedy=_("合同被退回修改后，可以在重新提交之前更改。"),
            )
        )


def _follows_no_project(contract: Contract) -> None:
    if contract.project is not None:
        raise Refused(
            Problem(
                _("本合同随项目 %(code)s 的地方模式，不能单独更改。", code=contract.project.code),
                why=_("同一项目的合同和项目适用同样的规则。"),
                remedy=_("请在项目提交审批之前，在项目中选用模式，再起草合同。"),
                place="practice",
            )
        )
