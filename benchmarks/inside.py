"""Benchmarks that run inside one process of the product: `python -m benchmarks.inside ROW SEEDED` prints JSON.

Each measures the product and, beside it, the limit: the least that such work could cost.
"""

from __future__ import annotations

import contextlib
import cProfile
import io
import json
import pstats
import random
import resource
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest import mock

import sqlalchemy as sa
import typst
from rapidfuzz import process

from app import create_app
from app.accounts.identities import actor_by_login
from app.audit.heads import latest
from app.audit.leaves import Leaf, sha256
from app.audit.merkle import leaf_hash
from app.audit.models import TrailEntry
from app.audit.verifier import verify
from app.calendars.queries import calendar_in_force
from app.calendars.working_time import due
from app.conditions.cel import compile_condition
from app.conditions.gathering import facts_of
from app.contracts.documents import contract_pdf, paper_for
from app.contracts.queries import contract_in_reach
from app.core.canonical import digest_both, sm3
from app.core.clock import clock
from app.core.db import db
from app.core.typesetting import pdf as typesetting
from app.negative_lists.item_file import Item
from app.negative_lists.queries import item_of, items_in_force
from app.negative_lists.replay import replay
from app.negative_lists.screening import STEPS
from app.projects import similarity
from app.subjects.models import Subject, SubjectKind
from benchmarks import bare
from tests.projects import proposals

SECONDS = 1.2
MOMENT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def rate(work: Callable[[], int], seconds: float = SECONDS) -> float:
    """Units of work per second."""
    work()
    started, done = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        done += work()
    return done / (time.perf_counter() - started)


def once(work: Callable[[], Any]) -> Callable[[], int]:
    def counted() -> int:
        work()
        return 1

    return counted


@contextlib.contextmanager
def context(app: Any) -> Iterator[None]:
    with app.app_context():
        yield


# --- rows ------------------------------------------------------------------------------------------------------------


def list_page(app: Any, seeded: dict[str, Any], key: str = "officer") -> dict[str, float]:
    client, limit = app.test_client(), bare.create_app().test_client()
    client.set_cookie("guanyun", seeded["sessions"][key])
    page = client.get("/contracts")
    assert page.status_code == 200
    assert page.get_data(as_text=True).count("<tr ") > 50
    assert limit.get("/contracts").get_data(as_text=True).count("<tr>") == 50
    return {"ours": rate(once(lambda: client.get("/contracts"))), "limit": rate(once(lambda: limit.get("/contracts")))}


def list_by_mandate(app: Any, seeded: dict[str, Any]) -> dict[str, float]:
    return list_page(app, seeded, "authority_officer")


def create(app: Any, seeded: dict[str, Any]) -> dict[str, float]:
    client, limit = app.test_client(), bare.create_app().test_client()

    def ours() -> None:
        headers = {"Authorization": f"Bearer {seeded['tokens'][0]}", "Idempotency-Key": secrets.token_hex(16)}
        answer = client.post("/api/v1/contracts", json={"title": "基准合同"}, headers=headers)
        assert answer.status_code == 201, answer.get_data(as_text=True)

    def bare_insert() -> None:
        assert limit.post("/api/v1/contracts", json={"title": "基准合同"}).status_code == 201

    return {"ours": rate(once(ours)), "limit": rate(once(bare_insert))}


def trail(app: Any, _seeded: dict[str, Any]) -> dict[str, float]:
    with context(app):
        rows = [
            (leaf.content(), (leaf.salt + leaf.details).encode())
            for leaf in (_leaf_of(one) for one in db.session.scalars(sa.select(TrailEntry).order_by(TrailEntry.seq)))
        ]
        db.session.expunge_all()

        def ours() -> int:
            found = verify()
            assert found.ok, found
            return found.entries

        def limit() -> int:
            for content, details in rows:
                digest_both(details)
                leaf_hash(sha256, content)
                leaf_hash(sm3, content)
            return len(rows)

        return {"ours": rate(ours), "limit": rate(limit)}


def _leaf_of(entry: TrailEntry) -> Leaf:
    names = ("seq", "at", "actor", "verb", "ref", "request_id", "details", "salt")
    return Leaf(id=entry.id.hex, **{name: getattr(entry, name) for name in names})


def deadlines(app: Any, _seeded: dict[str, Any]) -> dict[str, float]:
    with context(app):
        calendar = calendar_in_force()
        draw = random.Random(1)
        asked = [
            (MOMENT + timedelta(minutes=draw.randrange(60 * 24 * 200)), draw.choice((240, 480, 2400, 4800)))
            for _ in range(200)
        ]
        for start, minutes in asked:
            assert due(calendar, start, minutes).at == by_day(calendar, start, minutes)

        def ours() -> int:
            return len([due(calendar, start, minutes) for start, minutes in asked])

        def limit() -> int:
            return len([by_day(calendar, start, minutes) for start, minutes in asked])

        return {"ours": rate(ours), "limit": rate(limit)}


def by_day(calendar: Any, start: datetime, minutes: int) -> datetime:
    """The naive way: day after day, session after session, no pauses, no clock changes."""
    local = start.astimezone(calendar.zone)
    day, left = local.date(), minutes * 60
    since = local.hour * 3600 + local.minute * 60 + local.second
    while True:
        for session in calendar.sessions_on(day):
            begin = max(session.begin, since)
            if session.end > begin:
                if session.end - begin >= left:
                    return _midnight(day, calendar) + timedelta(seconds=begin + left)
                left -= session.end - begin
        day, since = day + timedelta(days=1), 0


def _midnight(day: date, calendar: Any) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=calendar.zone)


