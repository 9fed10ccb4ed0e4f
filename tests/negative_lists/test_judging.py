"""What one item comes to from its condition, an answer and an exemption; unknown is never clear."""

from itertools import product

import pytest

from app.negative_lists.judging import ANSWER, CONDITION, Case, blocks, judge

FACT = ("project.estimate",)
# Method, severity, truth, missing, answer, exempted → outcome, missing.
CASES = [
    ("machine", "forbidden", True, (), None, False, "hit", ()),
    ("machine", "forbidden", False, (), None, False, "clear", ()),
    ("machine", "forbidden", None, FACT, None, False, "unknown", FACT),
    ("machine", "restricted", None, (), None, False, "unknown", (CONDITION,)),
    ("machine", "restricted", True, (), None, True, "exempted", ()),
    ("machine", "restricted", None, FACT, None, True, "exempted", FACT),
    ("machine", "restricted", False, (), None, True, "clear", ()),
    ("machine", "forbidden", True, (), None, True, "hit", ()),
    ("machine", "noted", True, (), None, True, "hit", ()),
    ("person", "forbidden", None, (), None, False, "unknown", (ANSWER,)),
    ("person", "forbidden", None, (), True, False, "hit", ()),
    ("person", "forbidden", None, (), False, False, "clear", ()),
    ("person", "restricted", None, (), True, True, "exempted", ()),
    ("both", "forbidden", False, (), None, False, "clear", ()),
    ("both", "forbidden", True, (), None, False, "unknown", (ANSWER,)),
    ("both", "forbidden", True, (), False, False, "clear", ()),
    ("both", "forbidden", True, (), True, False, "hit", ()),
    ("both", "forbidden", None, FACT, None, False, "unknown", FACT),
    # What a person denies is not the case, whatever the condition would have said; what he found is.
    ("both", "forbidden", None, FACT, False, False, "clear", ()),
    ("both", "forbidden", False, (), True, False, "hit", ()),
    ("both", "forbidden", None, FACT, True, False, "hit", ()),
]


@pytest.mark.parametrize("method, severity, truth, missing, answer, exempted, outcome, left", CASES)
def test_an_item_comes_to(method, severity, truth, missing, answer, exempted, outcome, left):
    found = judge(Case(method, severity, truth, missing, answer, exempted))
    expected = (outcome, left) if outcome in {"unknown", "exempted"} else (outcome, ())
    assert (found.outcome, found.missing if found.outcome != "hit" else ()) == expected


def test_unknown_is_never_clear_and_forbidden_is_never_exempted():
    for method, severity, truth, answer, exempted in product(
        ("machine", "both", "person"),
        ("forbidden", "restricted", "noted"),
        (True, False, None),
        (True, False, None),
        (True, False),
    ):
        found = judge(Case(method, severity, truth, FACT if truth is None else (), answer, exempted))
        if truth is None and answer is None:
            assert found.outcome != "clear"
        if severity != "restricted":
            assert found.outcome != "exempted"
        if found.outcome == "unknown":
            assert found.missing


# Method, answer → outcome where no room records what is missing: a machine says so, a person is asked.
UNRECORDED_CASES = [
    ("machine", None, "unrecorded", FACT),
    ("both", None, "unknown", (ANSWER,)),
    ("both", False, "clear", ()),
    ("both", True, "hit", ()),
]


@pytest.mark.parametrize("method, answer, outcome, left", UNRECORDED_CASES)
@pytest.mark.parametrize("severity", ["forbidden", "restricted", "noted"])
def test_what_no_room_records_is_an_outcome_of_its_own(method, severity, answer, outcome, left):
    found = judge(Case(method, severity, None, FACT, answer, is_unrecorded=True))
    assert (found.outcome, found.missing) == (outcome, left)


BLOCKING = [
    ("forbidden", "unrecorded", False),
    ("restricted", "unrecorded", False),
    ("forbidden", "hit", True),
    ("forbidden", "unknown", True),
    ("restricted", "hit", True),
    ("restricted", "unknown", True),
    ("restricted", "exempted", False),
    ("noted", "hit", False),
    ("noted", "unknown", False),
    ("forbidden", "clear", False),
    ("forbidden", "not_applicable", False),
]


@pytest.mark.parametrize("severity, outcome, closed", BLOCKING)
def test_hits_and_what_is_unknown_block_unless_only_noted(severity, outcome, closed):
    assert blocks(severity, outcome) is closed
