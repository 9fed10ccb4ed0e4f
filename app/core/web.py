"""The web frame: permission before the view, one commit after it, refusals as pages, headers on every answer."""

import secrets
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge, Unauthorized
from werkzeug.middleware.proxy_fix import ProxyFix

from app.core import idempotency
from app.core.actors import Actor, must
from app.core.db import db, intend_to_write, remember, second_transaction
from app.core.errors import DomainError, NotFound
from app.core.permissions import Permission

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
UNBOUND = "missing"
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class BoundedBody:
    """A body of unstated length (chunked). Werkzeug would cut it at the limit without a word; this refuses it."""

    def __init__(self, stream: Any, limit: int) -> None:
        self.stream, self.left = stream, limit

    def read(self, size: int) -> bytes:
        content: bytes = self.stream.read(min(size, self.left))
        self.left -= len(content)
        if self.left <= 0:
            raise RequestEntityTooLarge
        return content


class Guanyun(Flask):
    """Flask with the product's one road: who → may he → view → one commit, or nothing."""

    # Set by create_app: finds the actor of the present request, or None.
    find_actor: Callable[[], Actor | None]

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # The session is read before the view is known, so the intent to write is declared from the method.
        intend_to_write(environ["REQUEST_METHOD"] not in SAFE_METHODS)
        if environ.get("wsgi.input_terminated") and not environ.get("CONTENT_LENGTH"):
            environ["wsgi.input"] = BoundedBody(environ["wsgi.input"], int(self.config["MAX_CONTENT_LENGTH"]))
        return super().wsgi_app(environ, start_response)

    def dispatch_request(self) -> ResponseReturnValue:
        if request.routing_exception is not None:
            self.raise_routing_exception(request)
        if request.endpoint == "static":
            return super().dispatch_request()
        try:
            return self._run_view()
        except BaseException as error:
            db.session.rollback()
            if isinstance(error, DomainError):
                remember(error)
            raise
        finally:
            intend_to_write(False)

    def _run_view(self) -> Response:
        asks_for = permission_of(self.view_functions[str(request.endpoint)])
        if asks_for is not None:
            actor = current_actor()
            if isinstance(asks_for, Permission):
                must(actor, asks_for)
        if request.method in SAFE_METHODS:
            return self.make_response(super().dispatch_request())
        return self._change()

    def _change(self) -> Response:
        key, owner = idempotency.key_of(request), delivery_owner()
        if key and (again := idempotency.replay(owner, key)):
            return again
        answer = self.make_response(super().dispatch_request())
        if answer.status_code >= 400:
            db.session.rollback()
            return answer
        if key:
            idempotency.remember(owner, key, answer)
        db.session.commit()
        return answer


def permission_of(view: Callable[..., Any]) -> Any:
    """The permission a view names, None when it is public; a view that names none is refused at start."""
    marked = getattr(view, "view_class", view)
    return getattr(marked, "__permission__", UNBOUND)


def refuse_unmarked_views(app: Flask) -> None:
    """The application does not start with a route that names no permission (default deny)."""
    unmarked = [
        name for name, view in app.view_functions.items() if permission_of(view) == UNBOUND and name != "static"
    ]
    if unmarked:
        raise RuntimeError(f"views without @requires, @signed_in or @public: {', '.join(sorted(unmarked))}")


def current_actor() -> Actor:
    """The actor of this request; 401 when nobody is signed in."""
    actor = actor_or_none()
    if actor is None:
        raise Unauthorized
    return actor


def actor_or_none() -> Actor | None:
    if "actor" not in g:
        app: Guanyun = current_app._get_current_object()  # type: ignore[attr-defined]
        g.actor = app.find_actor()
    found: Actor | None = g.actor
    return found


def delivery_owner() -> str:
    """Whose form tokens and idempotency keys these are: a person, or nobody (sign-in forms)."""
    actor = actor_or_none()
    return f"{actor.user_id}/{actor.organisation_id}/{actor.origin}" if actor else "anonymous"


def afterwards(record: Callable[[Session], None]) -> None:
    """Queues a record that must survive a refusal; it is written in the second transaction of the request."""
    g.setdefault("after_records", []).append(record)


def write_after_records(answer: Response) -> Response:
    """Writes what was queued with `afterwards`, once the request's own transaction is over."""
    records = g.pop("after_records", [])
    if records:
        db.session.rollback()
        with second_transaction() as session:
            for record in records:
                record(session)
    return answer


def put_headers(answer: Response) -> Response:
    """Security headers on every answer (a view's own, stricter one stays); nothing personal is cached anywhere."""
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if current_app.config["SECURE_COOKIES"]:
        answer.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    if request.endpoint == "static":
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if request.args.get("v") else "no-cache"
    else:
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Request-Id"] = g.request_id
    return answer


def open_request() -> None:
    g.request_id = secrets.token_hex(8)


def install(app: Guanyun) -> None:
    """Hangs the frame on the application."""
    app.before_request(open_request)
    app.after_request(write_after_records)
    app.after_request(put_headers)
    hops = app.config["TRUSTED_PROXIES"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def wants_json() -> bool:
    return request.path.startswith("/api/") or request.path in {"/healthz", "/readyz"}


def to_sign_in() -> Response:
    """Sends a person without session to the sign-in page and back afterwards (only to a path of this site)."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=wanted))  # type: ignore[return-value]


def found_or_404(thing: Any) -> Any:
    """The thing, or the one answer for what does not exist and for what the actor may not know of."""
    if thing is None:
        raise NotFound
    return thing
