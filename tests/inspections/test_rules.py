"""Pure rules of inspections in tables: drawing by seed, who may inspect, deadlines, what stands against a signature."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inspections import wording
from app.inspections.kinds import OUTCOME_STATES, UNSETTLED, FindingState, Outcome
from app.inspections.rules import (
    LONGEST,
    WITHIN,
    Candidate,
    Duty,
    Readiness,
    blockers,
    clear_since,
    is_late,
    judging_flaw,
    obstacles,
    remarks,
    workdays_flaw,
)
from app.inspections.sampling import draw, rank, suggested

POPULATION = [f"figure:{number}" for number in range(1, 41)] + ["submission:3"]
KEYS = st.lists(st.integers(1, 10**6).map(lambda n: f"figure:{n}"), min_size=1, max_size=60, unique=True)

# --- drawing ---------------------------------------------------------------------------------------------------------


def test_a_draw_is_what_the_documentation_says_it_is():
    by_hand = sorted(POPULATION, key=lambda key: hashlib.sha256(b"seed:" + key.encode()).hexdigest())
    assert draw("seed", POPULATION, 5) == by_hand[:5]
    assert rank("seed", "figure:1") == hashlib.sha256(b"seed:figure:1").hexdigest()


def test_the_same_seed_gives_the_same_sample_for_ever():
    """The four smallest of `printf guanyun:KEY | sha256sum`, taken by another program."""
    assert draw("guanyun", POPULATION, 4) == ["figure:6", "figure:12", "figure:39", "figure:4"]


@given(KEYS, st.integers(1, 70), st.randoms())
def test_order_and_doubles_do_not_matter_and_larger_draws_contain_smaller_ones(keys, count, chance):
    mixed = [*keys, *keys]
    chance.shuffle(mixed)
    drawn = draw("s", keys, count)
    assert drawn == draw("s", mixed, count)
    assert drawn == draw("s", keys, count + 1)[: len(drawn)]
    assert len(drawn) == min(count, len(keys)) and len(set(drawn)) == len(drawn) and set(drawn) <= set(keys)


def test_every_key_has_its_chance():
    """2,000 seeds draw 4 of 41: each key is met about 195 times; five standard deviations are 66."""
    met = Counter(key for number in range(2000) for key in draw(f"seed {number}", POPULATION, 4))
    assert set(met) == set(POPULATION)
    assert all(195 - 66 < count < 195 + 66 for count in met.values()), met


@pytest.mark.parametrize("seed, count", [("", 1), ("s", 0), ("s", -1)])
def test_a_draw_needs_a_seed_and_takes_something(seed, count):
    with pytest.raises(ValueError):
        draw(seed, POPULATION, count)


@pytest.mark.parametrize(
    "population, number", [(0, 0), (1, 1), (4, 4), (5, 5), (6, 5), (50, 5), (51, 6), (100, 10), (101, 11)]
)
def test_a_tenth_is_suggested_but_five_at_least(population, number):
    assert suggested(population) == number


# --- who may inspect -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "candidate, codes",
    [
        (Candidate(mandated=True), []),
        (Candidate(mandated=False), ["no_mandate"]),
        (Candidate(mandated=True, party=True), ["is_party"]),
        (Candidate(mandated=True, ties=("甲控制乙", "丙控制乙")), ["tied", "tied"]),
        (Candidate(mandated=True, acted_for="运营方"), ["acted"]),
        (Candidate(mandated=True, worked_for=("甲", "乙")), ["worked", "worked"]),
        (
            Candidate(mandated=False, party=True, ties=("x",), acted_for="管理方", worked_for=("甲",)),
            ["no_mandate", "is_party", "tied", "acted", "worked"],
        ),
    ],
)
def test_everything_that_keeps_a_person_away_is_named_at_once(candidate, codes):
    assert [flaw.code for flaw in obstacles(candidate)] == codes


@pytest.mark.parametrize(
    "day, since",
    [
        (date(2026, 5, 11), date(2024, 5, 11)),
        (date(2028, 2, 29), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2024, 2, 28)),
    ],
)
def test_work_for_a_party_counts_for_two_years(day, since):
    assert clear_since(day) == since


@pytest.mark.parametrize(
    "judge, found, rectified, code",
    [(1, 2, 3, ""), (2, 2, 3, "own_finding"), (3, 2, 3, "own_rectification"), (2, 2, 2, "own_finding")],
)
def test_who_found_or_rectified_does_not_judge(judge, found, rectified, code):
    flaw = judging_flaw(judge, found, rectified)
    assert (flaw.code if flaw else "") == code


# --- deadlines -------------------------------------------------------------------------------------------------------


def test_the_product_s_periods():
    assert [WITHIN[one] for one in (Duty.TAKE, Duty.RECTIFY, Duty.ANSWER, Duty.RECTIFY_AGAIN, Duty.JUDGE)] == [
        *(15, 10, 3, 3, 5)
    ]
    assert set(WITHIN) == set(Duty)
    assert all(workdays_flaw(days) is None for days in WITHIN.values())


@pytest.mark.parametrize(
    "workdays, fine", [(None, False), (-1, False), (0, False), (1, True), (LONGEST, True), (LONGEST + 1, False)]
)
def test_a_period_has_bounds(workdays, fine):
    assert (workdays_flaw(workdays) is None) is fine


@pytest.mark.parametrize("day, late", [(10, False), (11, False), (12, True)])
def test_the_last_day_is_in_time(day, late):
    assert is_late(date(2026, 5, day), date(2026, 5, 11)) is late


# --- before signing --------------------------------------------------------------------------------------------------

READY = Readiness(
    edition=1,
    newest_edition=1,
    newest_code="BG-1",
    gaps=(),
    gap_count=0,
    scored=10,
    compared=2,
    pending=0,
    deviating=0,
    queries=(),
    findings=(),
    found=0,
    provisional=False,
)


@pytest.mark.parametrize(
    "changes, codes",
    [
        ({}, []),
        ({"newest_edition": 2}, ["outdated"]),
        ({"gaps": ("a", "b"), "gap_count": 2}, ["gap", "gap"]),
        ({"gaps": ("a",), "gap_count": 5}, ["gap", "gaps"]),
        ({"gap_count": 1}, ["gaps"]),
        ({"altered": True, "damaged": ("a.pdf", "b.pdf")}, ["altered", "damaged", "damaged"]),
        ({"compared": 0}, ["no_sample"]),
        ({"compared": 0, "pending": 3}, ["pending", "no_sample"]),
        ({"pending": 1}, ["pending"]),
        ({"scored": 0, "compared": 0}, []),
        ({"queries": ("XW-1", "XW-2")}, ["unanswered", "unanswered"]),
        ({"findings": ("WT-1",), "found": 3}, ["unsettled"]),
        (
            {
                "newest_edition": 3,
                "gaps": ("a",),
                "gap_count": 1,
                "pending": 1,
                "compared": 0,
                "queries": ("XW-1",),
                "findings": ("WT-1",),
                "found": 1,
            },
            ["outdated", "gap", "pending", "no_sample", "unanswered", "unsettled"],
        ),
    ],
)
def test_everything_that_stands_against_a_signature_is_named_at_once(changes, codes):
    assert [flaw.code for flaw in blockers(replace(READY, **changes))] == codes


@pytest.mark.parametrize(
    "changes, codes",
    [
        ({}, []),
        ({"deviating": 2}, ["deviating"]),
        ({"deviating": 2, "found": 1}, []),
        ({"provisional": True}, ["provisional"]),
        ({"newer_assessment": "PJ-2"}, ["reassessed"]),
    ],
)
def test_what_a_signer_should_have_seen_stops_nothing(changes, codes):
    ready = replace(READY, **changes)
    assert [flaw.code for flaw in remarks(ready)] == codes
    assert blockers(ready) == []


def test_a_verdict_settles_or_returns():
    settled = {outcome: OUTCOME_STATES[outcome] not in UNSETTLED for outcome in Outcome}
    assert settled == {Outcome.ELIMINATED: True, Outcome.NOT_ELIMINATED: False, Outcome.NO_MEANS: True}
    assert {FindingState.OPEN, FindingState.ANSWERED, FindingState.RETURNED} == UNSETTLED


def test_every_flaw_has_its_words(app):
    with app.app_context():
        everything = Candidate(mandated=False, party=True, ties=("x",), acted_for="管理方", worked_for=("甲",))
        worst = replace(
            READY,
            newest_edition=2,
            gaps=("a",),
            gap_count=2,
            pending=1,
            compared=0,
            deviating=1,
            queries=("XW-1",),
            findings=("WT-1",),
            provisional=True,
            altered=True,
            damaged=("a.pdf",),
            newer_assessment="PJ-2",
        )
        flaws = [
            *obstacles(everything),
            *blockers(worst),
            *remarks(worst),
            workdays_flaw(0),
            workdays_flaw(0, "answer_days"),
        ]
        flaws += [judging_flaw(1, 1, 2), judging_flaw(2, 1, 2)]
        said = [wording.explain(flaw) for flaw in flaws]
        assert all(str(one.what) and str(one.remedy) and "%(" not in str(one.what) for one in said)
