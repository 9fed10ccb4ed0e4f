"""`POST /api/v1/whatif/screen`: by the rules in force here, with their versions; refusals say their place."""

import pytest

FACTS = {"project": {"build_started_on": "2026-06-01", "approved_on": ""}}


def test_a_screening_names_the_rules_in_force_with_their_versions(w, calls):
    answer = calls("officer").post("/whatif/screen", {"lists": ["NL-A"], "facts": FACTS}).get_json()
    assert (answer["rules"], answer["on"], answer["hit"]) == ("published", "2026-03-02", 1)
    assert {(one["kind"], one["code"], one["version"]) for one in answer["versions"]} == {
        ("negative_item", one["code"], one["version"]) for one in answer["items"]
    }


@pytest.mark.parametrize(
    "form, place",
    [
        ({"practice": "PM-XX"}, "practice"),
        ({"divisions": ["火星"]}, "divisions[0]"),
        ({"facts": {"project": {"kind": "weird"}}}, "facts.project.kind"),
        ({"facts": {"project": {"documents": ["banana"]}}}, "facts.project.documents[0]"),
        ({"facts": {"project": {"approved_on": "soon"}}}, "facts.project.approved_on"),
        ({"facts": {"project": {"estimate": -1}}}, "facts.project.estimate"),
        ({"on": "1999-01-01"}, "on"),
    ],
)
def test_what_no_rule_knows_is_refused_at_its_place(w, calls, form, place):
    sent = {"facts": FACTS, **form}
    refused = calls("officer").post("/whatif/screen", sent)
    assert refused.status_code == 400
    assert refused.get_json()["problems"][0]["place"] == place
    inside = calls("officer").post("/whatif/screen", [sent, {"facts": FACTS}]).get_json()
    assert inside[0]["error"].startswith(f"{place}: ")
    assert inside[1]["rules"] == "published"


def test_everything_that_is_wrong_is_said_at_once(w, calls):
    refused = calls("officer").post(
        "/whatif/screen", {"facts": {"project": {"kind": "x", "scope": "y"}}, "lists": ["z"]}
    )
    places = [one["place"] for one in refused.get_json()["problems"]]
    assert places == ["facts.project.kind", "facts.project.scope", "lists[0]"]
