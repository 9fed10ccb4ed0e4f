"""Words of the printed contract: always Chinese, whatever language the reader's pages are in."""

from datetime import date, timedelta

from app.contracts.rules import add_months

# The contract is one Chinese text for both sides, so these words are no translated messages of a page.
STATES = {
    "draft": "草拟",
    "signing": "会签中",
    "signed": "已签待生效",
    "in_force": "生效",
    "terminating": "终止协商",
    "expired": "到期",
    "terminated": "已终止",
    "void": "作废",
    "withdrawn": "已退回",
}
# What stands across every page of a text that binds nobody.
MARKS = {
    "draft": "草稿，未签署",
    "signing": "会签中，未生效",
    "withdrawn": "已退回，未生效",
    "void": "已作废",
}
ROLES = {
    "client": "甲方（项目单位）",
    "operator": "乙方（运营企业）",
    "competent_authority": "主管部门",
    "finance": "财政部门",
    "builder": "承建单位",
    "supervisor": "监理单位",
    "tester": "测评单位",
    "evaluator": "第三方评估",
}
SIDES = {"management": "管理方", "operation": "运营方", "supervision": "监督方"}
PRICING = {"fixed_fee": "固定费用", "unit_price": "按量计价"}
METHODS = {
    "open_tender": "公开招标",
    "invited_tender": "邀请招标",
    "competitive_negotiation": "竞争性谈判",
    "competitive_consultation": "竞争性磋商",
    "inquiry": "询价",
    "single_source": "单一来源采购",
    "framework": "框架协议采购",
}
PERIODS = {"month": "月", "quarter": "季度", "year": "年"}


def length_of(start: date | None, until: date | None) -> str:
    """How long a term with both its days is: whole months where they are whole, days otherwise; empty when unknown."""
    if start is None or until is None or until < start:
        return ""
    after = until + timedelta(days=1)
    months = (after.year - start.year) * 12 + after.month - start.month
    if months and add_months(start, months) == after:
        return f"共 {months} 个月"
    return f"共 {(after - start).days:,} 天"
