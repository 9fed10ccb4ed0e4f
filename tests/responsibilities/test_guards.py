"""What the database itself refuses about responsibility lists, whoever writes to it (sides, four eyes, seals)."""

import pytest
import sqlalchemy as sa

from app.audit import act
from app.core.db import db
from app.core.permissions import Permission
from app.lifecycle.actions import stand_still
from app.projects.declaring import drop_party
from app.responsibilities import actions, drafting
from app.responsibilities.models import DutyAssignment, DutyLine, DutyList, DutySignature, Letter
from app.subjects.models import PartyRole
from tests.responsibilities.room import amending, drafted, join, line_with, own_duty, peopled, seen, sent, signed
from tests.separation.breaking import attempt

ROWS = {"duty_lists": DutyList, "duty_lines": DutyLine, "duty_assignments": DutyAssignment}
SEAL = (
    "UPDATE duty_lists SET act_id = :act, state = 'signing', content = '{}', sha256 = :digest, sm3 = :digest, "
    "sealed_at = :at, submitted_by = :by WHERE id = :id"
)
AT, DIGEST = "2026-03-02 01:00:00.000000", "0" * 64


def refused(statement, values=None):
    return attempt(db.session, statement, values)


def copied(table, like, **changes):
    """A row made by SQL from another one; `changes` are SQL expressions."""
    columns = [column.key for column in sa.inspect(table).column_attrs]
    chosen = {"id": "999999", "act_id": ":act", **changes}
    values = ", ".join(str(chosen.get(column, column)) for column in columns)
    name = table.__tablename__
    return f"INSERT INTO {name} ({', '.join(columns)}) SELECT {values} FROM {name} WHERE id = {like}"


def changed(table, key, **columns):
    listed = ", ".join(f"{column} = {value}" for column, value in columns.items())
    return f"UPDATE {table} SET act_id = :act, {listed} WHERE id = {key}"


def sealing(w, duty_list):
    return {"id": duty_list.id, "digest": DIGEST, "at": AT, "by": w.user("officer").id}


def signature(w, duty_list, **changes):
    """A signature by SQL as the application would write it: the operator's signatory, over the sealed digests."""
    values = {
        "id": 999999,
        "list": duty_list.id,
        "project": duty_list.project_id,
        "subject": duty_list.subject_id,
        "org": w.org("operator").id,
        "side": "operation",
        "user": w.user("operator_signatory").id,
        "by": duty_list.submitted_by,
        "sha": duty_list.sha256,
        "sm": duty_list.sm3,
        "at": AT,
    }
    statement = (
        "INSERT INTO duty_signatures (id, act_id, list_id, project_id, subject_id, organisation_id, side, user_id, "
        "submitted_by, sha256, sm3, signed_at) VALUES (:id, :act, :list, :project, :subject, :org, :side, :user, :by, "
        ":sha, :sm, :at)"
    )
    return statement, {**values, **changes}


@pytest.fixture
def draft(w):
    made = drafted(w)
    db.session.commit()
    return made


@pytest.fixture
def out(w):
    """Out for signing; a person of each side is bound, so that only what is attacked stands against the attack."""
    before = sent(w)
    again = actions.return_for_change(w.actor("operator_signatory"), before, "先改一处")
    drafting.set_letter(w.actor("officer"), again.lines[0], w.org("watcher").id, Letter.CONSULTED)
    actions.submit(w.actor("officer"), again, seen(again))
    actions.sign(w.actor("signatory"), again, seen(again))
    db.session.commit()
    return again


@pytest.fixture
def done(w):
    made = signed(w)
    db.session.commit()
    return made


# --- sealing ---------------------------------------------------------------------------------------------------------


def test_a_draft_in_order_is_sealed(w, draft):
    assert refused(SEAL, sealing(w, draft)) == ""


@pytest.mark.parametrize(
    "letters, message",
    [
        ({"operator": None}, "exactly one accountable"),
        ({"operator": Letter.RESPONSIBLE}, "exactly one accountable"),
        ({"operator": Letter.CONSULTED, "agency": Letter.ACCOUNTABLE}, "on the side they belong to"),
        ({"operator": Letter.CONSULTED, "watcher": Letter.ACCOUNTABLE}, "on the side they belong to"),
        ({"agency": Letter.RESPONSIBLE}, "on the side they belong to"),
    ],
)
def test_an_operating_duty_is_sealed_with_one_accountable_on_its_side_only(w, draft, letters, message):
    for key, letter in letters.items():
        drafting.set_letter(w.actor("officer"), line_with(draft, "DU-057"), w.org(key).id, letter)
    assert message in refused(SEAL, sealing(w, draft))


