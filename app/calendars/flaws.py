"""Refusals of pure calendar code: where in the input, and a plain reason that a page can translate."""

from collections.abc import Callable

from app.catalogues.wording import Wording


class Flaw(ValueError):
    """An input that is refused. `path` points into it (`years.2026.holidays[3].rest[0]`), `wording` says why."""

    def __init__(self, reason: Wording, path: str = "", **values: object) -> None:
        self.wording = Wording(reason.msgid, **values) if values else reason
        self.path = path
        super().__init__(self.say())

    def say(self, translate: Callable[[Wording], str] = str) -> str:
        """The whole sentence, the place first; a page passes how it says a wording in its language."""
        text = translate(self.wording)
        return f"{self.path}: {text}" if self.path else text


class NoWorkingTime(Flaw):
    """The search met no working time for so long that there is none to be had."""


def below(path: str, key: object) -> str:
    """The path of a member: `week.1`, `pauses[2]`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else str(key)
