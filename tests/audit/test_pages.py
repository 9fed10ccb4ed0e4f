"""The trail on its pages: found by person, act, thing and day; a leaf proves itself; nobody else reads it."""

import pytest
import sqlalchemy as sa
from flask import g

from app.audit import heads, history, naming, values
from app.audit.models import TrailEntry
from app.audit.queries import entry_by_seq, leaf_page, proofs_of
from app.core.clock import today
from app.core.db import db
from app.projects import documents
from app.projects.kinds import DocumentKind
from tests.factories import sign_in, w
from tests.projects import room
from tests.responsibilities import room as duties

__all__ = ["w"]


@pytest.fixture
def auditor(client, w):
    return sign_in(client, "audit_admin")


def test_the_newest_leaf_stands_first_and_pages_follow_each_other(auditor, db_session):
    newest = db_session.scalar(sa.select(sa.func.max(TrailEntry.seq)))
    db_session.rollback()
    first = auditor.get("/audit").text
    assert f'href="/audit/{newest}"' in first and f'href="/audit/{newest - 49}"' in first
    assert f'href="/audit/{newest - 50}"' not in first
    following = auditor.get(f"/audit?after=50.{newest - 49}").text
    assert f'href="/audit/{newest - 50}"' in following and f'href="/audit/{newest - 49}"' not in following


@pytest.mark.parametrize(
    "query, there, not_there",
    [
        ("q=officer&ref=contract", "contract:", "account:"),
        ("act=grant:give", "授予角色", "contract:"),
        ("ref=account:officer", "account:officer", "account:signatory"),
        ("from=2026-03-02&to=2026-03-02", "contract:", "没有符合条件的记录"),
        ("to=2026-03-01", "没有符合条件的记录", "account:officer"),
        ("from=not-a-day", "没有符合条件的记录", "account:officer"),
    ],
)
@pytest.mark.sqlite_only
def test_leaves_are_found(auditor, query, there, not_there):
    rows = auditor.get(f"/audit?{query}").text.split("gy-list-bar")[1].split("</form>", 1)[1]
    assert there in rows and not_there not in rows


def test_a_leaf_shows_what_changed_and_proves_itself(auditor, db_session):
    head = heads.seal()
    db_session.commit()
    for seq in (1, 7, head.size):
        page = auditor.get(f"/audit/{seq}?proof=1").text
        assert page.count("证明成立") == 2 and "内容与摘要一致" in page and "变更前后" in page


