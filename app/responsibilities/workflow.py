"""The life of a responsibility list as a table: who may move it, and what must hold before."""

import json
from collections.abc import Iterable

from flask_babel import gettext as _

from app.core.actors import Actor
from app.core.errors import Problem
from app.core.permissions import Permission
from app.lifecycle.workflow import Transition, Workflow
from app.responsibilities import homes
from app.responsibilities.content import parties_content
from app.responsibilities.models import DutyList, DutyListState
from app.responsibilities.queries import open_list, signing_organisations
from app.subjects.actions import explain_conflicts
from app.subjects.queries import conflicts_among, parties_of

P, S = Permission, DutyListState


def by_client(actor: Actor, duty_list: DutyList) -> bool:
    return homes.is_client(actor, duty_list.holder)


def by_signer(actor: Actor, duty_list: DutyList) -> bool:
    return actor.organisation_id in signing_organisations(duty_list.holder.subject)


def going_on(_actor: Actor, duty_list: DutyList) -> list[Problem]:
    return homes.going_on(duty_list.holder)


def not_halted(_actor: Actor, duty_list: DutyList) -> list[Problem]:
    return [homes.halted()] if homes.rests(duty_list.holder) else []


def nothing_open(_actor: Actor, duty_list: DutyList) -> Iterable[Problem]:
    present = open_list(duty_list.holder)
    if present is not None:
        yield already_open(present)


def already_open(present: DutyList) -> Problem:
    return Problem(
        _("权责清单 %(code)s 还没有办完（%(state)s）。", code=present.code, state=present.state.label),
        why=_("同一项目、同一合同同时只有一版清单在编制或会签。"),
        remedy=_("请先办完这一版，或在会签中退回后修改。"),
    )


def not_the_submitter(actor: Actor, duty_list: DutyList) -> Iterable[Problem]:
    if duty_list.submitted_by == actor.user_id:
        yield Problem(
            _("提交会签的人不能签署同一版清单。"),
            why=_("提交与签署须由两人办理（四眼原则）。"),
            remedy=_("请由本机构其他负责人签署。"),
        )


def not_signed_yet(actor: Actor, duty_list: DutyList) -> Iterable[Problem]:
    if any(one.organisation_id == actor.organisation_id for one in duty_list.signatures):
        yield Problem(_("您的机构已经签署。"), why=_("每个当事机构只签署一次。"))


def separated(_actor: Actor, duty_list: DutyList) -> list[Problem]:
    """No party controls another of a different side today."""
    standings = {(party.organisation_id, party.side) for party in parties_of(duty_list.holder.subject)}
    return explain_conflicts(conflicts_among(standings))


def parties_as_sealed(_actor: Actor, duty_list: DutyList) -> Iterable[Problem]:
    """Who joined, left or was renamed after the list was sealed does not stand in it as it is read."""
    if duty_list.content and json.loads(duty_list.content)["parties"] != parties_content(duty_list.holder.subject):
        yield Problem(
            _("提交会签之后，当事方有变化，这一版不能签署。"),
            why=_("签署的清单须与现在的当事方一致，否则有机构没有权责。"),
            remedy=_("请退回这一版，由项目单位补入后重新提交会签。"),
        )


WORKFLOW: Workflow[DutyList] = Workflow(
    "duty_list",
    (
        # Changing a draft and sending it out for signing are the client's; what blocks the latter is in its action.
        Transition(P.DUTY_DRAFT, frozenset({S.DRAFT}), S.SIGNING, relation=by_client, guards=(going_on,)),
        Transition(
            P.DUTY_SIGN,
            frozenset({S.SIGNING}),
            S.SIGNED,
            relation=by_signer,
            guards=(going_on, not_the_submitter, not_signed_yet, separated, parties_as_sealed),
        ),
        Transition(
            P.DUTY_RETURN,
            frozenset({S.SIGNING}),
            S.RETURNED,
            relation=by_signer,
            guards=(not_halted,),
            needs_reason=True,
        ),
    ),
)
AMENDING: Workflow[DutyList] = Workflow(
    "duty_list_amendment",
    (
        Transition(
            P.DUTY_DRAFT,
            frozenset({S.SIGNED}),
            None,
            relation=by_client,
            guards=(going_on, nothing_open),
            needs_reason=True,
        ),
    ),
)
