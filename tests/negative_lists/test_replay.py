"""Proposed items over everything there is: what would come to something else, and that nothing is written."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from app.catalogues.reading import Bilingual
from app.conditions.cel import compile_condition
from app.core.db import db
from app.negative_lists.item_file import Item, Method
from app.negative_lists.kinds import Outcome
from app.negative_lists.models import CheckRun
from app.negative_lists.queries import item_in_force, item_of
from app.negative_lists.replay import Replay, replay
from app.negative_lists.screening import STEPS
from app.subjects.models import Subject, SubjectKind
from tests.factories import kept, signing
from tests.negative_lists.room import ITEM, granted, own_room, requested
from tests.projects.room import declared, opened

ALWAYS = "project.budget_year > 0"


def item(code: str = ITEM) -> Item:
    entry = item_in_force(code)
    assert entry is not None
    return item_of(entry)


def with_condition(text: str, code: str = ITEM, **changes) -> dict[str, Item]:
    return {code: replace(item(code), condition=compile_condition(text), **changes)}


def new_item(code: str = "NL-A99", **changes) -> dict[str, Item]:
    model = item()
    return {code: replace(model, head=replace(model.head, code=code), **changes)}


@kept
def three(w):
    """A whole draft on the government cloud, one that wants its own machine room, one that says nothing; a contract."""
    declared(w)
    project = own_room(w, title="自建机房的项目")
    opened(w, title="尚未填报的项目")
    signing(w)
    return project


def told(found: Replay) -> dict[str, tuple[str | None, str | None]]:
    return {one.title: (one.before and one.before.value, one.after and one.after.value) for one in found.changes}


def test_the_same_items_change_nothing(w):
    three(w)
    found = replay({ITEM: item()})
    assert found.changes == ()
    assert found.subjects == db.session.scalar(sa.select(sa.func.count(Subject.id)).where(Subject.kind.in_(STEPS)))


def test_a_condition_that_is_never_met_clears_what_was_hit_or_unknown(w):
    project = three(w)
    found = replay(with_condition("1 > 2"))
    assert told(found) == {project.subject.title: ("hit", "clear"), "尚未填报的项目": ("unknown", "clear")}
    assert (len(found.newly_cleared), len(found.newly_hit), len(found.newly_unknown)) == (2, 0, 0)


def test_a_rule_that_is_given_an_end_is_seen_after_it(w):
    three(w)
    ended = replace(item(), head=replace(item().head, valid_until=date(2030, 1, 1)))
    cleared = {one.title: one.before for one in replay({ITEM: ended}).newly_cleared}
    assert cleared["自建机房的项目"] is Outcome.HIT


def test_a_condition_that_is_met_by_others_hits_them(w):
    three(w)
    found = replay(with_condition('project.deployment == "government_cloud"'))
    assert [(one.title, one.before, one.kind) for one in found.newly_hit] == [
        ("政务服务一体化平台", Outcome.CLEAR, SubjectKind.PROJECT)
    ]
    assert [one.before for one in found.newly_cleared] == [Outcome.HIT]


def test_a_new_item_is_judged_where_there_was_none(w):
    three(w)
    found = replay(new_item())
    assert {one.before for one in found.changes} == {None}
    assert {(one.item_code, one.after) for one in found.changes} == {
        ("NL-A99", Outcome.HIT), ("NL-A99", Outcome.CLEAR), ("NL-A99", Outcome.UNKNOWN)
    }  # fmt: skip
    assert [one.missing for one in found.newly_unknown] == [("project.cost_categories", "project.deployment")]


def test_what_no_room_records_is_newly_unknown_and_named(w):
    three(w)
    found = replay(with_condition("data.people > 0"))
    assert {one.after for one in found.newly_unknown} == {Outcome.UNRECORDED}
    # The one that was unknown before is not newly so.
    assert len(found.newly_unknown) == 2
    assert found.newly_unknown[0].missing == ("data.people",)


@pytest.mark.parametrize(
    "changes, expected",
    [
        pytest.param({"jurisdiction": "浙江省"}, 0, id="where nothing lies"),
        pytest.param({"jurisdiction": "广东省"}, 3, id="where all lie"),
        pytest.param({"practice": "PM-ZJ"}, 0, id="of a practice that nobody chose"),
    ],
)
def test_a_new_item_reaches_as_far_as_its_head_says(w, changes, expected):
    three(w)
    model = next(iter(new_item().values()))
    found = replay({"NL-A99": replace(model, head=replace(model.head, **changes))})
    assert len(found.changes) == expected


def test_a_local_item_takes_the_place_of_the_one_it_names(w):
    project = three(w)
    local = next(iter(new_item().values()))
    head = replace(local.head, jurisdiction="广东省", overlays=ITEM)
    found = replay({"NL-A99": replace(local, head=head, condition=compile_condition("1 > 2"))})
    here = {one.item_code: (one.before, one.after) for one in found.changes if one.title == project.subject.title}
    assert here == {ITEM: (Outcome.HIT, None), "NL-A99": (None, Outcome.CLEAR)}
    assert ITEM in {one.item_code for one in found.newly_cleared}


def test_an_item_at_other_gates_or_of_the_other_kind_is_judged_there(w):
    three(w)
    model = item()
    nowhere = replay({ITEM: replace(model, gates=("G-99",))})
    assert {one.after for one in nowhere.changes} == {None}
    of_contracts = item("NL-B05")
    contracts = replay(new_item(subject=of_contracts.subject, gates=of_contracts.gates))
    assert {one.kind for one in contracts.changes} == {SubjectKind.CONTRACT}


def test_an_exemption_counts_for_what_is_proposed(w):
    project = three(w)
    granted(w, requested(w, project.subject))
    found = replay(with_condition("2 > 1"))
    assert {one.title for one in found.newly_hit} == {"政务服务一体化平台", "尚未填报的项目"}


def test_an_answer_counts_for_the_same_question_only(w):
    project = three(w)
    asked = Bilingual(zh="是否另有机房？", en="Is there another machine room?")
    proposed = {ITEM: replace(item(), method=Method.PERSON, condition=None, question=asked)}
    found = {one.title: one for one in replay(proposed).changes}
    assert found[project.subject.title].after is Outcome.UNKNOWN
    assert found[project.subject.title].missing == ("answer",)


def test_nothing_is_written(w):
    three(w)
    before = db.session.scalar(sa.select(sa.func.count(CheckRun.id)))
    replay(with_condition(ALWAYS))
    assert not db.session.new
    assert not db.session.dirty
    assert db.session.scalar(sa.select(sa.func.count(CheckRun.id))) == before


def test_more_projects_are_no_more_reads(w):
    def reads() -> int:
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        # As a request begins: nothing is read yet, of the rules neither.
        db.session.expunge_all()
        db.session.info.clear()
        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            replay(with_condition('project.kind == "new" && contract.services > 0 && procurement.late_signing > 0'))
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    declared(w, title="第一个项目")
    declared(w, title="第二个项目")
    few = reads()
    for number in range(6):
        declared(w, title=f"再来一个项目 {number}")
    assert reads() <= few