def test_no_duty_is_sealed_with_two_who_are_accountable(w, draft):
    drafting.set_letter(w.actor("officer"), line_with(draft, "DU-064"), w.org("authority").id, Letter.ACCOUNTABLE)
    assert "exactly one accountable" in refused(SEAL, sealing(w, draft))


@pytest.mark.parametrize("code, key", [("DU-042", "operator"), ("DU-064", "watcher"), ("DU-067", "operator")])
def test_a_management_duty_is_not_sealed_with_another_side(w, draft, code, key):
    line = line_with(draft, code)
    holder = next(org for org, letter in line.letters.items() if letter is Letter.ACCOUNTABLE)
    drafting.set_letter(w.actor("officer"), line, holder, None)
    drafting.set_letter(w.actor("officer"), line, w.org(key).id, Letter.ACCOUNTABLE)
    assert "on the side they belong to" in refused(SEAL, sealing(w, draft))


@pytest.mark.parametrize("key", ["agency", "operator"])
def test_supervision_is_done_by_neither(w, draft, key):
    drafting.set_letter(w.actor("officer"), line_with(draft, "DU-041"), w.org("watcher").id, None)
    drafting.set_letter(w.actor("officer"), line_with(draft, "DU-041"), w.org(key).id, Letter.ACCOUNTABLE)
    assert "on the side they belong to" in refused(SEAL, sealing(w, draft))


def test_what_is_left_out_is_not_asked_for_and_an_empty_list_is_not_sealed(w, draft):
    line = line_with(draft, "DU-057")
    drafting.set_letter(w.actor("officer"), line, w.org("operator").id, None)
    drafting.leave_out(w.actor("officer"), line, "不适用")
    assert refused(SEAL, sealing(w, draft)) == ""
    for one in draft.lines:
        if not one.is_left_out:
            drafting.leave_out(w.actor("officer"), one, "不适用")
    assert "exactly one accountable" in refused(SEAL, sealing(w, draft))


def test_a_duty_of_somebody_who_left_is_not_sealed(w):
    project = peopled(w)
    made = drafted(w, project)
    party = join(w, project, "rival", PartyRole.OPERATOR)
    drafting.set_letter(w.actor("officer"), line_with(made, "DU-057"), w.org("rival").id, Letter.INFORMED)
    assert refused(SEAL, sealing(w, made)) == ""
    drop_party(w.actor("officer"), project, party)
    assert "by parties of the project" in refused(SEAL, sealing(w, made))


# --- drafts ----------------------------------------------------------------------------------------------------------


def test_letters_are_for_parties(w, draft):
    held = draft.lines[0].assignments[0].id
    assert refused(copied(DutyAssignment, held, organisation_id=w.org("watcher").id)) == ""
    assert "borne by parties" in refused(copied(DutyAssignment, held, organisation_id=w.org("rival").id))
    assert "UNIQUE" in refused(copied(DutyAssignment, held)).upper()
    assert "letter" in refused(changed("duty_assignments", held, letter="'X'"))
    assert "never changes" in refused(changed("duty_assignments", held, organisation_id=w.org("watcher").id))


def test_a_duty_of_the_template_keeps_words_bearer_and_place(w, draft):
    key = draft.lines[0].id
    for change in ({"text": "'另一项'"}, {"bearer": "'operator'"}, {"phase": "'exit'"}):
        assert "keeps its words" in refused(changed("duty_lines", key, **change))
    for change in ({"line": "900"}, {"entry_id": "NULL"}):
        assert "never changes" in refused(changed("duty_lines", key, **change))
    assert refused(changed("duty_lines", key, deadline="'每年'")) == ""


