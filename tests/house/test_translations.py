"""Every string that people see has an English translation with the same placeholders."""

import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.house.source import ROOT

CATALOGUES = sorted((ROOT / "app" / "translations").glob("*/LC_MESSAGES/*.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")
KEYWORDS = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {"**.html": {"extensions": "jinja2.ext.do,jinja2.ext.loopcontrols", "silent": "false"}}


def used():
    """Every message in the source, with a place where it stands."""
    found = {}
    for folder in (ROOT / "app", ROOT / "templates"):
        extracted = extract_from_dir(folder, METHODS, OPTIONS, keywords=KEYWORDS)
        for file, line, message, _comments, _context in extracted:
            for text in message if isinstance(message, tuple) else (message,):
                found.setdefault(text, f"{folder.name}/{file}:{line}")
    return found


@pytest.fixture(scope="module", params=CATALOGUES, ids=lambda path: path.parent.parent.name)
def catalogue(request):
    with request.param.open("rb") as stream:
        return read_po(stream)


def texts(value):
    return value if isinstance(value, tuple | list) else (value,)


def test_every_message_in_the_source_is_translated(catalogue):
    known = {
        text: message
        for message in catalogue
        if message.id and all(texts(message.string)) and not message.fuzzy
        for text in texts(message.id)
    }
    assert [f"{place} {text}" for text, place in used().items() if text and text not in known] == []


def test_translations_keep_the_placeholders(catalogue):
    wrong = [
        message.id
        for message in catalogue
        if message.id and all(texts(message.string))
        if any(
            set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(texts(message.id)[-1]))
            for text in texts(message.string)
        )
    ]
    assert wrong == []


def test_no_message_is_made_of_an_f_string():
    wrong = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "app").rglob("*.py")
        if re.search(r"\b(?:_|_l|N_|gettext|ngettext|lazy_gettext)\(\s*[fF][\"']", path.read_text(encoding="utf-8"))
    ]
    assert wrong == []
