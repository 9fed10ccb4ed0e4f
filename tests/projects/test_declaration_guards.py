"""What the database itself refuses about projects and their declarations, whoever writes to them."""

import pytest
import sqlalchemy as sa

from app.audit import act
from app.core.db import db
from app.core.permissions import Permission
from app.gates.models import Decision
from app.lifecycle.actions import go_on, stand_still
from app.projects import actions
from app.projects.models import Declaration, DuplicateVerdict, Project, ProjectDocument
from tests.projects import room
from tests.separation.breaking import act_id, attempt, leaf

LINES = {
    "cost_lines": ("name", "'别的'"),
    "planned_services": ("name", "'别的'"),
    "data_items": ("basis", "'别的'"),
    "component_uses": ("reason", "'别的'"),
    "targets": ("unit", "'别的'"),
}
# Every column of a version that was decided on, with another value as SQL.
CONTENT = {
    "kind": "'maintain'",
    "category": "'security'",
    "scope": "'cross_level'",
    "deployment": "'own_room'",
    "purpose": "'别的'",
    "functions": "'别的'",
    "plan_item": "NULL",
    "responsible_person": "'别人'",
    "planned_from": "NULL",
    "planned_until": "NULL",
    "mlps_level": "4",
    "prior_project": "'XM-1'",
    "prior_investment_fen": "5",
    "no_data": "TRUE",
    "no_components": "TRUE",
    "estimate_fen": "5",
    "design_budget_fen": "NULL",
    "budget_item": "'别的'",
    "budget_year": "2030",
    "funding": "'别的'",
    "mode_entry_id": "NULL",
    "operating_budget_fen": "5",
    "operating_plan": "'别的'",
    "exit_plan": "''",
    "content": "'{}'",
    "sha256": "'" + "0" * 64 + "'",
    "sm3": "'" + "0" * 64 + "'",
    "sealed_at": "CURRENT_TIMESTAMP",
    "submitted_by": "1",
}


def refused(statement, **values):
    return attempt(db.session, statement, values or None)


def moved_time(w, project, change):
    """The time of a project is stopped or let run, and nothing else."""
    with act(w.actor("authority_lead"), Permission.PROJECT_SUSPEND, ref=project.ref):
        change(project.subject)
    db.session.commit()


def committed(project):
    db.session.commit()
    return project


@pytest.fixture
def draft(w):
    return committed(room.declared(w))


@pytest.fixture
def sent(w):
    project = room.submitted(w)
    room.register(w, project, "other")
    return committed(project)


@pytest.fixture
def approved(w):
    return committed(room.approved(w))


def copied(model, like, **changes):
    """A new row made by SQL from another; `changes` are SQL expressions."""
    columns = [column.key for column in sa.inspect(model).column_attrs]
    chosen = {"id": "999", "act_id": ":act", **changes}
    values = ", ".join(chosen.get(column, column) for column in columns)
    table = model.__tablename__
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE id = {like}"


def update(table, key, **changes):
    written = ", ".join(f"{column} = {value}" for column, value in changes.items())
    return f"UPDATE {table} SET act_id = :act, {written} WHERE id = {key}"


def project_row(**changes):
    """A project beside another, on the subject of a contract that has none."""
    return {"code": "'XM-X-1'", "subject_id": "(SELECT min(subject_id) FROM contracts)", **changes}


# --- how rows begin and end ------------------------------------------------------------------------------------------


def test_a_project_by_sql_as_the_application_would_open_it_is_let_through(draft):
    assert refused(copied(Project, draft.id, **project_row())) == ""


@pytest.mark.parametrize(
    "state", ["submitted", "approved", "building", "trial", "accepted", "refused", "suspended", "terminated"]
)
def test_a_project_begins_planned_or_in_draft(draft, state):
    more = {"suspended_from": "'draft'"} if state == "suspended" else {}
    more |= {"ended_on": "'2026-03-02'"} if state in {"refused", "terminated"} else {}
    assert "begins planned" in refused(copied(Project, draft.id, **project_row(state=f"'{state}'", **more)))


def taken_in(**changes):
    return project_row(taken_in_on="'2026-03-02'", taken_in_basis="'2020 年建成'", **changes)


