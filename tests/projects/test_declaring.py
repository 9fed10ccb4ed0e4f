"""Drafting a declaration: saved in parts by the client's officer, contradictions refused at once."""

from datetime import date

import pytest

from app.core.db import db
from app.core.errors import NotAllowed, Refused, Stale, WrongState
from app.projects import actions, declaring
from app.projects.entries import BasicsFacts, MoneyFacts, OperationFacts
from app.projects.kinds import Component, ProjectState, Provision, Sharing
from app.projects.wording import FIELD_NAMES
from app.services.actions import retire_service
from app.subjects.models import PartyRole
from tests.factories import PEOPLE, service
from tests.projects.room import (
    TITLE,
    basics,
    component,
    cost,
    data_item,
    declared,
    money,
    opened,
    operation,
    seen_digest,
    service_line,
    target,
)

MAKERS = {"costs": cost, "services": service_line, "data_items": data_item, "components": component, "targets": target}


@pytest.fixture
def project(w):
    return opened(w)


@pytest.fixture
def officer(w):
    return w.actor("officer")


def places(refusal):
    return [one.place for one in refusal.value.problems]


def test_every_section_may_be_saved_empty(project, officer):
    declaring.set_basics(officer, project, BasicsFacts(title=TITLE), project.current.row_version)
    declaring.set_money(officer, project, MoneyFacts(), project.current.row_version)
    declaring.set_operation(officer, project, OperationFacts(), project.current.row_version)
    assert project.current.kind is None
    assert project.current.estimate_fen is None
    assert project.current.mode is None


def test_what_is_written_stands_in_the_draft(project, officer):
    declaring.set_basics(officer, project, basics(title=" 新名称 "), None)
    declaring.set_money(officer, project, money(), None)
    declaring.set_operation(officer, project, operation(), None)
    version = project.current
    assert project.subject.title == "新名称"
    assert (version.mlps_level, version.budget_year, version.mode.code) == (2, 2026, "government_purchase")


def test_all_contradictions_of_a_section_are_told_at_once(project, officer):
    wrong = basics(
        planned_from=basics().planned_until,
        planned_until=basics().planned_from,
        prior_project=project.code,
        prior_investment_fen=0,
        mlps_level=7,
    )
    with pytest.raises(Refused) as refusal:
        declaring.set_basics(officer, project, wrong, None)
    assert places(refusal) == ["planned_until", "mlps_level", "prior_project", "prior_investment"]
    assert project.current.kind is None
    with pytest.raises(Refused) as refusal:
        declaring.set_money(officer, project, money(estimate_fen=0, design_budget_fen=-1, budget_year=26), None)
    assert places(refusal) == ["estimate", "design_budget", "budget_year"]


def test_a_section_read_before_another_wrote_is_not_saved(project, officer, w):
    seen = project.current.row_version
    declaring.set_money(w.actor("second_officer"), project, money(), seen)
    with pytest.raises(Stale):
        declaring.set_money(officer, project, MoneyFacts(), seen)
    assert project.current.estimate_fen == money().estimate_fen


def test_the_first_entry_begins_the_declaration_of_a_planned_project(w, officer):
    project = opened(w, planned=True)
    assert project.state is ProjectState.PLANNED
    declaring.add_line(officer, project, cost())
    assert project.state is ProjectState.DRAFT


@pytest.mark.parametrize("attribute", MAKERS)
def test_lines_come_change_and_go(project, officer, attribute):
    make = MAKERS[attribute]
    line = declaring.add_line(officer, project, make())
    assert [one.line for one in getattr(project.current, attribute)] == [1]
    declaring.change_line(officer, project, line, make(), line.row_version)
    with pytest.raises(Stale):
        declaring.change_line(officer, project, line, make(), line.row_version + 1)
    declaring.remove_line(officer, project, line)
    db.session.flush()
    assert getattr(project.current, attribute) == []


def test_numbers_of_lines_are_not_used_again_while_later_ones_stand(project, officer):
    first, _second = (declaring.add_line(officer, project, cost(name=name)) for name in "甲乙")
    declaring.remove_line(officer, project, first)
    assert declaring.add_line(officer, project, cost(name="丙")).line == 3


def test_a_service_stands_once(project, officer):
    kept = service(officer, "好差评受理")
    declaring.add_line(officer, project, service_line(service=kept))
    mine = declaring.add_line(officer, project, service_line())
    for again in (service_line(service=kept), service_line(name="好差评受理"), service_line(name="网上申报")):
        with pytest.raises(Refused) as refusal:
            declaring.add_line(officer, project, again)
        assert "已经列出" in str(refusal.value)
    declaring.change_line(officer, project, mine, service_line(forecast_first=9), None)
    with pytest.raises(Refused):
        declaring.change_line(officer, project, mine, service_line(service=kept), None)


def test_a_baseline_of_zero_is_no_baseline(project, officer):
    with pytest.raises(Refused) as refusal:
        declaring.add_line(officer, project, service_line(baseline=0, forecast_first=0))
    assert places(refusal) == ["baseline", "forecast_first"]
    assert "没有历史用量的新服务请选“新服务”" in str(refusal.value)
    new = declaring.add_line(officer, project, service_line(is_new=True, baseline=None))
    assert new.baseline is None


