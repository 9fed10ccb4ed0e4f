"""The digest by which a result is tied to what it was calculated from: the scheme's text, the figures, the terms."""

import hashlib
from collections.abc import Mapping
from typing import Any

from app.core.canonical import canonical_json


def scheme_digest(content: Mapping[str, Any]) -> str:
    """The same digest as the stored catalogue entry has."""
    return _sha256(dict(content))


def input_digest(scheme: str, **parts: object) -> str:
    """Over the scheme's digest and plain parts (text, whole numbers, lists, mappings); a float is refused."""
    return _sha256({"scheme": scheme, **parts})


def _sha256(value: object) -> str:
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
