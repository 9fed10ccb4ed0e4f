"""The content of a draft as its catalogue file would say it."""

from collections.abc import Sequence
from typing import Any


def as_file(kind: str, content: dict[str, Any], keys: Sequence[str]) -> str:
    """One entry as a whole file; `keys` are in the order of its form."""
    lines = [f"kind: {kind}", "entries:"]
    order = ["code", *keys, *sorted(content)]
    for number, key in enumerate(dict.fromkeys(key for key in order if key in content)):
        lead = "  - " if number == 0 else "    "
        lines += [lead + line if place == 0 else f"    {line}" for place, line in enumerate(_yaml(key, content[key]))]
    return "\n".join(lines) + "\n"


def _yaml(key: str, value: Any) -> list[str]:
    if isinstance(value, dict) and value:
        return [f"{key}:", *(f"  {line}" for inner, said_ in value.items() for line in _yaml(inner, said_))]
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return [f"{key}:", *(line for one in value for line in _yaml_row(one))]
    if isinstance(value, list):
        return [f"{key}: [{', '.join(_scalar(one) for one in value)}]"]
    return [f"{key}: {_scalar(value)}"]


def _yaml_row(row: Any) -> list[str]:
    inner = [line for key, value in (row or {}).items() for line in _yaml(key, value)]
    return [("  - " if place == 0 else "    ") + line for place, line in enumerate(inner)] or ["  - {}"]


def _scalar(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return "{}"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
