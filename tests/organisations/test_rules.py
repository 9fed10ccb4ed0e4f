"""Who controls whom follows from stakes, through any number of companies, and ends where stakes go in a circle."""

from __future__ import annotations

import random

import pytest

from app.organisations.rules import closure


@pytest.mark.parametrize(
    "stakes, pairs",
    [
        ([], set()),
        ([(1, 2)], {(1, 2)}),
        ([(1, 2), (2, 3)], {(1, 2), (2, 3), (1, 3)}),
        ([(1, 2), (2, 3), (3, 4)], {(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)}),
        ([(1, 3), (2, 3)], {(1, 3), (2, 3)}),
        ([(1, 2), (2, 1)], {(1, 2), (2, 1)}),
        ([(1, 2), (2, 3), (3, 1)], {(1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2)}),
        ([(1, 1)], set()),
        ([(1, 2), (1, 2)], {(1, 2)}),
    ],
)
def test_control_is_handed_down(stakes, pairs):
    assert closure(stakes, [1, 2, 3, 4]) == pairs | {(one, one) for one in (1, 2, 3, 4)}


def test_control_of_many_companies_equals_a_slow_count():
    draw = random.Random(7)
    for _ in range(50):
        stakes = {(draw.randrange(12), draw.randrange(12)) for _ in range(draw.randrange(25))}
        reached = {(one, one) for one in range(12)} | stakes
        while more := {(a, d) for a, b in reached for c, d in reached if b == c} - reached:
            reached |= more
        assert closure(stakes, range(12)) == reached


def test_a_long_chain_needs_no_deep_stack():
    stakes = [(number, number + 1) for number in range(3000)]
    assert (0, 3000) in closure(stakes, [0])
