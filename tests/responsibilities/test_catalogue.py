"""The duties of the template as data: complete, in both languages, with spelled-out sources."""

import re
from pathlib import Path

import pytest
import yaml

from app.core.errors import Refused
from app.responsibilities.duty_file import duty_references, parse_duty
from tests.house.source import ROOT

FILE = ROOT / "app" / "responsibilities" / "catalog" / "duties.yaml"
INDICATORS = ROOT / "app" / "indicators" / "catalog" / "indicators.yaml"


def entries(path: Path):
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)["entries"]  # noqa: S506 - text only


@pytest.fixture(scope="module")
def duties():
    return [parse_duty(entry) for entry in entries(FILE)]


def test_all_eighty_nine_duties_are_there_once(duties):
    assert [one.head.code for one in duties] == [f"DU-{number:03d}" for number in range(1, 90)]


def test_every_duty_is_said_in_both_languages(duties):
    chinese = re.compile("[\u4e00-\u9fff]")
    for one in duties:
        for pair in (one.head.name, one.deadline, one.evidence_words):
            assert chinese.search(pair.zh), one.head.code
            assert not chinese.search(pair.en), one.head.code


def test_sources_are_spelled_out(duties):
    for one in duties:
        assert "§" not in one.head.citation, one.head.code
        assert not re.search(r"\b(PRAC|PAPER|SCH-|GD47|NDR|CSL)\b", one.head.citation), one.head.code
    # What has no source in law says so, and nothing that was not read is called read.
    assert all(one.head.citation for one in duties)


def test_local_duties_name_their_division_in_full(duties):
    named = {part for one in duties for part in one.head.jurisdiction.split("、")}
    assert all(part == "全国" or part.endswith(("省", "市", "区", "县")) for part in named)


def test_linked_indicators_exist(duties):
    known = {entry["code"] for entry in entries(INDICATORS)}
    linked = {reference.code for one in duties for reference in duty_references(one)}
    assert linked
    assert linked <= known


@pytest.mark.parametrize(
    "changes", [{"bearer": "somebody"}, {"phase": "later"}, {"evidence": "hearsay"}, {"unheard_of": "x"}]
)
def test_a_wrong_duty_is_refused_with_its_place(changes):
    with pytest.raises(Refused) as refusal:
        parse_duty({**entries(FILE)[0], **changes})
    assert [one.place for one in refusal.value.problems] == list(changes)
