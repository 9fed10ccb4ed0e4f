"""Lists of contracts: begun from the project's signed one or the template, signed by both parties, amended in force."""

import json

import pytest

from app.contracts.actions import agree_termination
from app.core.db import db
from app.core.errors import NotAllowed, Refused
from app.core.permissions import Permission
from app.lifecycle.queries import open_tasks_of
from app.projects.actions import suspend
from app.responsibilities import actions, drafting
from app.responsibilities.documents import MEDIA, printed
from app.responsibilities.facts import duty_facts
from app.responsibilities.models import DutyList, DutyListState, DutySignature, Letter
from app.responsibilities.queries import findings_of, lists_of, open_list, signed_list
from tests.factories import draft, empty_draft, in_force, kept, sign_in, terminating
from tests.procurement.room import drawn
from tests.projects.room import approved
from tests.responsibilities import room
from tests.responsibilities.test_guards import AT, changed, copied, refused

S = DutyListState
OPERATED = {"operation", "evaluation", "exit"}


@kept
def drafted(w) -> DutyList:
    """The list of a contract without a project, in force."""
    return actions.start_list(w.actor("officer"), in_force(w))


def sent(w, duty_list) -> DutyList:
    return actions.submit(w.actor("officer"), duty_list, room.seen(duty_list))


def signed(w, duty_list) -> DutyList:
    return room.sign_all(w, sent(w, duty_list))


@kept
def of_a_project(w) -> DutyList:
    """The signed list of an approved project with everybody who may sign or watch."""
    project = approved(w)
    for key, role in room.JOINING:
        room.join(w, project, key, role)
    made = actions.start_list(w.actor("officer"), project)
    drafting.set_letter(w.actor("officer"), room.line_with(made, "DU-057"), w.org("watcher").id, Letter.CONSULTED)
    drafting.add_own_duty(w.actor("officer"), made, room.own_duty())
    own = made.lines[-1]
    drafting.set_letter(w.actor("officer"), own, w.org("operator").id, Letter.ACCOUNTABLE)
    return signed(w, made)


def test_without_a_project_the_template_gives_what_a_contract_covers(w):
    made = drafted(w)
    assert made.code == f"QZ-{made.contract.code}-1" and made.project_id is None and made.based_on_id is None
    assert {line.phase.value for line in made.lines} == OPERATED
    assert {one.organisation.code for line in made.lines for one in line.assignments} == {"AGENCY", "OPERATOR"}
    assert [one for one in findings_of(made) if one.blocking] == []


def test_of_a_project_the_signed_list_is_the_beginning(w):
    source = of_a_project(w)
    contract = drawn(w, source.project)
    made = actions.start_list(w.actor("officer"), contract)
    assert made.based_on == source
    assert {line.phase.value for line in made.lines} == {"handover", *OPERATED}
    assert room.line_with(made, "DU-057").letters[w.org("watcher").id] is Letter.CONSULTED
    assert "每周一报送上周运行简报" in {line.text for line in made.lines}
    members = {party.organisation_id for party in contract.subject.parties}
    assert {key for line in made.lines for key in line.letters} <= members
    assert [line.line for line in made.lines] == list(range(1, len(made.lines) + 1))
    assert [one for one in findings_of(made) if one.blocking] == []
    # A version that comes back unsigned still says where it came from.
    sent(w, made)
    again = actions.return_for_change(w.actor("operator_signatory"), made, "补充时限")
    assert again.based_on == source
    assert json.loads(made.content)["based_on"] == {"code": source.code, "sha256": source.sha256}


def test_both_parties_sign_it_and_it_is_amended_while_the_contract_runs(w):
    made = drafted(w)
    contract = made.contract
    assert duty_facts(contract.subject) == {"duty.signed_version": 0, "duty.findings": 0}
    sent(w, made)
    asked = {(one.organisation_id, one.permission) for one in open_tasks_of(contract.subject)}
    assert {(w.org(key).id, Permission.DUTY_SIGN) for key in ("agency", "operator")} <= asked
    room.sign_all(w, made)
    assert signed_list(contract) == made and duty_facts(contract.subject)["duty.signed_version"] == 1
    newer = room.amending(w, made)
    assert (newer.number, newer.amends_id, signed_list(contract)) == (2, made.id, made)
    drafting.change_line(w.actor("officer"), newer.lines[0], room.own_duty(deadline="每季度"), None)
    signed(w, newer)
    assert made.state is S.SUPERSEDED and signed_list(contract) == newer
    assert [one.number for one in lists_of(contract)] == [2, 1]


@pytest.mark.parametrize("who", ["operator_signatory", "other_officer"])
def test_the_client_draws_it_up(w, who):
    with pytest.raises(NotAllowed):
        actions.start_list(w.actor(who), in_force(w))


def test_without_an_operator_nobody_can_sign_it(w):
    made = actions.start_list(w.actor("officer"), empty_draft(w))
    with pytest.raises(Refused) as refusal:
        sent(w, made)
    assert [str(one.what) for one in refusal.value.problems].count("合同还没有乙方，清单没有对方可以签署。") == 1


