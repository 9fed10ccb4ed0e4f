"""Statements that the guards do not stop yet. Each is expected to fail here until the database refuses it."""

from __future__ import annotations

import pytest

from tests.separation.attacks import change, org, user
from tests.separation.breaking import attempt

HOLES = {
    "the parties of a contract in force are set free": lambda at: change(
        "subjects", f"id = {at.subject('in_force')}", parties_frozen_at="NULL"
    ),
    "the title of a contract in force changes": lambda at: change(
        "subjects", f"id = {at.subject('in_force')}", title="'别的'"
    ),
    "a role that was taken away comes back without a grant": lambda at: change(
        "grants", f"user_id = {user('former')}", revoked_at="NULL", revoke_reason="NULL", revoked_by="NULL"
    ),
    "an ended membership comes back": lambda at: change(
        "memberships", f"user_id = {user('former')}", valid_until="NULL"
    ),
    "an ended stake comes back": lambda at: change("stakes", f"holder_id = {org('RIVAL')}", valid_until="NULL"),
    "a contract in force gets a last day": lambda at: change(
        "contracts", f"id = {at.contract('in_force')}", ended_on="'2020-01-01'"
    ),
}


@pytest.mark.xfail(reason="open defect: migrations/guards.py has no guard against this yet", raises=AssertionError)
@pytest.mark.parametrize("says", HOLES)
def test_this_is_refused(house, db_session, says):
    assert attempt(db_session, HOLES[says](house)) != ""
