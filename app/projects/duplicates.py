"""The duplicate check: a proposal beside everything on the ledger, and what a person of the authority makes of it.

A proposal is compared with all projects that live, all services and all imported applications, in every region: what is
built twice is mostly built in two places. What leaks by that is decided here. Of a project outside the reader's reach
only its name, its owner and the score are shown, and those to people of the managing side only; its texts, its passages
and the scores of its fields are not. Passages are text that the proposal itself contains. Services and applications are
on ledgers that all users read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit import act
from app.core.actors import Actor, must
from app.core.canonical import canonical_json, digest_both
from app.core.clock import now
from app.core.db import LabelledEnum, db
from app.core.errors import NotAllowed, Problem, Refused, Stale, WrongState
from app.core.permissions import Permission, Side
from app.lifecycle.actions import finish_task
from app.organisations.models import Organisation
from app.projects import similarity
from app.projects.kinds import ProjectState
from app.projects.ledger import ENTRY, PROJECT, SERVICE, key_of, nearest
from app.projects.models import Declaration, DuplicateVerdict, Project
from app.projects.queries import acted_for
from app.projects.similarity import Match
from app.projects.steps import ask_reviewers
from app.projects.workflow import is_authority
from app.services.models import LedgerEntry, Service
from app.subjects.actions import stand_for_side
from app.subjects.models import Party, PartyRole, Subject
from app.subjects.queries import in_reach

P = Permission
# After approval a doubt may be looked into again.
JUDGED_IN = (ProjectState.SUBMITTED, ProjectState.APPROVED)


class DuplicateFinding(LabelledEnum):
    """What the comparison came to: nothing, a part to be cut, or the main functions as a whole."""

    NONE = "none"
    PARTIAL = "partial"
    WHOLE = "whole"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"none": _l("不重复"), "partial": _l("部分重复"), "whole": _l("主要功能重复")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"none": "good", "partial": "warn", "whole": "bad"}


# --- what a reader sees ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Alike:
    """A passage that stands in both, as the page shows it: the field, and the other's text with the run marked."""

    label: str
    pieces: list[tuple[str, bool]]


@dataclass(frozen=True)
class Neighbour:
    """One match for one reader; `code`, `percent` and `alike` are empty where it lies outside his reach."""

    kind: str
    code: str
    name: str
    owner: str
    score: int
    state: Any = ""
    tone: str = ""
    own_service: bool = False
    percent: list[tuple[str, int]] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)

    @property
    def in_reach(self) -> bool:
        return bool(self.code)


@dataclass(frozen=True)
class _Owned:
    """Whose a project or service is, what became of it, and whether the reader may open it."""

    owner: str
    state: Any
    tone: str
    seen: bool


FIELD_WORDS = {
    similarity.NAME: _l("名称"),
    similarity.FUNCTIONS: _l("主要功能"),
    similarity.PURPOSE: _l("建设目的"),
    similarity.DATA: _l("使用数据"),
    similarity.CATEGORY: _l("项目类型"),
    similarity.REGION: _l("区划"),
}


def as_seen(actor: Actor, declaration: Declaration, found: Sequence[Match]) -> list[Neighbour]:
    """The matches as this reader may see them; to companies only what they may open."""
    owned = _owned(actor, [one.work.key for one in found])
    named = {one.service.code for one in declaration.services if one.service is not None}
    shown = [one for one in found if one.work.key in owned]
    if Side.MANAGEMENT not in actor.sides:
        shown = [one for one in shown if owned[one.work.key].seen]
    return [_neighbour(one, owned[one.work.key], named) for one in shown]


def _neighbour(match: Match, about: _Owned, named: set[str]) -> Neighbour:
    kind, code = match.work.key.split(":", 1)
    if not about.seen:
        return Neighbour(kind, "", match.work.name, about.owner, match.score)
    return Neighbour(
        kind=kind,
        code=code,
        name=match.work.name,
        owner=about.owner,
        score=match.score,
        state=about.state,
        tone=about.tone,
        own_service=kind == SERVICE and code in named,
        percent=[(str(FIELD_WORDS[name]), part) for name, part in match.percent.items()],
        alike=_alike(match),
    )


