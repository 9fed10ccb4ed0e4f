"""Writing a draft: begun from a version or from nothing, saved however far it is, set on a newer version."""

import hashlib
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import act
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import content_of
from app.core.actors import Actor, must
from app.core.canonical import canonical_json
from app.core.clock import now, today
from app.core.db import db, serialise
from app.core.errors import NotFound, Problem, Refused
from app.core.locking import expect_version
from app.core.permissions import Permission
from app.organisations.models import Organisation
from app.rulebook.entries import Values, gather, merged, rows_at, with_row, without_row
from app.rulebook.fields import EDITABLE, fields_of
from app.rulebook.models import DraftState, RuleDraft
from app.rulebook.queries import content_of_draft, newest_version, overtaken_by
from app.rulebook.workflow import REBASING, WORKFLOW

P = Permission
Content = dict[str, Any]
# A rule is read by people; what is longer is no rule.
MOST_CONTENT = 60_000
MOST_ROWS = 40


def start(actor: Actor, kind: str, code: str = "", local: bool = False) -> RuleDraft:
    """A draft of a new version of a rule, of a local one that takes its place, or (without code) of a new rule."""
    must(actor, P.RULE_DRAFT)
    if kind not in EDITABLE:
        raise NotFound
    base = newest_version(kind, code) if code else None
    if code and base is None:
        raise NotFound
    content = _local(actor, base) if local and base else _first(base)
    serialise("rule_drafts")
    draft = RuleDraft(
        code=_next_code(),
        kind=kind,
        organisation_id=actor.organisation_id,
        drafted_by=actor.user_id,
        drafted_at=now(),
        base_entry_id=base.id if base and not local else None,
    )
    _write(draft, content, base if not local else None)
    with act(actor, P.RULE_DRAFT, ref=draft.ref) as running:
        running.note(item=draft.entry_code or None, sha256=draft.digest)
        db.session.add(draft)
        db.session.flush()
    return draft


def _next_code() -> str:
    """Drafts are never deleted, so that their number is how many there are."""
    number = (db.session.scalar(sa.select(sa.func.count()).select_from(RuleDraft)) or 0) + 1
    return f"GZ-{number:04d}"


def _first(base: CatalogueEntry | None) -> Content:
    if base is None:
        return {"status": "D", "valid_from": today().isoformat()}
    return {**content_of(base), "valid_from": base.valid_from.isoformat()}


def _local(actor: Actor, base: CatalogueEntry) -> Content:
    """The same rule for the place of the actor's organisation; its code is for its author to find."""
    organisation = db.session.get(Organisation, actor.organisation_id)
    where = organisation.region.name_zh if organisation else ""
    kept = {key: value for key, value in content_of(base).items() if key not in ("code", "valid_until", "practice")}
    return {**kept, "overlays": base.code, "jurisdiction": where, "valid_from": today().isoformat()}


def _write(draft: RuleDraft, content: Content, base: CatalogueEntry | None) -> None:
    if base is not None:
        # What a rule is called by is how it is found; its versions follow each other under it.
        content = {**content, "code": base.code}
    text = canonical_json(content)
    if len(text) > MOST_CONTENT:
        raise Refused(
            Problem(
                _("草稿内容超过 %(n)s 个字符，没有保存。", n=MOST_CONTENT), remedy=_("请精简文字，或拆成几条规则。")
            )
        )
    draft.content, draft.digest = text, hashlib.sha256(text.encode()).hexdigest()
    # A code that is too long for one is told when the draft is handed in; until then it is none.
    code = str(content.get("code") or "")
    draft.entry_code = code if len(code) <= 80 else ""


def save(actor: Actor, draft: RuleDraft, values: Values, reason: str, seen: int | None = None) -> RuleDraft:
    """What was typed, whether or not it could be handed in: nothing typed is lost."""
    content = typed(draft, values)
    return _save(actor, draft, content, reason, seen)


def typed(draft: RuleDraft, values: Values) -> Content:
    """The entry that a form says."""
    return gather(fields_of(draft.kind), values, content_of_draft(draft))


def add_row(
    actor: Actor, draft: RuleDraft, values: Values, reason: str, place: str, seen: int | None = None
) -> RuleDraft:
    """The same with one more row of a list."""
    content = typed(draft, values)
    if len(_listed(draft, content, place)) >= MOST_ROWS:
        raise Refused(Problem(_("最多 %(n)s 行。", n=MOST_ROWS), remedy=_("请拆成几条规则。")))
    return _save(actor, draft, with_row(content, place), reason, seen)


def drop_row(
    actor: Actor, draft: RuleDraft, values: Values, reason: str, place: str, seen: int | None = None
) -> RuleDraft:
    """The same without one row of a list; its number ends the place."""
    content = typed(draft, values)
    whole, _dot, number = place.rpartition(".")
    _listed(draft, content, whole)
    return _save(actor, draft, without_row(content, whole, int(number)), reason, seen)


def _listed(draft: RuleDraft, content: Content, place: str) -> list[Content]:
    rows = rows_at(fields_of(draft.kind), content, place)
    if rows is None:
        raise NotFound
    return rows


def _save(actor: Actor, draft: RuleDraft, content: Content, reason: str, seen: int | None) -> RuleDraft:
    WORKFLOW.check(actor, draft, P.RULE_DRAFT)
    expect_version(draft, seen)
    with act(actor, P.RULE_DRAFT, ref=draft.ref) as running:
        _write(draft, content, draft.base)
        draft.reason = reason.strip()
        running.note(sha256=draft.digest)
    return draft


def rebase(actor: Actor, draft: RuleDraft) -> tuple[str, ...]:
    """Sets a draft on the version that came meanwhile, with its own changes done to that one; returns the keys that
    both changed, where the draft's word was kept. It then has to be handed in again."""
    REBASING.check(actor, draft, P.RULE_DRAFT)
    newer = overtaken_by(draft)
    if newer is None or draft.base is None:
        raise Refused(Problem(_("草稿依据的已经是最新版本。"), remedy=_("请刷新页面。")))
    old, now_said = _first(draft.base), _first(newer)
    # The day is the version's, not the draft's: it is said anew when that is published.
    found = merged(
        {**old, "valid_from": ""}, {**now_said, "valid_from": ""}, {**content_of_draft(draft), "valid_from": ""}
    )
    with act(actor, P.RULE_DRAFT, ref=draft.ref) as running:
        running.note(before=draft.base.version, version=newer.version)
        back_to_draft(draft)
        draft.base_entry_id = newer.id
        _write(draft, {**found.content, "valid_from": now_said["valid_from"]}, newer)
        db.session.flush()
        db.session.expire(draft, ["base"])
    return found.torn


def back_to_draft(draft: RuleDraft) -> None:
    """What was said of it holds no more. Part of an act."""
    draft.state = DraftState.DRAFT
    draft.reviewed_by = draft.reviewer_org = draft.reviewed_at = None
    draft.review_note = ""
