"""Many projects at once: list and table by region count the same, show only what is in reach, and stay cheap."""

import csv
import io
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from app.core.clock import clock
from app.core.db import db
from app.core.permissions import Role
from app.gates.kinds import Phase
from app.organisations.models import OrganisationKind
from app.projects import actions
from app.projects.kinds import ProjectState
from app.projects.portfolio import NO_PHASE, projects_list
from app.projects.regional import overview_of
from tests.factories import MANAGES, MOMENT, organisation, person, sign_in
from tests.intake import room as intake
from tests.projects import room

MAKES = (room.declared, room.submitted, room.approved, room.suspended, room.terminated, room.refused)


@pytest.fixture
def many(w):
    """One of the agency's projects in each of many states, one of another city, one planned."""
    made = [make(w) for make in MAKES]
    made += [room.opened(w, by="other_officer"), room.opened(w, planned=True)]
    db.session.commit()
    return made


@contextmanager
def counted():
    """How many statements are sent to the database inside."""
    sent = []

    def note(_conn, _cursor, statement, *_rest):
        sent.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def listed(app, w, key, query=""):
    """The codes that the list shows to a person under an address."""
    with app.test_request_context(f"/projects?{query}"):
        return {row.href.rsplit("/", 1)[1] for row in projects_list(w.actor(key)).load().rows}


# --- the table -------------------------------------------------------------------------------------------------------


def test_the_table_counts_by_city_and_phase(w, many):
    overview = overview_of(w.actor("authority_lead"))
    assert [(row.place.code, row.total) for row in overview.rows] == [("4401", 7), ("4403", 1)]
    guangzhou = overview.rows[0]
    # Approved and suspended ones have reached procurement; refused and ended ones stand in no phase any more.
    assert guangzhou.phases == {Phase.PLANNING: 1, Phase.DECLARATION: 1, Phase.APPROVAL: 1, Phase.PROCUREMENT: 2}
    assert (guangzhou.refused, guangzhou.terminated, overview.discarded) == (1, 1, 0)
    assert (guangzhou.budget_fen, guangzhou.without_budget) == (6 * 290_000_000, 1)
    assert overview.total.total == 8
    assert [int(one.value) for one in overview.chart.bars][:4] == [1, 2, 1, 2]


def test_what_is_late_is_counted_from_the_day_after(w, many):
    assert overview_of(w.actor("authority_lead")).total.late_projects == 0
    with clock.at(MOMENT + timedelta(days=60)):
        total = overview_of(w.actor("authority_lead")).total
    assert total.late_projects == 1
    assert total.late_tasks == 1


@pytest.mark.parametrize(
    "key, cities",
    [("leader", ["4401", "4403"]), ("officer", ["4401"]), ("other_officer", ["4403"]), ("rival_officer", [])],
)
def test_the_table_has_only_what_is_in_reach(w, many, key, cities):
    assert [row.place.code for row in overview_of(w.actor(key)).rows] == cities


def test_every_number_of_the_table_leads_to_as_many_projects(app, client, w, many):
    sign_in(client, "authority_lead")
    page = client.get("/projects/overview").get_data(as_text=True)
    links = {one.split('"', 1)[0].replace("&amp;", "&") for one in page.split('href="/projects?')[1:]}
    assert len(links) > 6
    totals = {row.place.code: row for row in overview_of(w.actor("authority_lead")).rows}
    for link in links:
        asked = {name: value[0] for name, value in parse_qs(urlsplit(f"?{link}").query).items()}
        found = listed(app, w, "authority_lead", link)
        row = totals.get(asked.get("region", ""))
        if row is not None and set(asked) == {"region", "phase"}:
            phase = asked["phase"]
            assert len(found) == (row.stopped if phase == NO_PHASE else row.phases[Phase(phase)]), link
        elif row is not None and set(asked) == {"region"}:
            assert len(found) == row.total, link
        elif set(asked) == {"state"}:
            assert len(found) == getattr(overview_of(w.actor("authority_lead")).total, asked["state"]), link


def test_what_belongs_to_a_province_itself_is_a_place_of_its_own(app, w):
    office = organisation("省政务服务局", kind=OrganisationKind.AGENCY, place="44", sides=MANAGES)
    project = actions.open_project(person(office, Role.AGENCY_OFFICER), "省级平台")
    overview = overview_of(w.actor("authority_lead"))
    assert [(row.place.code, row.place.name, row.total) for row in overview.rows] == [("44.", "广东省本级", 1)]
    assert listed(app, w, "authority_lead", "region=44.") == {project.code}


# --- the list --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", list(Phase))
def test_the_list_and_the_table_agree_on_phases(app, w, many, phase):
    total = overview_of(w.actor("authority_lead")).total
    assert len(listed(app, w, "authority_lead", f"phase={phase.value}")) == total.phases.get(phase, 0)


FILTERS = {
    "state=approved": 1,
    "state=king": 0,
    "phase=king": 0,
    "region=4403": 1,
    "region=44": 8,
    "region=44.": 0,
    "region=%25": 0,
    "late=no": 8,
    "late=yes": 0,
    "late=perhaps": 0,
    # One was refused while questions of the lists were still open.
    # What was never screened is neither: it is asked for by itself.
    "blocked=no": 4,
    "blocked=never": 3,
    "blocked=yes": 1,
    "taken_in=yes": 0,
    "taken_in=no": 8,
    "q=XM-4403": 1,
    "q=_": 0,
}


@pytest.mark.parametrize("query", FILTERS)
def test_filters_narrow_the_list_down(app, w, many, query):
    assert len(listed(app, w, "authority_lead", query)) == FILTERS[query]


@pytest.mark.parametrize("sort", ["code", "title", "region", "state", "design_budget", "due"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_every_sort_shows_everything(app, w, many, sort, direction):
    assert len(listed(app, w, "authority_lead", f"sort={sort}&dir={direction}")) == len(many)


def test_a_stranger_sees_nothing(app, w, many):
    assert listed(app, w, "rival_officer") == set()
    assert listed(app, w, "other_officer") == {many[6].code}


def test_the_export_has_what_the_list_shows(client, w, many):
    sign_in(client, "authority_lead")
    answer = client.get("/projects?export=csv&sort=code&dir=asc")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    head = rows[0]
    assert len(rows) == len(many) + 1
    submitted = next(row for row in rows if row[0] == many[1].code)
    values = dict(zip(head, submitted, strict=True))
    assert (values["状态"], values["阶段"], values["区划"]) == ("审批中", "审批", "广州市")
    assert values["设计概算（万元）"] == "290"
    assert values["最近期限"] == "2026-03-30"
    assert values["阻断条目"] == "0"
    assert client.get("/projects?export=xlsx").data[:2] == b"PK"


def test_neither_list_nor_table_asks_more_often_for_more_projects(app, w):
    room.submitted(w)
    lead = w.actor("authority_lead")

    def statements():
        db.session.expunge_all()
        with app.test_request_context("/projects"), counted() as sent:
            projects_list(lead).load()
            overview_of(lead)
        return len(sent)

    statements()  # calendars are read once
    few = statements()
    for _number in range(4):
        room.submitted(w)
        room.approved(w)
    assert statements() == few
    assert few < 30


def test_a_project_taken_in_is_found_as_such(app, w):
    project = intake.operating(w)
    assert project.state is ProjectState.OPERATING
    assert listed(app, w, "officer", "taken_in=yes") == {project.code}
    assert overview_of(w.actor("officer")).total.phases == {Phase.OPERATION: 1}
