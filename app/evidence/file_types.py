"""What a file may be: its content, its ending and its size are judged before anything is kept."""

import io
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
    ".csv": "text/csv",
    ".txt": "text/plain",
}
_MAGIC = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".docx": (b"PK\x03\x04",),
    ".xlsx": (b"PK\x03\x04",),
    ".zip": (b"PK\x03\x04",),
}
_OFFICE_PART = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
MAX_NAME = 180
MAX_MEMBERS = 2000
MAX_UNPACKED = 200 * 1024 * 1024


@dataclass(frozen=True)
class Judgement:
    """`flaw` is a code: empty, name, ending, content, archive, macro; '' when the file is what it says."""

    file_name: str
    media_type: str
    flaw: str


def judge(raw_name: str, content: bytes) -> Judgement:
    """Judges name and content together; the stored name is the last part of the given one, cleaned."""
    name = clean_name(raw_name)
    ending = PurePosixPath(name).suffix.lower()
    flaw = _flaw(name, ending, content)
    return Judgement(name, MEDIA_TYPES.get(ending, ""), flaw)


def clean_name(raw: str) -> str:
    """The last part of a path, without control characters or direction marks, not too long (the ending is kept)."""
    last = raw.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(char for char in last if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    name = visible.strip(" .")
    ending = PurePosixPath(name).suffix[:MAX_NAME]
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - len(ending)] + ending


def _flaw(name: str, ending: str, content: bytes) -> str:
    if not content:
        return "empty"
    if not name or PurePosixPath(name).stem in {"", "."}:
        return "name"
    if ending not in MEDIA_TYPES:
        return "ending"
    if ending in _MAGIC:
        return "content" if not content.startswith(_MAGIC[ending]) else _archive_flaw(ending, content)
    return "" if _is_text(content) else "content"


def _archive_flaw(ending: str, content: bytes) -> str:
    if not content.startswith(b"PK\x03\x04"):
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        return "archive"
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        return "archive"
    names = {member.filename.replace("\\", "/").lower() for member in members}
    if any(one.startswith("/") or ":" in one or ".." in one.split("/") for one in names):
        return "archive"
    return _office_flaw(ending, names)


def _office_flaw(ending: str, names: set[str]) -> str:
    wanted = _OFFICE_PART.get(ending)
    if wanted is None:
        return ""
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        return "macro"
    return "" if wanted in names else "content"


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
