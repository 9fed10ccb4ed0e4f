"""The catalogues that come with the product are sound, and the demonstration province has all five levels."""

from collections import Counter

import pytest

from app.catalogues.checking import check_files
from app.catalogues.files import read_file
from app.catalogues.kinds import CatalogueKind
from app.catalogues.reading import Reader, Status, read_head
from app.core.errors import Refused
from app.organisations.region_file import Level, parse_regions
from tests.house.source import ROOT

PACKAGED = sorted((ROOT / "app").glob("*/catalog/*.yaml"))


def relative(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PACKAGED, ids=relative)
def test_every_packaged_file_reads_without_findings_and_stays_small(path):
    file = read_file(path, relative(path))
    assert file.findings == ()
    assert path.stat().st_size <= 250 * 1024


@pytest.mark.parametrize("path", PACKAGED, ids=relative)
def test_every_packaged_entry_has_a_sound_head(path):
    def head_only(content):
        reader = Reader(content)
        head = read_head(reader)
        if reader.problems:
            raise Refused(reader.problems)
        return head

    file = read_file(path, relative(path))
    kinds = {file.kind_of(raw) for raw in file.entries}
    elsewhere = {(file.kind_of(raw), raw.content["overlays"]) for raw in file.entries if raw.content.get("overlays")}
    found = check_files([file], {kind: CatalogueKind(kind, kind, head_only) for kind in kinds}, elsewhere)
    assert found.findings == ()


@pytest.fixture(scope="module")
def tree():
    file = read_file(ROOT / "app/organisations/catalog/regions.yaml", "regions.yaml")
    return parse_regions(file.entries[0].content)


def test_the_province_has_its_cities_and_counties(tree):
    assert Counter(region.level for region in tree.regions) == {
        Level.PROVINCE: 1,
        Level.CITY: 21,
        Level.COUNTY: 122,
        Level.TOWNSHIP: 144,
        Level.VILLAGE: 280,
    }


@pytest.mark.parametrize("city, townships", [("4419", 36), ("4420", 23)])
def test_cities_without_districts_have_their_townships_directly(tree, city, townships):
    below = Counter(region.level for region in tree.regions if region.parent_code == city)
    assert below == {Level.TOWNSHIP: townships}


def test_parents_come_first_and_every_city_has_an_english_name(tree):
    seen = {None}
    for region in tree.regions:
        assert region.parent_code in seen
        seen.add(region.code)
    assert len(seen) == len(tree.regions) + 1
    assert all(city.name_en for city in tree.at(Level.CITY))


REGIONS = {
    "code": "CN-44",
    "name": "广东",
    "status": "D",
    "provinces": {"44": ["广东省", "Guangdong"]},
    "cities": {"4401": "广州市", "4419": "东莞市"},
    "counties": {"440106": "天河区"},
    "townships": {"441900101": "石碣镇"},
}


@pytest.mark.parametrize(
    "change, place",
    [
        ({"provinces": None}, "provinces"),
        ({"provinces": ["44"]}, "provinces"),
        ({"cities": {"45010": "南宁市"}}, "cities.45010"),
        ({"cities": {"44x1": "广州市"}}, "cities.44x1"),
        ({"cities": {"4401": "广州市", "4419": "东莞市", "4501": "南宁市"}}, "cities.4501"),
        ({"counties": {"440206": "某区"}}, "counties.440206"),
        ({"counties": {"440106": ""}}, "counties.440106"),
        ({"counties": {"440106": ["天河区", "Tianhe", "x"]}}, "counties.440106"),
        ({"townships": {"440105001": "某街道"}}, "townships.440105001"),
        ({"villages": {"441900102001": "某村"}}, "villages.441900102001"),
        ({"hamlets": {}}, "hamlets"),
    ],
    ids=str,
)
def test_a_bad_region_is_refused_with_its_place(change, place):
    with pytest.raises(Refused) as caught:
        parse_regions({**REGIONS, **change})
    assert place in [problem.place for problem in caught.value.problems]


def test_the_sound_regions_of_that_test_pass():
    assert [region.parent_code for region in parse_regions(REGIONS).regions] == [None, "44", "44", "4401", "4419"]


MODES = {
    "government_purchase": (12, 36, False, Status.EXCERPT),
    "government_procurement": (12, 36, False, Status.UNVERIFIED),
    "concession": (480, None, True, Status.UNVERIFIED),
    "authorised_operation": (60, None, False, Status.UNVERIFIED),
    "entrusted_operation": (12, 36, False, Status.DEFAULT),
    "internal_management": (12, 36, False, Status.DEFAULT),
}


def test_the_contract_modes_say_their_terms_and_how_far_they_are_verified():
    file = read_file(ROOT / "app/contracts/catalog/modes.yaml", "modes.yaml")
    found = {
        one.code: (
            one.content["max_months"],
            one.content.get("extended_max_months"),
            one.content["user_paid"],
            one.content["status"],
        )
        for one in file.entries
    }
    assert found == MODES
