"""What a preview says about scores: nothing without a room that scores, otherwise before and after, stored nowhere."""

from decimal import Decimal

import pytest

from app.catalogues.wording import N_
from app.core.periods import Period
from app.figures.forecasts import Forecast, Outcome, ServiceChange, forecasts_of
from app.figures.judging import Findings
from app.figures.kinds import Source
from tests.factories import sign_in
from tests.figures.test_doors import address, upload

CARD = "对考核的影响（预估）"
RISING = Forecast(
    period=Period("2026-04"),
    plan="KH-1",
    before=Outcome(Decimal("80.00"), "良", Decimal(2), 200_000),
    after=Outcome(Decimal("95.50"), "优", Decimal(0), 0),
    notes=(N_("已核 %(n)s 项", n="3"),),
    services=(ServiceChange("一网通办", Decimal("80"), Decimal("95.5")),),
)
HELD = Forecast(period=Period("2026-03"), plan="KH-1", before=None, after=Outcome(None), held=True)


@pytest.fixture
def told(app):
    """What the provider was asked, and the provider in the place of the rooms above."""
    asked = []

    def provider(contract, findings, source):
        asked.append((contract.code, findings.periods, source))
        return [RISING, HELD]

    usual = app.extensions["figure_forecasts"]
    app.extensions["figure_forecasts"] = (provider,)
    yield asked
    app.extensions["figure_forecasts"] = usual


@pytest.fixture
def silent(app):
    usual = app.extensions["figure_forecasts"]
    app.extensions["figure_forecasts"] = ()
    yield
    app.extensions["figure_forecasts"] = usual


def test_a_preview_shows_before_and_after_to_both_sides(app, client, w, running, told):
    person = sign_in(client, "operator_officer")
    place = upload(person, running, running.file()).headers["Location"]
    for by in ("operator_officer", "officer", "inspector"):
        page = sign_in(client, by).get(place).get_data(as_text=True)
        assert CARD in page, by
        for words in ("80 → <b>95.5</b>", "良 → 优", "2,000.00 元 → 0.00 元", "已核 3 项", "暂缓", "— → <b>—</b>"):
            assert words in page, words
        # The earlier period stands first.
        assert page.index("2026-03</td>") < page.index("2026-04</td>")
    assert told[0] == (running.contract.code, ["2026-03"], Source.OPERATOR_REPORT)


def test_nothing_is_asked_of_a_file_with_problems_or_without_news(app, client, w, running, told):
    person = sign_in(client, "operator_officer")
    place = upload(person, running, running.file(running.line("NaN"))).headers["Location"]
    assert CARD not in person.get(place).get_data(as_text=True)
    assert told == []


def test_without_a_room_that_scores_the_card_is_left_out(app, client, w, running, silent):
    person = sign_in(client, "operator_officer")
    place = upload(person, running, running.file()).headers["Location"]
    assert CARD not in person.get(place).get_data(as_text=True)
    assert forecasts_of(running.contract, Findings(), Source.OPERATOR_REPORT) == []
    assert address(running)
