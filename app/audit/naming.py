"""The one word for a column on the trail: its table's own, the common one, or said from its deed or its key."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.audit.field_words import FIELD_WORDS
from app.audit.words import TABLE_FIELD_WORDS, TABLE_WORDS
from app.core.db import Base

# Tables whose rows people know by name or code, and the column that says it.
NAMED = {
    "acceptances": "code",
    "admissions": "code",
    "assessments": "code",
    "catalogue_entries": "code",
    "contracts": "code",
    "duty_lists": "code",
    "exemptions": "code",
    "findings": "code",
    "handovers": "code",
    "inspections": "code",
    "obligations": "code",
    "organisations": "name_zh",
    "plans": "code",
    "procurements": "code",
    "projects": "code",
    "regions": "name_zh",
    "reports": "code",
    "rule_drafts": "code",
    "services": "name_zh",
    "subjects": "code",
    "users": "name",
}
# Whose names a reader wants beside what was changed; other keys only say where a row belongs.
TOLD = frozenset({"organisations", "regions", "services", "users"})
# Keys that are told although they lead to rules or to other records.
TOLD_KEYS = frozenset(
    {
        *("adds_to_id", "exemption_id", "indicator_entry_id", "mode_entry_id", "procurement_id"),
        *("schedule_entry_id", "scheme_entry_id"),
    }
)
# Kept for keys, order or proof; a timeline spares its reader, the auditor finds them among the inner fields.
INNER = frozenset(
    {
        *("content", "facts", "gates", "granted_by_class", "input_digest", "line", "party_role", "path", "position"),
        *("report_sha256", "sm3", "successor", "token_hash", "about", "about_digest", "digest", "basis_digest"),
        *("digest_sha256", "digest_sm3", "facts_digest", "result_sha256", "result_sm3", "scheme_digest"),
    }
)
# The same for single columns, and for tables that only say who stands on which side.
_INNER_OF = frozenset(
    {
        ("evidence_files", "media_type"),
        ("evidence_files", "organisation_id"),
        ("evidence_files", "purpose"),
        ("evidence_files", "sha256"),
        ("evidence_files", "size"),
        ("rule_drafts", "replay_digest"),
        ("rule_drafts", "replay_rows"),
        ("tasks", "item"),
        ("tasks", "started_on"),
        ("tasks", "state"),
        ("tasks", "workdays"),
    }
)
_INNER_TABLES = frozenset({"subject_people", "subject_sides"})
_INNER_ENDS = ("_side", "_role", "_kind")
_KIND = _l("类别")
# What was done, and the forms in which columns name it: `opened_by`, `opener_org`, `opened_at`.
_DEEDS = {
    form: word
    for word, forms in (
        (_l("核销"), "accepted acceptor"),
        (_l("答复"), "answered answerer"),
        (_l("询问"), "asked"),
        (_l("成交登记"), "awarded"),
        (_l("申报"), "claimed claimer"),
        (_l("关闭"), "closed"),
        (_l("计算"), "computed"),
        (_l("作出结论"), "concluded concluder"),
        (_l("确认"), "confirmed"),
        (_l("建立"), "created"),
        (_l("决定"), "decided decider"),
        (_l("办理"), "done doer"),
        (_l("抽取"), "drawn"),
        (_l("办结"), "ended"),
        (_l("定稿"), "finalised"),
        (_l("提出"), "found proposed proposer raised"),
        (_l("出具"), "given giver"),
        (_l("授予"), "granted"),
        (_l("发布"), "issued published publisher"),
        (_l("加入"), "joined"),
        (_l("判定"), "judged judge"),
        (_l("登记为未答复"), "lapsed"),
        (_l("载入"), "loaded"),
        (_l("发起"), "opened opener"),
        (_l("预览"), "previewed"),
        (_l("生成"), "produced"),
        (_l("登记"), "recorded recorder registered registrar"),
        (_l("整改"), "rectified"),
        (_l("重开"), "reopened"),
        (_l("报送"), "reported reporter"),
        (_l("申请"), "requested requester"),
        (_l("重新计算"), "restated"),
        (_l("起草"), "drafted"),
        (_l("审查"), "reviewed reviewer"),
        (_l("收回"), "revoked"),
        (_l("核查"), "run"),
        (_l("了结"), "settled"),
        (_l("签署"), "signed"),
        (_l("提交"), "submitted submitter"),
        (_l("录入"), "taken"),
        (_l("上传"), "uploaded"),
        (_l("核验"), "verified"),
        # Not deeds but whose side or role it is.
        (_l("项目单位"), "client"),
        (_l("提交单位"), "deliverer"),
        (_l("管理方"), "manager"),
        (_l("主管部门"), "authority"),
        (_l("运营方"), "operator"),
        (_l("当事方"), "party"),
        (_l("接收单位"), "receiver"),
    )
    for form in forms.split()
}
_OF_DEED = {
    "at": _l("时间"),
    "by": _l("办理人"),
    "by_class": _l("账号类别"),
    "on": _l("日期"),
    "org": _l("机构"),
    "org_id": _l("机构"),
    "role": _l("角色"),
    "side": _l("所属一方"),
}


def table_word(table: str) -> str:
    """The word for a table; one that this version no longer knows stays as it was written."""
    return str(TABLE_WORDS.get(table, table))


def has_word(table: str, field: str) -> bool:
    return _word(table, field) is not None


def field_word(table: str, field: str) -> str:
    """The word for a column of a table; one that this version no longer knows stays as it was written."""
    found = _word(table, field)
    return field if found is None else str(found)


def _word(table: str, field: str) -> Any:
    own = TABLE_FIELD_WORDS.get((table, field)) or FIELD_WORDS.get(field) or _digest_word(table, field)
    return own or _deed_word(field) or _key_word(table, field)


def _digest_word(table: str, field: str) -> Any:
    if field == "sha256":
        return _l("附件") if key_of(table, field) == ("evidence_files", "sha256") else _l("内容摘要")
    return _l("内容摘要") if field.endswith(("sha256", "digest")) else "SM3" if field.endswith("sm3") else None


def _deed_word(field: str) -> Any:
    if field.endswith("_kind"):
        return _KIND
    form, _under, noun = field.partition("_")
    if form not in _DEEDS or noun not in _OF_DEED:
        return None
    return f"{_DEEDS[form]} · {_OF_DEED[noun]}"


def _key_word(table: str, field: str) -> Any:
    """A key without a word of its own is called like the thing it leads to."""
    column = _column(table, field)
    tables = sorted(key.column.table.name for key in column.foreign_keys) if column is not None else []
    return TABLE_WORDS.get(tables[0]) if tables and field.endswith("_id") else None


def _column(table: str, field: str) -> sa.Column[Any] | None:
    found = Base.metadata.tables.get(table)
    return None if found is None else found.c.get(field)


@cache
def key_of(table: str, field: str) -> tuple[str, str] | None:
    """The table and column that a key leads to in the end: an organisation, a person, a file of evidence."""
    column, seen = _column(table, field), set[str]()
    while column is not None and column.foreign_keys and str(column) not in seen:
        seen.add(str(column))
        targets = sorted((key.column for key in column.foreign_keys), key=lambda one: (one.name != "id", str(one)))
        column = targets[0]
        if column.name == "id" or str(column) == "evidence_files.sha256":
            return column.table.name, column.name
    return None


def named_table(table: str, field: str) -> str | None:
    """The table whose row a key names for people."""
    leads = key_of(table, field)
    return leads[0] if leads and leads[1] == "id" and leads[0] in NAMED else None


def is_inner(table: str, field: str) -> bool:
    """Whether a column only keeps rows together or proves them."""
    if table in _INNER_TABLES or (table, field) in _INNER_OF or field in INNER or field.endswith(_INNER_ENDS):
        return True
    leads = key_of(table, field)
    if leads is None or leads[1] != "id" or field in TOLD_KEYS:
        return False
    return leads[0] not in TOLD
