"""What is judged again by itself: from approval to handover, and contracts out for signing; and nothing twice."""

import json

import pytest
import sqlalchemy as sa

from app.catalogues import actions as catalogues
from app.catalogues.queries import content_of
from app.contracts import actions as contracts
from app.core.actors import SYSTEM
from app.core.db import db
from app.gates.kinds import Step, Verdict
from app.lifecycle.models import Task, TaskState
from app.negative_lists import actions, queries
from app.negative_lists.jobs import rescreen
from app.negative_lists.kinds import Cause, Outcome
from app.negative_lists.runs import fact_changes, facts_in, outcome_changes, run_page
from app.projects.documents import DocumentFacts, register_document
from app.projects.kinds import DocumentKind
from app.scheduler.timetable import JOBS
from tests.factories import draft, seen_digest, signing
from tests.negative_lists.room import answered, file
from tests.projects.room import approved, decided, declared, returned, reviewed, submitted


def tasks_of(subject):
    rows = db.session.scalars(sa.select(Task).where(Task.subject_id == subject.id, Task.state == TaskState.OPEN))
    return {(task.permission, task.organisation_id) for task in rows}


def newer_version(tmp_path, code, **changes):
    """A new version of an item from today on."""
    content = {**content_of(queries.item_in_force(code)), **changes, "valid_from": "2026-03-02"}
    path = tmp_path / f"{code}.json"
    path.write_text(json.dumps({"kind": "negative_item", "source": "x", "entries": [content]}), encoding="utf-8")
    catalogues.load(SYSTEM, [path])
    db.session.flush()


def just_approved(w):
    """Approved, and nothing answered since."""
    return decided(w, reviewed(w, submitted(w)))


def test_it_is_in_the_timetable():
    assert [job.run for job in JOBS if job.name == "negative_lists.rescreen"] == [rescreen]


def test_an_approved_project_is_judged_again_when_a_rule_changes_and_only_then(w, tmp_path):
    project = just_approved(w)
    subject = project.subject
    before = queries.newest_run(subject)
    assert (before.step, before.cause, before.blocking) == (Step.APPROVE, Cause.STEP, 0)
    assert rescreen() == 0
    newer_version(tmp_path, "NL-A13", condition='project.deployment != "own_room"')
    assert rescreen() == 1
    newest = queries.newest_run(subject)
    assert (newest.number, newest.cause, newest.step) == (before.number + 1, Cause.RULES_CHANGED, Step.APPROVE)
    assert (newest.hits, newest.blocking, newest.run_by) == (1, 1, None)
    assert ("exemption:request", w.org("agency").id) in tasks_of(subject)
    assert rescreen() == 0
    assert queries.newest_run(subject) == newest


def test_a_changed_fact_stores_a_new_run_that_shows_the_difference(w):
    """A paper that an item asks for comes after approval: what was seen is kept anew, with what differs."""
    project = approved(w)
    subject = project.subject
    db.session.flush()
    first = queries.run_of(subject, queries.newest_run(subject).number)
    facts = DocumentFacts(DocumentKind.POST_EVALUATION, "HP-1", "第三方", project.approved_on)
    register_document(w.actor("officer"), project, facts, file("后评价.pdf"))
    assert rescreen() == 1
    newest = queries.newest_run(subject)
    page = run_page(subject, queries.run_of(subject, newest.number), first)
    assert page.outcome_changes == []
    changed = {one["field"]: one for one in page.fact_changes}
    assert "前期项目后评价报告" in changed["已登记的材料"]["new"]
    assert "前期项目后评价报告" not in changed["已登记的材料"]["old"]
    assert page.left_out + len(page.lines) == 118


def test_outcomes_that_differ_are_told_with_old_and_new(w, tmp_path):
    project = just_approved(w)
    subject = project.subject
    first = queries.run_of(subject, queries.newest_run(subject).number)
    newer_version(tmp_path, "NL-A13", condition='project.deployment != "own_room"')
    rescreen()
    second = queries.run_of(subject, first.number + 1)
    changes = outcome_changes(first.outcomes, second.outcomes)
    assert [(one["old"], one["new"]) for one in changes] == [("未命中", "命中（第 2 版）")]
    assert changes[0]["field"].startswith("NL-A13")
    assert fact_changes(facts_in(first), facts_in(second)) != []
    assert {one.outcome for one in first.outcomes if one.item_code == "NL-A13"} == {Outcome.CLEAR}


@pytest.mark.parametrize("state", ["declared", "submitted", "returned", "refused"])
def test_what_is_not_approved_is_not_watched(w, tmp_path, state):
    make = {
        "declared": lambda: declared(w),
        "submitted": lambda: reviewed(w, submitted(w)),
        "returned": lambda: returned(w, project=reviewed(w, submitted(w))),
        "refused": lambda: decided(w, reviewed(w, submitted(w)), Verdict.REFUSED),
    }[state]
    project = make()
    if state == "declared":
        actions.run_check(w.actor("officer"), project.subject, Step.SUBMIT)
    newer_version(tmp_path, "NL-A13", condition='project.deployment != "own_room"')
    assert rescreen() == 0


def test_a_contract_is_watched_while_it_is_out_for_signing(w, tmp_path):
    contract = signing(w)
    before = actions.run_check(SYSTEM, contract.subject, Step.CONTRACT)
    assert rescreen() == 0
    newer_version(tmp_path, "NL-C11", condition="contract.has_exit_terms")
    assert rescreen() >= 1
    run = queries.newest_run(contract.subject)
    assert (run.number, run.step, run.hits, run.blocking) == (before.number + 1, Step.CONTRACT, 1, 1)


def test_a_draft_contract_is_not_watched(w, tmp_path):
    contract = draft(w)
    before = actions.run_check(w.actor("officer"), contract.subject, Step.CONTRACT)
    newer_version(tmp_path, "NL-C11", condition="contract.has_exit_terms")
    rescreen()
    assert queries.newest_run(contract.subject) == before


def test_an_open_question_becomes_a_task_and_ends_with_its_answer(w, tmp_path):
    contract = signing(w)
    subject = contract.subject
    actions.run_check(w.actor("officer"), subject, Step.CONTRACT)
    newer_version(tmp_path, "NL-C05", condition="!contract.exclusive")
    rescreen()
    assert ("check:answer", w.org("agency").id) in tasks_of(subject)
    answered(w, subject, "NL-C05", is_hit=False)
    assert ("check:answer", w.org("agency").id) not in tasks_of(subject)
    assert queries.newest_run(subject).blocking == 0
    assert rescreen() == 0


def test_a_question_that_is_worded_anew_is_asked_again(w, tmp_path):
    contract = draft(w, exclusive=True, exclusive_basis="某条例第三条")
    subject = contract.subject
    for code in ("NL-C05", "NL-C08"):
        answered(w, subject, code, is_hit=False)
    run = actions.run_check(w.actor("officer"), subject, Step.CONTRACT)
    assert run.blocking == 0
    newer_version(tmp_path, "NL-C05", remedy={"zh": "改", "en": "Change it"})
    assert actions.run_check(w.actor("officer"), subject, Step.CONTRACT).blocking == 0
    newer_version(tmp_path, "NL-C05", question={"zh": "新的问题？", "en": "A new question?"})
    assert actions.run_check(w.actor("officer"), subject, Step.CONTRACT).blocking == 1


def test_a_contract_can_be_submitted_without_any_question(w):
    contract = draft(w)
    contracts.submit(w.actor("officer"), contract, seen_digest(contract))
    assert contract.state.value == "signing"
