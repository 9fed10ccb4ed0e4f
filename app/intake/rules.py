"""Judging the rows of a workbook against what is stored and against each other: every problem, or what to store."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations

from app.intake.cells import RowProblem, Value, header, names_in, read_cells
from app.intake.columns import APPROVED_ON, CONTRACTS, DAYS, DAYS_IN_ORDER, PROJECTS, REACHED, STATES
from app.subjects.rules import MANAGEMENT, OPERATION, SUPERVISION, Control, Standing, conflicts

MAINTAIN = "maintain"
NEEDS_BUILDER, NEEDS_OPERATOR = frozenset({"building", "trial"}), frozenset({"operating"})
SIDE_OF = {"builders": OPERATION, "operators": OPERATION, "supervisors": SUPERVISION}
LONGEST_SERVICE = 120
Cells = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class Organisation:
    """What the rules need of an organisation; `authority_id` is who decides on its projects."""

    id: int
    code: str
    active: bool
    sides: frozenset[str]
    is_own: bool = False
    authority_id: int | None = None


@dataclass(frozen=True)
class Stored:
    """A project on record: its client, and its operators."""

    code: str
    client: str
    operators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What is stored of everything that a file mentions."""

    today: date
    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()
    # Codes and names of services that lead to one code; modes likewise.
    services: Mapping[str, str] = field(default_factory=dict)
    modes: Mapping[str, str] = field(default_factory=dict)
    # Client and folded name of projects on record; client and number of paper contracts.
    names: frozenset[tuple[str, str]] = frozenset()
    papers: frozenset[tuple[str, str]] = frozenset()
    projects: Mapping[str, Stored] = field(default_factory=dict)


@dataclass(frozen=True)
class ServiceLine:
    """A service of a project: on the ledger by its code, or by a name only."""

    name: str
    code: str = ""


@dataclass(frozen=True)
class ProjectFacts:
    """A project to be stored; `values` holds what is known, by the key of the column."""

    line: int
    values: Mapping[str, Value]
    services: tuple[ServiceLine, ...] = ()

    def text(self, key: str) -> str:
        return str(self.values.get(key, ""))

    def codes(self, key: str) -> tuple[str, ...]:
        found = self.values.get(key, ())
        return found if isinstance(found, tuple) else ()

    @property
    def days(self) -> dict[str, date]:
        return {key: value for key in DAYS if isinstance(value := self.values.get(key), date)}

    @property
    def client(self) -> str:
        return next(iter(self.codes("client")), "")


@dataclass(frozen=True)
class ContractFacts:
    """A contract to be drafted: `mode` by its code, the project in a line of the file or one on record."""

    line: int
    values: Mapping[str, Value]
    mode: str = ""
    project_line: int | None = None
    project_code: str = ""
    client: str = ""

    def text(self, key: str) -> str:
        return str(self.values.get(key, ""))

    def codes(self, key: str) -> tuple[str, ...]:
        found = self.values.get(key, ())
        return found if isinstance(found, tuple) else ()


@dataclass(frozen=True)
class Findings:
    """What a file holds, judged: nothing is stored while there is a problem."""

    projects: tuple[ProjectFacts, ...]
    contracts: tuple[ContractFacts, ...]
    problems: tuple[RowProblem, ...]
    # What happened otherwise than it should have: no reason to keep a row out, and kept with it.
    remarks: tuple[RowProblem, ...] = ()


def fold_name(name: str) -> str:
    """Blanks and width make no other project."""
    wide = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
    return "".join(name.translate(wide).lower().split())


def judge(projects: Iterable[Cells], contracts: Iterable[Cells], known: Known) -> Findings:
    """Every row, and the rows among each other."""
    judge_ = _Judge(known)
    found = tuple(judge_.project(line, cells) for line, cells in projects)
    judge_.doubled_projects(found)
    drafted = tuple(judge_.contract(line, cells, found) for line, cells in contracts)
    judge_.doubled_papers(drafted)
    ordered = sorted(judge_.problems, key=lambda one: (one.sheet != PROJECTS, one.line))
    return Findings(found, drafted, tuple(ordered), tuple(judge_.remarks))


def day_flaws(state: str, days: Mapping[str, date]) -> list[RowProblem]:
    """Days in the order of the road, none of a phase that is not reached yet; `line` is the caller's to say."""
    given = {key: days[key] for key in DAYS_IN_ORDER if key in days}
    reached = REACHED.get(state, DAYS_IN_ORDER)
    found = [_flaw("not_reached", key, state=_state_word(state)) for key in given if key not in reached]
    pairs = [*combinations(given, 2), *((APPROVED_ON, key) for key in ("operation_from",) if APPROVED_ON in days)]
    for earlier, later in pairs:
        if later in days and days[later] < days[earlier]:
            found.append(_flaw("order", later, other=header(PROJECTS, earlier)))
    return found


