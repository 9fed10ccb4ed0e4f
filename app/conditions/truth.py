"""What judging a condition comes to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Truth:
    """True, false, or unknown with the facts that are missing (or why it cannot be judged)."""

    value: bool | None
    missing: tuple[str, ...] = ()
    flaw: str = ""
