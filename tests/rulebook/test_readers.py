"""What a form writes is what the reader of the file reads, key by key, for every kind: neither knows more."""

import re
from datetime import timedelta

import pytest

from app.catalogues.queries import this_catalogue
from app.catalogues.reading import Reader
from app.core.clock import today
from app.core.errors import Refused
from app.rulebook.entries import Shape, gather, leaves, spread
from app.rulebook.fields import EDITABLE, fields_of
from app.rulebook.models import DraftState
from app.rulebook.queries import content_of_draft, draft_by_code
from tests.factories import sign_in
from tests.rulebook.test_pages import begun, form_of

# Said when a version is published, in no field.
NOT_TYPED = {"valid_from"}
# What of a choice lets the rest be written; nothing else is left to chance. A rule is judged in one of two ways.
CHOSEN = {
    "negative_item": [{"method": "both", "severity": "restricted"}],
    "gate": [{"decider": "authority_lead"}],
    "admission_rule": [
        {"method": "machine", "question.zh": "", "question.en": ""},
        {"method": "person", "condition": "", "keeps": ""},
    ],
    "admission_category": [{"role": "operator"}],
    "practice": [{"parties.0.role": "operator", "parties.0.side": "operation"}],
}


def with_a_row_each(fields):
    """An entry that has one row of every list, and nothing in it."""
    rows = [field for field in fields if field.rows]
    inner = {field.key: with_a_row_each(field.rows) for field in rows}
    return {field.key: [inner[field.key]] if field.shape is Shape.ROWS else inner[field.key] for field in rows}


def plausible(leaf):
    """What somebody could type into an input; codes differ, for one rule is not named twice."""
    field = leaf.field
    if field.shape is Shape.ORDERED:
        return field.choices[leaf.number - 1][0]
    if field.shape in (Shape.CHOICE, Shape.ENTRY, Shape.SEVERAL):
        one = field.choices[0][0] if field.choices else f"X-{leaf.place}"
        return [one] if field.shape is Shape.SEVERAL else one
    by_shape = {
        Shape.WHOLE: "5",
        Shape.FLAG: True,
        Shape.DAY: (today() + timedelta(days=30)).isoformat(),
        Shape.CONDITION: "project.services > 1",
    }
    return by_shape.get(field.shape, "广东省" if field.key == "jurisdiction" else "甲")


def filled(kind, chosen):
    """An entry with something in every field of its form."""
    fields = fields_of(kind)
    begun_with = {**with_a_row_each(fields), "valid_from": today().isoformat()}
    values = {leaf.place: plausible(leaf) for leaf in leaves(fields, begun_with)}
    return gather(fields, {**values, **chosen}, begun_with)


def bare(place):
    """A place without the numbers of rows."""
    return re.sub(r"\.\d+(?=\.|$)", "", place)


def asked_of(reader):
    own = {bare(reader._at(key)) for key in reader.asked}
    return own.union(*(asked_of(inner) for inner in reader.inner))


def read(kind, content, monkeypatch):
    """What the reader of a kind finds wrong, and every key that it asked for."""
    readers, finish = [], Reader.finish

    def finishing(reader):
        readers.append(reader)
        finish(reader)

    monkeypatch.setattr(Reader, "finish", finishing)
    problems = []
    try:
        this_catalogue().kinds[kind].parse(content)
    except Refused as refusal:
        problems = [str(one.what) for one in refusal.problems]
    return problems, set().union(*(asked_of(reader) for reader in readers))


@pytest.mark.sqlite_only
@pytest.mark.parametrize("kind", sorted(EDITABLE))
def test_the_form_of_a_kind_and_its_reader_know_the_same_keys(kind, w, monkeypatch):
    known, typed = set(), set()
    for chosen in CHOSEN.get(kind, [{}]):
        content = filled(kind, chosen)
        problems, asked = read(kind, content, monkeypatch)
        assert problems == [], chosen
        known |= asked
        typed |= {bare(place) for place in spread(fields_of(kind), content)}
    # Keys that only hold others are typed as those.
    holding = {one for one in known if any(other.startswith(f"{one}.") for other in known)}
    assert typed == known - holding - NOT_TYPED


