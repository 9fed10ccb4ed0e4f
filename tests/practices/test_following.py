"""What choosing a practice changes for a project and its contracts, until when it may be changed, and what is kept."""

import json

import pytest
import sqlalchemy as sa

from app.catalogues.actions import load
from app.catalogues.queries import content_of as content_of_entry
from app.catalogues.queries import current
from app.contracts import actions as contracts
from app.contracts.content import content_of as content_of_contract
from app.contracts.drawing import link
from app.contracts.following import choose_practice as choose_for_contract
from app.core.actors import SYSTEM
from app.core.clock import today
from app.core.db import db
from app.core.errors import NotAllowed, Refused, WrongState
from app.gates.kinds import Step
from app.gates.queries import checklist, gates_at
from app.negative_lists.screening import look, look_anywhere
from app.organisations.models import Region
from app.plans.queries import schemes_for
from app.practices.pages import expected_parties
from app.practices.practice_file import SECTIONS
from app.practices.queries import practice_followed, to_choose
from app.projects import actions
from app.projects.content import content_of
from app.projects.following import choose_practice
from app.responsibilities.queries import template_entries
from app.subjects.models import PartyRole, Subject, SubjectKind
from tests.factories import draft, sign_in, signing
from tests.practices.test_practice_file import SIXTH
from tests.projects import room
from tests.separation.breaking import attempt

# Each practice with what it changes: a gate at its step, an item, its list, duties that come and that go, a scheme.
MODELS = {
    "PM-GD": (("G-GD-01", Step.CONTRACT), "NL-GD01", "NL-GD", {"DU-GD-01"}, {"DU-040"}, {"SC-GD"}),
    "PM-ZJ": (("G-ZJ-01", Step.APPROVE), "NL-ZJ01", "NL-ZJ", {"DU-ZJ-01", "DU-012"}, set(), set()),
    "PM-SH": (("G-SH-01", Step.APPROVE), "NL-A14", "NL-SH", {"DU-SH-01", "DU-069", "DU-089"}, set(), {"SC-SH"}),
    "PM-BJ": (("G-BJ-01", Step.APPROVE), "NL-F08", "NL-BJ", {"DU-BJ-01", "DU-050"}, set(), set()),
    "PM-GZ": (("G-GZ-01", Step.APPROVE), "NL-GZ01", "NL-GZ", {"DU-GZ-01"}, {"DU-040"}, set()),
}


def opened(w, practice="", by="officer"):
    return actions.open_project(w.actor(by), room.TITLE, practice=practice)


def contract_of(w, practice=""):
    return contracts.open_contract(w.actor("officer"), "运营合同", practice)


def gate_codes(subject):
    return {(gate.head.code, step) for step in Step for gate in gates_at(subject, step)}


def item_codes(subject):
    return {one.entry.code for one in look_anywhere(subject).outcomes}


def duty_codes(project):
    """All duties of the template, whoever is there to bear them."""
    return {duty.code for _entry, duty in template_entries(project, today())}


@pytest.fixture
def everybody(monkeypatch):
    """Somebody is there for every duty."""
    from app.responsibilities import queries, template

    def all_holders(*_given):
        return [template.Member(1, "某单位", "management", frozenset({"client"}))]

    monkeypatch.setattr(template, "holders", all_holders)
    assert queries.template_for is template.template_for


@pytest.mark.sqlite_only
@pytest.mark.parametrize("code", MODELS)
@pytest.mark.usefixtures("everybody")
def test_choosing_a_practice_changes_lists_duties_gates_and_parties_as_its_file_says(w, code):
    gate, item, listed, comes, goes, schemes = MODELS[code]
    plain, following = opened(w), opened(w, code)
    practice = practice_followed(following.subject)
    assert practice.head.code == code and practice_followed(plain.subject) is None
    # Gates: its own holds, and what that takes the place of does not.
    subjects = [contract_of(w, one).subject for one in ("", code)] if gate[1] is Step.CONTRACT else []
    without, with_it = subjects or (plain.subject, following.subject)
    assert gate in gate_codes(with_it) - gate_codes(without)
    # Lists: its own items and those that it brings are judged, elsewhere they are not even named.
    contract = contract_of(w, code).subject
    judged = item_codes(following.subject) | item_codes(contract)
    assert set(practice.sections["negative_items"].add) <= judged
    assert item in judged and listed in practice.sections["negative_lists"].add
    assert {one for one in item_codes(plain.subject) if one.startswith(listed)} == set()
    # Duties: what it adds comes, what it leaves out goes.
    assert comes <= duty_codes(following) and not comes <= duty_codes(plain)
    assert goes <= duty_codes(plain) and not goes & duty_codes(following)
    assert set(practice.sections["duties"].add) <= duty_codes(following)
    # Schemes that can be proposed.
    offered = {one.code for one in schemes_for(db.session.merge(contract_of(w, code)))}
    assert schemes == {one for one in offered if one in {"SC-GD", "SC-SH"}}
    # Parties: who is expected, and who is still missing.
    held = {one.role: names for one, names in expected_parties(following.subject, practice)}
    assert held[PartyRole.CLIENT] and not held[PartyRole.OPERATOR] if PartyRole.OPERATOR in held else True


