"""The content of a declaration is one text: everything declared is in it, and nothing else changes it."""

import json
from datetime import timedelta

import pytest

from app.core.clock import clock, today
from app.core.db import db
from app.organisations import actions as organisations
from app.projects import actions, declaring
from app.projects.content import canonical_content, content_of
from app.projects.models import Declaration
from app.subjects.models import PartyRole
from tests.factories import MOMENT
from tests.projects.room import (
    basics,
    component,
    cost,
    data_item,
    declared,
    money,
    operation,
    register,
    seen_digest,
    service_line,
    target,
)


@pytest.fixture
def project(w):
    return declared(w)


def digest(project):
    return canonical_content(project.current)[1].sha256


def test_every_declared_field_is_in_the_content(project):
    """A column that is forgotten here could be changed after it was decided on."""
    named = json.dumps(content_of(project.current), default=str)
    apart = {"id", "act_id", "row_version", "project_id", "number", "state", "content", "sha256", "sm3", "sealed_at"}
    apart |= {"submitted_by", "mode_entry_id", "mode_kind"}
    for column in Declaration.__table__.columns.keys():  # noqa: SIM118 - names, not columns
        assert column in apart or f'"{column}"' in named, column


def test_the_content_is_the_same_whenever_it_is_written(project):
    first = canonical_content(project.current)
    db.session.expire_all()
    assert canonical_content(project.current) == first


CHANGES = {
    "basics": lambda a, p: declaring.set_basics(a, p, basics(purpose="别的"), None),
    "title": lambda a, p: declaring.set_basics(a, p, basics(title="别的"), None),
    "money": lambda a, p: declaring.set_money(a, p, money(funding="自筹"), None),
    "operation": lambda a, p: declaring.set_operation(a, p, operation(exit_plan="别的"), None),
    "mode": lambda a, p: declaring.set_operation(a, p, operation(mode=None), None),
    "cost": lambda a, p: declaring.change_line(a, p, p.current.costs[0], cost(amount_fen=1), None),
    "service": lambda a, p: declaring.change_line(a, p, p.current.services[0], service_line(baseline=110_000), None),
    "data": lambda a, p: declaring.change_line(a, p, p.current.data_items[0], data_item(basis="别的"), None),
    "component": lambda a, p: declaring.change_line(a, p, p.current.components[0], component(reason="别的"), None),
    "target": lambda a, p: declaring.change_line(a, p, p.current.targets[0], target(unit="件"), None),
    "line": lambda a, p: declaring.add_line(a, p, cost(name="乙")),
    "gone": lambda a, p: declaring.remove_line(a, p, p.current.costs[0]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_makes_another_digest(w, project, change):
    before = digest(project)
    CHANGES[change](w.actor("officer"), project)
    db.session.flush()
    assert digest(project) != before


def test_a_party_that_joins_makes_another_digest(w, project):
    before = digest(project)
    declaring.join_party(w.actor("officer"), project, w.org("finance"), PartyRole.FINANCE)
    assert digest(project) != before


def test_papers_and_new_names_of_organisations_do_not(w, project):
    before = digest(project)
    register(w, project, "other")
    with clock.at(MOMENT + timedelta(days=1)):
        organisations.rename(w.actor("system_admin"), w.org("agency"), "广州市数字政务中心", "", today(), "机构改革")
    assert digest(project) == before


def test_two_versions_with_the_same_content_have_two_digests(w, project):
    officer = w.actor("officer")
    actions.submit(officer, project, seen_digest(project))
    first = project.current.sha256
    actions.withdraw(officer, project, "补充")
    assert digest(project) != first
    assert json.loads(project.versions[0].content)["version"] == 1


def test_what_was_sealed_can_be_written_again_from_the_rows(w, project):
    actions.submit(w.actor("officer"), project, seen_digest(project))
    sealed = project.current
    text, digests = canonical_content(sealed)
    assert (text, digests.sha256, digests.sm3) == (sealed.content, sealed.sha256, sealed.sm3)
