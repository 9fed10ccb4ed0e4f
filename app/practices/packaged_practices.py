"""The practices that come with the product, read once from their files, for work without a database."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.catalogues.files import CatalogueFile, RawEntry, read_file
from app.conditions.jurisdiction import Chosen

CATALOG = Path(__file__).parent / "catalog"
KIND = "practice"


@lru_cache(maxsize=1)
def packaged_files() -> tuple[CatalogueFile, ...]:
    """The files as they are written; what they say was judged when they were loaded."""
    files = tuple(read_file(path, path.name) for path in sorted(CATALOG.glob("*.yaml")))
    broken = [str(finding) for file in files for finding in file.findings]
    if broken:
        raise RuntimeError("; ".join(broken))
    return files


def packaged_entries(kind: str) -> Iterator[RawEntry]:
    """Entries of a kind that practices bring along."""
    return (raw for file in packaged_files() for raw in file.entries if file.kind_of(raw) == kind)


def packaged_choice(code: str) -> Chosen:
    """What a packaged practice brings and leaves out; one that does not come with the product brings nothing else."""
    content = next((raw.content for raw in packaged_entries(KIND) if raw.code == code), {})
    sections: list[Mapping[str, Any]] = [
        value for value in content.values() if isinstance(value, dict) and value.keys() & {"add", "leave_out"}
    ]
    brings = frozenset(one for section in sections for one in section.get("add", ()))
    leaves = frozenset(one["code"] for section in sections for one in section.get("leave_out", ()))
    return Chosen(code, brings, leaves)
