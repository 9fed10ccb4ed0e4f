"""Sentences that pure modules say: plain text in Chinese that still knows how to be translated by a page."""

from collections.abc import Mapping


class Wording(str):
    """A filled-in sentence; `msgid` and `values` are kept so that a page can say it in another language."""

    __slots__ = ("msgid", "values")

    msgid: str
    values: Mapping[str, object]

    def __new__(cls, msgid: str, /, **values: object) -> "Wording":
        made = super().__new__(cls, msgid % values if values else msgid)
        made.msgid = msgid
        made.values = values
        return made


# The name by which the translation extractor knows a string that is translated later.
N_ = Wording
