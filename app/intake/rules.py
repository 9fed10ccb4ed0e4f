"""Judging the rows of a workbook against what is stored and against each other: every problem, or what to store."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations

from app.intake.cells import RowProblem, Value, header, names_in, read_cells
from app.intake.columns import CONTRACTS, DAYS_IN_ORDER, PROJECTS, REACHED, STATES
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
    return Findings(found, drafted, tuple(ordered))


class _Judge:
    """Collects problems while it reads rows."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.problems: list[RowProblem] = []

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
        """Days in the order of the road, none of a phase that is not reached yet."""
        given = {key: value for key in DAYS_IN_ORDER if isinstance(value := facts.values.get(key), date)}
        state = facts.text("state")
        reached = REACHED.get(state, DAYS_IN_ORDER)
        for key in given:
            if key not in reached:
                self.refuse(PROJECTS, facts.line, "not_reached", key, state=_state_word(state))
        for earlier, later in combinations(given, 2):
            if given[later] < given[earlier]:
                self.refuse(PROJECTS, facts.line, "order", later, other=header(PROJECTS, earlier))
        approved, operating = facts.values.get("approved_on"), given.get("operation_from")
        if isinstance(approved, date) and operating is not None and operating < approved:
            self.refuse(PROJECTS, facts.line, "order", "operation_from", other=header(PROJECTS, "approved_on"))

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
        named = [one for one in projects if typed == str(one.line) or fold_name(typed) == fold_name(one.text("name"))]
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
