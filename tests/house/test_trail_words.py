"""Whatever a trail may show has a word: every audited table, every column, every noted fact, every code."""

import ast

import pytest
import sqlalchemy as sa
from flask import current_app

from app.audit.naming import field_word, has_word, is_inner
from app.audit.notes import NOTE_WORDS
from app.audit.words import TABLE_FIELD_WORDS, TABLE_WORDS
from app.core.db import AppendOnly, Base, Entity
from tests.house.source import rooms

BOOKKEEPING = {"id", "row_version", "act_id"}


@pytest.fixture
def audited(bare_app):
    """Tables that leaves tell of, each with its columns."""
    with bare_app.test_request_context():
        yield {
            mapper.local_table.name: {
                one.key: one.columns[0]
                for one in mapper.column_attrs
                if isinstance(one.columns[0], sa.Column) and one.key not in BOOKKEEPING
            }
            for mapper in Base.registry.mappers
            if issubclass(mapper.class_, Entity | AppendOnly)
        }


def test_every_audited_table_has_a_word(audited):
    assert sorted(set(audited) - set(TABLE_WORDS)) == []


def test_every_column_has_a_word(audited):
    assert [f"{table}.{name}" for table, names in audited.items() for name in names if not has_word(table, name)] == []


def test_no_two_columns_of_a_table_are_called_alike(audited):
    for table, names in audited.items():
        told = [field_word(table, name) for name in names if not is_inner(table, name)]
        assert sorted(word for word in set(told) if told.count(word) > 1) == [], table


def test_no_word_is_kept_for_what_is_gone(audited):
    assert [key for key in TABLE_FIELD_WORDS if key[1] not in audited.get(key[0], {})] == []
    assert sorted(set(TABLE_WORDS) - set(audited)) == []


def test_every_code_has_a_word(audited):
    words = current_app.extensions["trail_codes"]
    without = [
        f"{table}.{name}"
        for table, names in audited.items()
        for name, column in names.items()
        if isinstance(column.type, sa.Enum)
        if f"{table}.{name}" not in words and not hasattr(next(iter(column.type.enum_class)), "label")
    ]
    assert without == []


def test_every_noted_fact_has_a_word():
    noted = {
        f"{keyword.arg} in {module.place}"
        for module in rooms()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "note"
        for keyword in node.keywords
        if keyword.arg and keyword.arg not in NOTE_WORDS
    }
    assert sorted(noted) == []
