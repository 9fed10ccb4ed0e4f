"""The kinds of catalogue: what a room hands in so that its rules can be kept as data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from app.core.errors import Problem

# Another entry by its kind and code, as its room parsed it; None where there is none.
Find = Callable[[str, str], Any]


@dataclass(frozen=True)
class Reference:
    """A code of another entry that an entry relies on; `place` is the dotted place where it is named.

    `leaves_out`: the entry does without that one, which no law can be.
    """

    kind: str
    code: str
    place: str
    leaves_out: bool = False


def no_references(_parsed: Any) -> Iterable[Reference]:
    return ()


def nothing_told(_parsed: Any) -> Iterable[tuple[Any, Any]]:
    return ()


def no_places(_parsed: Any) -> Iterable[str]:
    return ()


def nothing_refused(_parsed: Any) -> Iterable[Problem]:
    return ()


def nothing_reminded(_parsed: Any, _find: Find) -> Iterable[Problem]:
    return ()


@dataclass(frozen=True)
class CatalogueKind:
    """One kind of entry. `parse` takes the entry as written and gives the room's own object, or raises `Refused`
    with every problem (a `ValueError` counts as one problem). `order` names what stands before an entry: it must exist,
    and nothing stands before itself. `tell` puts an entry into labelled sentences for its page; without it the page
    shows what is written. `places` are the names of divisions that an entry brings: entries of every kind may only hold
    in one of them. `refuses` says what is wrong with an entry that its parsing does not see; what is stored is still
    read. `reminds` says what is no mistake and hardly meant, also beside other entries. `is_practice`: what entries of
    every kind name as their `practice` is a code of this kind.
    """

    name: str
    label: str
    parse: Callable[[dict[str, Any]], Any]
    references: Callable[[Any], Iterable[Reference]] = no_references
    order: Callable[[Any], Iterable[Reference]] = no_references
    tell: Callable[[Any], Iterable[tuple[Any, Any]]] = nothing_told
    places: Callable[[Any], Iterable[str]] = no_places
    is_practice: bool = False
    refuses: Callable[[Any], Iterable[Problem]] = nothing_refused
    reminds: Callable[[Any, Find], Iterable[Problem]] = nothing_reminded
