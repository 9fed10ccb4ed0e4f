"""The fact dictionary: what a condition may ask about, of which type, in which words, and where it is recorded.

A fact has one definition and one place: an attribute that the product keeps for its own work. A value that is absent is
unknown; what is recorded as not there is the empty text, the empty list or zero, as the fact says.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.catalogues.wording import N_

Value = str | int | bool | tuple[str, ...]


class FactType(StrEnum):
    """How a value looks: text, whole number, money in fen, yes or no, ISO day (empty: has not happened), codes."""

    TEXT = "text"
    WHOLE = "whole"
    MONEY = "money"
    FLAG = "flag"
    DAY = "day"
    CODES = "codes"


@dataclass(frozen=True)
class Fact:
    """One fact: its dotted name, type, word for people, and the record it is read from."""

    name: str
    type: FactType
    label: str
    source: str


_T = FactType
_DECLARATION = N_("项目申报")
_PROJECT = N_("项目记录")
_SCREENING = N_("负面清单核查")
_DUPLICATES = N_("查重记录")
_DUTIES = N_("权责清单")
_PROCUREMENT = N_("采购记录")
_ACCEPTANCE = N_("验收记录")
_HANDOVER = N_("移交记录")
_CONTRACT = N_("合同文本")
_PARTIES = N_("当事方名册")
_OPINIONS = N_("评审意见")

_LISTED = (
    # What the newest version of the declaration says.
    Fact("project.kind", _T.TEXT, N_("建设性质"), _DECLARATION),
    Fact("project.category", _T.TEXT, N_("项目类型"), _DECLARATION),
    Fact("project.scope", _T.TEXT, N_("跨部门范围"), _DECLARATION),
    Fact("project.deployment", _T.TEXT, N_("部署方式"), _DECLARATION),
    Fact("project.plan_item", _T.TEXT, N_("规划或年度计划编号"), _DECLARATION),
    Fact("project.budget_item", _T.TEXT, N_("预算项目编号"), _DECLARATION),
    Fact("project.budget_year", _T.WHOLE, N_("预算年度"), _DECLARATION),
    Fact("project.estimate", _T.MONEY, N_("投资估算"), _DECLARATION),
    Fact("project.design_budget", _T.MONEY, N_("设计概算"), _DECLARATION),
    Fact("project.cost_total", _T.MONEY, N_("费用明细合计"), _DECLARATION),
    Fact("project.cost_categories", _T.CODES, N_("费用类别"), _DECLARATION),
    Fact("project.operating_budget", _T.MONEY, N_("年度运营预算"), _DECLARATION),
    Fact("project.operating_mode", _T.TEXT, N_("拟用合同方式"), _DECLARATION),
    Fact("project.responsible_person", _T.TEXT, N_("项目责任人"), _DECLARATION),
    Fact("project.mlps_level", _T.WHOLE, N_("等保定级"), _DECLARATION),
    Fact("project.prior_project", _T.TEXT, N_("前期项目编号"), _DECLARATION),
    Fact("project.prior_investment", _T.MONEY, N_("前期项目投资"), _DECLARATION),
    Fact("project.planned_from", _T.DAY, N_("计划开工日"), _DECLARATION),
    Fact("project.planned_until", _T.DAY, N_("计划建成日"), _DECLARATION),
    Fact("project.has_operating_plan", _T.FLAG, N_("已写运营方案"), _DECLARATION),
    Fact("project.has_exit_plan", _T.FLAG, N_("已写退出方案"), _DECLARATION),
    Fact("project.services", _T.WHOLE, N_("服务项数"), _DECLARATION),
    Fact("project.services_without_baseline", _T.WHOLE, N_("缺使用量基线的服务数"), _DECLARATION),
    Fact("project.services_without_forecast", _T.WHOLE, N_("缺使用量预测的服务数"), _DECLARATION),
    Fact("project.targets", _T.WHOLE, N_("绩效目标数"), _DECLARATION),
    Fact("project.data_items", _T.WHOLE, N_("使用数据项数"), _DECLARATION),
    Fact("project.data_uncatalogued", _T.WHOLE, N_("未编入资源目录的数据项数"), _DECLARATION),
    Fact("project.data_without_basis", _T.WHOLE, N_("缺共享依据的数据项数"), _DECLARATION),
    Fact("project.own_components", _T.CODES, N_("自建的公共支撑能力"), _DECLARATION),
    Fact("project.documents", _T.CODES, N_("已登记的材料"), _DECLARATION),
    # What happened to the project.
    Fact("project.taken_in", _T.FLAG, N_("存量项目"), _PROJECT),
    Fact("project.submitted_on", _T.DAY, N_("提交审批日"), _PROJECT),
    Fact("project.approved_on", _T.DAY, N_("批复日"), _PROJECT),
    Fact("project.build_started_on", _T.DAY, N_("开工日"), _PROJECT),
    Fact("project.trial_from", _T.DAY, N_("试运行开始日"), _PROJECT),
    Fact("project.accepted_on", _T.DAY, N_("竣工验收日"), _PROJECT),
    Fact("project.operation_from", _T.DAY, N_("投入运营日"), _PROJECT),
    Fact("project.open_obligations", _T.WHOLE, N_("未落实的批复条件数"), _PROJECT),
    Fact("project.running_contracts", _T.WHOLE, N_("履行中的合同数"), _CONTRACT),
    # Changes of an approved project; read at the change gate only.
    Fact("change.amount", _T.MONEY, N_("调整金额"), _PROJECT),
    Fact("change.route", _T.TEXT, N_("调整办理方式"), _PROJECT),
    Fact("change.scope_kept", _T.FLAG, N_("建设目标不变"), _PROJECT),
    # Of the decision that is being taken: counted when its gates are judged, for the step and round in question.
    Fact("review.experts", _T.WHOLE, N_("本轮专家评审意见数"), _OPINIONS),
    # What other rooms recorded about the project.
    Fact("duplicate.verdict", _T.TEXT, N_("查重结论"), _DUPLICATES),
    Fact("duplicate.checked_on", _T.DAY, N_("查重日"), _DUPLICATES),
    Fact("screening.run_on", _T.DAY, N_("最近核查日"), _SCREENING),
    Fact("screening.blocking", _T.WHOLE, N_("阻断的清单条目数"), _SCREENING),
    Fact("duty.signed_version", _T.WHOLE, N_("已签权责清单版本"), _DUTIES),
    Fact("duty.findings", _T.WHOLE, N_("权责清单待改问题数"), _DUTIES),
    Fact("procurement.awarded", _T.CODES, N_("已成交的采购内容"), _PROCUREMENT),
    Fact("procurement.contracted", _T.CODES, N_("已签约的采购内容"), _PROCUREMENT),
    Fact("procurement.contracted_total", _T.MONEY, N_("已签约的建设金额"), _PROCUREMENT),
    Fact("procurement.over_budget", _T.WHOLE, N_("超预算的采购数"), _PROCUREMENT),
    Fact("procurement.without_basis", _T.WHOLE, N_("缺依据的单一来源采购数"), _PROCUREMENT),
    Fact("procurement.short_notice", _T.WHOLE, N_("公告期不足的采购数"), _PROCUREMENT),
    Fact("acceptance.preliminary", _T.TEXT, N_("初步验收"), _ACCEPTANCE),
    Fact("acceptance.preliminary_open", _T.WHOLE, N_("初步验收未通过项数"), _ACCEPTANCE),
    Fact("acceptance.final", _T.TEXT, N_("竣工验收"), _ACCEPTANCE),
    Fact("acceptance.final_open", _T.WHOLE, N_("竣工验收未通过项数"), _ACCEPTANCE),
    Fact("acceptance.trial_days", _T.WHOLE, N_("试运行天数"), _ACCEPTANCE),
    Fact("handover.items", _T.WHOLE, N_("移交事项数"), _HANDOVER),
    Fact("handover.open_items", _T.WHOLE, N_("未移交事项数"), _HANDOVER),
    Fact("handover.classes", _T.CODES, N_("已移交的类别"), _HANDOVER),
    # A contract, where one is judged.
    Fact("contract.mode", _T.TEXT, N_("合同方式"), _CONTRACT),
    Fact("contract.user_paid", _T.FLAG, N_("使用者付费"), _CONTRACT),
    Fact("contract.term_months", _T.WHOLE, N_("合同月数"), _CONTRACT),
    Fact("contract.amount", _T.MONEY, N_("合同金额"), _CONTRACT),
    Fact("contract.exclusive", _T.FLAG, N_("独家经营"), _CONTRACT),
    Fact("contract.has_exclusive_basis", _T.FLAG, N_("已写独家依据"), _CONTRACT),
    Fact("contract.has_exit_terms", _T.FLAG, N_("已写退出与移交条款"), _CONTRACT),
    Fact("contract.has_data_terms", _T.FLAG, N_("已写数据条款"), _CONTRACT),
    Fact("contract.services", _T.WHOLE, N_("合同服务项数"), _CONTRACT),
    Fact("contract.service_categories", _T.CODES, N_("合同服务类别"), _CONTRACT),
    Fact("contract.levels", _T.WHOLE, N_("约定水平数"), _CONTRACT),
    Fact("contract.procurement_method", _T.TEXT, N_("采购方式"), _CONTRACT),
    # Organisation codes by side, of the project or the contract that is judged.
    Fact("parties.management", _T.CODES, N_("管理方机构"), _PARTIES),
    Fact("parties.operation", _T.CODES, N_("运营方机构"), _PARTIES),
    Fact("parties.supervision", _T.CODES, N_("监督方机构"), _PARTIES),
    Fact("parties.roles", _T.CODES, N_("已有的当事方角色"), _PARTIES),
)

FACTS: dict[str, Fact] = {fact.name: fact for fact in _LISTED}
