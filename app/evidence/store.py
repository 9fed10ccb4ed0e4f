"""The evidence store on disk: a blob lies under its SHA-256, written and synced before its row commits."""

import hashlib
import os
import tempfile
from pathlib import Path

from flask import current_app


class Damaged(RuntimeError):
    """A stored blob is missing or no longer matches its digest."""


def folder() -> Path:
    return Path(current_app.config["EVIDENCE_FOLDER"])


def path_of(sha256: str) -> Path:
    return folder() / sha256[:2] / sha256[2:]


def put(content: bytes, sha256: str) -> None:
    """Stores a blob once; file and folder are synced, so that a committed row never names a lost file."""
    target = path_of(sha256)
    if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == sha256:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".incoming-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    for directory in (target.parent, target.parent.parent):
        _sync(directory)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(sha256: str) -> bytes:
    """The blob, checked against its digest at every reading."""
    try:
        content = path_of(sha256).read_bytes()
    except OSError as error:
        raise Damaged(sha256) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Damaged(sha256)
    return content
