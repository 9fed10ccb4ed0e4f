"""`flask whatif KIND FILE`: a calculation from a JSON file or standard input; no database unless it is asked for."""

import json
import sys
from typing import BinaryIO

import click
from flask import Flask
from flask.cli import with_appcontext

from app.calendars.flaws import Flaw
from app.catalogues.queries import said
from app.catalogues.wording import N_
from app.whatif import queries
from app.whatif.kinds import KINDS, SCREEN, answer_text
from app.whatif.rules import RulesOn
from app.whatif.strict_json import MAX_BYTES


def register_commands(app: Flask) -> None:
    app.cli.add_command(whatif_command)


@click.command("whatif")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print the answer on one line even on a terminal.")
@click.option("--published", is_flag=True, help="Screen by the rules in force in this installation (its database).")
@with_appcontext
def whatif_command(kind: str, file: BinaryIO, as_json: bool, published: bool) -> None:
    """Calculate from a JSON file ("-" is standard input) and print JSON; nothing is stored.

    An array of inputs gives an array of answers, a bad one {"error": …} in its place. A single bad input is said on
    standard error, with exit status 1. A screening is judged by the packaged rules and says so; with --published by
    those of the database.
    """
    try:
        rules = _rules(kind, published)
        # One byte more than allowed tells a text that is too large from one that just fits.
        found = answer_text(kind, file.read(MAX_BYTES + 1), say=_say, most=None, rules=rules)
    except Flaw as flaw:
        click.echo(_say(flaw), err=True)
        sys.exit(1)
    indent = None if as_json or not sys.stdout.isatty() else 2
    click.echo(json.dumps(found, ensure_ascii=False, indent=indent))


def _rules(kind: str, published: bool) -> RulesOn:
    if not published:
        return queries.packaged
    if kind != SCREEN:
        raise Flaw(N_("--published 只用于 screen：其他试算不依据本系统的规则。"))
    if not queries.has_database():
        raise Flaw(
            N_(
                "读不到本系统的数据库，不能按本系统生效的规则试算。"
                "请检查 GUANYUN_DATABASE_URL，运行 flask db upgrade 和 flask catalog load；"
                "或者去掉 --published，按产品自带的规则试算。"
            )
        )
    return queries.published()


def _say(flaw: Flaw) -> str:
    return flaw.say(said)
