"""Sentences and names inside a report's content: kept so that a page says them in its reader's language."""

from collections.abc import Callable, Mapping
from typing import Any

from app.catalogues.wording import N_

# What a cell or a sentence may hold: text, nothing, {"zh", "en"}, or {"msgid", "values"} whose values are such again.
Said = Any
Translate = Callable[[str, dict[str, Any]], str]

MISSING = "—"
NO_DATA, NOT_REQUIRED = N_("缺数据"), N_("不适用")
OPINIONS, TOO_FEW = N_("定性评分 %(score)s 分"), N_("定性评分，评分人数不足")
ASSESSMENT_STATES = {
    "computed": N_("已计算"),
    "issued": N_("已发布待确认"),
    "confirmed": N_("运营方已确认"),
    "objected": N_("有异议待裁定"),
    "upheld": N_("异议裁定：维持"),
    "reopened": N_("异议成立，待重算"),
    "final": N_("定稿"),
    "superseded": N_("已被新版替代"),
    "restated": N_("已被重述"),
}
EFFECTS = {
    "counted": N_("计入"),
    "excluded": N_("不计入，权重分给其余指标"),
    "held": N_("暂缓"),
    "zero": N_("按零分计"),
}
CAUSES = {
    "announced_maintenance": N_("公告维护"),
    "agency_caused": N_("管理方原因"),
    "force_majeure": N_("不可抗力"),
    "regulators_order": N_("监管要求"),
    "third_party": N_("第三方原因"),
}
EXCLUSION_STATES = {
    "claimed": N_("待裁定"),
    "granted": N_("准予除外"),
    "refused": N_("不予除外"),
    "withdrawn": N_("已撤回"),
}
ROLES = {
    "client": N_("甲方（项目单位）"),
    "operator": N_("乙方（运营企业）"),
    "competent_authority": N_("主管部门"),
    "finance": N_("财政部门"),
    "builder": N_("承建单位"),
    "supervisor": N_("监理单位"),
    "tester": N_("测评单位"),
    "evaluator": N_("第三方评估"),
}
WEIGHTINGS = {"equal": N_("各服务权重相同"), "fee": N_("按固定费用占比")}
SENSES = {"at_least": "≥", "at_most": "≤"}


def worded(msgid: str, **values: Said) -> dict[str, Said]:
    """A sentence as content keeps it."""
    return {"msgid": str(msgid), "values": values}


def word(of: Mapping[str, str], key: str) -> Said:
    """The word of a list for a key; an unknown key stands for itself."""
    return worded(of[key]) if key in of else key


def tell(value: Said, translate: Translate, named: Callable[[Said], str]) -> str:
    """Any said thing as text; nothing is an em dash."""
    if value is None or value == "":
        return MISSING
    if not isinstance(value, Mapping):
        return str(value)
    if "msgid" in value:
        values = {key: _value(one, translate, named) for key, one in value["values"].items()}
        return translate(value["msgid"], values)
    return named(value)


def _value(value: Said, translate: Translate, named: Callable[[Said], str]) -> Any:
    """Whole numbers stay numbers, because a sentence may ask for one."""
    return value if isinstance(value, int) else tell(value, translate, named)


def in_chinese(value: Said) -> str:
    """As documents say it, whoever reads them."""
    return tell(value, lambda msgid, values: msgid % values if values else msgid, lambda name: name["zh"] or MISSING)
