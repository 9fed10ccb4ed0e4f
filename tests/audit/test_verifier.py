"""Whoever changes the trail behind the program's back is found, and the first entry that does not hold is named."""

from __future__ import annotations

import json
import random

import pytest
import sqlalchemy as sa

from app.audit.acts import act
from app.audit.heads import latest, seal
from app.audit.leaves import Leaf, sha256
from app.audit.merkle import tree_root
from app.audit.models import TrailEntry, TrailHead
from app.audit.verifier import verify
from app.core.canonical import sm3
from app.core.permissions import Permission
from app.services.models import Service
from tests import factories as make
from tests.separation.breaking import is_sqlite, without_any_guard

TEXTS = ("actor", "verb", "ref", "request_id", "details", "salt", "sha256", "sm3")


@pytest.fixture
def trail(w, db_session):
    """The session of a trail that is sealed up to its end."""
    seal()
    db_session.commit()
    assert verify().ok
    return db_session


def size(session):
    return session.scalar(sa.select(sa.func.max(TrailEntry.seq)))


def run(session, statement, **values):
    done = session.execute(sa.text(statement), values)
    assert done.rowcount, statement


def flipped(text, place):
    return text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]


@pytest.mark.parametrize("column", TEXTS)
def test_a_flipped_bit_in_a_text_of_an_entry_is_found(trail, column):
    draw = random.Random(column)
    found, wanted = [], []
    with without_any_guard(trail):
        for seq in draw.sample(range(1, size(trail) + 1), 12):
            text = trail.execute(sa.text(f"SELECT {column} FROM trail_entries WHERE seq = :s"), {"s": seq}).scalar_one()
            changed = flipped(text, draw.randrange(len(text))) if text else "x"
            with trail.begin_nested() as savepoint:
                run(trail, f"UPDATE trail_entries SET {column} = :v WHERE seq = :s", v=changed, s=seq)
                found.append(verify().bad_seq)
                savepoint.rollback()
            wanted.append(seq)
    assert found == wanted


@pytest.mark.parametrize("column", ["id", "at", "user_id", "organisation_id"])
def test_a_changed_value_of_an_entry_is_found(trail, column):
    number = {"user_id": "coalesce(user_id, 0) + 1", "organisation_id": "coalesce(organisation_id, 0) + 1"}
    if is_sqlite(trail):
        other = {"id": "substr(id, 1, 31) || (CASE WHEN substr(id, 32) = '0' THEN '1' ELSE '0' END)"}
        other["at"] = "'2026-03-02 01:00:00.000001'"
    else:
        other = {"id": "gen_random_uuid()", "at": "at + interval '1 microsecond'"}
    with without_any_guard(trail):
        for seq in (1, 2, 40, size(trail)):
            with trail.begin_nested() as savepoint:
                run(trail, f"UPDATE trail_entries SET {column} = {(number | other)[column]} WHERE seq = :s", s=seq)
                assert verify().bad_seq == seq
                savepoint.rollback()


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "column, value", [("id", "zz"), ("at", "never"), ("at", ""), ("actor", "{"), ("sha256", "z" * 64)]
)
def test_an_entry_that_cannot_be_read_is_named_all_the_same(trail, column, value):
    with without_any_guard(trail):
        run(trail, f"UPDATE trail_entries SET {column} = :v WHERE seq = 33", v=value)
        verdict = verify()
    assert (verdict.ok, verdict.bad_seq) == (False, 33)


def test_a_deleted_entry_is_found(trail):
    last = size(trail)
    with without_any_guard(trail):
        for seq in (1, 2, 17, last - 1):
            with trail.begin_nested() as savepoint:
                run(trail, "DELETE FROM trail_entries WHERE seq = :s", s=seq)
                verdict = verify()
                assert (verdict.bad_seq, "missing" in verdict.problem) == (seq, True)
                savepoint.rollback()


def test_a_deleted_entry_is_found_when_the_rest_is_renumbered(trail):
    with without_any_guard(trail):
        run(trail, "DELETE FROM trail_entries WHERE seq = 20")
        for seq in range(21, size(trail) + 1):
            run(trail, "UPDATE trail_entries SET seq = :t WHERE seq = :s", s=seq, t=seq - 1)
        assert verify().bad_seq == 20


