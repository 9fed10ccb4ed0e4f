"""Handover and readiness: who hands over, who takes, who witnesses, and what keeps a project out of operation."""

import json

import pytest
import sqlalchemy as sa

from app.acceptances import handing_over
from app.acceptances.content import seen_digest
from app.acceptances.facts import acceptance_facts
from app.acceptances.handing_over import ThingFacts
from app.acceptances.kinds import Deed, HandoverClass, HandoverItemState, HandoverState
from app.acceptances.material import NOTHING, Material
from app.audit.history import entries_about
from app.core.clock import today
from app.core.db import db
from app.core.errors import NotAllowed, Refused, Stale, WrongState
from app.gates.kinds import Stance, Step
from app.gates.queries import decisions_of
from app.projects.kinds import ProjectKind, ProjectState
from app.subjects.models import PartyRole
from tests.acceptances import room
from tests.acceptances.test_life import asked, refusal
from tests.projects import room as projects

I = HandoverItemState  # noqa: E741


def of_class(handover, name):
    return next(one for one in handover.items if one.category is HandoverClass(name))


def conclude(w, handover, by="signatory", text="全部移交完毕，同意投入运营。"):
    return handing_over.conclude_handover(w.actor(by), handover, text, seen_digest(handover))


# --- opening ---------------------------------------------------------------------------------------------------------


def test_a_handover_begins_with_the_list_and_asks_who_delivers(w, handover):
    project = handover.project
    assert handover.code == f"YJ-{project.code}"
    assert {one.category for one in handover.items} == set(HandoverClass)
    assert {one.receiver_id for one in handover.items} == {w.org("agency").id}
    assert of_class(handover, "source_code").deliverer_id == w.org("rival").id
    assert of_class(handover, "monitoring").deliverer_id == w.org("operator").id
    assert [of_class(handover, one).takes_over for one in ("source_code", "assets", "monitoring")] == [
        True,
        False,
        False,
    ]
    assert asked(project, "handover:deliver") == {("RIVAL", handover.code), ("OPERATOR", handover.code)}


@pytest.mark.parametrize("by", ["signatory", "rival_officer", "operator_officer", "authority_lead", "supervisor"])
def test_only_the_clients_officer_opens(w, by):
    with pytest.raises(NotAllowed):
        handing_over.open_handover(w.actor(by), room.accepted(w))


def test_only_what_is_accepted_is_handed_over_and_only_once(w, handover):
    with pytest.raises(WrongState):
        room.handover(w, room.trial(w))
    assert "已经开始" in str(refusal(Refused, lambda: room.handover(w, handover.project))[0].what)


def test_who_built_it_and_operates_it_takes_nothing_over_from_itself(w):
    project = projects.approved(w)
    room.won(w, project, "operator", PartyRole.BUILDER, PartyRole.OPERATOR)
    while project.state is not ProjectState.ACCEPTED:
        room.moved(w, project)
    made = room.handover(w, project)
    assert not any(one.takes_over for one in made.items)


def test_where_nothing_is_built_approval_is_enough(w):
    project = room.joined(w, projects.approved(w, kind=ProjectKind.MAINTAIN))
    made = room.handover(w, project)
    assert made.is_open
    with pytest.raises(WrongState):
        room.handover(w, room.joined(w, projects.approved(w)))


# --- items -----------------------------------------------------------------------------------------------------------


def test_items_are_added_changed_and_removed_until_something_is_done_on_them(w, handover):
    officer, count = w.actor("officer"), len(handover.items)
    facts = ThingFacts(HandoverClass.DOCUMENTS, "培训视频", w.org("rival").id, takes_over=False)
    made = handing_over.set_item(officer, handover, None, facts)
    handing_over.set_item(
        officer, handover, made, ThingFacts(HandoverClass.PEOPLE, "培训视频", made.deliverer_id, True)
    )
    assert (made.category, made.takes_over) == (HandoverClass.PEOPLE, True)
    room.delivered(w, made)
    for change in (
        lambda: handing_over.set_item(officer, handover, made, facts),
        lambda: handing_over.remove_item(officer, handover, made, "重复"),
    ):
        with pytest.raises(WrongState):
            change()
    handing_over.remove_item(officer, handover, handover.items[0], "并入第 2 项。")
    assert len(handover.items) == count


