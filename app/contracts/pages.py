"""What the page of one contract shows, tab by tab, ready for the template."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.audit.history import entries_about, timeline
from app.catalogues.queries import parsed
from app.contracts.admitted import Admittance, admittance_of, admitted
from app.contracts.content import canonical_content, draft_of, line_of
from app.contracts.following import may_choose
from app.contracts.models import AgreedLevel, Contract, ContractService, ContractState, ContractVersion
from app.contracts.of_projects import gates_open, goes_on, waits_for_handover
from app.contracts.queries import mode_name
from app.contracts.rules import expected_total, line_total, remarks
from app.contracts.wording import explain_remark
from app.contracts.workflow import SIGNING_ROLES, WORKFLOW, complete
from app.core.actors import Actor
from app.core.errors import Problem
from app.core.formats import fmt
from app.core.permissions import Permission
from app.evidence.queries import evidence_of
from app.lifecycle.models import Task
from app.lifecycle.queries import deadline_of, open_tasks_of, who_may
from app.lifecycle.workflow import Offer
from app.organisations.models import in_language
from app.practices.pages import expected_parties
from app.practices.practice_file import PracticeParty
from app.practices.queries import practice_followed
from app.subjects.models import Party
from app.subjects.queries import parties_of

P, S = Permission, ContractState
TABS = ("terms", "services", "parties", "files", "versions", "trail")
PATH = (S.DRAFT, S.SIGNING, S.SIGNED, S.IN_FORCE, S.EXPIRED)
# Where a missing item is put right.
CURES = {"terms": "drafting.terms", "parties": "drafting.add_party", "services": "drafting.add_line"}


def level_words(level: AgreedLevel) -> dict[str, str]:
    """An agreed level in words: indicator, requirement with unit, bands."""
    definition = parsed(level.indicator)
    unit = in_language(definition.unit.zh, definition.unit.en)
    sign = "≥" if level.comparison.value == "at_least" else "≤"
    return {
        "code": level.indicator.code,
        "name": in_language(definition.name.zh, definition.name.en),
        "target": f"{sign} {fmt.decimal(level.target)} {unit}",
        "period": str(level.period.label),
        "bands": _("；").join(_band(one, sign) for one in level.bands),
    }


def _band(band: Any, sign: str) -> str:
    reach = f"{sign} {fmt.decimal(band.bound)}" if band.bound is not None else _("其余")
    return str(_("%(reach)s 扣 %(points)s 分", reach=reach, points=band.points))


@dataclass(frozen=True)
class Page:
    """Everything templates/contracts/detail.html reads."""

    contract: Contract
    version: ContractVersion
    tab: str
    tabs: list[dict[str, Any]]
    parties: list[Party]
    steps: list[dict[str, Any]]
    offers: dict[str, Offer]
    checklist: list[dict[str, Any]]
    digest: str
    tasks: list[dict[str, Any]]
    timeline: list[dict[str, Any]]
    files: list[dict[str, Any]]
    signing: list[dict[str, Any]]
    mode: str
    expected_fen: int | None
    paper: dict[str, Any] | None
    remarks: list[Problem]
    admittance: Admittance
    may_choose_practice: bool

    @property
    def practice(self) -> list[tuple[PracticeParty, list[str]]]:
        """Each party that the contract's practice expects, with who holds its role; empty where it follows none."""
        followed = practice_followed(self.contract.subject)
        return expected_parties(self.contract.subject, followed) if followed else []

    @property
    def waits(self) -> bool:
        """Signed, with a project that is not handed over yet."""
        return self.contract.state is S.SIGNED and waits_for_handover(self.contract)

    @property
    def may_draft(self) -> bool:
        return P.CONTRACT_DRAFT.value in self.offers

    def level_words(self, level: AgreedLevel) -> dict[str, str]:
        return level_words(level)

    def named(self, role: str) -> list[Party]:
        return [party for party in self.parties if party.role.value == role]

    def line_total(self, line: ContractService) -> int | None:
        if self.version.term_from is None or self.version.term_until is None:
            return None
        return line_total(line_of(line), self.version.term_from, self.version.term_until)