def test_own_duties_are_never_left_out_and_every_duty_has_words(w, draft):
    own = drafting.add_own_duty(w.actor("officer"), draft, own_duty())
    db.session.commit()
    assert "left_out_of_template" in refused(changed("duty_lines", own.id, left_out_reason="'不要'"))
    assert "text_given" in refused(changed("duty_lines", own.id, text="''"))
    assert refused(changed("duty_lines", own.id, bearer="'builder'")) == ""


def test_a_draft_has_no_seal_and_begins_as_a_draft(w, draft):
    assert "sealed_whole" in refused(changed("duty_lists", draft.id, sha256=f"'{DIGEST}'"))
    assert "sealed_whole" in refused(changed("duty_lists", draft.id, submitted_by=w.user("officer").id))
    fresh = {"code": "'QZ-X-9'", "number": "9"}
    assert "UNIQUE" in refused(copied(DutyList, draft.id, **fresh)).upper()
    assert "begin as draft" in refused(copied(DutyList, draft.id, **fresh, state="'signed'"))


@pytest.mark.parametrize("state", ["signed", "returned", "superseded"])
def test_a_draft_moves_to_signing_only(draft, state):
    # Which of the guards speaks first is the database's choice.
    assert "guanyun" in refused(changed("duty_lists", draft.id, state=f"'{state}'"))


# --- what is sealed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fixture", ["out", "done"])
def test_a_sealed_list_never_changes(w, request, fixture):
    made = request.getfixturevalue(fixture)
    line, held = made.lines[0].id, made.lines[0].assignments[0].id
    for statement in (
        changed("duty_lists", made.id, content="'{}'"),
        changed("duty_lists", made.id, sha256=f"'{DIGEST}'"),
        changed("duty_lists", made.id, submitted_by=w.user("second_officer").id),
    ):
        assert "a sealed list never changes" in refused(statement)
    for statement in (
        changed("duty_lines", line, deadline="'每年'"),
        changed("duty_lines", line, left_out_reason="'不适用'"),
        copied(DutyLine, line, line="900", entry_id="NULL"),
        changed("duty_assignments", held, letter="'C'"),
        copied(DutyAssignment, held, line_id=made.lines[-1].id),
        f"DELETE FROM duty_assignments WHERE id = {held}",
        f"DELETE FROM duty_lines WHERE id = {line}",
    ):
        assert "of a sealed whole never change" in refused(statement), statement


def test_lists_are_never_deleted_and_stay_what_they_are_about(w, draft):
    assert "never deleted" in refused(f"DELETE FROM duty_lists WHERE id = {draft.id}")
    for change in ({"code": "'QZ-X'"}, {"number": "7"}, {"project_id": "1 + project_id"}, {"reason": "'另有理由'"}):
        assert "never changes" in refused(changed("duty_lists", draft.id, **change))


@pytest.mark.parametrize("table", list(ROWS))
def test_nothing_changes_outside_an_act(w, draft, table):
    key = db.session.scalar(sa.select(ROWS[table].id).limit(1))
    stale = db.session.scalar(sa.select(ROWS[table].act_id).where(ROWS[table].id == key))
    values = {"old": stale.hex if db.session.get_bind().dialect.name == "sqlite" else stale}
    statement = f"UPDATE {table} SET act_id = :old, row_version = row_version + 1 WHERE id = {key}"
    assert "only inside a new act" in attempt(db.session, statement, values, under_act=False)


# --- signatures ------------------------------------------------------------------------------------------------------


def test_a_signature_by_sql_as_the_application_would_write_it_is_let_through(w, out):
    assert refused(*signature(w, out)) == ""


@pytest.mark.parametrize(
    "change",
    [
        {"sha": DIGEST},
        {"sm": DIGEST},
        {"side": "management"},
        {"side": "supervision"},
        {"by": 1},
        {"project": 10**9},
    ],
)
def test_a_signature_is_bound_to_content_side_and_submitter(w, out, change):
    said = refused(*signature(w, out, **change))
    assert "FOREIGN KEY" in said.upper() or "signing_sides" in said


def test_who_submitted_never_signs(w, out):
    mine = {"org": w.org("agency").id, "side": "management", "user": w.user("officer").id}
    assert "four_eyes" in refused(*signature(w, out, **mine))


def test_the_same_organisation_never_signs_twice(w, out):
    mine = {"org": w.org("agency").id, "side": "management", "user": w.user("signatory").id}
    assert "UNIQUE" in refused(*signature(w, out, **mine)).upper()


