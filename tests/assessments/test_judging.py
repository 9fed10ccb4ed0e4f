"""A period judged as a whole: services weighed, what is missing or uncertain named, the same bytes always."""

import os
import random
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

import pytest

from app.assessments.judging import judge
from app.assessments.material import Before, Given, VetoGiven
from app.assessments.sentences import restored, stored
from app.catalogues.reading import Bilingual
from tests.assessments.samples import (
    after,
    by_use,
    digest,
    exclusion,
    level,
    line,
    material,
    reported,
    result,
    scheme,
    terms,
    text,
    watched,
)
from tests.house.source import ROOT
from tests.indicators.samples import LINEAR, item

STEPS = {"kind": "steps", "at_most": "1", "step": "1", "points": "20", "counting": "begun"}
PEOPLE = {"kind": "qualitative", "scorers": 2}
NAMED = {"zh": "配合", "en": "Co-operation"}


def totals(found):
    made = result(found)
    return made["total"], made["grade"]["zh"] if made["grade"] else None, [one["total"] for one in made["services"]]


def items(found, service=0):
    return {one["code"]: one for one in result(found)["services"][service]["items"]}


# --- shares ----------------------------------------------------------------------------------------------------------


def three(values=("99.3", "99.3", "99.4"), **change):
    lines = [line(n, **change) for n in (1, 2, 3)]
    return material(*[reported(value, service=n) for n, value in enumerate(values, 1)], lines=lines)


def test_services_weigh_the_same_and_the_total_is_rounded_once():
    """33.333…, 33.333… and 44.444… are 37.037…, not the mean of rounded numbers."""
    assert totals(three()) == ("37.04", "差", ["33.33", "33.33", "44.44"])
    assert [one["weight"] for one in result(three())["services"]] == ["33.3333"] * 3


def test_a_half_is_rounded_up_exactly():
    """Exact mean 33.335: floating point and rounded parts would give 33.33."""
    lines = [line(n) for n in (1, 2)]
    found = material(reported("99.3"), reported("99.30003", service=2), lines=lines)
    assert judge(found).services[1].score.exact == Fraction(33336667, 10**6) - Fraction(1, 3 * 10**6)
    assert totals(found)[0] == "33.34"


def test_shares_follow_the_fees_where_that_is_agreed():
    lines = [line(1, fee_fen=3_000_000), line(2, fee_fen=1_000_000)]
    figures = [reported("99.9"), reported("99", service=2)]
    by_fee = material(*figures, lines=lines, by=terms(weighting="fee"))
    assert totals(by_fee) == ("75.00", "中", ["100.00", "0.00"])
    assert [one["weight"] for one in result(by_fee)["services"]] == ["75", "25"]
    assert totals(material(*figures, lines=lines))[0] == "50.00"


def test_a_quarterly_fee_weighs_by_the_month():
    lines = [line(1, fee_fen=3_000_000, pay_period="quarter"), line(2)]
    made = result(material(reported("99.9"), reported("99.9", service=2), lines=lines, by=terms(weighting="fee")))
    assert [one["weight"] for one in made["services"]] == ["50", "50"]


def test_shares_wait_for_a_fee_that_is_not_known():
    lines = [line(1), by_use(2, levels=[level()])]
    found = material(reported("99.9"), reported("99.9", service=2), lines=lines, by=terms(weighting="fee"))
    made = result(found)
    assert (made["total"], made["grade"]) == (None, None)
    assert made["reason"]["msgid"] == "暂无总分：费用尚不能计算，各服务的权重未定"


def test_a_service_for_which_nothing_is_agreed_has_no_share_and_holds_nothing():
    lines = [line(1), line(2, levels=[level("KI-030")])]
    made = result(material(reported("99.9"), lines=lines))
    assert (made["total"], [one["weight"] for one in made["services"]]) == ("100.00", ["100", "0"])
    assert {one["state"] for one in made["services"][1]["items"]} == {"not_required"}
    assert "不计入合同总分" in made["services"][1]["reason"]["msgid"]
    assert list(made["failed"]) == ["FW-1"]


def test_where_nothing_at_all_is_agreed_there_is_no_total():
    made = result(material(lines=[line(levels=[])]))
    assert made["total"] is None
    assert made["reason"]["msgid"].startswith("暂无总分：没有一项服务")


# --- missing, held, not required -------------------------------------------------------------------------------------

TWO = (item("KI-001", 50, LINEAR), item("KI-022", 50, LINEAR))
BOTH = line(levels=[level("KI-001"), level("KI-022")])


