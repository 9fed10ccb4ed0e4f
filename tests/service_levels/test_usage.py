"""Use against its baseline: what is there, what is missing, what nobody owes, and zero, each kept apart."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest

from app.core.clock import clock, today
from app.core.db import db
from app.core.periods import Period, PeriodKind
from app.figures import verifying
from app.service_levels.queries import usage_of
from app.service_levels.usage import MISSING, NOT_REQUIRED, Having, Reported, use_of
from tests.factories import draft, set_level, sign, sign_in, submit
from tests.service_levels.conftest import LATER, Watch

H = Having


def figure(value=None, having=H.VALUE, denominator=None, key=1, verified=True):
    decimal = None if value is None else Decimal(value)
    return Reported(key, having, decimal, None if denominator is None else Decimal(denominator), verified)


def use(figures, baseline=1000, owed=("KI-040", "KI-042", "KI-050")):
    return use_of("2026-04", figures, "KI-040", baseline, lambda code: code in owed)


# figures, baseline → volume, attainment, online share, satisfaction: a number, or what there is instead
CASES = {
    "nothing reported": ({}, 1000, (H.MISSING, H.MISSING, H.MISSING, H.MISSING)),
    "nothing agreed": ({}, None, (H.MISSING, H.NOT_REQUIRED, H.MISSING, H.MISSING)),
    "zero is a number, but no share of it": (
        {("KI-040", ""): figure(0), ("KI-040", "online"): figure(0, key=2)},
        1000,
        (0, 0, H.NOT_REQUIRED, H.MISSING),
    ),
    "half of what was expected, a third online": (
        {("KI-040", ""): figure(500), ("KI-040", "online"): figure(200, denominator=600, key=2)},
        1000,
        (500, 50, Fraction(100, 3), H.MISSING),
    ),
    "online over the whole volume where it has no denominator": (
        {("KI-040", ""): figure(500), ("KI-040", "online"): figure(200, key=2)},
        1000,
        (500, 50, 40, H.MISSING),
    ),
    "a reported share comes first": (
        {("KI-040", ""): figure(500), ("KI-040", "online"): figure(200, key=2), ("KI-042", ""): figure(41, key=3)},
        1000,
        (500, 50, 41, H.MISSING),
    ),
    "declared missing is missing": (
        {("KI-040", ""): figure(having=H.MISSING), ("KI-050", ""): figure(having=H.NOT_REQUIRED, key=2)},
        1000,
        (H.MISSING, H.MISSING, H.MISSING, H.NOT_REQUIRED),
    ),
    "online without any whole": (
        {("KI-040", "online"): figure(200)},
        1000,
        (H.MISSING, H.MISSING, H.MISSING, H.MISSING),
    ),
    "a baseline of zero measures nothing": ({("KI-040", ""): figure(5)}, 0, (5, H.NOT_REQUIRED, H.MISSING, H.MISSING)),
}


@pytest.mark.parametrize("figures, baseline, expected", CASES.values(), ids=CASES.keys())
def test_what_a_period_shows(figures, baseline, expected):
    found = use(figures, baseline)
    amounts = (found.volume, found.attainment, found.online, found.satisfaction)
    assert tuple(one.value if one.having is H.VALUE else one.having for one in amounts) == expected


def test_where_nobody_owes_anything_nothing_is_missing():
    found = use({}, None, owed=())
    assert {found.volume, found.attainment, found.online, found.satisfaction} == {NOT_REQUIRED}
    assert use({}).satisfaction == MISSING


def test_a_derived_number_names_what_it_rests_on_and_is_verified_only_as_a_whole():
    found = use({("KI-040", ""): figure(500, key=7), ("KI-040", "online"): figure(200, key=8, verified=False)})
    assert (found.online.figures, found.online.verified) == ((8, 7), False)
    assert (found.attainment.figures, found.attainment.verified) == ((7,), True)


# --- stored figures and the page -------------------------------------------------------------------------------------

MARCH, APRIL = Period("2026-03"), Period("2026-04")


@pytest.fixture
def counted(w):
    """A contract whose second service agrees on volume, online share and satisfaction, with a baseline."""
    contract = draft(w, term_from=today())
    officer, line = w.actor("officer"), contract.current.lines[1]
    for code in ("KI-040", "KI-042", "KI-050"):
        set_level(officer, contract, line, indicator=code)
    submit(w, contract)
    for signatory in ("signatory", "operator_signatory"):
        sign(w, contract, signatory)
    db.session.commit()
    with clock.at(LATER):
        yield Watch(w, contract)


def test_stored_figures_by_period(counted):
    counted.report(
        ("KI-040", "2026-03", "800000", {"service": 1}),
        ("KI-040", "2026-03", "600000", {"service": 1, "channel": "online"}),
        ("KI-040", "2026-04", "0", {"service": 1}),
        ("KI-050", "2026-04", "", {"service": 1, "reason": "调查未开展"}),
    )
    first, second = usage_of(counted.contract, PeriodKind.MONTH, [MARCH, APRIL])
    assert [one.volume.having for one in first.uses] == [H.NOT_REQUIRED, H.NOT_REQUIRED]
    march, april = second.uses
    assert (march.volume.value, march.baseline, march.attainment.value, march.online.value) == (800000, 1000000, 80, 75)
    assert march.satisfaction.having is H.MISSING
    assert (april.volume.value, april.attainment.value, april.online.having) == (0, 0, H.NOT_REQUIRED)
    assert (april.satisfaction.having, len(april.satisfaction.figures)) == (H.MISSING, 1)
    assert march.volume.verified is False
    verifying.verify(counted.w.actor("officer"), counted.contract, list(march.volume.figures))
    db.session.commit()
    assert usage_of(counted.contract, PeriodKind.MONTH, [MARCH])[1].uses[0].volume.verified is True


def test_other_kinds_of_period_have_no_baseline_of_a_month(counted):
    quarter = usage_of(counted.contract, PeriodKind.QUARTER, [Period("2026-Q1")])[1].uses[0]
    assert (quarter.baseline, quarter.volume.having, quarter.attainment.having) == (
        None,
        H.NOT_REQUIRED,
        H.NOT_REQUIRED,
    )
    assert usage_of(counted.contract, PeriodKind.MONTH, []) == []


def words(markup):
    return re.sub(r"<[^>]+>|\s", "", markup)


@pytest.mark.parametrize("by", ["operator_officer", "officer", "inspector"])
def test_the_page_keeps_missing_not_required_and_zero_apart(counted, client, by):
    counted.report(("KI-040", "2026-03", "800000", {"service": 1}), ("KI-040", "2026-04", "0", {"service": 1}))
    page = sign_in(client, by).get(f"/contracts/{counted.contract.code}/usage?period=2026-04")
    assert page.status_code == 200
    rows = re.findall(r"<tr role=.row.><td.*?</tr>", page.get_data(as_text=True), re.DOTALL)
    cells = [[words(one) for one in re.findall(r"<td.*?</td>", row, re.DOTALL)] for row in rows]
    assert "没有约定使用量" in words(page.get_data(as_text=True))
    assert cells[0] == ["2026-04", "0未核", "1,000,000", "0.00", "—", "缺"]
    assert cells[1] == ["2026-03", "800,000未核", "1,000,000", "80.00", "缺", "缺"]
