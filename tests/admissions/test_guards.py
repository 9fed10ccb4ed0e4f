"""The database keeps admissions by itself: who decides, in which order, what never changes, and who may sign."""

import pytest
import sqlalchemy as sa

from app.admissions import keeping
from app.admissions.models import Admission, Proof, Review, Ruling
from app.audit import act
from app.contracts import actions as contracts
from app.contracts.models import VersionState
from app.core.db import db
from app.core.permissions import Permission
from app.subjects.actions import stand_for_side
from tests import factories
from tests.admissions import room
from tests.factories import snapshot
from tests.separation.breaking import act_id, attempt, leaf

MOVE = "UPDATE admissions SET act_id = :act, {changes} WHERE id = :id"
SIGN = "UPDATE contracts SET act_id = :act, row_version = row_version + 1, state = 'signed' WHERE id = :id"
DAYS = "valid_from = '2100-01-01', valid_until = '2101-01-01'"


def moved(admission, changes):
    return attempt(db.session, MOVE.format(changes=changes), {"id": admission.id})


def copied(like, **changes):
    """A row made by SQL from an earlier one; `changes` are SQL expressions."""
    table = type(like).__tablename__
    columns = [column.key for column in sa.inspect(type(like)).column_attrs]
    chosen = {"id": "999999", "act_id": ":act", **changes}
    values = ", ".join(chosen.get(column, column) for column in columns)
    return attempt(
        db.session, f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE id = {like.id}"
    )


def at(backend, w, name, build):
    """An admission in some state, built once a worker."""
    code = snapshot(backend, f"admission_{name}", lambda: build(w).code)
    return db.session.scalars(sa.select(Admission).where(Admission.code == code)).one()


@pytest.fixture
def drafted(w, backend):
    return at(backend, w, "draft", room.filled)


@pytest.fixture
def reviewed(w, backend):
    return at(backend, w, "reviewed", room.reviewed)


@pytest.fixture
def suspended(w, backend):
    return at(backend, w, "suspended", room.suspended)


def test_nothing_moves_without_its_submission_or_ruling(drafted):
    assert "what is submitted is kept whole" in moved(drafted, "state = 'submitted', round = 1")
    for state in ("admitted", "refused", "suspended", "removed", "expired"):
        assert moved(drafted, f"state = '{state}'")


def test_what_is_submitted_moves_by_a_ruling_of_that_kind(reviewed):
    for changes in (f"state = 'admitted', {DAYS}", "state = 'refused', ended_on = '2026-03-02'", "state = 'draft'"):
        assert "by a ruling" in moved(reviewed, changes), changes


REVIVED = (
    "state = 'admitted'",
    "state = 'draft'",
    "state = 'removed', ended_on = '2026-03-02'",
    "valid_until = '2199-01-01'",
    "valid_from = '1999-01-01'",
    "region_id = (SELECT max(id) FROM regions)",
    "category = 'AC-DATA'",
    "organisation_id = (SELECT id FROM organisations WHERE code = 'OPERATOR')",
    "authority_id = organisation_id",
    "recheck_since = '2026-03-02'",
)


def test_a_suspended_one_neither_revives_nor_grows(suspended):
    for changes in REVIVED:
        assert moved(suspended, changes), changes


def test_what_was_submitted_reviewed_and_ruled_stays(suspended):
    for row in (suspended.submissions[0], suspended.reviews[0], suspended.rulings[0], suspended.proofs[0]):
        table = type(row).__tablename__
        assert attempt(db.session, f"UPDATE {table} SET act_id = :act WHERE id = :id", {"id": row.id})
        assert attempt(db.session, f"DELETE FROM {table} WHERE id = :id", {"id": row.id})
    assert attempt(db.session, "DELETE FROM admissions WHERE id = :id", {"id": suspended.id})
    said = suspended.answers[0]
    change = "UPDATE admission_statements SET act_id = :act, text = 'x' WHERE id = :id"
    assert "stays as it was submitted" in attempt(db.session, change, {"id": said.id})


