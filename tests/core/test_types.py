"""Columns and canonical texts refuse what they could not keep exactly."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.accounts.models import SignInEvent, SignInOutcome
from app.core.canonical import canonical_json, digest_both, sm3
from app.core.db import Decimal6, Fen, UTCDateTime

DIALECTS = [sqlite.dialect(), postgresql.dialect()]
BEIJING = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    "value, kept",
    [
        ("0", 0),
        ("-0", 0),
        ("0.003", 3000),
        ("0.000001", 1),
        ("-99.999999", -99_999_999),
        ("1E+3", 10**9),
        ("1.50000000000", 1_500_000),
        ("999999999999.999999", 999_999_999_999_999_999),
    ],
)
def test_decimals_are_kept_as_whole_millionths(value, kept):
    assert Decimal6().process_bind_param(Decimal(value), DIALECTS[0]) == kept
    assert Decimal6().process_result_value(kept, DIALECTS[0]) == Decimal(value)


@pytest.mark.parametrize(
    "value",
    [
        *(Decimal(text) for text in ("NaN", "sNaN", "Infinity", "-Infinity", "1E+400", "1E-7", "0.0000001")),
        *(Decimal(text) for text in ("1.0000001", "1." + "0" * 40 + "1", "12345678901234567890.1")),
        *(1.5, 1, "1.5", True, float("nan")),
    ],
)
def test_a_decimal_that_does_not_fit_exactly_is_refused(value):
    with pytest.raises(ValueError):
        Decimal6().process_bind_param(value, DIALECTS[0])


def test_the_precision_of_surrounding_arithmetic_changes_no_stored_decimal():
    with localcontext(prec=3):
        assert Decimal6().process_bind_param(Decimal("1234.567891"), DIALECTS[0]) == 1_234_567_891


@pytest.mark.parametrize("value", [1.0, "1", True, Decimal(1), float("inf")])
def test_money_that_is_no_whole_number_is_refused(value):
    with pytest.raises(TypeError):
        Fen().process_bind_param(value, DIALECTS[0])


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_moment_without_zone_is_refused(dialect):
    with pytest.raises(ValueError, match="time zone"):
        UTCDateTime().process_bind_param(datetime(2026, 3, 2, 9), dialect)


def test_moments_come_back_as_the_same_moment_in_utc(db_session):
    given = datetime(2026, 3, 2, 7, 59, 59, 123_456, tzinfo=BEIJING)
    event = SignInEvent(at=given, login="x", ip="::1", outcome=SignInOutcome.ATTEMPT)
    db_session.add(event)
    db_session.flush()
    db_session.refresh(event)
    assert event.at == given
    assert event.at.tzinfo is UTC
    assert event.at.day == 1


@pytest.mark.parametrize("bad", ["'many'", "'1e999'", "9e999", "'NaN'", "X'00'"])
def test_a_whole_number_column_takes_no_text_and_no_infinity(db_session, bad):
    from app.accounts.models import Denial

    values = {"at": "'2026-03-02 00:00:00'", "method": "'GET'", "path": "'/'", "status": bad, "request_id": "''"}
    statement = f"INSERT INTO denials ({', '.join(values)}, id) VALUES ({', '.join(values.values())}, 7)"
    with pytest.raises(sa.exc.DBAPIError):
        db_session.execute(sa.text(statement))
    db_session.rollback()
    good = statement.replace(bad, "404")
    db_session.execute(sa.text(good))
    assert db_session.get(Denial, 7).status == 404


def test_one_content_has_one_spelling():
    assert canonical_json({"b": [1, None, True], "a": "管运/\u2028"}) == '{"a":"管运/\u2028","b":[1,null,true]}'
    assert canonical_json({"x": (1, 2)}) == canonical_json({"x": [1, 2]})
    assert canonical_json(10**40) == "1" + "0" * 40


@pytest.mark.parametrize(
    "value",
    [1.5, float("nan"), Decimal("1.5"), date(2026, 3, 2), b"x", {1, 2}, object(), {"deep": [{"x": 0.1}]}, {1: "a"}],
)
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(TypeError):
        canonical_json(value)


def test_both_digests_are_the_published_ones():
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    digests = digest_both(b"")
    assert digests.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digests.sm3 == "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"