def test_neither_authority_nor_supervision_signs(w, out):
    for key in ("authority", "watcher"):
        assert "signed by client, operators and builders" in refused(*signature(w, out, org=w.org(key).id))


def test_a_person_of_the_other_side_never_signs(w, out):
    said = refused(*signature(w, out, user=w.user("signatory").id))
    assert "FOREIGN KEY" in said.upper() or "UNIQUE" in said.upper()


def test_nothing_is_signed_before_or_after(w, draft, done):
    assert "while it is out for signing" in refused(*signature(w, done))


def test_signatures_are_never_changed_or_deleted(w, out):
    key = out.signatures[0].id
    assert "never changed" in refused(changed("duty_signatures", key, side="'operation'"))
    assert "never deleted" in refused(f"DELETE FROM duty_signatures WHERE id = {key}")


def test_a_list_is_signed_only_when_both_sides_have_signed_it(w, out):
    signing = changed("duty_lists", out.id, state="'signed'", signed_at="sealed_at")
    assert "client, operators and builders have signed" in refused(signing)


def test_a_list_is_signed_only_when_every_builder_and_operator_has(w):
    project = peopled(w, joining=[("operator", PartyRole.OPERATOR), ("rival", PartyRole.BUILDER)])
    made = sent(w, project)
    for key in ("signatory", "operator_signatory"):
        actions.sign(w.actor(key), made, seen(made))
    db.session.commit()
    signing = changed("duty_lists", made.id, state="'signed'", signed_at="sealed_at")
    assert "client, operators and builders have signed" in refused(signing)


# --- versions --------------------------------------------------------------------------------------------------------


def test_what_follows_a_signed_list_amends_it_with_a_reason(w, done):
    fresh = {"code": "'QZ-X-9'", "number": "9", "state": "'draft'", "content": "NULL", "sha256": "NULL", "sm3": "NULL"}
    fresh |= {"sealed_at": "NULL", "submitted_by": "NULL", "signed_at": "NULL"}
    assert "amends the one that is signed" in refused(copied(DutyList, done.id, **fresh))
    assert "amendment_reason" in refused(copied(DutyList, done.id, **fresh, amends_id=done.id))
    assert refused(copied(DutyList, done.id, **fresh, amends_id=done.id, reason="'职责调整'")) == ""


def test_a_list_of_another_project_is_never_amended(w, done):
    other = signed(w)
    db.session.commit()
    fresh = {"code": "'QZ-X-9'", "number": "9", "state": "'draft'", "content": "NULL", "sha256": "NULL", "sm3": "NULL"}
    fresh |= {"sealed_at": "NULL", "submitted_by": "NULL", "signed_at": "NULL", "reason": "'调整'"}
    said = refused(copied(DutyList, done.id, **fresh, amends_id=other.id))
    assert "amends the one that is signed" in said or "FOREIGN KEY" in said.upper()


def test_a_signed_list_is_superseded_only_by_a_signed_one(w, done):
    amending(w, done)
    db.session.commit()
    assert "stays in force" in refused(changed("duty_lists", done.id, state="'superseded'"))
    for state in ("draft", "signing", "returned"):
        assert refused(changed("duty_lists", done.id, state=f"'{state}'"))


def test_a_returned_list_has_a_reason_and_stays_as_it_is(w, out):
    assert "return_reason_given" in refused(changed("duty_lists", out.id, state="'returned'"))
    actions.return_for_change(w.actor("operator_signatory"), out, "再议")
    db.session.commit()
    assert "never changes" in refused(changed("duty_lists", out.id, return_reason="'换个理由'"))
    assert "while it is out for signing" in refused(copied(DutySignature, out.signatures[0].id))


def test_the_database_lets_no_list_begin_move_or_be_signed_while_time_stands_still(w):
    signing = sent(w)
    with act(w.actor("authority_lead"), Permission.PROJECT_SUSPEND, ref=signing.project.ref):
        stand_still(signing.project.subject)
    db.session.commit()
    stands = "while time stands still"
    assert stands in refused(changed("duty_lists", signing.id, state="'returned'"))
    assert stands in refused(copied(DutyList, signing.id, number="number + 1", state="'draft'"))
    assert stands in refused(*signature(w, signing))
