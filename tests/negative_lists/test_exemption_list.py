"""The list of all exemptions: reason, approver, conditions, end and days left, and how each stands today."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.core.clock import clock
from app.core.db import db
from app.negative_lists import actions
from app.negative_lists.jobs import rescreen
from app.negative_lists.standing import days_left
from tests.factories import sign_in
from tests.negative_lists.room import granted, own_room, requested
from tests.negative_lists.test_rescreening import newer_version

CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def exemption(w):
    made = granted(w, requested(w, own_room(w).subject), date(2026, 4, 10))
    db.session.commit()
    return made


def listed(client, state=""):
    return sign_in(client, "authority_lead").get(f"/exemptions?state={state}").data.decode()


def test_it_names_reason_approver_conditions_end_and_days_left(client, w, exemption):
    page = listed(client)
    for wanted in (exemption.code, exemption.reason, exemption.decider.name, exemption.conditions, "2026-04-10"):
        assert wanted in page
    # The second of March to the tenth of April, both counted.
    assert days_left(exemption) == 40 and re.search(r"剩余天数.*>\s*40\s*<", page, re.DOTALL)


@pytest.mark.parametrize(
    "moment, standing",
    [
        (datetime(2026, 3, 2, 9, tzinfo=CHINA), {"granted"}),
        (datetime(2026, 3, 11, 9, tzinfo=CHINA), {"granted", "ending"}),
        (datetime(2026, 4, 10, 23, tzinfo=CHINA), {"granted", "ending"}),
        # Its day has passed; nobody has written it down yet.
        (datetime(2026, 4, 11, 0, 30, tzinfo=CHINA), {"lapsed"}),
    ],
)
def test_it_is_asked_for_by_how_it_stands_today(client, w, exemption, moment, standing):
    with clock.at(moment):
        found = {
            state
            for state in ("requested", "granted", "ending", "lapsed", "revoked")
            if exemption.code in listed(client, state)
        }
    assert found == standing


def test_what_has_lapsed_or_was_revoked_has_no_days_left(client, w, exemption):
    with clock.at(datetime(2026, 4, 11, 0, 30, tzinfo=CHINA)):
        assert days_left(exemption) is None
        assert rescreen() == 1
        db.session.commit()
        assert exemption.code in listed(client, "lapsed")
    again = granted(w, requested(w, exemption.subject), date(2026, 4, 10))
    actions.revoke(w.actor("authority_lead"), again, "情况有变")
    db.session.commit()
    assert again.code in listed(client, "revoked") and days_left(again) is None


def test_where_the_item_is_forbidden_now_every_page_says_that_it_comes_to_nothing(client, w, exemption, tmp_path):
    newer_version(tmp_path, "NL-A13", severity="forbidden", exempted_by=None)
    db.session.commit()
    subject = exemption.subject
    assert exemption.code in listed(client, "idle") and exemption.code not in listed(client, "granted")
    assert days_left(exemption) is None
    screening = f"/projects/{subject.code}/screening?step=submit"
    for address in ("/exemptions", f"/exemptions/{exemption.code}", screening):
        page = client.get(address).data.decode()
        # Where it is named its standing is, too; on the page of the project with the item and in the list beside it.
        assert page.count("不再起作用") >= 1 + (address == screening), address
        assert not re.search(r"gy-status[^>]*>(<[^>]*>)*\s*有效\s*<", page), address


def test_a_state_that_is_none_finds_nothing(client, w, exemption):
    assert exemption.code not in listed(client, "nonsense")
