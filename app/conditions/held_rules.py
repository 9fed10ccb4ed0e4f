"""Kinds of rule with conditions, held against the closed lists of the running application."""

from dataclasses import replace

from app.catalogues.kinds import CatalogueKind
from app.conditions.gathering import codes_of, word_of
from app.conditions.reminding import Conditions, conspicuous, never_true


def with_conditions(kind: CatalogueKind, conditions: Conditions) -> CatalogueKind:
    """A kind whose conditions are held against closed lists, and are reminded of where they are hardly meant."""
    of_conditions, of_kind = conspicuous(conditions), kind.reminds
    return replace(
        kind,
        refuses=never_true(conditions, codes_of, word_of),
        reminds=lambda parsed, find: (*of_kind(parsed, find), *of_conditions(parsed)),
    )
