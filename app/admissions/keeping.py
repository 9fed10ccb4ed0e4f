"""What follows admission: suspended, resumed, removed, looked at again, reminded of its end, and ended by its day."""

from datetime import timedelta

from flask_babel import gettext as _

from app.admissions.actions import ALL_TASKS, has_open_application, reminder_item, rule_on
from app.admissions.drafting import File
from app.admissions.judging import lapsed
from app.admissions.kinds import AdmissionState, RulingKind
from app.admissions.models import Admission, Ruling
from app.admissions.queries import rules_for, was_asked
from app.admissions.wording import category_of, lapses_in_words, name_of_rule
from app.admissions.workflow import WORKFLOW
from app.audit import act
from app.calendars.queries import workdays_left
from app.conditions.gathering import facts_of
from app.core.actors import Actor, must
from app.core.clock import today
from app.core.errors import Problem, Refused
from app.core.permissions import Permission
from app.gates.wording import in_words, source_in_words
from app.lifecycle.actions import drop_tasks, finish_task, open_task

P, S = Permission, AdmissionState
# Working days in which a mark is looked at; a default of the product.
RECHECK_WITHIN = 10
RULINGS = {
    P.ADMISSION_SUSPEND: RulingKind.SUSPEND,
    P.ADMISSION_RESUME: RulingKind.RESUME,
    P.ADMISSION_REMOVE: RulingKind.REMOVE,
}


def suspend(actor: Actor, admission: Admission, reason: str, file: File) -> Ruling:
    """No contract can be signed with the company in this category until it is resumed."""
    return _rule(actor, admission, P.ADMISSION_SUSPEND, reason, file)


def resume(actor: Actor, admission: Admission, reason: str, file: File) -> Ruling:
    """The admission holds again, when everything holds that must go on holding."""
    _refuse_lapsed(admission)
    return _rule(actor, admission, P.ADMISSION_RESUME, reason, file)


def remove(actor: Actor, admission: Admission, reason: str, file: File) -> Ruling:
    """Ends an admission for good; the register keeps showing why."""
    return _rule(actor, admission, P.ADMISSION_REMOVE, reason, file)


def _rule(actor: Actor, admission: Admission, permission: Permission, reason: str, file: File) -> Ruling:
    transition = WORKFLOW.check(actor, admission, permission, reason)
    with act(actor, permission, ref=admission.ref, reason=reason.strip()):
        made = rule_on(actor, admission, RULINGS[permission], reason, file)
        if transition.target is not None:
            admission.state = S(transition.target.value)
        admission.ended_on = today() if permission is P.ADMISSION_REMOVE else None
        # Whoever suspends, resumes or removes has looked at what was marked.
        admission.recheck_since, admission.recheck_reason = None, ""
        drop_tasks(actor, admission.subject, () if permission is P.ADMISSION_REMOVE else [P.ADMISSION_RECHECK])
    return made


def recheck(actor: Actor, admission: Admission, reason: str, file: File) -> Ruling:
    """An officer has looked again and everything holds: the mark goes, the finding stays readable."""
    WORKFLOW.check(actor, admission, P.ADMISSION_RECHECK, reason)
    if admission.recheck_since is None:
        raise Refused(Problem(_("这项准入没有待复核的事项。")))
    _refuse_lapsed(admission)
    with act(actor, P.ADMISSION_RECHECK, ref=admission.ref, reason=reason.strip()):
        made = rule_on(actor, admission, RulingKind.RECHECK, reason, file)
        admission.recheck_since, admission.recheck_reason = None, ""
        finish_task(actor, admission.subject, P.ADMISSION_RECHECK)
    return made


def _refuse_lapsed(admission: Admission) -> None:
    found = lapsed(rules_for(admission), facts_of(admission.subject))
    if found:
        remedy = _("请企业补充有效的材料；确已不符合的，请暂停准入或移出名录。")
        raise Refused(
            [
                Problem(
                    _("仍不符合：%(rule)s。", rule=name_of_rule(rule)),
                    why=in_words(rule.remedy),
                    remedy=remedy,
                    article=source_in_words(rule.head),
                )
                for rule in found
            ]
        )


# --- by the calendar -------------------------------------------------------------------------------------------------


def expire(actor: Actor, admission: Admission) -> None:
    """Ends an admission after its last day."""
    WORKFLOW.check(actor, admission, P.ADMISSION_EXPIRE)
    if admission.valid_until is None or admission.valid_until >= today():
        raise Refused(Problem(_("准入期限尚未届满。")))
    with act(actor, P.ADMISSION_EXPIRE, ref=admission.ref):
        admission.state, admission.ended_on = S.EXPIRED, admission.valid_until
        admission.recheck_since, admission.recheck_reason = None, ""
        drop_tasks(actor, admission.subject, ALL_TASKS)
        drop_tasks(actor, admission.subject, [P.ADMISSION_APPLY], item=reminder_item(admission))


def mark(actor: Actor, admission: Admission) -> bool:
    """Marks an admission whose conditions no longer all hold, and asks the authority to look; once for each reason."""
    must(actor, P.ADMISSION_RECHECK)
    found = lapsed(rules_for(admission), facts_of(admission.subject))
    words = lapses_in_words(found)[:2000]
    if not found or words == admission.recheck_reason:
        return False
    with act(actor, P.ADMISSION_RECHECK, ref=admission.ref, reason=_("条件有变化，需复核：%(what)s", what=words)):
        first, admission.recheck_reason = admission.recheck_since is None, words
        if first:
            admission.recheck_since = today()
            open_task(admission.subject, admission.authority_id, P.ADMISSION_RECHECK, RECHECK_WITHIN)
    return True


def remind(actor: Actor, admission: Admission) -> bool:
    """Tells the company in time that its admission ends, unless it has applied anew."""
    must(actor, P.ADMISSION_EXPIRE)
    until = admission.valid_until
    if until is None or until - timedelta(days=category_of(admission).remind_days) > today():
        return False
    item = reminder_item(admission)
    if was_asked(admission, P.ADMISSION_APPLY, item) or has_open_application(admission):
        return False
    workdays = max(1, workdays_left(until))
    with act(actor, P.ADMISSION_EXPIRE, ref=admission.ref, reason=_("准入即将到期，提醒企业重新申请。")) as running:
        running.note(until=until)
        open_task(admission.subject, admission.organisation_id, P.ADMISSION_APPLY, workdays, item)
    return True
