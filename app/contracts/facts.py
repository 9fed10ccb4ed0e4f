"""The facts that contracts give to conditions: what the newest version says, and how many of a project are running."""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from app.catalogues.queries import parsed
from app.conditions.facts import Value
from app.contracts.models import Contract, ContractVersion
from app.contracts.of_projects import running_contracts
from app.contracts.rules import months_of
from app.core.db import db
from app.subjects.models import Subject, SubjectKind


def contract_facts(subject: Subject) -> Mapping[str, Value]:
    """Of a contract its text; of a project how many contracts run. What is not written down yet is left out."""
    if subject.kind is SubjectKind.PROJECT:
        return {"project.running_contracts": running_contracts(subject.id)}
    contract = db.session.scalar(sa.select(Contract).where(Contract.subject_id == subject.id))
    return dict(_facts(contract.current)) if contract is not None else {}


def _facts(version: ContractVersion) -> Iterator[tuple[str, Value]]:
    if version.mode is not None:
        yield "contract.mode", version.mode.code
        yield "contract.user_paid", bool(parsed(version.mode).user_paid)
    if version.term_from is not None and version.term_until is not None:
        yield "contract.term_months", months_of(version.term_from, version.term_until)
    if version.amount_fen is not None:
        yield "contract.amount", version.amount_fen
    yield "contract.exclusive", version.exclusive
    yield "contract.has_exclusive_basis", bool(version.exclusive_basis.strip())
    yield "contract.has_exit_terms", bool(version.exit_terms.strip())
    yield "contract.has_data_terms", bool(version.data_terms.strip())
    yield "contract.services", len(version.lines)
    yield "contract.service_categories", tuple(sorted({line.service.category.value for line in version.lines}))
    yield "contract.levels", sum(len(line.levels) for line in version.lines)
    purchase = version.contract.procurement
    yield "contract.procurement_method", purchase.method.value if purchase is not None else ""
