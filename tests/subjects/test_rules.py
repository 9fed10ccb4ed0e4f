"""Which organisations may not meet in one subject: every conflict is found at once, and nothing else is one."""

from __future__ import annotations

from itertools import permutations

import pytest

from app.subjects.rules import MANAGEMENT, OPERATION, SUPERVISION, Conflict, Control, Standing, conflicts

AGENCY, OPERATOR, WATCHER, PARENT, STATE = 1, 2, 3, 8, 9
USUAL = [Standing(AGENCY, MANAGEMENT), Standing(OPERATOR, OPERATION), Standing(WATCHER, SUPERVISION)]


def company(above, below):
    return Control(above, below, through_company=True)


def state(above, below):
    return Control(above, below, through_company=False)


SELVES = [company(one, one) for one in (AGENCY, OPERATOR, WATCHER)]


@pytest.mark.parametrize(
    "controls, found",
    [
        ([], []),
        (SELVES, []),
        ([company(AGENCY, OPERATOR)], [Conflict("controls", AGENCY, OPERATOR, AGENCY)]),
        ([company(OPERATOR, AGENCY)], [Conflict("controls", OPERATOR, AGENCY, OPERATOR)]),
        ([company(OPERATOR, WATCHER)], [Conflict("controls", OPERATOR, WATCHER, OPERATOR)]),
        ([company(PARENT, OPERATOR)], []),
        ([company(PARENT, OPERATOR), company(PARENT, WATCHER)], [Conflict("same_group", OPERATOR, WATCHER, PARENT)]),
        ([state(STATE, OPERATOR), state(STATE, WATCHER)], []),
        ([state(STATE, OPERATOR), company(STATE, WATCHER)], []),
        (
            [company(7, OPERATOR), company(7, WATCHER), company(PARENT, OPERATOR), company(PARENT, WATCHER)],
            [Conflict("same_group", OPERATOR, WATCHER, 7)],
        ),
        (
            [company(AGENCY, OPERATOR), company(AGENCY, WATCHER)],
            [
                Conflict("controls", AGENCY, OPERATOR, AGENCY),
                Conflict("controls", AGENCY, WATCHER, AGENCY),
                Conflict("same_group", OPERATOR, WATCHER, AGENCY),
            ],
        ),
    ],
)
def test_conflicts_of_control(controls, found):
    assert conflicts(USUAL, controls) == found


def test_one_organisation_on_two_sides_is_a_conflict():
    both = [Standing(OPERATOR, OPERATION), Standing(OPERATOR, SUPERVISION), Standing(AGENCY, MANAGEMENT)]
    assert conflicts(both, []) == [Conflict("two_sides", OPERATOR, OPERATOR)]


def test_organisations_on_the_same_side_may_control_one_another():
    together = [Standing(OPERATOR, OPERATION), Standing(4, OPERATION), Standing(AGENCY, MANAGEMENT)]
    assert conflicts(together, [company(OPERATOR, 4), company(PARENT, OPERATOR), company(PARENT, 4)]) == []


def test_neither_order_nor_repetition_changes_what_is_found():
    controls = [company(PARENT, OPERATOR), company(PARENT, WATCHER), company(AGENCY, WATCHER)]
    wanted = conflicts(USUAL, controls)
    assert len(wanted) == 2
    for order in permutations(USUAL):
        assert conflicts([*order, *order], reversed(controls)) == wanted
