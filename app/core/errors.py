"""Domain errors: what was refused, why, by which rule, and what to do next. No HTTP is raised below the views."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One reason for a refusal. `place` names the field, row or rule; strings may be lazy translations."""

    what: Any
    why: Any = ""
    remedy: Any = ""
    article: Any = ""
    place: str = ""
    href: str = ""

    def as_dict(self) -> dict[str, str]:
        return {key: str(value) for key, value in vars(self).items() if value}


class DomainError(Exception):
    """A refusal that a person can read; `status` is the HTTP status a door should answer with."""

    status = 422
    code = "refused"
    # Stores, in a unit of work of its own, what is evidence of the attempt; nothing of what was attempted.
    remember: Callable[[], object] | None = None

    def __init__(self, problems: Iterable[Problem] | Problem | str) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems: list[Problem] = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("; ".join(str(p.what) for p in self.problems))


class Refused(DomainError):
    """The request was understood and not done: every problem at once."""


class Malformed(DomainError):
    """What the page itself sends along is not what it sent: nothing that a person typed, nothing to correct there."""

    status = 400
    code = "malformed"


class NotAllowed(DomainError):
    """The actor may see this but not do that to it."""

    status = 403
    code = "not_allowed"


class NotFound(DomainError):
    """There is no such thing, or the actor may not know of it: both answer alike."""

    status = 404
    code = "not_found"

    def __init__(self) -> None:
        super().__init__(Problem(""))


class WrongState(DomainError):
    """The act exists but not in the present state of the thing."""

    status = 409
    code = "wrong_state"


class Stale(DomainError):
    """Somebody else changed the thing after it was read."""

    status = 409
    code = "stale"
