"""Acts on drafts: handed in, sent back, found right by another person, published from a day, taken back."""

from datetime import date, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import act
from app.catalogues.actions import CatalogueRefused, store_entries
from app.catalogues.checking import CheckedEntry
from app.catalogues.models import CatalogueEntry
from app.core.actors import Actor
from app.core.clock import now, today
from app.core.db import db, serialise
from app.core.errors import Problem, Refused, Stale
from app.core.permissions import Permission
from app.negative_lists.judging import ITEM_KIND
from app.rulebook import checking
from app.rulebook.drafting import back_to_draft
from app.rulebook.mandates import outside_mandate
from app.rulebook.models import DraftState, RuleDraft
from app.rulebook.queries import content_of_draft
from app.rulebook.workflow import RETURNING, TAKING_BACK, WITHDRAWING, WORKFLOW

P = Permission
# How far ahead a rule may be published; a default of the product.
LATEST_DAYS = 366


def submit(actor: Actor, draft: RuleDraft) -> RuleDraft:
    """The author hands it in for review; refused with everything that a file with it would be refused for."""
    WORKFLOW.check(actor, draft, P.RULE_DRAFT)
    problems = checking.standing_against(actor, draft)
    if problems:
        raise Refused(problems)
    with act(actor, P.RULE_DRAFT, ref=draft.ref, reason=draft.reason) as running:
        running.note(sha256=draft.digest)
        draft.state, draft.submitted_at, draft.returned_reason = DraftState.SUBMITTED, now(), ""
    return draft


def take_back(actor: Actor, draft: RuleDraft) -> RuleDraft:
    """The author goes on writing; it has to be handed in and reviewed again."""
    TAKING_BACK.check(actor, draft, P.RULE_DRAFT)
    with act(actor, P.RULE_DRAFT, ref=draft.ref):
        back_to_draft(draft)
    return draft


def withdraw(actor: Actor, draft: RuleDraft) -> RuleDraft:
    """The author gives it up; what it said stays readable."""
    WITHDRAWING.check(actor, draft, P.RULE_DRAFT)
    with act(actor, P.RULE_DRAFT, ref=draft.ref) as running:
        running.note(withdrawn=draft.code)
        draft.state = DraftState.WITHDRAWN
    return draft


def send_back(actor: Actor, draft: RuleDraft, reason: str) -> RuleDraft:
    """Another person sends it back to its author, and says why."""
    RETURNING.check(actor, draft, P.RULE_REVIEW, reason)
    if problems := outside_mandate(actor, draft):
        raise Refused(problems)
    with act(actor, P.RULE_REVIEW, ref=draft.ref, reason=reason):
        back_to_draft(draft)
        draft.returned_reason = reason.strip()
    return draft


def review(actor: Actor, draft: RuleDraft, seen_digest: str, note: str = "") -> RuleDraft:
    """Another person finds right what he has read."""
    WORKFLOW.check(actor, draft, P.RULE_REVIEW)
    _same_content(draft, seen_digest)
    _entry, problems = checking.check(draft)
    problems += outside_mandate(actor, draft) + checking.taken(draft)
    if problems:
        raise Refused(problems)
    with act(actor, P.RULE_REVIEW, ref=draft.ref, reason=note.strip()) as running:
        running.note(sha256=draft.digest)
        draft.state, draft.review_note = DraftState.REVIEWED, note.strip()
        draft.reviewed_by, draft.reviewer_org, draft.reviewed_at = actor.user_id, actor.organisation_id, now()
    return draft


def publish(actor: Actor, draft: RuleDraft, day: date, seen_digest: str) -> CatalogueEntry:
    """What was reviewed becomes the next version of its rule, in force from a day; what is in force is not touched."""
    serialise(f"rule:{draft.kind}:{draft.entry_code}")
    WORKFLOW.check(actor, draft, P.RULE_PUBLISH)
    _same_content(draft, seen_digest)
    entry, problems = checking.check(draft, {**content_of_draft(draft), "valid_from": day.isoformat()})
    problems += [*_day_problems(draft, day), *outside_mandate(actor, draft), *checking.taken(draft)]
    problems += _replay_problems(draft)
    if problems or entry is None:
        raise Refused(problems)
    with act(actor, P.RULE_PUBLISH, ref=draft.ref, reason=draft.reason) as running:
        stored = _store(actor, draft, entry)
        draft.state, draft.valid_from, draft.entry_id = DraftState.PUBLISHED, day, stored.id
        draft.published_by, draft.publisher_org, draft.published_at = actor.user_id, actor.organisation_id, now()
        running.note(version=stored.version, sha256=stored.digest)
    return stored


def _store(actor: Actor, draft: RuleDraft, entry: CheckedEntry) -> CatalogueEntry:
    try:
        (made,) = store_entries(actor, P.RULE_PUBLISH, [entry], draft.reason)
    except CatalogueRefused as refusal:
        raise Refused([Problem(one.what, remedy=one.remedy, place="valid_from") for one in refusal.problems]) from None
    named = (CatalogueEntry.kind == draft.kind, CatalogueEntry.code == made.code)
    return db.session.scalars(sa.select(CatalogueEntry).where(*named, CatalogueEntry.version == made.version)).one()


def _same_content(draft: RuleDraft, seen_digest: str) -> None:
    if seen_digest != draft.digest:
        raise Stale(
            Problem(
                _("草稿在您打开页面之后有过修改，没有办理。"),
                why=_("只能对您读到的内容作出决定。"),
                remedy=_("请刷新页面，阅读最新内容后再办理。"),
            )
        )


def _day_problems(draft: RuleDraft, day: date) -> list[Problem]:
    problems = []
    if day < today():
        problems.append(
            Problem(
                _("生效日期 %(day)s 已经过去。", day=day.isoformat()),
                why=_("规则不能追溯生效：已经作出的决定以当时的规则为准。"),
                remedy=_("请选择今天或以后的日期。"),
                place="valid_from",
            )
        )
    if day > today() + timedelta(days=LATEST_DAYS):
        problems.append(
            Problem(_("生效日期不能晚于一年以后。"), remedy=_("请选择更早的日期，或到时再发布。"), place="valid_from")
        )
    if draft.base is not None and day < draft.base.valid_from:
        problems.append(_before_base(draft.base))
    return problems


def _before_base(base: CatalogueEntry) -> Problem:
    return Problem(
        _("生效日期早于第 %(n)s 版的生效日期 %(day)s。", n=base.version, day=base.valid_from.isoformat()),
        why=_("新版本须在它所取代的版本之后生效。"),
        remedy=_("请选择 %(day)s 或以后的日期。", day=base.valid_from.isoformat()),
        place="valid_from",
    )


def _replay_problems(draft: RuleDraft) -> list[Problem]:
    if draft.kind != ITEM_KIND or draft.is_replayed:
        return []
    return [
        Problem(
            _("发布前须先对现有项目和合同回放这份草稿。"),
            why=_("还没有回放，或回放之后内容有过修改。"),
            remedy=_("请点“回放”，看清新命中、不再命中和新出现的不明后再发布。"),
        )
    ]
