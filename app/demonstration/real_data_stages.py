"""The example of outside data, stage after stage; every change in it is somebody's act."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

from app.core.actors import SYSTEM
from app.core.db import unit_of_work
from app.demonstration import real_data_contracts as deals
from app.demonstration import real_data_figures as figures
from app.demonstration import real_data_inspection as inspection
from app.demonstration import real_data_people as people
from app.demonstration import real_data_results as results
from app.demonstration.real_data_contracts import PARTIAL, SITES, USAGE, Deal, Wanted
from app.demonstration.real_data_figures import Sources
from app.organisations.actions import load_regions

# Told what was done, as it is done.
Tell = Callable[[str], None]
Summary = dict[str, Any]


class Stage(StrEnum):
    """How far the example goes, in order."""

    IMPORT = "import"
    ASSESS = "assess"
    REPORTS = "reports"
    INSPECT = "inspect"


class AlreadyThere(RuntimeError):
    """The example was set up before; its data are not brought in a second time."""


def run(folder: Path, until: Stage, close: bool, tell: Tell) -> Summary:
    """Every stage up to one. What is there already stays; later stages go on from it."""
    sources, found = figures.read_sources(folder), Summary()
    if not people.is_there():
        found[Stage.IMPORT.value] = bring_in(sources, tell)
    elif until is Stage.IMPORT:
        raise AlreadyThere("the example is already in this database; later stages: --until assess|reports|inspect")
    if until is not Stage.IMPORT:
        found[Stage.ASSESS.value] = {deal.key: results.assess(deal, close, tell) for deal in deals.present()}
    if until in {Stage.REPORTS, Stage.INSPECT}:
        found[Stage.REPORTS.value] = {deal.key: results.report(deal, tell) for deal in deals.present()}
    if until is Stage.INSPECT:
        found[Stage.INSPECT.value] = {deal.key: inspection.inspect(deal, sources, tell) for deal in deals.present()}
    return found


def bring_in(sources: Sources, tell: Tell) -> Summary:
    """People, services, contracts, plans, data and verdicts, all or nothing. No period is closed."""
    tell(f"read {len(sources.events):,} events of {len(sources.sites)} sites, {len(sources.usage):,} quarterly lines")
    with unit_of_work():
        load_regions(SYSTEM)
        people.create_everybody()
        tell(f"registered {len(people.BODIES)} organisations and {len(people.POSTS)} people")
        codes = {deal.key: _contract(deal, wanted, tell) for deal, wanted in _wanted(sources).items() if wanted}
        found: Summary = {"contracts": codes, SITES.key: _events(sources, tell)}
        return found | {deal.key: _usage(deal, sources, tell) for deal in (USAGE, PARTIAL) if deal.key in codes}


def _wanted(sources: Sources) -> dict[Deal, list[Wanted]]:
    partial = [slug for slug in sources.used if slug not in sources.whole]
    return {
        SITES: deals.sites_wanted(sources.sites),
        USAGE: deals.services_wanted(sources.usage, sources.whole),
        PARTIAL: deals.services_wanted(sources.usage, partial),
    }


def _contract(deal: Deal, wanted: list[Wanted], tell: Tell) -> str:
    deals.register_services(deal, wanted)
    contract = deals.draft_contract(deal, wanted)
    deals.confirm_contract(deal, contract)
    plan = deals.agree_plan(deal, contract)
    state = contract.state.value
    tell(
        f"contract {contract.code}: {len(wanted)} services, confirmed by both sides ({state}), plan {plan.code} agreed"
    )
    return contract.code


def _events(sources: Sources, tell: Tell) -> Summary:
    contract = deals.contract_of(SITES)
    submission = figures.submit_events(contract, sources)
    figures.verify_events(contract, submission)
    tell(f"imported and verified {submission.new_count:,} events; the monitor ended at {sources.ended}")
    return {"rows": submission.row_count, "stored": submission.new_count, "ended": sources.ended}


def _usage(deal: Deal, sources: Sources, tell: Tell) -> Summary:
    contract = deals.contract_of(deal)
    submission = figures.submit_usage(deal, contract, sources)
    flags = dict(sorted(figures.flags_by_code(contract).items()))
    tell(f"imported {submission.new_count:,} figures; flags: {flags or 'none'}")
    doubted = figures.doubt_impossible(contract)
    verified = figures.verify_rest(contract)
    as_published = figures.verify_as_published(contract, doubted)
    tell(f"doubted {len(doubted)} impossible figures, then compared them with the source; verified {verified:,} others")
    return {
        "rows": submission.row_count,
        "stored": submission.new_count,
        "flags": flags,
        "doubted": len(doubted),
        "verified": verified,
        "verified_as_published": as_published,
    }
