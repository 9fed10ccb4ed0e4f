"""JSON at the door: bounded, finite, without doubled keys or broken characters."""

from decimal import Decimal

import pytest

from app.calendars.flaws import Flaw
from app.whatif.strict_json import MAX_BYTES, MAX_DEPTH, clean, loads

NO_DOCUMENT = {
    "nothing": "",
    "half an object": '{"a": 1',
    "a trailing comma": "[1,]",
    "two documents": "{} {}",
    "bytes that are not UTF-8": b'{"a": "\xff"}',
    "too deep": "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
    "far too deep": "[" * 100_000,
    "far too deep in objects": '{"a":' * 2_000,
    "too large": '"' + "x" * MAX_BYTES + '"',
    "too large in bytes though not in letters": '"' + "工" * (MAX_BYTES // 2) + '"',
}


@pytest.mark.asvs("1.5.3")
@pytest.mark.parametrize("source", NO_DOCUMENT.values(), ids=NO_DOCUMENT)
def test_what_is_no_document_is_refused_whole(source):
    with pytest.raises(Flaw):
        loads(source)


SPOILED = {
    "NaN": ('{"a": [1, NaN]}', "a[1]"),
    "Infinity": ('{"a": -Infinity}', "a"),
    "a number beyond all readers": ('{"a": 1e999}', "a"),
    "a number of a million digits": ('{"a": %s}' % ("9" * 5000), "a"),
    "a doubled key": ('{"a": {"b": 1, "b": 1}}', "a"),
    "a lone surrogate": ('{"a": {"b": ["\\ud800"]}}', "a.b[0]"),
    "a lone surrogate in a key": ('{"a": {"\\udc00": 1}}', "a"),
}


@pytest.mark.asvs("1.5.3")
@pytest.mark.parametrize("source, path", SPOILED.values(), ids=SPOILED)
def test_what_is_wrong_inside_is_refused_at_its_place(source, path):
    with pytest.raises(Flaw) as refusal:
        clean(loads(source))
    assert refusal.value.path == path


def test_a_document_is_read_as_plain_values():
    assert clean(loads('\ufeff{"a": [1, 1.50, "\\ud83d\\ude00[", null, true]}')) == {
        "a": [1, Decimal("1.50"), "😀[", None, True]
    }
    assert loads(b"\xef\xbb\xbf[]") == []
    deep = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert clean(loads(deep)) == loads(deep)


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"a": "\ud800"}])
def test_values_of_another_reader_are_guarded_too(value):
    with pytest.raises(Flaw):
        clean(value)


def test_values_of_another_reader_may_not_be_too_deep():
    deep = []
    for _ in range(MAX_DEPTH):
        deep = [deep]
    with pytest.raises(Flaw):
        clean(deep)
