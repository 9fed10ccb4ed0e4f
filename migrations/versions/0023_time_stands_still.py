"""While a project is suspended its time stands still; who gives an opinion as an expert stands outside the project."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_on IS NULL")
RESTS = "EXISTS (SELECT 1 FROM pauses WHERE pauses.subject_id = {row}.subject_id AND pauses.ended_on IS NULL)"
RESTED = "EXISTS (SELECT 1 FROM pauses WHERE pauses.subject_id = NEW.subject_id AND pauses.ended_on IS NOT NULL)"
LATER = "postponed_to IS NULL OR postponed_to > due_on"
BROUGHT_FORWARD = (
    "(NEW.postponed_to IS NULL OR (OLD.postponed_to IS NOT NULL AND NEW.postponed_to < OLD.postponed_to) "
    f"OR NOT {RESTED})"
)
DUTY_GUARDS = {
    "duty_lists_insert_rest": ("duty_lists", "BEFORE INSERT", RESTS.format(row="NEW")),
    "duty_lists_update_rest": ("duty_lists", "BEFORE UPDATE OF state", RESTS.format(row="NEW")),
    "duty_signatures_rest": ("duty_signatures", "BEFORE INSERT", RESTS.format(row="NEW")),
}
INDEPENDENT = "NEW.kind IN ('expert', 'assessor')"


def squeezed(text: str) -> str:
    """Without blanks of either width, in small letters."""
    return f"lower(replace(replace({text}, ' ', ''), '\u3000', ''))"


def names(text: str) -> str:
    """The condition that what was written names an organisation: its name as it is now, or stands somewhere in it."""
    return f"{squeezed('NEW.giver_organisation')} LIKE '%' || {squeezed(text)} || '%'"


PARTIES = "FROM parties JOIN organisations own ON own.id = parties.organisation_id"
OF_A_PARTY = (
    f"{INDEPENDENT} AND (EXISTS (SELECT 1 {PARTIES} WHERE parties.subject_id = NEW.subject_id AND ("
    f"own.id = NEW.giver_org OR {names('own.name_zh')} OR {names('own.name_en')} OR {names('own.uscc')})) "
    f"OR EXISTS (SELECT 1 {PARTIES} JOIN organisation_names known ON known.organisation_id = own.id "
    f"WHERE parties.subject_id = NEW.subject_id AND ({names('known.name_zh')} OR {names('known.name_en')})))"
)
OF_ITS_GROUP = (
    f"{INDEPENDENT} AND EXISTS (SELECT 1 FROM parties JOIN control_links link ON link.through_company "
    "AND ((link.controller_id = parties.organisation_id AND link.controlled_id = NEW.giver_org) "
    "OR (link.controlled_id = parties.organisation_id AND link.controller_id = NEW.giver_org)) "
    "WHERE parties.subject_id = NEW.subject_id)"
)
# A namesake is told apart by an organisation of the register and the statement that he signed.
A_PERSON_OF_A_PARTY = (
    f"{INDEPENDENT} AND (NEW.giver_org IS NULL OR NEW.sha256 IS NULL) AND EXISTS (SELECT 1 FROM parties "
    "JOIN memberships post ON post.organisation_id = parties.organisation_id JOIN users person ON "
    f"person.id = post.user_id WHERE parties.subject_id = NEW.subject_id "
    f"AND {squeezed('person.name')} = {squeezed('NEW.giver_name')})"
)
UNSTATED = f"{INDEPENDENT} AND NOT COALESCE(NEW.independent, FALSE)"
OPINION_GUARDS = {
    "stated": (UNSTATED, "an expert states his independence"),
    "outside": (OF_A_PARTY, "an expert is not of a party"),
    "of_no_group": (OF_ITS_GROUP, "an expert is not of the group of a party"),
    "no_colleague": (A_PERSON_OF_A_PARTY, "an expert is nobody of a party"),
}


def upgrade() -> None:
    create_pauses()
    rest_what_is_suspended()
    add_columns()
    create_guards()


def create_pauses() -> None:
    op.create_table(
        "pauses",
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_pauses_in_order")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_pauses_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_pauses_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_pauses_act_id"), "pauses", ["act_id"], unique=False)
    op.create_index("ix_pauses_subject_id", "pauses", ["subject_id"], unique=False)
    op.create_index("uq_pauses_open", "pauses", ["subject_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)


def rest_what_is_suspended() -> None:
    """What is suspended already has stood still since the act that suspended it."""
    projects = sa.table("projects", sa.column("subject_id"), sa.column("state"), sa.column("act_id", sa.Uuid()))
    trail = sa.table("trail_entries", sa.column("id", sa.Uuid()), sa.column("at", sa.DateTime(timezone=True)))
    pauses = sa.table(
        "pauses",
        sa.column("subject_id", sa.BigInteger()),
        sa.column("started_on", sa.Date()),
        sa.column("row_version", sa.Integer()),
        sa.column("act_id", sa.Uuid()),
    )
    found = sa.select(projects.c.subject_id, projects.c.act_id, trail.c.at).join(trail, trail.c.id == projects.c.act_id)
    for row in op.get_bind().execute(found.where(projects.c.state == "suspended")).all():
        moment = row.at if row.at.tzinfo else row.at.replace(tzinfo=ZoneInfo("UTC"))
        day = moment.astimezone(ZoneInfo("Asia/Shanghai")).date()
        stopped = {"subject_id": row.subject_id, "started_on": day, "row_version": 1, "act_id": row.act_id}
        op.execute(pauses.insert().values(**stopped))


def add_columns() -> None:
    """SQLite takes a key or a check on a table that stands only together with a column."""
    op.add_column("opinions", sa.Column("independent", sa.Boolean(), nullable=True))
    op.add_column("check_runs", sa.Column("refused", sa.Boolean(), server_default=sa.false(), nullable=False))
    key, check = op.f("fk_opinions_giver_org"), op.f("ck_obligations_postponed_later")
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("opinions", sa.Column("giver_org", sa.BigInteger(), nullable=True))
        op.create_foreign_key(key, "opinions", "organisations", ["giver_org"], ["id"])
        op.add_column("obligations", sa.Column("postponed_to", sa.Date(), nullable=True))
        op.create_check_constraint(check, "obligations", LATER)
        return
    op.execute(f"ALTER TABLE opinions ADD COLUMN giver_org INTEGER CONSTRAINT {key} REFERENCES organisations (id)")
    op.execute(f"ALTER TABLE obligations ADD COLUMN postponed_to TEXT CONSTRAINT {check} CHECK ({LATER})")


def create_guards() -> None:
    guards.under_act("pauses")
    guards.never_deleted("pauses")
    guards.fixed_columns("pauses", ("subject_id", "started_on"))
    guards.set_once("pauses", "ended_on")
    guards.guard(
        "projects_stand_still",
        "projects",
        "BEFORE UPDATE",
        f"(NEW.state = 'suspended') <> (OLD.state = 'suspended') "
        f"AND (NEW.state = 'suspended') <> {RESTS.format(row='NEW')}",
        "a project is suspended when its time stands still",
    )
    guards.guard(
        "tasks_rest",
        "tasks",
        "BEFORE UPDATE",
        f"{guards.changed('reminded_on', 'escalated_on')} AND {RESTS.format(row='NEW')}",
        "nothing is urged while time stands still",
    )
    guards.guard(
        "obligations_rest",
        "obligations",
        "BEFORE UPDATE",
        f"NEW.state <> OLD.state AND NEW.state <> 'dropped' AND {RESTS.format(row='NEW')}",
        "nothing is reported or accepted while time stands still",
    )
    guards.guard(
        "obligations_postponed",
        "obligations",
        "BEFORE UPDATE",
        f"{guards.changed('postponed_to')} AND {BROUGHT_FORWARD}",
        "a condition is due later only by the time that stood still",
    )
    for name, (table, when, condition) in DUTY_GUARDS.items():
        guards.guard(name, table, when, condition, "no duties are drawn up or signed while time stands still")
    for name, (condition, message) in OPINION_GUARDS.items():
        guards.guard(f"opinions_{name}", "opinions", "BEFORE INSERT", condition, message)


def downgrade() -> None:
    for name in reversed(OPINION_GUARDS):
        guards.drop_guard(f"opinions_{name}", "opinions")
    for name, (table, _when, _condition) in reversed(DUTY_GUARDS.items()):
        guards.drop_guard(name, table)
    for name in ("postponed", "rest"):
        guards.drop_guard(f"obligations_{name}", "obligations")
    guards.drop_guard("tasks_rest", "tasks")
    guards.drop_guard("projects_stand_still", "projects")
    guards.drop_guard("pauses_ended_on_once", "pauses")
    guards.drop_guard("pauses_fixed", "pauses")
    guards.drop_never_deleted("pauses")
    guards.drop_under_act("pauses")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_obligations_postponed_later"), "obligations", type_="check")
        op.drop_constraint(op.f("fk_opinions_giver_org"), "opinions", type_="foreignkey")
    # On SQLite key and check go with the column that they came with.
    op.drop_column("obligations", "postponed_to")
    op.drop_column("opinions", "giver_org")
    op.drop_column("check_runs", "refused")
    op.drop_column("opinions", "independent")
    op.drop_table("pauses")
