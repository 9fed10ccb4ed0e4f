"""How a stored result is read: sentences in both languages, losses, standings, what changed between editions."""

from fractions import Fraction

import pytest
from flask_babel import force_locale

from app.assessments.breakdown import blocks_of, losses_of, points_of, waiting_in
from app.assessments.differences import changes
from app.assessments.wording import (
    change_words,
    duration,
    exclusion_words,
    loss_words,
    named,
    outage_words,
    period_word,
    say,
    standing_of,
    target_words,
)
from tests.assessments.samples import level, line, material, reported, result, terms, watched
from tests.assessments.samples import scheme as scheme_with
from tests.indicators.samples import LINEAR, item


@pytest.fixture
def words(app):
    with app.app_context():
        yield


def two_services(first="99.5", second="100", **more):
    """Two equal services of two items each: KI-001 weighs 70, KI-050 weighs 30."""
    rules = terms(scheme_with(item("KI-001", 70, LINEAR), item("KI-050", 30, LINEAR), **more))
    lines = [line(1, measured=["KI-050"]), line(2)]
    figures = [reported(first), reported(second, service=2)]
    return result(material(*figures, lines=lines, by=rules))


@pytest.mark.parametrize(
    "stored, said",
    [
        ({"msgid": "得 %(n)s 分", "values": {"n": "5"}}, "得 5 分"),
        ({"msgid": "没有数据", "values": {}}, "没有数据"),
        (
            {"msgid": "%(a)s；%(b)s", "values": {"a": {"msgid": "甲", "values": {}}, "b": {"zh": "乙", "en": "B"}}},
            "甲；乙",
        ),
        (None, ""),
    ],
)
def test_a_stored_sentence_is_said_with_what_is_inside_it(words, stored, said):
    assert say(stored) == said


def test_names_follow_the_reader(app):
    with app.test_request_context():
        with force_locale("en"):
            assert named({"zh": "优", "en": "Excellent"}) == "Excellent"
        assert named({"zh": "优", "en": "Excellent"}) == "优"
        assert named(None) == ""


@pytest.mark.parametrize(
    "text, said", [("2026-09", "2026年9月"), ("2026-Q3", "2026年第3季度"), ("2026", "2026年"), ("x", "x")]
)
def test_periods_are_written_as_people_say_them(words, text, said):
    assert period_word(text) == said


@pytest.mark.parametrize(
    "seconds, said",
    [
        (None, "—"),
        ("0", "0 秒"),
        ("59.9", "59 秒"),
        ("60", "1 分"),
        ("61", "1 分 1 秒"),
        (3600, "1 小时"),
        ("2678400", "744 小时"),
    ],
)
def test_times_in_hours_and_minutes(words, seconds, said):
    assert duration(seconds) == said


def test_an_item_without_a_score_says_which_of_four_things_it_is(words):
    def of(effect, state):
        return standing_of({"effect": effect, "state": state, "failed": False, "repeated": False, "score": None})[0]

    said = {of(*pair) for pair in (("held", "missing"), ("zero", "missing"), ("excluded", "missing"))}
    said |= {of(*pair) for pair in (("excluded", "small"), ("held", "small"), ("excluded", "not_required"))}
    assert len(said) == 6
    assert standing_of({"effect": "counted", "state": "given", "failed": False, "repeated": False, "score": "100"}) == (
        "满分",
        "good",
    )


def test_losses_are_named_by_size_and_make_up_what_the_total_lacks(words):
    found = two_services("99.45", "99.9", missing="reweight")
    blocks = blocks_of(found)
    losses = losses_of(blocks)
    assert [loss.row.service["service"] for loss in losses] == ["FW-1"]
    assert losses[0].share == 100
    assert blocks[0].lost == 100 - Fraction(found["total"])
    assert "得 50.00 分" in loss_words(losses[0])
    assert blocks[1].lost_text == ""


def test_what_is_held_is_waited_for_and_loses_nothing(words):
    found = two_services(None)
    blocks = blocks_of(found)
    assert found["total"] is None
    assert [row.code for row in waiting_in(blocks)] == ["KI-001"]
    assert blocks[0].rows[0].lost is None


def test_outages_behind_a_loss_are_told(words):
    found = result(material(seen=[watched(down=240)]))
    row = blocks_of(found)[0].rows[0]
    assert outage_words(row) == "中断 1 次，最长 240 分钟"
    assert outage_words(blocks_of(two_services())[0].rows[0]) == ""


def test_differences_name_the_sums_and_the_items_that_changed(words):
    before, after = two_services("99.5"), two_services("99.6")
    said = [change_words(one) for one in changes(before, after)]
    assert {"field": "总分", "old": before["total"], "new": after["total"]} in said
    assert any(one["field"].endswith("KI-001 · 数值") and (one["old"], one["new"]) == ("99.5", "99.6") for one in said)
    assert changes(before, before) == []


def test_an_item_that_comes_in_later_was_nothing_before(words):
    before, after = two_services(None, missing="reweight"), two_services("99.5", missing="reweight")
    said = [change_words(one) for one in changes(before, after) if one.code == "KI-001"]
    assert any(one["field"].endswith("结果") and one["old"] == "缺数据，不计入" for one in said)


def test_small_words(words):
    assert target_words({"comparison": "at_most", "value": "4"}) == "≤ 4"
    assert target_words(None) == ""
    claimed = {"id": 1, "from": "2026-03-08T17:00:00+00:00", "until": "2026-03-08T19:00:00+00:00"}
    assert exclusion_words({**claimed, "cause": "third_party", "state": "claimed"}) == (
        "2026-03-09 01:00 至 2026-03-09 03:00，第三方原因，待裁定"
    )


def test_what_only_the_contract_charges_may_be_disputed_too(words):
    """KI-012 is agreed with bands and the scheme does not score it: it costs money, so it can be disputed."""
    lines = [line(1, [level(), level("KI-012")]), line(2)]
    figures = [reported("99.5"), reported("97.5", "KI-012"), reported("98.2", service=2)]
    found = points_of(result(material(*figures, lines=lines)))
    assert [(service["service"], [one.code for one in points]) for service, points in found] == [
        ("FW-1", ["KI-001", "KI-012"]),
        ("FW-2", ["KI-001"]),
    ]
    charged = found[0][1][1]
    assert (charged.key, charged.row, charged.value) == ("FW-1/KI-012", None, "97.5")
    assert (charged.points, charged.fen, named(charged.name)) == (2, 200_000, "KI-012")
    assert found[0][1][0].row.code == "KI-001"