def test_a_project_that_is_taken_in_begins_where_it_stands(draft):
    assert refused(copied(Project, draft.id, **taken_in(state="'operating'"))) == ""
    for state in ("submitted", "suspended"):
        more = {"suspended_from": "'building'"} if state == "suspended" else {}
        assert "begins planned" in refused(copied(Project, draft.id, **taken_in(state=f"'{state}'", **more)))


def test_a_version_begins_as_a_draft_beside_no_other_that_is_open(draft, approved):
    version = approved.current
    fresh = {
        "number": "9",
        "content": "NULL",
        "sha256": "NULL",
        "sm3": "NULL",
        "sealed_at": "NULL",
        "submitted_by": "NULL",
    }
    assert refused(copied(Declaration, version.id, state="'draft'", **fresh)) == ""
    assert "declarations begin as draft" in refused(copied(Declaration, version.id, number="9"))
    again = refused(copied(Declaration, draft.current.id, number="9"))
    assert "UNIQUE" in again or "uq_declarations_open" in again


@pytest.mark.parametrize("table", ["projects", "declarations", "project_documents", "duplicate_verdicts"])
def test_nothing_is_ever_deleted(approved, table):
    assert "never deleted" in refused(f"DELETE FROM {table}")


@pytest.mark.parametrize("model", [ProjectDocument, DuplicateVerdict])
def test_papers_and_verdicts_are_never_changed(approved, model):
    table = model.__tablename__
    assert "never changed" in refused(f"UPDATE {table} SET act_id = :act")


@pytest.mark.parametrize("table", ["projects", "declarations", *LINES])
def test_rows_change_inside_an_act_only(draft, table):
    what = "changes only inside a new act"
    old = "(SELECT id FROM trail_entries WHERE seq = (SELECT max(seq) FROM trail_entries))"
    assert what in refused(f"UPDATE {table} SET act_id = {old}")


@pytest.mark.parametrize(
    "column, value",
    [("code", "'XM-0'"), ("subject_id", "(SELECT min(subject_id) FROM contracts)"), ("taken_in_on", "'2020-01-01'")],
)
def test_what_a_project_is_never_changes(draft, column, value):
    assert "what a row is about never changes" in refused(update("projects", draft.id, **{column: value}))


@pytest.mark.parametrize("column, value", [("number", "7"), ("project_id", "999")])
def test_a_version_stays_where_it_is(draft, column, value):
    assert "what a row is about never changes" in refused(update("declarations", draft.current.id, **{column: value}))


# --- what is sealed --------------------------------------------------------------------------------------------------


def test_every_column_that_is_decided_on_is_attacked_below():
    apart = {"id", "act_id", "row_version", "project_id", "number", "state", "mode_kind"}
    assert set(CONTENT) == {column.key for column in sa.inspect(Declaration).column_attrs} - apart


@pytest.mark.parametrize("column", CONTENT)
def test_a_sealed_version_never_changes(sent, column):
    answer = refused(update("declarations", sent.current.id, **{column: CONTENT[column]}))
    assert "a sealed declaration never changes" in answer


@pytest.mark.parametrize("table", LINES)
def test_lines_of_a_sealed_version_neither_come_nor_change_nor_go(sent, table):
    column, value = LINES[table]
    key = db.session.scalar(sa.text(f"SELECT id FROM {table}"))
    model = next(one for one in Declaration.registry.mappers if one.local_table.name == table).class_
    name = {"component": "'payment'"} if table == "component_uses" else {}
    name |= {"name": "'又一项'"} if table == "planned_services" else {}
    for statement in (
        update(table, key, **{column: value}),
        f"DELETE FROM {table} WHERE id = {key}",
        copied(model, key, line="7", **name),
    ):
        assert "of a sealed whole never change" in refused(statement)


@pytest.mark.parametrize("table", LINES)
def test_lines_of_a_draft_do(draft, table):
    column, value = LINES[table]
    key = db.session.scalar(sa.text(f"SELECT id FROM {table}"))
    assert refused(update(table, key, **{column: value})) == ""
    assert refused(f"DELETE FROM {table} WHERE id = {key}") == ""


