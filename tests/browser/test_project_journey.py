"""One project from its declaration to the signed inspection of its first report, each role by the web."""

from __future__ import annotations

import pytest

from tests.browser import journey_building as building
from tests.browser import journey_declaring as declaring

pytestmark = pytest.mark.browser

# What is done on which day.
STAGES = (
    ("2026-03-02 10:00", declaring.declared),
    ("2026-03-09 09:00", declaring.reviewed),
    ("2026-03-11 09:00", declaring.approved),
    ("2026-03-16 09:00", declaring.condition_met),
    ("2026-03-16 14:00", building.announced),
    ("2026-04-09 09:00", building.awarded),
    ("2026-04-20 09:00", building.building_contracted),
    ("2026-04-21 09:00", building.duties_signed),
    ("2026-04-22 09:00", building.building_begun),
    ("2026-06-10 09:00", building.accepted_preliminarily),
    ("2026-07-20 09:00", building.accepted_finally),
    ("2026-07-28 09:00", building.handed_over),
)
