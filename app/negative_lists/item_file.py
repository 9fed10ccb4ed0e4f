"""Negative lists and their items as data: text, severity, gates, and how an item is judged."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.catalogues.kinds import Reference
from app.catalogues.reading import Bilingual, Head, Reader, read_head
from app.conditions.cel import Condition
from app.gates.gate_file import GATE_KIND, codes_of, read_condition
from app.negative_lists.kinds import Severity

LIST_KIND = "negative_list"


class Method(StrEnum):
    """Who decides an item: the machine by its condition, the machine first and then a person, or a person alone."""

    MACHINE = "machine"
    BOTH = "both"
    PERSON = "person"


class Asked(StrEnum):
    """Who answers the question of an item."""

    CLIENT = "client"
    AUTHORITY = "competent_authority"


class Judged(StrEnum):
    """What an item is about."""

    PROJECT = "project"
    CONTRACT = "contract"


@dataclass(frozen=True)
class NegativeList:
    """One list; its items name it."""

    head: Head
    purpose: Bilingual


@dataclass(frozen=True)
class Item:
    """`head.name` is the text of the item. `condition` true means hit (MACHINE) or that the question must be asked
    (BOTH); `gates` are the codes of the gates at which it is judged."""

    head: Head
    list: str
    severity: Severity
    subject: Judged
    gates: tuple[str, ...]
    method: Method
    condition: Condition | None
    question: Bilingual | None
    asked: Asked
    remedy: Bilingual


def parse_list(content: dict[str, Any]) -> NegativeList:
    reader = Reader(content)
    found = NegativeList(head=read_head(reader), purpose=reader.words("purpose"))
    reader.finish()
    return found


def parse_item(content: dict[str, Any]) -> Item:
    """Reads one item strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    method = reader.choice("method", Method) or Method.PERSON
    item = Item(
        head=read_head(reader),
        list=reader.text("list"),
        severity=reader.choice("severity", Severity) or Severity.FORBIDDEN,
        subject=reader.choice("subject", Judged) or Judged.PROJECT,
        gates=codes_of(reader, "gates"),
        method=method,
        condition=None if method is Method.PERSON else read_condition(reader, "condition"),
        question=None if method is Method.MACHINE else reader.words("question"),
        asked=_asked(reader),
        remedy=reader.words("remedy"),
    )
    reader.finish()
    return item


def _asked(reader: Reader) -> Asked:
    return (reader.choice("asked", Asked) if reader.has("asked") else None) or Asked.CLIENT


def item_references(item: Item) -> list[Reference]:
    """The list it belongs to, and its gates."""
    gates = [Reference(GATE_KIND, code, f"gates.{place}") for place, code in enumerate(item.gates)]
    return [Reference(LIST_KIND, item.list, "list"), *gates]
