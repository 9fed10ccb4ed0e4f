"""`flask projects import`, `flask projects ledger` and their templates: the web upload's path, from the server."""

import json
import sys
import time
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask
from flask.cli import AppGroup

from app.accounts.identities import actor_by_login
from app.core.actors import Actor
from app.core.db import unit_of_work
from app.core.errors import DomainError, Refused
from app.intake.actions import take_in
from app.intake.ledger import import_ledger, look
from app.intake.pages import template
from app.intake.queries import intake_of
from app.intake.template_file import ledger_xlsx
from app.intake.wording import explain_row

projects_group = AppGroup("projects", help="Projects that exist already.")


def register_commands(app: Flask) -> None:
    app.cli.add_command(projects_group)


@projects_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "login", required=True, help="Login of the person who takes the file in.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def import_command(file: Path, login: str, as_json: bool) -> None:
    """Take in a workbook of existing projects and contracts, all of it or nothing; prints every row."""
    began = time.monotonic()
    try:
        with unit_of_work():
            actor = _actor(login)
            made = take_in(actor, file.name, file.read_bytes())
            rows = _rows(actor, made.id)
            found = {"intake": made.id, "sha256": made.sha256, "rows": rows}
    except DomainError as error:
        _refuse(error, as_json)
    seconds = round(time.monotonic() - began, 1)
    if as_json:
        click.echo(json.dumps({**found, "seconds": seconds}, ensure_ascii=False))
        return
    for one in rows:
        click.echo(f"{one['sheet']} {one['line']}: {one['code']} {one['title']}")
    click.echo(f"{len(rows):,} rows taken in as intake {found['intake']}, {seconds} s")


@projects_group.command("ledger")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "login", required=True, help="Login of the officer who imports it.")
@click.option("--check", is_flag=True, help="Only look at the file and store nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def ledger_command(file: Path, login: str, check: bool, as_json: bool) -> None:
    """Import a ledger of applications, all of it or nothing; a changed row makes a new version."""
    began = time.monotonic()
    try:
        with unit_of_work():
            actor, content = _actor(login), file.read_bytes()
            found = look(actor, content) if check else import_ledger(actor, file.name, content)[1]
    except DomainError as error:
        _refuse(error, as_json)
    problems, remarks = ([explain_row(one) for one in listed] for listed in (found.problems, found.remarks))
    if problems:
        _refuse(Refused(problems), as_json)
    counts = {"added": found.added, "changed": found.changed, "unchanged": found.unchanged, "stored": not check}
    seconds = round(time.monotonic() - began, 1)
    if as_json:
        said = {**counts, "remarks": [one.as_dict() for one in remarks], "seconds": seconds}
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    for one in remarks:
        click.echo(f"{one.place} {one.what} {one.remedy}")
    done = "would be" if check else "were"
    words = f"{found.added:,} entries {done} added, {found.changed:,} changed, {found.unchanged:,} stay as they are"
    click.echo(f"{words}, {seconds} s")


@projects_group.command("ledger-template")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def ledger_template_command(out: Path) -> None:
    """Write the workbook of a ledger to fill in."""
    out.write_bytes(ledger_xlsx())
    click.echo(str(out))


@projects_group.command("template")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def template_command(out: Path) -> None:
    """Write the workbook to fill in."""
    out.write_bytes(template())
    click.echo(str(out))


def _actor(login: str) -> Actor:
    return actor_by_login(login) or _stop(f"no active account {login!r}.")


def _rows(actor: Actor, key: int) -> list[dict[str, str | int]]:
    made = intake_of(actor, key)
    return [
        {"sheet": row.sheet.value, "line": row.line, "code": row.subject.code, "title": row.subject.title}
        for row in (made.rows if made is not None else ())
    ]


def _refuse(error: DomainError, as_json: bool) -> NoReturn:
    if as_json:
        document = {"status": error.status, "problems": [one.as_dict() for one in error.problems]}
        click.echo(json.dumps(document, ensure_ascii=False), err=True)
        sys.exit(1)
    for one in error.problems:
        click.echo(" ".join(str(part) for part in (one.place, one.what, one.why, one.remedy) if part), err=True)
    _stop(f"nothing was stored: {len(error.problems):,} problems.")


def _stop(why: str) -> NoReturn:
    click.echo(why, err=True)
    sys.exit(1)
