"""Flask-Login as the door: the signed-in person of a request is found by our own sessions and tokens."""

from dataclasses import dataclass

from flask import Flask
from flask_login import LoginManager, UserMixin, current_user

from app.accounts.identities import find_actor
from app.core.actors import Actor


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """What `current_user` is once somebody is signed in; the work is done with its actor."""

    actor: Actor

    def get_id(self) -> str:
        return str(self.actor.user_id)


def install(app: Flask) -> None:
    """No cookie of Flask-Login's own: nothing is remembered outside the sessions on the server."""
    manager = LoginManager()
    manager.session_protection = None
    manager.request_loader(_from_request)
    manager.init_app(app)


def _from_request(_request: object) -> SignedIn | None:
    actor = find_actor()
    return SignedIn(actor) if actor is not None else None


def actor_signed_in() -> Actor | None:
    """The actor behind `current_user`."""
    actor: Actor | None = current_user.actor if current_user.is_authenticated else None
    return actor
