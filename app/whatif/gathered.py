"""Several refusals of one input, so that all of them are said at once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from app.calendars.flaws import Flaw
from app.catalogues.wording import Wording


class Flaws(Flaw):
    """More than one value that is refused; the place and reason are those of the first."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        self.flaws = tuple(flaws)
        super().__init__(flaws[0].wording, flaws[0].path)

    def say(self, translate: Callable[[Wording], str] = str) -> str:
        """One sentence a line."""
        return "\n".join(one.say(translate) for one in self.flaws)


def each(flaw: Flaw) -> tuple[Flaw, ...]:
    """The refusals that one stands for; itself, where it is alone."""
    return flaw.flaws if isinstance(flaw, Flaws) else (flaw,)


class Gathering:
    """Keeps what is refused until everything was looked at."""

    def __init__(self) -> None:
        self.flaws: list[Flaw] = []

    @contextmanager
    def keeping(self) -> Iterator[None]:
        try:
            yield
        except Flaw as flaw:
            self.flaws += each(flaw)

    def finish(self) -> None:
        """Refuses all that was kept."""
        if self.flaws:
            raise self.flaws[0] if len(self.flaws) == 1 else Flaws(self.flaws)
