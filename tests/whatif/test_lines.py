"""The line of a JSON text in which a refused value stands."""

import pytest

from app.whatif.lines import line_of

TEXT = """{
  "lists": ["NL-A",
    "NL-B"],
  "facts": {
    "project": {
      "kind": "weird, \\"x\\": {",
      "documents": [
        "a",
        "b"], "empty": [], "inner": {"deep": [[1,
        2]]}
    }
  }, "divisions": []
}"""


@pytest.mark.parametrize(
    "path, line",
    [
        ("lists", 2),
        ("lists[0]", 2),
        ("lists[1]", 3),
        ("facts.project.kind", 6),
        ("facts.project.documents[0]", 8),
        ("facts.project.documents[1]", 9),
        ("facts.project.inner.deep[0][1]", 10),
        ("facts.project.missing", 5),
        ("facts.contract.mode", 4),
        ("divisions[3]", 12),
        ("colour", None),
        ("", None),
    ],
)
def test_the_line_of_a_value_or_of_what_is_around_it(path, line):
    assert line_of(TEXT, path) == line


@pytest.mark.parametrize("text", ["", "{", "[", '{"a', '{"a":', "]", "}", '{"a":1,', "null", '{"\\u12":1}'])
def test_what_is_no_json_has_no_lines(text):
    assert line_of(text, "b.c[0]") is None


def test_a_member_of_a_list_at_the_top():
    assert line_of('[{"a": 1},\n{"b": 2}]', "[1].b") == 2
