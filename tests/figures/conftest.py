"""These tests may ask for `w`, the standing world, and for `running`, a contract whose first two months are over."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.contracts.models import Contract
from app.core.clock import clock
from app.core.db import db, intend_to_write
from app.figures.measures import measures_of
from tests.factories import w

__all__ = ["w"]

# The contract runs from 2 March 2026; in May its months 03 and 04 are over, and 2026-Q1 with them.
LATER = datetime(2026, 5, 11, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HEADER = "service,indicator,period,value,denominator,unit,channel,reason,evidence,note"


class Running:
    """A contract in force and its two services; `line` writes a row of a file."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        measures = measures_of(contract)
        self.services = list(dict.fromkeys(one.service_code for one in measures))
        self.ids = {one.service_code: one.service_id for one in measures}

    def line(self, value="99.9", period="2026-03", service=0, indicator="KI-001", **more) -> str:
        code = self.services[service] if isinstance(service, int) else service
        cells = {"service": code, "indicator": indicator, "period": period, "value": value, **more}
        return ",".join(cells.get(name, "") for name in HEADER.split(","))

    def file(self, *lines) -> bytes:
        return "\n".join([HEADER, *(lines or (self.line(),))]).encode()


@pytest.fixture
def running(w):
    with clock.at(LATER):
        found = Running(w.contract("in_force"))
        db.session.commit()
        intend_to_write()
        yield found
