"""The items that come with the product, read once from their catalogue files, for work without a database."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.catalogues.files import read_file
from app.catalogues.reading import Bilingual, Head, Reader, read_head
from app.conditions.cel import Condition, compile_condition
from app.negative_lists.judging import ITEM_KIND
from app.practices.packaged_practices import packaged_entries

CATALOG = Path(__file__).parent / "catalog"


@dataclass(frozen=True)
class PackagedItem:
    """What an item is judged by, as its file writes it; the file itself was judged when it was loaded."""

    head: Head
    list: str
    severity: str
    subject: str
    gates: tuple[str, ...]
    method: str
    condition: Condition | None
    question: Bilingual | None
    remedy: Bilingual


@lru_cache(maxsize=1)
def packaged_items() -> tuple[PackagedItem, ...]:
    """Every item of the packaged files, by code."""
    files = [read_file(path, path.name) for path in sorted(CATALOG.glob("*.yaml"))]
    broken = [str(finding) for file in files for finding in file.findings]
    if broken:
        raise RuntimeError("; ".join(broken))
    readers = [Reader(entry.content) for file in files if file.kind == ITEM_KIND for entry in file.entries]
    return tuple(sorted(map(_item, readers), key=lambda item: item.head.code))


@lru_cache(maxsize=16)
def items_under(practice: str) -> tuple[PackagedItem, ...]:
    """The same with those that a packaged practice has of its own, by code."""
    own = (_item(Reader(raw.content)) for raw in packaged_entries(ITEM_KIND) if raw.content.get("practice") == practice)
    return tuple(sorted((*packaged_items(), *own), key=lambda item: item.head.code))


def _item(reader: Reader) -> PackagedItem:
    return PackagedItem(
        head=read_head(reader),
        list=reader.text("list"),
        severity=reader.text("severity"),
        subject=reader.text("subject"),
        gates=tuple(reader.data["gates"]),
        method=reader.text("method"),
        condition=compile_condition(reader.text("condition")) if reader.has("condition") else None,
        question=reader.maybe_words("question"),
        remedy=reader.words("remedy"),
    )
