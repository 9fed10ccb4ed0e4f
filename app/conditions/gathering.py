"""Collecting the facts of a subject from the rooms that keep them."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import current_app

from app.conditions.facts import FACTS, UNKEPT, Value
from app.subjects.models import Subject

# What a room knows of a subject; it leaves out what is not known, and what it does not keep.
Provider = Callable[[Subject], Mapping[str, Value]]
# The word of a code of a closed list, in the reader's language; of a code that left the list, the code.
Words = Callable[[str], Any]


def facts_of(subject: Subject) -> dict[str, Value]:
    """Every known fact of a subject by name; a fact that no room gave is unknown."""
    providers: tuple[Provider, ...] = current_app.extensions["fact_providers"]
    found: dict[str, Value] = {}
    for provide in providers:
        given = provide(subject)
        strangers = set(given) - (set(FACTS) - UNKEPT) | set(given) & set(found)
        if strangers:
            raise LookupError(f"facts that are unnamed, not kept, or given twice: {sorted(strangers)}")
        found |= given
    return found


def word_of(name: str, code: str) -> str:
    """The word of a code that a fact took from a closed list; what is on no list is shown as it is."""
    lists: Mapping[str, Words] = current_app.extensions["fact_words"]
    return str(lists[name](code)) if name in lists else code


def divisions_of(subject: Subject) -> tuple[str, ...]:
    """The names of the subject's region and of all above it, as rules name their jurisdiction."""
    found = [subject.region]
    while found[-1].parent is not None:
        found.append(found[-1].parent)
    return tuple(region.name_zh for region in found)


def practice_of(_subject: Subject) -> str:
    """The code of the provincial practice that was chosen for a subject; empty where none was. None can be yet."""
    return ""
