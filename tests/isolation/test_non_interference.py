"""Two installations, equal except for the contracts of organisation B: nobody of A may see any difference, in any byte.

The quick form of security 4.3: agency, operator and supervisor of A follow every link from their desk, lists with
filters, sorts and exports, documents, refusals for B's very addresses, and the API with tokens of their own.
"""

from __future__ import annotations

import io
import shutil

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from app.accounts.identities import Scope
from app.audit.heads import seal
from app.contracts import actions as contracts
from app.contracts import drafting
from app.core.db import db
from app.core.permissions import Role
from app.organisations.models import OrganisationKind
from app.services.models import Service
from app.subjects.models import PartyRole
from tests import factories
from tests.isolation.crawling import GUESSES, Crawl, differences
from tests.torture.seeding import token_for

pytestmark = pytest.mark.sqlite_only

# Agency, operator and supervisor of A.
PEOPLE = ("officer", "operator_signatory", "supervisor")


def attach(w, contract, by: str) -> None:
    upload = FileStorage(io.BytesIO(b"%PDF-1.4 B\n%%EOF\n"), filename="报告.pdf", content_type="application/pdf")
    contracts.attach_file(w.actor(by), contract, upload, "验收")


def neighbourhood(w) -> None:
    """Another agency in A's own region, and the ledger, which everybody reads: the same in both installations."""
    agency = factories.organisation(
        "广州市医疗保障局", kind=OrganisationKind.AGENCY, sides=factories.MANAGES, code="NEIGHBOUR"
    )
    factories.person(agency, Role.AGENCY_OFFICER, name="邻经办", login="neighbour")
    for by in ("other_officer", "neighbour"):
        factories.service(w.actor(by), f"{by} 的服务")


def supervised(w) -> None:
    """A's contract with a supervisor and a file."""
    contract = factories.draft(w)
    drafting.join_party(w.actor("officer"), contract, w.org("watcher"), PartyRole.SUPERVISOR)
    factories.submit(w, contract)
    attach(w, contract, "officer")


def drafted(w, by: str, title: str):
    """A complete draft of B over a service that is on the ledger already."""
    actor, contract = w.actor(by), factories.empty_draft(w, by, title)
    terms = factories.terms(title=title, amount_fen=987_654_321)
    drafting.set_terms(actor, contract, terms, contract.current.row_version)
    drafting.join_party(actor, contract, w.org("rival"), PartyRole.OPERATOR)
    service = db.session.scalars(sa.select(Service).where(Service.name_zh == f"{by} 的服务")).one()
    factories.set_level(actor, contract, drafting.add_line(actor, contract, factories.line(service)))
    return contract


def only_with_b(w) -> list[str]:
    """B's contracts in most states, in another region and in A's; gives back their codes."""
    made = []
    for number, by in enumerate(("other_officer", "other_officer", "other_officer", "neighbour")):
        contract = drafted(w, by, f"乙的合同{number}")
        factories.submit(w, contract, by)
        attach(w, contract, by)
        made.append(contract)
    for contract in made[1:3]:
        for signatory in ("other_signatory", "rival_signatory"):
            factories.sign(w, contract, signatory)
    contracts.propose_termination(w.actor("other_officer"), made[2], "项目调整")
    made.append(drafted(w, "other_officer", "乙的草稿"))
    seal()
    return [contract.code for contract in made]


def addresses_of(codes: list[str]) -> list[str]:
    """Where B's contracts are, for whoever tries."""
    found = []
    for code in codes:
        here = f"/contracts/{code}"
        found += [here, f"{here}?tab=files", f"{here}/versions/1.pdf", f"{here}/versions/1.docx", f"{here}/terms"]
        found += [f"{here}/parties/new", f"{here}/services/new", f"/organisations/{code}", f"/contracts?q={code}"]
    return found + [f"/evidence/{number}" for number in range(1, 12)]


def seen(app, codes: list[str], tokens: dict[str, str]) -> dict[str, dict[str, object]]:
    """What every person of A sees, by address; the API's answers under the names of its callers."""
    found = {}
    for key in PEOPLE:
        crawl = Crawl(factories.sign_in(app.test_client(), key))
        crawl.follow(["/", *GUESSES])
        for path in addresses_of(codes):
            crawl.look(path)
        found[key] = crawl.answers
        found[f"api {key}"] = by_api(app, codes, tokens[key])
    return found


def by_api(app, codes: list[str], token: str) -> dict[str, object]:
    crawl, headers = Crawl(app.test_client()), {"Authorization": f"Bearer {token}"}
    for path in ("/api/v1/contracts", "/api/v1/tasks"):
        address, pages = f"{path}?limit=2", 0
        while address and pages < 20:
            crawl.look(address, headers=headers)
            said = app.test_client().get(address, headers=headers).get_json()
            address, pages = f"{path}?limit=2&cursor={said['next_cursor']}" if said["next_cursor"] else "", pages + 1
            for item in said["items"]:
                if "href" in item:
                    crawl.look(item["href"], headers=headers)
    for code in codes:
        crawl.look(f"/api/v1/contracts/{code}", headers=headers)
    return crawl.answers


def test_what_b_does_changes_nothing_that_a_sees(app, client, backend, w, tmp_path):
    neighbourhood(w)
    supervised(w)
    scopes = (Scope.CONTRACTS_READ, Scope.TASKS_READ)
    tokens = {key: token_for(w, key, scopes) for key in PEOPLE}
    seal()
    db.session.commit()
    kept = tmp_path / "without-b.sqlite"
    copy(backend, kept)
    # What B will make is foretold, so that both installations are asked for the same addresses.
    codes = only_with_b(w)
    db.session.rollback()

    before = seen(app, codes, tokens)
    put_back(backend, kept)
    assert only_with_b(w) == codes
    db.session.commit()
    after = seen(app, codes, tokens)

    assert {key: differences(before[key], after[key]) for key in before} == {key: [] for key in before}
    assert all(len(before[key]) > 60 for key in PEOPLE), {key: len(before[key]) for key in before}
    assert sum(answer.status == 200 for answer in before["officer"].values()) > 50
    assert any(path.endswith(".pdf") and answer.status == 200 for path, answer in before["supervisor"].items())


def copy(backend, target) -> None:
    backend.disconnect()
    shutil.copyfile(backend.database.file, target)


def put_back(backend, kept) -> None:
    factories._let_go(backend)
    shutil.copyfile(kept, backend.database.file)


def test_the_crawl_would_notice(app, client, w):
    """A person of B, asked the same way, does see what B does: the instrument is not blind."""
    before = Crawl(factories.sign_in(app.test_client(), "other_officer")).follow(["/contracts"])
    only_b = factories.signing(w, by="other_officer", operator=w.org("rival"), title="乙的合同")
    db.session.commit()
    after = Crawl(factories.sign_in(app.test_client(), "other_officer")).follow(["/contracts"])
    assert any(path.startswith("/contracts") for path in (line.split(":")[0] for line in differences(before, after)))
    assert f"/contracts/{only_b.code}" in after