def day_remarks(days: Mapping[str, date]) -> list[str]:
    """What the days tell that should not have happened (未批先建)."""
    built, approved = days.get("build_started_on"), days.get(APPROVED_ON)
    return ["built_before_approval"] if built is not None and approved is not None and built < approved else []


def _flaw(code: str, key: str, **values: str) -> RowProblem:
    return RowProblem(PROJECTS, 0, code, header(PROJECTS, key), values)


class _Judge:
    """Collects problems while it reads rows."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.problems: list[RowProblem] = []
        self.remarks: list[RowProblem] = []
        self.places: dict[str, list[ProjectFacts]] = {}

    def refuse(self, sheet: str, line: int, code: str, key: str = "", **values: str) -> None:
        self.problems.append(RowProblem(sheet, line, code, header(sheet, key) if key else "", values))

    # --- projects ----------------------------------------------------------------------------------------------------

    def project(self, line: int, cells: dict[str, str]) -> ProjectFacts:
        values, wrong = read_cells(PROJECTS, line, cells, self.known.today)
        self.problems += wrong
        facts = ProjectFacts(line, values, self.services(line, str(values.get("services", ""))))
        self.days(facts)
        self.roles(facts)
        self.client(facts)
        self.parties(PROJECTS, line, facts.values, SIDE_OF)
        self.sides(PROJECTS, line, facts.client, facts.values, with_authority=True)
        return facts

    def days(self, facts: ProjectFacts) -> None:
        for one in day_flaws(facts.text("state"), facts.days):
            self.problems.append(replace(one, line=facts.line))
        for code in day_remarks(facts.days):
            self.remarks.append(RowProblem(PROJECTS, facts.line, code, header(PROJECTS, "build_started_on")))

    def roles(self, facts: ProjectFacts) -> None:
        """Who must be known in a state; a project that builds nothing is never being built."""
        state = facts.text("state")
        maintains = facts.text("kind") == MAINTAIN
        if maintains and state in {"building", "trial", "accepted"}:
            self.refuse(PROJECTS, facts.line, "nothing_built", "state")
        elif state in NEEDS_BUILDER and "builders" not in facts.values:
            self.refuse(PROJECTS, facts.line, "needs", "builders", state=_state_word(state))
        if state in NEEDS_OPERATOR and "operators" not in facts.values:
            self.refuse(PROJECTS, facts.line, "needs", "operators", state=_state_word(state))

    def client(self, facts: ProjectFacts) -> None:
        codes = facts.codes("client")
        if len(codes) > 1:
            self.refuse(PROJECTS, facts.line, "one_client", "client")
            return
        client = self.known.organisations.get(facts.client)
        if not codes:
            return
        if client is None or not client.is_own:
            # Whether it exists elsewhere is nothing that a file may find out.
            self.refuse(PROJECTS, facts.line, "not_your_client", "client", given=facts.client)
        elif MANAGEMENT not in client.sides or not client.active:
            self.refuse(PROJECTS, facts.line, "no_client", "client", given=facts.client)
        elif client.authority_id is None:
            self.refuse(PROJECTS, facts.line, "no_authority", "client", given=facts.client)
        name = facts.text("name")
        if name and (facts.client, fold_name(name)) in self.known.names:
            self.refuse(PROJECTS, facts.line, "on_record", "name", given=name)

    def services(self, line: int, typed: str) -> tuple[ServiceLine, ...]:
        found: list[ServiceLine] = []
        for name in names_in(typed):
            code = self.known.services.get(name, "")
            if not code and name.isascii():
                self.refuse(PROJECTS, line, "no_service", "services", given=name[:40])
            elif len(name) > LONGEST_SERVICE:
                self.refuse(PROJECTS, line, "too_long", "services", limit=str(LONGEST_SERVICE))
            elif any(one.name == name or (code and one.code == code) for one in found):
                self.refuse(PROJECTS, line, "doubled_service", "services", given=name)
            else:
                found.append(ServiceLine(name, code))
        return tuple(found)

    def doubled_projects(self, found: Sequence[ProjectFacts]) -> None:
        first: dict[tuple[str, str], int] = {}
        for one in found:
            key = (one.client, fold_name(one.text("name")))
            if one.text("name") and first.setdefault(key, one.line) != one.line:
                self.refuse(PROJECTS, one.line, "doubled", "name", other=str(first[key]))

    # --- contracts ---------------------------------------------------------------------------------------------------

    def contract(self, line: int, cells: dict[str, str], projects: Sequence[ProjectFacts]) -> ContractFacts:
        values, wrong = read_cells(CONTRACTS, line, cells, self.known.today)
        self.problems += wrong
        mode = str(values.get("mode", ""))
        if mode and mode not in self.known.modes:
            self.refuse(CONTRACTS, line, "mode", "mode", given=mode[:40], allowed=self.mode_names())
        begin, end = values.get("term_from"), values.get("term_until")
        if isinstance(begin, date) and isinstance(end, date) and end < begin:
            self.refuse(CONTRACTS, line, "order", "term_until", other=header(CONTRACTS, "term_from"))
        facts = self.placed(ContractFacts(line, values, self.known.modes.get(mode, "")), projects)
        self.parties(CONTRACTS, line, values, {"operators": OPERATION})
        self.sides(CONTRACTS, line, facts.client, values, with_authority=False)
        paper = facts.text("paper_number")
        if paper and (facts.client, paper) in self.known.papers:
            self.refuse(CONTRACTS, line, "paper_on_record", "paper_number", given=paper)
        return facts

    def mode_names(self) -> str:
        return "、".join(name for name in self.known.modes if not name.isascii())

    def placed(self, facts: ContractFacts, projects: Sequence[ProjectFacts]) -> ContractFacts:
        """With its project: a line of the file, a name in it, or the code of one on record."""
        typed = facts.text("project")
        if not typed:
            return facts
        named = self.named(typed, projects)
        stored = self.known.projects.get(typed)
        if len(named) == 1:
            operators = named[0].codes("operators")
            placed = replace(facts, project_line=named[0].line, client=named[0].client)
        elif stored is not None:
            operators = stored.operators
            placed = replace(facts, project_code=stored.code, client=stored.client)
        else:
            code = "ambiguous" if named else "no_project"
            self.refuse(CONTRACTS, facts.line, code, "project", given=typed[:40])
            return facts
        strangers = set(facts.codes("operators")) - set(operators)
        if operators and strangers:
            self.refuse(CONTRACTS, facts.line, "other_operator", "operators", given="、".join(sorted(strangers)))
        return placed

    def named(self, typed: str, projects: Sequence[ProjectFacts]) -> list[ProjectFacts]:
        """The projects of the file that are meant: by line or by name; looked up, for files are long."""
        if not self.places:
            for one in projects:
                self.places.setdefault(fold_name(one.text("name")), []).append(one)
        by_line = [one for one in projects if one.line == int(typed)] if typed.isascii() and typed.isdigit() else []
        return list({one.line: one for one in (*by_line, *self.places.get(fold_name(typed), ()))}.values())

    def doubled_papers(self, found: Sequence[ContractFacts]) -> None:
        first: dict[tuple[str, str], int] = {}
        for one in found:
            paper = one.text("paper_number")
            if paper and first.setdefault((one.client, paper), one.line) != one.line:
                self.refuse(CONTRACTS, one.line, "doubled", "paper_number", other=str(first[one.client, paper]))

    # --- both --------------------------------------------------------------------------------------------------------

    def parties(self, sheet: str, line: int, values: Mapping[str, Value], sides: Mapping[str, str]) -> None:
        """Every organisation named exists, is active and able to hold its side."""
        for key, side in sides.items():
            for code in _codes(values, key):
                found = self.known.organisations.get(code)
                if found is None:
                    self.refuse(sheet, line, "no_organisation", key, given=code[:40])
                elif not found.active:
                    self.refuse(sheet, line, "closed", key, given=code)
                elif side not in found.sides:
                    self.refuse(sheet, line, "wrong_side", key, given=code, side=side)

    def sides(self, sheet: str, line: int, client: str, values: Mapping[str, Value], *, with_authority: bool) -> None:
        """Managing, operating and watching are done by different organisations that do not control each other."""
        by_id = {one.id: one.code for one in self.known.organisations.values()}
        standings = set()
        managing = self.known.organisations.get(client)
        if managing is not None:
            standings.add(Standing(managing.id, MANAGEMENT))
            if with_authority and managing.authority_id is not None:
                standings.add(Standing(managing.authority_id, MANAGEMENT))
        for key, side in SIDE_OF.items():
            found = (self.known.organisations.get(code) for code in _codes(values, key))
            standings |= {Standing(one.id, side) for one in found if one is not None}
        for one in conflicts(standings, self.known.controls):
            first, second = by_id.get(one.first_id, "?"), by_id.get(one.second_id, "?")
            self.refuse(sheet, line, one.kind, first=first, second=second)


def _codes(values: Mapping[str, Value], key: str) -> tuple[str, ...]:
    found = values.get(key, ())
    return found if isinstance(found, tuple) else ()


def _state_word(state: str) -> str:
    return next((word for word, value in STATES.items() if value == state), state)