def test_two_swapped_entries_are_found(trail):
    with without_any_guard(trail):
        for source, target in ((10, 10**6), (30, 10), (10**6, 30)):
            run(trail, "UPDATE trail_entries SET seq = :t WHERE seq = :s", s=source, t=target)
        assert verify().bad_seq == 10


def rewrite(session, seq, **changes):
    """Changes an entry and its digests together, as someone who knows the form of a leaf would."""
    entry = session.scalars(sa.select(TrailEntry).where(TrailEntry.seq == seq)).one()
    names = ("seq", "at", "actor", "verb", "ref", "request_id", "details", "salt")
    said = {name: getattr(entry, name) for name in names} | changes
    hashes = Leaf(id=entry.id.hex, **said).hashes()
    new = {"sha256": hashes.sha256, "sm3": hashes.sm3, **changes}
    parts = ", ".join(f"{name} = :{name}" for name in new)
    session.expunge(entry)
    run(session, f"UPDATE trail_entries SET {parts} WHERE seq = :which", which=seq, **new)


def test_an_entry_rewritten_with_fresh_digests_fails_at_the_next_head(trail):
    head = latest().size
    with without_any_guard(trail):
        rewrite(trail, 25, ref="contract:ANOTHER")
        verdict = verify()
    first_head = trail.scalar(sa.select(sa.func.min(TrailHead.size)).where(TrailHead.size >= 25))
    assert (verdict.bad_seq, "head" in verdict.problem) == (first_head, True)
    assert first_head <= head


def test_an_inserted_entry_is_found(trail):
    last = size(trail)
    with without_any_guard(trail):
        for seq in range(last, 20, -1):
            run(trail, "UPDATE trail_entries SET seq = :t WHERE seq = :s", s=seq, t=seq + 1)
        columns = "at, actor, verb, ref, request_id, details, salt, sha256, sm3, user_id, organisation_id"
        fresh = "'" + "ab" * 16 + "'"
        run(
            trail,
            f"INSERT INTO trail_entries (id, seq, {columns}) SELECT {fresh}, 21, {columns} "
            "FROM trail_entries WHERE seq = 20",
        )
        rewrite(trail, 21)
        assert verify().bad_seq == 22


@pytest.mark.parametrize("cut", [1, 2, 30])
def test_a_tail_cut_after_a_head_is_found(trail, cut):
    last = size(trail)
    with without_any_guard(trail):
        run(trail, "DELETE FROM trail_entries WHERE seq > :s", s=last - cut)
        verdict = verify()
    first_head = trail.scalar(sa.select(sa.func.min(TrailHead.size)).where(TrailHead.size > last - cut))
    assert verdict.bad_seq == last - cut + 1
    assert f"only {last - cut} are left" in verdict.problem
    assert first_head is not None


@pytest.mark.parametrize(
    "column, value",
    [("sha256", "0" * 64), ("sm3", "f" * 64), ("size", None), ("frontier", '{"sha256": [], "sm3": []}')],
)
def test_a_changed_head_is_found(trail, column, value):
    heads = list(trail.scalars(sa.select(TrailHead.size).order_by(TrailHead.size)))
    with without_any_guard(trail):
        for head in heads:
            with trail.begin_nested() as savepoint:
                changed = value if value is not None else next(n for n in range(head - 1, 0, -1) if n not in heads)
                run(trail, f"UPDATE trail_heads SET {column} = :v WHERE size = :s", v=changed, s=head)
                assert verify().bad_seq == (changed if column == "size" else head)
                savepoint.rollback()


def test_heads_grow_from_one_another_to_the_root_over_everything(w, db_session):
    sizes = set()
    for _ in range(9):
        for _ in range(len(sizes) % 4 + 1):
            make.service(w.actor("officer"))
        head = seal()
        leaves = db_session.execute(sa.select(TrailEntry.sha256, TrailEntry.sm3).order_by(TrailEntry.seq)).all()
        assert head.size == len(leaves)
        assert head.sha256 == tree_root(sha256, (bytes.fromhex(leaf.sha256) for leaf in leaves)).hex()
        assert head.sm3 == tree_root(sm3, (bytes.fromhex(leaf.sm3) for leaf in leaves)).hex()
        sizes.add(head.size)
    assert len(sizes) == 9
    assert seal().size == max(sizes)


