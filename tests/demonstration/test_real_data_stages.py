"""`flask demo real` on a made-up folder: everything through people's acts, and an independent program agrees."""

import functools
import json
import re
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app.accounts import actions as account_actions
from app.accounts import credentials, passwords
from app.assessments.models import Assessment
from app.audit.models import TrailEntry
from app.audit.verifier import verify
from app.catalogues import actions as catalogues
from app.contracts.models import Contract, ContractState, Signature
from app.core.actors import SYSTEM
from app.core.clock import clock, today
from app.core.db import db
from app.core.errors import Problem, Refused
from app.demonstration import real_data_contracts as deals
from app.demonstration import real_data_figures as figures
from app.demonstration.people import PASSWORD
from app.demonstration.real_data_contracts import SITES, USAGE
from app.demonstration.real_data_figures import IMPOSSIBLE, SEEN_SO
from app.figures.models import ClosedPeriod, Figure, FigureFlag
from app.figures.queries import count_unverified, verdicts_on
from app.inspections.models import Conclusion
from app.lifecycle.models import Task, TaskState
from benchmarks import independent_check
from tests import factories
from tests.demonstration import outside


@pytest.fixture
def folder(tmp_path):
    return outside.make_folder(tmp_path / "data")


@pytest.fixture
def at_once(monkeypatch):
    """Passwords cost 60 ms by design; everybody here has the same two, so that each is hashed once."""
    known = functools.cache(passwords.hash_password)
    monkeypatch.setattr(account_actions, "hash_password", known)
    monkeypatch.setattr(credentials, "hash_password", known)


@pytest.fixture
def invoke(app, backend, db_session, at_once, folder):
    """The command on an empty database with catalogues."""
    with clock.at(factories.MOMENT):
        factories.snapshot(backend, "catalogues", lambda: catalogues.load(SYSTEM, ()) and None)
        db_session.commit()
        runner = app.test_cli_runner()
        yield lambda *more: runner.invoke(args=["demo", "real", str(folder), *more])


def told(answer):
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


# --- import ----------------------------------------------------------------------------------------------------------


def test_the_import_brings_in_confirmed_contracts_and_judged_data(invoke):
    found = told(invoke("--until", "import", "--json"))["import"]
    assert set(found["contracts"]) == {"sites", "usage", "usage-partial"}
    assert found["sites"] == {"rows": 11, "stored": 11, "ended": outside.ENDED}
    assert found["usage-partial"]["doubted"] == found["usage-partial"]["verified_as_published"] == 1
    contracts = list(db.session.scalars(sa.select(Contract)))
    assert {one.state for one in contracts} == {ContractState.EXPIRED}
    assert {str(one.ended_on) for one in contracts} == {"2021-12-31", "2017-12-31"}
    signed = list(db.session.scalars(sa.select(Signature)))
    assert len(signed) == 6
    assert {one.signed_at.date() for one in signed} == {today()}
    assert all(count_unverified(one) == 0 for one in contracts)
    assert verify().ok


def test_an_impossible_figure_is_doubted_first_then_verified_with_words_and_stays_flagged(invoke):
    told(invoke("--until", "import", "--json"))
    flagged = list(db.session.scalars(sa.select(FigureFlag.figure_id).where(FigureFlag.code == IMPOSSIBLE)))
    assert len(flagged) == 1
    figure = db.session.get_one(Figure, flagged[0])
    assert (figure.period, figure.channel, figure.value, figure.denominator) == ("2012-Q4", "online", 99, 90)
    newest, first = verdicts_on(flagged)[flagged[0]]
    assert (first.verdict.value, newest.verdict.value, newest.reason) == ("doubted", "verified", SEEN_SO)
    assert first.user_id != newest.user_id
    assert db.session.scalar(sa.select(sa.func.count()).where(Task.state == TaskState.OPEN)) == 0


def test_prices_and_levels_are_as_the_documentation_says(invoke):
    told(invoke("--until", "import", "--json"))
    lines = deals.contract_of(USAGE).current.lines
    assert [(one.unit_price, one.expected_volume, one.pay_period.value) for one in lines] == [
        (Decimal("0.1"), 1200, "quarter")
    ]
    sites = deals.contract_of(SITES).current.lines
    assert {one.fee_fen for one in sites} == {100_000}
    levels = {(one.indicator.code, one.target, one.period.value) for one in sites[0].levels}
    assert levels == {("KI-001", Decimal("99.5"), "month"), ("KI-007", Decimal(1), "month")}


def test_a_second_import_is_refused_and_changes_nothing(invoke):
    told(invoke("--until", "import", "--json"))
    before = db.session.query(TrailEntry).count()
    answer = invoke("--until", "import")
    assert answer.exit_code == 1
    assert "already in this database" in answer.stderr
    assert db.session.query(TrailEntry).count() == before


