"""Templates are safe under the strict content policy, and every Chinese word in them can be translated."""

import re

import jinja2
import pytest
from jinja2 import nodes

from tests.house.source import ROOT

FOLDER = ROOT / "templates"
TEMPLATES = sorted(path for path in FOLDER.rglob("*") if path.suffix in {".html", ".txt", ".xml"})
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORDING = {"_", "_l", "gettext", "ngettext", "pgettext", "npgettext"}
# A language is called by its own name in every language.
OWN_NAMES = {"中文", "简体中文"}
UNSAFE = {
    "|safe": re.compile(r"\|\s*safe\b"),
    "Markup": re.compile(r"\bMarkup\b"),
    "autoescape off": re.compile(r"autoescape\s+false"),
    "inline script": re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"[\s\"']style\s*=", re.IGNORECASE),
    "on… attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "outside address in src": re.compile(r"\b(?:src|srcset)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
}


@pytest.fixture(scope="module")
def environment():
    extensions = ["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"]
    return jinja2.Environment(extensions=extensions, autoescape=True)


def place(path):
    return path.relative_to(ROOT).as_posix()


def tree_of(environment, path):
    return environment.parse(path.read_text(encoding="utf-8"), filename=place(path))


@pytest.mark.parametrize("name", UNSAFE)
def test_no_template_holds(name):
    wrong = [
        f"{place(path)}:{text.count(chr(10), 0, found.start()) + 1}"
        for path in TEMPLATES
        for text in [path.read_text(encoding="utf-8")]
        for found in UNSAFE[name].finditer(text)
    ]
    assert wrong == []


def test_python_makes_no_markup_of_strings():
    wrong = [
        place(path)
        for path in (ROOT / "app").rglob("*.py")
        if re.search(r"\bMarkup\(\s*f[\"']|\|\s*safe\b", path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_chinese_text_in_templates_is_wrapped(environment):
    wrong = [
        f"{place(path)}:{data.lineno} {data.data.strip()[:30]}"
        for path in TEMPLATES
        for data in tree_of(environment, path).find_all(nodes.TemplateData)
        if CHINESE.search(data.data)
    ]
    assert wrong == []


def test_chinese_strings_in_expressions_are_wrapped(environment):
    wrong = []
    for path in TEMPLATES:
        tree = tree_of(environment, path)
        wrapped = {
            id(part)
            for call in tree.find_all(nodes.Call)
            if isinstance(call.node, nodes.Name) and call.node.name in WORDING
            for part in call.find_all(nodes.Const)
        }
        wrong += [
            f"{place(path)}:{const.lineno} {const.value[:30]}"
            for const in tree.find_all(nodes.Const)
            if isinstance(const.value, str) and CHINESE.search(const.value) and id(const) not in wrapped
            if const.value not in OWN_NAMES
        ]
    assert wrong == []
