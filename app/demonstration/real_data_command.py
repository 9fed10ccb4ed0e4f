"""`flask demo real DATA_DIR`: outside data as an example of two contracts, from the paper to a signed inspection."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask, current_app

from app.core.errors import DomainError
from app.demonstration import real_data_people as people
from app.demonstration.commands import demo_group
from app.demonstration.people import PASSWORD
from app.demonstration.real_data import BadSource
from app.demonstration.real_data_figures import NoSource
from app.demonstration.real_data_stages import AlreadyThere, Stage, Summary, run


def register_commands(_app: Flask) -> None:
    demo_group.add_command(real_command)


@click.command("real")
@click.argument("folder", metavar="DATA_DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--until", type=click.Choice([stage.value for stage in Stage]), default=Stage.INSPECT.value, show_default=True
)
@click.option("--close", is_flag=True, help="Also close the assessed periods and make confirmed results final.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def real_command(folder: Path, until: str, close: bool, as_json: bool) -> None:
    """Bring outside data in as existing contracts (see docs/real-data.md). Later stages go on from what is there."""
    if not current_app.config["DEMONSTRATION"]:
        _refuse("demonstration data is switched off here (GUANYUN_DEMONSTRATION=0): its sign-ins are public")
    began = time.monotonic()
    told = not as_json and sys.stdout.isatty()
    try:
        summary = run(folder, Stage(until), close, lambda text: _tell(text, began) if told else None)
    except (AlreadyThere, BadSource, NoSource) as refusal:
        _refuse(str(refusal))
    except DomainError as refusal:
        _refuse(f"nothing more was done: {refusal}")
    except LookupError as missing:
        _refuse(f"nothing more was done: {missing} is not there; load the catalogues first: flask catalog load")
    summary["seconds"] = round(time.monotonic() - began, 1)
    click.echo(json.dumps(_document(summary), ensure_ascii=False) if as_json else _text(summary))


def _tell(text: str, began: float) -> None:
    click.echo(f"{time.monotonic() - began:6.1f} s  {text}")


def _refuse(why: str) -> NoReturn:
    click.echo(f"demo real: {why}", err=True)
    sys.exit(1)


def _document(summary: Summary) -> Summary:
    listed = [{"login": one.login, "name": one.name, "role": one.role.value} for one in people.POSTS]
    return {**summary, "password": PASSWORD, "sign_ins": listed}


def _text(summary: Summary) -> str:
    lines = [*_brought_in(summary.get(Stage.IMPORT.value, {})), *_results(summary)]
    logins = [f"  {one.login:<18} {one.role.label} · {one.name}" for one in people.POSTS]
    return "\n".join([*lines, "", *logins, "", f"password of all of them: {PASSWORD}"])


def _brought_in(found: Summary) -> Iterator[str]:
    for key, code in found.get("contracts", {}).items():
        yield f"{code} ({key}): {json.dumps(found[key], ensure_ascii=False)}"


def _results(summary: Summary) -> Iterator[str]:
    for key, periods in summary.get(Stage.ASSESS.value, {}).items():
        states = Counter(one["state"] for one in periods.values())
        totals = sorted(Decimal(one["total"]) for one in periods.values() if one["total"] is not None)
        span = f"totals {totals[0]} to {totals[-1]}" if totals else "no total"
        yield f"{key}: {len(periods)} periods ({', '.join(f'{n} {state}' for state, n in states.items())}), {span}"
    for key, codes in summary.get(Stage.REPORTS.value, {}).items():
        yield f"{key}: {len(codes)} reports"
    for key, code in summary.get(Stage.INSPECT.value, {}).items():
        yield f"{key}: inspection {code or 'none: no report with a total'}"
