"""Nothing audited changes outside an act, and every act leaves one leaf that says what it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.accounts.models import User
from app.audit import act
from app.audit.acts import OutsideAct
from app.audit.models import TrailEntry
from app.core.actors import SYSTEM
from app.core.clock import clock
from app.core.errors import NotAllowed
from app.core.permissions import Permission
from app.organisations.models import Organisation, OrganisationName
from app.services.models import Service
from tests import factories as make

MOMENT = datetime(2026, 3, 2, 1, 2, 3, 456_789, tzinfo=UTC)


def newest(session, count=1):
    found = session.scalars(sa.select(TrailEntry).order_by(TrailEntry.seq.desc()).limit(count)).all()
    return found[0] if count == 1 else list(found)


def count(session):
    return session.scalar(sa.select(sa.func.count()).select_from(TrailEntry))


def details(entry):
    return json.loads(entry.details)


@pytest.fixture
def service(w, db_session):
    made = make.service(w.actor("officer"), "原名")
    db_session.commit()
    return made


def test_a_change_outside_an_act_is_a_mistake_of_the_program(w, service, db_session):
    service.name_zh = "改名"
    with pytest.raises(OutsideAct):
        db_session.flush()
    db_session.rollback()
    db_session.add(Organisation(code="X", name_zh="X", kind="agency", region_id=make.region("44").id))
    with pytest.raises(OutsideAct):
        db_session.flush()
    db_session.rollback()
    db_session.delete(service)
    with pytest.raises(OutsideAct):
        db_session.flush()


def test_an_append_only_row_is_changed_in_no_act_either(w, db_session):
    name = db_session.scalars(sa.select(OrganisationName)).first()
    with (
        pytest.raises(OutsideAct, match="append-only"),
        act(w.actor("system_admin"), Permission.ORGANISATION_RENAME, ref="organisation:X"),
    ):
        name.basis = "改写"


def test_an_act_without_permission_leaves_nothing(w, service, db_session):
    before = count(db_session)
    with pytest.raises(NotAllowed), act(w.actor("operator_officer"), Permission.SERVICE_UPDATE, ref=service.ref):
        service.name_zh = "改名"
    assert service.name_zh == "原名"
    assert count(db_session) == before


def test_a_leaf_says_who_what_when_why_and_the_old_and_new_values(w, service, db_session):
    officer = w.actor("officer")
    with clock.at(MOMENT), act(officer, Permission.SERVICE_UPDATE, ref=service.ref, reason="更正") as running:
        service.name_zh = "新名"
        service.unit = service.unit
        running.note(at=MOMENT, pages=3)
    entry = newest(db_session)
    assert (entry.at, entry.verb, entry.ref) == (MOMENT, "service:update", service.ref)
    assert (entry.user_id, entry.organisation_id) == (officer.user_id, officer.organisation_id)
    actor = json.loads(entry.actor)
    assert (actor["login"], actor["name"]) == ("officer", "赵经办")
    assert details(entry) == {
        "reason": "更正",
        "changes": {f"services:{service.id}": {"name_zh": ["原名", "新名"]}},
        "notes": {"at": "2026-03-02T01:02:03.456789Z", "pages": 3},
    }
    assert service.act_id == entry.id


def test_many_flushes_in_one_act_are_one_leaf_from_first_to_last_value(w, service, db_session):
    before = count(db_session)
    with act(w.actor("officer"), Permission.SERVICE_UPDATE, ref=service.ref):
        for name in ("一", "二", "三"):
            service.name_zh = name
            db_session.flush()
    assert count(db_session) == before + 1
    assert details(newest(db_session))["changes"] == {f"services:{service.id}": {"name_zh": ["原名", "三"]}}


def test_an_act_within_an_act_has_its_own_leaf_and_its_own_changes(w, service, db_session):
    other = make.service(w.actor("officer"), "另一")
    officer = w.actor("officer")
    with act(officer, Permission.SERVICE_UPDATE, ref="service:outer"):
        service.name_zh = "外"
        with act(officer, Permission.SERVICE_RETIRE, ref="service:inner"):
            other.name_zh = "内"
        service.unit = "次"
    outer, inner = newest(db_session, 2)
    assert (outer.ref, inner.ref) == ("service:outer", "service:inner")
    assert list(details(outer)["changes"]) == [f"services:{service.id}"]
    assert set(details(outer)["changes"][f"services:{service.id}"]) == {"name_zh", "unit"}
    assert list(details(inner)["changes"]) == [f"services:{other.id}"]
    assert (service.act_id, other.act_id) == (outer.id, inner.id)
    db_session.commit()


def test_an_act_that_fails_leaves_no_leaf_and_the_next_one_is_whole(w, service, db_session):
    before = count(db_session)
    officer = w.actor("officer")
    with pytest.raises(ZeroDivisionError), act(officer, Permission.SERVICE_UPDATE, ref=service.ref):
        service.name_zh = str(1 // 0)
    with pytest.raises(sa.exc.StatementError), act(officer, Permission.SERVICE_UPDATE, ref=service.ref):
        service.name_zh, service.state = "改名", "nonsense"
    db_session.rollback()
    assert count(db_session) == before
    with act(w.actor("officer"), Permission.SERVICE_UPDATE, ref=service.ref):
        service.name_zh = "又改"
    assert details(newest(db_session))["changes"] == {f"services:{service.id}": {"name_zh": ["原名", "又改"]}}


def test_secrets_are_never_written_into_the_trail(w, db_session):
    user = w.user("officer")
    old_hash = user.password_hash
    with act(w.actor("officer"), Permission.PROFILE_UPDATE, ref="account:officer"):
        user.password_hash = "$argon2id$the-new-one"
        user.totp_secret = "JBSWY3DPEHPK3PXP"
    changes = details(newest(db_session))["changes"][f"users:{user.id}"]
    assert changes == {"password_hash": ["***", "***"], "totp_secret": ["***", "***"]}
    trail = " ".join(db_session.scalars(sa.select(TrailEntry.details)))
    assert [secret for secret in (old_hash, "the-new-one", "JBSWY3DPEHPK3PXP") if secret in trail] == []


def test_leaves_are_numbered_without_gap_from_one(w, db_session):
    numbers = list(db_session.scalars(sa.select(TrailEntry.seq).order_by(TrailEntry.seq)))
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 60


def test_the_system_does_only_what_the_system_may(w, service):
    with pytest.raises(NotAllowed), act(SYSTEM, Permission.SERVICE_UPDATE, ref=service.ref):
        service.name_zh = "改名"


def test_every_audited_row_points_to_a_leaf_that_names_it(w, db_session):
    """I13 from the other side: the leaf of each row's last act lists that row."""
    leaves = {entry.id: details(entry)["changes"] for entry in db_session.scalars(sa.select(TrailEntry))}
    unnamed = []
    for table in (User, Organisation, Service):
        for row in db_session.scalars(sa.select(table)):
            if f"{table.__tablename__}:{row.id}" not in leaves[row.act_id]:
                unnamed.append(row)
    assert unnamed == []
