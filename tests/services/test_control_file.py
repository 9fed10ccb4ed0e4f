"""Security controls as data."""

import pytest

from app.catalogues.files import read_file
from app.core.errors import Refused
from app.services.control_file import parse_control, tell_control
from tests.house.source import ROOT

FILE = ROOT / "app/services/catalog/security-controls.yaml"
ENTRIES = [raw.content for raw in read_file(FILE, FILE.name).entries]


def test_there_are_thirteen_and_what_is_usual_is_kept_apart_from_what_is_asked():
    controls = [parse_control(one) for one in ENTRIES]
    assert len(controls) == 13
    for one in controls:
        words = [str(name) for name, _text in tell_control(one)]
        assert ("通行做法（不是标准的要求）" in words) is (one.usual is not None)


@pytest.mark.parametrize(
    "changes, place", [({"from_level": 6}, "from_level"), ({"area": "walls"}, "area"), ({"clause": None}, "clause")]
)
def test_what_is_wrong_is_told(changes, place):
    with pytest.raises(Refused) as refusal:
        parse_control({**ENTRIES[0], **changes})
    assert place in [one.place for one in refusal.value.problems]
