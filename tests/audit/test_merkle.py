"""The tree over the trail is the one of RFC 9162: published roots, growth, and proofs that hold for nothing else."""

from __future__ import annotations

import pytest

from app.audit.leaves import sha256
from app.audit.merkle import CompactRange, inclusion_proof, leaf_hash, root_from_proof, tree_root
from app.core.canonical import sm3

# The test vectors of the Certificate Transparency project (RFC 6962 reference code), used by many implementations.
INPUTS = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 100]


def leaves(count, hash_function=sha256):
    return [leaf_hash(hash_function, number.to_bytes(2, "big")) for number in range(count)]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size):
    assert tree_root(sha256, [leaf_hash(sha256, content) for content in INPUTS[:size]]).hex() == ROOTS[size]


def by_definition(hash_function, nodes):
    """MTH of RFC 9162 2.1.1, word for word."""
    if len(nodes) <= 1:
        return nodes[0] if nodes else hash_function(b"")
    split = 1
    while split * 2 < len(nodes):
        split *= 2
    left, right = by_definition(hash_function, nodes[:split]), by_definition(hash_function, nodes[split:])
    return hash_function(b"\x01" + left + right)


@pytest.mark.parametrize("hash_function", [sha256, sm3], ids=["SHA-256", "SM3"])
def test_a_grown_tree_equals_the_recursive_definition_at_every_size(hash_function):
    nodes = leaves(130, hash_function)
    grown = CompactRange(hash_function)
    for size in range(131):
        assert grown.root() == by_definition(hash_function, nodes[:size])
        if size < 130:
            grown.append(nodes[size])


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 7, 8, 64, 77])
def test_growth_goes_on_from_a_stored_frontier(cut):
    nodes = leaves(100)
    first = CompactRange(sha256)
    for node in nodes[:cut]:
        first.append(node)
    second = CompactRange(sha256, cut, list(first.roots))
    for node in nodes[cut:]:
        second.append(node)
    assert second.root() == tree_root(sha256, nodes)
    assert first.size == cut


@pytest.mark.parametrize("hash_function", [sha256, sm3], ids=["SHA-256", "SM3"])
@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_is_proved_and_no_other(hash_function, size):
    nodes = leaves(size, hash_function)
    root = tree_root(hash_function, nodes)
    stranger = leaf_hash(hash_function, b"never logged")
    for index in range(size):
        proof = inclusion_proof(hash_function, nodes, index)
        assert root_from_proof(hash_function, nodes[index], index, size, proof) == root
        assert root_from_proof(hash_function, stranger, index, size, proof) != root
        assert root_from_proof(hash_function, nodes[index], index, size, [*proof, root]) is None
        if proof:
            assert root_from_proof(hash_function, nodes[index], index, size, proof[:-1]) != root
            assert root_from_proof(hash_function, nodes[index], index, size, [*proof[:-1], stranger]) != root


def test_a_proof_for_one_place_holds_at_no_other():
    nodes = leaves(33)
    root = tree_root(sha256, nodes)
    proof = inclusion_proof(sha256, nodes, 12)
    held = [index for index in range(33) if root_from_proof(sha256, nodes[12], index, 33, proof) == root]
    assert held == [12]


def test_a_node_cannot_be_passed_off_as_a_leaf():
    left, right = leaves(2)
    assert leaf_hash(sha256, left + right) != tree_root(sha256, [left, right])


def test_a_proof_among_1024_leaves_is_ten_hashes_long():
    nodes = leaves(1024)
    assert [len(inclusion_proof(sha256, nodes, index)) for index in (0, 511, 1023)] == [10, 10, 10]
