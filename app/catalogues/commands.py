"""`flask catalog load` and `flask catalog check`: rules from files, checked as a whole, stored as versions."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask
from flask.cli import AppGroup

from app.catalogues import actions
from app.catalogues.actions import CatalogueRefused
from app.catalogues.files import Finding
from app.catalogues.queries import said, said_finding
from app.catalogues.wording import N_
from app.core.actors import SYSTEM
from app.core.db import unit_of_work
from app.core.errors import Stale

catalog_group = AppGroup("catalog", help="Rules as data: lists, duties, gates, indicators, schemes, calendars, models.")


def register_commands(app: Flask) -> None:
    app.cli.add_command(catalog_group)


@catalog_group.command("load")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def load_command(paths: tuple[Path, ...], as_json: bool) -> None:
    """Load catalogue files or folders (default: all that come with the product). Loading again changes nothing."""
    try:
        with unit_of_work():
            report = actions.load(SYSTEM, paths)
    except CatalogueRefused as refusal:
        _refuse(refusal.findings, as_json)
    except Stale as stale:
        click.echo(f"{stale.problems[0].what}: {stale.problems[0].remedy}", err=True)
        sys.exit(1)
    if as_json:
        document = {"stored": [asdict(one) for one in report.stored], "unchanged": report.unchanged, "findings": []}
        held = {"standing": [asdict(one) for one in report.standing]} if report.standing else {}
        held |= {"moved": [asdict(one) for one in report.moved]} if report.moved else {}
        _print_json({**document, **held})
        return
    for one in report.stored:
        click.echo(f"{one.kind} {one.code} v{one.version} ({one.file})")
    for web in report.standing:
        click.echo(f"{web.kind} {web.code}: web version v{web.version} ({web.source}) stands")
    for late in report.moved:
        click.echo(
            f"{late.kind} {late.code}: in force from {late.begins}, not from {late.said}: the past stays as it was"
        )
    click.echo(f"{len(report.stored)} new versions, {report.unchanged} entries unchanged")


@catalog_group.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check_command(paths: tuple[Path, ...], as_json: bool) -> None:
    """Only validate catalogue files or folders (default: all that come with the product).

    Nothing is stored and no database is needed. Reminders are no errors: what is hardly meant as it is written.
    """
    findings = actions.check(paths)
    if findings:
        _refuse(findings, as_json)
    reminders = [said_finding(one) for one in actions.reminders(paths)]
    if as_json:
        _print_json({"findings": [], "reminders": [asdict(one) for one in reminders]})
        return
    for one in reminders:
        click.echo(said(N_("提醒 %(text)s", text=str(one))))
    click.echo("no findings")


def _refuse(findings: Sequence[Finding], as_json: bool) -> NoReturn:
    spoken = [said_finding(finding) for finding in findings]
    for finding in spoken:
        click.echo(str(finding), err=True)
    if as_json:
        _print_json({"findings": [asdict(finding) for finding in spoken]})
    sys.exit(1)


def _print_json(document: dict[str, object]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False))
