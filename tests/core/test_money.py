"""Money is read strictly, kept in fen, and written the way contracts and vouchers write it."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import pairwise

import pytest

from app.core.money import BadNumber, chinese_amount, parse_decimal, show_decimal, show_fen, show_wan, yuan_to_fen

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    "typed, fen",
    [
        ("0", 0),
        ("1", 100),
        ("1.5", 150),
        ("1.05", 105),
        ("0.01", 1),
        (" 12 ", 1200),
        ("1,234.56", 123_456),
        ("1，234，567", 123_456_700),
        ("-3.20", -320),
        ("999999999999.99", 99_999_999_999_999),
    ],
)
def test_amounts_are_read_exactly(typed, fen):
    assert yuan_to_fen(typed) == fen


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", ".", "-", "--1", "+1", "1.", ".5", "1.2.3", "0x10", "1_000", "1 000", "¥5", "一百", "１２"),
        *("NaN", "nan", "sNaN", "Infinity", "-inf", "1e3", "1E+3", "1e999", "1/2", "1.005", "0.001"),
        *("12,5", "1,0000", ",100", "1,,000", "1,00", "1234,567", "1000000000000000000", "1\n2", "1\x00"),
    ],
)
def test_what_is_no_plain_amount_is_refused_and_never_guessed(typed):
    with pytest.raises(BadNumber):
        yuan_to_fen(typed)


def test_only_as_many_decimals_as_asked_for_are_taken():
    assert parse_decimal("0.003", 6) == Decimal("0.003")
    assert parse_decimal("0.000001", 6) == Decimal("0.000001")
    with pytest.raises(BadNumber):
        parse_decimal("0.0000001", 6)


@pytest.mark.parametrize(
    "fen, words",
    [
        (0, "零元整"),
        (1, "壹分"),
        (5, "伍分"),
        (10, "壹角整"),
        (12, "壹角贰分"),
        (100, "壹元整"),
        (101, "壹元零壹分"),
        (110, "壹元壹角整"),
        (1000, "壹拾元整"),
        (100_500, "壹仟零伍元整"),
        (140_950, "壹仟肆佰零玖元伍角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (168_032, "壹仟陆佰捌拾元叁角贰分"),
        (10_700_053, "壹拾万零柒仟元伍角叁分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (32_504, "叁佰贰拾伍元零肆分"),
        (1_000_000, "壹万元整"),
        (1_000_100, "壹万零壹元整"),
        (100_010_000, "壹佰万零壹佰元整"),
        (10_000_000_000, "壹亿元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (10_001_000_000, "壹亿零壹万元整"),
        (1_010_001_010_100, "壹佰零壹亿零壹万零壹佰零壹元整"),
        (100_000_000_000_000, "壹万亿元整"),
        (100_010_000_000_000, "壹万零壹亿元整"),
        (123_450_000_000_000, "壹万贰仟叁佰肆拾伍亿元整"),
        (999_999_999_999_999, "玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_amounts_in_capital_numerals(fen, words):
    assert chinese_amount(fen) == words


def test_capital_numerals_say_the_amount_that_was_meant():
    draw = random.Random(20260302)
    amounts = [draw.randrange(10 ** draw.randint(1, 15)) for _ in range(3000)]
    assert [read_capitals(chinese_amount(fen)) for fen in amounts] == amounts
    assert not [fen for fen in amounts if "零零" in chinese_amount(fen)]


@pytest.mark.parametrize("fen", [-1, 10**15])
def test_amounts_outside_the_range_have_no_capital_numerals(fen):
    with pytest.raises(ValueError, match="out of range"):
        chinese_amount(fen)


@pytest.mark.parametrize(
    "fen, yuan, wan",
    [
        (0, "0.00", "0.00"),
        (1, "0.01", "0.00"),
        (-5, "-0.05", "0.00"),
        (1_234_567, "12,345.67", "1.23"),
        (499_999, "4,999.99", "0.50"),
        (123_456_789, "1,234,567.89", "123.46"),
        (5_000, "50.00", "0.01"),
        (-123_456_789, "-1,234,567.89", "-123.46"),
        (100_000_000_000, "1,000,000,000.00", "100,000.00"),
    ],
)
def test_amounts_as_pages_show_them(fen, yuan, wan):
    assert (show_fen(fen), show_wan(fen).replace("-0.00", "0.00")) == (yuan, wan)


@pytest.mark.parametrize(
    "value, shown", [("1000.500000", "1,000.5"), ("0.003", "0.003"), ("100", "100"), ("1E+3", "1,000"), ("0.0", "0")]
)
def test_decimals_are_shown_in_their_shortest_plain_form(value, shown):
    assert show_decimal(Decimal(value)) == shown


def read_capitals(words: str) -> int:
    """The amount in fen that capital numerals say: written apart from the product's own code."""
    yuan, _, rest = words.rpartition("元") if "元" in words else ("", "", words)
    fen = 0
    for digit, unit in pairwise(rest):
        if unit in "角分":
            fen += DIGITS.index(digit) * {"角": 10, "分": 1}[unit]
    return _group(yuan, (("亿", 10**8), ("万", 10**4))) * 100 + fen


def _group(words: str, scales: tuple[tuple[str, int], ...]) -> int:
    for place, (mark, size) in enumerate(scales):
        above, found, below = words.rpartition(mark)
        if found:
            return _group(above, scales[place + 1 :]) * size + _group(below, scales[place + 1 :])
    total, digit = 0, 0
    for char in words:
        if char in UNITS:
            total, digit = total + digit * UNITS[char], 0
        else:
            digit = DIGITS.index(char)
    return total + digit
