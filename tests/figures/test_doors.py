"""The three doors: pages, command line, API; all on one path. And the same file through two doors at once."""

import io
import json
import re
import threading

import pytest
import sqlalchemy as sa

from app.accounts import actions as accounts
from app.accounts.actions import NewToken
from app.accounts.identities import Scope
from app.accounts.models import Membership
from app.core.clock import clock, today
from app.core.db import db, unit_of_work
from app.figures import queries, verifying
from app.figures.actions import submit_events, submit_figures
from app.figures.models import Figure, Submission
from tests.factories import sign_in
from tests.figures.conftest import LATER
from tests.figures.test_submitting import MARCH, report, standing


def count(model=Figure):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def address(running, rest=""):
    return f"/contracts/{running.contract.code}/figures{rest}"


def upload(client, running, content, name="figures.csv", kind="figures"):
    data = {"file": (io.BytesIO(content), name), "kind": kind}
    return client.post(address(running, "/upload"), data=data, content_type="multipart/form-data")


def test_upload_preview_confirm(app, client, w, running):
    person = sign_in(client, "operator_officer")
    answer = upload(person, running, running.file(running.line("99.9"), running.line("", reason="停机", service=1)))
    assert answer.status_code == 302
    page = person.get(answer.headers["Location"]).get_data(as_text=True)
    assert "将要入库" in page
    assert count() == 0
    digest = re.search(r'name="digest" value="(\w{64})"', page).group(1)
    done = person.post(f"{answer.headers['Location']}/confirm", data={"digest": digest})
    assert done.status_code == 302
    assert count() == 2
    matrix = person.get(address(running)).get_data(as_text=True)
    assert "99.9000" in matrix
    assert matrix.count("缺") >= 3
    again = person.post(f"{answer.headers['Location']}/confirm", data={"digest": digest}, follow_redirects=True)
    assert "没有重复入库" in again.get_data(as_text=True)
    assert count() == 2


def test_a_faulty_file_is_previewed_with_every_problem_and_cannot_be_confirmed(app, client, w, running):
    person = sign_in(client, "operator_officer")
    lines = [running.line("NaN", period="2026-03", channel=str(number)) for number in range(10_000)]
    answer = upload(person, running, running.file(*lines))
    place = answer.headers["Location"]
    page = person.get(place).get_data(as_text=True)
    assert "10000 处问题" in page
    listed = person.get(f"{place}?export=csv").get_data(as_text=True)
    assert listed.count("\n") == 10_001
    refused = person.post(f"{place}/confirm", data={"digest": "x"})
    assert refused.status_code == 422
    assert count() == 0
    assert "10000 处问题" in sign_in(client, "officer").get(place).get_data(as_text=True)


@pytest.mark.parametrize("content, name", [(b"", "a.csv"), (b"PK\x03\x04junk", "a.xlsx"), (b"x,y\n1,2", "a.csv")])
def test_an_unreadable_file_is_refused_on_the_form(app, client, w, running, content, name):
    answer = upload(sign_in(client, "operator_officer"), running, content, name)
    assert answer.status_code == 422
    assert count(Submission) == 0


def test_verifying_on_the_page(app, client, w, running):
    report(w, running, running.line("99.9"), running.line("99.8", service=1))
    db.session.commit()
    officer = sign_in(client, "officer")
    page = officer.get(address(running, "/verification")).get_data(as_text=True)
    seen = re.search(r'name="seen" value="(\d+)"', page).group(1)
    fields = {"period": "2026-03", "source": "operator_report", "seen": seen}
    assert sign_in(client, "operator_officer").post(address(running, "/verify"), data=fields).status_code == 403
    assert sign_in(client, "officer").post(address(running, "/verify"), data=fields).status_code == 302
    db.session.expire_all()
    assert all(one.verified for one in standing(running))
    figure = standing(running)[0].id
    detail = officer.get(address(running, f"/{figure}")).get_data(as_text=True)
    assert "已核" in detail
    assert officer.post(address(running, f"/{figure}/doubt"), data={"reason": ""}).status_code == 422
    assert officer.post(address(running, f"/{figure}/doubt"), data={"reason": "不符"}).status_code == 302
    assert officer.post(address(running, "/close"), data={"period": "2026-03"}).status_code == 422
    assert 'name="reason"' in officer.get(address(running, f"/{figure}")).get_data(as_text=True)
    assert officer.post(address(running, f"/{figure}/verify"), data={"reason": ""}).status_code == 422
    assert officer.post(address(running, f"/{figure}/verify"), data={"reason": "误读"}).status_code == 302
    assert officer.post(address(running, "/close"), data={"period": "2026-03"}).status_code == 302
    signatory = sign_in(client, "signatory")
    reopening = {"period": "2026-03", "reason": "补报"}
    assert signatory.post(address(running, "/reopen"), data=reopening).status_code == 302
    assert signatory.post(address(running, "/reopen"), data=reopening).status_code == 422


