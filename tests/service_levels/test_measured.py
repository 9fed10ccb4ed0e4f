"""What is measured of stored events: the right rows are read, verdicts and exclusions counted in, both digits kept."""

import csv
import gzip
import json
import random
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.core.clock import clock
from app.core.db import db
from app.core.periods import Period
from app.figures import verifying
from app.figures.kinds import EventStatus, Source, Verdict
from app.figures.measures import window_of
from app.figures.queries import Event, events_of, unverified_events
from app.plans.terms import DEFAULT_TERMS
from app.service_levels import actions
from app.service_levels.availability import percent, seconds
from app.service_levels.events import Status, StatusEvent
from app.service_levels.measuring import measure
from app.service_levels.measuring import watched as watch_of
from app.service_levels.models import ExclusionCause
from app.service_levels.queries import measured
from app.whatif.kinds import answer_text
from tests import machine
from tests.factories import sign_in
from tests.service_levels.conftest import LATER
from tests.service_levels.moments import at

MARCH, APRIL, MAY = (Period(f"2026-0{month}") for month in (3, 4, 5))
UP = ("03-02T00:00", "up")
DOWN = (UP, ("04-10T01:00", "down"), ("04-10T03:00", "up"))


def look(watched, period=APRIL, **more):
    return measured(watched.contract, period, DEFAULT_TERMS, **more).get(watched.ids[0])


def share(found):
    return percent(found.result.availability), percent(found.result.availability_without_exclusions)


def claimed(watched, begin, end, service=0, sha=None):
    facts = actions.ClaimFacts(
        service=None if service is None else watched.lines[service].service,
        begins_at=at(f"2026-{begin}"),
        ends_at=at(f"2026-{end}"),
        cause=ExclusionCause.THIRD_PARTY,
        reason="云平台故障",
        evidence_sha=sha or watched.proof,
    )
    made = actions.claim(watched.w.actor("operator_officer"), watched.contract, facts)
    db.session.commit()
    return made


def granted(watched, *span, **more):
    made = actions.grant(watched.w.actor("officer"), claimed(watched, *span, **more), reason="与通报相符")
    db.session.commit()
    return made


def test_a_service_of_which_nothing_was_told_is_not_in_the_answer(watched):
    assert measured(watched.contract, APRIL, DEFAULT_TERMS) == {}
    watched.tell(*DOWN)
    assert set(measured(watched.contract, APRIL, DEFAULT_TERMS)) == {watched.ids[0]}
    assert set(measured(watched.contract, APRIL, DEFAULT_TERMS, only=watched.ids[1])) == set()
    # What begins after the period says nothing of it.
    watched.tell(("05-02T00:00", "up"), service=1)
    assert set(measured(watched.contract, APRIL, DEFAULT_TERMS)) == {watched.ids[0]}
    assert set(measured(watched.contract, MAY, DEFAULT_TERMS)) == set(watched.ids)


def test_sources_do_not_mix(watched):
    watched.tell(*DOWN)
    assert look(watched, source=Source.AGENCY_LOG) is None
    watched.tell(UP, by="officer")
    assert share(look(watched, source=Source.AGENCY_LOG)) == ("100.0000", "100.0000")
    assert share(look(watched)) == ("99.7222", "99.7222")


def test_an_outage_over_the_months_is_whole_in_both(watched):
    """Three minutes on either side of midnight: six in all, which is enough; read alone neither part would count."""
    watched.tell(UP, ("03-31T23:57", "down"), ("04-01T00:03", "up"))
    for period, count in ((MARCH, 1), (APRIL, 0)):
        found = look(watched, period)
        assert seconds(found.result.down) == 180
        assert (found.count, found.longest_minutes) == (count, 3)


def test_a_month_before_the_first_event_is_missing_not_up(watched):
    watched.tell(("04-11T00:00", "up"))
    found = look(watched)
    assert seconds(found.result.missing) == 10 * 86400
    assert share(found) == ("100.0000", "100.0000")
    assert look(watched, MARCH) is None


def test_after_the_last_file_nobody_watched(watched):
    with clock.at(at("2026-04-16T00:00")):
        watched.tell(UP, ("04-10T01:00", "down"), ("04-10T03:00", "up"))
    found = look(watched)
    assert seconds(found.result.missing) == 15 * 86400
    assert look(watched, MAY).result.availability is None
    # The next file tells what happened since; what it does not mention stayed as it was.
    watched.tell(("05-10T00:00", "up"))
    assert seconds(look(watched).result.missing) == 0
    assert look(watched, MAY).result.availability == 1


