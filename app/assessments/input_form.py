"""What a result was calculated from, as plain text for its digest: any change in it calls for a new edition.

Words that nothing is calculated from (names of indicators) are left out; names of services and levels are held by the
contract's digest, names of items and grades by the scheme's.
"""

from typing import Any

from app.assessments.judging import Judgement, ServiceJudged
from app.assessments.material import Before, Reported, Watched
from app.assessments.result_form import FORM, figure_form
from app.indicators.exact import shown
from app.indicators.input_digest import input_digest

Plain = dict[str, Any]


def digest_of(made: Judgement) -> str:
    """SHA-256 over the rules' digests and everything that was judged by them."""
    material, terms = made.material, made.material.terms
    return input_digest(
        terms.scheme_digest,
        form=FORM,
        contract=terms.contract_digest,
        plan=terms.plan_digest,
        period=material.period.text,
        weighting=terms.weighting,
        point_fen=terms.point_fen,
        cap_percent=None if terms.cap_percent is None else shown(terms.cap_percent),
        services={one.line.service: _service(one) for one in made.services},
        watched={one.line.service: _watched(one) for one in made.services},
        fees={
            key: [fee.fen, fee.year_fen, [figure_form(one) for one in fee.figures]] for key, fee in made.fees.items()
        },
        vetoes=[[veto.code, why] for veto, why in made.vetoes],
        before=_before(material.before),
    )


def _service(one: ServiceJudged) -> Plain:
    return {
        "inputs": one.inputs.as_plain(),
        "figures": {code: [_figure(figure) for figure in found.figures] for code, found in one.derived.items()},
        "beside": {code: _figure(found.beside) for code, found in one.derived.items() if found.beside},
    }


def _figure(one: Reported) -> Plain:
    return {**figure_form(one), "reason": one.reason}


def _watched(one: ServiceJudged) -> Plain | None:
    seen = next((found.watched for found in one.derived.values() if found.watched is not None), None)
    return None if seen is None else _seen(seen)


def _seen(seen: Watched) -> Plain:
    return {
        "times": [seen.agreed, seen.excluded, seen.missing, seen.judged],
        "down": str(seen.down),
        "shares": [str(seen.share), str(seen.share_without_exclusions)],
        "outages": [seen.count, str(seen.longest_minutes)],
        "submissions": list(seen.submissions),
        "verified": seen.verified,
        "unannounced": seen.unannounced,
        "exclusions": sorted(
            [one.id, one.begin.isoformat(), one.until.isoformat(), one.cause, one.state] for one in seen.exclusions
        ),
    }


def _before(before: Before) -> Plain:
    return {
        "failed": {service: sorted(codes) for service, codes in before.failed.items()},
        "basis": before.basis,
        "accounts": {key: one.as_plain() for key, one in before.accounts.items()},
        "period": before.period,
        "known": before.found or not before.owed,
    }
