"""Merkle tree over the trail's leaves: roots, growth from a compact range, inclusion proofs (RFC 9162 section 2.1)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Hash = Callable[[bytes], bytes]


@dataclass
class CompactRange:
    """Roots of the perfect subtrees that make up the first `size` leaves, largest first."""

    hash: Hash
    size: int = 0
    roots: list[bytes] | None = None

    def __post_init__(self) -> None:
        self.roots = list(self.roots or [])

    def append(self, leaf: bytes) -> None:
        """Adds one leaf hash; merges equal subtrees like carries in binary addition."""
        assert self.roots is not None  # noqa: S101 - set in __post_init__
        node, size = leaf, self.size
        while size % 2:
            node = self.hash(b"\x01" + self.roots.pop() + node)
            size //= 2
        self.roots.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The tree hash; of no leaves it is the hash of the empty string."""
        if not self.roots:
            return self.hash(b"")
        node = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            node = self.hash(b"\x01" + left + node)
        return node


def leaf_hash(hash_function: Hash, content: bytes) -> bytes:
    """The leaf of a content: a zero byte in front keeps leaves and nodes apart."""
    return hash_function(b"\x00" + content)


def tree_root(hash_function: Hash, leaves: Iterable[bytes]) -> bytes:
    """Root over leaf hashes."""
    grown = CompactRange(hash_function)
    for leaf in leaves:
        grown.append(leaf)
    return grown.root()


def inclusion_proof(hash_function: Hash, leaves: list[bytes], index: int) -> list[bytes]:
    """Sibling hashes from leaf `index` up to the root over all `leaves`."""
    if len(leaves) <= 1:
        return []
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    left, right = leaves[:split], leaves[split:]
    if index < split:
        return [*inclusion_proof(hash_function, left, index), tree_root(hash_function, right)]
    return [*inclusion_proof(hash_function, right, index - split), tree_root(hash_function, left)]


def root_from_proof(hash_function: Hash, leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes | None:
    """The root that a proof leads to, or None when the proof has the wrong length (RFC 9162 2.1.3.2)."""
    position, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if position % 2 or position == last:
            node = hash_function(b"\x01" + sibling + node)
            while position % 2 == 0 and position:
                position, last = position >> 1, last >> 1
        else:
            node = hash_function(b"\x01" + node + sibling)
        position, last = position >> 1, last >> 1
    return node if last == 0 else None
