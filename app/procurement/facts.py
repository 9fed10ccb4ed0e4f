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
    values: dict[str, Value] = {
        "procurement.awarded": purposes_met(found, *SETTLED),
        "procurement.contracted": purposes_met(found, ProcurementState.CONTRACTED),
        "procurement.contracted_total": invested(project, found),
        "procurement.without_basis": sum(lacks_basis(one) for one in live),
        "procurement.short_notice": sum(short_notice(one) for one in live),
    }
    values |= _against_terms(live) | _outside_tender(live) | _winners(live)
    found_at = open_tender_threshold(subject)
    if found_at is not None:
        values["procurement.open_tender_threshold"] = found_at
    over = over_budget(project, found)
    return values if over is None else {**values, "procurement.over_budget": over}


def _against_terms(live: list[Procurement]) -> dict[str, Value]:
    """How many purchases passed a term of the law, or lack the review that an operator's selection rests on."""
    late = Counter(line.rule.code for one in live for line in deadlines_of(one) if line.late)
    unreviewed = sum(one.purpose.operates and not one.fair_competition_ref.strip() for one in live)
    return {
        "procurement.late_signing": late[SIGN],
        "procurement.late_publication": late[PUBLISH],
        "procurement.late_filing": late[FILE],
        "procurement.without_fair_review": unreviewed,
    }


def _outside_tender(live: list[Procurement]) -> dict[str, Value]:
    """Purchases otherwise than in open tender: the largest, and the largest sum of those of one kind in one year."""
    outside = [one for one in live if one.method is not Method.OPEN_TENDER]
    sums: dict[tuple[Purpose, int], list[int]] = {}
    for one in outside:
        year = (one.announced_on or local(one.recorded_at).date()).year
        sums.setdefault((one.purpose, year), []).append(spent(one).fen)
    split = (sum(amounts) for amounts in sums.values() if len(amounts) > 1)
    return {
        "procurement.largest_non_open": max((spent(one).fen for one in outside), default=0),
        "procurement.split_total": max(split, default=0),
    }


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