def test_an_item_is_removed_with_a_reason_that_the_trail_keeps(w, handover):
    officer, item = w.actor("officer"), handover.items[0]
    found = refusal(Refused, lambda: handing_over.remove_item(officer, handover, item, " "))
    assert [one.place for one in found] == ["reason"]
    gone, count = item.text, len(handover.items)
    handing_over.remove_item(officer, handover, item, "本项目不交付源代码，见合同第九条。")
    assert len(handover.items) == count - 1
    leaf = json.loads(entries_about(handover.project.ref, 1)[0].details)
    assert (leaf["reason"], leaf["notes"]["removed"]) == ("本项目不交付源代码，见合同第九条。", gone[:200])
    assert gone in json.dumps(leaf["changes"], ensure_ascii=False), "everything that stood in it is still to be read"


@pytest.mark.parametrize(
    "deliverer, text, places",
    [("agency", "x", {"deliverer"}), ("rival", " ", {"text"}), ("watcher", "", {"text", "deliverer"})],
)
def test_an_item_must_be_whole_and_handed_over_by_who_built_or_operates(w, handover, deliverer, text, places):
    facts = ThingFacts(HandoverClass.DATA, text, w.org(deliverer).id, takes_over=False)
    found = refusal(Refused, lambda: handing_over.set_item(w.actor("officer"), handover, None, facts))
    assert {one.place for one in found} == places


# --- deeds -----------------------------------------------------------------------------------------------------------


def test_an_item_goes_from_the_builder_to_the_client_to_the_operator(w, handover):
    item = of_class(handover, "source_code")
    room.delivered(w, item)
    assert (item.state, item.entries[0].doer_role.value) == (I.DELIVERED, "builder")
    assert asked(handover.project, "handover:receive") == {("AGENCY", handover.code)}
    assert asked(handover.project, "handover:witness") == {("WATCHER", handover.code)}
    handing_over.witness(w.actor("supervisor"), item, Stance.SUPPORT, "与清单一致。")
    assert not asked(handover.project, "handover:witness")
    handing_over.receive(w.actor("officer"), item, "构建通过。")
    assert (item.state, item.is_done) == (I.RECEIVED, False)
    assert asked(handover.project, "handover:take_over") == {("OPERATOR", handover.code)}
    handing_over.take_over(w.actor("operator_officer"), item, "已建立配置基线，未决缺陷 2 项。")
    assert (item.state, item.is_done) == (I.TAKEN_OVER, True)
    assert [one.deed for one in item.entries] == [Deed.DELIVERED, Deed.WITNESSED, Deed.RECEIVED, Deed.TAKEN_OVER]
    assert not asked(handover.project, "handover:take_over")
    assert not asked(handover.project, "handover:receive")


def test_what_is_sent_back_is_delivered_again(w, handover):
    item = of_class(handover, "documents")
    room.delivered(w, item)
    handing_over.send_back(w.actor("officer"), item, "缺部署文档。")
    assert item.state is I.SENT_BACK
    assert ("RIVAL", handover.code) in asked(handover.project, "handover:deliver")
    room.delivered(w, item)
    handing_over.receive(w.actor("officer"), item, "齐全。")
    assert [one.deed.value for one in item.entries] == ["delivered", "sent_back", "delivered", "received"]


SKIPPED = [
    ("receive", "officer", "source_code", WrongState),
    ("take_over", "operator_officer", "source_code", WrongState),
    ("witness", "supervisor", "source_code", WrongState),
    ("send_back", "officer", "source_code", WrongState),
    ("receive", "rival_officer", "source_code", NotAllowed),
    ("deliver", "operator_officer", "source_code", NotAllowed),
    ("deliver", "rival_officer", "monitoring", NotAllowed),
    ("deliver", "officer", "source_code", NotAllowed),
    ("take_over", "rival_officer", "source_code", NotAllowed),
    ("witness", "officer", "source_code", NotAllowed),
    ("receive", "signatory", "source_code", NotAllowed),
]


@pytest.mark.parametrize("deed, by, name, kind", SKIPPED)
def test_nothing_is_skipped_and_nobody_does_anothers_deed(w, handover, deed, by, name, kind):
    item, actor, text = of_class(handover, name), w.actor(by), "已核对。"
    acts = {
        "deliver": lambda: handing_over.deliver(actor, item, text, room.paper()),
        "receive": lambda: handing_over.receive(actor, item, text),
        "send_back": lambda: handing_over.send_back(actor, item, text),
        "take_over": lambda: handing_over.take_over(actor, item, text),
        "witness": lambda: handing_over.witness(actor, item, Stance.SUPPORT, text),
    }
    with pytest.raises(kind):
        acts[deed]()


def test_a_delivery_needs_words_and_evidence(w, handover):
    item, actor = of_class(handover, "data"), w.actor("rival_officer")
    found = refusal(Refused, lambda: handing_over.deliver(actor, item, " ", NOTHING))
    assert {one.place for one in found} == {"text", "file"}


