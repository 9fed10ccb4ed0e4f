"""Facts noted on a leaf beside the changes, and what a leaf is about, in words."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.audit.values import DIGEST, Said, code_word, day_text, said_flag, short_digest, told
from app.core.formats import fmt

REF_WORDS = {
    "account": _l("账号"),
    "admission": _l("准入"),
    "catalogue": _l("规则目录"),
    "contract": _l("合同"),
    "exemption": _l("豁免"),
    "inspection": _l("督查"),
    "intake": _l("存量录入"),
    "ledger": _l("应用台账"),
    "obligation": _l("批复条件"),
    "organisation": _l("机构"),
    "plan": _l("考核约定"),
    "project": _l("项目"),
    "report": _l("绩效报告"),
    "rule": _l("规则修订"),
    "service": _l("服务"),
}

NOTE_WORDS = {
    "acceptance": _l("验收"),
    "added": _l("添加"),
    "adds_to": _l("所追加的原采购"),
    "after": _l("变更后"),
    "amends": _l("变更的原清单"),
    "amount": _l("金额（元）"),
    "announced": _l("公告日期"),
    "answered_points": _l("答复的告知事项"),
    "asked": _l("被通知的机构"),
    "assessment": _l("考核"),
    "authority": _l("主管部门"),
    "before": _l("变更前"),
    "bids_due": _l("投标截止日"),
    "blocking": _l("阻断条目"),
    "body": _l("会签单位"),
    "category": _l("类别"),
    "cells": _l("分工格数"),
    "change": _l("调整编号"),
    "changed": _l("修改"),
    "checked_on": _l("查询日期"),
    "compared": _l("比对内容摘要"),
    "contract": _l("合同"),
    "deed": _l("办理事项"),
    "digest": _l("内容摘要"),
    "discarded": _l("作废"),
    "document": _l("材料"),
    "drawn": _l("抽取数"),
    "dropped": _l("移除"),
    "due": _l("到期日"),
    "duty_list": _l("权责清单"),
    "edition": _l("版次"),
    "effect": _l("成效"),
    "escalated": _l("上报的待办"),
    "events": _l("事件"),
    "evidence": _l("证据"),
    "exclusion": _l("除外时段"),
    "exemption": _l("豁免"),
    "existing": _l("原合同编号"),
    "facts": _l("所依据的事实"),
    "figures": _l("数据"),
    "file": _l("文件"),
    "filed": _l("合同备案日期"),
    "giver": _l("评审人"),
    "granted": _l("准予的豁免"),
    "handover": _l("移交"),
    "hit": _l("是否命中"),
    "item": _l("事项"),
    "items": _l("异议事项"),
    "known": _l("有实际值"),
    "lapsed": _l("到期的豁免"),
    "letters": _l("分工"),
    "level": _l("审批层级"),
    "lifts": _l("撤销的一票否决"),
    "line": _l("行号"),
    "lines": _l("行数"),
    "listing": _l("查询结果"),
    "looked_at": _l("预览的文件"),
    "method": _l("抽样方式"),
    "name": _l("名称"),
    "new_points": _l("新增的告知事项"),
    "notice": _l("公告编号"),
    "number": _l("编号"),
    "objection": _l("异议"),
    "obligation": _l("批复条件"),
    "only_failed": _l("只验未合格项"),
    "organisation": _l("机构"),
    "outcome": _l("结果"),
    "owed": _l("所办之事"),
    "owner": _l("责任单位"),
    "party": _l("当事方"),
    "period": _l("考核周期"),
    "plan": _l("考核约定"),
    "population": _l("可抽取数"),
    "problems": _l("问题数"),
    "procurement": _l("采购"),
    "project": _l("项目"),
    "projects": _l("项目数"),
    "proposes": _l("审查建议"),
    "published": _l("合同公告日期"),
    "purpose": _l("采购内容"),
    "refused": _l("未准予的豁免"),
    "remarks": _l("意见"),
    "reminded": _l("提醒的待办"),
    "removed": _l("移除"),
    "report": _l("绩效报告"),
    "rested_workdays": _l("暂停计时的工作日"),
    "revoked": _l("撤销的豁免"),
    "role": _l("角色"),
    "round": _l("轮次"),
    "route": _l("办理方式"),
    "rows": _l("行数"),
    "run": _l("核查序号"),
    "scopes": _l("权限范围"),
    "section": _l("申报内容"),
    "seed": _l("抽样种子"),
    "sent_back": _l("退回的条件"),
    "sha256": _l("内容摘要"),
    "signed": _l("签订日期"),
    "sm3": "SM3",
    "stance": _l("意见倾向"),
    "step": _l("环节"),
    "stored": _l("存入的行数"),
    "submission": _l("数据报送"),
    "submissions": _l("数据报送"),
    "task": _l("待办"),
    "to": _l("上报至"),
    "token": _l("令牌名称"),
    "total": _l("总分"),
    "until": _l("有效期至"),
    "verdict": _l("结论"),
    "version": _l("版本"),
    "veto": _l("否决事项"),
    "winner": _l("成交供应商"),
    "withdrawn": _l("撤回"),
}
# The columns whose closed lists the codes of a note come from; the first that knows a code says it.
_CODES = {
    "deed": ("handover_entries.deed",),
    "body": ("countersigns.body",),
    "document": ("project_documents.kind",),
    "method": ("inspection_samples.method",),
    "outcome": ("objections.state", "verdicts.outcome"),
    "owed": ("tasks.permission",),
    "purpose": ("procurements.purpose",),
    "role": ("parties.role", "grants.role"),
    "route": ("project_changes.route",),
    "scopes": ("api_tokens.scopes",),
    "stance": ("opinions.stance",),
    "step": ("decisions.step", "procurements.state"),
    "verdict": ("decisions.verdict", "duplicate_verdicts.verdict"),
}
_DAYS = frozenset(
    {"checked_on", "after", "announced", "before", "bids_due", "due", "filed", "published", "signed", "until"}
)
# Parts of a declaration and steps of a purchase, which are no closed list of any column.
_PARTS = {
    "announce": _l("登记公告"),
    "award": _l("登记成交结果"),
    "basics": _l("基本情况"),
    "change": _l("修改"),
    "components": _l("公共支撑能力"),
    "confirm": _l("确认采购结果"),
    "contract": _l("登记采购合同"),
    "costs": _l("费用明细"),
    "data_items": _l("使用的数据"),
    "money": _l("投资与预算"),
    "operation": _l("运营与退出"),
    "plan": _l("登记采购"),
    "publication": _l("合同公告日期"),
    "send_back": _l("退回采购结果"),
    "services": _l("服务与使用量"),
    "targets": _l("绩效目标"),
}


def ref_in_words(ref: str) -> str:
    """What a leaf is about, as people call it: `project:XM-…` is 项目 XM-…."""
    kind, _colon, code = ref.partition(":")
    return f"{REF_WORDS[kind]} {code}" if kind in REF_WORDS and code else ref


def note_word(key: str) -> str:
    return str(NOTE_WORDS.get(key, key))


def note_text(key: str, value: Any) -> Said:
    """A noted fact in words; digests are shortened, the whole stays at hand."""
    if value is None or value == "":
        return Said("")
    if isinstance(value, bool):
        return said_flag(value)
    if key == "amount" and isinstance(value, int):
        return Said(fmt.money(value))
    if isinstance(value, list | dict):
        return told(value)
    return _text(key, str(value))


def _text(key: str, text: str) -> Said:
    if DIGEST.match(text):
        return short_digest(text)
    if text in _PARTS:
        return Said(str(_PARTS[text]))
    for column in _CODES.get(key, ()):
        table, _dot, name = column.partition(".")
        word = code_word(table, name, text)
        if word not in (None, text):
            return Said(str(word))
    return Said(day_text(text) if key in _DAYS else text)
