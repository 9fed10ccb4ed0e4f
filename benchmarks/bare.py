"""The limit beside the product: a bare Flask application with one hand-written query, one INSERT, no rules at all."""

from __future__ import annotations

import os
import secrets

import sqlalchemy as sa
from flask import Flask, render_template_string, request
from sqlalchemy import event

# Picks the 50 first and joins only those: what somebody would write who knows the tables and nothing else.
LIST = sa.text("""
WITH page AS (
  SELECT contracts.id, contracts.code, contracts.state, contracts.subject_id FROM contracts
  WHERE EXISTS (SELECT 1 FROM subject_sides mine
                WHERE mine.subject_id = contracts.subject_id AND mine.organisation_id = :organisation)
  ORDER BY contracts.code DESC LIMIT 50)
SELECT page.code, subjects.title, client.name_zh AS client, operator.name_zh AS operator, mode.code AS mode,
       version.amount_fen, version.term_from, version.term_until, page.state
FROM page
JOIN subjects ON subjects.id = page.subject_id
JOIN contract_versions version ON version.contract_id = page.id
 AND version.number = (SELECT max(number) FROM contract_versions other WHERE other.contract_id = page.id)
LEFT JOIN catalogue_entries mode ON mode.id = version.mode_entry_id
LEFT JOIN parties buys ON buys.subject_id = subjects.id AND buys.role = 'client'
LEFT JOIN organisations client ON client.id = buys.organisation_id
LEFT JOIN parties runs ON runs.subject_id = subjects.id AND runs.role = 'operator'
LEFT JOIN organisations operator ON operator.id = runs.organisation_id
ORDER BY page.code DESC
""")
PAGE = """<!doctype html><title>contracts</title><table>{% for row in rows %}<tr>{% for cell in row %}
<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"""
TABLE = "CREATE TABLE IF NOT EXISTS bare_rows (id VARCHAR(40) PRIMARY KEY, title TEXT NOT NULL)"
INSERT = sa.text("INSERT INTO bare_rows (id, title) VALUES (:id, :title)")


def create_app() -> Flask:
    app, engine = Flask(__name__), sa.create_engine(os.environ["GUANYUN_DATABASE_URL"])
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _durable)
        event.listen(engine, "begin", _begin)
    with engine.begin() as connection:
        connection.execute(sa.text(TABLE))
        organisation = connection.execute(sa.text("SELECT id FROM organisations WHERE code = 'AGENCY'")).scalar()
    engine.dispose()

    @app.get("/contracts")
    def contracts() -> str:
        with engine.connect() as connection:
            rows = connection.execute(LIST, {"organisation": organisation}).all()
        return render_template_string(PAGE, rows=rows)

    @app.post("/api/v1/contracts")
    def create() -> tuple[dict[str, str], int]:
        key = secrets.token_hex(16)
        with engine.begin() as connection:
            connection.execute(INSERT, {"id": key, "title": request.get_json()["title"]})
        return {"id": key}, 201

    @app.get("/healthz")
    @app.get("/sign-in")
    def healthz() -> str:
        return "ok"

    return app


def _durable(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


def _begin(connection: sa.Connection) -> None:
    # As the product does for writers; a reader of one statement loses nothing by it.
    connection.exec_driver_sql("BEGIN")


app = create_app() if os.environ.get("GUANYUN_DATABASE_URL") else Flask(__name__)
