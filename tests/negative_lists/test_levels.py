"""Which level decides on an exemption, what is judged once it was given, and what a new check is put down to."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.audit import act
from app.core.clock import clock
from app.core.db import db
from app.core.errors import NotAllowed, Refused
from app.core.permissions import Permission, Role
from app.gates.kinds import Step
from app.lifecycle.models import Task, TaskState
from app.negative_lists import actions, queries, runs, screening
from app.negative_lists.actions import Grant
from app.negative_lists.causes import Ground, cause_of, differing
from app.negative_lists.deciders import Asked, Office, deciders, may_decide
from app.negative_lists.deciders import Ground as Place
from app.negative_lists.jobs import rescreen
from app.negative_lists.judging import reached
from app.negative_lists.kinds import ExemptionState, Level
from app.organisations import actions as organisations
from app.organisations.models import Mandate, MandateKind, OrganisationKind
from app.subjects.queries import side_of
from tests.factories import MANAGES, organisation, person, region
from tests.negative_lists.room import granted, own_room, requested
from tests.separation.breaking import attempt

PROVINCE, CITY, COUNTY = Place("province", "/44/"), Place("city", "/44/4401/"), Place("county", "/44/4401/440106/")
OTHER_CITY = Place("city", "/44/4403/")
HERE, CLIENT = COUNTY.path, 9
OFFICES = {
    "county_party": Office(1, True, (COUNTY,)),
    "city_party": Office(2, True, (CITY,)),
    "city": Office(3, False, (CITY,)),
    "other_city": Office(4, False, (OTHER_CITY,)),
    "province": Office(5, False, (PROVINCE,)),
    "second_province": Office(6, False, (PROVINCE,)),
    "province_asks": Office(CLIENT, False, (PROVINCE,)),
    "party_elsewhere": Office(8, True, (OTHER_CITY,)),
}
# The level, the offices there are, and those that are asked.
DECIDING = [
    ("authority", ("county_party", "city", "province"), {"county_party"}),
    ("authority", ("city", "province"), set()),
    ("city", ("county_party", "city", "province"), {"city"}),
    ("city", ("city_party", "city", "province"), {"city_party"}),
    ("city", ("county_party", "province"), {"province"}),
    ("city", ("county_party", "other_city"), set()),
    ("city", ("party_elsewhere", "city"), {"city"}),
    ("province", ("city_party", "city", "province"), {"province"}),
    ("province", ("city_party", "province", "second_province"), {"province", "second_province"}),
    ("province", ("city_party", "city"), set()),
    ("province", ("city_party", "province_asks"), set()),
    ("province", (), set()),
]


def test_who_is_asked_to_decide():
    for level, there, wanted in DECIDING:
        found = deciders(Asked(level, HERE, CLIENT), [OFFICES[one] for one in there])
        assert set(found) == {OFFICES[one].key for one in wanted}, (level, there)


def test_another_of_the_level_may_decide_and_nobody_below_it():
    asked = Asked("city", HERE, CLIENT)
    able = {name for name, office in OFFICES.items() if may_decide(asked, office)}
    assert able == {"city_party", "city", "province", "second_province"}


# Gates of the step, gates so far, gates of the item, exempted once: judged, and only for that.
REACHED = [
    ({"G-17"}, {"G-06", "G-17"}, ("G-17",), False, (True, False)),
    ({"G-17"}, {"G-06", "G-17"}, ("G-17",), True, (True, False)),
    ({"G-13"}, {"G-06", "G-13"}, ("G-06", "G-17"), False, (False, False)),
    ({"G-13"}, {"G-06", "G-13"}, ("G-06", "G-17"), True, (True, True)),
    ({"G-13"}, {"G-06", "G-13"}, ("G-17",), True, (False, False)),
    (set(), {"G-06"}, ("G-06",), True, (True, True)),
    (set(), set(), ("G-06",), True, (False, False)),
]


def test_what_was_exempted_once_is_judged_at_every_later_step():
    for here, so_far, gates, once, wanted in REACHED:
        assert reached(here, so_far, gates, once) == wanted, (here, so_far, gates, once)


PLAIN = {"A": Ground(1, "{}"), "B": Ground(2, "{}", 3, 4)}
CAUSES = [
    ({"A": Ground(9, "{}")}, ("rules_changed",)),
    ({"A": Ground(9, '{"x":1}')}, ("rules_changed",)),
    ({"A": Ground(1, '{"x":1}')}, ("facts_changed",)),
    ({"B": Ground(2, "{}", 3, None)}, ("exemption_changed",)),
    ({"B": Ground(2, "{}", 5, 4)}, ("answered",)),
    ({"B": Ground(2, '{"x":1}', None, 4)}, ("facts_changed", "answered")),
    ({"A": Ground(9, "{}"), "B": Ground(2, '{"x":1}', 3, 4)}, ("rules_changed", "facts_changed")),
    ({"C": Ground(7, "{}")}, ("rules_changed",)),
    ({"C": Ground(7, "{}", once_exempted=True)}, ("exemption_changed",)),
    ({}, ()),
]


def test_a_new_check_is_put_down_to_what_differs():
    for changes, wanted in CAUSES:
        after = {**PLAIN, **changes}
        assert differing(PLAIN, after) == wanted, changes
        assert cause_of(PLAIN, after) == (wanted[0] if wanted else "facts_changed")
    assert differing(PLAIN, {"A": PLAIN["A"]}) == ("rules_changed",)


# --- in the application and the database -----------------------------------------------------------------------------


def mandated(w, name, place):
    """An authority over a place, and its lead."""
    made = organisation(name, kind=OrganisationKind.AUTHORITY, place=place, sides=MANAGES)
    organisations.give_mandate(w.actor("system_admin"), made, region(place), MandateKind.COMPETENT)
    return made, person(made, Role.AUTHORITY_LEAD)


@pytest.fixture
def below(w):
    """A project whose own authority is of the city; the province's is asked."""
    city = mandated(w, "市数据局", "4401")
    project = own_room(w)
    return project.subject, city


