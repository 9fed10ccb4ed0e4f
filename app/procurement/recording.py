"""What every act on a purchase shares: whose it is, the proof that comes with it, the trail, and what is owed next."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.audit import act
from app.audit.acts import Act
from app.calendars.queries import due_by, workdays_left
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db, serialise
from app.core.errors import NotAllowed, Problem, Refused
from app.core.permissions import Permission
from app.evidence.actions import attach
from app.evidence.queries import evidence_of
from app.lifecycle.actions import ask_once
from app.procurement.kinds import ProcurementState
from app.procurement.models import Procurement
from app.procurement.workflow import WORKFLOW, expect_state
from app.projects.models import Project
from app.projects.queries import acted_for
from app.projects.workflow import is_client
from app.subjects.actions import stand_for_side

RECORD = Permission.PROCUREMENT_RECORD
NO_AWARD: dict[str, Any] = {
    **dict.fromkeys(("award_on", "winner_id", "award_fen", "award_sha256", "awarded_by", "awarded_at")),
    "award_number": "",
}


@dataclass(frozen=True)
class Proof:
    """The file that shows something: one of the project's by its digest, or a new one."""

    sha256: str | None = None
    upload: FileStorage | None = None

    @property
    def is_given(self) -> bool:
        return bool(self.sha256) or self.upload is not None


NO_PROOF = Proof()


def begin(actor: Actor, procurement: Procurement, *allowed: ProcurementState) -> None:
    """One act at a time, on the purchase as the one before left it; refuses who may not, and what cannot be now."""
    alone(procurement.project)
    db.session.refresh(procurement)
    WORKFLOW.check(actor, procurement, RECORD)
    only_client(actor, procurement.project)
    expect_state(procurement, *allowed)


def alone(project: Project) -> None:
    """Waits for whoever is changing the project's purchases, whose sum is limited."""
    serialise(f"procurements:{project.code}")


@contextmanager
def recording(actor: Actor, procurement: Procurement, step: str, reason: str = "") -> Iterator[Act]:
    """The act under which the client's officer records a step."""
    with act(actor, RECORD, ref=procurement.ref, reason=reason) as running:
        stand_for_side(actor, procurement.project.subject)
        running.note(procurement=procurement.code, step=step)
        yield running


def only_client(actor: Actor, project: Project) -> None:
    """Refuses whoever does not act for the project's client, or has acted in the project for somebody else before."""
    if not is_client(actor, project):
        raise NotAllowed(
            Problem(
                _("采购由项目单位办理。"),
                why=_("您的机构不是本项目的项目单位。"),
                remedy=_("如您也在该机构任职，请先切换身份。"),
            )
        )
    if acted_for(project, actor.user_id) not in {None, actor.organisation_id}:
        raise NotAllowed(
            Problem(
                _("您曾代表其他机构办理本项目，不能办理采购。"),
                why=_("采购的登记与确认须由始终代表项目单位的人员办理。"),
                remedy=_("请由本机构其他人员办理。"),
            )
        )


def refuse(found: Iterable[Problem]) -> None:
    """All problems at once, if there are any."""
    problems = list(found)
    if problems:
        raise Refused(problems)


def proof_problems(project: Project, proof: Proof, place: str, needed: str = "") -> list[Problem]:
    """A chosen file is one of the project's; where a file is needed, there is one."""
    if proof.upload is None and proof.sha256:
        known = any(one.sha256 == proof.sha256 for one in evidence_of(project.subject))
        return [] if known else [Problem(_("所选文件不是本项目的附件。"), remedy=_("请重新选择。"), place=place)]
    return [] if proof.is_given or not needed else [Problem(needed, place=place)]


def kept(actor: Actor, project: Project, proof: Proof, purpose: str, place: str) -> str | None:
    """The digest of the file, kept now when it is new. Needs a running act."""
    if proof.upload is None:
        return proof.sha256
    try:
        return attach(actor, project.subject, proof.upload, purpose).sha256
    except Refused as refusal:
        raise Refused([replace(one, place=place) for one in refusal.problems]) from refusal


def owe(procurement: Procurement, mark: str, rule: str, start: date) -> None:
    """The client owes a record by a statutory day; one that has passed already is owed at once. Needs a running act."""
    left = workdays_left(due_by(rule, start).day, today())
    item = f"{procurement.code}:{mark}" if mark else procurement.code
    ask_once(procurement.project.subject, procurement.client_org, RECORD, max(1, left), item)
