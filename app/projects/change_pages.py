"""What the pages of changes and countersignatures show: amounts before and after, what stands against, whose turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _

from app.core.actors import Actor
from app.core.db import db
from app.core.errors import Problem
from app.core.formats import fmt
from app.core.permissions import Permission
from app.evidence.models import EvidenceFile
from app.gates import countersigning
from app.gates.countersigning import Wanted
from app.gates.kinds import SignState, Step
from app.gates.models import Countersign
from app.gates.pages import hrefs_of
from app.gates.wording import about_in_words
from app.projects import change_wording as wording
from app.projects.change_drafting import CHANGING_STATES, flaws_of, reckon
from app.projects.change_kinds import COUNTED_CHANGES, OPEN_CHANGES, PENDING_CHANGES, ChangeRoute, ChangeState
from app.projects.change_models import ChangeCost, ProjectChange
from app.projects.changing import matter_of
from app.projects.effects import RUNNING, answers_of
from app.projects.kinds import CostCategory, ProjectKind, ProjectState
from app.projects.models import Project
from app.projects.pages import Check, checks_of, linked
from app.projects.panels import Panel, PanelRow
from app.projects.percentages import FILED_WITHIN, share
from app.projects.standing import Standing, after, approved_version, as_declared, changes_of, open_change
from app.projects.workflow import is_authority, is_client

P, S = Permission, ChangeState


@dataclass(frozen=True)
class Compared:
    """One value before and after."""

    label: Any
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def compare(before: Standing, then: Standing) -> list[Compared]:
    """Two standings side by side: the budget, each category of cost, the day and the person."""
    rows = [Compared(_("概算（元）"), _money(before.budget_fen), _money(then.budget_fen))]
    for one in CostCategory:
        if one in before.costs or one in then.costs:
            rows.append(Compared(one.label, _cost(before, one), _cost(then, one)))
    rows.append(Compared(_("计划建成日"), _day(before.until), _day(then.until)))
    rows.append(Compared(_("项目责任人"), before.person or fmt.MISSING, then.person or fmt.MISSING))
    return rows


def _money(fen: int | None) -> str:
    return fmt.MISSING if fen is None else fmt.money(fen)


def _cost(standing: Standing, category: CostCategory) -> str:
    """Where nothing was listed at all the amount is not known; where other costs were, this one is nothing."""
    return fmt.money(standing.costs.get(category, 0)) if standing.costs else fmt.MISSING


def _day(day: Any) -> str:
    return fmt.date(day) if day else fmt.MISSING


# --- every change of a project ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChangesPage:
    """Everything templates/projects/changes.html reads."""

    changes: list[ProjectChange]
    totals: list[Compared]
    moved: int
    share: str
    limit: int
    may_begin: bool
    why_not: str


def changes_page(actor: Actor, project: Project) -> ChangesPage:
    version, changes = approved_version(project), changes_of(project)
    counted = [one for one in reversed(changes) if one.state in COUNTED_CHANGES]
    totals = compare(as_declared(version), after(as_declared(version), counted)) if version else []
    moved = sum(one.moved_fen or 0 for one in counted)
    mine, why_not = actor.may(P.CHANGE_PROPOSE) and is_client(actor, project), _why_not(project)
    return ChangesPage(
        changes=changes,
        totals=totals,
        moved=moved,
        share=wording.percent(share(moved, version.design_budget_fen if version else None)),
        limit=FILED_WITHIN,
        may_begin=mine and not why_not,
        why_not=why_not if mine else "",
    )


def _why_not(project: Project) -> str:
    if project.state not in CHANGING_STATES or approved_version(project) is None:
        return str(wording.not_now(project.state).why)
    if project.current.kind is ProjectKind.MAINTAIN:
        return str(wording.nothing_is_built().what)
    return str(wording.one_at_a_time().what) if open_change(project) else ""


def changes_panel(actor: Actor, project: Project) -> Panel | None:
    """What became of a project since its approval, and what its promises came to; on the page of the project."""
    found = changes_of(project)
    counted = [one for one in found if one.state in COUNTED_CHANGES]
    pending = next((one for one in found if one.state in OPEN_CHANGES), None)
    promised = answers_of(project) if project.state in RUNNING else []
    rows = []
    if found:
        version = approved_version(project)
        moved = sum(one.moved_fen or 0 for one in counted)
        part = wording.percent(share(moved, version.design_budget_fen if version else None))
        rows.append(PanelRow(_("已批准和已备案的调整"), _("%(n)s 次，累计 %(share)s", n=len(counted), share=part)))
    if pending is not None:
        href = url_for("changes.detail", code=project.code, number=pending.number)
        rows.append(PanelRow(_("办理中的调整"), pending.state.label, href, pending.state.tone))
    if promised:
        open_ = sum(1 for one in promised if one.result is None)
        word = _("%(n)s 项未填报", n=open_) if open_ else _("已逐项填报")
        href = url_for("effects.of_project", code=project.code)
        rows.append(PanelRow(_("承诺的成效"), word, href, "warn" if open_ else "good"))
    href = url_for("changes.of_project", code=project.code)
    return Panel("changes", _("调整与成效"), tuple(rows), href) if rows and actor.may(P.PROJECT_READ) else None


# --- one change ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChangePage:
    """Everything templates/projects/change.html reads. `turn` is whose form is shown: edit, file, decide or nothing."""

    change: ProjectChange
    rows: list[Compared]
    lines: list[ChangeCost]
    why: list[str]
    share_now: str
    share_together: str
    earlier: int
    moved: int
    net: int
    days: int | None
    route: ChangeRoute
    file: EvidenceFile | None
    missing: list[Problem]
    check: Check | None
    hrefs: dict[str, str]
    signs: list[Countersign]
    turn: str
    may_withdraw: bool
    limit: int = FILED_WITHIN


def change_page(actor: Actor, change: ProjectChange) -> ChangePage:
    project, reckoned = change.project, reckon(change)
    approved, case = reckoned.case.approved, reckoned.case
    is_open = change.state in PENDING_CHANGES
    mine = actor.may(P.CHANGE_PROPOSE) and is_client(actor, project) and project.state in CHANGING_STATES
    route = change.route or reckoned.route
    return ChangePage(
        change=change,
        rows=compare(reckoned.before, after(reckoned.before, [change])),
        lines=list(change.costs),
        why=wording.why_in_words(reckoned.why),
        share_now=wording.percent(share(case.moved.gross, approved)),
        share_together=wording.percent(share(case.together.gross, approved)),
        earlier=case.earlier.gross,
        moved=case.moved.gross,
        net=case.together.net,
        days=reckoned.days,
        route=route,
        file=_file(change),
        missing=[linked(one, project) for one in flaws_of(change)] if change.state is S.DRAFT else [],
        check=checks_of(project, (Step.CHANGE,))[0] if is_open else None,
        hrefs=hrefs_of(project.subject),
        signs=_signs(change),
        turn=_turn(actor, change, route),
        may_withdraw=mine and is_open,
    )


def _turn(actor: Actor, change: ProjectChange, route: ChangeRoute) -> str:
    project = change.project
    if project.state not in CHANGING_STATES:
        return ""
    if change.state is S.DRAFT and actor.may(P.CHANGE_PROPOSE) and is_client(actor, project):
        return "edit"
    if change.state not in PENDING_CHANGES or not is_authority(actor, project):
        return ""
    if route is ChangeRoute.FILING:
        return "file" if actor.may(P.CHANGE_FILE) else ""
    return "decide" if actor.may(P.CHANGE_DECIDE) else ""


def _file(change: ProjectChange) -> EvidenceFile | None:
    return db.session.scalar(
        sa.select(EvidenceFile).where(
            EvidenceFile.subject_id == change.subject_id, EvidenceFile.sha256 == change.sha256
        )
    )


def _signs(change: ProjectChange) -> list[Countersign]:
    """Who was asked to sign this very content, void or not."""
    return list(
        db.session.scalars(
            sa.select(Countersign)
            .where(
                Countersign.subject_id == change.subject_id,
                Countersign.step == Step.CHANGE,
                Countersign.about_digest == change.digest,
            )
            .order_by(Countersign.id)
        )
    )


# --- countersignatures -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SignsPage:
    """Everything templates/projects/countersigns.html reads: one step at a time is signed."""

    step: Step | None
    about: str
    href: str
    digest: str
    wanted: list[Wanted]
    signs: list[Countersign]
    mine: Countersign | None
    may_ask: bool
    earlier: list[Countersign]


def step_signed_now(project: Project) -> tuple[Step | None, ProjectChange | None]:
    """Which decision lies before the authority, for which bodies may have to sign."""
    if project.state is ProjectState.SUBMITTED:
        return Step.APPROVE, None
    change = open_change(project)
    if change is not None and change.state in PENDING_CHANGES and change.route is ChangeRoute.APPROVAL:
        return Step.CHANGE, change
    return None, None


def matter_now(project: Project) -> countersigning.Matter | None:
    """What bodies are asked to sign now."""
    step, change = step_signed_now(project)
    if change is not None:
        return matter_of(change)
    if step is None:
        return None
    version = project.current
    asker = next(one.organisation_id for one in project.subject.parties if one.role.value == "client")
    return countersigning.Matter(f"declaration/{version.number}", version.sha256 or "", asker)


def signs_page(actor: Actor, project: Project) -> SignsPage:
    step, change = step_signed_now(project)
    matter = matter_now(project)
    signs = countersigning.asked(project.subject, step) if step else []
    wanted = countersigning.wanted_at(project.subject, step) if step else []
    mine = next(
        (one for one in signs if one.organisation_id == actor.organisation_id and one.state is SignState.ASKED), None
    )
    places = hrefs_of(project.subject)
    return SignsPage(
        step=step,
        about=about_in_words(matter.name) if matter else "",
        href=f"{places['changes']}/{change.number}" if change else places["declaration"],
        digest=matter.digest if matter else "",
        wanted=wanted,
        signs=signs,
        mine=mine if actor.may(P.COUNTERSIGN_SIGN) else None,
        may_ask=bool(wanted) and not signs and actor.may(P.COUNTERSIGN_ASK) and is_authority(actor, project),
        earlier=_earlier(project, signs),
    )


def _earlier(project: Project, now: Sequence[Countersign]) -> list[Countersign]:
    """What was signed for decisions before."""
    found = sa.select(Countersign).where(
        Countersign.subject_id == project.subject_id, Countersign.id.not_in([one.id for one in now])
    )
    return list(db.session.scalars(found.order_by(Countersign.id.desc())))
