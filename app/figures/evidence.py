"""Which stored files of a contract the evidence text of a figure names: by file name or by the start of a digest."""

import re
from collections.abc import Iterable

import sqlalchemy as sa

from app.contracts.models import Contract
from app.core.db import db
from app.evidence.models import EvidenceFile
from app.figures.figure_rules import FigureRow
from app.figures.kinds import SubmissionKind
from app.figures.models import FigurePreview, Submission

# Twelve hexadecimal digits: what a page shows of a digest, and too many to be hit by chance.
_DIGEST = re.compile(r"[0-9a-f]{12,64}", re.ASCII)
_SEPARATOR = re.compile(r"[;；]")


def resolve(contract: Contract, texts: Iterable[str]) -> dict[str, list[EvidenceFile]]:
    """For each text the stored files that it names, in its order; an empty list where it names none.

    Several are separated by `;`. A file of figures is no evidence of the figures in it, so those do not count.
    """
    wanted = dict.fromkeys(texts)
    files = _files(contract) if any(parts_of(text) for text in wanted) else []
    by_name: dict[str, list[EvidenceFile]] = {}
    for file in files:
        by_name.setdefault(_plain(file.file_name), []).append(file)
    return {text: _named(parts_of(text), by_name, files) for text in wanted}


def unproven(contract: Contract, rows: Iterable[FigureRow]) -> list[FigureRow]:
    """Rows with a value whose evidence names no stored file: no mistake, but nobody can check them."""
    valued = [row for row in rows if row.value is not None]
    named = resolve(contract, (row.evidence for row in valued))
    return [row for row in valued if not named[row.evidence]]


def parts_of(text: str) -> list[str]:
    """The single names and digests of an evidence text, ready to be compared."""
    return [part for part in (_plain(one) for one in _SEPARATOR.split(text)) if part]


def _plain(name: str) -> str:
    return name.strip().casefold()


def _named(parts: list[str], by_name: dict[str, list[EvidenceFile]], files: list[EvidenceFile]) -> list[EvidenceFile]:
    found: dict[int, EvidenceFile] = {}
    for part in parts:
        hits = by_name.get(part, [])
        if not hits and _DIGEST.fullmatch(part):
            hits = [file for file in files if file.sha256.startswith(part)]
        found.update((file.id, file) for file in hits)
    return list(found.values())


def _files(contract: Contract) -> list[EvidenceFile]:
    """The contract's files without those that brought figures."""
    brought = [
        sa.exists().where(
            model.contract_id == contract.id,
            model.kind == SubmissionKind.FIGURES,
            model.sha256 == EvidenceFile.sha256,
        )
        for model in (Submission, FigurePreview)
    ]
    return list(
        db.session.scalars(
            sa.select(EvidenceFile)
            .where(EvidenceFile.subject_id == contract.subject_id, *(~one for one in brought))
            .order_by(EvidenceFile.id)
        )
    )
