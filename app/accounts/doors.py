"""Keeps a signed-in person at the door until password and second factor are as the policy wants them."""

from flask import Response, redirect, request, session, url_for

from app.accounts.credentials import door
from app.accounts.identities import load_user, may_be_in

OPEN_AT_THE_DOOR = frozenset(
    {
        "static",
        "accounts.sign_in",
        "accounts.sign_out",
        "accounts.language",
        "accounts.password",
        "accounts.second_factor",
        "accounts.start_factor",
        "accounts.confirm_factor",
        "accounts.code",
    }
)


def keep_to_the_door() -> Response | None:
    """Before every request of a session that still owes something: send it to where that is done."""
    owed = session.get("owed")
    if not owed or request.endpoint in OPEN_AT_THE_DOOR or request.endpoint is None:
        return None
    user = load_user(session.get("user_id", 0))
    if user is None or not may_be_in(user):
        return None
    standing = door(user)
    if standing.password_change:
        return redirect(url_for("accounts.password"))  # type: ignore[return-value]
    if standing.factor_setup:
        return redirect(url_for("accounts.second_factor"))  # type: ignore[return-value]
    session.pop("owed")
    return None
