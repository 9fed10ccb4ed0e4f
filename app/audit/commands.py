"""`flask audit verify`: checks the whole trail and, when asked, writes an export that can be checked elsewhere."""

import json
import sys
from pathlib import Path
from typing import IO

import click
from flask import Flask
from flask.cli import AppGroup

from app.audit.leaves import moment_text
from app.audit.models import TrailEntry, TrailHead
from app.audit.verifier import Verdict, verify
from app.core.db import db

audit_group = AppGroup("audit", help="The audit trail.")


def register_commands(app: Flask) -> None:
    app.cli.add_command(audit_group)


@audit_group.command("verify")
@click.option(
    "--export", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write all entries as JSON lines."
)
@click.option("--json", "as_json", is_flag=True)
def verify_command(target: Path | None, as_json: bool) -> None:
    """Check every entry and every tree head; exit status 1 names the first bad entry."""
    if target:
        with target.open("w", encoding="utf-8") as stream:
            verdict = verify(lambda entry: _write(stream, entry))
            for head in db.session.query(TrailHead).order_by(TrailHead.size):
                _line(stream, {"head": head.size, "at": moment_text(head.at), "sha256": head.sha256, "sm3": head.sm3})
    else:
        verdict = verify()
    click.echo(json.dumps(vars(verdict) | {"ok": verdict.ok}) if as_json else _sentence(verdict), err=not verdict.ok)
    sys.exit(0 if verdict.ok else 1)


def _sentence(verdict: Verdict) -> str:
    if verdict.ok:
        return f"audit trail intact: {verdict.entries} entries, {verdict.heads} tree heads"
    return f"audit trail BROKEN at entry {verdict.bad_seq}: {verdict.problem}. Keep the database as it is."


def _write(stream: IO[str], entry: TrailEntry) -> None:
    names = ("seq", "actor", "verb", "ref", "request_id", "details", "salt", "sha256", "sm3")
    _line(stream, {"id": entry.id.hex, "at": moment_text(entry.at)} | {name: getattr(entry, name) for name in names})


def _line(stream: IO[str], value: dict[str, object]) -> None:
    stream.write(json.dumps(value, ensure_ascii=False) + "\n")
