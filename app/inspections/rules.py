"""Who may inspect, how long anybody has, and what still stands against a signature: pure, every flaw at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Duty(StrEnum):
    """The steps of an inspection that have a deadline."""

    TAKE = "take"
    CONCLUDE = "conclude"
    RECTIFY = "rectify"
    ANSWER = "answer"
    RECTIFY_AGAIN = "rectify_again"
    JUDGE = "judge"


# Working days for each step; those of queries and rectifications can be set differently each time.
WITHIN: Mapping[Duty, int] = {
    Duty.TAKE: 15,
    Duty.CONCLUDE: 15,
    Duty.RECTIFY: 10,
    Duty.ANSWER: 3,
    Duty.RECTIFY_AGAIN: 3,
    Duty.JUDGE: 5,
}
# Nobody is given longer than about half a year: what takes longer is rectified in steps.
LONGEST = 120
# Whoever worked for a party within so many years keeps away from its contracts (回避).
RECUSED_YEARS = 2


@dataclass(frozen=True)
class Flaw:
    """Something that stands in the way. `code` is worded in wording.py; `about` names the thing that cures it."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)
    about: str = ""


# --- who may inspect -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """What decides whether a person may inspect a contract: mandate, earlier acts, employers, and control.

    `party` says that the inspectorate is a party itself; `ties` are control relations with parties, each in words.
    """

    mandated: bool
    party: bool = False
    ties: tuple[str, ...] = ()
    acted_for: str = ""
    worked_for: tuple[str, ...] = ()


def obstacles(candidate: Candidate) -> list[Flaw]:
    """Everything that keeps a person from inspecting a contract (I2, I19)."""
    return list(_obstacles(candidate))


def _obstacles(candidate: Candidate) -> Iterator[Flaw]:
    if not candidate.mandated:
        yield Flaw("no_mandate")
    if candidate.party:
        yield Flaw("is_party")
    for tie in candidate.ties:
        yield Flaw("tied", {"tie": tie})
    if candidate.acted_for:
        yield Flaw("acted", {"side": candidate.acted_for})
    for employer in candidate.worked_for:
        yield Flaw("worked", {"organisation": employer, "years": str(RECUSED_YEARS)})


def clear_since(day: date) -> date:
    """The day before which having worked for a party no longer counts."""
    try:
        return day.replace(year=day.year - RECUSED_YEARS)
    except ValueError:
        # 29 February.
        return day.replace(year=day.year - RECUSED_YEARS, day=28)


def judging_flaw(judge: int, found_by: int, rectified_by: int) -> Flaw | None:
    """Four eyes: who found does not judge, nor does who rectified."""
    if judge == found_by:
        return Flaw("own_finding")
    return Flaw("own_rectification") if judge == rectified_by else None


# --- deadlines -------------------------------------------------------------------------------------------------------


def workdays_flaw(workdays: int | None, code: str = "workdays") -> Flaw | None:
    """A period is a whole number of working days within bounds; `code` says for what it was given."""
    return None if workdays is not None and 1 <= workdays <= LONGEST else Flaw(code, {"longest": str(LONGEST)})


def is_late(done_on: date, due_on: date) -> bool:
    """Late answers are taken all the same; they are marked."""
    return done_on > due_on


# --- before the conclusion is signed ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Readiness:
    """An inspection as the signature sees it. `gaps` are scored figures without evidence, in words; `queries` and
    `findings` are codes of what is not settled; `scored` counts what this edition rests on, `compared` how much of that
    was sampled and has a result; `altered` says that the report's text no longer has its digests, `damaged` names
    stored files that are lost or changed.
    """

    edition: int
    newest_edition: int
    newest_code: str
    gaps: tuple[str, ...]
    gap_count: int
    scored: int
    compared: int
    pending: int
    deviating: int
    queries: tuple[str, ...]
    findings: tuple[str, ...]
    found: int
    provisional: bool
    altered: bool = False
    damaged: tuple[str, ...] = ()
    newer_assessment: str = ""


def blockers(ready: Readiness) -> list[Flaw]:
    """Everything that keeps the conclusion from being signed."""
    return list(_blockers(ready))


def _blockers(ready: Readiness) -> Iterator[Flaw]:
    if ready.edition != ready.newest_edition:
        numbers = {"edition": str(ready.edition), "newest": str(ready.newest_edition)}
        yield Flaw("outdated", numbers, ready.newest_code)
    yield from _unproven(ready)
    if ready.pending:
        yield Flaw("pending", {"n": str(ready.pending)})
    # Where nothing was reported there is nothing to sample; the report says so among its gaps.
    if ready.scored and not ready.compared:
        yield Flaw("no_sample")
    for code in ready.queries:
        yield Flaw("unanswered", {"code": code}, code)
    for code in ready.findings:
        yield Flaw("unsettled", {"code": code}, code)


def _unproven(ready: Readiness) -> Iterator[Flaw]:
    """What the result rests on and nobody could show any more."""
    if ready.altered:
        yield Flaw("altered")
    for name in ready.damaged:
        yield Flaw("damaged", {"file": name})
    for gap in ready.gaps:
        yield Flaw("gap", {"figure": gap})
    if ready.gap_count > len(ready.gaps):
        yield Flaw("gaps", {"n": str(ready.gap_count - len(ready.gaps))})


def remarks(ready: Readiness) -> list[Flaw]:
    """What the signer should have seen, and what stops nothing."""
    found = []
    if ready.deviating and not ready.found:
        found.append(Flaw("deviating", {"n": str(ready.deviating)}))
    if ready.provisional:
        found.append(Flaw("provisional"))
    if ready.newer_assessment:
        found.append(Flaw("reassessed", {"code": ready.newer_assessment}, ready.newer_assessment))
    return found
