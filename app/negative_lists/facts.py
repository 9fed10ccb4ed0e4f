"""The facts that screening and the list of parties give to conditions."""

from collections.abc import Mapping

from app.conditions.facts import Value
from app.core.clock import local
from app.core.permissions import Side
from app.negative_lists.queries import newest_run
from app.organisations.models import RegionLevel
from app.subjects.models import PartyRole, Subject
from app.subjects.queries import parties_of

# From the province down.
LEVELS = tuple(RegionLevel)


def screening_facts(subject: Subject) -> Mapping[str, Value]:
    """The newest run; never run: the day is empty and the count unknown."""
    run = newest_run(subject)
    found: dict[str, Value] = {"screening.run_on": local(run.run_at).date().isoformat() if run else ""}
    if run:
        found["screening.blocking"] = run.blocking
    return found


def party_facts(subject: Subject) -> Mapping[str, Value]:
    """Who is party on which side, in which roles, and of which level the client is."""
    listed = parties_of(subject)
    sides = {
        f"parties.{side.value}": tuple(sorted({one.organisation.code for one in listed if one.side is side}))
        for side in Side
    }
    clients = sorted({LEVELS.index(one.organisation.region.level) for one in listed if one.role is PartyRole.CLIENT})
    level = {"parties.client_level": LEVELS[clients[-1]].value} if clients else {}
    return {**sides, **level, "parties.roles": tuple(sorted({one.role.value for one in listed}))}
