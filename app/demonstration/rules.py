"""Rules that the authority revises on the web: one published, one reviewed, one handed in, one being written."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from app.core.clock import today
from app.core.db import db
from app.core.permissions import Role
from app.demonstration import organisations as places
from app.demonstration.timeline import Days, Deed, Timeline
from app.demonstration.world import World
from app.rulebook import actions, drafting
from app.rulebook.entries import spread
from app.rulebook.fields import fields_of
from app.rulebook.models import RuleDraft
from app.rulebook.queries import content_of_draft
from app.rulebook.replaying import replay_draft

ITEM = "negative_item"


@dataclass(frozen=True)
class Revision:
    """One draft: of which rule, why, what is typed over what it said, and how many working days ago it was begun."""

    kind: str
    code: str
    reason: str
    typed: tuple[tuple[str, Any], ...]
    begun: int
    local: bool = False
    steps: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"rule {self.code} {self.begun}"


REVISIONS = (
    Revision(
        ITEM, "NL-A13", "各地对“确需自建”的论证要求不一，统一写明由谁组织论证。",
        (
            ("remedy.zh", "改为使用政务云；确需自建的，由主管部门组织论证，再申请有期限的豁免"),
            ("remedy.en", "Use the government cloud; else let the authority examine the need, then ask to be exempted"),
        ),
        46, steps=("submit", "review", "replay", "publish"),
    ),
    Revision(
        "duty", "DU-002", "“一本账”的维护责任须写明更新时限。",
        (("name.zh", "维护应用、数据、公共组件和云资源的“一本账”，变更后五个工作日内更新，并据此组织项目查重"),),
        18, steps=("submit", "review"),
    ),
    Revision(
        ITEM, "NL-A12", "本省统一身份认证、电子证照已覆盖全部部门，自建的一律先作说明。",
        (("code", "NL-A12-GD"), ("severity", "restricted")),
        6, local=True, steps=("submit",),
    ),
    Revision(ITEM, "NL-C06", "拟补充经营者名单公开的要求。", (), 2),
)  # fmt: skip


def tell_rules(timeline: Timeline, days: Days) -> None:
    """Begun, and each following step a few days later."""
    for revision in REVISIONS:
        random, day = Random(revision.key), revision.begun
        timeline.sitting(days.ago(day), random, [partial(_begin, revision)])
        for step in revision.steps:
            day -= 0 if step == "publish" else 2
            deed: Deed = partial(STEPS[step], revision)
            timeline.sitting(days.ago(day), random, [deed], *((200, 420) if step == "publish" else (0, 180)))


def _draft(revision: Revision, world: World) -> RuleDraft:
    return db.session.get_one(RuleDraft, world.drafts[revision.key])


def _begin(revision: Revision, world: World) -> None:
    officer = world.acting(places.AUTHORITY, Role.AUTHORITY_OFFICER)
    draft = drafting.start(officer, revision.kind, revision.code, revision.local)
    held = spread(fields_of(draft.kind), content_of_draft(draft))
    drafting.save(officer, draft, {**held, **dict(revision.typed)}, revision.reason)
    world.drafts[revision.key] = draft.id


def _submit(revision: Revision, world: World) -> None:
    actions.submit(world.acting(places.AUTHORITY, Role.AUTHORITY_OFFICER), _draft(revision, world))


def _review(revision: Revision, world: World) -> None:
    draft = _draft(revision, world)
    actions.review(world.acting(places.AUTHORITY, Role.AUTHORITY_LEAD), draft, draft.digest, "已核对依据和条件。")


def _replay(revision: Revision, world: World) -> None:
    replay_draft(world.acting(places.AUTHORITY, Role.AUTHORITY_LEAD), _draft(revision, world))


def _publish(revision: Revision, world: World) -> None:
    draft = _draft(revision, world)
    actions.publish(world.acting(places.AUTHORITY, Role.AUTHORITY_LEAD), draft, today(), draft.digest)


STEPS: dict[str, Callable[[Revision, World], None]] = {
    "submit": _submit,
    "review": _review,
    "replay": _replay,
    "publish": _publish,
}
