"""Replaying a draft over everything there is before it is published: what would be hit, cleared or unknown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import act
from app.core.actors import Actor
from app.core.canonical import canonical_json
from app.core.clock import now
from app.core.db import db
from app.core.errors import Problem, Refused
from app.core.permissions import Permission
from app.gates.pages import fact_label
from app.negative_lists.item_file import LIST_KIND, Item
from app.negative_lists.judging import ITEM_KIND
from app.negative_lists.kinds import Outcome
from app.negative_lists.replay import Change, replay
from app.rulebook.checking import check
from app.rulebook.models import RuleDraft
from app.rulebook.queries import open_item_drafts
from app.rulebook.workflow import REPLAYING
from app.subjects.models import Subject, SubjectKind
from app.subjects.queries import in_reach

P = Permission
# So many changes are kept to be read; all are counted.
MOST_ROWS = 200
REPLAYED_KINDS = (ITEM_KIND, LIST_KIND)


def replay_draft(actor: Actor, draft: RuleDraft) -> RuleDraft:
    """Runs a draft of an item, or all that is under way about the items of a list, and keeps what came of it."""
    REPLAYING.check(actor, draft, P.RULE_REPLAY)
    found = replay(_proposed(draft))
    with act(actor, P.RULE_REPLAY, ref=draft.ref) as running:
        running.note(sha256=draft.digest)
        draft.replay_digest, draft.replayed_at, draft.replay_subjects = draft.digest, now(), found.subjects
        draft.replay_hit, draft.replay_cleared = len(found.newly_hit), len(found.newly_cleared)
        draft.replay_unknown = len(found.newly_unknown)
        draft.replay_rows = canonical_json([_kept(one) for one in _foremost(found.changes)])
    return draft


def _proposed(draft: RuleDraft) -> Mapping[str, Item]:
    if draft.kind not in REPLAYED_KINDS:
        raise Refused(Problem(_("只有负面清单和条目可以回放。"), remedy=_("请直接提交复核。")))
    entry, problems = check(draft)
    if entry is None:
        raise Refused(problems)
    if draft.kind == ITEM_KIND:
        return {entry.head.code: entry.parsed}
    checked = [check(one)[0] for one in open_item_drafts(entry.head.code)]
    return {one.head.code: one.parsed for one in checked if one is not None}


def _foremost(changes: Sequence[Change]) -> list[Change]:
    """What is newly hit before what is newly unknown before what is cleared."""
    ranked = sorted(changes, key=lambda one: (not one.newly_hit, not one.newly_unknown, one.subject_code))
    return ranked[:MOST_ROWS]


def _kept(change: Change) -> dict[str, Any]:
    return {
        "subject": change.subject_code,
        "kind": change.kind.value,
        "item": change.item_code,
        "before": change.before.value if change.before else None,
        "after": change.after.value if change.after else None,
        "missing": list(change.missing),
    }


# --- as it is read ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One change as a page shows it."""

    subject: Subject
    item: str
    before: Outcome | None
    after: Outcome | None
    missing: str

    @property
    def endpoint(self) -> str:
        """The page on which the subject's screening is read."""
        is_project = self.subject.kind is SubjectKind.PROJECT
        return "negative_lists.of_project" if is_project else "negative_lists.of_contract"


@dataclass(frozen=True)
class Replayed:
    """What the last replay came to; `hidden` are changes of subjects that this reader may not see."""

    rows: list[Row]
    hidden: int
    is_cut: bool


def replayed(actor: Actor, draft: RuleDraft) -> Replayed | None:
    """The kept changes, of what the reader may see; None where nothing was replayed."""
    if draft.replayed_at is None:
        return None
    kept = json.loads(draft.replay_rows)
    codes = {one["subject"] for one in kept}
    seen = db.session.scalars(sa.select(Subject).where(Subject.code.in_(codes), in_reach(actor)))
    known = {subject.code: subject for subject in seen}
    rows = [_row(one, known[one["subject"]]) for one in kept if one["subject"] in known]
    return Replayed(rows, len(kept) - len(rows), len(kept) >= MOST_ROWS)


def _row(one: Mapping[str, Any], subject: Subject) -> Row:
    return Row(
        subject=subject,
        item=one["item"],
        before=Outcome(one["before"]) if one["before"] else None,
        after=Outcome(one["after"]) if one["after"] else None,
        missing=str(_("、")).join(fact_label(name) for name in one["missing"]),
    )