def test_a_level_above_is_asked_sees_it_and_decides(w, below):
    subject, (_city, city_lead) = below
    assert queries.has_role(city_lead, subject, screening.PartyRole.COMPETENT_AUTHORITY)
    assert not queries.has_role(w.actor("authority_lead"), subject, screening.PartyRole.COMPETENT_AUTHORITY)
    exemption = requested(w, subject)
    assert exemption.level is Level.PROVINCE
    with pytest.raises(NotAllowed):
        actions.grant(city_lead, exemption, Grant(exemption.wanted_until, "同意"))
    granted(w, exemption)
    assert (exemption.decider_org, exemption.decider_role) == (w.org("authority").id, None)
    found = screening.look(subject, Step.PROCURE)
    assert [(one.entry.code, one.outcome.value) for one in found.outcomes if one.once_exempted] == [
        ("NL-A13", "exempted")
    ]
    with pytest.raises(NotAllowed):
        actions.revoke(city_lead, exemption, "不再需要")
    actions.revoke(w.actor("authority_lead"), exemption, "条件没有落实")
    assert (exemption.state, exemption.ender_org) == (ExemptionState.REVOKED, w.org("authority").id)
    assert "NL-A13" in {one.entry.code for one in screening.look(subject, Step.PROCURE).blocking}


def kept_line(subject, run):
    return next((one for one in runs.run_page(subject, run, None).lines if one.code == "NL-A13"), None)


def test_a_kept_run_says_what_it_judged_only_for_a_former_exemption(w, below):
    subject, _city = below
    officer = w.actor("officer")
    assert kept_line(subject, actions.run_check(officer, subject, Step.PROCURE)) is None
    exemption = requested(w, subject)
    named = actions.run_check(officer, subject, Step.SUBMIT)
    granted(w, exemption)
    after = actions.run_check(officer, subject, Step.PROCURE)
    actions.revoke(w.actor("authority_lead"), exemption, "条件没有落实")
    again = actions.run_check(officer, subject, Step.PROCURE)
    # What was revoked since does not change how the earlier run is read.
    for run, outcome in ((after, "exempted"), (again, "hit")):
        line = kept_line(subject, run)
        assert (line.once_exempted, line.outcome.value) == (True, outcome)
    assert not kept_line(subject, named).once_exempted


def owing(exemption):
    found = sa.select(Task.organisation_id).where(Task.item == exemption.code, Task.state == TaskState.OPEN)
    return set(db.session.scalars(found))


