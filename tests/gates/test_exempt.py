"""What is not asked of a thing is not said to be there."""

import pytest

from app.gates.checking import judge
from app.gates.gate_file import alternatives
from app.gates.pages import in_lines
from tests.gates.test_checking import gate

STUDY = {
    "code": "study",
    "name": "已登记可行性研究报告",
    "missing": "缺少可行性研究报告",
    "condition": 'project.kind == "maintain" || "feasibility" in project.documents',
    "remedy": "登记。",
    "place": "documents",
}


@pytest.mark.parametrize(
    "text, clauses",
    [
        ("a == 1", ["a == 1"]),
        ("a == 1 || b == 2", ["a == 1", "b == 2"]),
        ('a == "x || y" || (b == 2 || c == 3)', ['a == "x || y"', "(b == 2 || c == 3)"]),
        ("!(a in ['p', 'q||r']) || b", ["!(a in ['p', 'q||r'])", "b"]),
    ],
)
def test_a_condition_is_taken_apart_where_its_clauses_meet(text, clauses):
    assert alternatives(text) == clauses


@pytest.mark.parametrize(
    "values, met, exempt, words",
    [
        ({"project.kind": "maintain", "project.documents": ()}, True, True, "不要求：已登记可行性研究报告"),
        ({"project.kind": "maintain", "project.documents": ("feasibility",)}, True, False, "已登记可行性研究报告"),
        ({"project.kind": "new", "project.documents": ("feasibility",)}, True, False, "已登记可行性研究报告"),
        ({"project.kind": "new", "project.documents": ()}, False, False, "缺少可行性研究报告"),
        ({"project.kind": "maintain"}, True, True, "不要求：已登记可行性研究报告"),
    ],
)
def test_an_input_is_named_by_what_is_there(values, met, exempt, words):
    (line,) = judge([gate(STUDY)], values)
    (one,) = line.inputs
    assert (one.met, one.exempt, one.words.said_in("zh")) == (met, exempt, words)
    assert line.met is (met is True)


def test_a_page_shows_what_is_not_asked_for_as_such(app):
    with app.test_request_context():
        (shown,) = in_lines(judge([gate(STUDY)], {"project.kind": "maintain", "project.documents": ()}), {})
    assert (shown.inputs[0].state, shown.open) == ("na", 0)