@pytest.mark.sqlite_only
def test_the_gate_of_a_practice_says_for_which_it_stands(w):
    project = opened(w, "PM-ZJ")
    lines = {line.gate.head.code: line for line in checklist(project.subject, Step.APPROVE)}
    assert "G-03" not in lines
    assert [gate.head.code for gate in lines["G-ZJ-01"].over] == ["G-03"]
    # Items that are judged at the gate it stands for are judged where it stands.
    assert "NL-A12" in {one.entry.code for one in look(project.subject, Step.APPROVE).applicable}


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("everybody")
def test_a_sixth_practice_works_from_one_file_without_code(w, tmp_path):
    own = (
        SIXTH
        + """\
    negative_lists:
      leave_out:
        - code: NL-C
          reason: {zh: 不采用合作模式, en: No partnerships}
  - kind: duty
    code: DU-XX-01
    practice: PM-XX
    name: {zh: 第六种模式的权责, en: A duty of the sixth}
    phase: operation
    bearer: operator
    deadline: {zh: 每月, en: Monthly}
    evidence: record
    evidence_words: {zh: 记录, en: Record}
    status: D
"""
    )
    file = tmp_path / "sixth.yaml"
    file.write_text(own, encoding="utf-8")
    load(SYSTEM, [file])
    assert load(SYSTEM, [file]).stored == ()
    project, plain = opened(w, "PM-XX"), opened(w)
    assert {"DU-XX-01", "DU-BJ-01"} <= duty_codes(project) - duty_codes(plain)
    assert "DU-040" in duty_codes(plain) - duty_codes(project)
    assert ("G-ZJ-01", Step.APPROVE) in gate_codes(project.subject)
    # A list that is left out takes its items with it, but for those that are law.
    out = {one.entry.code for one in look_anywhere(project.subject).outcomes if one.left_out}
    assert out == {"NL-C01", "NL-C02", "NL-C03", "NL-C09", "NL-C10", "NL-C11", "NL-C12"}


@pytest.mark.sqlite_only
def test_a_project_keeps_the_version_that_it_chose(w, tmp_path):
    first, file = opened(w, "PM-GZ"), tmp_path / "later.yaml"
    later = {**content_of_entry(first.subject.practice_entry), "valid_from": today().isoformat()}
    later.pop("gates")
    file.write_text(json.dumps({"kind": "practice", "entries": [later]}, ensure_ascii=False), encoding="utf-8")
    load(SYSTEM, [file])
    second = opened(w, "PM-GZ")
    assert [one.subject.practice_entry.version for one in (first, second)] == [1, 2]
    assert practice_followed(first.subject).sections["gates"].add == ("G-GZ-01",)
    assert practice_followed(second.subject).sections["gates"].add == ()


def test_who_may_choose_until_when_and_with_which_reason(w):
    project = room.declared(w)
    officer = w.actor("officer")
    with pytest.raises(Refused, match="没有可以选用"):
        choose_practice(officer, project, "PM-99")
    with pytest.raises(Refused, match="没有更改"):
        choose_practice(officer, project, "")
    choose_practice(officer, project, "PM-BJ")
    with pytest.raises(Refused, match="理由"):
        choose_practice(officer, project, "PM-ZJ", " ")
    with pytest.raises(NotAllowed):
        choose_practice(w.actor("authority_officer"), project, "PM-ZJ", "改用")
    choose_practice(officer, project, "PM-ZJ", "按一本账核对")
    assert content_of(project.current)["practice"]["code"] == "PM-ZJ"
    choose_practice(officer, project, "", "不选用")
    assert "practice" not in content_of(project.current)
    sent = room.submitted(w, title="第二个项目")
    with pytest.raises(WrongState, match="已提交"):
        choose_practice(officer, sent, "PM-ZJ", "改用")