def _alike(match: Match) -> list[Alike]:
    """Passages by field, each text of the other once: a service's one text stands for two fields."""
    found, said = [], set()
    for name in similarity.TEXTS:
        spans = [(one.other_begin, one.other_end) for one in match.passages if one.field == name]
        text = getattr(match.work, name)
        if not spans or text in said:
            continue
        said.add(text)
        found.append(Alike(str(FIELD_WORDS[name]), similarity.pieces(text, spans)))
    return found


def _owned(actor: Actor, keys: Iterable[str]) -> dict[str, _Owned]:
    codes: dict[str, list[str]] = {PROJECT: [], SERVICE: [], ENTRY: []}
    for key in keys:
        kind, code = key.split(":", 1)
        codes[kind].append(code)
    projects = (
        sa.select(Project, Organisation, in_reach(actor).label("seen"))
        .join(Subject, Subject.id == Project.subject_id)
        .join(Party, sa.and_(Party.subject_id == Subject.id, Party.role == PartyRole.CLIENT))
        .join(Organisation, Organisation.id == Party.organisation_id)
        .where(Project.code.in_(codes[PROJECT]))
    )
    services = (
        sa.select(Service, Organisation)
        .join(Organisation, Organisation.id == Service.owner_id)
        .where(Service.code.in_(codes[SERVICE]))
    )
    found = {
        key_of(PROJECT, one.code): _Owned(owner.name, one.state.label, one.state.tone, bool(seen))
        for one, owner, seen in db.session.execute(projects)
    }
    may_read = actor.may(P.SERVICE_READ)
    entries = sa.select(LedgerEntry).where(LedgerEntry.id.in_([int(code) for code in codes[ENTRY]]))
    found |= {
        key_of(ENTRY, str(one.id)): _Owned(one.owner_name, one.state.label, one.state.tone, may_read)
        for one in db.session.scalars(entries)
    }
    return found | {
        key_of(SERVICE, one.code): _Owned(owner.name, one.state.label, one.state.tone, may_read)
        for one, owner in db.session.execute(services)
    }


# --- the verdict -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DuplicatesPage:
    """Everything templates/projects/duplicates.html reads. `digest` names what the reader saw."""

    project: Project
    neighbours: list[Neighbour]
    hidden: int
    digest: str
    verdicts: list[DuplicateVerdict]
    may_judge: bool

    @property
    def findings(self) -> list[tuple[DuplicateVerdict, DuplicateFinding]]:
        return [(one, DuplicateFinding(one.verdict)) for one in self.verdicts]


def page_of(actor: Actor, project: Project) -> DuplicatesPage:
    """The nearest ten as they are now, and every verdict so far."""
    found = nearest(project.current)
    shown = as_seen(actor, project.current, found)
    return DuplicatesPage(
        project=project,
        neighbours=shown,
        hidden=len(found) - len(shown),
        digest=digest_both(_compared(shown).encode()).sha256,
        verdicts=verdicts_of(project),
        may_judge=actor.may(P.DUPLICATE_JUDGE)
        and is_authority(actor, project)
        and project.state in JUDGED_IN
        and not _not_independent(actor, project),
    )


def verdicts_of(project: Project) -> list[DuplicateVerdict]:
    """Verdicts on a project, newest first."""
    return list(
        db.session.scalars(
            sa.select(DuplicateVerdict)
            .where(DuplicateVerdict.project_id == project.id)
            .order_by(DuplicateVerdict.id.desc())
        )
    )


def _compared(shown: Iterable[Neighbour]) -> str:
    """What was compared, as it is kept: of what lies outside the judge's reach no more than he saw."""
    return canonical_json(
        [
            {
                "kind": one.kind,
                "code": one.code,
                "name": one.name,
                "owner": one.owner,
                "score": one.score,
                "alike": [[piece for piece, alike in part.pieces if alike] for part in one.alike],
            }
            for one in shown
        ]
    )