def page_of(actor: Actor, contract: Contract, tab: str) -> Page:
    """Reads what the page needs; the number of queries does not grow with lines or acts."""
    version, parties = contract.current, parties_of(contract.subject)
    offers = {offer.transition.act.value: offer for offer in WORKFLOW.offers(actor, contract)}
    draft = contract.state is S.DRAFT
    digest = canonical_content(version)[1].sha256 if draft else version.digest_sha256 or ""
    files = [_file(one) for one in evidence_of(contract.subject)]
    return Page(
        contract=contract,
        version=version,
        tab=tab,
        tabs=_tabs(contract, parties, files),
        parties=parties,
        steps=steps_of(contract),
        offers=offers,
        checklist=_checklist(actor, contract) if draft else [],
        digest=digest,
        tasks=_tasks(version, open_tasks_of(contract.subject)),
        timeline=timeline(entries_about(contract.ref, 200 if tab == "trail" else 6)),
        files=files,
        signing=_signing(version, parties),
        mode=mode_name(version.mode),
        expected_fen=_expected(version),
        paper=_paper(version, files),
        remarks=[explain_remark(one) for one in remarks(draft_of(version))],
        admittance=admittance_of(contract),
        may_choose_practice=may_choose(actor, contract),
    )


def _paper(version: ContractVersion, files: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The paper of an existing contract with the file that shows it."""
    if not version.is_existing:
        return None
    return {
        "number": version.paper_number,
        "signed_on": fmt.date(version.paper_signed_on),
        "file": next((one for one in files if one["sha256"] == version.paper_sha256), None),
    }


def _expected(version: ContractVersion) -> int | None:
    draft = draft_of(version)
    if draft.term_from is None or draft.term_until is None or draft.term_until < draft.term_from or not draft.lines:
        return None
    return expected_total(draft, draft.term_from, draft.term_until)


def _tabs(contract: Contract, parties: list[Party], files: list[Any]) -> list[dict[str, Any]]:
    counts = {
        "services": len(contract.current.lines),
        "parties": len(parties),
        "files": len(files),
        "versions": len(contract.versions),
    }
    words = {
        "terms": _("条款"),
        "services": _("服务与约定水平"),
        "parties": _("当事方与签署"),
        "files": _("附件"),
        "versions": _("版本"),
        "trail": _("办理记录"),
    }
    return [{"key": key, "label": words[key], "count": counts.get(key)} for key in TABS]


def steps_of(contract: Contract) -> list[dict[str, Any]]:
    """The life as a stepper; early ends stand in the place of the last step."""
    state = contract.state
    path = list(PATH)
    if state in {S.TERMINATING, S.TERMINATED}:
        path = [S.DRAFT, S.SIGNING, S.SIGNED, S.IN_FORCE, S.TERMINATING, S.TERMINATED]
    if state is S.VOID:
        path = [S.DRAFT, S.VOID]
    place = path.index(state)
    notes = {
        S.SIGNING: _sealed_day(contract),
        S.IN_FORCE: fmt.date(contract.current.term_from),
        path[-1]: _end_day(contract),
    }
    return [
        {"label": str(one.label), "state": _step_state(index, place, one), "date": notes.get(one, "")}
        for index, one in enumerate(path)
    ]


def _step_state(index: int, place: int, state: ContractState) -> str:
    if index < place:
        return "done"
    if index > place:
        return "todo"
    return "failed" if state in {S.VOID, S.TERMINATED} else "current"


def _sealed_day(contract: Contract) -> str:
    sealed = contract.current.sealed_at
    return fmt.moment(sealed)[:10] if sealed else ""


def _end_day(contract: Contract) -> str:
    if contract.ended_on:
        return fmt.date(contract.ended_on)
    return fmt.date(contract.current.term_until) if contract.state is not S.VOID else ""


def _checklist(actor: Actor, contract: Contract) -> list[dict[str, Any]]:
    """What is missing before signing, each with a link to its cure; satisfied parts are named too."""
    problems = complete(actor, contract)
    listed = [_listed(contract, one) for one in gates_open(actor, contract)]
    words = {"terms": _("条款完整"), "parties": _("当事方齐全"), "services": _("服务、单价与服务水平齐全")}
    missing = [_missing(contract, problem) for problem in problems]
    fine = [
        {"label": word, "state": "ok"} for place, word in words.items() if not any(p.place == place for p in problems)
    ]
    halted = [
        {"label": one.what, "state": "missing", "why": one.why, "remedy": one.remedy}
        for one in goes_on(actor, contract)
    ]
    noted = [
        {"label": one.what, "state": "warn", "why": one.why}
        for one in map(explain_remark, remarks(draft_of(contract.current)))
    ]
    strangers = [_not_admitted(one) for one in admitted(actor, contract)]
    return [*halted, *missing, *strangers, *listed, *noted, *fine]


def _not_admitted(problem: Problem) -> dict[str, Any]:
    return {
        "label": problem.what,
        "state": "missing",
        "why": problem.why,
        "remedy": problem.remedy,
        "href": url_for("admissions.index"),
    }


def _listed(contract: Contract, problem: Problem) -> dict[str, Any]:
    """What a gate or a negative list asks before signing; lists are answered on their own page."""
    return {
        "label": problem.what,
        "state": "missing",
        "why": problem.why,
        "article": problem.article,
        "remedy": problem.remedy,
        "href": url_for("negative_lists.of_contract", code=contract.code),
    }


def _missing(contract: Contract, problem: Problem) -> dict[str, Any]:
    href = url_for("contracts.detail", code=contract.code, tab="services") if "“" in str(problem.what) else ""
    return {
        "label": problem.what,
        "state": "missing",
        "remedy": problem.remedy,
        "href": href or url_for(CURES[problem.place], code=contract.code),
    }


def _tasks(version: ContractVersion, tasks: list[Task]) -> list[dict[str, Any]]:
    """What each organisation owes, the same act about many things as one line with the soonest deadline."""
    groups: dict[tuple[str, int], list[Task]] = {}
    for task in tasks:
        groups.setdefault((task.permission, task.organisation_id), []).append(task)
    return [_owed(version, group) for group in groups.values()]


def _owed(version: ContractVersion, group: list[Task]) -> dict[str, Any]:
    first = min(group, key=lambda one: (one.due_on, one.id))
    confirms = version.is_existing and first.permission == P.CONTRACT_SIGN
    label = _("核对确认存量合同") if confirms else Permission(first.permission).label
    return {
        "act": _("%(act)s（%(n)s 项）", act=label, n=len(group)) if len(group) > 1 else label,
        "organisation": first.organisation.name,
        "who": who_may(first),
        "deadline": deadline_of(first),
    }


def _file(file: Any) -> dict[str, Any]:
    return {
        "name": file.file_name,
        "size_text": fmt.size(file.size),
        "sha256": file.sha256,
        "sm3": file.sm3,
        "uploaded_at": fmt.moment(file.uploaded_at),
        "uploaded_by": f"{file.uploader.name} · {file.organisation.name}",
        "href": url_for("evidence.download", key=file.id),
        "media_label": file.purpose,
    }


def _signing(version: ContractVersion, parties: list[Party]) -> list[dict[str, Any]]:
    """Each signing party with its signature, or none yet."""
    signed = {one.organisation_id: one for one in version.signatures}
    seen: dict[int, dict[str, Any]] = {}
    for party in parties:
        if party.role in SIGNING_ROLES:
            seen.setdefault(party.organisation_id, {"party": party, "signature": signed.get(party.organisation_id)})
    return list(seen.values())
