"""What is handed over, as data: each thing with its class, who hands it over, and whether the operator takes it on."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.acceptances.kinds import HandoverClass
from app.catalogues.reading import Bilingual, Head, Reader, read_head

HANDOVER_KIND = "handover_item"


class Deliverer(StrEnum):
    """Who hands a thing over by the list; a project without a builder leaves everything to its operator."""

    BUILDER = "builder"
    OPERATOR = "operator"


@dataclass(frozen=True)
class ListedThing:
    """One thing of the list; `text` says what it must hold."""

    head: Head
    category: HandoverClass
    deliverer: Deliverer
    takes_over: bool
    text: Bilingual


def parse_handover_item(content: dict[str, Any]) -> ListedThing:
    """Reads one thing strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    entry = ListedThing(
        head=read_head(reader),
        category=reader.choice("class", HandoverClass) or HandoverClass.DOCUMENTS,
        deliverer=reader.choice("deliverer", Deliverer) or Deliverer.BUILDER,
        takes_over=reader.flag("takes_over"),
        text=reader.words("text"),
    )
    reader.finish()
    return entry
