"""A project of which only the subject and its parties stand, and decisions on it; for tests of gates and of others."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from werkzeug.datastructures import FileStorage

from app.audit import act
from app.core.clock import today
from app.core.permissions import Permission
from app.gates import actions, opinions
from app.gates.actions import About, ConditionFacts, Ruling
from app.gates.kinds import OpinionKind, Stance, Step, Verdict
from app.gates.models import Decision, Obligation, Opinion
from app.gates.opinions import OpinionFacts
from app.subjects.actions import add_party, open_subject
from app.subjects.models import PartyRole, Subject, SubjectKind
from tests.factories import MOMENT, World, region

DIGEST = "d" * 64
# After the day on which `condition` is due.
MOMENT_AFTER = MOMENT + timedelta(days=40)
CODE = "XM-4401-2026-9001"


def bare_project(w: World, code: str = CODE, place: str = "4401") -> Subject:
    """The subject of a project with its client and its competent authority, and nothing declared."""
    officer = w.actor("officer")
    with act(officer, Permission.PROJECT_DECLARE, ref=f"project:{code}"):
        subject = open_subject(SubjectKind.PROJECT, code, "一体化政务服务平台", region(place))
        add_party(subject, w.org("agency"), PartyRole.CLIENT)
        add_party(subject, w.org("authority"), PartyRole.COMPETENT_AUTHORITY)
    return subject


def about(w: World, by: str = "officer", org: str = "agency") -> About:
    """The first version of a declaration, submitted by the client's officer."""
    return About(name="申报书第 1 版", digest=DIGEST, proposed_by=w.user(by).id, proposer_org=w.org(org).id)


def condition(w: World, text: str = "补充密码应用方案", days: int = 30, owner: str = "agency") -> ConditionFacts:
    return ConditionFacts(text=text, owner_id=w.org(owner).id, due_on=today() + timedelta(days=days))


def conditional(w: World, *conditions: ConditionFacts) -> Ruling:
    return Ruling(Verdict.CONDITIONAL, reason="总体可行", conditions=conditions or (condition(w),))


def decide(
    w: World,
    subject: Subject,
    ruling: Ruling | None = None,
    step: Step = Step.APPROVE,
    by: str = "authority_lead",
    **changes: Any,
) -> Decision:
    """A decision inside an act of its own, as rooms above make it."""
    actor = w.actor(by)
    permission = Permission.PROJECT_DECIDE if by == "authority_lead" else Permission.PROJECT_READ
    with act(actor, permission, ref=subject.ref):
        return actions.record_decision(
            actor,
            subject,
            step,
            ruling or Ruling(Verdict.PASSED),
            changes.get("about") or about(w),
            changes.get("values"),
        )


def obliged(w: World, subject: Subject, *conditions: ConditionFacts) -> Obligation:
    """The first condition of a conditional approval."""
    return decide(w, subject, conditional(w, *conditions)).obligations[0]


def opinion_facts(**changes: Any) -> OpinionFacts:
    given = {
        "step": Step.APPROVE,
        "kind": OpinionKind.EXPERT,
        "giver_name": "何教授",
        "giver_organisation": "省信息协会",
        "stance": Stance.SUPPORT,
        "score": 86,
        "text": "方案可行，建议复用统一身份认证。",
        "independent": True,
    }
    return OpinionFacts(**(given | changes))


def opine(w: World, subject: Subject, upload: FileStorage | None = None, **changes: Any) -> Opinion:
    return opinions.opine(w.actor("authority_officer"), subject, opinion_facts(**changes), upload)


def paper(content: bytes = b"%PDF-1.4 proof", name: str = "证明.pdf") -> FileStorage:
    return FileStorage(stream=io.BytesIO(content), filename=name)


def on(day: str) -> date:
    return date.fromisoformat(day)
