"""Asking for many at once what is written as a question about one.

A question about one thing (`of_each`) is written as a read for several. Outside of a batch it reads for that one;
inside (`together`) the first question is answered for the whole batch by one read, every later one from what was read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.core.db import db

T = TypeVar("T")


def batched(all_of_them: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Slices of at most this size, in order."""
    return (all_of_them[place : place + size] for place in range(0, len(all_of_them), size))


# Where the batch that runs is kept with the session: it ends with the session at the latest.
RUNNING = "batch"


@dataclass(frozen=True)
class _Batch:
    ids: frozenset[int]
    known: dict[tuple[Any, ...], Mapping[int, Any]] = field(default_factory=dict)


@contextmanager
def together(ids: Sequence[int]) -> Iterator[None]:
    """For reading only: what was read once is not read again before the batch ends. Batches do not nest."""
    if RUNNING in db.session.info:
        raise RuntimeError("a batch inside a batch")
    db.session.info[RUNNING] = _Batch(frozenset(ids))
    try:
        yield
    finally:
        db.session.info.pop(RUNNING, None)


def of_each(one: int, read: Callable[..., Mapping[int, T]], *about: Any) -> T | None:
    """What `read(ids, *about)` says of one id; None where it says nothing."""
    batch: _Batch | None = db.session.info.get(RUNNING)
    if batch is None or one not in batch.ids:
        return read((one,), *about).get(one)
    key = (read, *about)
    if key not in batch.known:
        batch.known[key] = read(batch.ids, *about)
    return batch.known[key].get(one)
