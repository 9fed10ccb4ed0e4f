"""The life of an admission as a table: the company applies, an officer reviews, the lead decides, and what follows."""

from collections.abc import Iterable

from flask_babel import gettext as _

from app.admissions.kinds import AdmissionState
from app.admissions.models import Admission
from app.admissions.queries import before_submission, last_review
from app.admissions.wording import problems_of
from app.core.actors import Actor
from app.core.errors import Problem
from app.core.permissions import Permission
from app.lifecycle.workflow import Transition, Workflow
from app.subjects.queries import side_of_person

P, S = Permission, AdmissionState


def is_applicant(actor: Actor, admission: Admission) -> bool:
    return actor.organisation_id == admission.organisation_id


def is_authority(actor: Actor, admission: Admission) -> bool:
    return actor.organisation_id == admission.authority_id


def by_system(actor: Actor, _admission: Admission) -> bool:
    return actor.is_system


def complete(_actor: Actor, admission: Admission) -> list[Problem]:
    """Everything missing, each problem once."""
    return problems_of(before_submission(admission))


def not_for_the_company(actor: Actor, admission: Admission) -> Iterable[Problem]:
    """Whoever acted for the applicant never acts for the authority (I2)."""
    side = side_of_person(admission.subject, actor.user_id)
    if side is not None and side.value != "management":
        yield Problem(
            _("您曾代表申请企业办理本事项，不能审查和决定。"),
            why=_("同一人不得在同一事项中代表两方，变更任职后也不例外。"),
            remedy=_("请由本机构其他人员办理。"),
        )


def reviewed_by_another(actor: Actor, admission: Admission) -> Iterable[Problem]:
    review = last_review(admission)
    if review is None:
        yield Problem(
            _("还没有审查意见。"),
            why=_("准入先由经办人逐项审查，再由负责人决定。"),
            remedy=_("请经办人先提交审查意见。"),
        )
    elif review.reviewed_by == actor.user_id:
        yield Problem(
            _("审查的人不能作出决定。"),
            why=_("审查与决定须由两人办理（四眼原则）。"),
            remedy=_("请由本机构其他负责人决定。"),
        )


WORKFLOW: Workflow[Admission] = Workflow(
    "admission",
    (
        Transition(P.ADMISSION_APPLY, frozenset({S.DRAFT}), None, relation=is_applicant),
        Transition(P.ADMISSION_SUBMIT, frozenset({S.DRAFT}), S.SUBMITTED, relation=is_applicant, guards=(complete,)),
        Transition(
            P.ADMISSION_WITHDRAW,
            frozenset({S.DRAFT, S.SUBMITTED}),
            S.WITHDRAWN,
            relation=is_applicant,
            needs_reason=True,
            dangerous=True,
        ),
        Transition(
            P.ADMISSION_REVIEW, frozenset({S.SUBMITTED}), None, relation=is_authority, guards=(not_for_the_company,)
        ),
        Transition(
            P.ADMISSION_RETURN,
            frozenset({S.SUBMITTED}),
            S.DRAFT,
            relation=is_authority,
            guards=(not_for_the_company,),
            needs_reason=True,
        ),
        # Refused by the same act: the decision says which.
        Transition(
            P.ADMISSION_DECIDE,
            frozenset({S.SUBMITTED}),
            S.ADMITTED,
            relation=is_authority,
            guards=(not_for_the_company, reviewed_by_another),
            needs_reason=True,
        ),
        Transition(
            P.ADMISSION_SUSPEND,
            frozenset({S.ADMITTED}),
            S.SUSPENDED,
            relation=is_authority,
            guards=(not_for_the_company,),
            needs_reason=True,
        ),
        Transition(
            P.ADMISSION_RESUME,
            frozenset({S.SUSPENDED}),
            S.ADMITTED,
            relation=is_authority,
            guards=(not_for_the_company,),
            needs_reason=True,
        ),
        Transition(
            P.ADMISSION_REMOVE,
            frozenset({S.ADMITTED, S.SUSPENDED}),
            S.REMOVED,
            relation=is_authority,
            guards=(not_for_the_company,),
            needs_reason=True,
            dangerous=True,
        ),
        Transition(
            P.ADMISSION_RECHECK,
            frozenset({S.ADMITTED, S.SUSPENDED}),
            None,
            relation=is_authority,
            guards=(not_for_the_company,),
            needs_reason=True,
        ),
        Transition(P.ADMISSION_EXPIRE, frozenset({S.ADMITTED, S.SUSPENDED}), S.EXPIRED, relation=by_system),
    ),
)


def moves() -> list[tuple[str, str]]:
    """Every move from state to state: the table's, and the refusal, which is decided by the same act."""
    return sorted({*WORKFLOW.moves(), (S.SUBMITTED.value, S.REFUSED.value)})
