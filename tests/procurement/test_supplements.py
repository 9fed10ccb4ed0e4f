"""What is added to a contract: all of it together a tenth at most, exactly the tenth included, however it is split."""

from decimal import Decimal

import pytest

from app.procurement.supplements import ARTICLES, Added, Room, named, room_of


def added(*amounts):
    return [Added(number, fen) for number, fen in enumerate(amounts, start=2)]


@pytest.mark.parametrize(
    "original, amounts, kept, left, share",
    [
        (100_000, (), True, 10_000, "0"),
        (100_000, (10_000,), True, 0, "10"),
        (100_000, (10_001,), False, 0, "10.01"),
        # Splitting does not help: together they count as one.
        (100_000, (5_000, 5_000), True, 0, "10"),
        (100_000, (4_000, 4_000, 2_001), False, 0, "10.01"),
        # A tenth of an odd amount is rounded down, a share never looks as if it kept to the limit.
        (99_999, (9_999,), True, 0, "10"),
        (99_999, (10_000,), False, 0, "10.01"),
        (9, (1,), False, 0, "11.12"),
        (10, (1,), True, 0, "10"),
        (10**14, (10**13,), True, 0, "10"),
        (10**14, (10**13 + 1,), False, 0, "10.01"),
        (10**14, (1,), True, 10**13 - 1, "0.01"),
    ],
    ids=str,
)
def test_everything_added_is_at_most_a_tenth(original, amounts, kept, left, share):
    room = room_of(original, added(*amounts))
    assert (room.is_kept, room.left_fen, room.share) == (kept, left, Decimal(share))


@pytest.mark.parametrize("original", [None, 0])
@pytest.mark.parametrize("amounts", [(), (1,)])
def test_of_an_unknown_amount_nothing_can_be_told(original, amounts):
    room = room_of(original, added(*amounts))
    assert (room.is_known, room.is_kept, room.left_fen, room.most_fen, room.share) == (False, False, None, None, None)


def test_what_is_asked_about_stands_in_the_place_of_itself_as_it_was():
    listed = added(6_000, 4_000)
    assert room_of(100_000, listed, Added(3, 4_001)) == Room(100_000, 10_001)
    assert room_of(100_000, listed, Added(3, 3_000)) == Room(100_000, 9_000)
    assert room_of(100_000, listed, Added(0, 1)) == Room(100_000, 10_001)


@pytest.mark.parametrize(
    "said, kept",
    [
        ("须与原平台配套。", f"{ARTICLES}：须与原平台配套。"),
        ("依据《政府采购法》第31条第三项，须配套。", "依据《政府采购法》第31条第三项，须配套。"),
        ("  ", ""),
    ],
)
def test_a_basis_names_the_articles_and_what_says_nothing_stays_so(said, kept):
    assert named(said) == kept
    assert named(named(said)) == kept
