"""The facts that screening and the list of parties give to conditions."""

from collections.abc import Mapping

from app.conditions.facts import Value
from app.subjects.models import Subject


def screening_facts(_subject: Subject) -> Mapping[str, Value]:
    return {}
