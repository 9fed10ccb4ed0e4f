"""The program refuses in words what the database would refuse with a key, through every action one could misuse."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.accounts import actions as accounts
from app.accounts.identities import actor_of
from app.audit import act
from app.contracts import actions as contracts
from app.contracts import drafting
from app.core.clock import clock, today
from app.core.errors import NotAllowed, Refused, Stale, WrongState
from app.core.permissions import Permission, Role, RoleClass, Side
from app.organisations import actions as organisations
from app.organisations.models import OrganisationKind, OrganisationState
from app.organisations.queries import stakes_of
from app.subjects.models import PartyRole
from tests import factories as make

P, R = Permission, Role
TOMORROW = make.MOMENT + timedelta(days=1)


def org(w, key):
    return w.org(key)


def join(w, key, role):
    return drafting.join_party(w.actor("officer"), w.contract("draft"), org(w, key), PartyRole(role))


def words(error):
    return " ".join(f"{one.what} {one.why} {one.remedy}" for one in error.problems)


# --- I1 and I3: parties ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key, role, kind, said",
    [
        ("operator", "operator", "twice", "已是"),
        ("rival", "supervisor", "unregistered", "没有登记为"),
        ("watcher", "builder", "unregistered", "没有登记为"),
        ("agency", "operator", "two sides", "同时处于两方"),
        ("both", "supervisor", "two sides", "同时处于两方"),
        ("controlled", "operator", "controls", "控制"),
        ("grandchild", "builder", "controls through another", "控制"),
        ("child", "supervisor", "controlled by the operator", "控制"),
        ("parent", "tester", "controls the operator", "控制"),
        ("sister", "evaluator", "same group", "同受"),
    ],
)
def test_a_party_that_would_mix_the_sides_is_refused_in_words(w, key, role, kind, said):
    with pytest.raises(Refused) as caught:
        join(w, key, role)
    assert said in words(caught.value)
    assert caught.value.problems[0].place == "organisation"


@pytest.mark.parametrize(
    "key, role",
    [
        ("state_owned", "supervisor"),
        ("rival", "builder"),
        ("operator", "builder"),
        ("watcher", "tester"),
        ("finance", "finance"),
    ],
)
def test_a_common_state_owner_or_a_second_role_on_one_side_is_no_conflict(w, key, role):
    assert join(w, key, role).role == role


def test_a_stake_that_ended_is_no_conflict_any_more(w):
    with pytest.raises(Refused):
        join(w, "controlled", "builder")
    held_by, _holds = stakes_of(org(w, "controlled"))
    organisations.end_stake(w.actor("system_admin"), held_by[0], today(), "转让")
    with clock.at(TOMORROW):
        organisations.derive_control()
        assert join(w, "controlled", "builder").role == "builder"


def test_a_stake_disclosed_after_the_draft_keeps_it_from_being_submitted_or_signed(w):
    draft, signing = w.contract("draft"), w.contract("signing")
    make.controls(org(w, "agency"), org(w, "operator"))
    for attempt in (
        lambda: make.submit(w, draft),
        lambda: make.sign(w, signing, "signatory"),
        lambda: make.sign(w, signing, "operator_signatory"),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert "控制" in words(caught.value)


def test_a_closed_organisation_becomes_no_party(w, db_session):
    rival = org(w, "rival")
    with act(w.actor("system_admin"), P.ORGANISATION_RENAME, ref="organisation:RIVAL"):
        rival.state = OrganisationState.CLOSED
    with pytest.raises(Refused) as caught:
        join(w, "rival", "builder")
    assert "已撤销" in words(caught.value)


def test_a_party_whose_people_have_acted_stays(w, db_session):
    contract = w.contract("signing")
    contracts.return_for_change(w.actor("operator_signatory"), contract, "金额有误")
    operator = next(one for one in contract.subject.parties if one.role is PartyRole.OPERATOR)
    with pytest.raises(Refused) as caught:
        drafting.drop_party(w.actor("officer"), contract, operator)
    assert "不能移出" in words(caught.value)


# --- I2: people ------------------------------------------------------------------------------------------------------


def moves_over(w, key, to, role):
    """The person leaves and works for the other side from tomorrow on."""
    user = w.user(key)
    make.leaves(user, user.memberships[0].organisation)
    make.joins(user, org(w, to), role)


def test_who_acted_for_one_side_never_acts_for_the_other_whoever_employs_him(w):
    draft, signing = w.contract("draft"), w.contract("signing")
    moves_over(w, "officer", "operator", R.OPERATOR_OFFICER)
    moves_over(w, "operator_signatory", "agency", R.AGENCY_SIGNATORY)
    with clock.at(TOMORROW):
        attempts = {
            "attach": lambda: contracts.attach_file(w.actor("officer"), draft, None, ""),
            "return": lambda: contracts.return_for_change(w.actor("officer"), signing, "退回"),
            "sign": lambda: make.sign(w, signing, "operator_signatory"),
            "return too": lambda: contracts.return_for_change(w.actor("operator_signatory"), signing, "退回"),
        }
        for attempt in attempts.values():
            with pytest.raises(NotAllowed) as caught:
                attempt()
            assert "不能再代表" in words(caught.value)


def test_who_works_for_both_sides_at_once_stays_on_the_side_he_acted_for_first(w):
    double = make.person(org(w, "agency"), R.AGENCY_SIGNATORY, login="double")
    make.joins(w.user("double"), org(w, "operator"), R.OPERATOR_SIGNATORY)
    contract = w.contract("signing")
    contracts.sign(double, contract, contract.current.digest_sha256)
    other = actor_of(w.user("double"), w.user("double").memberships[1].id)
    assert other.organisation_id == org(w, "operator").id
    with pytest.raises(NotAllowed) as caught:
        contracts.sign(other, contract, contract.current.digest_sha256)
    assert "不能再代表" in words(caught.value)


# --- I8 and I9: signing ----------------------------------------------------------------------------------------------


def test_who_submits_does_not_sign(w):
    make.person(org(w, "agency"), R.AGENCY_OFFICER, R.AGENCY_SIGNATORY, login="both-roles")
    contract = make.draft(w)
    make.submit(w, contract, "both_roles")
    with pytest.raises(Refused) as caught:
        make.sign(w, contract, "both_roles")
    assert "四眼" in words(caught.value)
    assert make.sign(w, contract, "signatory").user_id == w.user("signatory").id


def test_an_organisation_signs_once(w):
    contract = w.contract("signing")
    make.sign(w, contract, "signatory")
    make.person(org(w, "agency"), R.AGENCY_SIGNATORY, login="deputy")
    with pytest.raises(Refused) as caught:
        make.sign(w, contract, "deputy")
    assert "已经签署" in words(caught.value)


@pytest.mark.parametrize("digest", ["", "0" * 64, "x"])
def test_who_has_read_other_content_does_not_sign(w, digest):
    with pytest.raises(Stale):
        contracts.sign(w.actor("signatory"), w.contract("signing"), digest)


@pytest.mark.parametrize("key", ["rival_signatory", "other_signatory"])
def test_who_is_no_party_does_not_sign(w, key):
    with pytest.raises(NotAllowed):
        make.sign(w, w.contract("signing"), key)


@pytest.mark.parametrize("state", ["draft", "signed", "in_force", "terminating", "void"])
def test_only_what_is_out_for_signing_is_signed(w, state):
    contract = w.contract(state)
    with pytest.raises(WrongState):
        contracts.sign(w.actor("signatory"), contract, contract.current.digest_sha256 or "")


@pytest.mark.parametrize("state", ["signing", "signed", "in_force", "terminating", "void"])
def test_nothing_of_a_submitted_contract_is_edited(w, state):
    officer, contract = w.actor("officer"), w.contract(state)
    line = contract.current.lines[0]
    party = contract.subject.parties[-1]
    edits = [
        lambda: drafting.set_terms(officer, contract, make.terms(), None),
        lambda: drafting.add_line(officer, contract, make.line(make.service(officer))),
        lambda: drafting.change_line(officer, contract, line, make.line(line.service), None),
        lambda: drafting.drop_line(officer, contract, line),
        lambda: drafting.set_level(officer, contract, line, None, make.level("KI-002"), None),
        lambda: drafting.set_level(officer, contract, line, line.levels[0], make.level(), None),
        lambda: drafting.drop_level(officer, contract, line.levels[0]),
        lambda: drafting.join_party(officer, contract, org(w, "watcher"), PartyRole.SUPERVISOR),
        lambda: drafting.drop_party(officer, contract, party),
    ]
    for edit in edits:
        with pytest.raises(WrongState):
            edit()


# --- I12 and I14: administrators and roles ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "giver, to, role, error",
    [
        ("security_admin", "security_admin", R.AGENCY_OFFICER, NotAllowed),
        ("security_admin", "security_admin", R.AUDIT_ADMIN, NotAllowed),
        ("security_admin", "system_admin", R.AGENCY_OFFICER, Refused),
        ("security_admin", "audit_admin", R.SECURITY_ADMIN, Refused),
        ("security_admin", "officer", R.SYSTEM_ADMIN, Refused),
        ("security_admin", "officer", R.OPERATOR_OFFICER, Refused),
        ("security_admin", "operator_officer", R.AGENCY_OFFICER, Refused),
        ("security_admin", "inspector", R.LEADER, Refused),
        ("security_admin", "officer", R.AGENCY_OFFICER, Refused),
        ("system_admin", "officer", R.AGENCY_SIGNATORY, NotAllowed),
        ("audit_admin", "officer", R.AGENCY_SIGNATORY, NotAllowed),
        ("leader", "officer", R.AGENCY_SIGNATORY, NotAllowed),
        ("officer", "officer", R.AGENCY_SIGNATORY, NotAllowed),
    ],
)
def test_a_role_that_does_not_belong_is_not_given(w, giver, to, role, error):
    membership = w.user(to).memberships[0]
    with pytest.raises(error):
        accounts.give_role(w.actor(giver), membership, role)


def test_no_administrator_does_business_and_no_one_of_business_administers(w):
    administration = {
        P.ACCOUNT_CREATE,
        P.GRANT_GIVE,
        P.GRANT_REVOKE,
        P.AUDIT_READ,
        P.AUDIT_EXPORT,
        P.ORGANISATION_CREATE,
    }
    business = {permission for permission in P if permission.startswith("contract:")} | {P.SERVICE_CREATE}
    for key in make.PEOPLE:
        actor = w.actor(key)
        forbidden = administration if actor.role_class is RoleClass.BUSINESS else business
        assert not actor.permissions & forbidden, key
    powers = {
        key: w.actor(key).permissions & administration for key in ("system_admin", "security_admin", "audit_admin")
    }
    assert not powers["system_admin"] & powers["security_admin"]
    assert not powers["audit_admin"] & (powers["system_admin"] | powers["security_admin"])


@pytest.mark.parametrize(
    "act",
    ["disable_account", "enable_account", "reset_credentials", "create_membership", "end_membership", "revoke_role"],
)
def test_nobody_does_it_to_himself(w, act):
    key = "security_admin" if act in {"revoke_role"} else "system_admin"
    actor, user = w.actor(key), w.user(key)
    calls = {
        "disable_account": (user, "x"),
        "enable_account": (user, "x"),
        "reset_credentials": (user, "x", make.PASSWORD),
        "create_membership": (user, org(w, "agency"), "", today()),
        "end_membership": (user.memberships[0], today(), "x"),
        "revoke_role": (user.memberships[0].grants[0], user, "x"),
    }
    with pytest.raises(NotAllowed):
        getattr(accounts, act)(actor, *calls[act])


@pytest.mark.parametrize("key", ["system_admin", "audit_admin"])
def test_the_last_administrator_of_a_kind_is_not_put_out(w, key):
    with pytest.raises(Refused) as caught:
        accounts.disable_account(w.actor("security_admin"), w.user(key), "离职")
    assert "最后一名" in words(caught.value)


# --- I15: history ----------------------------------------------------------------------------------------------------


def test_a_renamed_organisation_keeps_its_name_in_what_it_signed(w, db_session):
    contract, operator = w.contract("in_force"), org(w, "operator")
    old_name, old_text = operator.name_zh, contract.current.content
    with clock.at(TOMORROW):
        organisations.rename(w.actor("system_admin"), operator, "改名有限公司", "", today(), "工商变更")
    db_session.commit()
    assert operator.name_zh == "改名有限公司"
    assert old_name in old_text
    assert contract.current.content == old_text
    assert [one.organisation_id for one in contract.current.signatures if one.side is Side.OPERATION] == [operator.id]


def test_a_disabled_person_stays_the_author_of_what_he_did(w, db_session):
    accounts.disable_account(w.actor("security_admin"), w.user("signatory"), "离职")
    assert "郑主任" in {one.user.name for one in w.contract("in_force").current.signatures}


def test_a_company_needs_a_valid_credit_code(w):
    boss = w.actor("system_admin")
    for code in ("", "91440101MA59ABCD0X", "914401010000000001", "1" * 18, w.org("operator").uscc):
        facts = organisations.NewOrganisation(
            code="NEW",
            name_zh="新公司",
            name_en="",
            kind=OrganisationKind.COMPANY,
            region=make.region("44"),
            uscc=code,
            sides=frozenset({Side.OPERATION}),
        )
        with pytest.raises(Refused) as caught:
            organisations.create_organisation(boss, facts)
        assert [one.place for one in caught.value.problems] == ["uscc"], code
