"""How long the market has to answer, and how long a single source is shown: the law's shortest times, in words."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from flask_babel import gettext as _

from app.calendars.queries import due_by, statutory
from app.calendars.statutory_file import Term, Unit
from app.core.errors import Problem
from app.core.formats import fmt
from app.gates.wording import in_words, source_in_words
from app.procurement.kinds import Method

# The rules of the statutory catalogue: how long suppliers have, by method, and how long a single source is shown.
RESPONSES: Mapping[Method, str] = {
    Method.OPEN_TENDER: "DL05",
    Method.INVITED_TENDER: "DL05",
    Method.COMPETITIVE_CONSULTATION: "DL41",
    Method.COMPETITIVE_NEGOTIATION: "DL42",
    Method.INQUIRY: "DL43",
}
PUBLICITY = "DL44"
A_DAY = timedelta(days=1)


def first_answer(method: Method, announced: date) -> date | None:
    """The first day that may be the last one for answers; None where the law sets no time."""
    rule = RESPONSES.get(method)
    return due_by(rule, announced).day if rule else None


def too_soon(method: Method, announced: date | None, due: date | None) -> bool:
    """Whether suppliers had less time than the law gives them."""
    earliest = first_answer(method, announced) if announced is not None else None
    return earliest is not None and due is not None and due < earliest


def publicity_ends(begun: date) -> date:
    """The first day that may be the last one of a publicity which begins on this day (not counted)."""
    return due_by(PUBLICITY, begun).day


def after_publicity(until: date) -> date:
    """The first day on which a single source may be bought from."""
    return until + A_DAY


# --- what stands against it ------------------------------------------------------------------------------------------


def answer_problems(method: Method, announced: date, said: date, due: date | None) -> Iterator[Problem]:
    """Suppliers have the time that the law gives them from the first notice; `said` is the day of this one."""
    rule = RESPONSES.get(method)
    if due is None:
        if rule:
            yield Problem(
                _("“%(method)s”须写明投标（响应）截止日。", method=method.label),
                why=_("供应商的准备时间有法定下限，没有截止日无法核对。"),
                remedy=_("最早可以填 %(day)s。", day=fmt.date(first_answer(method, announced))),
                article=source_in_words(statutory(rule).head),
                place="bids_due_on",
            )
    elif due < said:
        yield Problem(_("投标（响应）截止日早于公告日期。"), remedy=_("请核对公告上的两个日期。"), place="bids_due_on")
    elif rule and too_soon(method, announced, due):
        yield _short(rule, announced)


def _short(code: str, announced: date) -> Problem:
    rule = statutory(code)
    earliest = fmt.date(due_by(code, announced).day)
    return Problem(
        _("%(name)s不足 %(time)s。", name=in_words(rule.head.name), time=time_in_words(rule.term)),
        why=_("自%(start)s之日起算，最早到 %(day)s 截止。", start=in_words(rule.start), day=earliest),
        remedy=_("请顺延截止日；公告已经发布的，发布更正公告后再登记。"),
        article=source_in_words(rule.head),
        place="bids_due_on",
    )


def time_in_words(term: Term) -> str:
    """A term in days or working days."""
    return str(_("%(n)s 个工作日", n=term.number) if term.unit is Unit.WORKDAYS else _("%(n)s 日", n=term.number))


def publicity_problems(begun: date | None, until: date | None) -> Iterator[Problem]:
    """A single source is shown long enough; days that are not known yet are asked for at the notice."""
    if begun is None or until is None or until < begun or until >= (earliest := publicity_ends(begun)):
        return
    rule = statutory(PUBLICITY)
    yield Problem(
        _("公示期不足 %(time)s。", time=time_in_words(rule.term)),
        why=_(
            "自 %(begun)s 起公示，开始当日不计，最早到 %(day)s 结束。", begun=fmt.date(begun), day=fmt.date(earliest)
        ),
        remedy=_("请延长公示，并更正采购计划中的公示结束日。"),
        article=source_in_words(rule.head),
        place="publicity_until",
    )


def still_shown(method: Method, until: date | None, day: date, place: str) -> Iterator[Problem]:
    """Nothing is bought from a single source while the market may still object."""
    if method.is_single_source and until is not None and day <= until:
        yield Problem(
            _("%(day)s 还在单一来源公示期内。", day=fmt.date(day)),
            why=_("公示到 %(until)s 为止，期间其他供应商可以提出异议；期满才能采购和成交。", until=fmt.date(until)),
            remedy=_("最早 %(day)s 办理。", day=fmt.date(after_publicity(until))),
            place=place,
        )
