"""The facts that responsibility lists give to conditions."""

from collections.abc import Mapping

from app.conditions.facts import Value
from app.responsibilities.homes import holder_of
from app.responsibilities.queries import findings_of, open_list, signed_list
from app.subjects.models import Subject, SubjectKind


def duty_facts(subject: Subject) -> Mapping[str, Value]:
    """Which version is signed by all, and how much of it is wrong by the parties of today.

    Judged is the list in force; while none is, the one being written. Without any list nothing is known of findings.
    """
    holder = holder_of(subject) if subject.kind in {SubjectKind.PROJECT, SubjectKind.CONTRACT} else None
    if holder is None:
        return {}
    signed = signed_list(holder)
    judged = signed or open_list(holder)
    facts: dict[str, Value] = {"duty.signed_version": signed.number if signed else 0}
    if judged is not None:
        facts["duty.findings"] = sum(one.blocking for one in findings_of(judged))
    return facts
