"""Contract modes as data: how long each may run, on which conditions longer, by which rule."""

from dataclasses import dataclass
from typing import Any

from app.catalogues.reading import Bilingual, Head, Reader, read_head


@dataclass(frozen=True)
class ContractMode:
    """`max_months` is the usual longest term, `extended_max_months` the longest on conditions; None: unknown.

    `internal`: a government unit operates itself; then no admission is asked for.
    """

    head: Head
    max_months: int | None
    extended_max_months: int | None
    extension_conditions: Bilingual | None
    user_paid: bool
    internal: bool
    notes: Bilingual | None

    @property
    def longest(self) -> int | None:
        return self.extended_max_months or self.max_months


def parse_mode(content: dict[str, Any]) -> ContractMode:
    """Reads one entry strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    mode = ContractMode(
        head=read_head(reader),
        max_months=reader.maybe_whole("max_months"),
        extended_max_months=reader.maybe_whole("extended_max_months"),
        extension_conditions=reader.maybe_words("extension_conditions"),
        user_paid=reader.flag("user_paid"),
        internal=reader.flag("internal"),
        notes=reader.maybe_words("notes"),
    )
    reader.finish()
    return mode
