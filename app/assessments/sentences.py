"""Sentences and names as a result keeps them: never in one language only, so that every reader has his own."""

from collections.abc import Mapping
from typing import Any

from app.catalogues.reading import Bilingual
from app.catalogues.wording import Wording


class Named(str):
    """A name within a sentence; text in Chinese that keeps its English."""

    __slots__ = ("name",)

    name: Bilingual

    def __new__(cls, name: Bilingual) -> "Named":
        made = super().__new__(cls, name.zh)
        made.name = name
        return made


def both(name: Bilingual | None) -> dict[str, str] | None:
    """A name as it is stored."""
    return None if name is None else {"zh": name.zh, "en": name.en}


def stored(sentence: Wording) -> dict[str, Any]:
    """A sentence as it is stored: what it says, and with which values."""
    return {"msgid": sentence.msgid, "values": {key: _value(value) for key, value in sorted(sentence.values.items())}}


def _value(value: object) -> Any:
    if isinstance(value, Wording):
        return stored(value)
    if isinstance(value, Named):
        return both(value.name)
    return value if isinstance(value, int) else str(value)


def restored(found: Mapping[str, Any]) -> Wording:
    """The sentence of what `stored` gave."""
    return Wording(found["msgid"], **{key: _restored(value) for key, value in found["values"].items()})


def _restored(value: Any) -> object:
    if not isinstance(value, Mapping):
        return value
    return restored(value) if "msgid" in value else Named(Bilingual(value["zh"], value["en"]))