def judge_duplicates(
    actor: Actor, project: Project, verdict: str, reason: str, to_cut: str = "", seen: str | None = None
) -> DuplicateVerdict:
    """Records what the authority made of the nearest ten; `seen` is the digest of what the page showed."""
    must(actor, P.DUPLICATE_JUDGE)
    _refuse_wrong_hands(actor, project)
    _refuse_flaws(verdict, reason, to_cut)
    compared = _compared(as_seen(actor, project.current, nearest(project.current)))
    _refuse_unseen(seen, compared)
    with act(actor, P.DUPLICATE_JUDGE, ref=project.ref, reason=reason.strip()) as running:
        running.note(verdict=verdict, version=project.current.number, compared=digest_both(compared.encode()).sha256)
        side = stand_for_side(actor, project.subject)
        made = DuplicateVerdict(
            project_id=project.id,
            subject_id=project.subject_id,
            declaration_id=project.current.id,
            verdict=verdict,
            reason=reason.strip(),
            to_cut=to_cut.strip(),
            matches=compared,
            judged_by=actor.user_id,
            judge_org=actor.organisation_id,
            judge_side=side,
            judge_role=PartyRole.COMPETENT_AUTHORITY,
            judged_at=now(),
        )
        db.session.add(made)
        finish_task(actor, project.subject, P.DUPLICATE_JUDGE)
        db.session.flush()
        ask_reviewers(project)
    return made


def _refuse_wrong_hands(actor: Actor, project: Project) -> None:
    """Only the competent authority of the project, in time, and by somebody who asked for nothing himself."""
    if not is_authority(actor, project):
        raise NotAllowed(
            Problem(
                _("查重结论由本项目的主管部门认定。"),
                why=_("查重是审批的一部分，项目单位不能认定自己的申报。"),
                remedy=_("请切换到主管部门的身份。"),
            )
        )
    if project.state not in JUDGED_IN:
        raise WrongState(
            Problem(
                _("当前状态不能认定查重结论。"),
                why=_("项目现在是“%(state)s”，提交审批后才认定。", state=project.state.label),
            )
        )
    problems = _not_independent(actor, project)
    if problems:
        raise NotAllowed(problems)


def _not_independent(actor: Actor, project: Project) -> list[Problem]:
    """Four eyes: who submitted the declaration or acted for another party does not judge it."""
    asked = project.current.submitted_by == actor.user_id
    if not asked and acted_for(project, actor.user_id) in {None, actor.organisation_id}:
        return []
    return [
        Problem(
            _("您代表项目单位或其他机构办理过本项目，不能认定查重结论。"),
            why=_("申报与认定须由不同的人办理（四眼原则）。"),
            remedy=_("请由主管部门其他人员认定。"),
        )
    ]


def _refuse_flaws(verdict: str, reason: str, to_cut: str) -> None:
    found = []
    if verdict not in set(DuplicateFinding):
        found.append(Problem(_("请选择查重结论。"), place="verdict"))
    if not reason.strip():
        found.append(Problem(_("请写明认定理由。"), remedy=_("逐一说明与最相近项目或服务的异同。"), place="reason"))
    if (verdict == DuplicateFinding.PARTIAL) != bool(to_cut.strip()):
        what = (
            _("部分重复须写明应核减的内容。")
            if verdict == DuplicateFinding.PARTIAL
            else _("只有部分重复才写核减内容。")
        )
        found.append(Problem(what, place="to_cut"))
    if found:
        raise Refused(found)


def _refuse_unseen(seen: str | None, compared: str) -> None:
    if seen is not None and seen != digest_both(compared.encode()).sha256:
        raise Stale(
            Problem(
                _("比对结果在您打开页面之后已经变化，没有办理。"),
                why=_("台账或申报内容有更新。"),
                remedy=_("请核对最新的比对结果后再认定；您填写的内容保留在下面。"),
            )
        )
