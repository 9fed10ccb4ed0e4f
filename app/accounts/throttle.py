"""Throttle of sign-in attempts, counted in the database before the password is looked at."""

import zlib
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import SignInEvent, SignInOutcome
from app.accounts.passwords import PasswordProfile
from app.core.clock import now
from app.core.db import second_transaction

PER_ADDRESS = 60
PER_LOGIN = 100


def reserve(login: str, ip: str, profile: PasswordProfile) -> bool:
    """Counts an attempt first and says whether it may go on: parallel guesses cannot slip through together.

    Counted per login and address (the profile's limit), per address, and per login from everywhere (a high limit,
    so that a stranger cannot lock a person out by guessing from elsewhere).
    """
    with second_transaction() as session:
        _serialise(session, login)
        since = now() - profile.window
        last_success = session.scalar(
            sa.select(sa.func.max(SignInEvent.id)).where(
                SignInEvent.login == login, SignInEvent.ip == ip, SignInEvent.outcome == SignInOutcome.SUCCESS
            )
        )
        here = _count(
            session, since, SignInEvent.login == login, SignInEvent.ip == ip, SignInEvent.id > (last_success or 0)
        )
        from_here = _count(session, since, SignInEvent.ip == ip)
        # An office behind one address signs in all morning: what succeeded is not held against it.
        address = from_here - _count(session, since, SignInEvent.ip == ip, outcome=SignInOutcome.SUCCESS)
        everywhere = _count(session, since, SignInEvent.login == login)
        allowed = here < profile.failures and address < PER_ADDRESS and everywhere < PER_LOGIN
        outcome = SignInOutcome.ATTEMPT if allowed else SignInOutcome.THROTTLED
        session.add(SignInEvent(at=now(), login=login, ip=ip, outcome=outcome))
    return allowed


def record(login: str, ip: str, outcome: SignInOutcome) -> None:
    """Writes how an attempt or a session ended."""
    with second_transaction() as session:
        later(login, ip, outcome)(session)


def later(login: str, ip: str, outcome: SignInOutcome) -> Callable[[Session], None]:
    """The same as a record to be written once the request's own transaction is over."""
    return lambda session: session.add(SignInEvent(at=now(), login=login, ip=ip, outcome=outcome))


def _count(
    session: Session,
    since: object,
    *conditions: sa.ColumnElement[bool],
    outcome: SignInOutcome = SignInOutcome.ATTEMPT,
) -> int:
    counted = sa.select(sa.func.count()).select_from(SignInEvent)
    return session.scalar(counted.where(SignInEvent.outcome == outcome, SignInEvent.at > since, *conditions)) or 0


def _serialise(session: Session, login: str) -> None:
    # SQLite has one writer anyway; on PostgreSQL guesses at one login queue here.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(zlib.crc32(login.encode()))))
