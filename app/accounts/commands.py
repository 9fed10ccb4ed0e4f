"""`flask users create`, `flask tokens create`: accounts and API tokens from the server, as a person permits."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, NoReturn

import click
from flask import Flask
from flask.cli import AppGroup

from app.accounts import actions
from app.accounts.actions import FOUNDER, NewAccount, NewToken
from app.accounts.forms import LOGIN, LOGIN_RULE
from app.accounts.identities import Scope, actor_by_login, user_by_login
from app.accounts.models import Membership, User
from app.accounts.queries import any_organisation, likely_owner
from app.core.actors import SYSTEM, Actor
from app.core.clock import today
from app.core.db import unit_of_work
from app.core.errors import DomainError
from app.core.permissions import Role, RoleClass, Side
from app.organisations.actions import NewOrganisation, create_organisation, load_regions
from app.organisations.models import Organisation, OrganisationKind
from app.organisations.queries import organisation_by_code, region_by_code

users_group = AppGroup("users", help="Accounts of people.")
tokens_group = AppGroup("tokens", help="Tokens for the API.")
AS_HELP = "Login of the person who does this; needs the permission for it."


def register_commands(app: Flask) -> None:
    app.cli.add_command(users_group)
    app.cli.add_command(tokens_group)


@users_group.command("create")
@click.argument("login")
@click.option("--name", required=True, help="The person's name.")
@click.option("--class", "role_class", type=click.Choice([one.value for one in RoleClass]), required=True)
@click.option("--org", "org_code", help="Code of the organisation the person works in.")
@click.option(
    "--role", type=click.Choice([one.value for one in Role]), help="A role in that organisation; needs --grant-as."
)
@click.option("--as", "as_login", help=AS_HELP + " Left out only for the first administrator of a kind.")
@click.option("--grant-as", help="Login of the security administrator who gives the role.")
@click.option("--org-name", help="First administrator only: name of the organisation, which is registered with it.")
@click.option(
    "--region", default="44", show_default=True, help="First administrator only: region of that organisation."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def create_user_command(login: str, as_json: bool, **given: Any) -> None:
    """Create an account with a first password, which is printed once and has to be changed at the first sign-in.

    The first system, security and audit administrator are created without --as, once each, while the installation has
    none of that kind. Later accounts are created by a system administrator (--as) and roles given by a security
    administrator (--grant-as).
    """
    if not LOGIN.fullmatch(login) or login == "new":
        _refuse([str(LOGIN_RULE)])
    password = actions.first_password()
    new = NewAccount(login=login, name=given["name"].strip(), role_class=RoleClass(given["role_class"]))
    with _refusals_spoken(), unit_of_work():
        user = _create_as(given, new, password) if given["as_login"] else _found(given, new, password)
        found = {"login": user.login, "name": user.name, "class": user.role_class.value, "password": password}
    _print(found, as_json)


def _create_as(given: dict[str, Any], new: NewAccount, password: str) -> User:
    user = actions.create_account(_actor(given["as_login"]), new, password)
    if given["org_code"]:
        membership = actions.create_membership(
            _actor(given["as_login"]), user, _organisation(given["org_code"]), "", today()
        )
        if given["role"]:
            actions.give_role(_actor(given["grant_as"] or given["as_login"]), membership, Role(given["role"]))
    elif given["role"]:
        _refuse(["--role needs --org: a role is held in an organisation."])
    return user


def _found(given: dict[str, Any], new: NewAccount, password: str) -> User:
    if not given["org_code"]:
        _refuse(["--org is needed: an administrator works in an organisation."])
    if any_organisation():
        organisation = _organisation(given["org_code"])
    else:
        organisation = _first_organisation(given["org_code"], given["org_name"] or given["org_code"], given["region"])
    return actions.found_administrator(FOUNDER, new, password, organisation)


def _first_organisation(code: str, name: str, region_code: str) -> Organisation:
    load_regions(SYSTEM)
    region = region_by_code(region_code)
    if region is None:
        _refuse([f"no region {region_code}: run `flask catalog load` first, or name one with --region."])
    facts = NewOrganisation(code, name, "", OrganisationKind.AUTHORITY, region, "", frozenset({Side.MANAGEMENT}))
    return create_organisation(FOUNDER, facts)


@tokens_group.command("create")
@click.option("--org", "org_code", required=True, help="Code of the organisation the token acts for.")
@click.option(
    "--scope", "scopes", multiple=True, required=True, help="What the token may do; may be given several times."
)
@click.option("--contract", "contract_code", default="", help="The only contract it may be used for.")
@click.option("--for", "for_login", help="Whose identity it carries (default: the person there whose roles fit best).")
@click.option("--name", default="flask tokens create", help="What the token is for.")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="Days until it expires.")
@click.option("--as", "as_login", required=True, help=AS_HELP)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def create_token_command(org_code: str, scopes: tuple[str, ...], as_login: str, as_json: bool, **given: Any) -> None:
    """Issue a token for the API; it is printed once, and only its hash is kept."""
    known = [one.value for one in Scope]
    unknown = sorted(set(scopes) - set(known))
    if unknown:
        _refuse([f"unknown scope: {', '.join(unknown)}. Scopes are: {', '.join(known)}."])
    wanted = tuple(Scope(one) for one in dict.fromkeys(scopes))
    new = NewToken(given["name"], wanted, _in_days(given["days"]), given["contract_code"])
    with _refusals_spoken(), unit_of_work():
        membership = _owner(org_code, given["for_login"], wanted)
        _token, text = actions.create_token(_actor(as_login), membership, new)
        found = {
            "token": text,
            "login": membership.user.login,
            "organisation": membership.organisation.code,
            "scopes": sorted(wanted),
            "contract": new.contract_code or None,
            "expires_on": new.expires_on.isoformat(),
        }
    _print(found, as_json)


def _in_days(days: int) -> date:
    return today() + timedelta(days=days)


def _owner(org_code: str, login: str | None, scopes: tuple[Scope, ...]) -> Membership:
    organisation = _organisation(org_code)
    if login is None:
        found = likely_owner(organisation, scopes)
        return found or _refuse([f"nobody in {org_code} has a role that allows this; name a person with --for."])
    user = user_by_login(login)
    works = [one for one in user.memberships if one.organisation_id == organisation.id] if user else []
    valid = [one for one in works if one.covers(today())]
    return valid[0] if valid else _refuse([f"{login} does not work in {org_code}."])


def _actor(login: str) -> Actor:
    return actor_by_login(login) or _refuse([f"no active account {login!r}."])


def _organisation(code: str) -> Organisation:
    return organisation_by_code(code) or _refuse([f"no organisation {code!r}."])


@contextmanager
def _refusals_spoken() -> Iterator[None]:
    """Says why something was refused on standard error and ends with status 1."""
    try:
        yield
    except DomainError as error:
        _refuse([" ".join(str(part) for part in (one.what, one.why, one.remedy) if part) for one in error.problems])


def _refuse(lines: list[str]) -> NoReturn:
    for line in lines:
        click.echo(line, err=True)
    sys.exit(1)


def _print(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for key, value in found.items():
        click.echo(f"{key}: {', '.join(value) if isinstance(value, list) else value}")
