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
from app.lifecycle.actions import ask_once
from app.procurement.kinds import LIVE, ProcurementState, Purpose
from app.procurement.models import Procurement
from app.procurement.queries import procurements_of
from app.procurement.workflow import WORKFLOW, expect_state
from app.projects.documents import DocumentFacts, papers_of_kind, present_file, register_with
from app.projects.kinds import DocumentKind
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


@dataclass(frozen=True)
class Paper:
    """What a file has to be: the first kind when it comes with the record, any of them when it is registered already.

    `present` is the file that the purchase rests on now; it may stay. `number` is the purchase's own, 0 before it has
    one: what proves another purchase proves nothing here.
    """

    kinds: tuple[DocumentKind, ...]
    place: str
    present: str | None = None
    number: int = 0

    @property
    def kind(self) -> DocumentKind:
        return self.kinds[0]


def publicity_paper(procurement: Procurement | None) -> Paper:
    present = procurement.publicity_sha256 if procurement is not None else None
    number = procurement.number if procurement is not None else 0
    return Paper((DocumentKind.SINGLE_SOURCE_PUBLICITY,), "publicity_upload", present, number)


def award_paper(procurement: Procurement) -> Paper:
    return Paper((DocumentKind.AWARD_NOTICE,), "award_upload", procurement.award_sha256, procurement.number)


def contract_paper(procurement: Procurement) -> Paper:
    supervised = procurement.purpose is Purpose.SUPERVISE
    more = (DocumentKind.SUPERVISION_CONTRACT,) if supervised else ()
    kinds = (DocumentKind.PROCUREMENT_CONTRACT, *more)
    return Paper(kinds, "contract_upload", procurement.contract_sha256, procurement.number)


def proof_problems(project: Project, proof: Proof, paper: Paper, needed: str = "") -> list[Problem]:
    """A file is registered with the project as what it is taken for, or comes now; where one is needed there is one."""
    chosen = _digest(project, proof)
    if chosen is None:
        missing = Problem(
            needed, why=_wanted(paper), remedy=_("请选择已登记的材料，或上传新的文件。"), place=paper.place
        )
        return [] if proof.is_given or not needed else [missing]
    other = used_elsewhere(project, paper.number).get(chosen)
    if other is not None:
        return [_of_another(other, paper)]
    if chosen in _usable(project, paper):
        return []
    return [
        Problem(
            _("所选文件没有登记为“%(kind)s”。", kind=paper.kind.label),
            why=_wanted(paper),
            remedy=_("请选择此类材料或上传新的文件；登记错了种类的，先在项目材料中按正确的种类登记。"),
            place=paper.place,
        )
    ]


def _of_another(other: Procurement, paper: Paper) -> Problem:
    return Problem(
        _("所选文件已经用于采购 %(code)s“%(title)s”。", code=other.code, title=other.title),
        why=_("一份材料只能证明一次采购；%(wanted)s", wanted=_wanted(paper)),
        remedy=_("请选择或上传本次采购自己的材料。"),
        place=paper.place,
    )


def used_elsewhere(project: Project, number: int) -> dict[str, Procurement]:
    """The files that prove other purchases of a project, each with the purchase; the database holds the same (0030).

    The publicity of a purchase that came to nothing is free again: what was shown may serve the next attempt.
    """
    found: dict[str, Procurement] = {}
    for one in procurements_of(project):
        shown = one.publicity_sha256 if one.state in LIVE else None
        files = (shown, one.award_sha256, one.contract_sha256) if one.number != number else ()
        found |= {digest: one for digest in files if digest}
    return found


def _wanted(paper: Paper) -> str:
    return str(_("这一步以“%(kind)s”为凭，项目的其他材料不能代替。", kind=paper.kind.label))


def _usable(project: Project, paper: Paper) -> set[str | None]:
    return {paper.present, *(one.sha256 for one in papers_of_kind(project, *paper.kinds))}


def _digest(project: Project, proof: Proof) -> str | None:
    """The file of the project that is chosen, or that is uploaded once more; None for a new one."""
    if proof.upload is None:
        return proof.sha256 or None
    present = present_file(project, proof.upload)
    return present.sha256 if present is not None else None


def kept(actor: Actor, project: Project, proof: Proof, paper: Paper, number: str, day: date | None) -> str | None:
    """The digest of the file, registered now under its number and day when it is new. Needs a running act."""
    known = _digest(project, proof)
    if known is not None or proof.upload is None:
        return known
    facts = DocumentFacts(paper.kind, number.strip(), "", day)
    try:
        return register_with(actor, project, facts, proof.upload).sha256
    except Refused as refusal:
        raise Refused([replace(one, place=paper.place) for one in refusal.problems]) from refusal


def owe(procurement: Procurement, mark: str, rule: str, start: date) -> None:
    """The client owes a record by a statutory day; one that has passed already is owed at once. Needs a running act."""
    left = workdays_left(due_by(rule, start).day, today())
    item = f"{procurement.code}:{mark}" if mark else procurement.code
    ask_once(procurement.project.subject, procurement.client_org, RECORD, max(1, left), item)
