"""Checks the whole trail: no leaf changed, missing, added or moved, and every head still the root over its leaves."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from app.audit.leaves import Leaf, sha256
from app.audit.merkle import CompactRange
from app.audit.models import TrailEntry, TrailHead
from app.core.canonical import sm3
from app.core.db import db

# Entries read at a time; a number before every entry's; what of a head is not looked at.
STEP = 2000
BEFORE_ALL = -(2**62)
HEAD = sa.orm.defer(TrailHead.at)


@dataclass(frozen=True)
class Verdict:
    """`bad_seq` is the first entry that does not hold; `problem` says in plain words what is wrong with it."""

    entries: int
    heads: int
    bad_seq: int | None = None
    problem: str = ""

    @property
    def ok(self) -> bool:
        return self.bad_seq is None


def verify(see: Callable[[TrailEntry], None] | None = None) -> Verdict:
    """Reads every leaf in order once; `see` is called with each good entry (used by the export)."""
    try:
        return _walk(see, STEP)
    except ValueError:
        # A value that is no moment or no id at all (SQLite keeps them as text): one by one, to name the entry.
        return _walk(None, 1)


def _walk(see: Callable[[TrailEntry], None] | None, step: int) -> Verdict:
    heads = {
        head.size: head for head in db.session.scalars(sa.select(TrailHead).options(HEAD).order_by(TrailHead.size))
    }
    roots = (CompactRange(sha256), CompactRange(sm3))
    count = 0
    for entry in _entries(step):
        count += 1
        problem = _problem(entry, count) if entry else "the entry cannot be read"
        if problem or entry is None:
            return Verdict(count, len(heads), count, problem)
        roots[0].append(bytes.fromhex(entry.sha256))
        roots[1].append(bytes.fromhex(entry.sm3))
        head = heads.get(count)
        if head and not _head_holds(head, *roots):
            return Verdict(count, len(heads), count, "the tree head over the entries up to here differs")
        if see:
            see(entry)
    return _tail(count, heads)


def _head_holds(head: TrailHead, by_sha256: CompactRange, by_sm3: CompactRange) -> bool:
    frontier = {"sha256": by_sha256, "sm3": by_sm3}
    return (head.sha256, head.sm3) == (by_sha256.root().hex(), by_sm3.root().hex()) and head.frontier == json.dumps(
        {name: [root.hex() for root in grown.roots or []] for name, grown in frontier.items()}
    )


def _entries(step: int) -> Iterator[TrailEntry | None]:
    """Every entry in order, `step` at a time; read one by one, None stands for one that cannot be read."""
    after = BEFORE_ALL
    while True:
        batch = sa.select(TrailEntry).where(TrailEntry.seq > after).order_by(TrailEntry.seq).limit(step)
        try:
            rows = db.session.scalars(batch.execution_options(populate_existing=True)).all()
        except ValueError:
            if step > 1:
                raise
            yield None
            return
        if not rows:
            return
        after = rows[-1].seq
        for row in rows:
            db.session.expunge(row)
            yield row


def _problem(entry: TrailEntry, expected: int) -> str:
    if entry.seq != expected:
        return f"entry {expected} is missing: the next one is {entry.seq}"
    leaf = Leaf(
        id=entry.id.hex,
        seq=entry.seq,
        at=entry.at,
        actor=entry.actor,
        verb=entry.verb,
        ref=entry.ref,
        request_id=entry.request_id,
        details=entry.details,
        salt=entry.salt,
    )
    hashes = leaf.hashes()
    if (hashes.sha256, hashes.sm3) != (entry.sha256, entry.sm3):
        return "the content does not match its digests"
    actor = json.loads(entry.actor)
    if (entry.user_id, entry.organisation_id) != (actor["user_id"], actor["organisation_id"]):
        return "the search columns do not match the signed actor"
    return ""


def _tail(count: int, heads: dict[int, TrailHead]) -> Verdict:
    longest = max(heads, default=0)
    if longest > count:
        return Verdict(count, len(heads), count + 1, f"a tree head covers {longest} entries, only {count} are left")
    return Verdict(count, len(heads))
