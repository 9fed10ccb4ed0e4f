"""Sessions on the server: the browser holds an opaque key, the database its hash; signing out ends it everywhere."""

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, Request, Response, request, session
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

from app.accounts.models import WebSession
from app.accounts.passwords import PROFILES, PasswordProfile
from app.core.clock import now
from app.core.db import db, second_transaction

ACTIVITY_STEP = timedelta(seconds=60)
ANONYMOUS_LIFETIME = timedelta(hours=2)


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """What the session holds; `renew` gives it a new key (at sign-in, second factor and change of identity)."""

    def __init__(self, initial: dict[str, Any] | None = None, key: str = "") -> None:
        super().__init__(initial, lambda changed: setattr(changed, "modified", True))
        self.key = key
        self.new = not key
        self.modified = False
        self.renewed = False
        self.seen_at: datetime | None = None
        self.created_at: datetime | None = None

    def renew(self) -> None:
        """Old key dead, new key at the end of this request (against fixation)."""
        self.renewed = True
        self.modified = True


class DatabaseSessions(SessionInterface):
    """Reads and writes sessions in `web_sessions`; writing is a second transaction, after the request's own."""

    def cookie_name(self, app: Flask) -> str:
        return "__Host-guanyun" if app.config["SECURE_COOKIES"] else "guanyun"

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        key = request.cookies.get(self.cookie_name(app), "")
        if request.endpoint == "static" or not 20 < len(key) < 100:
            return ServerSession()
        row = db.session.get(WebSession, key_hash(key))
        if row is None or not is_alive(row, profile_of(app)):
            return ServerSession()
        found = ServerSession(json.loads(row.data), key)
        found.seen_at, found.created_at = row.last_seen_at, row.created_at
        return found

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, ServerSession)  # noqa: S101 - this interface makes no other
        if not session and not session.key:
            return
        db.session.rollback()
        if not session.modified:
            self._touch(session)
            return
        old = session.key
        if session.renewed or not old:
            session.key = secrets.token_urlsafe(32)
        self._store(session, old)
        self._set_cookie(app, session.key, response)

    def _touch(self, session: ServerSession) -> None:
        if session.seen_at and now() - session.seen_at > ACTIVITY_STEP:
            with second_transaction() as writing:
                writing.execute(
                    sa.update(WebSession).where(WebSession.key_hash == key_hash(session.key)).values(last_seen_at=now())
                )

    def _store(self, session: ServerSession, old: str) -> None:
        facts = {"ip": (request.remote_addr or "")[:60], "agent": request.user_agent.string[:200]}
        moment = now()
        with second_transaction() as writing:
            row = writing.get(WebSession, key_hash(old)) if old else None
            if old and row is None:
                # Ended meanwhile (signed out in another tab, account disabled): it does not come back to life.
                return
            if row is not None and old != session.key:
                writing.delete(row)
                row = None
            if row is None:
                row = WebSession(key_hash=key_hash(session.key), created_at=moment, **facts)
                writing.add(row)
            row.data = json.dumps(dict(session))
            row.user_id = session.get("user_id")
            row.last_seen_at = moment

    def _set_cookie(self, app: Flask, key: str, response: Response) -> None:
        response.set_cookie(
            self.cookie_name(app), key, httponly=True, secure=app.config["SECURE_COOKIES"], samesite="Lax", path="/"
        )


def present() -> ServerSession:
    """The session of the running request."""
    found: ServerSession = session._get_current_object()  # type: ignore[attr-defined]
    return found


def begin(**facts: Any) -> None:
    """Starts the session afresh under a new key; of what it held before, only the language stays."""
    here = present()
    kept = {"locale": here["locale"]} if "locale" in here else {}
    here.clear()
    here.update({**kept, **facts})
    here.renew()


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def profile_of(app: Flask) -> PasswordProfile:
    return PROFILES[app.config["PASSWORD_PROFILE"]]


def is_alive(row: WebSession, profile: PasswordProfile) -> bool:
    """Neither idle too long nor older than a session may become."""
    moment = now()
    if row.user_id is None:
        return moment - row.last_seen_at < ANONYMOUS_LIFETIME
    return moment - row.last_seen_at < profile.idle and moment - row.created_at < profile.lifetime


def end_sessions(user_id: int, except_key: str = "") -> None:
    """Ends every session of a person (disabled, new password, reset), in the running transaction."""
    db.session.execute(
        sa.delete(WebSession).where(WebSession.user_id == user_id, WebSession.key_hash != key_hash(except_key))
    )


def end_session(key: str) -> None:
    db.session.execute(sa.delete(WebSession).where(WebSession.key_hash == key_hash(key)))


def forget_dead(app: Flask) -> int:
    """Deletes sessions that nobody can use any more; returns how many."""
    profile = profile_of(app)
    moment = now()
    dead = sa.or_(
        sa.and_(WebSession.user_id.is_(None), WebSession.last_seen_at < moment - ANONYMOUS_LIFETIME),
        WebSession.last_seen_at < moment - profile.idle,
        WebSession.created_at < moment - profile.lifetime,
    )
    return int(getattr(db.session.execute(sa.delete(WebSession).where(dead)), "rowcount", 0))
