"""Unified social credit codes (GB 32100-2015) are checked digit by digit when an organisation is registered."""

import csv
import os
from pathlib import Path

import pytest

from app.organisations.actions import credit_code_is_valid

CODES = {
    "121200004013590816": True,
    "91152201078377449P": True,
    "121200004013590815": False,
    "9115220107837744 9P": True,
    "91152201078377449p": True,
    "91152201078377449O": False,
    "91I52201078377449P": False,
    "": False,
    "911522010783774": False,
    "911522010783774499P9": False,
    "９１１５２２０１０７８３７７４４９Ｐ": False,
}


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_judged_by_form_and_check_digit(code):
    assert credit_code_is_valid(code) is CODES[code]


@pytest.mark.shared_data
def test_published_codes_and_known_bad_ones_are_told_apart():
    with (Path(os.environ["GUANYUN_SHARED_DATA"]) / "credit_codes" / "uscc.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) > 40
    assert [row["code"] for row in rows if credit_code_is_valid(row["code"]) is not (row["expect"] == "valid")] == []