@pytest.mark.parametrize(
    "rule, second, expected, effect",
    [
        ("hold", [], None, "held"),
        ("reweight", [], "100.00", "excluded"),
        ("zero", [], "50.00", "zero"),
        ("hold", [reported(None, "KI-022")], None, "held"),
        ("reweight", [reported(None, "KI-022")], "100.00", "excluded"),
        ("zero", [reported(None, "KI-022")], "50.00", "zero"),
        ("hold", [reported("-", "KI-022")], "100.00", "excluded"),
        ("zero", [reported("-", "KI-022")], "100.00", "excluded"),
        ("zero", [reported("0", "KI-022")], "50.00", "counted"),
        ("reweight", [reported("0", "KI-022")], "50.00", "counted"),
    ],
)
def test_missing_not_required_and_zero_are_three_things(rule, second, expected, effect):
    found = material(reported("99.9"), *second, lines=[BOTH], by=terms(scheme(*TWO, missing=rule)))
    assert (result(found)["total"], items(found)["KI-022"]["effect"]) == (expected, effect)


def test_one_held_service_holds_the_total_of_all():
    found = material(reported("99.9"), lines=[line(1), line(2)])
    made = result(found)
    assert (made["total"], made["grade"], made["provisional"]) == (None, None, False)
    assert made["reason"]["values"] == {"services": "FW-2"}
    assert [one["total"] for one in made["services"]] == ["100.00", None]


def test_items_without_an_agreed_level_are_not_required_and_named():
    made = scheme(
        item("KI-001", 40, LINEAR),
        item("KI-022", 40, LINEAR),
        item("KI-050", 20, LINEAR, name={"zh": "满意", "en": "S"}),
    )
    labels = {"KI-022": (Bilingual("按时办结", "On time"), Bilingual("%", "%"))}
    found = material(reported("99.9"), by=terms(made), labels=labels)
    seen = items(found)
    assert {code: one["state"] for code, one in seen.items()} == {
        "KI-001": "given",
        "KI-022": "not_required",
        "KI-050": "not_required",
    }
    assert (seen["KI-022"]["name"]["zh"], seen["KI-050"]["name"]["zh"]) == ("按时办结", "满意")
    assert (seen["KI-001"]["weight"], seen["KI-001"]["counted_weight"]) == ("40", "100")
    assert [one["code"] for one in result(found)["uncovered"]] == ["KI-022", "KI-050"]


# --- people, vetoes, repetition --------------------------------------------------------------------------------------

JUDGED = scheme(
    item("KI-001", 50, LINEAR),
    {"code": "co-operation", "name": NAMED, "weight": "50", "function": PEOPLE},
    vetoes=[
        {"code": "leak", "name": {"zh": "数据泄露", "en": "Data leak"}},
        {"code": "fraud", "name": {"zh": "数据造假", "en": "Fraud"}},
    ],
)


def given(score, user=1, scorer="王"):
    return Given("co-operation", user, scorer, Decimal(score))


def test_opinions_count_for_every_service_and_namesakes_are_two_people():
    lines = [line(1), line(2)]
    figures = [reported("99.9"), reported("99.9", service=2)]
    found = material(*figures, lines=lines, by=terms(JUDGED), opinions=(given("80"), given("90", user=2)))
    assert totals(found) == ("92.50", "优", ["92.50", "92.50"])
    source = items(found, 1)["co-operation"]["source"]
    assert (source["kind"], source["how"]["values"]["listed"]) == ("opinions", "王 80、王 90")


def test_too_few_opinions_hold_the_total():
    found = material(reported("99.9"), by=terms(JUDGED), opinions=(given("80"),))
    assert totals(found)[0] is None
    assert items(found)["co-operation"]["effect"] == "held"


def test_opinions_judge_no_service_for_which_nothing_is_agreed():
    lines = [line(1), line(2, levels=[])]
    found = material(reported("99.9"), lines=lines, by=terms(JUDGED), opinions=(given("80"), given("90", 2)))
    assert totals(found)[0] == "92.50"
    assert items(found, 1)["co-operation"]["state"] == "not_required"


