"""A stored file is on disk before its row, known by its digest, kept once, and never served when it is damaged."""

from __future__ import annotations

import hashlib
import io
import os

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from app.contracts.actions import attach_file
from app.core.canonical import sm3
from app.core.errors import NotAllowed, Refused, WrongState
from app.evidence import store
from app.evidence.models import EvidenceFile
from tests import factories as make

TEXT = "验收报告".encode()


def upload(content=TEXT, name="报告.txt"):
    return FileStorage(io.BytesIO(content), name)


def attach(w, state="draft", by="officer", **how):
    return attach_file(w.actor(by), w.contract(state), upload(**how), "说明")


def test_a_file_is_kept_with_both_digests(w, db_session):
    kept = attach(w)
    assert (kept.size, kept.media_type, kept.file_name) == (len(TEXT), "text/plain", "报告.txt")
    assert (kept.sha256, kept.sm3) == (hashlib.sha256(TEXT).hexdigest(), sm3(TEXT).hex())
    assert store.read(kept.sha256) == TEXT
    assert kept.uploaded_by == w.user("officer").id


def test_the_same_content_is_taken_once_a_subject_whatever_its_name(w):
    attach(w)
    with pytest.raises(Refused) as caught:
        attach(w, name="另一个名字.txt")
    assert "报告.txt" in str(caught.value.problems[0].what)
    assert attach(w, state="in_force").sha256 == hashlib.sha256(TEXT).hexdigest()


def test_file_and_folders_are_synced_before_the_row_is_written(w, db_session, monkeypatch):
    steps = []
    real_sync, real_replace = os.fsync, os.replace

    def synced(handle):
        steps.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")  # noqa: PTH112
        real_sync(handle)

    def replaced(source, target):
        steps.append("rename")
        real_replace(source, target)

    def written(_mapper, _connection, target):
        steps.append("row")

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    sa.event.listen(EvidenceFile, "before_insert", written)
    try:
        attach(w)
    finally:
        sa.event.remove(EvidenceFile, "before_insert", written)
    assert steps == ["file", "rename", "folder", "folder", "row"]


def test_an_interrupted_write_leaves_nothing_behind(w, monkeypatch, backend):
    def broken(_source, _target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(OSError, match="No space"):
        attach(w)
    assert [file for file in backend.evidence.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize("damage", [b"", TEXT[:-1], TEXT + b"x", bytes([TEXT[0] ^ 1]) + TEXT[1:], None])
def test_a_damaged_or_lost_file_is_never_read_as_good(w, damage):
    kept = attach(w)
    path = store.path_of(kept.sha256)
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    with pytest.raises(store.Damaged):
        store.read(kept.sha256)


def test_a_damaged_file_is_mended_by_the_same_upload_to_another_contract(w):
    kept = attach(w)
    store.path_of(kept.sha256).write_bytes(b"damaged")
    attach(w, state="in_force")
    assert store.read(kept.sha256) == TEXT


@pytest.mark.parametrize("content, name", [(b"", "空.txt"), (b"MZ\x90\x00", "x.exe"), (b"MZ\x90\x00", "x.pdf")])
def test_a_refused_file_leaves_neither_row_nor_blob(w, db_session, backend, content, name):
    with pytest.raises(Refused) as caught:
        attach(w, content=content, name=name)
    assert caught.value.problems[0].place == "file"
    assert db_session.scalar(sa.select(sa.func.count()).select_from(EvidenceFile)) == 0
    assert [file for file in backend.evidence.rglob("*") if file.is_file()] == []


def test_a_file_over_the_limit_is_refused_without_being_read_to_its_end(w, app, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_EVIDENCE_BYTES", 1000)
    stream = io.BytesIO(b"x" * 50_000)
    with pytest.raises(Refused) as caught:
        attach_file(w.actor("officer"), w.contract("draft"), FileStorage(stream, "长.txt"), "")
    assert "超过" in str(caught.value.problems[0].what)
    assert stream.tell() == 1001
    assert attach(w, content=b"x" * 1000).size == 1000


def test_nothing_is_attached_by_strangers_or_to_a_void_contract(w):
    with pytest.raises(NotAllowed):
        attach(w, by="other_officer")
    with pytest.raises(NotAllowed):
        attach(w, by="signatory")
    with pytest.raises(WrongState):
        attach(w, state="void")


def test_a_download_is_an_attachment_in_a_sandbox(client, w, db_session):
    key = attach(w, name='报告"; x=1.txt').id
    db_session.commit()
    answer = make.sign_in(client, "operator_officer").get(f"/evidence/{key}")
    assert answer.data == TEXT
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_damaged_file_is_not_downloaded(client, w, db_session):
    kept = attach(w)
    key, digest = kept.id, kept.sha256
    db_session.commit()
    store.path_of(digest).write_bytes(b"swapped after approval")
    answer = make.sign_in(client, "officer").get(f"/evidence/{key}")
    assert answer.status_code == 422
    assert "损坏" in answer.text
    assert "swapped" not in answer.text
