"""What the database itself refuses about exclusions, whoever writes to it (I1, I2, I9, I13 and four eyes)."""

from datetime import UTC

import pytest

from app.audit import act
from app.core.db import db
from app.core.periods import Period
from app.core.permissions import Permission
from app.figures import verifying
from app.service_levels import actions
from app.service_levels.models import ExclusionCause
from app.subjects.actions import stand_for_side
from tests.separation.breaking import attempt, is_sqlite
from tests.service_levels.moments import at

COLUMNS = [
    "contract_id",
    "subject_id",
    "number",
    "service_id",
    "begins_at",
    "ends_at",
    "cause",
    "reason",
    "announced_at",
    "sha256",
    "claimed_by",
    "claimer_org_id",
    "claimer_side",
    "claimer_role",
    "claimed_at",
    "state",
    "granted_from",
    "granted_until",
    "decided_by",
    "decider_org_id",
    "decider_side",
    "decider_role",
    "decided_at",
    "decision_reason",
    "row_version",
]


class Claims:
    """One open claim in April, from which attacks are made: copies with something changed, and changes of it."""

    def __init__(self, watched) -> None:
        self.watched, self.w = watched, watched.w
        self.claim = actions.claim(
            self.w.actor("operator_officer"),
            watched.contract,
            actions.ClaimFacts(
                service=watched.lines[0].service,
                begins_at=at("2026-04-10T01:00"),
                ends_at=at("2026-04-10T03:00"),
                cause=ExclusionCause.THIRD_PARTY,
                reason="云平台故障",
                evidence_sha=watched.proof,
            ),
        )
        # The deciding officer has acted for his side before, as in real life.
        with act(self.w.actor("officer"), Permission.EXCLUSION_DECIDE, ref=watched.contract.ref):
            stand_for_side(self.w.actor("officer"), watched.contract.subject)
        db.session.commit()

    def copy(self, **changes) -> str:
        """Inserts the same claim again with some columns changed; each change is SQL."""
        changes.setdefault("number", "number + 1")
        given = ", ".join(changes.get(name, name) for name in COLUMNS)
        return attempt(
            db.session,
            f"INSERT INTO exclusions (id, act_id, {', '.join(COLUMNS)}) "
            f"SELECT 999, :act, {given} FROM exclusions WHERE id = {self.claim.id}",
        )

    def change(self, **changes) -> str:
        given = ", ".join(f"{name} = {value}" for name, value in changes.items())
        return attempt(db.session, f"UPDATE exclusions SET act_id = :act, {given} WHERE id = {self.claim.id}")

    def decision(self, by="officer", org="agency", side="management", role="client", state="granted", **more):
        given = {
            "state": f"'{state}'",
            "granted_from": "begins_at" if state == "granted" else "NULL",
            "granted_until": "ends_at" if state == "granted" else "NULL",
            "decided_by": str(self.w.user(by).id),
            "decider_org_id": str(self.w.org(org).id),
            "decider_side": f"'{side}'",
            "decider_role": f"'{role}'",
            "decided_at": "claimed_at",
            "decision_reason": "'x'",
        }
        return {**given, **more}


@pytest.fixture
def claims(watched):
    return Claims(watched)