def test_a_contract_of_a_project_follows_its_practice(w):
    project, contract = opened(w, "PM-GD"), contract_of(w, "PM-ZJ")
    link(w.actor("officer"), contract, project)
    assert contract.subject.practice_entry_id == project.subject.practice_entry_id
    with pytest.raises(Exception, match="不能更改"):
        choose_practice(w.actor("officer"), project, "PM-BJ", "改用")


# Whose practice is attacked, with which entry (none: taken away), and what the database says.
ATTACKS = [
    ("draft", "G-01", "what a project or contract follows is a practice"),
    ("admission", "PM-ZJ", "what a project or contract follows is a practice"),
    ("sent", "PM-ZJ", "the practice of what was submitted never changes"),
    ("contract", "PM-ZJ", "the practice of what was submitted never changes"),
    ("project of a contract", "", "the practice of what was submitted never changes"),
]


def test_the_database_keeps_the_practice_of_what_was_submitted(w):
    following, bound = opened(w, "PM-GD"), contract_of(w)
    link(w.actor("officer"), bound, following)
    attacked = {"draft": opened(w), "sent": room.submitted(w), "contract": bound, "project of a contract": following}
    subjects = {which: one.subject_id for which, one in attacked.items()}
    subjects["admission"] = db.session.scalar(
        sa.select(Subject.id).where(Subject.kind == SubjectKind.ADMISSION).limit(1)
    )
    entries = {"G-01": current("gate", "G-01", today()).id, "PM-ZJ": current("practice", "PM-ZJ", today()).id, "": None}
    db.session.commit()
    for which, code, message in ATTACKS:
        entry = "NULL" if entries[code] is None else str(entries[code])
        statement = f"UPDATE subjects SET practice_entry_id = {entry}, act_id = :act WHERE id = {subjects[which]}"
        assert message in attempt(db.session, statement), (which, code)
    # A draft that nothing follows yet may still choose.
    free = f"UPDATE subjects SET practice_entry_id = {entries['PM-ZJ']}, act_id = :act WHERE id = {subjects['draft']}"
    assert attempt(db.session, free) == ""


def test_a_contract_of_its_own_chooses_until_it_is_submitted(w):
    officer, contract = w.actor("officer"), contract_of(w)
    assert "practice" not in content_of_contract(contract.current)
    with pytest.raises(Refused, match="没有可以选用"):
        choose_for_contract(officer, contract, "PM-99")
    with pytest.raises(Refused, match="没有更改"):
        choose_for_contract(officer, contract, "")
    choose_for_contract(officer, contract, "PM-GD")
    assert content_of_contract(contract.current)["practice"]["code"] == "PM-GD"
    with pytest.raises(Refused, match="理由"):
        choose_for_contract(officer, contract, "PM-ZJ", " ")
    with pytest.raises(NotAllowed):
        choose_for_contract(w.actor("operator_officer"), contract, "PM-ZJ", "改用")
    choose_for_contract(officer, contract, "", "不选用")
    assert "practice" not in content_of_contract(contract.current)
    of_project = contract_of(w)
    link(officer, of_project, opened(w))
    with pytest.raises(Refused, match="随项目"):
        choose_for_contract(officer, of_project, "PM-ZJ")
    with pytest.raises(WrongState, match="已提交会签"):
        choose_for_contract(officer, signing(w), "PM-ZJ", "改用")


def test_choosing_for_a_sealed_contract_changes_nothing_of_what_was_signing(w):
    contract = signing(w)
    before = (contract.current.content, contract.current.digest_sha256)
    with pytest.raises(WrongState):
        choose_for_contract(w.actor("officer"), contract, "PM-GD")
    db.session.commit()
    entry = current("practice", "PM-GD", today()).id
    statement = f"UPDATE subjects SET practice_entry_id = {entry}, act_id = :act WHERE id = {contract.subject_id}"
    assert "the practice of what was submitted never changes" in attempt(db.session, statement)
    db.session.refresh(contract.current)
    assert (contract.current.content, contract.current.digest_sha256) == before