def paper(app: Any, seeded: dict[str, Any]) -> dict[str, float]:
    with context(app):
        actor = actor_by_login("officer")
        assert actor is not None
        version = contract_in_reach(actor, seeded["code"]).current  # type: ignore[union-attr]
        prepared = paper_for(version, latest())
        kept: dict[str, Any] = {}
        compiler = typst.Compiler

        def noting(**options: Any) -> typst.Compiler:
            kept.update(options)
            return compiler(**options)

        with mock.patch.object(typesetting.typst, "Compiler", noting):
            assert contract_pdf(prepared).startswith(b"%PDF")

        def limit() -> None:
            compiler(**kept).compile(format="pdf")

        return {"ours": rate(once(lambda: contract_pdf(paper_for(version, latest())))), "limit": rate(once(limit))}


def duplicates(_app: Any, _seeded: dict[str, Any]) -> dict[str, float]:
    """A proposal beside 5,000 prepared projects with all its texts, and beside their names alone by the library."""
    works = proposals.ledger(5000)
    corpus = similarity.corpus_of(works, proposals.PLACES)
    draw = random.Random(1)
    asked = [(work, proposals.disguised(work, draw)) for work in draw.sample(works, 40)]
    ready = [(work.key, similarity.prepare(one, proposals.PLACES)) for work, one in asked]
    found = [key in [one.work.key for one in similarity.nearest(one, corpus)[:3]] for key, one in ready]
    assert sum(found) >= 0.98 * len(found), f"{sum(found)} of {len(found)} near-duplicates among the first three"
    names = [work.name for work in works]

    def ours() -> int:
        return len([similarity.nearest(one, corpus) for _key, one in ready])

    def limit() -> int:
        return len([process.extract(one.name, names, limit=10) for _work, one in asked])

    return {"ours": rate(ours), "limit": rate(limit)}


def replayed(app: Any, _seeded: dict[str, Any]) -> dict[str, float]:
    """Every item written otherwise, over all projects and contracts with their facts, beside its conditions alone."""
    with context(app):
        now = {entry.code: item_of(entry) for entry in items_in_force()}
        proposed = {code: _written_otherwise(item) for code, item in now.items()}
        kinds = list(db.session.scalars(sa.select(Subject.kind).where(Subject.kind.in_(STEPS))))
        begun = time.perf_counter()
        found = replay(proposed)
        seconds = time.perf_counter() - begun
        assert found.subjects == len(kinds)
        assert not found.changes, found.changes[:3]
        judged = sum(item.subject.value == kind.value for kind in kinds for item in now.values())
        first = sa.select(Subject).where(Subject.kind == SubjectKind.PROJECT).limit(1)
        facts = facts_of(db.session.scalars(first).one())
        conditions = [item.condition for item in now.values() if item.condition]

        def limit() -> int:
            return len([condition.judge(facts) for condition in conditions])

        return {"ours": judged / seconds, "limit": rate(limit), "seconds": seconds}


def _written_otherwise(item: Item) -> Item:
    """The same item with a condition of another text: it is judged anew and comes to the same."""
    return replace(item, condition=item.condition and compile_condition(f"({item.condition.text}) && true"))


ROWS: dict[str, Callable[[Any, dict[str, Any]], dict[str, float]]] = {
    "list": list_page,
    "list_by_mandate": list_by_mandate,
    "create": create,
    "trail": trail,
    "due": deadlines,
    "pdf": paper,
    "duplicates": duplicates,
    "replay": replayed,
}


# --- where the time goes ---------------------------------------------------------------------------------------------


def profile(app: Any, seeded: dict[str, Any]) -> str:
    """The costliest functions of a list page and of a create, by their own time and by time with callees."""
    client = app.test_client()
    client.set_cookie("guanyun", seeded["sessions"]["officer"])

    def create_one() -> None:
        headers = {"Authorization": f"Bearer {seeded['tokens'][0]}", "Idempotency-Key": secrets.token_hex(16)}
        app.test_client().post("/api/v1/contracts", json={"title": "基准合同"}, headers=headers)

    said = []
    for name, work in (("list page", lambda: client.get("/contracts")), ("create", create_one)):
        work()
        measured = cProfile.Profile()
        statements = timed_statements(app, work)
        for _ in range(15):
            measured.runcall(work)
        for order in ("cumulative", "tottime"):
            stream = io.StringIO()
            pstats.Stats(measured, stream=stream).strip_dirs().sort_stats(order).print_stats(28)
            said.append(f"=== {name}, 15 times, by {order}\n{stream.getvalue()}")
        said.append(f"=== {name}: statements\n" + "\n".join(statements))
    return "\n".join(said)


def timed_statements(app: Any, work: Callable[[], Any]) -> list[str]:
    """Every statement with the milliseconds until its first row, as the driver sees it."""
    seen: list[str] = []
    begun: list[float] = []
    with app.app_context():
        engine = db.engine

    def before(*_all: Any) -> None:
        begun.append(time.perf_counter())

    def after(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(f"{(time.perf_counter() - begun.pop()) * 1000:7.2f} ms  {' '.join(statement.split())[:140]}")

    for name, listener in (("before_cursor_execute", before), ("after_cursor_execute", after)):
        sa.event.listen(engine, name, listener)
    work()
    for name, listener in (("before_cursor_execute", before), ("after_cursor_execute", after)):
        sa.event.remove(engine, name, listener)
    return seen


def main(row: str, seeded: dict[str, Any]) -> None:
    app = create_app({"WTF_CSRF_ENABLED": False})
    if row == "profile":
        print(profile(app, seeded))
        return
    with clock.at(MOMENT) if row == "due" else contextlib.nullcontext():
        found = ROWS[row](app, seeded)
    found["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
