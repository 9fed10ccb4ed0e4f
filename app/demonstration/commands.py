"""`flask demo load`: fills an empty database with a generated province and prints who can sign in."""

import json
import sys
import time
import unicodedata
from dataclasses import dataclass, field
from typing import NoReturn

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.core.errors import DomainError
from app.demonstration.loading import NotLoaded, SignIn, Size, counts, is_empty, load, sign_ins
from app.demonstration.people import PASSWORD

demo_group = AppGroup("demo", help="The demonstration province.")


def register_commands(app: Flask) -> None:
    app.cli.add_command(demo_group)


@demo_group.command("load")
@click.option("--size", type=click.Choice([size.value for size in Size]), default=Size.SMALL.value, show_default=True)
@click.option("--if-empty", is_flag=True, help="Do nothing when the database is not empty; print the sign-ins again.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def load_command(size: str, if_empty: bool, as_json: bool) -> None:
    """Fill an empty database with demonstration data. The same day and catalogues give the same data."""
    if not current_app.config["DEMONSTRATION"]:
        _refuse("demonstration data is switched off here (GUANYUN_DEMONSTRATION=0): its sign-ins are public")
    empty = is_empty()
    if not empty and not if_empty:
        _refuse("the database is not empty: load the demonstration into a new one (see GUANYUN_INSTANCE)")
    summary: dict[str, object] = _load(Size(size), quiet=as_json) if empty else {"loaded": False}
    accounts = list(sign_ins())
    click.echo(json.dumps(_document(summary, accounts), ensure_ascii=False) if as_json else _text(summary, accounts))


def _load(size: Size, quiet: bool) -> dict[str, object]:
    progress, began = Progress(shown=not quiet and sys.stdout.isatty()), time.monotonic()
    try:
        verdict = load(size, progress)
    except (DomainError, NotLoaded) as refusal:
        progress.end()
        _refuse(f"nothing more was loaded: {refusal}")
    progress.end()
    if not verdict.ok:
        _refuse(f"the audit trail does not hold at entry {verdict.bad_seq}: {verdict.problem}")
    seconds = round(time.monotonic() - began, 1)
    return {"loaded": True, "size": size.value, "seconds": seconds, "trail_entries": verdict.entries, **counts()}


def _refuse(why: str) -> NoReturn:
    click.echo(f"demo load: {why}", err=True)
    sys.exit(1)


@dataclass
class Progress:
    """One line on a terminal that says how many acts are done, how fast, and how long the rest takes."""

    shown: bool
    began: float = field(default_factory=time.monotonic)
    last: float = 0.0

    def __call__(self, done: int, total: int) -> None:
        present = time.monotonic()
        if not self.shown or (present - self.last < 0.2 and done < total):
            return
        self.last = present
        rate = done / max(present - self.began, 0.001)
        click.echo(f"\r{done:,} of {total:,} acts, {rate:,.0f}/s, {(total - done) / rate:,.0f} s left  ", nl=False)

    def end(self) -> None:
        if self.shown:
            click.echo()


def _document(summary: dict[str, object], accounts: list[SignIn]) -> dict[str, object]:
    listed = [
        {"role": one.role.value, "login": one.login, "name": one.name, "organisation": one.organisation}
        for one in accounts
    ]
    return {**summary, "password": PASSWORD if listed else None, "sign_ins": listed}


def _text(summary: dict[str, object], accounts: list[SignIn]) -> str:
    lines = []
    if summary["loaded"]:
        lines.append(
            "demonstration loaded: {organisations} organisations, {people} people, {services} services, "
            "{projects} projects, {contracts} contracts; {trail_entries} trail entries verified; {seconds} s".format(
                **summary
            )
        )
    if accounts:
        rows = [(str(one.role.label), one.login, one.name, one.organisation) for one in accounts]
        lines += ["", *_table([("role", "login", "name", "organisation"), *rows])]
        lines += ["", f"password of all of them: {PASSWORD}"]
    return "\n".join(lines)


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
