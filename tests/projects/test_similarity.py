"""A proposal that stands on the ledger already is found, whatever it is called; the score says why."""

import random
from dataclasses import replace

import pytest

from app.projects.similarity import (
    FILLERS,
    LONGEST,
    WEIGHTS,
    Work,
    common_runs,
    compare,
    corpus_of,
    fold,
    nearest,
    passages,
    pieces,
    prepare,
)
from tests.projects.proposals import DISGUISES, PLACES, disguised, ledger

PARKING = Work(
    "project:1",
    "广州市智慧停车综合管理平台",
    purpose="解决停车泊位底数不清的问题，方便市民停车。",
    functions="泊位信息采集；占道停车收费；车位预约与诱导。",
    data="泊位信息，收费记录",
    category="platform",
    region="44/4401",
)
HOSPITAL = Work(
    "project:2",
    "医院影像云",
    purpose="让检查结果在医院之间互认。",
    functions="影像归档；跨院调阅；报告共享。",
    data="影像报告",
    category="data_platform",
    region="44/4403",
)


@pytest.fixture(scope="module")
def corpus():
    return corpus_of(ledger(1500), PLACES)


def score(one, other):
    return compare(prepare(one, PLACES), prepare(other, PLACES)).score


@pytest.mark.parametrize("way", DISGUISES, ids=lambda way: way.__name__)
def test_a_near_duplicate_is_among_the_first_three(corpus, way):
    draw = random.Random(2026)
    planted = draw.sample([one.work for one in corpus.works], 50)
    missed = []
    for work in planted:
        found = nearest(prepare(replace(way(work, draw), key="proposal"), PLACES), corpus)
        if work.key not in [one.work.key for one in found[:3]]:
            missed.append(work.name)
    assert len(missed) <= 1, missed


def test_the_first_look_loses_nothing_that_a_full_comparison_finds(corpus):
    draw = random.Random(7)
    for work in draw.sample([one.work for one in corpus.works], 12):
        proposal = prepare(disguised(work, draw), PLACES)
        every = sorted((compare(proposal, one).score for one in corpus.works), reverse=True)
        assert [one.score for one in nearest(proposal, corpus, 3)] == every[:3]


def test_the_same_is_a_hundred_and_something_else_is_not():
    assert score(PARKING, PARKING) == 100
    assert score(PARKING, HOSPITAL) < 25


def test_another_city_and_other_filler_words_change_little():
    copied = replace(PARKING, name="深圳市数字停车信息系统建设项目（二期）", region="44/4403")
    assert score(PARKING, copied) >= 90


def test_full_width_capitals_years_and_versions_change_nothing():
    one = replace(PARKING, name="Ａ１２３４５热线平台２０２６年V2.0")
    other = replace(PARKING, name="a12345热线平台")
    assert score(one, other) == 100
    assert prepare(one).whole == "a12345热线平台"


def test_numbers_that_are_names_stay():
    assert score(replace(PARKING, name="12345热线"), replace(PARKING, name="110热线")) < 100


def test_a_name_of_filler_words_alone_is_still_compared():
    assert prepare(Work("k", "综合管理服务平台")).core
    assert (
        compare(prepare(Work("k", "综合管理服务平台")), prepare(Work("k", "综合管理服务平台"))).percent["name"] == 100
    )


def test_filler_words_alone_make_nothing_alike():
    assert score(Work("a", "渔船信息管理系统建设项目"), Work("b", "公墓信息管理系统建设项目")) < 40


def test_the_weights_make_a_hundred_and_what_is_empty_is_not_compared():
    assert sum(WEIGHTS.values()) == 100
    found = compare(prepare(PARKING), prepare(Work("service:1", PARKING.name)))
    assert dict(found.percent) == {"name": 100}
    assert found.score == 70


def test_the_order_of_functions_does_not_matter():
    turned = replace(PARKING, functions="车位预约与诱导。占道停车收费，泊位信息采集")
    assert score(PARKING, turned) == 100


def test_a_service_above_or_in_the_same_region_is_nearer_than_one_elsewhere():
    above, same, elsewhere = (
        compare(prepare(PARKING), prepare(replace(PARKING, region=path))) for path in ("44", "44/4401", "51/5101")
    )
    assert above.percent["region"] == same.percent["region"] == 100
    assert elsewhere.percent["region"] == 0


def test_longer_filler_words_go_first():
    assert list(FILLERS) == sorted(FILLERS, key=len, reverse=True)
    assert len(FILLERS) == len(set(FILLERS))


# --- passages --------------------------------------------------------------------------------------------------------


def words(mine, theirs):
    return [(mine[begin:end], theirs[start:stop]) for begin, end, start, stop in common_runs(mine, theirs)]


@pytest.mark.parametrize(
    "mine, theirs, expected",
    [
        ("泊位信息采集、收费", "先做泊位信息采集。", [("泊位信息采集", "泊位信息采集")]),
        ("占道停车", "占道停", []),
        ("信息管理系统", "信息管理系统", []),
        ("abcdefgh", "abcdefgh", []),
        ("调阅（影像归档）", "影像归档，调阅", [("影像归档", "影像归档")]),
        ("面向ＡＢ老年人的助餐", "面向ab老年人的助餐", [("面向ＡＢ老年人的助餐", "面向ab老年人的助餐")]),
        ("", "影像归档调阅", []),
    ],
)
def test_runs_of_four_characters_that_say_something_stand_in_both(mine, theirs, expected):
    assert words(mine, theirs) == expected


def test_a_passage_names_its_field_and_both_places():
    found = passages(PARKING, replace(HOSPITAL, functions="影像归档；占道停车收费"))
    assert [(one.field, PARKING.functions[one.begin : one.end]) for one in found] == [("functions", "占道停车收费")]


def test_the_longest_run_is_taken():
    assert words("影像归档调阅共享", "影像归档。影像归档调阅") == [("影像归档调阅", "影像归档调阅")]


def test_text_far_from_anything_alike_is_left_out():
    text = "甲" * 60 + "泊位信息采集" + "乙" * 60
    shown = pieces(text, [(60, 66)], around=5)
    assert shown == [("…甲甲甲甲甲", False), ("泊位信息采集", True), ("乙乙乙乙乙…", False)]


def test_folding_keeps_every_character_in_its_place():
    for text in ("ＡＢ　Ｃ", "İstanbul 市", "“引号”", "①②"):
        assert len(fold(text)) == len(text)


def test_a_hostile_text_costs_no_more_than_a_long_one():
    endless = "停车收费" * 100_000
    found = common_runs(endless, endless)
    assert len(found) == 1
    assert found[0][1] <= LONGEST
    monotonous = "一" * 50_000
    assert len(common_runs(monotonous, monotonous)) <= LONGEST


# --- the prepared ledger ---------------------------------------------------------------------------------------------


def test_an_unchanged_ledger_is_prepared_once_and_a_changed_entry_anew():
    first = corpus_of([PARKING, HOSPITAL], PLACES)
    assert corpus_of([PARKING, HOSPITAL], PLACES, first) is first
    changed = corpus_of([PARKING, replace(HOSPITAL, name="影像中心")], PLACES, first)
    assert changed.works[0] is first.works[0]
    assert changed.works[1].core == "影像中心"
    assert corpus_of([PARKING, HOSPITAL], frozenset(), first) is not first


def test_an_empty_ledger_has_nothing_near():
    assert nearest(prepare(PARKING), corpus_of([])) == []


def test_a_ledger_entry_without_any_text_can_be_compared():
    bare = Work("service:9", "！！")
    assert nearest(prepare(bare), corpus_of([bare, PARKING]))[0].score >= 0