def instant(text):
    """A moment in the words of the database."""
    found = at(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return f"'{found}'" if is_sqlite(db.session) else f"TIMESTAMPTZ '{found}+00'"


def test_only_the_operators_person_claims(claims):
    w = claims.w
    assert claims.copy() == ""
    officer, agency = str(w.user("officer").id), str(w.org("agency").id)
    for changes in (
        {"claimed_by": officer},
        {"claimer_org_id": agency},
        {"claimed_by": officer, "claimer_org_id": agency},
        {"claimed_by": officer, "claimer_org_id": agency, "claimer_side": "'management'", "claimer_role": "'client'"},
        {"claimed_by": str(w.user("rival_officer").id), "claimer_org_id": str(w.org("rival").id)},
        {"claimer_role": "'builder'"},
        {"claimer_side": "'supervision'"},
    ):
        assert claims.copy(**changes), changes


def test_a_claim_is_about_its_contract_and_has_evidence_of_it(claims):
    other = claims.w.contract("draft")
    for changes in (
        {"contract_id": str(other.id)},
        {"subject_id": str(other.subject_id)},
        {"contract_id": str(other.id), "subject_id": str(other.subject_id)},
        {"sha256": f"'{'0' * 64}'"},
        {"service_id": str(other.versions[-1].lines[0].service_id)},
        {"service_id": "999999"},
    ):
        assert claims.copy(**changes), changes
    assert claims.copy(service_id="NULL") == ""


def test_a_claim_is_whole(claims):
    for changes in (
        {"number": "number"},
        {"number": "0"},
        {"ends_at": "begins_at"},
        {"ends_at": instant("2026-04-10T00:59")},
        {"reason": "''"},
        {"cause": "'bad luck'"},
        {"cause": "'announced_maintenance'"},
        {"announced_at": instant("2026-04-01T00:00")},
        {"cause": "'announced_maintenance'", "announced_at": "begins_at"},
        {"cause": "'announced_maintenance'", "announced_at": instant("2026-04-10T02:00")},
        {"state": "'granted'"},
        {"state": "'withdrawn'"},
        {"decided_by": "claimed_by"},
        {"decision_reason": "'x'"},
        {"granted_from": "begins_at", "granted_until": "ends_at"},
    ):
        assert claims.copy(**changes), changes
    earlier = {"cause": "'announced_maintenance'", "announced_at": instant("2026-04-01T00:00")}
    assert claims.copy(**earlier) == ""


def test_no_claim_is_born_decided(claims):
    assert "begin as claimed" in claims.copy(**claims.decision())


def test_what_was_claimed_never_changes(claims):
    for column, value in {
        "begins_at": instant("2026-04-09T00:00"),
        "ends_at": instant("2026-04-11T00:00"),
        "cause": "'force_majeure'",
        "number": "7",
        "reason": "'another'",
        "service_id": "NULL",
        "sha256": f"'{'0' * 64}'",
        "claimed_at": instant("2026-04-11T00:00"),
        "claimed_by": str(claims.w.user("officer").id),
    }.items():
        assert "never changes" in claims.change(**{column: value}), column
    assert "never deleted" in attempt(db.session, "DELETE FROM exclusions")


def test_a_row_is_written_only_under_an_act(claims):
    assert "new act" in attempt(db.session, "UPDATE exclusions SET decision_reason = ''")


def test_another_person_of_the_management_side_decides(claims):
    w = claims.w
    assert claims.change(**claims.decision()) == ""
    assert claims.change(**claims.decision(state="refused")) == ""
    operator = {"by": "operator_officer", "org": "operator"}
    for changes in (
        claims.decision(**operator),
        claims.decision(**operator, side="operation", role="operator"),
        claims.decision(by="operator_officer"),
        claims.decision(org="operator"),
        claims.decision(by="inspector", org="inspectorate", side="supervision", role="supervisor"),
        claims.decision(by="other_officer", org="other_agency"),
        claims.decision(role="finance"),
        claims.decision(decided_at="NULL"),
        claims.decision(decided_by="NULL"),
        claims.decision(state="refused", decision_reason="''"),
        claims.decision(state="withdrawn"),
    ):
        assert claims.change(**changes), changes
    own = claims.decision(**operator, side="operation", role="operator", state="withdrawn")
    assert claims.change(**own) == ""
    assert w.user("operator_officer").id == claims.claim.claimed_by


def test_no_more_is_granted_than_was_claimed(claims):
    for changes in (
        {"granted_from": instant("2026-04-10T00:59:59")},
        {"granted_until": instant("2026-04-10T03:00:01")},
        {"granted_until": "begins_at"},
        {"granted_from": "NULL"},
        {"granted_until": "NULL"},
        # Without a word why, whole or in part.
        {"decision_reason": "''"},
        {"granted_from": instant("2026-04-10T02:00"), "decision_reason": "''"},
    ):
        assert claims.change(**{**claims.decision(), **changes}), changes
    part = {"granted_from": instant("2026-04-10T02:00"), "decision_reason": "'x'"}
    assert claims.change(**{**claims.decision(), **part}) == ""


@pytest.mark.parametrize("ending", ["granted", "refused", "withdrawn"])
def test_a_decision_is_given_once(claims, ending):
    w = claims.w
    if ending == "withdrawn":
        actions.withdraw(w.actor("operator_officer"), claims.claim)
    elif ending == "granted":
        actions.grant(w.actor("officer"), claims.claim, reason="与通报相符")
    else:
        actions.refuse(w.actor("officer"), claims.claim, "理由")
    db.session.commit()
    assert claims.change(decision_reason="'another'")
    assert claims.change(state="'claimed'")
    assert claims.change(**claims.decision())
    assert claims.change(**claims.decision(state="refused"))


def test_a_closed_period_takes_neither_claims_nor_decisions(claims):
    verifying.close_period(claims.w.actor("officer"), claims.watched.contract, Period("2026-04"))
    db.session.commit()
    assert "period is closed" in claims.copy()
    # Over either edge of the closed month.
    assert "period is closed" in claims.copy(begins_at=instant("2026-03-31T00:00"), ends_at=instant("2026-04-01T00:01"))
    assert "period is closed" in claims.copy(begins_at=instant("2026-04-30T23:59"), ends_at=instant("2026-05-01T00:01"))
    assert claims.copy(begins_at=instant("2026-03-31T00:00"), ends_at=instant("2026-04-01T00:00")) == ""
    assert claims.copy(begins_at=instant("2026-05-01T00:00"), ends_at=instant("2026-05-01T00:01")) == ""
    assert "period is closed" in claims.change(**claims.decision())
    assert "period is closed" in claims.change(**claims.decision(state="refused"))
    own = claims.decision("operator_officer", "operator", "operation", "operator", "withdrawn")
    assert claims.change(**own) == ""


def test_parties_people_and_files_behind_a_claim_stay(claims):
    w, subject = claims.w, claims.watched.contract.subject_id
    for statement, values in (
        ("DELETE FROM parties WHERE subject_id = :s AND organisation_id = :o", {"o": w.org("operator").id}),
        ("DELETE FROM subject_sides WHERE subject_id = :s AND organisation_id = :o", {"o": w.org("operator").id}),
        ("DELETE FROM subject_people WHERE subject_id = :s AND user_id = :o", {"o": w.user("operator_officer").id}),
        ("DELETE FROM evidence_files WHERE subject_id = :s AND sha256 = :o", {"o": claims.watched.proof}),
    ):
        assert attempt(db.session, statement, {"s": subject, **values}), statement