def test_every_proof_holds_and_none_for_another_leaf(w, db_session):
    head = heads.seal()
    entries = db_session.scalars(sa.select(TrailEntry).order_by(TrailEntry.seq)).all()
    for entry in entries[:: max(1, len(entries) // 12)]:
        assert [proof.holds for proof in proofs_of(entry, head)] == [True, True]
        assert leaf_page(entry).intact


def test_a_number_that_is_not_there_is_not_found(auditor):
    assert [auditor.get(f"/audit/{seq}").status_code for seq in (0, 10**6, 10**30)] == [404] * 3
    assert entry_by_seq(10**30) is None


def test_no_leaf_shows_a_password_hash(auditor, db_session):
    seq = db_session.scalar(sa.select(TrailEntry.seq).where(TrailEntry.verb == "account:create").limit(1))
    db_session.rollback()
    page = auditor.get(f"/audit/{seq}").text
    assert "***" in page and "argon2" not in page


@pytest.mark.sqlite_only
def test_the_list_is_exported_as_shown(auditor):
    exported = auditor.get("/audit?act=grant:give&export=csv").data.decode("utf-8-sig")
    assert "授予角色" in exported and "建立账号" not in exported


@pytest.mark.sqlite_only
@pytest.mark.parametrize("key", ["system_admin", "security_admin", "officer", "leader", "inspector"])
def test_only_the_audit_administrator_reads_the_trail(client, w, key):
    visitor = sign_in(client, key)
    paths = ("/audit", "/audit/1", "/audit/sign-ins", "/audit/denials", "/audit?export=csv")
    assert [visitor.get(path).status_code for path in paths] == [403] * 5


# --- in words --------------------------------------------------------------------------------------------------------


def newest(verb):
    return db.session.scalars(
        sa.select(TrailEntry).where(TrailEntry.verb == verb).order_by(TrailEntry.seq.desc()).limit(1)
    ).one()


def told(leaf):
    """Every line of a leaf's page: what was changed, and what it became."""
    found = leaf_page(leaf)
    return {one["field"].split(" ", 1)[0] + one["field"].partition(" · ")[2]: one for one in found.changes}


@pytest.fixture
def in_words(app, w):
    with app.test_request_context():
        g.request_id = "told"
        yield w


def test_one_word_means_what_its_table_means(in_words):
    room.declared(in_words)
    with_costs = [
        leaf_page(leaf).changes
        for leaf in db.session.scalars(sa.select(TrailEntry).where(TrailEntry.verb == "project:declare"))
    ]
    fields = {one["field"].partition(" · ")[2] for changes in with_costs for one in changes}
    assert {"费用名称", "数据名称", "服务名称", "金额（元）", "目标"} <= fields
    assert not fields & {"姓名", "合同名称", "合同金额（元）"}


def test_people_organisations_days_and_codes_are_told_by_name(in_words):
    room.approved(in_words)
    lines = told(newest("project:decide"))
    assert lines["审批决定决定 · 办理人"]["new"] == in_words.user("authority_lead").name
    assert lines["审批决定提出 · 机构"]["new"] == in_words.org("agency").name
    assert lines["审批决定结论"]["new"] in {"通过", "附条件通过"}
    assert "年" in lines["审批决定决定时间"]["new"]
    assert "T" not in lines["审批决定决定时间"]["new"]


def test_a_digest_is_shortened_and_stays_at_hand(in_words):
    room.submitted(in_words)
    leaf = newest("project:submit")
    lines = told(leaf)
    assert len(lines["申报内容内容摘要"]["new"]) < 20
    assert len(lines["申报内容内容摘要"]["new_full"]) == 64
    notes = {word: (text, full) for word, text, full in leaf_page(leaf).notes}
    assert notes["内容摘要"][1].startswith(notes["内容摘要"][0][:8])


def test_a_paper_is_told_by_its_files_name(in_words):
    project = room.opened(in_words)
    facts = documents.DocumentFacts(DocumentKind.FEASIBILITY, "1", "设计院", today())
    documents.register_document(in_words.actor("officer"), project, facts, room.paper("可研.pdf"))
    lines = told(newest("project:register"))
    assert lines["材料附件"]["new"] == "可研.pdf"
    assert lines["材料文号"]["new"] == "1"
    assert lines["材料材料种类"]["new"] == str(DocumentKind.FEASIBILITY.label)


def test_a_structure_is_told_in_lines_with_the_whole_behind_it(in_words):
    returned = room.returned(in_words)
    assert told(newest("project:return"))["审批决定一次性告知"]["new"]
    content = next(
        one for one in leaf_page(newest("project:submit")).inner if one["field"].endswith(" · 内容") and one["new"]
    )
    assert "\n" in content["new"] and content["new_full"].startswith("{")
    assert returned.code in {one["new"] for one in leaf_page(newest("project:return")).inner}


def test_a_timeline_tells_a_crowd_by_its_number_and_asks_once_for_names(in_words):
    project = duties.drafted(in_words).project
    entries = history.entries_about(project.ref, 50)
    sent = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        shown = history.timeline(entries)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    # One question a table, however many leaves and keys: this history names rows of seven.
    assert len({statement.split("FROM")[1].split()[0] for statement in sent}) == len(sent) == 7
    # Dozens of duties were written into the list at once.
    crowds = [change["new"] for one in shown for change in one["changes"] if str(change["new"]).endswith(" 项")]
    assert crowds
    assert all(len(one["changes"]) < 30 for one in shown)


def test_what_this_version_does_not_know_stays_as_it_was_written(in_words):
    names = values.Names()
    assert values.said("gone", "was_here", "x1", names).text == "x1"
    assert values.said("projects", "state", "no-such-state", names).text == "no-such-state"
    assert values.said("projects", "approved_on", "someday", names).text == "someday"
    assert naming.field_word("gone", "was_here") == "was_here"


@pytest.mark.sqlite_only
def test_a_leaf_shows_no_raw_names(auditor, in_words):
    room.approved(in_words)
    db.session.commit()
    seq = newest("project:decide").seq
    page = auditor.get(f"/audit/{seq}").text
    assert [raw for raw in ("subject_id", "decided_by", "item_outcomes", "authority_lead<") if raw in page] == []
