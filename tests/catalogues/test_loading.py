"""A load stores what changed as new versions, all or nothing; what was in force on a day can always be asked."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from app.audit.models import TrailEntry
from app.catalogues import actions, queries
from app.catalogues.actions import CatalogueRefused
from app.catalogues.catalogue import Catalogue
from app.catalogues.models import CatalogueEntry
from app.core.actors import SYSTEM, Actor
from app.core.clock import clock, today
from app.core.errors import NotAllowed, NotFound
from tests.catalogues.notes import NOTES, entry, file_of

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def room(app, tmp_path, monkeypatch):
    """A packaged catalogue folder of its own: write to it with `room("n.yaml", entry(…), …)`."""
    folder = tmp_path / "app" / "notes" / "catalog"
    folder.mkdir(parents=True)
    monkeypatch.setitem(app.extensions, "catalogues", Catalogue([NOTES], tmp_path / "app"))

    def write(name, *entries):
        path = folder / name
        path.write_text(file_of(*entries), encoding="utf-8")
        return path

    return write


def load(*paths):
    return actions.load(SYSTEM, paths)


def stored(session):
    rows = session.scalars(sa.select(CatalogueEntry).order_by(CatalogueEntry.code, CatalogueEntry.version))
    return [(row.code, row.version) for row in rows]


def refused(*paths):
    with pytest.raises(CatalogueRefused) as caught:
        load(*paths)
    return caught.value.findings


def test_loading_again_stores_nothing(room, db_session):
    room("n.yaml", entry("N-1"), entry("N-2"))
    assert [(one.code, one.version) for one in load().stored] == [("N-1", 1), ("N-2", 1)]
    again = load()
    assert (again.stored, again.unchanged) == ((), 2)
    assert stored(db_session) == [("N-1", 1), ("N-2", 1)]


def test_layout_and_order_of_keys_are_no_change(room):
    path = room("n.yaml", entry("N-1", weight="0.5"))
    load()
    path.write_text(
        "kind: note\nnote: tidied\nvalid_from: 2024-01-01\nentries:\n- {status: V, weight: 0.5, citation: 某办法第1条,"
        " code: N-1, name: {en: Note, zh: 便笺}}\n",
        encoding="utf-8",
    )
    assert load().stored == ()


def test_a_change_becomes_the_next_version(room, db_session):
    room("n.yaml", entry("N-1", weight="0.5"), entry("N-2"))
    load()
    room("n.yaml", entry("N-1", weight="0.6"), entry("N-2"))
    assert [(one.code, one.version) for one in load().stored] == [("N-1", 2)]
    assert [str(queries.parsed(row)["weight"]) for row in queries.versions("note", "N-1")] == ["0.6", "0.5"]


def test_a_load_leaves_one_leaf_in_the_trail_for_each_kind(room, db_session):
    room("n.yaml", entry("N-1"), entry("N-2"))
    load()
    load()
    leaves = db_session.scalars(sa.select(TrailEntry).where(TrailEntry.ref == "catalogue:note")).all()
    assert [leaf.verb for leaf in leaves] == ["catalog:load"]
    assert {row.act_id for row in queries.all_current("note", date(2025, 1, 1))} == {leaves[0].id}


def test_one_finding_keeps_everything_out(room, db_session):
    room("good.yaml", entry("N-1"))
    room("bad.yaml", entry("N-2", status="X"))
    assert [(one.file, one.line) for one in refused()] == [("app/notes/catalog/bad.yaml", 6)]
    assert stored(db_session) == []


def test_a_code_that_vanished_is_refused(room, db_session):
    room("n.yaml", entry("N-1"), entry("N-2"))
    load()
    path = room("n.yaml", entry("N-1", weight="0.6"))
    for paths in ([], [path]):
        (found,) = refused(*paths)
        assert (found.file, found.code) == ("app/notes/catalog/n.yaml", "N-2")
        assert "valid_until" in found.remedy
    assert stored(db_session) == [("N-1", 1), ("N-2", 1)]


def test_a_packaged_file_that_vanished_is_refused(room):
    room("n.yaml", entry("N-1"))
    path = room("m.yaml", entry("N-2"))
    load()
    path.unlink()
    assert [one.code for one in refused()] == ["N-2"]


def test_a_code_may_move_to_another_file_of_the_same_load(room, db_session):
    room("n.yaml", entry("N-1"), entry("N-2"))
    load()
    room("n.yaml", entry("N-1"))
    room("m.yaml", entry("N-2"))
    assert load().stored == ()
    assert stored(db_session) == [("N-1", 1), ("N-2", 1)]


def test_a_local_file_may_supersede_and_the_packaged_one_stays_quiet(room, tmp_path):
    room("n.yaml", entry("N-1", weight="0.5"))
    load()
    local = tmp_path / "local.yaml"
    local.write_text(file_of(entry("N-1", weight="0.7")), encoding="utf-8")
    load(local)
    assert load().stored == ()
    assert weight_on(today()) == "0.7"
    assert weight_on(date(2025, 1, 1)) == "0.5"


def at(day):
    return clock.at(datetime.fromisoformat(f"{day}T10:00:00+08:00"))


def weight_on(day):
    return str(queries.parsed(queries.current("note", "N-1", day))["weight"])


def test_a_change_begins_today_and_yesterday_is_read_as_it_was(room):
    room("n.yaml", entry("N-1", weight="1"))
    with at("2025-03-01"):
        load()
    room("n.yaml", entry("N-1", weight="2"))
    with at("2026-05-10"):
        report = load()
        assert [(one.code, one.said, one.begins) for one in report.moved] == [("N-1", "2024-01-01", "2026-05-10")]
        assert (load().stored, load().moved) == ((), ())
    with at("2026-06-01"):
        assert load().stored == ()
    assert [weight_on(date(2026, 5, day)) for day in (9, 10)] == ["1", "2"]


def test_a_change_of_a_later_day_begins_on_its_own_day(room):
    room("n.yaml", entry("N-1", weight="1", valid_until="2026-06-30"))
    with at("2025-03-01"):
        load()
    room(
        "n.yaml",
        entry("N-1", weight="1", valid_until="2026-06-30"),
        entry("N-1", weight="2", valid_from="2026-07-01"),
    )
    with at("2026-05-10"):
        assert (len(load().stored), load().moved) == (1, ())
    assert [weight_on(date(2026, month, 1)) for month in (6, 7)] == ["1", "2"]


def test_an_end_that_has_passed_cannot_be_given_to_what_is_in_force(room, db_session):
    room("n.yaml", entry("N-1"))
    load()
    room("n.yaml", entry("N-1", valid_until="2025-06-30"))
    (found,) = refused()
    assert "2025-06-30" in found.reason and found.remedy
    assert stored(db_session) == [("N-1", 1)]


def test_a_closed_rule_does_not_come_back(room):
    room("n.yaml", entry("N-1"))
    with at("2025-03-01"):
        load()
        room("n.yaml", entry("N-1", valid_until="2025-06-30"))
        load()
    assert queries.current("note", "N-1", date(2025, 6, 30)).version == 2
    with pytest.raises(NotFound):
        queries.current("note", "N-1", date(2025, 7, 1))
    assert queries.all_current("note", date(2025, 7, 1)) == []


def test_a_new_formula_does_not_reach_back(room):
    room("n.yaml", entry("N-1", weight="1"))
    load()
    room("n.yaml", entry("N-1", weight="2", valid_from="2026-04-01"))
    with at("2026-03-01"):
        load()
    for day, weight in ((date(2026, 3, 31), "1"), (date(2026, 4, 1), "2")):
        assert str(queries.parsed(queries.current("note", "N-1", day))["weight"]) == weight
        assert [row.code for row in queries.all_current("note", day)] == ["N-1"]


def test_a_past_period_is_not_corrected(room, db_session):
    later = entry("N-1", weight="2", valid_from="2026-04-01")
    room("n.yaml", entry("N-1", weight="1", valid_until="2026-03-31"), later)
    load()
    room("n.yaml", entry("N-1", weight="1.5", valid_until="2026-03-31"), later)
    assert ["不能追溯" in one.reason for one in refused()] == [True]
    assert stored(db_session) == [("N-1", 1), ("N-1", 2)]


def test_a_rule_cannot_slip_in_before_one_that_was_loaded(room):
    room("n.yaml", entry("N-1"))
    load()
    room("n.yaml", entry("N-1", weight="2", valid_from="2023-01-01"))
    assert ["生效日期早于" in one.reason for one in refused()] == [True]


def test_a_rule_is_not_in_force_before_its_first_day(room):
    room("n.yaml", entry("N-1"))
    load()
    with pytest.raises(NotFound):
        queries.current("note", "N-1", date(2023, 12, 31))


def test_a_reference_may_point_to_what_was_loaded_before(room, tmp_path):
    path = tmp_path / "old.yaml"
    path.write_text(file_of(entry("N-1")), encoding="utf-8")
    load(path)
    room("n.yaml", entry("N-2", follows="N-1"))
    assert [one.code for one in load().stored] == ["N-2"]


def test_a_folder_stands_for_the_files_in_it(room, tmp_path):
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "x.yaml").write_text(file_of(entry("N-1")), encoding="utf-8")
    (folder / "y.json").write_text(
        '{"kind": "note", "entries": [{"code": "N-2", "name": "N", "status": "D"}]}', encoding="utf-8"
    )
    (folder / "readme.txt").write_text("no catalogue", encoding="utf-8")
    assert [one.code for one in load(folder).stored] == ["N-1", "N-2"]


def test_parsed_entries_are_remembered(room):
    room("n.yaml", entry("N-1"))
    load()
    row = queries.current("note", "N-1", date(2025, 1, 1))
    assert queries.parsed(row) is queries.parsed(row)


def test_loading_needs_the_permission(room):
    room("n.yaml", entry("N-1"))
    with pytest.raises(NotAllowed):
        actions.load(Actor(user_id=1, login="somebody", name="某人"))


@pytest.mark.parametrize(
    "change",
    [
        {"version": 0},
        {"kind": ""},
        {"digest": "short"},
        {"valid_until": date(2000, 1, 1)},
        {"status": "X"},
        {"version": 1},
    ],
    ids=str,
)
def test_the_database_refuses_what_is_no_version(room, db_session, change):
    room("n.yaml", entry("N-1"))
    load()
    table = CatalogueEntry.__table__
    row = dict(db_session.execute(sa.select(table)).mappings().one())
    del row["id"]
    values = {**row, "version": 2, **change}
    if change == {"status": "X"}:
        statement = sa.insert(table).values({**values, "status": sa.text("'X'")})
    else:
        statement = sa.insert(table).values(values)
    with pytest.raises(sa.exc.IntegrityError):
        db_session.execute(statement)
