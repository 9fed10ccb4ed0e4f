"""Two versions of a list side by side, in words; and what the page of its project says of a list."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.actors import Actor
from app.core.db import db
from app.core.permissions import Permission
from app.gates.kinds import Phase
from app.organisations.models import Organisation
from app.projects.models import Project
from app.projects.panels import Panel, PanelRow
from app.responsibilities.comparing import Beside, Change, Compared, Fate, PartyOf, beside
from app.responsibilities.content import content_of
from app.responsibilities.duty_file import Bearer, EvidenceKind
from app.responsibilities.models import DutyList, DutyListState, Letter
from app.responsibilities.queries import findings_of, open_list, signed_list
from app.responsibilities.template import PHASES
from app.responsibilities.wording import BEARERS, EVIDENCE
from app.subjects.models import PartyRole
from app.subjects.queries import parties_of

P = Permission
# Signed by all, now or until the next one was.
BOUND = frozenset({DutyListState.SIGNED, DutyListState.SUPERSEDED})

FATES: dict[Fate, tuple[Any, str]] = {
    Fate.ADDED: (_l("新增"), "good"),
    Fate.REMOVED: (_l("移除"), "bad"),
    Fate.LEFT_OUT: (_l("改为删减"), "warn"),
    Fate.TAKEN_BACK: (_l("恢复"), "good"),
    Fate.CHANGED: (_l("有变化"), "info"),
    Fate.SAME: (_l("相同"), "muted"),
}
CAME_AND_WENT: dict[Fate, tuple[Any, str]] = {
    Fate.ADDED: (_l("新加入"), "good"),
    Fate.REMOVED: (_l("已退出"), "bad"),
    Fate.CHANGED: (_l("角色有变化"), "info"),
}


@dataclass(frozen=True)
class ComparedParty:
    """A column: an organisation, its roles before and after in words, and whether it came or went."""

    name: str
    before: str
    after: str
    mark: tuple[Any, str] | None


@dataclass(frozen=True)
class ComparedRow:
    """A duty of either version: its letters before and after by column, and what else differs."""

    code: str
    text: str
    line: int
    version: int
    fate: Fate
    mark: tuple[Any, str]
    left_out: str
    letters: list[tuple[str, str]]
    changes: list[dict[str, Any]]


@dataclass(frozen=True)
class Comparison:
    """Everything templates/responsibilities/compare.html reads."""

    older: DutyList
    newer: DutyList
    parties: list[ComparedParty]
    phases: list[tuple[Phase, list[ComparedRow]]]
    counts: list[tuple[Any, int, str]]
    differs: bool
    only: bool

    @property
    def same(self) -> bool:
        return self.older.id == self.newer.id


def before(versions: Iterable[DutyList], newer: int) -> int:
    """What a version is compared with: the newest before it that was in force, else the newest before it, else itself.

    A version that was returned never bound anybody, so that it is passed over where another one did.
    """
    earlier = [one for one in versions if one.number < newer]
    bound = [one.number for one in earlier if one.state in BOUND]
    return max(bound or [one.number for one in earlier], default=newer)


def comparison_of(older: DutyList, newer: DutyList, only: bool = True) -> Comparison:
    """Two versions as one matrix; `only` leaves out the duties that are the same in both."""
    old, new = (_content(one) for one in (older, newer))
    found = beside(old, new)
    names = {party["code"]: party["name"]["zh"] for content in (old, new) for party in content["parties"]}
    names |= _strangers(one.code for one in found.parties if one.code not in names)
    groups: dict[str, list[ComparedRow]] = {}
    for one in found.duties:
        if not only or one.fate is not Fate.SAME:
            groups.setdefault(one.shown["phase"], []).append(_row(one, older.number, newer.number))
    return Comparison(
        older,
        newer,
        parties=[_party(one, names.get(one.code, one.code)) for one in found.parties],
        phases=[(Phase(phase), groups[phase]) for phase in PHASES if phase in groups],
        counts=_counts(found),
        differs=found.differs,
        only=only,
    )


def _content(duty_list: DutyList) -> dict[str, Any]:
    return json.loads(duty_list.content) if duty_list.content else content_of(duty_list)


def _strangers(codes: Iterable[str]) -> dict[str, str]:
    """Names of those who have letters without being a party any more."""
    wanted = list(codes)
    if not wanted:
        return {}
    rows = db.session.execute(sa.select(Organisation.code, Organisation.name_zh).where(Organisation.code.in_(wanted)))
    return {row.code: row.name_zh for row in rows}


def _counts(found: Beside) -> list[tuple[Any, int, str]]:
    """How many duties and parties fared how; the tone stands only beside something that differs."""
    duties, parties = found.counts(), Counter(one.fate for one in found.parties)
    rows = [
        (_("新增事项"), duties[Fate.ADDED] + duties[Fate.TAKEN_BACK], "good"),
        (_("移除事项"), duties[Fate.REMOVED] + duties[Fate.LEFT_OUT], "bad"),
        (_("有变化的事项"), duties[Fate.CHANGED], "warn"),
        (_("相同的事项"), duties[Fate.SAME], ""),
        (_("新加入的当事方"), parties[Fate.ADDED], "good"),
        (_("已退出的当事方"), parties[Fate.REMOVED], "bad"),
    ]
    return [(label, count, tone if count else "") for label, count, tone in rows]


def _party(one: PartyOf, name: str) -> ComparedParty:
    return ComparedParty(name, _roles(one.before), _roles(one.after), CAME_AND_WENT.get(one.fate))


def _roles(roles: tuple[str, ...]) -> str:
    return "、".join(str(PartyRole(role).label) for role in roles)


def _row(one: Compared, older: int, newer: int) -> ComparedRow:
    shown = one.shown
    return ComparedRow(
        code=shown["entry"]["code"] if shown["entry"] else "",
        text=shown["text"],
        line=shown["line"],
        version=newer if one.new else older,
        fate=one.fate,
        mark=FATES[one.fate],
        left_out=shown["left_out"],
        letters=list(one.letters),
        changes=[_change(change) for change in one.changes if change.field not in ("letter", "duty")],
    )


def _change(change: Change) -> dict[str, Any]:
    labels = {
        "left_out": _("删减理由"),
        "text": _("事项"),
        "bearer": _("承担方"),
        "phase": _("阶段"),
        "deadline": _("时限"),
        "basis": _("依据"),
        "evidence": _("证据形式"),
        "evidence_words": _("证据名称"),
        "rule": _("规则版本"),
    }
    return {
        "field": labels[change.field],
        "old": _value(change.field, change.old),
        "new": _value(change.field, change.new),
    }


def _value(name: str, value: str) -> Any:
    """A value of the content in words."""
    if not value:
        return ""
    kinds: dict[str, Any] = {
        "rule": lambda: _("第 %(n)s 版", n=value),
        "bearer": lambda: BEARERS[Bearer(value)],
        "phase": lambda: Phase(value).label,
        "evidence": lambda: EVIDENCE[EvidenceKind(value)],
    }
    return kinds[name]() if name in kinds else value


# --- the project's page ----------------------------------------------------------------------------------------------


def duties_panel(actor: Actor, project: Project) -> Panel | None:
    """The list in force and the one being worked on, with what is still wrong."""
    if not actor.may(P.DUTY_READ):
        return None
    href = url_for("responsibilities.of_project", code=project.code)
    signed, working = signed_list(project), open_list(project)
    rows = [_panel_row(_("现行清单"), signed)] if signed else []
    rows += [_panel_row(_("办理中的清单"), working)] if working else []
    judged = signed or working
    if judged is None:
        return Panel("duties", _("权责清单"), (PanelRow(_("清单"), _("尚未编制"), tone="muted"),), href)
    wrong = sum(one.blocking for one in findings_of(judged))
    mine = sum(1 for line in judged.lines if line.letters.get(actor.organisation_id or 0) is Letter.ACCOUNTABLE)
    rows.append(PanelRow(_("待改问题"), _("%(n)s 处", n=wrong), tone="bad" if wrong else "good"))
    if any(party.organisation_id == actor.organisation_id for party in parties_of(project.subject)):
        rows.append(PanelRow(_("本机构负责的事项"), _("%(n)s 项", n=mine)))
    return Panel("duties", _("权责清单"), tuple(rows), href)


def _panel_row(label: Any, duty_list: DutyList) -> PanelRow:
    words = _("第 %(n)s 版 %(state)s", n=duty_list.number, state=duty_list.state.label)
    href = url_for("responsibilities.version", code=duty_list.holder.code, number=duty_list.number)
    return PanelRow(label, words, href, duty_list.state.tone)