def test_a_veto_decides_the_grade_of_the_contract_and_leaves_every_number():
    vetoes = (VetoGiven(2, "leak", "日志外泄"), VetoGiven(1, "leak", "库外泄"), VetoGiven(3, "fraud", "改数"))
    plain = material(reported("99.9"), by=terms(JUDGED), opinions=(given("80"), given("90", 2)))
    found = replace(plain, vetoes=vetoes)
    made = result(found)
    assert (made["total"], made["grade"]["zh"]) == ("92.50", "差")
    assert [(one["code"], one["reason"]) for one in made["vetoes"]] == [
        ("leak", "库外泄"),
        ("leak", "日志外泄"),
        ("fraud", "改数"),
    ]
    assert made["services"] == result(plain)["services"]
    assert "“数据泄露、数据造假”一票否决" in str(judge(found).reason)


def test_a_veto_decides_even_where_the_total_has_to_wait():
    made = result(material(by=terms(JUDGED), vetoes=(VetoGiven(1, "leak", "x"),)))
    assert (made["total"], made["grade"]["zh"]) == (None, "差")


def test_a_failure_right_after_a_failed_period_loses_double_and_only_in_that_service():
    made = scheme(item("KI-001", 100, LINEAR, repeat=True))
    lines = [line(1), line(2)]
    march = material(reported("99.63"), reported("99.9", service=2), lines=lines, by=terms(made))
    figures = [replace(one, period="2026-04") for one in (reported("99.63"), reported("99.63", service=2))]
    april = material(*figures, lines=lines, by=terms(made), period="2026-04", before=after(march))
    assert totals(march)[2] == ["70.00", "100.00"]
    assert totals(april)[2] == ["40.00", "70.00"]
    assert items(april)["KI-001"]["repeated"] is True


# --- what is uncertain -----------------------------------------------------------------------------------------------


def because(found):
    made = result(found)
    assert made["provisional"] is bool(made["provisional_because"])
    return [str(one) for one in judge(found).doubts]


@pytest.mark.parametrize(
    "found, words",
    [
        (material(reported("99.9")), []),
        (material(reported("99.9", verdict="")), ["FW-1：KI-001 的数据尚未核验"]),
        (material(reported("99.9", verdict="doubted")), ["FW-1：KI-001 的数据被标记存疑"]),
        (material(reported(None, verdict="")), ["FW-1：KI-001 的数据尚未核验"]),
        (material(reported("-", verdict="")), ["FW-1：KI-001 的数据尚未核验"]),
        (material(reported("99", "KI-050", verdict=""), reported("99.9")), []),
        (material(seen=[watched()]), []),
        (material(reported("99", verdict=""), seen=[watched()]), []),
        (material(seen=[watched(verified=False)]), ["FW-1：状态事件尚未核验或被标记存疑"]),
        (material(seen=[watched(exclusions=(exclusion("claimed"),))]), ["FW-1：1 个除外时段尚待裁定"]),
        (material(seen=[watched(exclusions=(exclusion("granted"), exclusion("refused", 2)))]), []),
        (material(seen=[watched(unannounced=True)]), ["约定时间涉及尚未公布节假日安排的年份"]),
        (material(reported("99.9"), before=Before(owed=True)), ["上一期 2026-02 尚未考核，连续未达标和结转还不能确定"]),
        (material(reported("99.9"), before=Before(owed=True, found=True)), []),
    ],
    ids=str,
)
def test_whatever_nobody_has_judged_makes_the_result_provisional(found, words):
    assert because(found) == words


def test_use_that_is_paid_for_has_to_be_verified_too():
    lines = [by_use(levels=[level()])]
    found = material(reported("99.9"), reported("100", "KI-040", verdict=""), lines=lines)
    assert because(found) == ["FW-1：KI-040 的数据尚未核验"]
    assert [one.indicator for one in judge(found).figures] == ["KI-001", "KI-040"]


# --- determinism -----------------------------------------------------------------------------------------------------


def rich():
    """A contract in which everything occurs."""
    made = scheme(
        item("KI-001", 40, LINEAR, repeat=True),
        item("KI-007", 10, STEPS),
        item("KI-042", 10, {"kind": "linear", "floor": "0", "target": "100"}),
        item("KI-050", 20, LINEAR, missing="reweight"),
        {"code": "co-operation", "name": NAMED, "weight": "20", "function": PEOPLE},
        vetoes=[{"code": "leak", "name": {"zh": "数据泄露", "en": "Data leak"}}],
        bonus={"cap": 5, "items": [{"indicator": "KI-033", "points": 1}]},
    )
    levels = [level(code) for code in ("KI-001", "KI-040", "KI-050", "KI-033")]
    lines = [line(n, levels=levels, fee_fen=n * 333_333) for n in range(1, 6)]
    figures = [
        one
        for n in range(1, 6)
        for one in (
            reported(f"{99 + n / 7:.4f}", service=n),
            reported("700", "KI-040", service=n),
            reported("333", "KI-040", service=n, channel="online", id=n * 1000),
            reported("99.1", "KI-050", service=n, denominator="7"),
            reported("1", "KI-033", service=n),
        )
    ]
    seen = [watched(down=n * 7, service=n, exclusions=(exclusion(key=n), exclusion(key=n + 10))) for n in (2, 4)]
    return material(
        *figures,
        lines=lines,
        seen=seen,
        by=terms(made, weighting="fee"),
        opinions=(given("81.5"), given("90", 2, "李"), given("77", 3, "赵")),
        vetoes=(VetoGiven(1, "leak", "x"), VetoGiven(2, "leak", "y")),
        before=Before({"FW-1": frozenset({"KI-001", "KI-050"}), "FW-3": frozenset({"KI-001"})}, period="2026-02"),
    )


