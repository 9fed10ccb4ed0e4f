"""A piece of a condition from a field, an operator and a value: it always compiles, or is refused with a reason."""

import pytest

from app.conditions.cel import compile_condition
from app.conditions.facts import FACTS, FactType
from app.core.errors import Refused
from app.rulebook.looking import with_piece
from app.rulebook.picking import OPERATORS, TYPES, operator_of, piece

SAMPLE = {
    FactType.TEXT: ("own_room", "政务云、own_room"),
    FactType.WHOLE: ("3",),
    FactType.MONEY: ("4000000.50",),
    FactType.FLAG: ("",),
    FactType.DAY: ("2026-09-01",),
    FactType.CODES: ("G-06", "甲，乙; 丙"),
}


def named(kind):
    return next(fact for fact in FACTS.values() if fact.type is kind)


def test_every_type_has_a_word_and_operators():
    assert set(OPERATORS) == set(TYPES) == set(SAMPLE) == set(FactType)
    for fitting in OPERATORS.values():
        assert len({one.key for one in fitting}) == len(fitting)


@pytest.mark.parametrize("kind", list(FactType))
def test_every_operator_makes_a_condition_of_that_field(kind):
    fact = named(kind)
    for operator in OPERATORS[kind]:
        for value in ("12",) if operator.counts else SAMPLE[kind]:
            made = compile_condition(piece(fact, operator, value))
            assert made.facts == (fact.name,), operator.key
            assert compile_condition(with_piece("project.services > 1", made.text))


@pytest.mark.parametrize(
    "name, key, value, made",
    [
        ("project.estimate", "least", "4000000", "project.estimate >= 400000000"),
        ("project.estimate", "more", "0.01", "project.estimate > 1"),
        ("project.services", "is", "-1", "project.services == -1"),
        ("project.kind", "is", "new", 'project.kind == "new"'),
        ("project.kind", "among", "new、maintain", 'project.kind in ["new", "maintain"]'),
        ("parties.roles", "has", "operator", '"operator" in parties.roles'),
        ("parties.roles", "none", "", "size(parties.roles) == 0"),
        ("project.approved_on", "unsaid", "", 'project.approved_on == ""'),
        ("project.taken_in", "no", "", "!project.taken_in"),
        ("project.taken_in", "least", "", "project.taken_in"),
    ],
)
def test_pieces(name, key, value, made):
    assert piece(FACTS[name], operator_of(FACTS[name], key), value) == made


@pytest.mark.parametrize(
    "name, value",
    [
        ("project.kind", ""),
        ("project.kind", 'a" || true || "'),
        ("project.kind", "a'b"),
        ("project.kind", "a\\b"),
        ("project.kind", "a\nb"),
        ("project.kind", "长" * 201),
        ("project.services", "三"),
        ("project.services", "1.5"),
        ("project.services", "1 || true"),
        ("project.services", "9" * 16),
        ("project.services", "٣"),
        ("project.estimate", "1.005"),
        ("project.estimate", "1e9"),
        ("project.approved_on", "2026-02-30"),
        ("project.approved_on", "昨天"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(name, value):
    with pytest.raises(Refused):
        piece(FACTS[name], OPERATORS[FACTS[name].type][0], value)