def test_what_the_own_organisation_reported_is_not_offered_for_verification(app, client, w, running):
    report(w, running, running.line("99.9"), by="officer")
    lines = f"at,service,status\n2026-03-05T10:00:00+08:00,{running.services[0]},down\n"
    submit_events(w.actor("officer"), running.contract, "e.csv", lines.encode())
    db.session.commit()
    page = sign_in(client, "second_officer").get(address(running, "/verification")).get_data(as_text=True)
    assert page.count("须由另一方核验") == 2
    assert "全部核验通过" not in page
    assert "全部存疑" not in page


@pytest.mark.parametrize("page", ["", "/verification", "/template.xlsx", "/1", "/previews/1"])
def test_strangers_see_nothing(app, client, w, running, page):
    report(w, running)
    db.session.commit()
    assert sign_in(client, "rival_officer").get(address(running, page)).status_code == 404


@pytest.mark.parametrize("by", ["officer", "operator_signatory", "inspector", "authority_officer", "leader"])
def test_parties_and_mandates_see_every_page(app, client, w, running, by):
    report(w, running, running.line("99.9"), running.line("", reason="停机", service=1))
    db.session.commit()
    figure = standing(running)[0].id
    person = sign_in(client, by)
    for page in ("", "?kind=month&source=third_party", "/verification", "/template.xlsx", f"/{figure}"):
        assert person.get(address(running, page)).status_code == 200, page


def test_pages_ask_a_bounded_number_of_questions(app, client, w, running):
    asked = []

    def note(*_args):
        asked.append(1)

    person = sign_in(client, "officer")
    counts = []
    for lines in ([running.line("99")], [running.line("98", service=1), running.line("97", period="2026-04")]):
        report(w, running, *lines)
        db.session.commit()
        asked.clear()
        sa.event.listen(db.engine, "before_cursor_execute", note)
        person.get(address(running))
        person.get(address(running, "/verification"))
        sa.event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 1
    assert counts[0] < 80


# --- command line ----------------------------------------------------------------------------------------------------


def written(tmp_path, content, name="f.csv"):
    file = tmp_path / name
    file.write_bytes(content)
    return str(file)


def run(runner, running, file, *more, by="operator-officer"):
    return runner.invoke(args=["figures", "import", file, "--contract", running.contract.code, "--as", by, *more])


