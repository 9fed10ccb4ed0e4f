"""The quick form of the fault injection, a few kills and a few slots; `make torture` has the full counts."""

from __future__ import annotations

import pytest

from tests import postgres
from tests.torture.installation import Nursery, installed
from tests.torture.kills import torment, verdict
from tests.torture.slots import wrong

KILLS, SLOTS = 5, 50
BACKENDS = [
    "sqlite",
    pytest.param(
        "postgresql",
        marks=[
            pytest.mark.postgres,
            pytest.mark.skipif(postgres.find_binaries() is None, reason="not run: no PostgreSQL binaries"),
        ],
    ),
]


@pytest.fixture(params=BACKENDS)
def installation(request):
    with installed(request.param) as made:
        yield made


def test_kills_lose_nothing_and_schedulers_double_nothing(installation):
    """F1, then F9 on the same data, whose last step verifies the trail over both.

    One test, because an installation of its own costs more than what is done with it.
    """
    tokens = installation.seed("tests.torture.seeding", "4")["tokens"]
    server = Nursery(installation)
    try:
        tally = torment(server, tokens, KILLS, (0.0, 0.25))
    finally:
        server.stop()
    assert tally.kills == KILLS
    assert tally.acknowledged and tally.retries
    assert verdict(installation, tally) == []

    said = installation.seed("tests.torture.slots", "2", str(SLOTS))
    assert wrong(said) == []