def test_a_line_is_not_carried_into_another_declaration(w, draft):
    other = committed(room.opened(w, title="另一项目")).current.id
    for table in LINES:
        assert "what a row is about never changes" in refused(
            f"UPDATE {table} SET act_id = :act, declaration_id = {other}"
        )


@pytest.mark.parametrize("column", ["content", "sha256", "sm3", "sealed_at", "submitted_by", "kind", "deployment"])
def test_a_version_is_sealed_whole(draft, column):
    whole = {
        "state": "'submitted'",
        "content": "'{}'",
        "sha256": "'" + "0" * 64 + "'",
        "sm3": "'" + "0" * 64 + "'",
        "sealed_at": "CURRENT_TIMESTAMP",
        "submitted_by": "(SELECT min(id) FROM users)",
    }
    assert refused(update("declarations", draft.current.id, **whole)) == ""
    answer = refused(update("declarations", draft.current.id, **{**whole, column: "NULL"}))
    assert "sealed_whole" in answer


def test_the_title_of_a_submitted_project_never_changes(w, sent):
    retitle = f"UPDATE subjects SET act_id = :act, title = '别的' WHERE id = {sent.subject_id}"
    assert "title of a submitted project never changes" in refused(retitle)


def test_the_title_of_a_draft_does(draft):
    assert refused(f"UPDATE subjects SET act_id = :act, title = '别的' WHERE id = {draft.subject_id}") == ""


# --- moves -----------------------------------------------------------------------------------------------------------


def test_a_project_is_not_submitted_without_a_sealed_version(draft):
    assert "submitted with a sealed declaration" in refused(update("projects", draft.id, state="'submitted'"))


@pytest.mark.parametrize("state", ["building", "trial", "accepted", "operating", "planned", "exited", "suspended"])
def test_a_submitted_project_does_not_jump(w, sent, state):
    more = {}
    if state == "suspended":
        more = {"suspended_from": "'submitted'"}
        moved_time(w, sent, stand_still)
    more |= {"ended_on": "'2026-03-02'"} if state == "exited" else {}
    assert "cannot move like this" in refused(update("projects", sent.id, state=f"'{state}'", **more))


@pytest.mark.parametrize("state, more", [("approved", {}), ("refused", {"ended_on": "'2026-03-02'"})])
def test_nothing_is_approved_or_refused_without_a_decision(sent, state, more):
    assert "by a decision on its submitted" in refused(update("projects", sent.id, state=f"'{state}'", **more))
    assert "by a decision on it" in refused(update("declarations", sent.current.id, state=f"'{state}'"))


def test_a_version_is_not_returned_without_a_decision(sent):
    assert "by a decision on it" in refused(update("declarations", sent.current.id, state="'returned'"))
    assert refused(update("declarations", sent.current.id, state="'withdrawn'")) == ""


def test_a_decision_on_an_earlier_version_approves_no_later_one(w):
    project = room.replied(w, room.returned(w))
    actions.submit(w.actor("officer"), project, room.seen_digest(project))
    committed(project)
    # The last decision said "returned", of version 1.
    assert "by a decision on it" in refused(update("declarations", project.current.id, state="'returned'"))
    assert "by a decision" in refused(update("projects", project.id, state="'approved'"))


def test_a_draft_is_not_approved_unless_its_project_was_taken_in(draft):
    sealed = {"content": "'{}'", "sha256": "'" + "0" * 64 + "'", "sm3": "'" + "0" * 64 + "'"}
    sealed |= {"sealed_at": "CURRENT_TIMESTAMP", "state": "'approved'"}
    assert "first declaration of a project taken in" in refused(update("declarations", draft.current.id, **sealed))


@pytest.mark.parametrize("state", ["building", "operating"])
def test_an_approved_project_goes_on_by_a_decision(approved, state):
    answer = refused(update("projects", approved.id, state=f"'{state}'", operation_from="'2026-03-02'"))
    # SQLite asks the guards in no stated order, so that either may speak first.
    assert "only by a decision that lets it through" in answer or "only where nothing is built" in answer


