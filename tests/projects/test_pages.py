"""Pages of projects: who sees them, what they say and offer, what a refused form keeps."""

import pytest

from tests.factories import sign_in
from tests.projects import room


@pytest.mark.parametrize(
    "make",
    [
        room.opened,
        room.declared,
        room.submitted,
        room.approved,
        room.suspended,
        room.terminated,
        room.refused,
        room.returned,
    ],
)
@pytest.mark.parametrize("key", ["officer", "signatory", "authority_lead", "authority_officer", "leader", "inspector"])
def test_every_reader_opens_a_project_in_every_state(client, w, make, key):
    project = make(w)
    code = project.code
    sign_in(client, key)
    for path in (f"/projects/{code}", f"/projects/{code}/decisions", "/projects/overview"):
        answer = client.get(path)
        assert answer.status_code == 200, path