def test_a_retired_service_is_not_declared(project, officer):
    kept = service(officer)
    retire_service(officer, kept, "停用")
    with pytest.raises(Refused) as refusal:
        declaring.add_line(officer, project, service_line(service=kept))
    assert "停用" in str(refusal.value)


def test_a_shared_capability_stands_once(project, officer):
    declaring.add_line(officer, project, component())
    with pytest.raises(Refused):
        declaring.add_line(officer, project, component(provision=Provision.OWN))
    declaring.add_line(officer, project, component(component=Component.PAYMENT))


def test_none_of_a_list_and_a_line_of_it_exclude_one_another(project, officer):
    declaring.set_basics(officer, project, basics(no_data=True, no_components=True), None)
    declaring.add_line(officer, project, data_item(sharing=Sharing.UNCONDITIONAL))
    declaring.add_line(officer, project, component())
    assert (project.current.no_data, project.current.no_components) == (False, False)
    with pytest.raises(Refused) as refusal:
        declaring.set_basics(officer, project, basics(no_data=True, no_components=True), None)
    assert places(refusal) == ["no_data", "no_components"]


def test_costs_above_the_design_budget_are_saved(project, officer):
    declaring.set_money(officer, project, money(design_budget_fen=100), None)
    assert declaring.add_line(officer, project, cost(amount_fen=200))


@pytest.mark.parametrize("who", [one for one in PEOPLE if one not in {"officer", "second_officer"}])
def test_nobody_else_declares(w, project, who):
    with pytest.raises(NotAllowed):
        declaring.set_basics(w.actor(who), project, basics(), None)
    with pytest.raises(NotAllowed):
        declaring.add_line(w.actor(who), project, cost())
    with pytest.raises(NotAllowed):
        declaring.join_party(w.actor(who), project, w.org("finance"), PartyRole.FINANCE)


def test_nothing_changes_while_it_is_decided(w, officer):
    project = declared(w)
    line = project.current.costs[0]
    actions.submit(officer, project, seen_digest(project))
    for attempt in (
        lambda: declaring.set_basics(officer, project, basics(), None),
        lambda: declaring.add_line(officer, project, cost(name="乙")),
        lambda: declaring.change_line(officer, project, line, cost(), None),
        lambda: declaring.remove_line(officer, project, line),
        lambda: declaring.join_party(officer, project, w.org("finance"), PartyRole.FINANCE),
    ):
        with pytest.raises(WrongState):
            attempt()


@pytest.mark.parametrize("name", ["kind", "category", "scope", "deployment"])
def test_what_decides_which_rules_hold_is_said_before_submission(w, officer, name):
    project = declared(w, **{name: None})
    with pytest.raises(Refused) as refusal:
        actions.submit(officer, project, seen_digest(project))
    assert str(FIELD_NAMES[name]) in str(refusal.value)
    assert project.state is ProjectState.DRAFT


@pytest.mark.parametrize(
    "changes, place",
    [
        ({"catalogue_number": "ML-4401-0001", "name": "另一个名称"}, "catalogue_number"),
        ({"catalogue_number": "ML-9"}, "name"),
        ({"catalogue_number": ""}, "name"),
    ],
)
def test_the_same_data_is_listed_once(project, officer, changes, place):
    line = declaring.add_line(officer, project, data_item())
    with pytest.raises(Refused) as refusal:
        declaring.add_line(officer, project, data_item(**changes))
    assert places(refusal) == [place]
    declaring.change_line(officer, project, line, data_item(basis="另一条依据"), None)
    declaring.add_line(officer, project, data_item(catalogue_number="", provider="省税务局"))
    assert len(project.current.data_items) == 2


def test_a_slip_of_units_is_refused_where_it_is_typed(project, officer):
    declaring.set_basics(officer, project, basics(), None)
    declaring.set_money(officer, project, money(), None)
    for attempt, place in (
        (lambda: declaring.set_operation(officer, project, operation(operating_budget_fen=10**12), None), "operating"),
        (lambda: declaring.add_line(officer, project, service_line(forecast_second=10**9)), "forecast_second"),
        (lambda: declaring.add_line(officer, project, target(due_on=date(2026, 5, 31))), "due_on"),
    ):
        with pytest.raises(Refused) as refusal:
            attempt()
        assert [one.startswith(place) for one in places(refusal)] == [True]


def test_the_next_version_begins_with_everything_the_last_one_said(w, officer):
    project = declared(w)
    actions.submit(officer, project, seen_digest(project))
    first = project.current.content
    actions.withdraw(officer, project, "补充材料")
    version = project.current
    assert (version.number, version.state.value, version.content) == (2, "draft", None)
    for attribute in MAKERS:
        assert len(getattr(version, attribute)) == 1
    declaring.add_line(officer, project, cost(name="乙"))
    declaring.remove_line(officer, project, version.services[0])
    db.session.flush()
    assert project.versions[0].content == first
    assert len(project.versions[0].services) == 1
