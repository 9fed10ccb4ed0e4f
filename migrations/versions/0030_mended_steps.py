"""No step goes round another: exits, contracts that stand alone, papers used twice, opinions against, notices."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

METHODS = (
    "open_tender",
    "invited_tender",
    "competitive_negotiation",
    "competitive_consultation",
    "inquiry",
    "single_source",
    "framework",
)
SIDES = ("management", "operation", "supervision")
ROLES = ("client", "competent_authority", "finance", "operator", "builder", "supervisor", "tester", "evaluator")
# Why a contract is concluded without a purchase that is on record here, and how it was bought.
BASIS = ("alone_reason", "alone_method", "alone_reference")
PURCHASE_FILES = ("publicity_sha256", "award_sha256", "contract_sha256")
# Papers from before anything was built, of purchases, or of the time after: none shows that an item is done.
NO_PROOF = (
    "'proposal', 'feasibility', 'revised_feasibility', 'preliminary_design', 'sharing_chapter', 'crypto_plan', "
    "'ex_ante_evaluation', 'filing_form', 'supervision_contract', 'single_source_publicity', 'award_notice', "
    "'procurement_contract', 'self_evaluation', 'exit_certificate'"
)
# The supervisor's last word on an item, about what was submitted last, is that he does not agree.
OPPOSED = (
    "opinion.stance = 'oppose' AND NOT EXISTS (SELECT 1 FROM item_opinions later "
    "WHERE later.item_id = opinion.item_id AND later.number > opinion.number) "
    "AND NOT EXISTS (SELECT 1 FROM item_submissions made WHERE made.item_id = opinion.item_id "
    "AND made.submitted_at > opinion.given_at)"
)
PASSED_AGAINST = (
    f"EXISTS (SELECT 1 FROM item_opinions opinion WHERE opinion.acceptance_id = NEW.id AND {OPPOSED} "
    "AND NOT EXISTS (SELECT 1 FROM item_results result WHERE result.item_id = opinion.item_id "
    "AND result.against_reason <> '' AND result.judged_at >= opinion.given_at "
    "AND NOT EXISTS (SELECT 1 FROM item_results newer WHERE newer.item_id = result.item_id "
    "AND newer.number > result.number)))"
)
LAST_RETURN = (
    "SELECT 1 FROM decisions told WHERE told.subject_id = NEW.subject_id AND told.step = 'approve' "
    "AND told.verdict = 'returned' AND NOT EXISTS (SELECT 1 FROM decisions later "
    "WHERE later.subject_id = told.subject_id AND later.step = 'approve' AND later.round > told.round)"
)


def enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def plain(column: str) -> str:
    """A number of a document without blanks, its brackets all of one kind."""
    found = f"UPPER({column})"
    for signs, one in ((" 　", ""), ("〔［[【（", "("), ("〕］]】）", ")")):
        for sign in signs:
            found = f"REPLACE({found}, '{sign}', '{one}')"
    return found


def upgrade() -> None:
    add_columns()
    create_answers()
    op.create_index("ix_projects_approval_key", "projects", ["approval_key"], unique=True)
    for name, table, when, condition, message in special_guards():
        guards.guard(f"{table}_{name}", table, when, condition, message)
    guards.set_once("projects", "approval_key")


def add_columns() -> None:
    op.add_column("decisions", sa.Column("points", sa.Integer(), server_default="0", nullable=False))
    op.add_column("projects", sa.Column("approval_key", sa.String(length=140), nullable=True))
    op.add_column(
        "item_results", sa.Column("against_reason", sa.String(length=2000), server_default="", nullable=False)
    )
    op.add_column(
        "contract_versions", sa.Column("alone_reason", sa.String(length=1000), server_default="", nullable=False)
    )
    op.add_column(
        "contract_versions", sa.Column("alone_reference", sa.String(length=200), server_default="", nullable=False)
    )
    listed = f"alone_method IN ({', '.join(repr(one) for one in METHODS)})"
    name = op.f("ck_contract_versions_alone_method")
    if is_postgresql():
        op.add_column("contract_versions", sa.Column("alone_method", sa.String(length=40), nullable=True))
        op.create_check_constraint(name, "contract_versions", listed)
        return
    # SQLite takes a check on a table that stands only together with a column.
    op.execute(f"ALTER TABLE contract_versions ADD COLUMN alone_method TEXT CONSTRAINT {name} CHECK ({listed})")


def create_answers() -> None:
    who = "answerer"
    op.create_table(
        "notice_answers",
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("point", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("answered_by", sa.BigInteger(), nullable=False),
        sa.Column("answerer_org", sa.BigInteger(), nullable=False),
        sa.Column("answerer_side", enum("answerer_side", *SIDES), nullable=False),
        sa.Column("answerer_role", enum("answerer_role", *ROLES), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("point > 0", name=op.f("ck_notice_answers_point_positive")),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_notice_answers_text_given")),
        sa.CheckConstraint(
            "answerer_role = 'client' AND answerer_side = 'management'", name=op.f("ck_notice_answers_by_client")
        ),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_notice_answers_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["decision_id", "subject_id"], ["decisions.id", "decisions.subject_id"], name="fk_notice_answers_decision"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", f"{who}_org", f"{who}_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name=f"fk_notice_answers_{who}_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", f"{who}_org", f"{who}_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name=f"fk_notice_answers_{who}_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "answered_by", f"{who}_side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name=f"fk_notice_answers_{who}_person",
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["users.id"], name=op.f("fk_notice_answers_answered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_answers")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_notice_answers_act_id"), "notice_answers", ["act_id"], unique=False)
    op.create_index("ix_notice_answers_decision_id", "notice_answers", ["decision_id"], unique=False)
    guards.under_act("notice_answers")
    guards.append_only("notice_answers")


def special_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    return (*project_guards(), *notice_guards(), *paper_guards(), *contract_guards(), *acceptance_guards())


def project_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    same_authority = (
        "EXISTS (SELECT 1 FROM parties ours JOIN parties theirs ON theirs.organisation_id = ours.organisation_id "
        "WHERE ours.subject_id = NEW.subject_id AND theirs.subject_id = other.subject_id "
        "AND ours.role = 'competent_authority' AND theirs.role = 'competent_authority')"
    )
    experts = (
        "FROM opinions opinion WHERE opinion.subject_id = NEW.subject_id AND opinion.step = NEW.step "
        "AND opinion.round = NEW.round AND opinion.kind = 'expert' AND opinion.stance"
    )
    return (
        (
            "exits_by_its_gate",
            "projects",
            "BEFORE UPDATE OF state",
            (
                "OLD.state = 'suspended' AND OLD.suspended_from IN ('operating', 'evaluating') "
                "AND NEW.state = 'terminated'"
            ),
            "what operates ends through its exit, halted or not",
        ),
        (
            "approval_number_keyed",
            "projects",
            "BEFORE UPDATE",
            "NEW.approval_number <> '' AND OLD.approval_number = '' AND NEW.approval_key IS NULL",
            "the number of an approval is kept with its key",
        ),
        (
            "approval_number_unique",
            "projects",
            "BEFORE UPDATE",
            (
                "NEW.approval_number <> '' AND OLD.approval_number = '' AND EXISTS (SELECT 1 FROM projects other "
                f"WHERE other.id <> NEW.id AND {plain('other.approval_number')} = {plain('NEW.approval_number')} "
                f"AND {same_authority})"
            ),
            "an authority gives the number of an approval once",
        ),
        (
            "against_experts",
            "decisions",
            "BEFORE INSERT",
            (
                "NEW.step = 'approve' AND NEW.verdict IN ('passed', 'conditional') AND length(NEW.reason) = 0 "
                f"AND EXISTS (SELECT 1 {experts} = 'oppose') AND NOT EXISTS (SELECT 1 {experts} <> 'oppose')"
            ),
            "against every expert only with a reason",
        ),
    )


def notice_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    answered = "(SELECT COUNT(DISTINCT said.point) FROM notice_answers said WHERE said.decision_id = told.id)"
    in_draft = "SELECT 1 FROM projects WHERE projects.subject_id = NEW.subject_id AND projects.state = 'draft'"
    return (
        (
            "points_counted",
            "decisions",
            "BEFORE INSERT",
            "(NEW.verdict = 'returned') <> (NEW.points > 0)",
            "a return says how many points it tells",
        ),
        (
            "of_open_notice",
            "notice_answers",
            "BEFORE INSERT",
            (
                f"NOT EXISTS ({LAST_RETURN} AND told.id = NEW.decision_id AND NEW.point <= told.points) "
                f"OR NOT EXISTS ({in_draft})"
            ),
            "a point of the last notice is answered before the declaration is submitted again",
        ),
        (
            "notice_answered",
            "projects",
            "BEFORE UPDATE OF state",
            (
                "OLD.state = 'draft' AND NEW.state = 'submitted' AND "
                f"EXISTS ({LAST_RETURN} AND {answered} < told.points)"
            ),
            "what was returned is submitted again when every point of its notice is answered",
        ),
    )


def paper_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    """A paper proves one purchase; the publicity of one that came to nothing is free again."""
    found = []
    for column in PURCHASE_FILES:
        used = (
            f"(other.publicity_sha256 = NEW.{column} AND other.state NOT IN ('failed', 'cancelled')) "
            f"OR other.award_sha256 = NEW.{column} OR other.contract_sha256 = NEW.{column}"
        )
        elsewhere = (
            "EXISTS (SELECT 1 FROM procurements other WHERE other.project_id = NEW.project_id "
            f"AND other.number <> NEW.number AND ({used}))"
        )
        for verb, fresh in (("INSERT", ""), ("UPDATE", f"{guards.changed(column)} AND ")):
            found.append(
                (
                    f"{verb.lower()}_{column.removesuffix('_sha256')}_once",
                    "procurements",
                    f"BEFORE {verb}",
                    f"{fresh}NEW.{column} IS NOT NULL AND {elsewhere}",
                    "a paper proves one purchase",
                )
            )
    return tuple(found)


def contract_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    return (
        (
            "alone_sealed",
            "contract_versions",
            "BEFORE UPDATE",
            f"OLD.sealed_at IS NOT NULL AND {guards.changed(*BASIS)}",
            "a sealed version never changes",
        ),
        (
            "alone_with_basis",
            "contract_versions",
            "BEFORE UPDATE OF state",
            (
                "OLD.state = 'draft' AND NEW.state = 'signing' AND NEW.paper_number IS NULL "
                "AND (length(NEW.alone_reason) = 0 OR NEW.alone_method IS NULL OR length(NEW.alone_reference) = 0) "
                "AND EXISTS (SELECT 1 FROM contracts WHERE contracts.id = NEW.contract_id "
                "AND contracts.procurement_id IS NULL)"
            ),
            "a contract without a purchase says why, and how it was bought",
        ),
    )


def acceptance_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    unfit = (
        "NEW.sha256 IS NOT NULL AND EXISTS (SELECT 1 FROM project_documents paper "
        f"WHERE paper.subject_id = NEW.subject_id AND paper.sha256 = NEW.sha256 AND paper.kind IN ({NO_PROOF})) "
        "AND NOT EXISTS (SELECT 1 FROM project_documents paper "
        f"WHERE paper.subject_id = NEW.subject_id AND paper.sha256 = NEW.sha256 AND paper.kind NOT IN ({NO_PROOF}))"
    )
    fits = tuple(
        ("of_fitting_kind", table, "BEFORE INSERT", unfit, "an item is proven by papers of what was done")
        for table in ("item_submissions", "item_results")
    )
    return (
        *fits,
        (
            "on_something",
            "item_opinions",
            "BEFORE INSERT",
            (
                "NOT EXISTS (SELECT 1 FROM item_submissions made WHERE made.item_id = NEW.item_id) "
                "AND NOT EXISTS (SELECT 1 FROM item_results result WHERE result.item_id = NEW.item_id "
                "AND result.sha256 IS NOT NULL)"
            ),
            "an opinion is about something that was put in",
        ),
        (
            "against_with_reason",
            "item_results",
            "BEFORE INSERT",
            (
                "NEW.outcome = 'passed' AND length(NEW.against_reason) = 0 AND "
                f"EXISTS (SELECT 1 FROM item_opinions opinion WHERE opinion.item_id = NEW.item_id AND {OPPOSED})"
            ),
            "an item passes against its supervisor only with a reason",
        ),
        (
            "against_with_reason",
            "acceptances",
            "BEFORE UPDATE",
            f"NEW.state = 'passed' AND OLD.state <> 'passed' AND {PASSED_AGAINST}",
            "a round passes against its supervisor only with a reason for each item",
        ),
    )


def downgrade() -> None:
    guards.drop_guard("projects_approval_key_once", "projects")
    for name, table, _when, _condition, _message in reversed(special_guards()):
        guards.drop_guard(f"{table}_{name}", table)
    op.drop_index("ix_projects_approval_key", table_name="projects")
    guards.drop_append_only("notice_answers")
    guards.drop_under_act("notice_answers")
    op.drop_table("notice_answers")
    if is_postgresql():
        op.drop_constraint(op.f("ck_contract_versions_alone_method"), "contract_versions", type_="check")
    for column in reversed(BASIS):
        op.drop_column("contract_versions", column)
    op.drop_column("item_results", "against_reason")
    op.drop_column("projects", "approval_key")
    op.drop_column("decisions", "points")
