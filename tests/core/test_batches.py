"""One read for many: what a question about one thing costs inside a batch and outside of it."""

import pytest

from app.core.batches import batched, of_each, together
from app.core.db import db


def recorder():
    """A read that notes for which ids it was asked, and knows the odd ones only."""
    asked = []

    def read(ids, *about):
        asked.append((tuple(sorted(ids)), *about))
        return {one: (one, *about) for one in ids if one % 2}

    return read, asked


def test_outside_of_a_batch_every_question_is_a_read_of_its_own(w):
    read, asked = recorder()
    assert [of_each(one, read) for one in (1, 2, 1)] == [(1,), None, (1,)]
    assert asked == [((1,),), ((2,),), ((1,),)]


def test_in_a_batch_the_first_question_reads_for_all_of_it(w):
    read, asked = recorder()
    with together([3, 1, 2]):
        assert [of_each(one, read) for one in (1, 2, 3)] == [(1,), None, (3,)]
    assert asked == [((1, 2, 3),)]


def test_another_read_and_other_words_are_other_questions(w):
    (read, asked), (other, others) = recorder(), recorder()
    with together([1, 2]):
        assert (of_each(1, read, "a"), of_each(1, read, "b"), of_each(1, other, "a")) == ((1, "a"), (1, "b"), (1, "a"))
    assert asked == [((1, 2), "a"), ((1, 2), "b")]
    assert others == [((1, 2), "a")]


def test_what_is_not_of_the_batch_is_read_alone(w):
    read, asked = recorder()
    with together([1, 2]):
        assert of_each(5, read) == (5,)
    assert asked == [((5,),)]


def test_a_batch_forgets_when_it_ends_also_by_an_error(w):
    read, asked = recorder()

    def failing():
        with together([1, 2]):
            of_each(1, read)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    of_each(1, read)
    assert asked == [((1, 2),), ((1,),)]
    assert "batch" not in db.session.info


def test_a_batch_inside_a_batch_is_refused(w):
    with together([1]), pytest.raises(RuntimeError), together([2]):
        pytest.fail("never inside")


@pytest.mark.parametrize(
    "number, size, sizes", [(0, 3, []), (1, 3, [1]), (3, 3, [3]), (4, 3, [3, 1]), (7, 2, [2, 2, 2, 1])]
)
def test_slices_keep_order_and_lose_nothing(number, size, sizes):
    found = list(batched(list(range(number)), size))
    assert [len(one) for one in found] == sizes
    assert [one for some in found for one in some] == list(range(number))
