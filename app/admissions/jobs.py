"""Scheduled work on admissions: ended by their day, judged again on present facts, companies reminded of the end."""

from app.admissions.keeping import expire, mark, remind
from app.admissions.kinds import AdmissionState
from app.admissions.queries import live, over
from app.core.actors import SYSTEM
from app.core.clock import today


def turn_admissions() -> int:
    """Returns how many ended, were marked or reminded of; running twice changes nothing."""
    ended = over(today())
    for admission in ended:
        expire(SYSTEM, admission)
    standing = live()
    marked = [one for one in standing if mark(SYSTEM, one)]
    reminded = [one for one in standing if one.state is AdmissionState.ADMITTED and remind(SYSTEM, one)]
    return len(ended) + len(marked) + len(reminded)