def test_a_list_without_an_operator_is_not_shown_as_in_order(w, client):
    contract = actions.start_list(w.actor("officer"), empty_draft(w)).contract
    db.session.commit()
    page = sign_in(client, "officer").get(f"/contracts/{contract.code}/duties").get_data(as_text=True)
    assert "没有建设、运营方" in page and "合同还没有乙方" in page and "检查没有发现问题" not in page


def test_of_an_ended_contract_no_list_begins_or_moves(w):
    contract = terminating(w)
    made = actions.start_list(w.actor("officer"), contract)
    agree_termination(w.actor("operator_signatory"), contract, "同意")
    for move in (lambda: sent(w, made), lambda: actions.start_list(w.actor("officer"), contract)):
        with pytest.raises(Refused) as refusal:
            move()
        assert "合同已经结束" in str(refusal.value.problems[0].what)


def test_a_project_that_rests_holds_the_lists_of_its_contracts(w):
    source = of_a_project(w)
    contract = drawn(w, source.project)
    suspend(w.actor("authority_lead"), source.project, "资金调整")
    with pytest.raises(Refused) as refusal:
        actions.start_list(w.actor("officer"), contract)
    assert "项目已暂停" in str(refusal.value.problems[0].what)


def test_the_papers_name_the_contract(w):
    made = drafted(w)
    for kind in MEDIA:
        assert printed(made, kind)


# --- what the database refuses ---------------------------------------------------------------------------------------


def test_a_list_is_of_one_thing_and_stays_so(w):
    made = drafted(w)
    db.session.commit()
    fresh = {"code": "'QZ-X-9'", "number": "9"}
    assert "of_one" in refused(copied(DutyList, made.id, **fresh, contract_id="NULL"))
    assert "never changes" in refused(changed("duty_lists", made.id, contract_id="contract_id + 1"))
    assert "UNIQUE" in refused(copied(DutyList, made.id, **fresh)).upper()


def test_a_list_begins_from_its_own_projects_signed_one_only(w):
    source = of_a_project(w)
    other = actions.start_list(w.actor("officer"), in_force(w))
    db.session.commit()
    fresh = {"code": "'QZ-X-9'", "number": "9", "based_on_id": str(source.id)}
    assert "the project that it serves" in refused(copied(DutyList, other.id, **fresh))


def test_an_ended_contract_keeps_its_list_as_it_is(w):
    contract = terminating(w)
    made = sent(w, actions.start_list(w.actor("officer"), contract))
    actions.sign(w.actor("signatory"), made, room.seen(made))
    agree_termination(w.actor("operator_signatory"), contract, "同意")
    assert [one for one in open_tasks_of(contract.subject) if one.permission == Permission.DUTY_SIGN] == []
    db.session.commit()
    given = made.signatures[0].id
    operator = {"organisation_id": str(w.org("operator").id), "user_id": str(w.user("operator_signatory").id)}
    attack = copied(DutySignature, given, **operator, side="'operation'", signed_at=f"'{AT}'")
    assert "has ended keeps its list" in refused(attack)
    blank = dict.fromkeys(("content", "sha256", "sm3", "sealed_at", "submitted_by"), "NULL")
    fresh = {"code": "'QZ-X-9'", "number": "9", "state": "'draft'", **blank}
    assert "has ended keeps its list" in refused(copied(DutyList, made.id, **fresh))


def test_a_signature_is_of_the_lists_own_subject(w):
    made = sent(w, drafted(w))
    actions.sign(w.actor("signatory"), made, room.seen(made))
    other = draft(w)
    db.session.commit()
    given = made.signatures[0].id
    operator = {"organisation_id": str(w.org("operator").id), "user_id": str(w.user("operator_signatory").id)}
    attack = copied(DutySignature, given, **operator, side="'operation'", subject_id=str(other.subject_id))
    assert "FOREIGN KEY" in refused(attack).upper()


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_pages_are_those_of_a_project(w, client, app):
    contract = in_force(w)
    code = contract.code
    db.session.commit()
    officer = sign_in(client, "officer")
    empty = officer.get(f"/contracts/{code}/duties").data.decode()
    assert "还没有权责清单" in empty and "按模板中运营、评估和退出的事项编制" in empty
    assert officer.post(f"/contracts/{code}/duties", follow_redirects=True).status_code == 200
    made = open_list(contract)
    assert made is not None
    page = officer.get(f"/contracts/{code}/duties").data.decode()
    for wanted in (f"/contracts/{code}/duties/1/letters", f"/contracts/{code}/duties/1/submit", "duties/1.xlsx"):
        assert wanted in page
    assert f"/projects/{code}" not in page
    for path in (
        "duties/1",
        f"duties/1/lines/{made.lines[0].id}",
        "duties/1/lines/new",
        "duties/compare",
        "duties/1.pdf",
    ):
        assert officer.get(f"/contracts/{code}/{path}").status_code == 200, path
    assert officer.get(f"/projects/{code}/duties").status_code == 404
    assert sign_in(app.test_client(), "rival_officer").get(f"/contracts/{code}/duties").status_code == 404