@pytest.mark.sqlite_only
@pytest.mark.parametrize("kind", sorted(EDITABLE))
def test_what_is_filled_in_wholly_is_written_wholly(kind, w):
    """Every entry with all of its fields comes through its form as it was."""
    for chosen in CHOSEN.get(kind, [{}]):
        content = filled(kind, chosen)
        assert gather(fields_of(kind), spread(fields_of(kind), content), content) == content


PANEL = {
    "e.panel.least": "3",
    "e.panel.max": "100",
    "e.panel.pass": "60",
    "e.panel.criteria.0.code": "need",
    "e.panel.criteria.0.name.zh": "必要性",
    "e.panel.criteria.0.name.en": "Need",
    "e.panel.criteria.0.max": "40",
    "e.panel.criteria.1.code": "design",
    "e.panel.criteria.1.name.zh": "方案",
    "e.panel.criteria.1.name.en": "Design",
    "e.panel.criteria.1.max": "60",
}
SIGNED = {"e.countersign.0": "data", "e.countersign.1": "finance", "e.sign_workdays": "4"}


@pytest.fixture
def officer(client, w):
    return sign_in(client, "authority_officer")


def sent(officer, draft, do, **more):
    """The editor's form as it stands, with what else is typed, and what came of it."""
    data = {**form_of(draft), "reason": "补充评审办法。", "do": do, **more}
    answer = officer.post(f"/rulebook/{draft.code}/edit", data=data)
    return answer, draft_by_code(draft.code)


@pytest.mark.sqlite_only
def test_a_gate_with_experts_who_score_and_two_bodies_that_sign(officer):
    draft = begun(officer, "gate", "G-10")
    inputs = content_of_draft(draft)["inputs"]
    for _row in range(2):
        answer, draft = sent(officer, draft, "add:panel.criteria")
        assert answer.status_code == 302
    answer, draft = sent(officer, draft, "save", **PANEL, **SIGNED)
    assert answer.status_code == 302
    content = content_of_draft(draft)
    assert content["panel"] == {
        "least": 3,
        "max": 100,
        "pass": 60,
        "criteria": [
            {"code": "need", "name": {"zh": "必要性", "en": "Need"}, "max": 40},
            {"code": "design", "name": {"zh": "方案", "en": "Design"}, "max": 60},
        ],
    }
    assert (content["countersign"], content["inputs"]) == (["data", "finance"], inputs)
    answer, draft = sent(officer, draft, "submit")
    assert (answer.status_code, draft.state) == (302, DraftState.SUBMITTED), answer.text
    gate = this_catalogue().kinds["gate"].parse(content_of_draft(draft))
    assert ([body.value for body in gate.countersign], gate.panel.passes) == (["data", "finance"], 60)


@pytest.mark.sqlite_only
def test_the_bodies_that_sign_keep_their_order(officer):
    def chosen(code):
        page = officer.get(f"/rulebook/{code}/edit").text
        selects = [page.split(f'name="e.countersign.{turn}"')[1].split("</select>")[0] for turn in range(4)]
        found = [re.search(r'<option selected value="(\w*)"', one) for one in selects]
        return [one[1] for one in found if one and one[1]]

    draft = begun(officer, "gate", "G-10")
    for typed, kept in (
        (("data", "finance", "", ""), ["data", "finance"]),
        (("finance", "data", "", ""), ["finance", "data"]),
        (("", "data", "", "finance"), ["data", "finance"]),
        (("cybersecurity", "data", "finance", "development"), ["cybersecurity", "data", "finance", "development"]),
    ):
        named = {f"e.countersign.{turn}": body for turn, body in enumerate(typed)}
        _answer, draft = sent(officer, draft, "save", **named)
        assert content_of_draft(draft)["countersign"] == chosen(draft.code) == kept
        _answer, draft = sent(officer, draft, "save")
        assert content_of_draft(draft)["countersign"] == kept
    assert "须会签的部门 1" in officer.get(f"/rulebook/{draft.code}").text
    twice = {"e.countersign.0": "data", "e.countersign.1": "data", "e.countersign.2": "", "e.countersign.3": ""}
    answer, _draft = sent(officer, draft, "submit", **twice)
    assert answer.status_code == 422 and 'href="#e.countersign.0"' in answer.text
    nobody = {f"e.countersign.{turn}": "" for turn in range(4)}
    _answer, draft = sent(officer, draft_by_code(draft.code), "save", **nobody)
    assert "countersign" not in content_of_draft(draft)
