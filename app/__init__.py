"""Guanyun: the application, put together from its rooms. The only place that knows all of them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect

import config
from app.acceptances import handover_views
from app.acceptances import views as acceptance_views
from app.acceptances.facts import acceptance_facts
from app.acceptances.handover_file import HANDOVER_KIND, parse_handover_item
from app.acceptances.kinds import AcceptanceState, HandoverClass
from app.acceptances.pages import acceptance_panel
from app.accounts import commands as account_commands
from app.accounts import login
from app.accounts import views as account_views
from app.accounts.doors import keep_to_the_door
from app.accounts.sessions import DatabaseSessions
from app.admissions import views as admission_views
from app.admissions.facts import admission_facts
from app.admissions.kinds import CATEGORY_KIND, RULE_KIND, Listing, ProofKind
from app.admissions.rule_file import parse_category, parse_rule, rule_conditions, rule_references
from app.api import assessments as api_assessments
from app.api import figures as api_figures
from app.api import health as health_views
from app.api import inspections as api_inspections
from app.api import projects as api_projects
from app.api import reports as api_reports
from app.api import service_levels as api_service_levels
from app.api import views as api_views
from app.assessments import commands as assessment_commands
from app.assessments import views as assessment_views
from app.assessments.facts import assessment_facts
from app.assessments.models import AssessmentState
from app.assessments.outlook import outlook
from app.audit import acts
from app.audit import commands as audit_commands
from app.audit import views as audit_views
from app.calendars import views as calendar_views
from app.calendars.catalogue_kind import CALENDARS
from app.calendars.statutory_file import DEADLINE_KIND, parse_deadline
from app.catalogues import commands as catalogue_commands
from app.catalogues import queries as catalogues_in_force
from app.catalogues import views as catalogue_views
from app.catalogues.catalogue import Catalogue
from app.catalogues.kinds import CatalogueKind
from app.catalogues.models import STATUS_LABELS
from app.catalogues.reading import Status
from app.catalogues.wording import N_
from app.conditions.facts import FACTS
from app.conditions.gathering import Provider as FactProvider
from app.conditions.gathering import Words as FactWords
from app.conditions.held_rules import with_conditions
from app.contracts import drafting_views
from app.contracts import following_views as contract_practice_views
from app.contracts import views as contract_views
from app.contracts.clauses import Clause
from app.contracts.facts import contract_facts
from app.contracts.ladder_file import LADDER_KIND, parse_ladder, tell_ladder
from app.contracts.modes import parse_mode
from app.contracts.of_projects import contracts_panel
from app.contracts.queries import name_of_mode
from app.core import clock, refusals, templating, web
from app.core.db import db, prepare_engine, words_of
from app.core.language import chosen_locale
from app.demonstration import commands as demonstration_commands
from app.demonstration import real_data_command
from app.desk import views as desk_views
from app.desk.navigation import CONTRACT_TABS, NAVIGATION, PROJECT_TABS
from app.evidence import views as evidence_views
from app.figures import commands as figure_commands
from app.figures import views as figure_views
from app.figures.facts import figure_facts
from app.figures.forecasts import Provider
from app.figures.kinds import Source
from app.gates import views as gate_views
from app.gates.gate_file import GATE_KIND, gate_conditions, gate_order, parse_gate
from app.gates.kinds import Body, Step
from app.gates.wording import about_in_words, fact_names
from app.indicators import views as indicator_views
from app.indicators.definitions import parse_indicator
from app.indicators.queries import name_of_measure
from app.indicators.schemes import parse_scheme, scheme_references
from app.inspections import views as inspection_views
from app.intake import commands as intake_commands
from app.intake import ledger_views
from app.intake import views as intake_views
from app.negative_lists import views as negative_list_views
from app.negative_lists.facts import party_facts, screening_facts
from app.negative_lists.item_file import (
    LIST_KIND,
    item_conditions,
    item_references,
    item_reminders,
    parse_item,
    parse_list,
)
from app.negative_lists.judging import ITEM_KIND
from app.organisations import views as organisation_views
from app.organisations.models import OrganisationKind, RegionLevel
from app.organisations.queries import name_by_code
from app.organisations.region_file import parse_regions, places_of
from app.plans import views as plan_views
from app.practices import views as practice_views
from app.practices.practice_file import PRACTICE_KIND, parse_practice, practice_references, practice_reminders
from app.procurement import views as procurement_views
from app.procurement.facts import procurement_facts
from app.procurement.kinds import Method, Purpose
from app.procurement.pages import money_panel
from app.procurement.threshold_file import THRESHOLD_KIND, parse_threshold
from app.projects import (
    change_views,
    countersign_views,
    declaring_views,
    duplicates_views,
    effect_views,
    following_views,
)
from app.projects import views as project_views
from app.projects.change_kinds import ChangeRoute
from app.projects.change_pages import changes_panel
from app.projects.duplicates import DuplicateFinding
from app.projects.facts import project_facts
from app.projects.following_views import practice_panel
from app.projects.kinds import (
    Component,
    CostCategory,
    DataClass,
    Deployment,
    DocumentKind,
    ProjectCategory,
    ProjectKind,
    Scope,
)
from app.projects.pages import steps_ahead
from app.projects.panels import Provider as PanelProvider
from app.reports import commands as report_commands
from app.reports import views as report_views
from app.responsibilities import duty_views
from app.responsibilities import views as responsibility_views
from app.responsibilities.duty_file import DUTY_KIND, Bearer, EvidenceKind, duty_references, parse_duty
from app.responsibilities.facts import duty_facts
from app.responsibilities.versions import duties_panel
from app.responsibilities.wording import BEARERS, EVIDENCE
from app.rulebook import views as rulebook_views
from app.rulebook.pages import kind_word
from app.scheduler import commands as scheduler_commands
from app.scheduler import serving as serving_commands
from app.service_levels import views as service_level_views
from app.service_levels.severity_file import SEVERITY_KIND, parse_severity, tell_severity
from app.services import views as service_views
from app.services.control_file import CONTROL_KIND, parse_control, tell_control
from app.services.models import ServiceCategory
from app.subjects.models import PartyRole
from app.whatif import commands as whatif_commands
from app.whatif import views as whatif_views

ROOT = Path(__file__).resolve().parent.parent

CATALOGUE_KINDS = (
    CatalogueKind(CATEGORY_KIND, N_("准入类别"), parse_category),
    with_conditions(CatalogueKind(RULE_KIND, N_("准入条件"), parse_rule, rule_references), rule_conditions),
    CALENDARS,
    CatalogueKind("contract_mode", N_("合同方式"), parse_mode),
    CatalogueKind(DUTY_KIND, N_("权责事项"), parse_duty, duty_references),
    CatalogueKind(SEVERITY_KIND, N_("故障级别"), parse_severity, tell=tell_severity),
    with_conditions(CatalogueKind(GATE_KIND, N_("闸门"), parse_gate, order=gate_order), gate_conditions),
    CatalogueKind(HANDOVER_KIND, N_("移交事项"), parse_handover_item),
    CatalogueKind("indicator", N_("指标"), parse_indicator),
    with_conditions(
        CatalogueKind(ITEM_KIND, N_("负面清单条目"), parse_item, item_references, reminds=item_reminders),
        item_conditions,
    ),
    CatalogueKind(LIST_KIND, N_("负面清单"), parse_list),
    CatalogueKind(LADDER_KIND, N_("付款办法"), parse_ladder, tell=tell_ladder),
    CatalogueKind(
        PRACTICE_KIND,
        N_("地方模式"),
        parse_practice,
        practice_references,
        is_practice=True,
        reminds=practice_reminders,
    ),
    CatalogueKind(THRESHOLD_KIND, N_("采购数额标准"), parse_threshold),
    CatalogueKind("region_tree", N_("行政区划"), parse_regions, places=places_of),
    CatalogueKind("scheme", N_("考核方案"), parse_scheme, scheme_references),
    CatalogueKind(CONTROL_KIND, N_("等级保护控制点"), parse_control, tell=tell_control),
    CatalogueKind(DEADLINE_KIND, N_("法定期限"), parse_deadline),
)

BLUEPRINTS = (
    acceptance_views.bp,
    account_views.bp,
    admission_views.bp,
    assessment_views.bp,
    audit_views.bp,
    calendar_views.bp,
    catalogue_views.bp,
    contract_practice_views.bp,
    contract_views.bp,
    declaring_views.bp,
    drafting_views.bp,
    change_views.bp,
    countersign_views.bp,
    effect_views.bp,
    duplicates_views.bp,
    evidence_views.bp,
    figure_views.bp,
    following_views.bp,
    gate_views.bp,
    handover_views.bp,
    indicator_views.bp,
    inspection_views.bp,
    intake_views.bp,
    ledger_views.bp,
    negative_list_views.bp,
    organisation_views.bp,
    plan_views.bp,
    practice_views.bp,
    procurement_views.bp,
    project_views.bp,
    report_views.bp,
    responsibility_views.bp,
    duty_views.bp,
    rulebook_views.bp,
    service_level_views.bp,
    service_views.bp,
    desk_views.bp,
    whatif_views.bp,
    api_views.bp,
    api_figures.bp,
    api_assessments.bp,
    api_service_levels.bp,
    api_reports.bp,
    api_inspections.bp,
    api_projects.bp,
    health_views.bp,
)

COMMANDS = (
    account_commands.register_commands,
    assessment_commands.register_commands,
    audit_commands.register_commands,
    catalogue_commands.register_commands,
    demonstration_commands.register_commands,
    real_data_command.register_commands,
    figure_commands.register_commands,
    intake_commands.register_commands,
    report_commands.register_commands,
    scheduler_commands.register_commands,
    serving_commands.register_commands,
    whatif_commands.register_commands,
)

# Who says on a preview of figures what the file would mean for scores, in the order of the page.
FIGURE_FORECASTS: tuple[Provider, ...] = (outlook,)

# What conditions may ask of a project or contract, from the rooms that keep it; no fact is given by two.
FACT_PROVIDERS = (
    FactProvider(frozenset({"screening"}), screening_facts),
    FactProvider(frozenset({"parties"}), party_facts),
    FactProvider(frozenset({"project", "duplicate", "change"}), project_facts),
    FactProvider(frozenset({"duty"}), duty_facts),
    FactProvider(frozenset({"procurement"}), procurement_facts),
    FactProvider(frozenset({"acceptance", "handover"}), acceptance_facts),
    FactProvider(frozenset({"contract", "project"}), contract_facts),
    FactProvider(frozenset({"figures"}), figure_facts),
    FactProvider(frozenset({"assessment"}), assessment_facts),
    FactProvider(frozenset({"admission", "organisation"}), admission_facts),
)

# The closed lists whose codes facts hold, so that pages can say the words.
FACT_WORDS: dict[str, FactWords] = {
    "acceptance.final": words_of(AcceptanceState),
    "acceptance.preliminary": words_of(AcceptanceState),
    "contract.clauses": words_of(Clause),
    "contract.data_classes": words_of(DataClass),
    "contract.measures": name_of_measure,
    "admission.proofs": words_of(ProofKind),
    "contract.mode": name_of_mode,
    "contract.procurement_method": words_of(Method),
    "contract.purposes": words_of(Purpose),
    "contract.service_categories": words_of(ServiceCategory),
    "change.route": words_of(ChangeRoute),
    "duplicate.verdict": words_of(DuplicateFinding),
    "figures.sources": words_of(Source),
    "handover.classes": words_of(HandoverClass),
    "parties.client_level": words_of(RegionLevel),
    "organisation.credit_listing": words_of(Listing),
    "organisation.kind": words_of(OrganisationKind),
    "organisation.management_links": name_by_code,
    "parties.management": name_by_code,
    "parties.operation": name_by_code,
    "parties.roles": words_of(PartyRole),
    "parties.supervision": name_by_code,
    "procurement.awarded": words_of(Purpose),
    "procurement.contracted": words_of(Purpose),
    "procurement.making_winners": name_by_code,
    "procurement.watching_winners": name_by_code,
    "project.category": words_of(ProjectCategory),
    "project.cost_categories": words_of(CostCategory),
    "project.data_classes": words_of(DataClass),
    "project.deployment": words_of(Deployment),
    "project.documents": words_of(DocumentKind),
    "project.kind": words_of(ProjectKind),
    "project.operating_mode": name_of_mode,
    "project.own_components": words_of(Component),
    "project.scope": words_of(Scope),
    "project.undecided_steps": words_of(Step),
    "review.countersigned": words_of(Body),
}

# The closed lists of rooms whose columns hold plain codes, so that the trail can say the words.
TRAIL_CODES: dict[str, Callable[[str], object]] = {
    "rule_drafts.kind": kind_word,
    "decisions.about": about_in_words,
    "catalogue_entries.status": lambda code: STATUS_LABELS[Status(code)],
    "duplicate_verdicts.verdict": words_of(DuplicateFinding),
    "duty_lines.bearer": lambda code: BEARERS[Bearer(code)],
    "duty_lines.evidence": lambda code: EVIDENCE[EvidenceKind(code)],
    "item_outcomes.missing[]": lambda name: fact_names((name,)) if name in FACTS else name,
    "reports.assessment_state": words_of(AssessmentState),
}

# What rooms above show on a project's page, in the order of the page.
PROJECT_PANELS: tuple[PanelProvider, ...] = (
    practice_panel,
    duties_panel,
    money_panel,
    contracts_panel,
    acceptance_panel,
    changes_panel,
)


def create_app(overrides: Mapping[str, object] | None = None) -> Flask:
    """The application, ready to serve; `overrides` replace settings (tests)."""
    app = web.Guanyun(__name__, template_folder=str(ROOT / "templates"))
    _configure(app, overrides or {})
    _install_data(app)
    _install_web(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for register in COMMANDS:
        register(app)
    web.refuse_unmarked_views(app)
    return app


def _configure(app: Flask, overrides: Mapping[str, object]) -> None:
    app.config.from_mapping(config.base_settings())
    app.config.from_mapping(config.settings())
    app.config.from_mapping(overrides)
    Path(str(app.config["INSTANCE"])).mkdir(parents=True, exist_ok=True)
    clock.configure_zone(str(app.config["TIMEZONE"]))


def _install_data(app: Flask) -> None:
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), compare_type=True, render_as_batch=False)
    app.extensions["catalogues"] = Catalogue(CATALOGUE_KINDS, Path(__file__).parent)
    app.extensions["figure_forecasts"] = FIGURE_FORECASTS
    app.extensions["fact_providers"] = FACT_PROVIDERS
    app.extensions["fact_words"] = FACT_WORDS
    app.extensions["trail_codes"] = TRAIL_CODES
    app.extensions["project_panels"] = PROJECT_PANELS
    app.extensions["steps_ahead"] = steps_ahead
    with app.app_context():
        prepare_engine(app)
        acts.listen()
        catalogues_in_force.listen()


def _install_web(app: web.Guanyun) -> None:
    login.install(app)
    app.find_actor = login.actor_signed_in
    app.session_interface = DatabaseSessions()
    Babel(app, locale_selector=chosen_locale, timezone_selector=lambda: str(app.config["TIMEZONE"]))
    web.install(app)
    csrf = CSRFProtect(app)
    for blueprint in (
        *(api_views.bp, api_figures.bp, api_assessments.bp, api_service_levels.bp, api_reports.bp),
        *(api_inspections.bp, api_projects.bp),
    ):
        csrf.exempt(blueprint)
    app.before_request(keep_to_the_door)
    refusals.install(app)
    templating.install(app, NAVIGATION, {"contract": CONTRACT_TABS, "project": PROJECT_TABS})
