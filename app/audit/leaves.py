"""What a leaf of the trail says, byte for byte, and its two hashes."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from app.audit.merkle import leaf_hash
from app.core.canonical import Digests, canonical_json, digest_both, sm3

LEAF_FORM = 1


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@dataclass(frozen=True)
class Leaf:
    """The content of one leaf. `at` is UTC; `details` is canonical JSON and enters only as a salted digest."""

    id: str
    seq: int
    at: datetime
    actor: str
    verb: str
    ref: str
    request_id: str
    details: str
    salt: str

    def content(self) -> bytes:
        digests = digest_both((self.salt + self.details).encode())
        fields = {
            "v": LEAF_FORM,
            "id": self.id,
            "seq": self.seq,
            "at": moment_text(self.at),
            "actor": self.actor,
            "verb": self.verb,
            "ref": self.ref,
            "request_id": self.request_id,
            "details_sha256": digests.sha256,
            "details_sm3": digests.sm3,
        }
        return canonical_json(fields).encode()

    def hashes(self) -> Digests:
        """Leaf hashes (hex) in both digests."""
        content = self.content()
        return Digests(leaf_hash(sha256, content).hex(), leaf_hash(sm3, content).hex())


def moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
