"""Real monitoring data takes the same road: every status change is an event, in any order, with nothing lost."""

import csv
import gzip
import random
from datetime import UTC, datetime

import pytest

from app.figures.event_rules import EventJudge
from app.figures.figure_rules import Window
from app.figures.reading import EVENTS, table_of_csv
from tests import machine

pytestmark = pytest.mark.shared_data
WINDOW = Window(datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("name, events", [("us10x", 3983), ("usgov2024", 863)])
def test_outside_events_are_taken_whole_and_in_any_order(name, events):
    folder = machine.shared_data() / "availability"
    with gzip.open(folder / f"{name}_events.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [
            [one["at"], one["slug"], one["status"], one["code"], one["response_ms"]] for one in csv.DictReader(file)
        ]
    services = {slug: number for number, slug in enumerate(sorted({one[1] for one in rows}))}
    taken = []
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        text = "\n".join(["at,service,status,code,response_ms", *(",".join(one) for one in rows)])
        table = table_of_csv(text, EVENTS)
        judged = EventJudge(services, WINDOW, table.header).judge(table.rows)
        assert judged.problems == []
        taken.append({one[1:] for one in judged.rows})
    assert len(taken[0]) == events
    assert taken[0] == taken[1] == taken[2]
