"""Scheduled work on contracts: they take effect on their first day, once their project runs, and expire by date."""

import sqlalchemy as sa

from app.contracts.actions import expire, take_effect
from app.contracts.models import Contract, ContractState, ContractVersion, VersionState
from app.contracts.of_projects import waits_for_handover
from app.core.actors import SYSTEM
from app.core.clock import today
from app.core.db import db


def turn_contracts() -> int:
    """Returns how many contracts changed; running twice changes nothing. Missed days are caught up."""
    due = _due(ContractState.SIGNED, ContractVersion.term_from <= today())
    starting = [one for one in due if not waits_for_handover(one)]
    for contract in starting:
        take_effect(SYSTEM, contract)
    running = (ContractState.IN_FORCE, ContractState.TERMINATING)
    ending = [one for state in running for one in _due(state, ContractVersion.term_until < today())]
    for contract in ending:
        expire(SYSTEM, contract)
    return len(starting) + len(ending)


def _due(state: ContractState, condition: sa.ColumnElement[bool]) -> list[Contract]:
    return list(
        db.session.scalars(
            sa.select(Contract)
            .join(ContractVersion, ContractVersion.contract_id == Contract.id)
            .where(Contract.state == state, ContractVersion.state == VersionState.SIGNED, condition)
            .order_by(Contract.id)
        ).unique()
    )
