"""Fills an installation for torture: migrations, the standing world, one API token for each client; prints JSON.

`python -m tests.torture.seeding [CLIENTS]`
"""

# ruff: noqa: T201 - a program that is run by another and answers on standard output

from __future__ import annotations

import json
import sys
from datetime import timedelta

from flask_migrate import upgrade

from app import create_app
from app.accounts import actions as accounts
from app.accounts.identities import Scope
from app.core.clock import today
from app.core.db import db, unit_of_work
from tests import factories

SCOPES = (Scope.CONTRACTS_READ, Scope.CONTRACTS_WRITE)


def token_for(w: factories.World, key: str, scopes: tuple[Scope, ...] = SCOPES, name: str = "torture") -> str:
    """A token for the person's first membership."""
    membership = w.user(key).memberships[0]
    new = accounts.NewToken(name=name, scopes=scopes, expires_on=today() + timedelta(days=30))
    return accounts.create_token(w.actor("security_admin"), membership, new)[1]


def main(clients: int) -> None:
    app = create_app()
    with app.app_context():
        upgrade()
        with unit_of_work():
            w = factories.world()
            tokens = [token_for(w, "officer", name=f"client {number}") for number in range(clients)]
        db.engine.dispose()
    print(json.dumps({"tokens": tokens}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
