"""The printed contract: one paper from what was agreed, as PDF and as DOCX, the same bytes every time."""

import json

from flask_babel import gettext as _

from app.audit.models import TrailHead
from app.contracts.content import content_of
from app.contracts.document_articles import sheet_of
from app.contracts.document_paper import ContractPaper, PaperFacts, PaperHead, PaperSignature, paper_of
from app.contracts.document_words import SIDES
from app.contracts.models import ContractVersion, VersionState
from app.core.errors import Problem, Refused
from app.core.typesetting.pdf import CannotSet, set_pdf
from app.core.typesetting.word import set_docx

__all__ = [
    "ContractPaper",
    "PaperFacts",
    "PaperHead",
    "PaperSignature",
    "contract_docx",
    "contract_pdf",
    "paper_for",
    "paper_of",
]


def contract_pdf(paper: ContractPaper) -> bytes:
    """The contract as PDF/A-3, PDF/UA; a sealed one carries the signed canonical content as an attached file."""
    attachment = None if paper.is_draft else _attachment(paper)
    try:
        return set_pdf(sheet_of(paper), paper.facts.sealed_at, attachment)
    except CannotSet as error:
        raise Refused(
            Problem(_("合同文本无法排成 PDF。"), why=str(error), remedy=_("请改为下载 Word 版本，并告诉系统管理员。"))
        ) from error


def contract_docx(paper: ContractPaper) -> bytes:
    """The contract as a Word document that opens with real headings, tables and page numbers."""
    return set_docx(sheet_of(paper), paper.facts.sealed_at)


def _attachment(paper: ContractPaper) -> dict[str, str]:
    return {
        "name": "content.json",
        "text": paper.canonical,
        "description": "合同内容原文（规范文本），据此可以复算摘要",
    }


def paper_for(version: ContractVersion, head: TrailHead | None = None) -> ContractPaper:
    """The paper of a stored version: from its sealed text, or from the tables while it is a draft."""
    withdrawn = version.state is VersionState.WITHDRAWN
    facts = PaperFacts(
        state=version.state.value if withdrawn else version.contract.state.value,
        sealed_at=version.sealed_at,
        sha256=version.digest_sha256 or "",
        sm3=version.digest_sm3 or "",
        signatures=tuple(
            PaperSignature(
                organisation_code=one.organisation.code,
                side=SIDES[one.side.value],
                person=one.user.name,
                signed_at=one.signed_at,
                digest=one.digest_sha256,
            )
            for one in version.signatures
        ),
        head=PaperHead(head.size, head.sha256) if head else None,
    )
    return paper_of(json.loads(version.content) if version.content else content_of(version), facts)
