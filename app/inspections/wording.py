"""The flaws of rules.py in words: what stands in the way, why it does, and what to do about it."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.errors import Problem
from app.inspections.rules import Flaw

_RECUSAL = _l("督查员与当事方须没有任何关联（回避）。")
_FOUR_EYES = _l("提出问题与复核整改须由两人办理（四眼原则）。")
_BEFORE_SIGNING = _l("结论签发后，抽查、询问和问题都不能再补。")

# What, why, remedy.
_WORDS: dict[str, tuple[Any, Any, Any]] = {
    "no_mandate": (
        _l("您的机构没有督查这一地区的职责。"),
        _l("督查由对该地区负有督查职责的机构承办。"),
        _l("如职责已调整，请系统管理员登记。"),
    ),
    "is_party": (
        _l("您的机构是这份合同的当事方，不能督查。"),
        _RECUSAL,
        _l("请由其他督查机构承办。"),
    ),
    "tied": (
        _l("您的机构与当事方有控制关系：%(tie)s"),
        _RECUSAL,
        _l("请由其他督查机构承办；如股权关系已变化，请系统管理员更新披露。"),
    ),
    "acted": (
        _l("您曾代表%(side)s办理过这份合同，不能督查。"),
        _l("同一人不得既代表当事方又督查同一合同，变更任职后也不例外。"),
        _l("请由本机构其他督查员办理。"),
    ),
    "worked": (
        _l("您现在或最近 %(years)s 年内任职于当事方%(organisation)s，不能督查。"),
        _RECUSAL,
        _l("请由本机构其他督查员办理。"),
    ),
    "own_finding": (
        _l("这个问题是您提出的，不能由您复核。"),
        _FOUR_EYES,
        _l("请由本机构另一名督查员复核。"),
    ),
    "own_rectification": (
        _l("这次整改是您报送的，不能由您复核。"),
        _FOUR_EYES,
        _l("请由另一名督查员复核。"),
    ),
    "workdays": (
        _l("期限须为 1 至 %(longest)s 个工作日。"),
        _l("起始日不计入，到期日为工作日。"),
        _l("请填写整数；需要更长时间的，请分步整改。"),
    ),
    "answer_days": (
        _l("答复期限须为 1 至 %(longest)s 个工作日。"),
        _l("起始日不计入，到期日为工作日。"),
        _l("请填写整数；事项较多的，请分几次询问。"),
    ),
    "not_due": (
        _l("答复期限 %(day)s 尚未届满。"),
        _l("期限届满之前，不能登记为未答复。"),
        _l("请等待答复。"),
    ),
    "outdated": (
        _l("督查的是第 %(edition)s 版报告，现已有第 %(newest)s 版。"),
        _l("结论只能对最新一版签发。"),
        _l("转到最新一版，核对变化后再签发"),
    ),
    "altered": (
        _l("报告内容与登记的摘要不一致。"),
        _l("结论只能对未被改动的报告签发。"),
        _l("请联系系统管理员从备份中恢复，并通知审计管理员核验审计记录。"),
    ),
    "damaged": (
        _l("文件已损坏或丢失：%(file)s"),
        _l("存储中的内容与登记的摘要不一致，不能作为结论的依据。"),
        _l("请联系系统管理员从备份中恢复，恢复后再签发。"),
    ),
    "gap": (
        _l("计分数据没有证据：%(figure)s"),
        _l("没有证据的得分不能签发。"),
        _l("请报送方补充证据材料，并生成新一版报告"),
    ),
    "gaps": (
        _l("另有 %(n)s 个计分数据没有证据。"),
        _l("没有证据的得分不能签发。"),
        _l("查看报告中的全部缺口"),
    ),
    "pending": (
        _l("还有 %(n)s 个抽查数据没有核对结果。"),
        _BEFORE_SIGNING,
        _l("逐一核对并登记结果"),
    ),
    "no_sample": (
        _l("还没有核对过本版报告的任何数据。"),
        _l("至少抽查一个计分数据，并登记核对结果。"),
        _l("去抽查"),
    ),
    "unanswered": (
        _l("询问 %(code)s 尚未答复。"),
        _BEFORE_SIGNING,
        _l("等待答复；逾期的可以登记为未答复"),
    ),
    "unsettled": (
        _l("问题 %(code)s 尚未了结。"),
        _l("每个问题都须整改到位，或经复核确无条件整改。"),
        _l("查看整改情况"),
    ),
    "deviating": (
        _l("%(n)s 个抽查数据不符或无据可查，但没有提出问题。"),
        _l("不符的数据一般应当提出问题，要求整改。"),
        _l("提出问题"),
    ),
    "provisional": (
        _l("报告中的考核结果是暂定的。"),
        _l("部分数据尚未核验，或除外时段尚未裁定。"),
        _l("查看报告"),
    ),
    "reassessed": (
        _l("报告生成之后已有新版考核 %(code)s。"),
        _l("报告显示的是较早的考核结果；新版考核定稿后，将生成新一版报告。"),
        _l("查看新版考核"),
    ),
}


def explain(flaw: Flaw, href: str = "", place: str = "") -> Problem:
    """A flaw as an explained problem; `href` leads to the cure."""
    what, why, remedy = _WORDS[flaw.code]
    return Problem(what % flaw.values if flaw.values else what, why=why, remedy=remedy, place=place, href=href)
