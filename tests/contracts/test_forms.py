"""Opening a form and saving it unchanged changes nothing; what is not fit to be kept is refused beside its field."""

import re
from html import unescape

import pytest

from tests import factories as make


def shown(page: str) -> dict[str, str]:
    """What a browser would send back from the page's main form, untouched."""
    form = next(part for part in re.findall(r"<form.*?</form>", page, re.S) if 'class="gy-card"' in part)
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        if name and ("checkbox" not in tag or "checked" in tag):
            value = re.search(r'value="([^"]*)"', tag)
            sent[name[1]] = unescape(value[1]) if value else ""
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        sent[name] = unescape(body).strip()
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option[^>]*selected[^>]*value="([^"]*)"|<option[^>]*value="([^"]*)"[^>]*selected', body)
        sent[name] = unescape(chosen[1] or chosen[2] or "") if chosen else ""
    return sent


@pytest.fixture
def officer(client, w):
    return make.sign_in(client, "officer")


def forms_of(w):
    code = w.contract("draft").code
    line = w.contract("draft").current.lines[0]
    return [
        f"/contracts/{code}/terms",
        f"/contracts/{code}/services/{line.id}",
        f"/contracts/{code}/services/{line.id}/levels/{line.levels[0].id}",
    ]


def test_saving_a_form_as_it_was_opened_changes_nothing(officer, w):
    before = make.seen_digest(w.contract("draft"))
    for path in forms_of(w):
        answer = officer.post(path, data=shown(officer.get(path).text))
        assert answer.status_code == 302, path
    assert make.seen_digest(w.contract("draft")) == before


@pytest.mark.parametrize("title", ["   ", "\u3000", "合同\u202e同合", "合\u200b同", "合\x00同"])
def test_a_blank_or_deceiving_title_is_refused_and_nothing_stored(officer, w, title):
    before = make.seen_digest(w.contract("draft"))
    path = forms_of(w)[0]
    answer = officer.post(path, data={**shown(officer.get(path).text), "title": title})
    assert answer.status_code == 422
    assert make.seen_digest(w.contract("draft")) == before


@pytest.mark.parametrize("comparison, target", [("at_most", "99"), ("at_least", "150"), ("at_least", "-5")])
def test_a_level_against_the_nature_of_its_indicator_is_refused(officer, w, comparison, target):
    path = forms_of(w)[2]
    changed = {"comparison": comparison, "target": target, "bands-0-bound": target}
    assert officer.post(path, data={**shown(officer.get(path).text), **changed}).status_code == 422


def test_a_second_client_is_refused(officer, w):
    path = f"/contracts/{w.contract('draft').code}/parties/new"
    answer = officer.post(path, data={"organisation": "FINANCE", "role": "client"})
    assert answer.status_code == 422
    assert "只有一个甲方" in answer.text