def test_an_approved_project_that_builds_is_not_operated_at_once(w, approved):
    """Not even with a decision to hand over: that is for projects in which nothing is built."""
    like = db.session.scalar(sa.select(sa.func.max(Decision.id)))
    by_client = {"step": "'hand_over'", "decider_role": "'client'", "decider_org": str(w.org("agency").id)}
    act = act_id(db.session)
    db.session.execute(sa.text(copied(Decision, like, **by_client)), {"act": act})
    leaf(db.session, act)
    operate = update("projects", approved.id, state="'operating'", operation_from="'2026-03-02'")
    assert "only where nothing is built" in refused(operate)


def test_a_suspended_project_returns_to_where_it_was(w):
    project = committed(room.suspended(w))
    back = update("projects", project.id, state="'approved'", suspended_from="NULL")
    assert "when its time stands still" in refused(back)
    moved_time(w, project, go_on)
    assert refused(back) == ""
    for changes in (
        {"state": "'building'", "suspended_from": "NULL"},
        {"suspended_from": "'operating'"},
    ):
        assert "returns to where it was" in refused(update("projects", project.id, **changes))


def test_what_is_suspended_remembers_where_it_was(w, approved):
    right = update("projects", approved.id, state="'suspended'", suspended_from="'approved'")
    assert "when its time stands still" in refused(right)
    moved_time(w, approved, stand_still)
    assert refused(right) == ""
    wrong = update("projects", approved.id, state="'suspended'", suspended_from="'operating'")
    assert "returns to where it was" in refused(wrong)
    assert "suspended_whole" in refused(update("projects", approved.id, state="'suspended'"))


@pytest.mark.parametrize("column, value", [("approved_on", "'2020-01-01'"), ("approval_number", "'别的'")])
def test_what_was_approved_once_stays(approved, column, value):
    assert "set once" in refused(update("projects", approved.id, **{column: value}))


# --- papers and verdicts ---------------------------------------------------------------------------------------------


def test_a_paper_by_sql_as_the_application_would_register_it_is_let_through(sent):
    assert refused(copied(ProjectDocument, paper_of(sent))) == ""


def paper_of(project):
    return db.session.scalar(sa.select(sa.func.max(ProjectDocument.id)).where(ProjectDocument.project_id == project.id))


def test_a_paper_is_a_file_of_its_own_project_registered_by_who_acted_in_it(w, sent):
    stranger = w.user("rival_officer").id
    for changes in (
        {"sha256": "'" + "0" * 64 + "'"},
        {"subject_id": "(SELECT min(subject_id) FROM contracts)"},
        {"registered_by": str(stranger)},
        {"registrar_side": "'supervision'"},
    ):
        assert refused(copied(ProjectDocument, paper_of(sent), **changes)), changes


def test_no_paper_is_registered_with_a_project_that_has_ended(w):
    project = committed(room.terminated(w))
    assert "that has ended" in refused(copied(ProjectDocument, paper_of(project)))


def test_a_verdict_is_the_authoritys_on_what_no_longer_changes(w, approved, draft):
    key = db.session.scalar(sa.select(sa.func.max(DuplicateVerdict.id)))
    assert refused(copied(DuplicateVerdict, key)) == ""
    of_draft = {
        "declaration_id": str(draft.current.id),
        "project_id": str(draft.id),
        "subject_id": str(draft.subject_id),
    }
    assert "may still change" in refused(copied(DuplicateVerdict, key, **of_draft))
    for changes in (
        {"judge_role": "'client'"},
        {"judge_side": "'operation'"},
        {"judged_by": str(w.user("officer").id), "judge_org": str(w.org("agency").id), "judge_role": "'client'"},
        {"verdict": "'maybe'"},
        {"verdict": "'partial'"},
        {"reason": "''"},
    ):
        assert refused(copied(DuplicateVerdict, key, **changes)), changes


def test_whoever_may_write_the_tables_may_not_empty_them(approved):
    if db.session.get_bind().dialect.name != "postgresql":
        return
    for table in ("projects", "declarations", "project_documents", "duplicate_verdicts"):
        assert "never deleted" in refused(f"TRUNCATE {table} CASCADE")
