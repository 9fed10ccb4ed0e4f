"""Purchases rest on papers of the right kind; notices are kept, publicity is waited for, contracts hold to awards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KINDS = (
    "proposal",
    "feasibility",
    "revised_feasibility",
    "preliminary_design",
    "sharing_chapter",
    "crypto_plan",
    "crypto_review",
    "post_evaluation",
    "ex_ante_evaluation",
    "filing_form",
    "mlps_filing",
    "supervision_contract",
    "build_summary",
    "financial_report",
    "audit_report",
    "security_assessment",
    "archive_acceptance",
    "emergency_plan",
    "self_evaluation",
    "exit_certificate",
)
NEW_KINDS = ("single_source_publicity", "award_notice", "procurement_contract")
# What each file of a purchase has to be registered as.
PAPERS = {
    "publicity_sha256": "'single_source_publicity'",
    "award_sha256": "'award_notice'",
    "contract_sha256": "'procurement_contract'",
}
PLAN = (
    "method",
    "title",
    "budget_fen",
    "term_months",
    "exclusive",
    "fair_competition_ref",
    "single_source_basis",
    "publicity_from",
    "publicity_until",
    "publicity_sha256",
)
NOTICE = ("notice_number", "announced_on", "bids_due_on")
AWARD = ("award_number", "award_on", "winner_id", "award_fen", "award_sha256", "awarded_by", "awarded_at")
PROJECT_OPEN = (
    "EXISTS (SELECT 1 FROM projects WHERE projects.id = NEW.project_id AND projects.state IN "
    "('approved', 'building', 'trial', 'accepted', 'operating', 'evaluating'))"
)
# What is overwritten stays readable, and what takes its place was published: each is a notice. ROW is OLD or NEW.
NOTICE_KEPT = (
    "EXISTS (SELECT 1 FROM procurement_notices said WHERE said.procurement_id = OLD.id "
    "AND said.notice_number = ROW.notice_number AND said.announced_on >= OLD.announced_on AND "
    "(said.bids_due_on = ROW.bids_due_on OR (said.bids_due_on IS NULL AND ROW.bids_due_on IS NULL)))"
)
BEFORE_AWARD = (
    "EXISTS (SELECT 1 FROM procurements WHERE procurements.id = NEW.procurement_id "
    "AND procurements.state IN ('planned', 'announced') AND procurements.award_on IS NULL)"
)
OF_CLIENT = (
    "EXISTS (SELECT 1 FROM procurements JOIN subject_people ON subject_people.subject_id = procurements.subject_id "
    "AND subject_people.organisation_id = procurements.client_org WHERE procurements.id = NEW.procurement_id "
    "AND subject_people.user_id = NEW.recorded_by)"
)
HALTED = (
    "EXISTS (SELECT 1 FROM contracts halted JOIN projects ON projects.id = halted.project_id "
    "WHERE halted.id = {contract} AND projects.state IN ('suspended', 'exited', 'refused', 'terminated'))"
)


def upgrade() -> None:
    guards.allow_values("project_documents", "kind", before=(*KINDS, "other"), after=(*KINDS, *NEW_KINDS, "other"))
    create_notices()
    guard_papers()
    guard_notices()
    guard_order()
    guard_halted()


def create_notices() -> None:
    op.create_table(
        "procurement_notices",
        sa.Column("procurement_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("notice_number", sa.String(length=100), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=False),
        sa.Column("bids_due_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_procurement_notices_number_positive")),
        sa.CheckConstraint(
            "bids_due_on IS NULL OR bids_due_on >= announced_on", name=op.f("ck_procurement_notices_bids_after_notice")
        ),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_procurement_notices_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["procurement_id"], ["procurements.id"], name=op.f("fk_procurement_notices_procurement_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_procurement_notices_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procurement_notices")),
        sa.UniqueConstraint("procurement_id", "number", name=op.f("uq_procurement_notices_procurement_id_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_procurement_notices_act_id"), "procurement_notices", ["act_id"], unique=False)
    # What was announced before there was this table: the notice as it stands now, under the act that wrote it last.
    op.execute(
        "INSERT INTO procurement_notices (procurement_id, number, notice_number, announced_on, bids_due_on, "
        "recorded_by, recorded_at, act_id) SELECT id, 1, notice_number, announced_on, bids_due_on, recorded_by, "
        "recorded_at, act_id FROM procurements WHERE announced_on IS NOT NULL"
    )


def guard_papers() -> None:
    """A file that is new to a purchase is registered with its project as what the purchase takes it for."""
    for column, kinds in PAPERS.items():
        registered = (
            "EXISTS (SELECT 1 FROM project_documents WHERE project_documents.project_id = NEW.project_id "
            f"AND project_documents.sha256 = NEW.{column} AND (project_documents.kind = {kinds}"
        )
        if column == "contract_sha256":
            registered += " OR (NEW.purpose = 'supervise' AND project_documents.kind = 'supervision_contract')"
        for verb, fresh in (("INSERT", ""), ("UPDATE", f"{guards.changed(column)} AND ")):
            guards.guard(
                f"procurements_{verb.lower()}_{column.removesuffix('_sha256')}_kind",
                "procurements",
                f"BEFORE {verb}",
                f"{fresh}NEW.{column} IS NOT NULL AND NOT {registered}))",
                "a purchase is proven by papers of the right kind",
            )


def guard_notices() -> None:
    guards.under_act("procurement_notices")
    guards.append_only("procurement_notices")
    guards.guard(
        "procurement_notices_before_award",
        "procurement_notices",
        "BEFORE INSERT",
        f"NOT {BEFORE_AWARD}",
        "nothing is announced once a purchase is awarded",
    )
    guards.guard(
        "procurement_notices_people",
        "procurement_notices",
        "BEFORE INSERT",
        f"NOT {OF_CLIENT}",
        "only people of the client act in its purchases",
    )
    guards.set_once("procurements", "announced_on")
    lost = " OR ".join(f"NOT {NOTICE_KEPT.replace('ROW', row)}" for row in ("OLD", "NEW"))
    guards.guard(
        "procurements_notice_kept",
        "procurements",
        "BEFORE UPDATE",
        f"OLD.announced_on IS NOT NULL AND {guards.changed(*NOTICE)} AND ({lost})",
        "a notice is corrected by another one and never lost",
    )


def guard_order() -> None:
    guards.guard(
        "procurements_after_publicity",
        "procurements",
        "BEFORE UPDATE",
        "NEW.method = 'single_source' AND NEW.publicity_until IS NOT NULL AND "
        "((OLD.announced_on IS NULL AND NEW.announced_on <= NEW.publicity_until) "
        f"OR ({guards.changed('award_on')} AND NEW.award_on <= NEW.publicity_until))",
        "a single source is bought from when its publicity is over",
    )
    guards.guard(
        "procurements_at_the_award",
        "procurements",
        "BEFORE UPDATE",
        "NEW.state = 'contracted' AND OLD.state <> 'contracted' AND NEW.contract_fen > NEW.award_fen",
        "a contract is concluded at no more than its award",
    )


def guard_halted() -> None:
    """While a project stands still nothing is planned, announced, awarded, drawn or signed for it."""
    steps = (
        guards.changed(*PLAN),
        guards.changed(*NOTICE),
        f"(NEW.award_on IS NOT NULL AND {guards.changed(*AWARD)})",
        f"(NEW.own_contract IS NOT NULL AND {guards.changed('own_contract')})",
        "(NEW.state = 'contracted' AND OLD.state <> 'contracted')",
    )
    guards.guard(
        "procurements_stand_still",
        "procurements",
        "BEFORE UPDATE",
        f"NOT {PROJECT_OPEN} AND ({' OR '.join(steps)})",
        "a purchase stands still while its project does",
    )
    guards.guard(
        "contracts_stand_still",
        "contracts",
        "BEFORE UPDATE",
        f"NEW.state <> OLD.state AND NEW.state IN ('signing', 'signed') AND NEW.project_id IS NOT NULL "
        f"AND {HALTED.format(contract='NEW.id')}",
        "a contract is not signed while its project stands still",
    )
    guards.guard(
        "signatures_stand_still",
        "signatures",
        "BEFORE INSERT",
        HALTED.format(contract="NEW.contract_id"),
        "a contract is not signed while its project stands still",
    )


def downgrade() -> None:
    guards.drop_guard("signatures_stand_still", "signatures")
    guards.drop_guard("contracts_stand_still", "contracts")
    for name in ("stand_still", "at_the_award", "after_publicity", "notice_kept", "announced_on_once"):
        guards.drop_guard(f"procurements_{name}", "procurements")
    for column in reversed(PAPERS):
        for verb in ("update", "insert"):
            guards.drop_guard(f"procurements_{verb}_{column.removesuffix('_sha256')}_kind", "procurements")
    for name in ("people", "before_award"):
        guards.drop_guard(f"procurement_notices_{name}", "procurement_notices")
    guards.drop_append_only("procurement_notices")
    guards.drop_under_act("procurement_notices")
    op.drop_table("procurement_notices")
    guards.allow_values("project_documents", "kind", before=(*KINDS, *NEW_KINDS, "other"), after=(*KINDS, "other"))
