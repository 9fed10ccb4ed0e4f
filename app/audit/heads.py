"""Tree heads: the root over all leaves so far, grown from the last head in both digests."""

import json
from datetime import datetime

import sqlalchemy as sa

from app.audit.acts import TRAIL_LOCK
from app.audit.leaves import sha256
from app.audit.merkle import CompactRange
from app.audit.models import TrailEntry, TrailHead
from app.core.canonical import sm3
from app.core.clock import now
from app.core.db import db, is_postgresql


def seal() -> TrailHead | None:
    """Writes a head over all leaves present; None when there is no leaf. Sealing twice adds nothing."""
    if is_postgresql():
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(TRAIL_LOCK)))
    last = latest()
    ranges = _ranges(last)
    for leaf_sha256, leaf_sm3 in db.session.execute(
        sa.select(TrailEntry.sha256, TrailEntry.sm3)
        .where(TrailEntry.seq > ranges["sha256"].size)
        .order_by(TrailEntry.seq)
    ):
        ranges["sha256"].append(bytes.fromhex(leaf_sha256))
        ranges["sm3"].append(bytes.fromhex(leaf_sm3))
    if last is not None and last.size == ranges["sha256"].size:
        return last
    return _store(ranges) if ranges["sha256"].size else None


def latest() -> TrailHead | None:
    """The newest head."""
    return db.session.scalar(sa.select(TrailHead).order_by(TrailHead.size.desc()).limit(1))


def first_since(moment: datetime) -> TrailHead | None:
    """The first head sealed at or after a moment: the one that covers what was done then, the same for good."""
    return db.session.scalar(sa.select(TrailHead).where(TrailHead.at >= moment).order_by(TrailHead.size).limit(1))


def _ranges(last: TrailHead | None) -> dict[str, CompactRange]:
    hashes = {"sha256": sha256, "sm3": sm3}
    if last is None:
        return {name: CompactRange(function) for name, function in hashes.items()}
    frontier = json.loads(last.frontier)
    return {
        name: CompactRange(function, last.size, [bytes.fromhex(root) for root in frontier[name]])
        for name, function in hashes.items()
    }


def _store(ranges: dict[str, CompactRange]) -> TrailHead:
    head = TrailHead(
        size=ranges["sha256"].size,
        at=now(),
        sha256=ranges["sha256"].root().hex(),
        sm3=ranges["sm3"].root().hex(),
        frontier=json.dumps({name: [root.hex() for root in grown.roots or []] for name, grown in ranges.items()}),
    )
    db.session.add(head)
    db.session.flush()
    return head
