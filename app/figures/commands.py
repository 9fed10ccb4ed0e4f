"""`flask figures import` and `flask figures template`: the same path as the web upload, from the server."""

import json
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Flask
from flask.cli import AppGroup

from app.accounts.identities import actor_by_login
from app.contracts.models import Contract
from app.contracts.queries import contract_in_reach
from app.core.actors import SYSTEM, Actor
from app.core.db import unit_of_work
from app.core.errors import DomainError
from app.figures.actions import Receipt, submit
from app.figures.judging import Delivery
from app.figures.kinds import SubmissionKind
from app.figures.pages import template_of

figures_group = AppGroup("figures", help="Figures and status events of contracts.")
# A file on the server may be larger than one that comes over the network: a million rows are about 60 MB.
MAX_FILE = 200 * 1024 * 1024


def register_commands(app: Flask) -> None:
    app.cli.add_command(figures_group)


@figures_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--contract", "code", required=True, help="Code of the contract.")
@click.option("--as", "login", required=True, help="Login of the person who reports; the source follows from it.")
@click.option(
    "--format", "kind", type=click.Choice([one.value for one in SubmissionKind]), default="figures", show_default=True
)
@click.option("--reason", default="", help="Why figures that stand are corrected (needed when the file corrects any).")
@click.option("--note", default="", help="A remark that stays with the submission.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def import_command(file: Path, code: str, login: str, kind: str, as_json: bool, **said: str) -> None:
    """Store a CSV or XLSX file, all of it or nothing; prints every rejected row with column and reason."""
    began = time.monotonic()
    delivery = Delivery(
        SubmissionKind(kind),
        file.name,
        file.read_bytes(),
        is_json=file.suffix in {".json", ".ndjson"},
        limit=MAX_FILE,
        **said,
    )
    if not as_json and sys.stderr.isatty():
        click.echo(f"{file.name}: {len(delivery.content):,} bytes, reading …", err=True)
    try:
        with unit_of_work():
            actor = _actor(login)
            receipt = submit(actor, _contract(actor, code), delivery)
            found = _document(receipt, time.monotonic() - began)
    except DomainError as error:
        _refuse(error, as_json)
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else _text(found))


@figures_group.command("template")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--contract", "code", required=True, help="Code of the contract.")
@click.option("--as", "login", help="Login of the person who asks; left out: the system.")
def template_command(out: Path, code: str, login: str | None) -> None:
    """Write the workbook that an operator fills in: the contract's own services, indicators, units and open periods."""
    actor = _actor(login) if login else SYSTEM
    out.write_bytes(template_of(_contract(actor, code)))
    click.echo(str(out))


def _actor(login: str) -> Actor:
    return actor_by_login(login) or _stop(f"no active account {login!r}.")


def _contract(actor: Actor, code: str) -> Contract:
    return contract_in_reach(actor, code) or _stop(f"no contract {code!r} in reach.")


def _document(receipt: Receipt, seconds: float) -> dict[str, Any]:
    made = receipt.submission
    return {
        "submission": made.id,
        "repeated": receipt.repeated,
        "source": made.source.value,
        "sha256": made.sha256,
        "rows": made.row_count,
        "new": 0 if receipt.repeated else made.new_count,
        "corrected": 0 if receipt.repeated else made.corrected_count,
        "unchanged": made.row_count if receipt.repeated else receipt.unchanged,
        "seconds": round(seconds, 1),
    }


def _text(found: dict[str, Any]) -> str:
    if found["repeated"]:
        return f"the same file was taken before as submission {found['submission']}; nothing was stored again"
    rate = found["rows"] / max(found["seconds"], 0.1)
    return (
        f"{found['rows']:,} rows accepted: {found['new']:,} new, {found['corrected']:,} corrected, "
        f"{found['unchanged']:,} unchanged; submission {found['submission']}, {rate:,.0f} rows/s"
    )


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
