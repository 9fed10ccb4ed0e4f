"""The list that a project begins with: which duties of the template it has, and who bears which letter.

A duty belongs to a project when its phase is one that the project walks, its rule holds where the project lies, and
somebody who can bear it is a party. Who bears it is accountable, and also does it where nobody else is named; others in
the same role are responsible beside him, the counterpart is informed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.catalogues.reading import Status
from app.conditions.jurisdiction import NATIONAL, Chosen, InForce, in_force_at

PHASES = (
    *("planning", "declaration", "approval", "procurement", "build"),
    *("acceptance", "handover", "operation", "evaluation", "exit"),
)
# What a project that only maintains does not walk through: nothing is built.
BUILDING = frozenset({"build", "acceptance", "handover"})
MANAGEMENT, OPERATION, SUPERVISION = "management", "operation", "supervision"
SIDE_OF_BEARER = {
    "manager": MANAGEMENT,
    "agency": MANAGEMENT,
    "finance": MANAGEMENT,
    "builder": OPERATION,
    "operator": OPERATION,
    "supervisor": SUPERVISION,
}
# Who bears a duty: the first of these roles that is a party. Where finance is no party of the project, its duties are
# the managing authority's, which sees to them with the finance department: a management duty never lies with nobody.
_BORNE_BY: Mapping[str, tuple[str, ...]] = {
    "manager": ("competent_authority",),
    "agency": ("client",),
    "finance": ("finance", "competent_authority"),
    "builder": ("builder",),
    "operator": ("operator",),
    "supervisor": ("supervisor", "tester", "evaluator"),
}
# Supervision by phase: a supervising company begins with the procurement, tests are the tester's, and before and after
# the build it is independent evaluators who watch.
_WATCHED_BY: Mapping[str, tuple[str, ...]] = {
    "planning": ("evaluator",),
    "declaration": ("evaluator",),
    "approval": ("evaluator",),
    "acceptance": ("tester", "supervisor", "evaluator"),
    "evaluation": ("evaluator", "supervisor", "tester"),
}
# Who is informed of the agency's duties, by phase; the duties of all others concern the agency.
_AGENCY_INFORMS: Mapping[str, tuple[str, ...]] = {
    "planning": ("competent_authority",),
    "declaration": ("competent_authority",),
    "approval": ("competent_authority",),
    "procurement": ("builder", "operator"),
    "build": ("builder",),
    "acceptance": ("builder",),
    "handover": ("builder", "operator"),
    "operation": ("operator",),
    "evaluation": ("operator",),
    "exit": ("operator",),
}


@dataclass(frozen=True)
class Member:
    """An organisation of the project with its side and roles; `key` is its own."""

    key: int
    name: str
    side: str
    roles: frozenset[str]


@dataclass(frozen=True)
class TemplateDuty:
    """One duty of the template, as far as it matters who has it."""

    code: str
    phase: str
    bearer: str
    text: str
    jurisdiction: str
    overlays: str = ""
    practice: str = ""
    status: Status = Status.DEFAULT


def phases_walked(kind: str, reached: str = "") -> tuple[str, ...]:
    """The phases of a project of this kind; one that was taken in begins with the phase it had `reached` then."""
    begun = PHASES[PHASES.index(reached) :] if reached else PHASES
    return tuple(phase for phase in begun if not (kind == "maintain" and phase in BUILDING))


def template_for(
    duties: Iterable[TemplateDuty],
    divisions: Sequence[str],
    phases: Sequence[str],
    members: Sequence[Member],
    practice: Chosen = NATIONAL,
) -> tuple[TemplateDuty, ...]:
    """The duties that a project in these divisions with these parties has, by phase and code."""
    holding = in_force(duties, divisions, practice).rules
    chosen = [duty for duty in holding if duty.phase in phases and holders(duty.bearer, duty.phase, members)]
    return tuple(sorted(chosen, key=lambda duty: (PHASES.index(duty.phase), duty.code)))


def in_force(duties: Iterable[TemplateDuty], divisions: Sequence[str], practice: Chosen) -> InForce[TemplateDuty]:
    """The duties that hold, what beat which, and what the practice leaves out."""
    return in_force_at(duties, divisions, practice, lambda duty: duty)


def holders(bearer: str, phase: str, members: Sequence[Member]) -> list[Member]:
    """Who can bear a duty, in the order in which they joined; empty where nobody is there yet."""
    watched = _WATCHED_BY.get(phase) if bearer == "supervisor" else None
    for role in watched or _BORNE_BY[bearer]:
        found = [member for member in members if role in member.roles]
        if found:
            return found
    return []


def letters_for(bearer: str, phase: str, members: Sequence[Member]) -> dict[int, str]:
    """The letters that the template proposes, by organisation."""
    bearing = holders(bearer, phase, members)
    proposed = {member.key: "R" if place else "A" for place, member in enumerate(bearing)}
    informed = _AGENCY_INFORMS[phase] if bearer == "agency" else ("client",)
    for member in members:
        if member.key not in proposed and member.roles & set(informed):
            proposed[member.key] = "I"
    return proposed


def joining_letters(bearer: str, phase: str, members: Sequence[Member], present: Mapping[int, str]) -> dict[int, str]:
    """What those who have no letter anywhere yet get in a duty that stands: beside who is accountable, responsible."""
    taken = "A" in present.values()
    return {
        key: "R" if letter == "A" and taken else letter
        for key, letter in letters_for(bearer, phase, members).items()
        if key not in present
    }
