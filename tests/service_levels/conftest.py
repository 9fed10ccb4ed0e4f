"""These tests may ask for `w`, the standing world, and for `watched`, a contract whose first two months are over."""

import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from werkzeug.datastructures import FileStorage

from app.contracts.actions import attach_file
from app.contracts.models import Contract
from app.core.clock import clock
from app.core.db import db, intend_to_write
from app.figures.actions import submit_events, submit_figures
from app.figures.measures import agreed_version
from tests.factories import app, w

__all__ = ["app", "w"]

# The contract runs from 2 March 2026; in May its months 03 and 04 are over.
LATER = datetime(2026, 5, 11, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def upload(content: bytes = b"a notice", name: str = "notice.txt") -> FileStorage:
    return FileStorage(io.BytesIO(content), name)


class Watch:
    """A contract in force and its two services; `tell` reports events of the first one as its operator."""

    def __init__(self, w, contract: Contract) -> None:
        self.w, self.contract = w, contract
        self.lines = agreed_version(contract).lines
        self.codes = [line.service.code for line in self.lines]
        self.ids = [line.service_id for line in self.lines]
        self.told = 0
        # A file of the contract that can serve as evidence.
        self.proof = attach_file(w.actor("officer"), contract, upload(b"notice"), "公告").sha256

    def tell(self, *events, service=0, by="operator_officer"):
        """Reports events written as `("04-10T01:00", "down")`, in Shanghai's time."""
        self.told += 1
        rows = [f"2026-{at}+08:00,{self.codes[service]},{status},{self.told}" for at, status in events]
        content = "\n".join(["at,service,status,code", *rows]).encode()
        made = submit_events(self.w.actor(by), self.contract, "events.csv", content).submission
        db.session.commit()
        return made

    def report(self, *lines):
        """Reports figures, each `(indicator, period, value, more)` of the first service."""
        header = "service,indicator,period,value,denominator,channel,reason"
        rows = [
            ",".join([self.codes[more.get("service", 0)], code, period, value, *(more.get(name, "") for name in names)])
            for code, period, value, more in lines
            for names in [("denominator", "channel", "reason")]
        ]
        content = "\n".join([header, *rows]).encode()
        made = submit_figures(self.w.actor("operator_officer"), self.contract, "figures.csv", content).submission
        db.session.commit()
        return made


@pytest.fixture
def watched(w):
    with clock.at(LATER):
        found = Watch(w, w.contract("in_force"))
        db.session.commit()
        intend_to_write()
        yield found
