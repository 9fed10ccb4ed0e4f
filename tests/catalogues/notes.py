"""A small kind of catalogue for tests, and texts of files that hold its entries."""

from __future__ import annotations

from app.catalogues.checking import check_files
from app.catalogues.files import read_bytes
from app.catalogues.kinds import CatalogueKind, Reference
from app.catalogues.reading import Reader, read_head


def parse_note(content):
    reader = Reader(content)
    read_head(reader)
    note = {"weight": reader.decimal("weight"), "follows": reader.text("follows", default="")}
    reader.finish()
    return note


def follows(note):
    return [Reference("note", note["follows"], "follows")] if note["follows"] else []


NOTES = CatalogueKind("note", "便笺", parse_note, follows)


def parse_places(content):
    reader = Reader(content)
    read_head(reader)
    reader.has("names")
    reader.finish()
    return content["names"]


PLACES = CatalogueKind("place", "地方", parse_places, places=tuple)
PRACTICES = CatalogueKind("practice", "模式", parse_note, is_practice=True)


def entry(code="N-1", **changes):
    """The lines of one sound entry; a change of None leaves the key out."""
    lines = {
        "code": code,
        "name": "{zh: 便笺, en: Note}",
        "citation": "某办法第1条",
        "status": "V",
        "valid_from": "2024-01-01",
        **changes,
    }
    body = [f"{key}: {value}" for key, value in lines.items() if value is not None]
    return "  - " + "\n    ".join(body) + "\n"


def place(code, names):
    """The lines of an entry that brings divisions."""
    return entry(code, names=names)


def file_of(*entries, kind="note"):
    return f"kind: {kind}\nentries:\n" + "".join(entries or [entry()])


def findings_in(*texts, kinds=(NOTES,)):
    """What checking finds in texts (bytes or str) that stand in a.yaml, b.yaml, …"""
    files = [
        read_bytes(text if isinstance(text, bytes) else text.encode(), f"{name}.yaml")
        for name, text in zip("abc", texts, strict=False)
    ]
    return check_files(files, {kind.name: kind for kind in kinds}).findings
