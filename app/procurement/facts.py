"""The facts that purchases give to conditions."""

from collections.abc import Mapping

from app.conditions.facts import Value
from app.subjects.models import Subject


def procurement_facts(_subject: Subject) -> Mapping[str, Value]:
    return {}
