"""Judging a draft exactly as a file with it would be judged, each finding at its field."""

from typing import Any

from flask_babel import gettext as _

from app.catalogues.actions import check_one, reminders_of_one
from app.catalogues.checking import CheckedEntry
from app.catalogues.files import RawEntry
from app.catalogues.queries import content_of, said
from app.core.actors import Actor
from app.core.clock import today
from app.core.errors import Problem
from app.rulebook.entries import leaves
from app.rulebook.fields import fields_of
from app.rulebook.mandates import outside_mandate
from app.rulebook.models import RuleDraft
from app.rulebook.queries import content_of_draft, overtaken_by

Content = dict[str, Any]
# When a version begins is said when it is published.
_BEGIN = {"valid_from": None}


def raw_of(draft: RuleDraft, content: Content) -> RawEntry:
    """The draft as a file would hold it. Its lines are its fields, so that a finding leads to one."""
    places = _places(draft.kind, content)
    lines = {tuple(place.split(".")): number for number, place in enumerate(places, start=1)}
    return RawEntry(draft.source_file, 0, str(content.get("code") or ""), content, lines)


def _places(kind: str, content: Content) -> list[str]:
    """Every field, after what it is inside of; a field that is missing has its place as well."""
    found: dict[str, None] = {}
    for leaf in leaves(fields_of(kind), content):
        parts = leaf.place.split(".")
        found |= dict.fromkeys(".".join(parts[:size]) for size in range(1, len(parts) + 1))
    return list(found)


def check(draft: RuleDraft, content: Content | None = None) -> tuple[CheckedEntry | None, list[Problem]]:
    """The sound entry, or everything that is wrong with it."""
    content = content_of_draft(draft) if content is None else content
    raw = raw_of(draft, content)
    places = {line: ".".join(place) for place, line in raw.lines.items()}
    checked = check_one(draft.kind, raw)
    problems = [
        Problem(
            said(one.reason), remedy=said(one.remedy), place=field_at(draft.kind, content, places.get(one.line, ""))
        )
        for one in checked.findings
    ]
    return next(iter(checked.entries), None) if not problems else None, problems


def reminders(draft: RuleDraft, content: Content | None = None) -> list[Problem]:
    """What is no mistake and hardly meant, in the words that a file's check says it with; of a sound draft."""
    raw = raw_of(draft, content_of_draft(draft) if content is None else content)
    return [Problem(said(one.reason), remedy=said(one.remedy)) for one in reminders_of_one(draft.kind, raw)]


def field_at(kind: str, content: Content, place: str) -> str:
    """The input that a finding is shown at: the first one inside the place it names."""
    inputs = [leaf.place for leaf in leaves(fields_of(kind), content)]
    inside = (one for one in inputs if one == place or one.startswith(f"{place}."))
    return next(inside, place) if place else ""


def standing_against(actor: Actor, draft: RuleDraft) -> list[Problem]:
    """Everything that keeps a draft from being handed in."""
    content = content_of_draft(draft)
    _entry, problems = check(draft, content)
    if not draft.reason.strip():
        problems.append(Problem(_("请写明修订理由。"), remedy=_("复核人据此判断是否应当修订。"), place="reason"))
    # An end that is no day, or before the beginning, is told once.
    ended = [] if any(one.place == "valid_until" for one in problems) else past_end(content)
    return problems + unchanged(draft, content) + outside_mandate(actor, draft) + ended + taken(draft)


def unchanged(draft: RuleDraft, content: Content) -> list[Problem]:
    if draft.base is None or {**content_of(draft.base), **_BEGIN} != {**content, **_BEGIN}:
        return []
    return [
        Problem(
            _("草稿与第 %(n)s 版完全相同，没有可以复核的修改。", n=draft.base.version),
            remedy=_("请先修改，或撤回这份草稿。"),
        )
    ]


def past_end(content: Content) -> list[Problem]:
    """An end that has passed would put the rule out of force before it began."""
    until = content.get("valid_until")
    if not isinstance(until, str) or until >= today().isoformat():
        return []
    return [
        Problem(
            _("失效日期 %(day)s 已经过去。", day=until),
            why=_("发布日不早于今天，失效日期不能早于发布日。"),
            remedy=_("请改为今天或以后的日期；长期有效的不填。"),
            place="valid_until",
        )
    ]


def taken(draft: RuleDraft) -> list[Problem]:
    """A version that came meanwhile: for a new rule, its code is no longer free."""
    newer = overtaken_by(draft)
    if newer is None:
        return []
    if draft.base is None:
        return [
            Problem(
                _("编码 %(code)s 已经用于现有条目。", code=draft.entry_code),
                remedy=_("请换一个新编码，或从该条目的页面开始修订。"),
                place="code",
            )
        ]
    return [
        Problem(
            _("草稿所依据的第 %(old)s 版已被第 %(new)s 版取代。", old=draft.base.version, new=newer.version),
            why=_(
                "第 %(new)s 版来自 %(source)s。直接发布会丢掉其中的修改。", new=newer.version, source=newer.source_file
            ),
            remedy=_("请由起草人对照两版差异，“改为依据最新版本”后重新提交。"),
        )
    ]