def test_four_eyes_and_the_right_authority_are_keys(reviewed, w):
    review = reviewed.reviews[0]
    ruling = db.session.scalars(sa.select(Ruling).where(Ruling.kind == "admit")).first()
    about = {
        "admission_id": str(reviewed.id),
        "subject_id": str(reviewed.subject_id),
        "round": "1",
        "seen_sha256": f"'{review.sha256}'",
        "reviewed_by": str(review.reviewed_by),
        "facts": "'{}'",
    }
    lead, officer = w.user("authority_lead").id, w.user("authority_officer").id
    # The lead has not stood for the authority in this one, the officer has, but reviewed it.
    assert copied(ruling, **about, decided_by=str(lead))
    assert copied(ruling, **about, decided_by=str(officer))
    assert copied(ruling, **about, decided_by=str(w.user("rival_officer").id), decider_org=str(w.org("rival").id))
    assert copied(ruling, **(about | {"reviewed_by": "NULL"}), decided_by=str(officer))
    assert copied(ruling, **(about | {"seen_sha256": f"'{'1' * 64}'"}), decided_by=str(officer))
    assert copied(ruling, **about, kind="'suspend'", decided_by=str(officer))


FOREIGN = (
    (Proof, {"number": "'X'", "people": "1"}),
    (Proof, {"number": "'X'", "level": "6"}),
    (Proof, {"number": "'X'", "sha256": f"'{'0' * 64}'"}),
    (Proof, {"number": "'X'", "subject_id": "subject_id + 1"}),
    (Review, {"reviewed_by": "reviewed_by + 1"}),
    (Review, {"side": "'operation'"}),
)


def test_rows_belong_to_their_admission_and_its_files(reviewed):
    for kind, changes in FOREIGN:
        row = db.session.scalars(sa.select(kind).where(kind.admission_id == reviewed.id)).first()
        assert copied(row, **changes), changes


def test_a_company_does_not_clear_its_own_name_once_it_is_admitted(suspended):
    own = db.session.scalars(sa.text("SELECT id FROM credit_checks WHERE side = 'operation'")).first()
    columns = "admission_id, subject_id, organisation_id, listing, checked_on, source, sha256, side, recorded_by"
    clean = (
        f"INSERT INTO credit_checks (id, act_id, recorded_at, {columns}) "
        f"SELECT 999999, :act, recorded_at, {columns} FROM credit_checks WHERE id = {own}"
    )
    assert "only while it applies" in attempt(db.session, clean)


# --- contracts -------------------------------------------------------------------------------------------------------


def _signed_but_for_the_last_move(w):
    """Both sides have signed the version; the contract itself waits for its move."""
    contract = factories.signing(w)
    factories.sign(w, contract, "signatory")
    actor = w.actor("operator_signatory")
    with act(actor, Permission.CONTRACT_SIGN, ref=contract.ref):
        side = stand_for_side(actor, contract.subject)
        contracts._signature(actor, contract, contract.current, side)
        contract.current.state = VersionState.SIGNED
    return contract


def _standing(w):
    return db.session.scalars(sa.select(Admission).where(Admission.code == "ZR-OPERATOR-AC-APP")).one()


def _by_sql(statement):
    fresh = act_id(db.session)
    db.session.execute(sa.text(statement), {"act": fresh})
    leaf(db.session, fresh)


ELSEWHERE = (
    "UPDATE services SET act_id = :act, category = 'cloud' WHERE id IN (SELECT service_id FROM contract_services)",
    "UPDATE regions SET act_id = :act, path = '/45/' WHERE code = '44'",
    "UPDATE admissions SET act_id = :act, state = 'expired', ended_on = '2026-03-02' WHERE code LIKE 'ZR-OPERATOR%'",
)


def test_no_contract_becomes_signed_while_its_operator_is_not_admitted_for_it_there_and_then(w):
    contract, standing = _signed_but_for_the_last_move(w), _standing(w)
    db.session.flush()
    assert attempt(db.session, SIGN, {"id": contract.id}) == ""
    for change in ELSEWHERE:
        with db.session.begin_nested() as savepoint:
            _by_sql(change)
            assert "companies that are admitted" in attempt(db.session, SIGN, {"id": contract.id}), change
            savepoint.rollback()
    keeping.suspend(w.actor("authority_lead"), standing, "数据安全事件。", room.file("通报.pdf"))
    db.session.flush()
    assert "companies that are admitted" in attempt(db.session, SIGN, {"id": contract.id})