@pytest.mark.sqlite_only
def test_a_failed_import_leaves_nothing_behind(invoke, monkeypatch):
    def refuse(*_given):
        raise Refused(Problem("没有核验。"))

    monkeypatch.setattr(figures, "verify_rest", refuse)
    answer = invoke("--until", "import")
    assert answer.exit_code == 1
    assert "没有核验。" in answer.stderr
    assert db.session.query(Contract).count() == 0


@pytest.mark.sqlite_only
def test_it_is_refused_where_demonstrations_are_switched_off(invoke, app, monkeypatch):
    monkeypatch.setitem(app.config, "DEMONSTRATION", False)
    answer = invoke()
    assert answer.exit_code == 1
    assert "switched off" in answer.stderr


@pytest.mark.sqlite_only
def test_without_catalogues_it_says_what_to_do(app, db_session, runner, folder):
    answer = runner.invoke(args=["demo", "real", str(folder)])
    assert answer.exit_code == 1
    assert "flask catalog load" in answer.stderr


@pytest.mark.sqlite_only
def test_the_text_names_sign_ins(invoke):
    answer = invoke("--until", "import")
    assert answer.exit_code == 0
    assert "real-inspector-2" in answer.stdout
    assert PASSWORD in answer.stdout


# --- results, and the independent program ----------------------------------------------------------------------------


def results(file):
    """As `flask assess run --json` prints them, one a line."""
    texts = db.session.scalars(sa.select(Assessment.result).order_by(Assessment.starts_at, Assessment.id))
    file.write_text("\n".join(json.dumps({"result": json.loads(one)}) for one in texts))
    return file


def check(monkeypatch, *given):
    monkeypatch.setattr("sys.argv", ["independent_check.py", *map(str, given)])
    return independent_check.main()


def test_what_can_be_assessed_is_confirmed_and_an_independent_program_finds_the_same(
    invoke, folder, tmp_path, monkeypatch, capsys
):
    found = told(invoke("--until", "assess", "--json"))["assess"]
    sites = found["sites"]
    assert (sites["2021-03"]["state"], sites["2021-04"]["state"]) == ("confirmed", "confirmed")
    assert (sites["2021-05"]["total"], sites["2021-05"]["state"]) == (None, "computed")
    assert any("暂无总分" in why for why in sites["2021-05"]["stopped_by"])
    assert all(found["usage"][quarter]["state"] == "confirmed" for quarter in outside.QUARTERS)
    assert found["usage-partial"]["2017-Q3"]["total"] is None
    assert db.session.query(ClosedPeriod).count() == 0
    file = results(tmp_path / "r.jsonl")
    assert check(monkeypatch, folder, "--results", file, "--all") == 0
    said = capsys.readouterr().out
    # Half an hour, and of the two hours from 15:00 UTC on the one that is still March in Beijing.
    assert re.search(r"2021-03  BEA\.GOV +seconds down +5400 = 5400", said)
    assert said.splitlines()[-1].endswith(", 0 differ")
    for right, wrong in (('"down_seconds": "5400"', '"down_seconds": "5399"'), ('"value": "99.7', '"value": "99.8')):
        text = file.read_text()
        other = tmp_path / "wrong.jsonl"
        other.write_text(text.replace(right, wrong))
        assert other.read_text() != text
        assert check(monkeypatch, folder, "--results", other) == 1
        assert "≠" in capsys.readouterr().out


@pytest.mark.sqlite_only
def test_the_database_itself_is_compared_too(invoke, folder, backend, monkeypatch, capsys):
    told(invoke("--until", "assess", "--close", "--json"))
    db.session.rollback()
    assert check(monkeypatch, folder, "--database", backend.database.file) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(", 0 differ")
    states = {one.period: one.state.value for one in db.session.scalars(sa.select(Assessment))}
    assert (states["2021-03"], states["2021-05"]) == ("final", "computed")
    assert db.session.query(ClosedPeriod).count() == db.session.query(Assessment).filter_by(state="final").count() >= 23


def test_nothing_to_compare_is_no_success(folder, tmp_path, monkeypatch, capsys):
    empty = tmp_path / "r.jsonl"
    empty.write_text("")
    assert check(monkeypatch, folder, "--results", empty) == 2


@pytest.mark.sqlite_only
def test_it_goes_on_to_a_signed_inspection_of_each_contract(invoke, folder):
    source = folder / "usage" / "govuk_quarterly.csv"
    source.write_text("\n".join(line for line in source.read_text().splitlines() if not line.startswith("odd")))
    assert set(told(invoke("--until", "import", "--json"))["import"]["contracts"]) == {"sites", "usage"}
    found = told(invoke("--json"))
    assert "import" not in found
    signed = {one.text for one in db.session.scalars(sa.select(Conclusion))}
    assert (len(signed), set(found["inspect"]), None in found["inspect"].values()) == (2, {"sites", "usage"}, False)
    again = told(invoke("--json"))
    assert (again["inspect"], again["reports"]) == (found["inspect"], found["reports"])
    assert verify().ok
