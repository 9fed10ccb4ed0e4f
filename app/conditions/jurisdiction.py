"""Where a rule holds: everywhere, or in named divisions and all below them."""

from collections.abc import Iterable

EVERYWHERE = "全国"
SEPARATOR = "、"


def holds_in(jurisdiction: str, divisions: Iterable[str]) -> bool:
    """Whether a rule of this jurisdiction holds where these divisions lie (a region and all above it, by name)."""
    named = {one.strip() for one in jurisdiction.split(SEPARATOR)}
    return EVERYWHERE in named or bool(named & set(divisions))
