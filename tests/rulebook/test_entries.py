"""An entry becomes a form and the form the same entry again, for every entry of every kind that can be edited."""

from pathlib import Path

import pytest

import app as product
from app.catalogues.files import read_bytes, read_file
from app.core.canonical import canonical_json
from app.rulebook.entries import (
    Shape,
    differences,
    gather,
    leaves,
    merged,
    rows_at,
    spread,
    way_to,
    with_row,
    without_row,
)
from app.rulebook.fields import EDITABLE, fields_of
from app.rulebook.file_form import as_file

PACKAGED = [
    (file.kind_of(entry), entry.code, entry.content)
    for path in sorted(Path(product.__file__).parent.glob("*/catalog/*.yaml"))
    for file in [read_file(path, path.name)]
    for entry in file.entries
    if file.kind_of(entry) in EDITABLE
]
GATE = next(content for kind, _code, content in PACKAGED if kind == "gate" and len(content["inputs"]) > 2)


def typed(fields, content):
    """What a browser sends back for the form of an entry: a closed list in its own order, no empty choices."""
    values = spread(fields, content)
    return {place: sorted(value) if isinstance(value, list) else value for place, value in values.items()}


@pytest.mark.parametrize("kind", sorted(EDITABLE))
def test_every_entry_survives_its_form(kind):
    fields, met = fields_of(kind), 0
    for found, code, content in PACKAGED:
        if found == kind:
            again = gather(fields, typed(fields, content), content)
            assert canonical_json(again) == canonical_json(content), code
            met += 1
    assert met > 4


def only_rows(fields, content):
    """How many rows an entry has, and nothing of what they say."""
    found = {}
    for field in fields:
        value = content.get(field.key)
        if field.shape is Shape.ROWS and value:
            found[field.key] = [only_rows(field.rows, row) for row in value]
        elif field.shape is Shape.INSIDE and value:
            found[field.key] = only_rows(field.rows, value)
    return found


@pytest.mark.parametrize("kind", sorted(EDITABLE))
def test_every_entry_is_said_whole_by_its_form(kind):
    """Nothing of an entry hides from the form but the day on which it begins."""
    fields = fields_of(kind)
    for found, code, content in PACKAGED:
        if found == kind:
            kept = {"valid_from": content["valid_from"]}
            again = gather(fields, spread(fields, content), {**kept, **only_rows(fields, content)})
            assert canonical_json(again) == canonical_json(content), code


def test_the_places_of_a_form_are_those_of_its_values():
    for kind, _code, content in PACKAGED:
        fields = fields_of(kind)
        assert [leaf.place for leaf in leaves(fields, content)] == list(spread(fields, content))


def test_what_the_form_does_not_know_stays():
    content = {**GATE, "later": {"a": [1, True]}}
    assert gather(fields_of("gate"), spread(fields_of("gate"), content), content)["later"] == {"a": [1, True]}


def test_what_is_no_number_stays_as_typed():
    fields = fields_of("gate")
    for text, made in (("20", 20), ("二十", "二十"), ("-1", "-1"), ("007", "007"), ("9" * 30, "9" * 30), ("٣", "٣")):
        assert gather(fields, {**spread(fields, GATE), "workdays": text}, GATE)["workdays"] == made
    assert "workdays" not in gather(fields, {**spread(fields, GATE), "workdays": " "}, GATE)


def test_one_text_for_both_languages_stays_one():
    fields = fields_of("negative_list")
    content = {"code": "NL-X", "name": "清单", "purpose": {"zh": "甲", "en": "a"}}
    assert gather(fields, spread(fields, content), content) == content
    changed = gather(fields, {**spread(fields, content), "name.en": "List"}, content)
    assert changed["name"] == {"zh": "清单", "en": "List"}


def test_rows_come_and_go():
    fields = fields_of("gate")
    more = with_row(GATE, "inputs")
    assert len(more["inputs"]) == len(GATE["inputs"]) + 1
    assert gather(fields, spread(fields, more), more) == more
    assert without_row(more, "inputs", len(GATE["inputs"])) == GATE
    assert without_row(GATE, "inputs", 0)["inputs"] == GATE["inputs"][1:]


def test_rows_inside_of_what_is_inside():
    fields = fields_of("gate")
    assert rows_at(fields, GATE, "panel.criteria") == []
    more = with_row(with_row(GATE, "panel.criteria"), "panel.criteria")
    assert rows_at(fields, more, "panel.criteria") == [{}, {}]
    values = {**spread(fields, more), "panel.criteria.1.code": "need", "panel.least": "3"}
    made = gather(fields, values, more)
    assert made["panel"] == {"least": 3, "criteria": [{}, {"code": "need"}]}
    assert without_row(made, "panel.criteria", 0)["panel"]["criteria"] == [{"code": "need"}]
    for place in ("name", "panel", "inputs.0", "inputs.99.x", "nothing", "panel.least"):
        assert rows_at(fields, GATE, place) is None, place
    way = [(field.key, number) for field, number in way_to(fields, "panel.criteria.1.code")]
    assert way == [("panel", None), ("criteria", 1), ("code", None)]


def test_rows_that_were_not_there_are_not_made_up():
    fields = fields_of("gate")
    assert gather(fields, {**spread(fields, GATE), "inputs.99999.code": "X", "inputs.x.code": "Y"}, GATE) == GATE


def test_differences_name_the_places():
    fields = fields_of("gate")
    other = {**GATE, "workdays": 7, "inputs": [{**GATE["inputs"][0], "condition": "project.services > 1"}]}
    places = [one.leaf.place for one in differences(fields, GATE, other)]
    assert places[:2] == ["workdays", "inputs.0.condition"]
    assert f"inputs.{len(GATE['inputs']) - 1}.code" in places
    assert differences(fields, GATE, GATE) == []


@pytest.mark.parametrize(
    "base, newer, draft, content, torn",
    [
        ({"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 3, "b": 1}, {"a": 3, "b": 2}, ()),
        ({"a": 1}, {"a": 2}, {"a": 3}, {"a": 3}, ("a",)),
        ({"a": 1}, {"a": 3}, {"a": 3}, {"a": 3}, ()),
        ({"a": 1, "b": 1}, {"a": 1, "b": 1, "c": 1}, {"a": 1}, {"a": 1, "c": 1}, ()),
        ({}, {"a": 1}, {"a": 2}, {"a": 2}, ("a",)),
    ],
)
def test_a_draft_set_on_a_newer_version_keeps_both_changes(base, newer, draft, content, torn):
    found = merged(base, newer, draft)
    assert (found.content, found.torn) == (content, torn)


@pytest.mark.parametrize("kind", sorted(EDITABLE))
def test_the_file_of_every_entry_reads_as_the_entry(kind):
    keys = [field.key for field in fields_of(kind)]
    for found, code, content in PACKAGED:
        if found == kind:
            read = read_bytes(as_file(kind, content, keys).encode(), "web")
            assert read.findings == () and [one.content for one in read.entries] == [content], code


def test_the_file_of_what_is_half_typed_can_be_read():
    for text in ('"; x: [', "a\\b", "甲\n乙", "- x", "# 注", "null", "true", "007", "'", "{}", "\t", "a: b"):
        content = {"code": text, "name": {"zh": text}, "gates": [text], "inputs": [{}, {"name": {}}], "end": None}
        read = read_bytes(as_file("gate", content, ["name"]).encode(), "web")
        assert [one.content for one in read.entries] == [content], text