@pytest.mark.sqlite_only
def test_the_pages_of_a_contract_show_its_practice_and_change_it(w, client):
    contract, submitted = draft(w), signing(w)
    db.session.commit()
    at = f"/contracts/{contract.code}"
    sign_in(client, "officer")
    assert "没有选用，只适用全国和本地规则" in client.get(at).get_data(as_text=True)
    done = client.post(f"{at}/practice", data={"practice": "PM-GD"})
    assert done.status_code == 302 and done.headers["Location"].endswith("/practice")
    named = '/practices/PM-GD?version=1"'
    for path in ("", "/practice", "/duties", "/screening"):
        page = client.get(f"{at}{path}").get_data(as_text=True)
        assert named in page and "广东" in page, path
    # Who is expected and who is there: client and operator are, who supervises is not.
    shown = page_of(client, at)
    for word in ("选用的模式", "应有的当事方", "还没有加入", "更改模式"):
        assert word in shown, word
    kept = client.post(f"{at}/practice", data={"practice": "PM-ZJ", "reason": ""})
    assert kept.status_code == 422 and "没有写明更改的理由" in kept.get_data(as_text=True)
    late = client.post(f"/contracts/{submitted.code}/practice", data={"practice": "PM-GD", "reason": "改用"})
    assert late.status_code == 422 and "合同已提交会签" in late.get_data(as_text=True)
    assert client.post(f"{at}/practice", data={"practice": "PM-ZJ", "reason": "按一本账核对"}).status_code == 302
    told = page_of(client, f"{at}?tab=trail")
    assert "按一本账核对" in told and "地方模式" in told
    for key in ("operator_officer", "signatory"):
        sign_in(client, key)
        assert client.post(f"{at}/practice", data={"practice": "PM-GD", "reason": "改用"}).status_code == 403, key
    assert client.get(f"{at}/practice").status_code == 200
    sign_in(client, "rival_signatory")
    assert client.get(f"{at}/practice").status_code == 404


def page_of(client, path):
    return client.get(path).get_data(as_text=True)


def test_a_contract_is_not_moved_under_a_project_of_another_practice(w):
    following, contract = opened(w, "PM-GD"), contract_of(w, "PM-ZJ")
    db.session.commit()
    statement = "UPDATE contracts SET project_id = :project, act_id = :act WHERE id = :id"
    said = attempt(db.session, statement, {"project": following.id, "id": contract.id})
    assert "a contract follows the practice of its project" in said


@pytest.mark.sqlite_only
def test_pages_show_the_practices_and_the_catalogue(w, client):
    project = opened(w, "PM-GD")
    db.session.commit()
    sign_in(client, "officer")
    paths = ("/practices", "/practices/PM-GD", "/practices/PM-GD?version=1", "/practices/compare", "/rules")
    paths += ("/rules/payment_ladder", "/rules/payment_ladder/PAY-A", "/rules/fault_severity/SEV-1")
    paths += ("/rules/security_control/MLPS3-06", "/rules/practice/PM-BJ", "/rules/duty/DU-001", "/rules/scheme/SC-SH")
    paths += (f"/projects/{project.code}", f"/projects/{project.code}/practice", "/projects/new", "/contracts/new")
    told = {path: client.get(path) for path in paths}
    assert {path: answer.status_code for path, answer in told.items() if answer.status_code != 200} == {}
    texts = {path: answer.get_data(as_text=True) for path, answer in told.items()}
    for code in MODELS:
        assert code in texts["/practices"] and code in texts["/practices/compare"]
    assert "取代" not in texts["/practices/PM-GD"] and "不适用" in texts["/practices/PM-GD"]
    assert (
        "支付 95%" in texts["/rules/payment_ladder/PAY-A"]
        and "15 分钟内（全天计时）" in texts["/rules/fault_severity/SEV-1"]
    )
    assert "待核实" in texts["/rules/security_control/MLPS3-06"] and "默认" in texts["/rules/fault_severity/SEV-1"]
    assert (
        "广东模式" in texts[f"/projects/{project.code}"] and "还没有加入" in texts[f"/projects/{project.code}/practice"]
    )
    for path in ("/practices/PM-99", "/rules/nothing", "/rules/duty/DU-999"):
        assert client.get(path).status_code == 404
    kept = client.post(f"/projects/{project.code}/practice", data={"practice": "PM-ZJ", "reason": ""})
    assert kept.status_code == 422 and "理由" in kept.get_data(as_text=True)
    done = client.post(f"/projects/{project.code}/practice", data={"practice": "PM-ZJ", "reason": "改用"})
    assert done.status_code == 302
    assert "取代 G-03" in client.get(f"/projects/{project.code}/practice").get_data(as_text=True)
    sign_in(client, "authority_officer")
    refused = client.post(f"/projects/{project.code}/practice", data={"practice": "PM-BJ", "reason": "改用"})
    assert refused.status_code == 403


@pytest.mark.sqlite_only
def test_the_practice_of_the_own_place_is_offered_first(w):
    region = db.session.scalars(sa.select(Region).where(Region.code == "4401")).one()
    assert [one.code for one in to_choose(region)] == ["PM-GD", "PM-BJ", "PM-GZ", "PM-SH", "PM-ZJ"]
    assert set(SECTIONS) >= {"gates", "duties"}
