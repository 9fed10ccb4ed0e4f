"""The facts that purchases give to conditions: what is awarded and contracted, and what was done against a rule."""

from collections import Counter
from collections.abc import Mapping

from app.conditions.facts import Value
from app.core.clock import local
from app.procurement.kinds import LIVE, SETTLED, Method, ProcurementState, Purpose
from app.procurement.models import Procurement
from app.procurement.queries import (
    FILE,
    PUBLISH,
    SIGN,
    deadlines_of,
    invested,
    lacks_basis,
    open_tender_threshold,
    over_budget,
    procurements_of,
    purposes_met,
    short_notice,
    spent,
)
from app.projects.queries import project_of
from app.subjects.models import Subject, SubjectKind


def procurement_facts(subject: Subject) -> Mapping[str, Value]:
    """Of a project: nothing bought is recorded as nothing; only a budget that nobody recorded leaves a fact unknown."""
    project = project_of(subject) if subject.kind is SubjectKind.PROJECT else None
    if project is None:
        return {}
    found = procurements_of(project)
    live = [one for one in found if one.state in LIVE]
    # A plan that nobody was asked on breaks no rule yet; it is judged when it is announced (`bearing`).
    shown = [one for one in live if one.state is not ProcurementState.PLANNED]
    values: dict[str, Value] = {
        "procurement.awarded": purposes_met(found, *SETTLED),
        "procurement.contracted": purposes_met(found, ProcurementState.CONTRACTED),
        "procurement.contracted_total": invested(project, found),
    }
    values |= _against_rules(shown) | _late(shown) | _largest(shown) | _split(shown) | _winners(shown)
    found_at = open_tender_threshold(subject)
    if found_at is not None:
        values["procurement.open_tender_threshold"] = found_at
    over = over_budget(project, found)
    return values if over is None else {**values, "procurement.over_budget": over}


def bearing(procurement: Procurement) -> dict[str, Value]:
    """The facts that one purchase is answerable for when it is announced: what only another one causes is not its own.

    A sum of several counts where it is one of them, beside those that were announced.
    """
    others = [one for one in procurements_of(procurement.project) if one.state in LIVE and one.id != procurement.id]
    shown = [one for one in others if one.state is not ProcurementState.PLANNED]
    alike = [one for one in shown if _kind_of(one) == _kind_of(procurement)]
    return {**_against_rules([procurement]), **_largest([procurement]), **_split([*alike, procurement])}


def _against_rules(shown: list[Procurement]) -> dict[str, Value]:
    """How many purchases lack what must be there before anybody is asked."""
    unreviewed = sum(one.purpose.operates and not one.fair_competition_ref.strip() for one in shown)
    return {
        "procurement.without_basis": sum(lacks_basis(one) for one in shown),
        "procurement.short_notice": sum(short_notice(one) for one in shown),
        "procurement.without_fair_review": unreviewed,
    }


def _late(shown: list[Procurement]) -> dict[str, Value]:
    """How many purchases passed a term of the law."""
    late = Counter(line.rule.code for one in shown for line in deadlines_of(one) if line.late)
    return {
        "procurement.late_signing": late[SIGN],
        "procurement.late_publication": late[PUBLISH],
        "procurement.late_filing": late[FILE],
    }


def _outside_tender(shown: list[Procurement]) -> list[Procurement]:
    return [one for one in shown if one.method is not Method.OPEN_TENDER]


def _largest(shown: list[Procurement]) -> dict[str, Value]:
    """The largest purchase otherwise than in open tender."""
    return {"procurement.largest_non_open": max((spent(one).fen for one in _outside_tender(shown)), default=0)}


def _kind_of(one: Procurement) -> tuple[Purpose, int]:
    """What is bought in which year: purchases of one kind add up."""
    return one.purpose, (one.announced_on or local(one.recorded_at).date()).year


def _split(shown: list[Procurement]) -> dict[str, Value]:
    """The largest sum of purchases of one kind in one year otherwise than in open tender.

    What is added to a contract is held to a tenth of that, and splits nothing.
    """
    sums: dict[tuple[Purpose, int], list[int]] = {}
    for one in (each for each in _outside_tender(shown) if each.adds_to_id is None):
        sums.setdefault(_kind_of(one), []).append(spent(one).fen)
    split = (sum(amounts) for amounts in sums.values() if len(amounts) > 1)
    return {"procurement.split_total": max(split, default=0)}


def _winners(live: list[Procurement]) -> dict[str, Value]:
    """Who makes, and who watches: by code, where the award is confirmed. A single source may be both (CGT art. 18)."""
    settled = [one for one in live if one.state in SETTLED and one.winner and not one.method.is_single_source]

    def of(*purposes: Purpose) -> tuple[str, ...]:
        codes = {one.winner.code for one in settled if one.winner and {*one.purpose.covers} & {*purposes}}
        return tuple(sorted(codes))

    return {
        "procurement.making_winners": of(Purpose.BUILD, Purpose.OPERATE),
        "procurement.watching_winners": of(Purpose.SUPERVISE, Purpose.TEST),
    }
