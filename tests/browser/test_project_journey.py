"""One project from its declaration to the signed inspection of its first report, each role by the web.

By hand is everything once; what comes again in the same way is repeated by the actions that the pages call: the items
of both rounds of acceptance after the first, and the items of the handover but one.
"""

from __future__ import annotations

import pytest

from app.audit.verifier import verify
from app.projects.kinds import ProjectState
from tests.browser import journey_building as building
from tests.browser import journey_declaring as declaring
from tests.browser import journey_operating as operating
from tests.browser.journey import Journey
from tests.browser.journey_pages import follow, state_of

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
    ("2026-05-07 09:00", operating.contracted),
    ("2026-06-10 09:00", building.accepted_preliminarily),
    ("2026-07-20 09:00", building.accepted_finally),
    ("2026-07-28 09:00", building.handed_over),
    ("2026-08-01 01:00", operating.in_force),
    ("2026-08-03 09:00", operating.plan_agreed),
    ("2026-09-01 09:00", operating.reported),
    ("2026-09-02 09:00", operating.verified),
    ("2026-09-03 09:00", operating.assessed),
    ("2026-09-07 09:00", operating.inspected),
)


def test_a_project_goes_from_its_declaration_to_the_signed_inspection_of_its_report(chromium):
    with Journey(chromium).running() as journey:
        journey.people_arrive()
        for day, stage in STAGES:
            journey.until(day)
            stage(journey)
        the_report_leads_back_to_the_project(journey)
        what_happened_is_on_record(journey)


def the_report_leads_back_to_the_project(journey: Journey) -> None:
    """Whoever holds the signed report finds the contract, the project, its decisions and its papers by links."""
    code = journey.notes["project"]
    with journey.desk("authority_officer") as page:
        page.goto(f"/reports/{journey.notes['report']}")
        assert "已签发" in page.locator(".gy-band").inner_text()
        follow(page, journey.notes["contract"])
        follow(page, code)
        assert "运营中" in state_of(page)
        whole = page.locator("main").inner_text()
        assert journey.notes["contract"] in whole
        assert all(name in whole for name in ("应急预案", "档案验收意见", "云上运营有限公司", "信诚监理有限公司"))
        page.goto(f"/projects/{code}/decisions")
        decisions = page.locator("main").inner_text()
        assert all(step in decisions for step in ("立项审批", "开工", "上线试运行", "竣工验收", "移交投运", "已核销"))


def what_happened_is_on_record(journey: Journey) -> None:
    """Nothing of the trail was changed, and it names every step that moved the project."""
    with journey.acting() as w:
        assert building.project_of(w, journey).state is ProjectState.OPERATING
        verdict = verify()
        assert verdict.ok, vars(verdict)
        assert verdict.entries > 200
