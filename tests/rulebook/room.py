"""Drafts through the real actions: begun, typed, handed in, reviewed, replayed, published."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.core.clock import today
from app.rulebook import actions, drafting
from app.rulebook.entries import spread
from app.rulebook.fields import fields_of
from app.rulebook.models import RuleDraft
from app.rulebook.queries import content_of_draft
from app.rulebook.replaying import replay_draft
from tests.factories import World

ITEM, REASON = "NL-A13", "省级要求放宽自建机房的认定。"


def values_of(draft: RuleDraft, **changes: Any) -> dict[str, Any]:
    """What the form of a draft holds, with changes by place (`name.zh` as `name__zh`)."""
    held = spread(fields_of(draft.kind), content_of_draft(draft))
    return {**held, **{place.replace("__", "."): value for place, value in changes.items()}}


def drafted(
    w: World, kind: str = "negative_item", code: str = ITEM, by: str = "authority_officer", **changes: Any
) -> RuleDraft:
    """A draft with something changed, saved; the condition of an item, unless something else is said."""
    draft = drafting.start(w.actor(by), kind, code)
    if not changes:
        changes = {"remedy__zh": "改用政务云。"} if kind == "negative_item" else {"name__zh": "改过的名称"}
    return drafting.save(w.actor(by), draft, values_of(draft, **changes), REASON)


def submitted(w: World, **asked: Any) -> RuleDraft:
    return actions.submit(w.actor("authority_officer"), drafted(w, **asked))


def reviewed(w: World, by: str = "authority_lead", **asked: Any) -> RuleDraft:
    draft = submitted(w, **asked)
    return actions.review(w.actor(by), draft, draft.digest, "核对无误。")


def published(w: World, day: date | None = None, **asked: Any) -> RuleDraft:
    draft = reviewed(w, **asked)
    if draft.kind == "negative_item":
        replay_draft(w.actor("authority_lead"), draft)
    actions.publish(w.actor("authority_lead"), draft, day or today(), draft.digest)
    return draft
