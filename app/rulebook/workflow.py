"""The life of a draft: written by its author, reviewed and published by others; what follows each act."""

from flask_babel import gettext as _

from app.core.actors import Actor
from app.core.errors import Problem
from app.core.permissions import Permission
from app.lifecycle.workflow import Transition, Workflow
from app.rulebook.models import DraftState, RuleDraft

P, S = Permission, DraftState
OPEN = frozenset({S.DRAFT, S.SUBMITTED, S.REVIEWED})


def by_author(actor: Actor, draft: RuleDraft) -> bool:
    return actor.user_id == draft.drafted_by and actor.organisation_id == draft.organisation_id


def other_hands(actor: Actor, draft: RuleDraft) -> list[Problem]:
    """I8: a CHECK holds it as well; here it is said in words."""
    if actor.user_id != draft.drafted_by:
        return []
    return [
        Problem(
            _("这份草稿是您起草的，不能由您复核或发布。"),
            why=_("规则由一人起草，另一人复核。"),
            remedy=_("请由有权限的其他人员办理。"),
        )
    ]


# Each act by one permission; where a permission has several acts, each has its own table.
WORKFLOW: Workflow[RuleDraft] = Workflow(
    "rule_draft",
    (
        Transition(P.RULE_DRAFT, frozenset({S.DRAFT}), S.SUBMITTED, relation=by_author),
        Transition(P.RULE_REVIEW, frozenset({S.SUBMITTED}), S.REVIEWED, guards=(other_hands,)),
        Transition(P.RULE_PUBLISH, frozenset({S.REVIEWED}), S.PUBLISHED, guards=(other_hands,), dangerous=True),
    ),
)
RETURNING: Workflow[RuleDraft] = Workflow(
    "rule_draft_returned",
    (
        Transition(
            P.RULE_REVIEW, frozenset({S.SUBMITTED, S.REVIEWED}), S.DRAFT, guards=(other_hands,), needs_reason=True
        ),
    ),
)
TAKING_BACK: Workflow[RuleDraft] = Workflow(
    "rule_draft_taken_back",
    (Transition(P.RULE_DRAFT, frozenset({S.SUBMITTED, S.REVIEWED}), S.DRAFT, relation=by_author),),
)
WITHDRAWING: Workflow[RuleDraft] = Workflow(
    "rule_draft_withdrawn",
    (Transition(P.RULE_DRAFT, OPEN, S.WITHDRAWN, relation=by_author, dangerous=True),),
)
# Writing it anew on the version that came meanwhile; it then has to be handed in again.
REBASING: Workflow[RuleDraft] = Workflow(
    "rule_draft_rebased", (Transition(P.RULE_DRAFT, OPEN, S.DRAFT, relation=by_author),)
)
REPLAYING: Workflow[RuleDraft] = Workflow("rule_draft_replayed", (Transition(P.RULE_REPLAY, OPEN, None),))


def moves() -> list[tuple[str, str]]:
    """Every move of all tables; staying where it is, is none."""
    tables = (WORKFLOW, RETURNING, TAKING_BACK, WITHDRAWING, REBASING)
    return sorted({move for table in tables for move in table.moves() if move[0] != move[1]})
