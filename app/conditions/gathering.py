"""Collecting the facts of a subject from the rooms that keep them."""

from collections.abc import Callable, Mapping

from flask import current_app

from app.conditions.facts import FACTS, Value
from app.subjects.models import Subject

# What a room knows of a subject; it leaves out what is not known, and what it does not keep.
Provider = Callable[[Subject], Mapping[str, Value]]


def facts_of(subject: Subject) -> dict[str, Value]:
    """Every known fact of a subject by name; a fact that no room gave is unknown."""
    providers: tuple[Provider, ...] = current_app.extensions["fact_providers"]
    found: dict[str, Value] = {}
    for provide in providers:
        given = provide(subject)
        strangers = set(given) - set(FACTS) | set(given) & set(found)
        if strangers:
            raise LookupError(f"facts that are unnamed or given twice: {sorted(strangers)}")
        found |= given
    return found


def divisions_of(subject: Subject) -> tuple[str, ...]:
    """The names of the subject's region and of all above it, as rules name their jurisdiction."""
    found = [subject.region]
    while found[-1].parent is not None:
        found.append(found[-1].parent)
    return tuple(region.name_zh for region in found)
