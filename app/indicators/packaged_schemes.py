"""The schemes that come with the product, read once from their catalogue files, for work without a database."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from app.catalogues.files import read_file

CATALOG = Path(__file__).parent / "catalog"


@lru_cache(maxsize=1)
def packaged_schemes() -> dict[str, dict[str, Any]]:
    """Every scheme of the packaged file, as it is written, by its code."""
    file = read_file(CATALOG / "schemes.yaml", "schemes.yaml")
    if file.findings:
        raise RuntimeError("; ".join(str(finding) for finding in file.findings))
    return {entry.code: entry.content for entry in file.entries}
