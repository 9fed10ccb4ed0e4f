"""Posted twice is done once: a delivery remembers the answer to a form token or an Idempotency-Key."""

import hashlib
import zlib
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Request, Response, g, request
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Base, db, is_postgresql
from app.core.errors import Problem, WrongState

KEPT_FOR = timedelta(days=3)
MAX_KEY = 80
# First half of the advisory locks on keys; the second is a checksum of the key.
DELIVERY_LOCK = 0x6479
_UNREPEATED = frozenset({"csrf_token", "_once"})


class Delivery(Base):
    """A key that one person or token has used, the digest of what came with it, and the answer that was given."""

    __tablename__ = "deliveries"

    owner: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    route: Mapped[str] = mapped_column(sa.String(300))
    body_digest: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[int]
    location: Mapped[str | None] = mapped_column(sa.String(400))
    body: Mapped[str] = mapped_column(sa.Text)


def key_of(incoming: Request) -> str:
    """The form's `_once` value or the API's Idempotency-Key; empty when the sender gave none."""
    return (incoming.headers.get("Idempotency-Key") or incoming.form.get("_once") or "")[: MAX_KEY + 1]


def replay(owner: str, key: str) -> Response | None:
    """The stored answer when the same thing was delivered before; refuses the same key with another content."""
    if len(key) > MAX_KEY:
        raise WrongState(Problem(_("幂等键过长。"), remedy=_("请使用不超过 80 个字符的键。")))
    _queue(owner, key)
    found = db.session.get(Delivery, (owner, key))
    if found is None:
        return None
    if (found.route, found.body_digest) != (request.path, _digest()):
        raise WrongState(
            Problem(
                _("同一次提交已经办理过，内容却不同。"),
                why=_("为防止重复办理，每次提交都有一个编号，同一编号只能对应同一内容。"),
                remedy=_("请返回页面重新打开后再提交。"),
            )
        )
    g.replayed = True
    answer = Response(found.body, status=found.status)
    if found.location:
        answer.headers["Location"] = found.location
    elif found.body:
        answer.mimetype = "application/json"
    return answer


def _queue(owner: str, key: str) -> None:
    # SQLite has one writer anyway; on PostgreSQL a second delivery waits here until the first has its answer.
    if is_postgresql():
        number = zlib.crc32(f"{owner}/{key}".encode())
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(DELIVERY_LOCK, number - 2**31)))


def remember(owner: str, key: str, answer: Response) -> None:
    """Stores the answer in the same transaction as what was done."""
    keep_body = answer.mimetype == "application/json"
    db.session.add(
        Delivery(
            owner=owner,
            key=key,
            at=now(),
            route=request.path,
            body_digest=_digest(),
            status=answer.status_code,
            location=answer.headers.get("Location"),
            body=answer.get_data(as_text=True) if keep_body else "",
        )
    )


def _digest() -> str:
    state = hashlib.sha256(request.method.encode())
    if request.form or request.files:
        for name, values in sorted(request.form.lists()):
            if name not in _UNREPEATED:
                state.update(repr((name, values)).encode())
        for name, upload in sorted(request.files.items(multi=True), key=lambda one: one[0]):
            state.update(repr((name, upload.filename)).encode())
            # The view may have read the file by now, and may still want to.
            upload.stream.seek(0)
            state.update(hashlib.sha256(upload.stream.read()).digest())
            upload.stream.seek(0)
    else:
        state.update(request.get_data())
    return state.hexdigest()


def forget_old() -> int:
    """Drops deliveries that nobody will repeat any more; returns how many."""
    done = db.session.execute(sa.delete(Delivery).where(Delivery.at < now() - KEPT_FOR))
    return int(getattr(done, "rowcount", 0))
