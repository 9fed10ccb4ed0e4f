"""An exemption is decided at the level that its item asks for; a check that other rules brought says so."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

LEVELS = ("authority", "city", "province")
CAUSES = ("asked", "answered", "step", "facts_changed", "exemption_changed")
RULES_CHANGED = "rules_changed"
LEVEL = "ck_exemptions_level"
ENDER = "ck_exemptions_ender_whole"
ENDED_BY, ENDER_ORG = "fk_exemptions_ended_by", "fk_exemptions_ender_org"
LISTED = f"level IN ({', '.join(repr(one) for one in LEVELS)})"
ENDER_WHOLE = (
    "(ended_by IS NULL) = (ender_org IS NULL) AND (ender_org IS NULL OR "
    "(state = 'revoked' AND ender_org <> requester_org))"
)
# What the two checks of a decision said, and what they say where somebody decides who is no party.
ROLE_BEFORE = "decider_role IS NOT NULL"
ROLE_AFTER = "(decider_role IS NOT NULL OR level <> 'authority')"
EYES_BEFORE = "decider_role = 'competent_authority'"
EYES_AFTER = "(decider_role = 'competent_authority' OR (decider_role IS NULL AND level <> 'authority'))"
DECIDED_WHOLE = (
    "state IN ('requested', 'withdrawn') OR (decided_by IS NOT NULL AND decider_org IS NOT NULL"
    " AND decider_side IS NOT NULL AND {role} AND decided_at IS NOT NULL"
    " AND length(decision_reason) > 0)"
)
FOUR_EYES = (
    "decided_by IS NULL OR (decided_by <> requested_by AND decider_org <> requester_org"
    " AND decider_side = 'management' AND {role})"
)
# Stored content has one spelling, in which a quotation mark inside a text is written otherwise.
ANOTHER_LEVEL = (
    "NOT EXISTS (SELECT 1 FROM catalogue_entries entry WHERE entry.id = NEW.item_entry_id AND "
    "(entry.content LIKE '%\"exempted_by\":\"' || NEW.level || '\"%' "
    "OR (NEW.level = 'authority' AND entry.content NOT LIKE '%\"exempted_by\":\"%')))"
)
# A region of the level that is asked for, or above it, in which the matter lies.
HIGH_ENOUGH = "(region.level = 'province' OR (region.level = 'city' AND NEW.level = 'city'))"
AROUND = (
    "EXISTS (SELECT 1 FROM subjects JOIN regions here ON here.id = subjects.region_id "
    "WHERE subjects.id = NEW.subject_id AND substr(here.path, 1, length(region.path)) = region.path)"
)
DECIDES, ENDS = (
    "NEW.decided_by IS NOT NULL AND OLD.decided_by IS NULL",
    "NEW.state = 'revoked' AND OLD.state = 'granted'",
)


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def party(column: str) -> str:
    """The organisation is the competent authority of the subject."""
    return (
        f"SELECT 1 FROM parties WHERE parties.subject_id = NEW.subject_id AND parties.organisation_id = NEW.{column} "
        "AND parties.role = 'competent_authority'"
    )


def of_level(column: str, day: str) -> str:
    """The organisation looks over a region that is high enough, or is the competent authority and sits in one."""
    mandate = (
        "SELECT 1 FROM mandates JOIN regions region ON region.id = mandates.region_id "
        f"WHERE mandates.organisation_id = NEW.{column} AND mandates.kind = 'competent' "
        f"AND (mandates.valid_until IS NULL OR mandates.valid_until >= {day}) AND {HIGH_ENOUGH} AND {AROUND}"
    )
    seat = (
        "SELECT 1 FROM organisations JOIN regions region ON region.id = organisations.region_id "
        f"WHERE organisations.id = NEW.{column} AND EXISTS ({party(column)}) AND {HIGH_ENOUGH} AND {AROUND}"
    )
    return f"(EXISTS ({mandate}) OR EXISTS ({seat}))"


def member(person: str, organisation: str, day: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM memberships WHERE memberships.user_id = NEW.{person} "
        f"AND memberships.organisation_id = NEW.{organisation} "
        f"AND (memberships.valid_until IS NULL OR memberships.valid_until >= {day}))"
    )


def decided_day() -> str:
    """Not later than the day on which it was decided, wherever that was."""
    return "(NEW.decided_at AT TIME ZONE 'UTC')::date" if is_postgresql() else "date(NEW.decided_at)"


def special_guards() -> tuple[tuple[str, str, str, str], ...]:
    day = decided_day()
    may_end = (
        f"(NEW.ender_org = OLD.decider_org OR (NEW.level = 'authority' AND EXISTS ({party('ender_org')})) "
        f"OR (NEW.level <> 'authority' AND {of_level('ender_org', 'NEW.ended_on')}))"
    )
    return (
        ("level_of_item", "BEFORE INSERT", ANOTHER_LEVEL, "an exemption is decided at the level that its item names"),
        ("level_fixed", "BEFORE UPDATE", guards.changed("level"), "the level that decides never changes"),
        (
            "decided_at_level",
            "BEFORE UPDATE",
            f"{DECIDES} AND NEW.level <> 'authority' AND NOT {of_level('decider_org', day)}",
            "who decides is of the level that the item asks for, over the place of the matter",
        ),
        (
            "decided_by_member",
            "BEFORE UPDATE",
            f"{DECIDES} AND NOT {member('decided_by', 'decider_org', day)}",
            "who decides belongs to the organisation that decides",
        ),
        (
            "revoked_at_level",
            "BEFORE UPDATE",
            f"{ENDS} AND (NEW.ended_by IS NULL OR NEW.ender_org IS NULL OR NOT {may_end})",
            "who granted it, or one of the same level, revokes it",
        ),
        (
            "revoked_by_member",
            "BEFORE UPDATE",
            f"{ENDS} AND NOT {member('ended_by', 'ender_org', 'NEW.ended_on')}",
            "who revokes belongs to the organisation that revokes",
        ),
        (
            "ender_once",
            "BEFORE UPDATE",
            f"OLD.state <> 'granted' AND {guards.changed('ended_by', 'ender_org')}",
            "an exemption ends once",
        ),
    )


def upgrade() -> None:
    guards.allow_values("check_runs", "cause", before=CAUSES, after=(*CAUSES, RULES_CHANGED))
    add_columns()
    change_checks(ROLE_BEFORE, ROLE_AFTER, EYES_BEFORE, EYES_AFTER)
    for name, when, condition, message in special_guards():
        guards.guard(f"exemptions_{name}", "exemptions", when, condition, message)


def add_columns() -> None:
    """SQLite takes checks and keys on a table that stands only together with a column."""
    if is_postgresql():
        op.add_column("exemptions", sa.Column("level", sa.String(40), server_default="authority", nullable=False))
        op.create_check_constraint(op.f(LEVEL), "exemptions", LISTED)
        for column, key, table in (("ended_by", ENDED_BY, "users"), ("ender_org", ENDER_ORG, "organisations")):
            op.add_column("exemptions", sa.Column(column, sa.BigInteger(), nullable=True))
            op.create_foreign_key(op.f(key), "exemptions", table, [column], ["id"])
        op.create_check_constraint(op.f(ENDER), "exemptions", ENDER_WHOLE)
        return
    add = "ALTER TABLE exemptions ADD COLUMN"
    op.execute(f"{add} level TEXT DEFAULT 'authority' NOT NULL CONSTRAINT {LEVEL} CHECK ({LISTED})")
    op.execute(f"{add} ended_by INTEGER CONSTRAINT {ENDED_BY} REFERENCES users (id)")
    op.execute(
        f"{add} ender_org INTEGER CONSTRAINT {ENDER_ORG} REFERENCES organisations (id) "
        f"CONSTRAINT {ENDER} CHECK ({ENDER_WHOLE})"
    )


def change_checks(role_before: str, role_after: str, eyes_before: str, eyes_after: str) -> None:
    if is_postgresql():
        for name, text, role in (("decided_whole", DECIDED_WHOLE, role_after), ("four_eyes", FOUR_EYES, eyes_after)):
            op.drop_constraint(op.f(f"ck_exemptions_{name}"), "exemptions", type_="check")
            op.create_check_constraint(op.f(f"ck_exemptions_{name}"), "exemptions", text.format(role=role))
        return
    changes = (
        (DECIDED_WHOLE.format(role=role_before), DECIDED_WHOLE.format(role=role_after)),
        (FOUR_EYES.format(role=eyes_before), FOUR_EYES.format(role=eyes_after)),
    )
    guards.reword("exemptions", changes)


def downgrade() -> None:
    # An older version knows neither the level that decided nor that rules were the cause.
    exemptions, runs = sa.table("exemptions", sa.column("level")), sa.table("check_runs", sa.column("cause"))
    count = sa.select(sa.func.count())
    if op.get_bind().scalar(count.select_from(exemptions).where(exemptions.c.level != "authority")):
        raise RuntimeError("exemptions: the level that decides is fixed for good; it cannot be taken back")
    if op.get_bind().scalar(count.select_from(runs).where(runs.c.cause == RULES_CHANGED)):
        raise RuntimeError("check_runs: causes 'rules_changed' are kept for good; they cannot be taken back")
    for name, _when, _condition, _message in reversed(special_guards()):
        guards.drop_guard(f"exemptions_{name}", "exemptions")
    change_checks(ROLE_AFTER, ROLE_BEFORE, EYES_AFTER, EYES_BEFORE)
    if is_postgresql():
        op.drop_constraint(op.f(ENDER), "exemptions", type_="check")
        op.drop_constraint(op.f(LEVEL), "exemptions", type_="check")
    # On SQLite checks and keys go with the columns that they came with.
    for column in ("ender_org", "ended_by", "level"):
        op.drop_column("exemptions", column)
    guards.allow_values("check_runs", "cause", before=(*CAUSES, RULES_CHANGED), after=CAUSES)
