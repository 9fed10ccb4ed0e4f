"""Contracts and admission: no contract is signed by a company that is not admitted for what it covers."""

from dataclasses import dataclass

from flask_babel import gettext as _

from app.admissions.coverage import Cover, Need, covers_of, problems
from app.catalogues.queries import parsed
from app.contracts.content import draft_of
from app.contracts.models import Contract
from app.contracts.rules import flaws
from app.core.actors import Actor
from app.core.clock import today
from app.core.errors import Problem
from app.organisations.models import OrganisationKind
from app.subjects.models import PartyRole
from app.subjects.queries import parties_of


@dataclass(frozen=True)
class Admittance:
    """What the page of a contract says: each operator's admissions, or why none is asked for."""

    covers: tuple[Cover, ...]
    problems: tuple[Problem, ...]
    without: str = ""


def admitted(_actor: Actor, contract: Contract) -> list[Problem]:
    """Judged once the text is whole; before that, what is missing is named as such."""
    if without_admission(contract) or flaws(draft_of(contract.current)):
        return []
    return problems(need_of(contract))


def without_admission(contract: Contract) -> str:
    """Why a contract asks for no admission, in words; empty where it asks for one."""
    version = contract.current
    if version.is_existing:
        return str(_("未经准入（存量）：合同在录入前已经签订。"))
    mode = parsed(version.mode) if version.mode is not None else None
    companies = any(one.kind is OrganisationKind.COMPANY for one in need_of(contract).operators)
    if mode is not None and mode.internal and not companies:
        return str(_("内部管理，由政府单位自行运营，不要求准入。"))
    return ""


def need_of(contract: Contract) -> Need:
    operators = [one.organisation for one in parties_of(contract.subject) if one.role is PartyRole.OPERATOR]
    services = frozenset(line.service.category for line in contract.current.lines)
    return Need(contract.subject.region, tuple(operators), services, today())


def admittance_of(contract: Contract) -> Admittance:
    """For the page; what stands against signing is said while it can still be signed."""
    without = without_admission(contract)
    if without:
        return Admittance((), (), without)
    need = need_of(contract)
    waiting = contract.state.value in {"draft", "signing"} and bool(need.services)
    return Admittance(tuple(covers_of(need)), tuple(problems(need)) if waiting else ())
