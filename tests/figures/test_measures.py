"""What a contract measures: agreed levels, what is paid by use, and the volume that levels about use rest on."""

from datetime import date
from decimal import Decimal

import pytest

from app.contracts.models import PeriodKind
from app.contracts.rules import default_bands
from app.figures.judging import Delivery, look_at
from app.figures.kinds import Source, SubmissionKind
from app.figures.measures import measures_of
from tests.factories import add_line, draft, set_level, sign, submit
from tests.figures.conftest import HEADER

BANDS = default_bands(Decimal(80), Decimal(10), at_least=True)


@pytest.fixture
def agree(w, running):
    """A contract in force whose third line has availability and further levels: `agree(("KI-042", "quarter"), …)`."""

    def made(*levels, **price):
        contract = draft(w, term_from=date(2026, 3, 1))
        line = add_line(w.actor("officer"), contract, **price)
        for code, period in levels:
            facts = {"target": Decimal(80), "bands": BANDS, "period": PeriodKind(period)}
            set_level(w.actor("officer"), contract, line, indicator=code, **facts)
        submit(w, contract)
        for by in ("signatory", "operator_signatory"):
            sign(w, contract, by)
        return contract, line

    return made


def of_line(contract, line):
    return {one.indicator: one for one in measures_of(contract) if one.service_id == line.service_id}


@pytest.mark.parametrize(
    "levels, due",
    [
        ((("KI-042", "month"),), "month"),
        ((("KI-043", "quarter"),), "quarter"),
        ((("KI-042", "quarter"), ("KI-043", "month")), "month"),
        ((("KI-042", "quarter"), ("KI-040", "year")), "year"),
    ],
)
def test_the_volume_is_measured_where_a_level_rests_on_it(agree, levels, due):
    contract, line = agree(*levels)
    assert of_line(contract, line)["KI-040"].due == due
    assert {"month", "quarter", "year"} <= of_line(contract, line)["KI-040"].kinds


def test_without_such_a_level_nothing_more_is_asked(agree):
    contract, line = agree(("KI-050", "quarter"))
    assert set(of_line(contract, line)) == {"KI-001", "KI-050"}


def test_the_online_channel_is_reported_beside_the_whole(agree):
    contract, line = agree(("KI-042", "month"))
    rows = [
        {"channel": "", "value": "120"},
        {"channel": "online", "value": "96"},
    ]
    fixed = {"service": line.service.code, "indicator": "KI-040", "period": "2026-04"}
    lines = [",".join({**fixed, **row}.get(name, "") for name in HEADER.split(",")) for row in rows]
    found = look_at(contract, Source.OPERATOR_REPORT, file_of(lines))
    assert found.problems == []
    assert [row.channel for row in found.rows] == ["", "online"]


def file_of(lines):
    return Delivery(SubmissionKind.FIGURES, "f.csv", "\n".join([HEADER, *lines]).encode())


@pytest.mark.parametrize(
    "code, period, share, signed",
    [("KI-042", "month", True, False), ("KI-043", "month", False, False), ("KI-063", "year", False, True)],
)
def test_what_may_pass_the_whole_or_be_negative_stands_in_the_catalogue(agree, code, period, share, signed):
    contract, line = agree((code, period))
    found = of_line(contract, line)[code]
    assert (found.share, found.signed) == (share, signed)