def test_who_holds_the_mandate_today_is_asked_when_nobody_asked_may_decide(w, below):
    subject, _city = below
    old = w.org("authority")
    exemption = requested(w, subject)
    assert (owing(exemption), rescreen()) == ({old.id}, 0)
    with act(w.actor("system_admin"), Permission.ORGANISATION_CREATE, ref=f"organisation:{old.code}"):
        ends = sa.select(Mandate).where(Mandate.organisation_id == old.id, Mandate.kind == MandateKind.COMPETENT)
        for mandate in db.session.scalars(ends).all():
            mandate.valid_until = date(2026, 3, 9)
        db.session.flush()
    with clock.at(datetime(2026, 3, 10, 9, tzinfo=ZoneInfo("Asia/Shanghai"))):
        # Nobody follows yet: nothing is taken from whoever was asked.
        assert (rescreen(), owing(exemption)) == (0, {old.id})
        with pytest.raises(NotAllowed):
            granted(w, exemption)
        new, lead = mandated(w, "省数据局", "44")
        assert side_of(subject, new.id) is None
        assert (rescreen(), owing(exemption)) == (1, {new.id})
        assert rescreen() == 0
        actions.grant(lead, exemption, Grant(exemption.wanted_until, "同意"))
        assert (exemption.decider_org, owing(exemption)) == (new.id, set())


def test_looking_reads_no_more_for_what_was_once_exempted(w, below):
    subject, _city = below

    def reads():
        seen = []
        listener = lambda *given: seen.append(given[2])  # noqa: E731
        db.session.expunge_all()
        db.session.info.clear()
        sa.event.listen(db.engine, "before_cursor_execute", listener)
        try:
            screening.look(queries.subject_by_code(w.actor("officer"), code), Step.PROCURE)
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    code = subject.code
    before = reads()
    granted(w, requested(w, queries.subject_by_code(w.actor("officer"), code)))
    assert reads() == before


def test_without_anybody_of_the_level_the_request_is_refused(w, below, monkeypatch):
    subject, _city = below
    monkeypatch.setattr(actions, "who_decides", lambda *_given: [])
    with pytest.raises(Refused) as caught:
        requested(w, subject)
    assert "省级主管部门" in str(caught.value.problems[0].what)
    assert queries.exemptions_of(subject) == []


def test_the_database_refuses_who_is_below_elsewhere_or_asked(w, below):
    subject, (city, city_lead) = below
    other, other_lead = mandated(w, "别市数据局", "4403")
    exemption = requested(w, subject)
    db.session.commit()
    text = (
        "UPDATE exemptions SET act_id = :act, state = 'granted', decided_by = :by, decider_org = :org, "
        "decider_side = 'management', decider_role = {role}, decided_at = requested_at, decision_reason = 'x', "
        "valid_until = wanted_until WHERE id = :id"
    )
    bent = [
        (city_lead.user_id, city.id, "'competent_authority'", "of the level"),
        (city_lead.user_id, city.id, "NULL", "of the level"),
        (other_lead.user_id, other.id, "NULL", "of the level"),
        (city_lead.user_id, w.org("authority").id, "NULL", "belongs to"),
        (w.user("officer").id, w.org("agency").id, "'client'", ""),
    ]
    for by, org, role, said in bent:
        found = attempt(db.session, text.format(role=role), {"id": exemption.id, "by": by, "org": org})
        assert found and said in found, (by, org, role, found)
    for change in ("level = 'authority'", "level = 'city'"):
        assert attempt(db.session, f"UPDATE exemptions SET act_id = :act, {change} WHERE id = {exemption.id}")
    granted(w, exemption)
    db.session.commit()
    end = (
        "UPDATE exemptions SET act_id = :act, state = 'revoked', ended_on = wanted_until, end_reason = 'x', "
        f"ended_by = :by, ender_org = :org WHERE id = {exemption.id}"
    )
    lead = w.user("authority_lead").id
    assert attempt(db.session, end, {"by": lead, "org": w.org("authority").id}) == ""
    for by, org in ((city_lead.user_id, city.id), (other_lead.user_id, other.id), (None, None), (lead, city.id)):
        assert attempt(db.session, end, {"by": by, "org": org}), (by, org)