def test_two_hundred_honest_acts_raise_no_alarm(w, db_session):
    draw = random.Random(200)
    services = [make.service(w.actor("officer")) for _ in range(5)]
    officer, alarms = w.actor("officer"), []
    for step in range(200):
        service = draw.choice(services)
        with act(
            officer, Permission.SERVICE_UPDATE, ref=service.ref, reason=draw.choice(["", "更正", "=1+1\x1f\u202e🏛"])
        ):
            service.description = "".join(draw.choices("管运ab\n\"\\{}'🏛", k=draw.randint(0, 30)))
            if draw.random() < 0.3:
                with act(officer, Permission.SERVICE_UPDATE, ref=service.ref):
                    service.unit = draw.choice(["件", "次", "核时"])
        if draw.random() < 0.1:
            seal()
        if draw.random() < 0.2:
            db_session.commit()
        if step % 20 == 19:
            alarms.append(verify().problem)
    assert alarms == [""] * 10


# --- the command -----------------------------------------------------------------------------------------------------


def run_verify(runner, session, *options):
    session.commit()
    return runner.invoke(args=["audit", "verify", *options])


def test_the_command_says_that_the_trail_is_intact(trail, runner):
    done = run_verify(runner, trail, "--json")
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    assert (said["ok"], said["bad_seq"], said["entries"]) == (True, None, size(trail))
    assert "intact" in run_verify(runner, trail).output


def test_the_command_ends_with_status_1_and_names_the_entry(trail, runner):
    if is_sqlite(trail):
        trail.execute(sa.text("DROP TRIGGER trail_entries_never_changed"))
    else:
        trail.execute(sa.text("ALTER TABLE trail_entries DISABLE TRIGGER USER"))
    run(trail, "UPDATE trail_entries SET ref = 'contract:X' WHERE seq = 12")
    done = run_verify(runner, trail, "--json")
    assert (done.exit_code, json.loads(done.output.splitlines()[0])["bad_seq"]) == (1, 12)
    assert "12" in run_verify(runner, trail).output


def test_an_export_can_be_checked_without_the_program(trail, runner, tmp_path):
    file = tmp_path / "trail.jsonl"
    assert run_verify(runner, trail, "--export", str(file)).exit_code == 0
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    entries, heads = [line for line in lines if "seq" in line], [line for line in lines if "head" in line]
    assert [entry["seq"] for entry in entries] == list(range(1, size(trail) + 1))
    assert [check_alone(entry) for entry in entries] == [entry["sha256"] for entry in entries]
    for head in heads:
        assert root_alone([bytes.fromhex(entry["sha256"]) for entry in entries[: head["head"]]]) == head["sha256"]
    assert len(heads) >= 3


def check_alone(entry):
    """The leaf's digest by the standard library only, from docs of the form."""
    import hashlib

    details = (entry["salt"] + entry["details"]).encode()
    said = {
        "v": 1,
        **{name: entry[name] for name in ("id", "seq", "at", "actor", "verb", "ref", "request_id")},
        "details_sha256": hashlib.sha256(details).hexdigest(),
        "details_sm3": sm3(details).hex(),
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(b"\x00" + text.encode()).hexdigest()


def root_alone(nodes):
    import hashlib

    if len(nodes) == 1:
        return nodes[0].hex()
    split = 1
    while split * 2 < len(nodes):
        split *= 2
    halves = bytes.fromhex(root_alone(nodes[:split])) + bytes.fromhex(root_alone(nodes[split:]))
    return hashlib.sha256(b"\x01" + halves).hexdigest()


def test_a_service_changed_in_an_act_leaves_the_trail_intact(trail, w):
    service = make.service(w.actor("officer"))
    assert verify().ok
    assert trail.get(Service, service.id) is service
