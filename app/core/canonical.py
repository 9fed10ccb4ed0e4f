"""Canonical bytes and the two digests (SHA-256 and SM3) that everything sealed is known by."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes


@dataclass(frozen=True)
class Digests:
    """Lower-case hexadecimal digests, 64 characters each."""

    sha256: str
    sm3: str


def canonical_json(value: Any) -> str:
    """One spelling for one content: sorted keys, no blanks, no floats (RFC 8785 restricted to text, integers, null)."""
    return json.dumps(_checked(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _checked(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError('keys are text: 1 and "1" would become one')
        return {str(key): _checked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_checked(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form: write it as text")


def digest_both(data: bytes) -> Digests:
    """SHA-256 (FIPS 180-4) and SM3 (GB/T 32905-2016) of the same bytes."""
    return Digests(hashlib.sha256(data).hexdigest(), sm3(data).hex())


def sm3(data: bytes) -> bytes:
    state = hashes.Hash(hashes.SM3())
    state.update(data)
    return state.finalize()
