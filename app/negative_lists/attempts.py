"""What is kept of a step that was tried against its lists: the check that closed it, and nothing of the step."""

from app.audit import act
from app.core.actors import Actor
from app.core.clock import local, today
from app.core.permissions import Permission
from app.gates.kinds import Step
from app.negative_lists.actions import store_run
from app.negative_lists.kinds import Cause
from app.negative_lists.models import CheckRun
from app.negative_lists.queries import newest_run
from app.negative_lists.screening import Screening, look
from app.subjects.models import Subject

P = Permission


def keep_attempt(actor: Actor, subject: Subject, step: Step) -> CheckRun | None:
    """A step that was tried against its lists leaves the run that closed it; the same again, once a day.

    Nothing of the step itself is stored. None where the lists had nothing against it.
    """
    found = look(subject, step)
    if not found.blocking or _attempted(actor, subject, found):
        return None
    with act(actor, P.CHECK_ATTEMPT, ref=subject.ref) as running:
        running.note(step=step, blocking=len(found.blocking))
        return store_run(actor, subject, found, Cause.STEP, refused=True)


def _attempted(actor: Actor, subject: Subject, found: Screening) -> bool:
    last = newest_run(subject)
    same = last is not None and (last.refused, last.run_by, last.basis) == (True, actor.user_id, found.basis)
    return same and last is not None and local(last.run_at).date() == today()