def test_one_file_may_back_several_items_of_the_same_organisation(w, handover):
    first, second = of_class(handover, "source_code"), of_class(handover, "data")
    kept = Material(digest=room.delivered(w, first).sha256)
    handing_over.deliver(w.actor("rival_officer"), second, "见同一清单。", kept)
    assert second.entries[0].sha256 == first.entries[0].sha256


def test_what_needs_no_taking_over_is_done_when_received(w, handover):
    item = of_class(handover, "assets")
    room.arrived(w, item)
    assert (item.state, item.is_done) == (I.RECEIVED, True)
    with pytest.raises(WrongState):
        handing_over.take_over(w.actor("operator_officer"), item, "接管")


# --- the end ---------------------------------------------------------------------------------------------------------


def test_everything_that_has_not_arrived_is_said_at_once(w, handover):
    room.arrived(w, handover.items[0])
    found = [str(one.what) for one in refusal(Refused, lambda: conclude(w, handover))]
    assert sum("未移交完" in one for one in found) == len(handover.items) - 1
    assert any("应急预案" in one for one in found), "what gates ask for is said with it"
    assert handover.state is HandoverState.OPEN


def test_gates_keep_a_project_out_of_operation_though_everything_arrived(w, handover):
    room.all_arrived(w, handover)
    found = " ".join(str(one.what) for one in refusal(Refused, lambda: conclude(w, handover)))
    assert "应急预案" in found
    db.session.rollback()


def test_the_conclusion_begins_operation(w, handover, contracted):
    project = handover.project
    room.all_arrived(w, handover)
    assert asked(project, "handover:conclude") == {("AGENCY", handover.code)}
    room.ready(w, project, Step.HAND_OVER)
    conclude(w, handover)
    assert (handover.state, project.state, project.operation_from) == (
        HandoverState.CONCLUDED,
        ProjectState.OPERATING,
        today(),
    )
    assert json.loads(handover.content)["conclusion"]["outcome"] == "concluded"
    assert decisions_of(project.subject)[0].about_digest == handover.sha256
    said = acceptance_facts(project.subject)
    assert (said["handover.open_items"], len(said["handover.classes"])) == (0, len(HandoverClass))
    assert not [one for one in (f"handover:{act}" for act in ("deliver", "witness", "conclude")) if asked(project, one)]
    with pytest.raises(WrongState):
        handing_over.witness(w.actor("supervisor"), handover.items[0], Stance.OPPOSE, "不一致")


def test_a_project_that_keeps_running_what_exists_goes_from_approval_to_operation(w, contracted):
    project = room.joined(w, projects.approved(w, kind=ProjectKind.MAINTAIN))
    made = room.all_arrived(w, room.handover(w, project))
    room.ready(w, project, Step.HAND_OVER)
    conclude(w, made)
    assert project.state is ProjectState.OPERATING


@pytest.mark.parametrize("by", ["officer", "rival_signatory", "operator_signatory", "authority_lead", "supervisor"])
def test_only_the_clients_signatory_concludes(w, handover, by):
    with pytest.raises(NotAllowed):
        conclude(w, handover, by)


def test_what_was_seen_is_what_is_concluded(w, handover):
    room.all_arrived(w, handover)
    seen = seen_digest(handover)
    handing_over.witness(w.actor("supervisor"), handover.items[0], Stance.OPPOSE, "少一份清单。")
    with pytest.raises(Stale):
        handing_over.conclude_handover(w.actor("signatory"), handover, "完成", seen)


def test_a_halted_project_is_not_handed_over(w, handover):
    officer, item = w.actor("officer"), handover.items[0]
    projects.actions.suspend(w.actor("authority_lead"), handover.project, "资金来源待核实。")
    facts = ThingFacts(HandoverClass.DOCUMENTS, "培训视频", w.org("rival").id, takes_over=False)
    for act in (
        lambda: room.delivered(w, item),
        lambda: handing_over.set_item(officer, handover, None, facts),
        lambda: handing_over.remove_item(officer, handover, item, "重复"),
        lambda: conclude(w, handover),
    ):
        assert "暂停" in str(refusal(WrongState, act)[0].what)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(handing_over.HandoverEntry)) == 0


def test_classes_are_whole_only_with_every_item(w, handover):
    documents = [one for one in handover.items if one.category is HandoverClass.DOCUMENTS]
    assert len(documents) > 1
    room.arrived(w, documents[0])
    assert "documents" not in acceptance_facts(handover.project.subject)["handover.classes"]
    for item in documents[1:]:
        room.arrived(w, item)
    assert "documents" in acceptance_facts(handover.project.subject)["handover.classes"]
