"""The API gives projects in reach: where they stand, what they miss, what was decided; nothing of anybody else's."""

import pytest

from app.accounts.identities import Scope
from tests.projects import room


@pytest.fixture
def made(w, db_session):
    """One project each of a few states; the first is the agency's, newest last."""
    found = [room.declared(w), room.approved(w), room.suspended(w), room.opened(w, by="other_officer")]
    db_session.commit()
    return [one.code for one in found]


def test_projects_are_listed_and_paged(calls, made):
    officer, codes, cursor = calls("officer"), [], 0
    while cursor is not None:
        page = officer.get(f"/projects?limit=2&cursor={cursor}").get_json()
        codes += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert codes == made[:3]


def test_a_list_is_narrowed_down_by_state_and_region(calls, made):
    lead = calls("authority_lead")

    def codes(query):
        return [item["code"] for item in lead.get(f"/projects?{query}").get_json()["items"]]

    assert codes("state=approved") == [made[1]]
    assert codes("region=4403") == [made[3]]
    assert codes("region=44") == made
    assert codes("region=9999") == []
    assert lead.get("/projects?state=king").status_code == 400
    assert lead.get("/projects?limit=0").status_code == 400


def test_a_project_says_what_is_declared_and_what_its_next_step_misses(calls, made):
    officer = calls("officer")
    draft, approved = (officer.get(f"/projects/{code}").get_json() for code in made[:2])
    assert draft["declaration"]["content"]["title"] == room.TITLE
    assert (draft["phase"], draft["declaration"]["state"]) == ("declaration", "draft")
    assert draft["approved_on"] is None
    assert [one["step"] for one in approved["next_steps"]] == ["procure", "build"]
    assert all({"what", "remedy"} <= set(one) for one in approved["next_steps"][1]["missing"])
    assert (approved["state"], approved["decisions"][0]["verdict"]) == ("approved", "passed")
    assert approved["decisions"][0]["about"]["sha256"] == approved["declaration"]["sha256"]
    assert {one["kind"] for one in approved["documents"]} >= set(room.PAPERS)


def test_an_unchanged_project_is_not_sent_again(calls, made):
    officer = calls("officer")
    tag = officer.get(f"/projects/{made[0]}").headers["ETag"]
    assert officer.get(f"/projects/{made[0]}", **{"If-None-Match": tag}).status_code == 304
    assert officer.get(f"/projects/{made[1]}", **{"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("key", ["other_officer", "rival_officer", "supervisor"])
def test_a_stranger_is_told_what_a_missing_project_is_told(calls, made, key):
    stranger = calls(key)
    theirs, missing = stranger.get(f"/projects/{made[0]}"), stranger.get("/projects/XM-0000-2000-0001")
    assert theirs.status_code == missing.status_code == 404
    assert {**theirs.get_json(), "instance": ""} == {**missing.get_json(), "instance": ""}


def test_a_token_of_another_scope_or_for_one_contract_reads_no_project(calls, made, w):
    assert calls("officer", [Scope.CONTRACTS_READ]).get("/projects").status_code == 403
    assert calls("officer", [Scope.PROJECTS_READ]).get(f"/projects/{made[0]}").status_code == 200
    bound = calls("officer", list(Scope), w.contract("in_force").code)
    assert bound.get("/projects").get_json()["items"] == []
    assert bound.get(f"/projects/{made[0]}").status_code == 404


@pytest.mark.parametrize("verb", ["submission", "decisions", "build"])
def test_nothing_of_a_project_is_decided_through_the_api(calls, made, verb):
    assert calls("authority_lead").post(f"/projects/{made[0]}/{verb}", {"digest": "0" * 64}).status_code == 404
