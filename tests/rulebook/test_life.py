"""From a draft to a version: four eyes, refusals with place, what was overtaken, and the database behind it all."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.catalogues import actions as catalogues
from app.catalogues.queries import content_of, current, versions
from app.core.actors import SYSTEM
from app.core.clock import today
from app.core.db import db
from app.core.errors import NotAllowed, NotFound, Refused, Stale, WrongState
from app.core.permissions import Role
from app.gates.kinds import Step
from app.negative_lists.screening import look
from app.organisations import actions as organisations
from app.organisations.models import MandateKind
from app.projects.kinds import ProjectCategory
from app.rulebook import actions, drafting
from app.rulebook.file_form import as_file
from app.rulebook.models import DraftState
from app.rulebook.queries import content_of_draft
from app.rulebook.replaying import replay_draft, replayed
from app.rulebook.waiting import count_waiting, waiting_for
from tests.factories import kept, organisation, person, region
from tests.negative_lists.room import own_room
from tests.rulebook.room import ITEM, REASON, drafted, published, reviewed, submitted, values_of


@kept
def a_review(w):
    return reviewed(w)


@kept
def a_version(w):
    return published(w)


def places(refusal):
    return {problem.place for problem in refusal.value.problems}


# --- the road --------------------------------------------------------------------------------------------------------


def test_a_reviewed_draft_becomes_the_next_version(w):
    before = versions("negative_item", ITEM)
    draft = published(w, day=today() + timedelta(days=3))
    after = versions("negative_item", ITEM)
    assert [one.id for one in after[1:]] == [one.id for one in before]
    assert (after[0].version, after[0].source_file) == (before[0].version + 1, f"web:{draft.code}")
    assert after[0].valid_from == today() + timedelta(days=3)
    assert content_of(after[0])["remedy"]["zh"] == "改用政务云。"
    assert current("negative_item", ITEM, today()).id == before[0].id
    assert current("negative_item", ITEM, today() + timedelta(days=3)).id == after[0].id
    assert draft.state is DraftState.PUBLISHED


def test_a_new_rule_is_drafted_from_nothing(w):
    draft = drafting.start(w.actor("authority_officer"), "duty")
    with pytest.raises(Refused) as refusal:
        actions.submit(w.actor("authority_officer"), draft)
    assert {"code", "name.zh", "phase", "bearer", "deadline.zh", "reason"} <= places(refusal)
    typed = {"code": "DU-901", "name__zh": "公示", "name__en": "Publish", "phase": "planning", "bearer": "agency"}
    more = {"deadline__zh": "每年", "deadline__en": "Yearly", "evidence": "record", "evidence_words__zh": "记录"}
    values = values_of(draft, **typed, **more, evidence_words__en="Record")
    drafting.save(w.actor("authority_officer"), draft, values, REASON)
    actions.submit(w.actor("authority_officer"), draft)
    actions.review(w.actor("authority_lead"), draft, draft.digest)
    made = actions.publish(w.actor("authority_lead"), draft, today(), draft.digest)
    assert (made.code, made.version, made.kind) == ("DU-901", 1, "duty")


def test_a_local_entry_sets_out_from_the_national_one(w):
    draft = drafting.start(w.actor("authority_officer"), "negative_item", ITEM, local=True)
    content = content_of_draft(draft)
    assert (content["overlays"], content.get("code"), draft.base_entry_id) == (ITEM, None, None)
    assert content["jurisdiction"] == w.org("authority").region.name_zh


def test_what_is_returned_says_why_and_comes_back(w):
    draft = submitted(w)
    assert count_waiting(w.actor("authority_lead")) == 1
    actions.send_back(w.actor("authority_lead"), draft, "办法不明确。")
    assert (draft.state, draft.returned_reason) == (DraftState.DRAFT, "办法不明确。")
    assert count_waiting(w.actor("authority_officer")) == 1
    actions.submit(w.actor("authority_officer"), draft)
    assert (draft.state, draft.returned_reason) == (DraftState.SUBMITTED, "")


def test_what_was_taken_back_has_to_be_reviewed_again(w):
    draft = a_review(w)
    actions.take_back(w.actor("authority_officer"), draft)
    assert (draft.state, draft.reviewed_by) == (DraftState.DRAFT, None)
    with pytest.raises(WrongState):
        actions.publish(w.actor("authority_lead"), draft, today(), draft.digest)


def test_from_its_day_on_every_screening_judges_by_the_new_version(w):
    """What rests on the item rests on something else now, so that the nightly run judges it again."""
    own = own_room(w, "officer").subject
    before = look(own, Step.SUBMIT)
    published(w, condition='project.deployment == "commercial_cloud"')
    after = look(own, Step.SUBMIT)
    assert ITEM in {one.entry.code for one in before.hits} - {one.entry.code for one in after.hits}
    assert before.basis != after.basis


def test_a_list_is_replayed_with_all_that_is_under_way_about_its_items(w):
    own_room(w, "officer")
    drafted(w, condition='project.deployment == "commercial_cloud"')
    whole = drafted(w, kind="negative_list", code="NL-A", purpose__zh="改过的用途")
    other = drafted(w, kind="negative_list", code="NL-B", purpose__zh="改过的用途")
    for draft, cleared in ((whole, 1), (other, 0)):
        replay_draft(w.actor("authority_officer"), draft)
        assert (draft.replay_hit, draft.replay_cleared, draft.replay_unknown) == (0, cleared, 0)
    gate = drafted(w, kind="gate", code="G-09")
    with pytest.raises(Refused):
        replay_draft(w.actor("authority_officer"), gate)


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes, place",
    [
        ({"condition": "project.estimat > 1"}, "condition"),
        ({"condition": "project.estimate"}, "condition"),
        ({"condition": "project.estimate > "}, "condition"),
        ({"condition": " && ".join(["project.estimate > 1"] * 2000)}, "condition"),
        ({"condition": "[1].all(a, [2].all(b, a > b))"}, "condition"),
        ({"condition": 'project.kind.matches("a+")'}, "condition"),
        ({"condition": "(" * 400 + "true" + ")" * 400}, "condition"),
        ({"condition": ""}, "condition"),
        ({"condition": 'project.category == "secutiry"'}, "condition"),
        ({"jurisdiction": "火星市"}, "jurisdiction"),
        ({"practice": "PM-ZZ"}, "practice"),
        ({"gates": ["G-99"]}, "gates"),
        ({"gates": []}, "gates"),
        ({"list": "NL-Z"}, "list"),
        ({"overlays": ITEM}, "overlays"),
        ({"severity": "deadly"}, "severity"),
        ({"name__en": ""}, "name.en"),
        ({"valid_until": "2001-01-01"}, "valid_until"),
        ({"valid_until": "2026-02-30"}, "valid_until"),
        ({"status": ""}, "status"),
        ({"citation": ""}, "citation"),
    ],
)
@pytest.mark.sqlite_only
def test_a_draft_that_no_file_could_hold_is_not_handed_in(w, changes, place):
    draft = drafted(w, **changes)
    with pytest.raises(Refused) as refusal:
        actions.submit(w.actor("authority_officer"), draft)
    assert place in places(refusal)
    assert all(problem.remedy for problem in refusal.value.problems)
    assert draft.state is DraftState.DRAFT


@pytest.mark.parametrize("day, told", [("2026-02-30", "不对"), ("2001-01-01", "失效日期早于生效日期")])
@pytest.mark.sqlite_only
def test_an_end_that_cannot_be_is_told_once(w, day, told):
    draft = drafted(w, valid_until=day)
    with pytest.raises(Refused) as refusal:
        actions.submit(w.actor("authority_officer"), draft)
    (problem,) = refusal.value.problems
    assert (problem.place, told in str(problem.what)) == ("valid_until", True)


@pytest.mark.sqlite_only
def test_a_code_that_a_field_can_never_be_is_told_with_what_it_can(w):
    draft = drafted(w, condition='project.kind == "new" && project.category == "secutiry"')
    with pytest.raises(Refused) as refusal:
        actions.submit(w.actor("authority_officer"), draft)
    (problem,) = refusal.value.problems
    assert problem.place == "condition"
    assert all(word in problem.what for word in ("项目类型", "project.category", "secutiry"))
    assert ProjectCategory.SECURITY.value in problem.remedy


@pytest.mark.sqlite_only
def test_divisions_of_the_tree_and_practices_in_force_are_taken(w):
    draft = drafted(w, jurisdiction="广州市、上海市", practice="PM-SH", remedy__zh="改。")
    assert actions.submit(w.actor("authority_officer"), draft).state is DraftState.SUBMITTED


def test_what_changes_nothing_and_says_no_reason_is_not_handed_in(w):
    draft = drafting.start(w.actor("authority_officer"), "gate", "G-09")
    with pytest.raises(Refused) as refusal:
        actions.submit(w.actor("authority_officer"), draft)
    assert places(refusal) == {"", "reason"}


def test_a_circle_of_gates_is_seen_across_all_gates(w):
    first = drafted(w, kind="gate", code="G-09", after=["G-10"])
    actions.submit(w.actor("authority_officer"), first)
    actions.review(w.actor("authority_lead"), first, first.digest)
    actions.publish(w.actor("authority_lead"), first, today(), first.digest)
    with pytest.raises(Refused) as refusal:
        actions.submit(w.actor("authority_officer"), drafted(w, kind="gate", code="G-10", after=["G-09"]))
    assert "after" in places(refusal)


def test_nobody_reviews_or_publishes_what_he_wrote(w):
    both = person(w.org("authority"), Role.AUTHORITY_OFFICER, Role.AUTHORITY_LEAD)
    draft = drafting.start(both, "negative_item", ITEM)
    drafting.save(both, draft, values_of(draft, remedy__zh="改。"), REASON)
    actions.submit(both, draft)
    with pytest.raises(Refused):
        actions.review(both, draft, draft.digest)
    with pytest.raises(Refused):
        actions.send_back(both, draft, "不行")
    actions.review(w.actor("authority_lead"), draft, draft.digest)
    replay_draft(both, draft)
    with pytest.raises(Refused):
        actions.publish(both, draft, today(), draft.digest)


def test_only_the_author_writes_and_only_who_may_drafts(w):
    draft = drafted(w)
    other = person(w.org("authority"), Role.AUTHORITY_OFFICER)
    for deed in (
        lambda: drafting.save(other, draft, values_of(draft), REASON),
        lambda: actions.submit(other, draft),
        lambda: actions.withdraw(other, draft),
        lambda: drafting.start(w.actor("officer"), "negative_item", ITEM),
        lambda: actions.review(w.actor("officer"), draft, draft.digest),
    ):
        with pytest.raises(NotAllowed):
            deed()
    for kind, code in (("indicator", "KI-001"), ("negative_item", "NL-0"), ("nothing", "")):
        with pytest.raises(NotFound):
            drafting.start(w.actor("authority_officer"), kind, code)


def test_two_tabs_do_not_overwrite_each_other(w):
    draft = drafted(w)
    seen = draft.row_version
    drafting.save(w.actor("authority_officer"), draft, values_of(draft, remedy__zh="一。"), REASON, seen)
    db.session.flush()
    with pytest.raises(Stale):
        drafting.save(w.actor("authority_officer"), draft, values_of(draft, remedy__zh="二。"), REASON, seen)


def test_what_was_read_is_what_is_reviewed(w):
    draft = submitted(w)
    with pytest.raises(Stale):
        actions.review(w.actor("authority_lead"), draft, "0" * 64)


def test_an_item_is_not_published_without_its_own_replay(w):
    draft = a_review(w)
    with pytest.raises(Refused):
        actions.publish(w.actor("authority_lead"), draft, today(), draft.digest)
    replay_draft(w.actor("authority_lead"), draft)
    assert draft.is_replayed and draft.replay_subjects >= 0
    assert replayed(w.actor("authority_lead"), draft) is not None
    actions.take_back(w.actor("authority_officer"), draft)
    drafting.save(w.actor("authority_officer"), draft, values_of(draft, remedy__zh="再改。"), REASON)
    assert not draft.is_replayed


@pytest.mark.parametrize("days", [-1, 400])
def test_a_rule_begins_neither_in_the_past_nor_far_ahead(w, days):
    draft = reviewed(w, kind="gate", code="G-09")
    with pytest.raises(Refused) as refusal:
        actions.publish(w.actor("authority_lead"), draft, today() + timedelta(days=days), draft.digest)
    assert "valid_from" in places(refusal)


def test_a_rule_does_not_end_before_it_begins(w):
    until = today() + timedelta(days=5)
    draft = reviewed(w, kind="gate", code="G-09", valid_until=until.isoformat())
    with pytest.raises(Refused) as refusal:
        actions.publish(w.actor("authority_lead"), draft, until + timedelta(days=1), draft.digest)
    assert "valid_until" in places(refusal)


def test_published_twice_is_one_version(w):
    draft = a_version(w)
    with pytest.raises(WrongState):
        actions.publish(w.actor("authority_lead"), draft, today(), draft.digest)
    assert sum(one.source_file == draft.source_file for one in versions("negative_item", ITEM)) == 1


# --- whose rule ------------------------------------------------------------------------------------------------------


def test_a_city_changes_its_own_rules_only(w):
    office = organisation("市数据局", kind=w.org("authority").kind, place="4403", sides=w.org("authority").sides)
    organisations.give_mandate(w.actor("system_admin"), office, region("4403"), MandateKind.COMPETENT)
    officer = person(office, Role.AUTHORITY_OFFICER)
    national = drafting.start(officer, "negative_item", ITEM)
    drafting.save(officer, national, values_of(national, remedy__zh="改。"), REASON)
    with pytest.raises(Refused) as refusal:
        actions.submit(officer, national)
    assert places(refusal) == {"jurisdiction"}
    local = drafting.start(officer, "negative_item", ITEM, local=True)
    drafting.save(officer, local, values_of(local, code="NL-A13-SZ"), REASON)
    assert actions.submit(officer, local).state is DraftState.SUBMITTED
    stranger = drafting.start(officer, "negative_item", ITEM, local=True)
    drafting.save(officer, stranger, values_of(stranger, code="NL-A13-GZ", jurisdiction="广州市"), REASON)
    with pytest.raises(Refused):
        actions.submit(officer, stranger)


def test_only_what_one_may_decide_waits_for_him(w):
    national = submitted(w)
    office = organisation("市数据局", kind=w.org("authority").kind, place="4403", sides=w.org("authority").sides)
    organisations.give_mandate(w.actor("system_admin"), office, region("4403"), MandateKind.COMPETENT)
    officer, lead = person(office, Role.AUTHORITY_OFFICER), person(office, Role.AUTHORITY_LEAD)
    local = drafting.start(officer, "negative_item", ITEM, local=True)
    drafting.save(officer, local, values_of(local, code="NL-A13-SZ"), REASON)
    actions.submit(officer, local)
    assert waiting_for(lead) == [local]
    with pytest.raises(Refused):
        actions.send_back(lead, national, "不妥。")
    assert national.state is DraftState.SUBMITTED
    assert count_waiting(lead) == 1
    assert waiting_for(w.actor("authority_lead")) == [national, local]
    actions.send_back(lead, local, "办法不明确。")
    assert waiting_for(officer) == [local]


# --- overtaken -------------------------------------------------------------------------------------------------------


def test_what_was_overtaken_is_set_on_the_newer_version_first(w):
    slow = reviewed(w, kind="gate", code="G-09", requirement__zh="甲。")
    published(w, kind="gate", code="G-09", on_fail__zh="乙。")
    with pytest.raises(Refused):
        actions.publish(w.actor("authority_lead"), slow, today(), slow.digest)
    assert drafting.rebase(w.actor("authority_officer"), slow) == ()
    content = content_of_draft(slow)
    assert (content["requirement"]["zh"], content["on_fail"]["zh"]) == ("甲。", "乙。")
    assert slow.state is DraftState.DRAFT
    actions.submit(w.actor("authority_officer"), slow)
    actions.review(w.actor("authority_lead"), slow, slow.digest)
    assert actions.publish(w.actor("authority_lead"), slow, today(), slow.digest).version == 3


def test_what_both_changed_keeps_the_word_of_the_draft_and_is_told(w):
    slow = drafted(w, kind="gate", code="G-09", requirement__zh="甲。")
    published(w, kind="gate", code="G-09", requirement__zh="乙。")
    with pytest.raises(Refused):
        actions.submit(w.actor("authority_officer"), slow)
    assert drafting.rebase(w.actor("authority_officer"), slow) == ("requirement",)
    assert content_of_draft(slow)["requirement"]["zh"] == "甲。"


def test_loading_the_files_again_leaves_the_web_version(w, tmp_path):
    draft = a_version(w)
    report = catalogues.load(SYSTEM)
    assert (report.stored, [one.code for one in report.standing]) == ((), [ITEM])
    assert report.standing[0].source == f"web:{draft.code}"
    first, second = (file_with(tmp_path, text) for text in ("甲。", "乙。"))
    assert catalogues.load(SYSTEM, [first]).stored == ()
    assert catalogues.load(SYSTEM, [second]).stored == ()
    later = file_with(tmp_path, "丙。", valid_from=(today() + timedelta(days=9)).isoformat())
    assert [one.version for one in catalogues.load(SYSTEM, [later]).stored] == [3]
    assert catalogues.load(SYSTEM, [later]).stored == ()
    assert current("negative_item", ITEM, today()).source_file == f"web:{draft.code}"


def file_with(folder, remedy, valid_from="2020-01-01"):
    content = {**content_of(versions("negative_item", ITEM)[-1]), "remedy": {"zh": remedy, "en": "x"}}
    content["valid_from"] = valid_from
    path = folder / "items.yaml"
    path.write_text(as_file("negative_item", content, list(content)), encoding="utf-8")
    return path


# --- by SQL ----------------------------------------------------------------------------------------------------------


def attack(statement, **values):
    """A statement under a fresh act, so that only what it says can be wrong with it."""
    with pytest.raises(sa.exc.DatabaseError) as refusal:
        db.session.execute(sa.text(statement), {"act": uuid.uuid4().hex, **values})
    db.session.rollback()
    told = str(refusal.value.orig)
    assert "inside a new act" not in told
    return told


@pytest.mark.parametrize(
    "state, change",
    [
        (submitted, "content = '{}'"),
        (submitted, "reason = 'x'"),
        (submitted, "base_entry_id = NULL"),
        (submitted, "state = 'published'"),
        (submitted, "drafted_by = drafted_by + 1"),
        (submitted, "state = 'reviewed'"),
        (
            submitted,
            "state = 'reviewed', reviewed_by = drafted_by, reviewed_at = drafted_at, reviewer_org = organisation_id",
        ),
        (a_review, "reviewed_by = drafted_by"),
        (a_review, "review_note = 'x'"),
        (a_review, "digest = '0'"),
        (a_version, "reason = 'x'"),
        (a_version, "state = 'draft'"),
        (a_version, "replay_hit = 9"),
    ],
)
def test_no_statement_changes_what_stands(w, state, change):
    draft = state(w)
    attack(f"UPDATE rule_drafts SET act_id = :act, {change} WHERE code = :code", code=draft.code)


def test_a_draft_is_never_deleted(w):
    draft = drafted(w)
    with pytest.raises(sa.exc.DatabaseError):
        db.session.execute(sa.text("DELETE FROM rule_drafts WHERE code = :code"), {"code": draft.code})
    db.session.rollback()


def test_a_draft_changes_only_under_a_new_act(w):
    draft = drafted(w)
    with pytest.raises(sa.exc.DatabaseError, match="only inside a new act"):
        db.session.execute(sa.text("UPDATE rule_drafts SET reason = 'x' WHERE code = :code"), {"code": draft.code})
    db.session.rollback()


def publishing(entry, **changes):
    told = {"state": "published", "entry_id": entry.id, "valid_from": entry.valid_from.isoformat(), **changes}
    return "UPDATE rule_drafts SET act_id = :act, " + ", ".join(f"{key} = '{value}'" for key, value in told.items())


@pytest.mark.sqlite_only
def test_only_the_reviewed_content_is_published(w):
    """Another version of the same rule, though it stands, is not what was reviewed."""
    draft = reviewed(w)
    replay_draft(w.actor("authority_lead"), draft)
    other = versions("negative_item", ITEM)[0]
    by = f"published_by = {draft.reviewed_by}, publisher_org = {draft.reviewer_org}, published_at = reviewed_at"
    told = attack(f"{publishing(other)}, {by} WHERE code = :code", code=draft.code)
    assert "what is published is what was reviewed" in told


def test_no_version_comes_from_the_web_without_a_review(w):
    draft = submitted(w)
    attack(
        "INSERT INTO catalogue_entries (id, kind, code, version, content, digest, valid_from, status, source_file,"
        " loaded_at, act_id) SELECT 999999, kind, code, 99, content, digest, valid_from, status, :source, loaded_at,"
        " :act FROM catalogue_entries WHERE kind = 'negative_item' AND code = :code AND version = 1",
        source=f"web:{draft.code}",
        code=ITEM,
    )