def test_a_closed_month_stays_as_it_was_when_it_was_closed(watched):
    """What is delivered later for other months must not change it: neither by going on nor by saying all is well."""
    with clock.at(at("2026-05-02T00:00")):
        watched.tell(UP, ("04-10T01:00", "down"), ("04-10T03:00", "up"), ("04-30T23:58", "down"))
        before = look(watched)
        assert before.count == 2
    with clock.at(at("2026-05-03T00:00")):
        for one in unverified_events(watched.contract):
            verifying.judge_events(watched.w.actor("officer"), one, Verdict.VERIFIED)
        verifying.close_period(watched.w.actor("officer"), watched.contract, APRIL)
        db.session.commit()
        frozen = look(watched)
        assert (frozen.result, frozen.count) == (before.result, before.count)
    # The outage at the end turns out to have been short, and March to have had one that went on into April.
    watched.tell(("05-01T00:01", "up"))
    watched.tell(("03-31T23:00", "down"))
    granted(watched, "05-01T00:00", "05-01T00:01")
    found = look(watched)
    assert (found.result, found.outages, found.count) == (frozen.result, frozen.outages, frozen.count)
    extra = [Event(watched.ids[0], at("2026-05-01T00:00:30"), EventStatus.UP, "", None, 0)]
    assert look(watched, overlay=extra).result == frozen.result
    assert seconds(look(watched, MAY).result.down) == 0
    verifying.reopen_period(watched.w.actor("signatory"), watched.contract, APRIL, "重算")
    db.session.commit()
    assert look(watched).result != frozen.result


def test_a_running_month_is_provisional(watched):
    watched.tell(*DOWN)
    found = look(watched, MAY)
    assert (found.over, found.provisional) == (False, True)
    assert seconds(found.result.agreed) == 10 * 86400 + 9 * 3600


def test_what_it_rests_on_is_named_and_verified(watched):
    first = watched.tell(UP, ("03-10T00:00", "down"), ("03-10T01:00", "up"))
    second = watched.tell(("04-10T01:00", "down"))
    third = watched.tell(("05-02T00:00", "up"))
    fourth = watched.tell(("05-05T00:00", "down"), ("05-06T00:00", "up"))
    # March by its own file; April by the state at its start, its own outage, and the end of that in May.
    assert look(watched, MARCH).submissions == (first.id,)
    assert look(watched).submissions == (first.id, second.id, third.id)
    assert look(watched, MAY).submissions == (second.id, third.id, fourth.id)
    for one in (first, second, third):
        assert look(watched).verified is False
        verifying.judge_events(watched.w.actor("officer"), one, Verdict.VERIFIED)
        db.session.commit()
    assert look(watched).verified is True
    assert look(watched).provisional is False
    assert look(watched, MAY).verified is False
    verifying.judge_events(watched.w.actor("officer"), second, Verdict.DOUBTED, "与日志不符")
    db.session.commit()
    assert look(watched).verified is False


def test_only_what_was_granted_is_taken_out_and_both_numbers_stand(watched):
    watched.tell(*DOWN)
    claim = claimed(watched, "04-10T01:00", "04-10T02:00")
    found = look(watched)
    assert share(found) == ("99.7222", "99.7222")
    assert (found.granted, found.pending, found.provisional) == ((), (claim.id,), True)
    actions.grant(watched.w.actor("officer"), claim, reason="与通报相符")
    db.session.commit()
    found = look(watched)
    assert share(found) == ("99.8609", "99.7222")
    assert (found.granted, found.pending) == ((claim.id,), ())
    assert (found.count, found.longest_minutes) == (1, 60)
    actions.refuse(watched.w.actor("officer"), claimed(watched, "04-10T02:00", "04-10T03:00"), "证据不足")
    db.session.commit()
    assert share(look(watched)) == ("99.8609", "99.7222")


def test_an_exclusion_of_all_services_is_one_of_each_and_one_of_another_is_none(watched):
    watched.tell(*DOWN)
    watched.tell(*DOWN, service=1)
    granted(watched, "04-10T01:00", "04-10T03:00", service=1)
    assert (look(watched).count, look(watched).granted) == (1, ())
    granted(watched, "04-10T01:00", "04-10T03:00", service=0)
    assert (look(watched).count, share(look(watched))) == (0, ("100.0000", "99.7222"))
    whole = granted(watched, "04-20T00:00", "04-21T00:00", service=None)
    both = measured(watched.contract, APRIL, DEFAULT_TERMS)
    assert all(whole.id in one.granted for one in both.values())


