"""`flask whatif KIND FILE`: a calculation from a JSON file or standard input; no database is opened."""

import json
import sys
from typing import BinaryIO

import click
from flask import Flask
from flask.cli import with_appcontext

from app.calendars.flaws import Flaw
from app.catalogues.queries import said
from app.whatif.kinds import KINDS, answer_text
from app.whatif.strict_json import MAX_BYTES


def register_commands(app: Flask) -> None:
    app.cli.add_command(whatif_command)


@click.command("whatif")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print the answer on one line even on a terminal.")
@with_appcontext
def whatif_command(kind: str, file: BinaryIO, as_json: bool) -> None:
    """Calculate from a JSON file ("-" is standard input) and print JSON; nothing is stored.

    An array of inputs gives an array of answers, a bad one {"error": …} in its place. A single bad input is said on
    standard error, with exit status 1.
    """
    try:
        # One byte more than allowed tells a text that is too large from one that just fits.
        found = answer_text(kind, file.read(MAX_BYTES + 1), say=_say, most=None)
    except Flaw as flaw:
        click.echo(_say(flaw), err=True)
        sys.exit(1)
    indent = None if as_json or not sys.stdout.isatty() else 2
    click.echo(json.dumps(found, ensure_ascii=False, indent=indent))


def _say(flaw: Flaw) -> str:
    return flaw.say(said)
