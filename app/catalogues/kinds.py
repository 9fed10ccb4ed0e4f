"""The kinds of catalogue: what a room hands in so that its rules can be kept as data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reference:
    """A code of another entry that an entry relies on; `place` is the dotted place where it is named."""

    kind: str
    code: str
    place: str


def no_references(_parsed: Any) -> Iterable[Reference]:
    return ()


@dataclass(frozen=True)
class CatalogueKind:
    """One kind of entry. `parse` takes the entry as written and gives the room's own object, or raises `Refused`
    with every problem (a `ValueError` counts as one problem). `order` names what stands before an entry: it must exist,
    and nothing stands before itself."""

    name: str
    label: str
    parse: Callable[[dict[str, Any]], Any]
    references: Callable[[Any], Iterable[Reference]] = no_references
    order: Callable[[Any], Iterable[Reference]] = no_references
