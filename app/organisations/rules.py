"""Who controls whom, derived from stakes."""

from collections.abc import Iterable


def closure(stakes: Iterable[tuple[int, int]], organisations: Iterable[int]) -> set[tuple[int, int]]:
    """(controller, controlled) pairs, direct and through others, each organisation also itself; cycles end."""
    held_by: dict[int, set[int]] = {}
    for holder, held in stakes:
        held_by.setdefault(holder, set()).add(held)
    pairs = set()
    for start in organisations:
        reached, ahead = {start}, [start]
        while ahead:
            for held in held_by.get(ahead.pop(), ()):
                if held not in reached:
                    reached.add(held)
                    ahead.append(held)
        pairs |= {(start, one) for one in reached}
    return pairs
