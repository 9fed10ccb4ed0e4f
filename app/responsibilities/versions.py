"""Two versions of a list side by side, in words; and what the page of its project says of a list."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.core.actors import Actor
from app.core.permissions import Permission
from app.gates.kinds import Phase
from app.projects.models import Project
from app.projects.panels import Panel, PanelRow
from app.responsibilities.comparing import Change, changes
from app.responsibilities.content import content_of
from app.responsibilities.duty_file import Bearer, EvidenceKind
from app.responsibilities.models import DutyList, Letter
from app.responsibilities.queries import findings_of, open_list, signed_list
from app.responsibilities.wording import BEARERS, EVIDENCE
from app.subjects.models import PartyRole
from app.subjects.queries import parties_of

P = Permission


@dataclass(frozen=True)
class Comparison:
    """Two versions and what differs, grouped by duty for components/diff.html."""

    older: DutyList
    newer: DutyList
    groups: list[tuple[str, list[dict[str, Any]]]]


def comparison_of(older: DutyList, newer: DutyList) -> Comparison:
    old, new = (_content(one) for one in (older, newer))
    texts = {
        (duty["entry"]["code"] if duty["entry"] else duty["text"]): duty
        for content in (old, new)
        for duty in (*content["duties"], *content["left_out"])
    }
    names = {party["code"]: party["name"]["zh"] for content in (old, new) for party in content["parties"]}
    groups: dict[str, list[dict[str, Any]]] = {}
    for change in changes(old, new):
        title = _title(texts.get(change.duty)) if change.duty else str(_("当事方"))
        groups.setdefault(title, []).append(_change(change, names))
    return Comparison(older, newer, list(groups.items()))


def _content(duty_list: DutyList) -> dict[str, Any]:
    return json.loads(duty_list.content) if duty_list.content else content_of(duty_list)


def _title(duty: Mapping[str, Any] | None) -> str:
    if duty is None:
        return ""
    return f"{duty['entry']['code']} {duty['text']}" if duty["entry"] else str(duty["text"])


def _change(change: Change, names: Mapping[str, str]) -> dict[str, Any]:
    name = names.get(change.organisation, change.organisation)
    labels = {
        "party": name,
        "letter": name,
        "duty": _("事项"),
        "left_out": _("删减理由"),
        "text": _("事项"),
        "bearer": _("承担方"),
        "phase": _("阶段"),
        "deadline": _("时限"),
        "basis": _("依据"),
        "evidence": _("证据形式"),
        "evidence_words": _("证据名称"),
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
    if name == "letter":
        return _("%(letter)s %(word)s", letter=value, word=Letter(value).label)
    kinds: dict[str, Any] = {
        "party": lambda: PartyRole(value).label,
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
