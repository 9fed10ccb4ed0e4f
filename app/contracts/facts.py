"""The facts that contracts give to conditions: what the newest version says, and how many of a project are running."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING

import sqlalchemy as sa

from app.catalogues.queries import parsed
from app.conditions.facts import Value
from app.contracts.clauses import clauses_of, exculpatory_words
from app.contracts.models import Contract, ContractVersion
from app.contracts.of_projects import ended_early, running_contracts
from app.contracts.rules import months_of
from app.core.db import db
from app.procurement.queries import approved_declaration
from app.subjects.models import Subject, SubjectKind


def contract_facts(subject: Subject) -> Mapping[str, Value]:
    """Of a contract its text; of a project how many contracts run or ended early. What is not written is left out."""
    if subject.kind is SubjectKind.PROJECT:
        return {
            "project.running_contracts": running_contracts(subject.id),
            "project.ended_contracts": ended_early(subject.id),
        }
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
    yield "contract.purposes", tuple(sorted(one.value for one in purchase.purpose.covers)) if purchase else ()
    yield "contract.has_extension_basis", bool(version.extension_basis.strip())
    yield "contract.units", tuple(sorted({line.unit.strip() for line in version.lines}))
    yield "contract.clauses", tuple(sorted(one.value for one in clauses_of(version)))
    yield "contract.exculpatory_words", exculpatory_words(version)
    yield "contract.has_deduction_cap", version.cap_percent is not None
    if version.cap_percent is not None:
        yield "contract.deduction_cap", int(version.cap_percent.to_integral_value(ROUND_CEILING))
    yield from _measured(version)
    yield from _of_project(version)


def _measured(version: ContractVersion) -> Iterator[tuple[str, Value]]:
    """What the agreed indicators count of people's behaviour, by their definitions."""
    entries = [level.indicator for line in version.lines for level in line.levels]
    counted = {one.value for entry in entries for one in parsed(entry).measures}
    yield "contract.measures", tuple(sorted(counted))


def _of_project(version: ContractVersion) -> Iterator[tuple[str, Value]]:
    """The data that the project declared; of a contract without a project it is not known."""
    project = version.contract.project
    declared = approved_declaration(project) if project is not None else None
    if declared is not None and (declared.data_items or declared.no_data):
        yield "contract.data_classes", tuple(sorted({one.data_class.value for one in declared.data_items}))
