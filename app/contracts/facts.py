"""The facts that contracts give to conditions: what the newest version says, and how many of a project are running."""

from collections.abc import Collection, Iterator, Mapping
from decimal import ROUND_CEILING

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.catalogues.queries import parsed
from app.conditions.facts import Value
from app.contracts.clauses import clauses_of, exculpatory_words
from app.contracts.models import AgreedLevel, Contract, ContractService, ContractVersion
from app.contracts.of_projects import ended_early, running_contracts
from app.contracts.rules import months_of
from app.core.batches import of_each
from app.core.db import db
from app.procurement.kinds import LIVE
from app.procurement.models import Procurement
from app.procurement.queries import approved_declaration, spent
from app.projects.models import Declaration, Project
from app.subjects.models import Subject, SubjectKind


def contract_facts(subject: Subject) -> Mapping[str, Value]:
    """Of a contract its text; of a project how many contracts run or ended early. What is not written is left out."""
    if subject.kind is SubjectKind.PROJECT:
        return {
            "project.running_contracts": running_contracts(subject.id),
            "project.ended_contracts": ended_early(subject.id),
        }
    contract = of_each(subject.id, _contracts)
    return dict(_facts(contract.current)) if contract is not None else {}


def _contracts(subjects: Collection[int]) -> dict[int, Contract]:
    """By subject, with everything that facts are read from: of many at once it would be read one by one otherwise."""
    found = sa.select(Contract).where(Contract.subject_id.in_(subjects))
    if len(subjects) > 1:
        levels = selectinload(Contract.versions).selectinload(ContractVersion.lines)
        levels = levels.selectinload(ContractService.levels)
        found = found.options(
            selectinload(Contract.versions).joinedload(ContractVersion.mode),
            levels.joinedload(AgreedLevel.indicator),
            levels.selectinload(AgreedLevel.bands),
            joinedload(Contract.procurement).joinedload(Procurement.original),
            joinedload(Contract.project).selectinload(Project.versions).selectinload(Declaration.data_items),
        )
    return {one.subject_id: one for one in db.session.scalars(found)}


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
    yield from _added(version)
    yield "contract.has_extension_basis", bool(version.extension_basis.strip())
    yield "contract.units", tuple(sorted({line.unit.strip() for line in version.lines}))
    yield "contract.clauses", tuple(sorted(one.value for one in clauses_of(version)))
    yield "contract.exculpatory_words", exculpatory_words(version)
    yield "contract.has_deduction_cap", version.cap_percent is not None
    if version.cap_percent is not None:
        yield "contract.deduction_cap", int(version.cap_percent.to_integral_value(ROUND_CEILING))
    yield from _measured(version)
    yield from _of_project(version)


def _added(version: ContractVersion) -> Iterator[tuple[str, Value]]:
    """What is added to the contract, or to the one that it adds to, and what that one comes to.

    Additions are purchases, so nothing is added to a contract that was drawn from none.
    """
    purchase = version.contract.procurement
    original = purchase.original if purchase is not None else None
    whole = original.contract_fen if original is not None else version.amount_fen
    if whole is not None:
        yield "contract.original_amount", whole
    yield "contract.supplements", of_each(version.contract.subject_id, _supplements) or 0


def _supplements(subjects: Collection[int]) -> dict[int, int]:
    """By the subject of a contract, what is added to it, or to the one that it adds to."""
    own, added = aliased(Procurement), aliased(Procurement)
    found = db.session.execute(
        sa.select(Contract.subject_id, added)
        .join(own, own.id == Contract.procurement_id)
        .join(added, added.adds_to_id == sa.func.coalesce(own.adds_to_id, own.id))
        .where(Contract.subject_id.in_(subjects), added.state.in_(LIVE))
    )
    sums: dict[int, int] = {}
    for subject_id, one in found:
        sums[subject_id] = sums.get(subject_id, 0) + spent(one).fen
    return sums


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
