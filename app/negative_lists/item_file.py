"""Negative lists and their items as data: text, severity, gates, and how an item is judged."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.catalogues.kinds import Find, Reference
from app.catalogues.reading import Bilingual, Head, Reader, Status, read_head
from app.catalogues.wording import N_
from app.conditions.cel import Condition
from app.core.errors import Problem
from app.gates.gate_file import GATE_KIND, codes_of, read_condition
from app.gates.kinds import Step
from app.negative_lists.kinds import Level, Severity

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
    (BOTH); `gates` are the codes of the gates at which it is judged; `exempted_by` is the level that exempts, and
    `exempted_status` how far the source of that level was verified, where the item says so."""

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
    exempted_by: Level = Level.AUTHORITY
    exempted_status: Status | None = None


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
        exempted_by=(reader.choice("exempted_by", Level) if reader.has("exempted_by") else None) or Level.AUTHORITY,
        exempted_status=reader.choice("exempted_status", Status) if reader.has("exempted_status") else None,
    )
    if reader.has("exempted_by") and item.severity is not Severity.RESTRICTED:
        reader.refuse(
            "exempted_by", N_("只有“限制”条目写豁免由谁审批"), N_("请删去 exempted_by，或者把严重程度改为“限制”。")
        )
    _refuse_idle(reader, method)
    reader.finish()
    return item


def _refuse_idle(reader: Reader, method: Method) -> None:
    """A question that nobody would be asked and a condition that nothing would judge are not stored in silence."""
    if method is Method.MACHINE and reader.has("question"):
        remedy = N_("请删去问题，或者把判断方式改为“系统先判断，需要时由人回答”。")
        reader.refuse("question", N_("由机器判断的条目不问问题"), remedy)
    if method is Method.PERSON and reader.has("condition"):
        remedy = N_("请删去条件，或者把判断方式改为“系统先判断，需要时由人回答”。")
        reader.refuse("condition", N_("由人判断的条目没有条件"), remedy)


def _asked(reader: Reader) -> Asked:
    return (reader.choice("asked", Asked) if reader.has("asked") else None) or Asked.CLIENT


def item_conditions(item: Item) -> list[tuple[str, Condition]]:
    """What a machine judges of an item, at its place."""
    return [("condition", item.condition)] if item.condition else []


def item_reminders(item: Item, find: Find) -> Iterator[Problem]:
    """A code that does not say its list, and gates at which nothing of the item's kind is ever judged."""
    if not item.head.code.startswith(item.list):
        what = N_("编码 %(code)s 不是以所属清单 %(list)s 开头", code=item.head.code, list=item.list)
        yield Problem(what, remedy=N_("请核对编码或所属清单。"), place="code")
    gates = [find(GATE_KIND, code) for code in item.gates]
    # A contract is judged when it is signed, a project at every other step.
    meets = [(gate.step is Step.CONTRACT) is (item.subject is Judged.CONTRACT) for gate in gates if gate]
    if meets and len(meets) == len(gates) and not any(meets):
        if item.subject is Judged.CONTRACT:
            what = N_("判断对象是合同，所列闸门都不在签订合同环节，永远不会判断")
        else:
            what = N_("判断对象是项目，所列闸门都在签订合同环节，永远不会判断")
        yield Problem(what, remedy=N_("请改正判断对象，或改选闸门。"), place="gates")


def item_references(item: Item) -> list[Reference]:
    """The list it belongs to, and its gates."""
    gates = [Reference(GATE_KIND, code, f"gates.{place}") for place, code in enumerate(item.gates)]
    return [Reference(LIST_KIND, item.list, "list"), *gates]
