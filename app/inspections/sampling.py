"""Drawing a sample that nobody can steer and everybody can repeat: chance comes from one seed, the rest is arithmetic.

Each thing in the population has a key (`figure:17`, `submission:4`). Its rank is the SHA-256 of `<seed>:<key>` in hex;
the sample is the `count` keys with the smallest ranks, smallest first. So the order in which the population is listed
does not matter, each key has the same chance, a larger sample of the same seed contains the smaller one, and anybody
who knows the seed finds the same sample with a pocket calculator for digests.
"""

import hashlib
from collections.abc import Iterable

# A tenth of what was scored, but never fewer than five while there are as many.
SHARE, LEAST = 10, 5


def draw(seed: str, population: Iterable[str], count: int) -> list[str]:
    """The drawn keys in the order of their ranks; all of them when there are not more than `count`."""
    if not seed:
        raise ValueError("a draw needs a seed")
    if count < 1:
        raise ValueError("a draw takes at least one")
    return sorted(set(population), key=lambda key: rank(seed, key))[:count]


def rank(seed: str, key: str) -> str:
    """Where a key stands in a draw."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def suggested(population: int) -> int:
    """How many to draw when nobody says otherwise."""
    return min(population, max(LEAST, -(-population // SHARE)))
