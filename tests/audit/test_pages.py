"""The trail on its pages: found by person, act, thing and day; a leaf proves itself; nobody else reads it."""

import pytest
import sqlalchemy as sa

from app.audit import heads
from app.audit.models import TrailEntry
from app.audit.queries import entry_by_seq, leaf_page, proofs_of
from tests.factories import sign_in, w

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