def test_an_overlay_shows_what_a_file_would_change_and_stores_nothing(watched):
    watched.tell(UP)
    extra = [
        Event(watched.ids[0], at("2026-04-10T01:00"), EventStatus.DOWN, "", None, 0),
        Event(watched.ids[0], at("2026-04-10T03:00"), EventStatus.UP, "", None, 0),
        Event(watched.ids[1], at("2026-03-02T00:00"), EventStatus.UP, "", None, 0),
    ]
    found = measured(watched.contract, APRIL, DEFAULT_TERMS, overlay=extra)
    assert share(found[watched.ids[0]]) == ("99.7222", "99.7222")
    assert found[watched.ids[0]].verified is False
    assert 0 not in found[watched.ids[0]].submissions
    assert share(found[watched.ids[1]]) == ("100.0000", "100.0000")
    assert share(look(watched)) == ("100.0000", "100.0000")


def test_reading_around_a_period_gives_what_reading_everything_gives(watched):
    """Only the rows that matter are read; the answer must not depend on that."""
    dice = random.Random(20260401)
    borders = [at(f"2026-0{month}-01T00:00") for month in (4, 5)]
    moments = [one + timedelta(minutes=dice.randint(-9000, 9000)) for one in borders for _time in range(60)]
    rows = [(one.strftime("%m-%dT%H:%M"), dice.choice([*Status])) for one in sorted(set(moments)) if one < LATER]
    watched.tell(UP, *rows)
    term, told = window_of(watched.contract), LATER
    everything = [
        StatusEvent(one.at, Status(one.status.value))
        for one in events_of(watched.contract, LATER + timedelta(days=1))
        if one.service_id == watched.ids[0]
    ]
    for period in map(Period, ("2026-03", "2026-04", "2026-05", "2026-Q1", "2026-Q2", "2026")):
        watch = watch_of(
            (period.start, period.end),
            (term.start, term.end),
            LATER,
            told,
            None,
            DEFAULT_TERMS.min_outage,
            DEFAULT_TERMS.degraded_weight,
        )
        whole, found = measure(watch, everything, []), look(watched, period)
        assert (found.result, found.outages, found.count) == (whole.result, whole.outages, whole.count), period


def test_the_queries_do_not_grow_with_services_or_events(watched):
    watched.tell(*DOWN)
    granted(watched, "04-10T01:00", "04-10T03:00")

    def count():
        seen = []
        listener = lambda *_args: seen.append(1)  # noqa: E731
        sa.event.listen(db.engine, "after_cursor_execute", listener)
        measured(watched.contract, APRIL, DEFAULT_TERMS)
        sa.event.remove(db.engine, "after_cursor_execute", listener)
        return len(seen)

    before = count()
    watched.tell(*DOWN, *((f"04-{day:02}T12:00", "up") for day in range(11, 29)), service=1)
    assert count() == before


def test_what_if_gives_the_same_digits_as_the_page(watched, client):
    """The page of a stored period, and its own input sent through the calculation anybody can run."""
    watched.tell(*DOWN, ("04-30T20:00", "degraded"), ("05-01T02:30", "up"))
    granted(watched, "04-10T01:30", "04-10T02:15")
    person = sign_in(client, "inspector")
    place = f"/contracts/{watched.contract.code}/service-levels/{watched.codes[0]}?period=2026-04"
    page = person.get(place).get_data(as_text=True)
    said = answer_text("availability", person.get(f"{place}&export=json").get_data())
    found = look(watched)
    assert said["availability"] == percent(found.result.availability)
    assert f"{said['availability']}%" in page
    assert f"{said['availability_without_exclusions']}%" in page
    for key in ("agreed", "excluded", "down", "missing"):
        assert Fraction(said[f"{key}_seconds"]) == seconds(getattr(found.result, key))
    typed = {"kind": "availability", "content": json.dumps(json.loads(person.get(f"{place}&export=json").get_data()))}
    assert said["availability"] in person.post("/whatif", data=typed).get_data(as_text=True)


# --- real records ----------------------------------------------------------------------------------------------------

# The records are of 2021; the contract here runs from March 2026.
FIVE_YEARS = datetime(2026, 4, 1) - datetime(2021, 4, 1)


@pytest.mark.shared_data
def test_real_records_take_the_same_road_to_the_known_number(watched):
    path = machine.shared_data() / "availability" / "us10x_events.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [(one["at"], one["status"]) for one in csv.DictReader(file) if one["slug"] == "export-gov"]
    shanghai = ZoneInfo("Asia/Shanghai")
    moved = [(datetime.fromisoformat(moment) + FIVE_YEARS, status) for moment, status in rows]
    events = [(one.astimezone(shanghai).strftime("%m-%dT%H:%M:%S"), status) for one, status in moved]
    random.Random(1).shuffle(events)
    with clock.at(at("2026-12-01T00:00")):
        watched.tell(*events)
        found = look(watched)
        assert percent(found.result.availability) == "99.6523"
        assert found.result.missing == 0
        assert percent(look(watched, Period("2026-Q2")).result.availability) is not None