def shuffled(found, chance):
    def mixed(parts):
        return tuple(chance.sample(parts, len(parts)))

    seen = tuple(replace(one, exclusions=mixed(one.exclusions)) for one in mixed(found.watched))
    return replace(
        found,
        lines=mixed(found.lines),
        figures=mixed(found.figures),
        watched=seen,
        opinions=mixed(found.opinions),
        vetoes=mixed(found.vetoes),
        before=replace(found.before, failed=dict(mixed(list(found.before.failed.items())))),
    )


def test_the_order_of_everything_that_goes_in_changes_no_byte():
    chance, expected = random.Random(7), (text(rich()), digest(rich()))
    for _ in range(30):
        mixed = shuffled(rich(), chance)
        assert (text(mixed), digest(mixed)) == expected


@pytest.mark.parametrize("seed", ["0", "4242"])
def test_neither_does_the_order_of_sets_in_another_process(seed):
    script = (
        "from hashlib import sha256; from tests.assessments.test_judging import *\n"
        "print(sha256(text(rich()).encode()).hexdigest(), digest(rich()))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ran.stdout.split() == [sha256(text(rich()).encode()).hexdigest(), digest(rich())], ran.stderr


CHANGES = {
    "a value": lambda m: replace(m, figures=(replace(m.figures[0], value=Decimal(99)), *m.figures[1:])),
    "a verdict": lambda m: replace(
        m, figures=(*m.figures[:1], replace(m.figures[1], verdict="doubted"), *m.figures[2:])
    ),
    "a revision": lambda m: replace(m, figures=(replace(m.figures[0], id=77777), *m.figures[1:])),
    "its evidence": lambda m: replace(m, figures=(replace(m.figures[0], evidence="a.pdf"), *m.figures[1:])),
    "a figure gone": lambda m: replace(m, figures=m.figures[1:]),
    "the channel": lambda m: replace(
        m, figures=(*m.figures[:2], replace(m.figures[2], value=Decimal(1)), *m.figures[3:])
    ),
    "an outage": lambda m: replace(m, watched=(watched(down=8, service=2), m.watched[1])),
    "a decision": lambda m: replace(m, watched=(replace(m.watched[0], exclusions=()), m.watched[1])),
    "events unverified": lambda m: replace(m, watched=(replace(m.watched[0], verified=False), m.watched[1])),
    "an opinion": lambda m: replace(m, opinions=m.opinions[1:]),
    "a veto": lambda m: replace(m, vetoes=m.vetoes[1:]),
    "the plan": lambda m: replace(m, terms=replace(m.terms, plan_digest="x" * 64)),
    "the contract": lambda m: replace(m, terms=replace(m.terms, contract_digest="x" * 64)),
    "the scheme": lambda m: replace(m, terms=replace(m.terms, scheme_digest="x" * 64)),
    "the period before": lambda m: replace(m, before=Before(period="2026-02")),
    "a fee": lambda m: replace(m, lines=(replace(m.lines[0], fee_fen=1), *m.lines[1:])),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_other_input_has_another_digest(change):
    assert digest(change(rich())) != digest(rich())


def test_words_of_the_catalogue_are_no_inputs():
    labels = {"KI-001": (Bilingual("可用率", "Availability"), Bilingual("%", "%"))}
    assert digest(replace(rich(), labels=labels)) == digest(rich())


def test_every_sentence_can_be_said_in_both_languages():
    """Sentences keep what they are made of, however deep."""
    made = judge(rich())
    for sentence in (made.reason, *made.doubts, *(one.score.reason for one in made.services)):
        assert str(restored(stored(sentence))) == str(sentence)
        assert stored(restored(stored(sentence))) == stored(sentence)
