"""Material for tests without a database: a contract of one service by default, judged by a small scheme."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from app.assessments.input_form import digest_of
from app.assessments.judging import judge
from app.assessments.material import Before, Excluded, Level, Line, Material, Reported, Terms, Watched
from app.assessments.result_form import accounts_in, written
from app.catalogues.reading import Bilingual
from app.core.canonical import canonical_json
from app.core.periods import Period
from app.indicators.schemes import parse_scheme
from app.plans.coverage import Agreement
from tests.indicators.samples import GRADES, LINEAR, item

# domain.md 8: ≥ 99 → 0, ≥ 98 → 1, ≥ 97 → 2, ≥ 96 → 3, else 4.
BANDS = ((Decimal(99), 0), (Decimal(98), 1), (Decimal(97), 2), (Decimal(96), 3), (None, 4))
MINUTE = 60 * 10**6
MARCH = 31 * 24 * 60


def scheme(*items, **change):
    """A scheme of these items, KI-001 alone by default; a failure right after a failure counts double."""
    content = {
        "code": "SC-T",
        "name": {"zh": "测试方案", "en": "Test scheme"},
        "status": "D",
        "precision": 2,
        "missing": "hold",
        "repeat": {"factor": 2},
        "grades": GRADES,
        "items": list(items) or [item("KI-001", 100, LINEAR)],
        **change,
    }
    return parse_scheme({key: value for key, value in content.items() if value is not None})


def level(indicator="KI-001", target="99", bands=BANDS, at_least=True):
    return Level(indicator, Bilingual(indicator, indicator), at_least, Decimal(target), bands)


def line(number=1, levels=None, measured=(), **change):
    """A service for 10,000 yuan a month, with KI-001 and its bands."""
    levels = (level(),) if levels is None else tuple(levels)
    expected = change.get("expected_volume")
    codes = frozenset(one.indicator for one in levels)
    made = Line(
        number=number,
        service_id=number,
        service=f"FW-{number}",
        name=Bilingual(f"服务{number}", f"Service {number}"),
        levels=levels,
        agreement=Agreement(f"FW-{number}", codes, codes | frozenset(measured), has_baseline=expected is not None),
        fee_fen=1_000_000,
        unit_price=None,
        pay_period="month",
    )
    return replace(made, **change)


def by_use(number=1, price="0.5", **change):
    """A service paid by use, counted by KI-040."""
    return line(number, fee_fen=None, unit_price=Decimal(price), usage="KI-040", measured=["KI-040"], **change)


def reported(value="99.5", indicator="KI-001", service=1, **change):
    """A verified figure; a value of None is a declared missing one, "-" one that is not required."""
    standing = {None: "missing", "-": "not_required"}.get(value, "value")
    made = Reported(
        id=service * 100 + int(indicator[3:]),
        service_id=service,
        indicator=indicator,
        period="2026-03",
        channel="",
        standing=standing,
        value=Decimal(value) if standing == "value" else None,
        reason="设备故障" if standing == "missing" else "",
        verdict="verified",
    )
    denominator = change.pop("denominator", None)
    return replace(made, **change, denominator=None if denominator is None else Decimal(denominator))


def watched(down=0, service=1, missing=0, excluded=0, **change):
    """A March round the clock with so many minutes down, unmonitored and excluded (the outages outside of both)."""
    agreed = MARCH * MINUTE
    judged = agreed - (missing + excluded) * MINUTE
    made = Watched(
        service_id=service,
        agreed=agreed,
        excluded=excluded * MINUTE,
        missing=missing * MINUTE,
        judged=judged,
        down=Fraction(down * MINUTE),
        share=1 - Fraction(down * MINUTE, judged) if judged else None,
        share_without_exclusions=1 - Fraction(down * MINUTE, agreed),
        count=1 if down else 0,
        longest_minutes=Fraction(down) if judged else None,
        submissions=(7,),
        verified=True,
    )
    return replace(made, **change)


def exclusion(state="granted", key=1):
    return Excluded(key, Period("2026-03-05").start, Period("2026-03-05").end, "announced_maintenance", state)


def terms(made=None, **change):
    found = Terms(
        contract="HT-1",
        contract_digest="c" * 64,
        plan="KH-HT-1-1",
        plan_digest="p" * 64,
        scheme=made or scheme(),
        scheme_version=1,
        scheme_digest="s" * 64,
        weighting="equal",
        point_fen=100_000,
        cap_percent=Decimal(10),
    )
    return replace(found, **change)


def material(*figures, lines=None, by=None, period="2026-03", **more):
    seen = more.pop("seen", ())
    return Material(
        terms=by or terms(),
        period=Period(period),
        lines=tuple(lines or [line()]),
        figures=tuple(figures),
        watched=tuple(seen),
        **more,
    )


def result(found):
    """The written result, read as a page reads it."""
    return written(judge(found))


def text(found):
    return canonical_json(result(found))


def digest(found):
    return digest_of(judge(found))


def after(found, following="2026-04"):
    """What the period after `found` begins with."""
    made = result(found)
    return Before(
        failed={service: frozenset(codes) for service, codes in made["failed"].items()},
        basis=made["standing"]["basis"],
        accounts=accounts_in(made),
        period=made["period"],
        owed=True,
        found=True,
    )