def test_import_on_the_command_line(app, runner, w, running, tmp_path):
    file = written(tmp_path, running.file(running.line("99.9"), running.line("99.8", service=1)))
    done = run(runner, running, file, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["new"] == 2
    assert json.loads(run(runner, running, file, "--json").stdout)["repeated"] is True
    assert "nothing was stored again" in run(runner, running, file).stdout
    bad = written(tmp_path, running.file(running.line("NaN"), running.line("1", period="2026-13")), "bad.csv")
    refused = run(runner, running, bad)
    assert refused.exit_code == 1
    assert "第 2 行 value 列" in refused.stderr
    assert "第 3 行 period 列" in refused.stderr
    assert run(runner, running, file, by="rival-officer").exit_code == 1
    assert run(runner, running, file, by="nobody").exit_code == 1


def test_events_and_template_on_the_command_line(app, runner, w, running, tmp_path):
    lines = f"at,service,status\n2026-03-05T10:00:00+08:00,{running.services[0]},down\n"
    file = written(tmp_path, lines.encode(), "e.csv")
    assert run(runner, running, file, "--format", "events").exit_code == 0
    out = tmp_path / "t.xlsx"
    done = runner.invoke(args=["figures", "template", "--contract", running.contract.code, str(out)])
    assert done.exit_code == 0
    assert out.read_bytes().startswith(b"PK")
    # A template sent back empty says that a reason is missing in every row, and nothing else. What is computed from
    # events is not asked for: two months of the other service are left.
    refused = run(runner, running, str(out))
    assert refused.exit_code == 1
    assert "nothing was stored: 2 problems" in refused.stderr


# --- API -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def call(app, client, w, running):
    """Calls the API as a person with a token: `call("operator_officer", "post", "/figures", …)`."""
    tokens = {}

    def token(key):
        if key not in tokens:
            membership = db.session.scalars(sa.select(Membership).where(Membership.user_id == w.user(key).id)).one()
            new = NewToken(
                name="t", scopes=(Scope.FIGURES_READ, Scope.FIGURES_WRITE), expires_on=today().replace(year=2027)
            )
            tokens[key] = accounts.create_token(w.actor("security_admin"), membership, new)[1]
            db.session.commit()
        return tokens[key]

    def ask(key, method, path, once="k1", **more):
        headers = {"Authorization": f"Bearer {token(key)}", "Idempotency-Key": once}
        where = f"/api/v1/contracts/{running.contract.code}{path}"
        return client.open(where, method=method.upper(), headers=headers, **more)

    return ask


def item(running, value="99.9", **more):
    return {"service": running.services[0], "indicator": "KI-001", "period": "2026-03", "value": value, **more}


def test_json_ndjson_and_csv_take_the_same_road(call, running):
    first = call("operator_officer", "post", "/figures", json=[item(running)])
    assert (first.status_code, first.json["new"]) == (201, 1)
    assert call("operator_officer", "post", "/figures", json=[item(running)]).json == first.json
    lines = json.dumps(item(running, period="2026-04"))
    sent = {"data": lines, "content_type": "application/x-ndjson"}
    assert call("operator_officer", "post", "/figures", once="k2", **sent).status_code == 201
    sent = {"data": running.file(running.line("99", service=1)), "content_type": "text/csv"}
    assert call("operator_officer", "post", "/figures", once="k3", **sent).status_code == 201
    again = call("operator_officer", "post", "/figures", once="k4", **sent)
    assert (again.status_code, again.json["repeated"]) == (200, True)
    listed = call("officer", "get", "/figures?limit=2").json
    assert len(listed["items"]) == 2
    rest = call("officer", "get", f"/figures?cursor={listed['next_cursor']}").json
    assert [len(rest["items"]), rest["next_cursor"]] == [1, None]
    assert listed["items"][0]["status"] == "reported"
    assert call("officer", "get", "/figures?period=2026-04").json["items"][0]["value"] == "99.9"
    assert call("officer", "get", "/figures?period=2026-13").status_code == 400


def test_a_token_that_only_reports_does_not_read(app, client, w, running):
    user = w.user("operator_officer").id
    membership = db.session.scalars(sa.select(Membership).where(Membership.user_id == user)).one()
    where = f"/api/v1/contracts/{running.contract.code}/figures"
    for scope, read in ((Scope.FIGURES_WRITE, 403), (Scope.FIGURES_READ, 200)):
        new = NewToken(name="t", scopes=(scope,), expires_on=today().replace(year=2027))
        token = accounts.create_token(w.actor("security_admin"), membership, new)[1]
        db.session.commit()
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": scope.value}
        assert client.get(where, headers=headers).status_code == read
        written = client.post(where, headers=headers, json=[item(running)]).status_code
        assert written == (403 if scope is Scope.FIGURES_READ else 201)


def test_refusals_of_the_api_name_row_and_column(call, running):
    answer = call("operator_officer", "post", "/figures", json=[item(running, "NaN"), item(running, period="x")])
    assert answer.status_code == 422
    assert len(answer.json["problems"]) == 2
    nan = '[{"service":"S","indicator":"KI-001","period":"2026-03","value":NaN}]'
    sent = {"data": nan, "content_type": "application/json"}
    assert call("operator_officer", "post", "/figures", **sent).status_code == 422
    assert call("operator_officer", "post", "/figures", data=b"x", content_type="image/png").status_code == 415
    assert call("rival_officer", "post", "/figures", json=[item(running)]).status_code == 404
    assert call("signatory", "post", "/figures", json=[item(running)]).status_code == 403


def test_events_over_the_api(call, running):
    body = [{"at": "2026-03-05T10:00:00+08:00", "service": running.services[0], "status": "down", "response_ms": 12}]
    assert call("operator_officer", "post", "/events", json=body).status_code == 201
    assert call("operator_officer", "post", "/events", once="k2", json=[{**body[0], "status": "on"}]).status_code == 422


# --- at once ---------------------------------------------------------------------------------------------------------


def test_the_same_file_sent_many_times_at_once_is_stored_once(app, w, running):
    content, code = running.file(running.line("99.9"), running.line("98", service=1)), running.contract.code
    db.session.commit()
    outcomes, gate = [], threading.Barrier(6)

    def deliver():
        with app.app_context(), clock.at(LATER):
            gate.wait()
            with unit_of_work():
                from app.contracts.queries import contract_in_reach

                actor = w.actor("operator_officer")
                receipt = submit_figures(actor, contract_in_reach(actor, code), "f.csv", content)
                outcomes.append((receipt.submission.id, receipt.repeated))
            db.session.remove()

    threads = [threading.Thread(target=deliver) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one for one, _repeated in outcomes}) == 1
    assert sorted(repeated for _one, repeated in outcomes) == [False, *[True] * 5]
    assert (count(), count(Submission)) == (2, 1)


def test_two_corrections_at_once_become_two_revisions(app, w, running):
    report(w, running)
    code = running.contract.code
    db.session.commit()
    gate, files = threading.Barrier(4), [running.file(running.line(str(90 + number))) for number in range(4)]

    def deliver(content):
        with app.app_context(), clock.at(LATER):
            gate.wait()
            with unit_of_work():
                from app.contracts.queries import contract_in_reach

                actor = w.actor("operator_officer")
                submit_figures(actor, contract_in_reach(actor, code), "f.csv", content, "更正")
            db.session.remove()

    threads = [threading.Thread(target=deliver, args=(content,)) for content in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    revisions = list(db.session.scalars(sa.select(Figure.revision).order_by(Figure.revision)))
    assert revisions == [1, 2, 3, 4, 5]
    assert [one.revision for one in standing(running)] == [5]
    assert queries.count_unverified(running.contract, MARCH) == 1
    assert verifying.CLOSABLE
