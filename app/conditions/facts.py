"""The fact dictionary: what a condition may ask about, of which type, in which words, and where it is recorded.

A fact has one definition and one place: an attribute that the product keeps for its own work. A value that is absent is
unknown; what is recorded as not there is the empty text, the empty list or zero, as the fact says.

A fact that no room records yet (`kept=False`) is unknown for every subject, and nobody can cure that here: what rests
on such facts alone is listed as not recorded, counted apart and shown to whoever decides; it closes no step and is
never clear. The room that comes to keep it gives it from its `facts.py` and takes the mark away.
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
    """One fact: its dotted name, type, word for people, the record it is read from, and whether that is kept yet."""

    name: str
    type: FactType
    label: str
    source: str
    kept: bool = True


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
_FIGURES = N_("指标数据")
_ASSESSMENTS = N_("定期考核")
_THRESHOLDS = N_("采购数额标准")
# Records that the product does not keep yet.
_DATA = N_("数据资产台账")
_SYSTEMS = N_("系统台账")
_APPS = N_("政务应用台账")
_INCIDENTS = N_("安全事件记录")
_PAYMENTS = N_("付款记录")
_SUBCONTRACTS = N_("分包记录")
_ORGANISATIONS = N_("机构信息")
_REVIEWS = N_("服务评价记录")
_SERVICES = N_("服务办理记录")
_ADMISSION = N_("准入申请")
_ORGANISATION = N_("机构登记")
_CREDIT = N_("信用查询")

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
    Fact("project.targets_unmeasured", _T.WHOLE, N_("没有写明衡量办法的绩效目标数"), _DECLARATION),
    Fact("project.effects_unanswered", _T.WHOLE, N_("本次评估未填报成效的绩效目标数"), _PROJECT),
    Fact("project.data_items", _T.WHOLE, N_("使用数据项数"), _DECLARATION),
    Fact("project.data_uncatalogued", _T.WHOLE, N_("未编入资源目录的数据项数"), _DECLARATION),
    Fact("project.data_without_basis", _T.WHOLE, N_("缺共享依据的数据项数"), _DECLARATION),
    Fact("project.data_classes", _T.CODES, N_("使用数据的类别"), _DECLARATION),
    Fact("project.data_collected", _T.WHOLE, N_("自行采集的数据项数"), _DECLARATION),
    Fact("project.data_restricted", _T.WHOLE, N_("有条件共享和不予共享的数据项数"), _DECLARATION),
    Fact("project.sensitive_shared", _T.WHOLE, N_("拟共享的敏感个人信息项数"), _DECLARATION),
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
    Fact("project.months_in_operation", _T.WHOLE, N_("投入运营满月数"), _PROJECT),
    Fact("project.open_obligations", _T.WHOLE, N_("未落实的批复条件数"), _PROJECT),
    Fact("project.undecided_steps", _T.CODES, N_("没有决定记录的环节"), _PROJECT),
    Fact("project.running_contracts", _T.WHOLE, N_("履行中的合同数"), _CONTRACT),
    Fact("project.ended_contracts", _T.WHOLE, N_("提前终止的合同数"), _CONTRACT),
    # Changes of an approved project; read at the change gate only.
    Fact("change.amount", _T.MONEY, N_("累计调整金额（含本次）"), _PROJECT),
    Fact("change.net", _T.MONEY, N_("累计增加的投资（含本次）"), _PROJECT),
    Fact("change.approved_budget", _T.MONEY, N_("原批准概算"), _PROJECT),
    Fact("change.route", _T.TEXT, N_("调整办理方式"), _PROJECT),
    Fact("change.scope_kept", _T.FLAG, N_("建设目标不变"), _PROJECT),
    # Of the decision that is being taken: counted when its gates are judged, for the step and round in question.
    Fact("review.experts", _T.WHOLE, N_("本轮专家评审意见数"), _OPINIONS),
    Fact("review.mean_score", _T.WHOLE, N_("本轮专家评分均值（以 0.1 分计）"), _OPINIONS),
    Fact("review.countersigned", _T.CODES, N_("本轮已会签的单位"), _OPINIONS),
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
    Fact("procurement.without_fair_review", _T.WHOLE, N_("缺公平竞争审查编号的运营采购数"), _PROCUREMENT),
    Fact("procurement.late_signing", _T.WHOLE, N_("超过签约期限的采购数"), _PROCUREMENT),
    Fact("procurement.late_publication", _T.WHOLE, N_("超过合同公告期限的采购数"), _PROCUREMENT),
    Fact("procurement.late_filing", _T.WHOLE, N_("超过合同备案期限的采购数"), _PROCUREMENT),
    Fact("procurement.largest_non_open", _T.MONEY, N_("非公开招标采购的最大金额"), _PROCUREMENT),
    Fact("procurement.split_total", _T.MONEY, N_("同年同类分次非公开招标的最大合计"), _PROCUREMENT),
    Fact("procurement.making_winners", _T.CODES, N_("建设和运营采购的成交机构"), _PROCUREMENT),
    Fact("procurement.watching_winners", _T.CODES, N_("监理和测试采购的成交机构"), _PROCUREMENT),
    Fact("procurement.open_tender_threshold", _T.MONEY, N_("公开招标数额标准"), _THRESHOLDS),
    Fact("procurement.method_approvals", _T.CODES, N_("采购方式批准文号"), _PROCUREMENT, kept=False),
    Fact("procurement.related_bidders", _T.WHOLE, N_("有控股或同一负责人关系的投标人数"), _PROCUREMENT, kept=False),
    Fact("procurement.surveyed_suppliers", _T.WHOLE, N_("需求调查的对象数"), _PROCUREMENT, kept=False),
    Fact("acceptance.preliminary", _T.TEXT, N_("初步验收"), _ACCEPTANCE),
    Fact("acceptance.preliminary_open", _T.WHOLE, N_("初步验收未通过项数"), _ACCEPTANCE),
    Fact("acceptance.final", _T.TEXT, N_("竣工验收"), _ACCEPTANCE),
    Fact("acceptance.final_open", _T.WHOLE, N_("竣工验收未通过项数"), _ACCEPTANCE),
    Fact("acceptance.trial_days", _T.WHOLE, N_("试运行天数"), _ACCEPTANCE),
    Fact("acceptance.user_opinions", _T.WHOLE, N_("服务对象验收意见数"), _ACCEPTANCE, kept=False),
    Fact("acceptance.published_on", _T.DAY, N_("验收结果公告日"), _ACCEPTANCE, kept=False),
    Fact("acceptance.test_kinds", _T.CODES, N_("上线前已测试的方面"), _ACCEPTANCE, kept=False),
    Fact("acceptance.days_late", _T.WHOLE, N_("超过约定验收期的天数"), _ACCEPTANCE, kept=False),
    Fact("handover.items", _T.WHOLE, N_("移交事项数"), _HANDOVER),
    Fact("handover.open_items", _T.WHOLE, N_("未移交事项数"), _HANDOVER),
    Fact("handover.classes", _T.CODES, N_("已移交的类别"), _HANDOVER),
    # How the service is used and judged once it runs.
    Fact("figures.sources", _T.CODES, N_("已报数据的来源"), _FIGURES),
    Fact("figures.flagged_usage", _T.WHOLE, N_("有异常提示的使用量数据数"), _FIGURES),
    Fact("assessment.poor_contracts", _T.WHOLE, N_("考核为末等或连续两期为次末等的合同数"), _ASSESSMENTS),
    Fact("assessment.deductions_without_basis", _T.WHOLE, N_("合同没有约定扣款而扣款的考核数"), _ASSESSMENTS),
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
    Fact("contract.has_extension_basis", _T.FLAG, N_("已写延长期限的依据"), _CONTRACT),
    Fact("contract.purposes", _T.CODES, N_("合同所依据的采购内容"), _CONTRACT),
    Fact("contract.units", _T.CODES, N_("合同计价单位"), _CONTRACT),
    Fact("contract.clauses", _T.CODES, N_("已写明的必备条款"), _CONTRACT),
    Fact("contract.exculpatory_words", _T.CODES, N_("合同文字中的免责表述"), _CONTRACT),
    Fact("contract.data_classes", _T.CODES, N_("合同涉及的数据类别"), _CONTRACT),
    Fact("contract.measures", _T.CODES, N_("约定指标所计的行为"), _CONTRACT),
    Fact("contract.has_deduction_cap", _T.FLAG, N_("已约定扣款上限"), _CONTRACT),
    Fact("contract.deduction_cap", _T.WHOLE, N_("扣款上限（占费用百分比，向上取整）"), _CONTRACT),
    Fact("contract.guaranteed", _T.MONEY, N_("采购人为承接主体担保的金额"), _CONTRACT, kept=False),
    Fact("contract.supplements", _T.MONEY, N_("对原合同的追加累计金额"), _CONTRACT),
    Fact("contract.original_amount", _T.MONEY, N_("原合同金额（不是补充合同的，为本合同金额）"), _CONTRACT),
    Fact("contract.bond", _T.MONEY, N_("履约保证金"), _CONTRACT, kept=False),
    Fact("contract.bond_forms", _T.CODES, N_("可用的履约担保形式"), _CONTRACT, kept=False),
    Fact("contract.pay_days", _T.WHOLE, N_("约定付款天数"), _CONTRACT, kept=False),
    Fact("contract.secret_level", _T.TEXT, N_("合同涉密等级"), _CONTRACT, kept=False),
    Fact("contract.secrecy_agreed_on", _T.DAY, N_("保密协议签订日"), _CONTRACT, kept=False),
    Fact("contract.secrecy_qualification", _T.TEXT, N_("承接单位保密资质编号"), _ORGANISATIONS, kept=False),
    # Organisation codes by side, of the project or the contract that is judged.
    Fact("parties.management", _T.CODES, N_("管理方机构"), _PARTIES),
    Fact("parties.operation", _T.CODES, N_("运营方机构"), _PARTIES),
    Fact("parties.supervision", _T.CODES, N_("监督方机构"), _PARTIES),
    Fact("parties.roles", _T.CODES, N_("已有的当事方角色"), _PARTIES),
    Fact("parties.client_level", _T.TEXT, N_("项目单位层级"), _PARTIES),
    Fact("parties.fully_funded", _T.CODES, N_("公益一类事业单位和财政保障的群团组织"), _ORGANISATIONS, kept=False),
    Fact("parties.small_enterprises", _T.CODES, N_("中小企业承接主体"), _ORGANISATIONS, kept=False),
    Fact("parties.security_officers", _T.CODES, N_("数据安全负责人"), _ORGANISATIONS, kept=False),
    Fact("parties.undisclosed_years", _T.WHOLE, N_("未按期公开逾期欠款信息的年度数"), _ORGANISATIONS, kept=False),
    # Data that operators are entrusted with, over all data assets of the subject.
    Fact("data.unapproved_entrustments", _T.WHOLE, N_("未经批准的数据委托数"), _DATA, kept=False),
    Fact("data.record_years", _T.WHOLE, N_("委托处理记录保存年限"), _DATA, kept=False),
    Fact("data.unagreed_subprocessors", _T.WHOLE, N_("未经同意的转委托数"), _DATA, kept=False),
    Fact("data.purposes", _T.CODES, N_("数据处理目的"), _DATA, kept=False),
    Fact("data.consents", _T.CODES, N_("委托方同意的处理目的"), _DATA, kept=False),
    Fact("data.assessed_on", _T.DAY, N_("个人信息保护影响评估日"), _DATA, kept=False),
    Fact("data.storage_places", _T.CODES, N_("数据存储地"), _DATA, kept=False),
    Fact("data.risk_reports_due", _T.WHOLE, N_("逾期未报送的重要数据风险评估数"), _DATA, kept=False),
    Fact("data.people", _T.WHOLE, N_("涉及的个人人数"), _DATA, kept=False),
    Fact("data.used_beyond_grant", _T.CODES, N_("超出共享许可的用途"), _DATA, kept=False),
    # Systems and apps, over all that the subject has.
    Fact("system.secret_level", _T.TEXT, N_("系统涉密等级"), _SYSTEMS, kept=False),
    Fact("system.log_days", _T.WHOLE, N_("网络日志留存天数"), _SYSTEMS, kept=False),
    Fact("system.mlps_tests_due", _T.WHOLE, N_("逾期未做的等保测评数"), _SYSTEMS, kept=False),
    Fact("system.critical_unagreed", _T.WHOLE, N_("采购未签保密协议或应审未审的关键设施数"), _SYSTEMS, kept=False),
    Fact("system.critical_unevaluated", _T.WHOLE, N_("密评未通过的关键信息基础设施数"), _SYSTEMS, kept=False),
    Fact("system.catalogue_gaps", _T.WHOLE, N_("未纳入总目录的系统数"), _SYSTEMS, kept=False),
    Fact("system.unshared", _T.WHOLE, N_("未按要求共享数据的系统数"), _SYSTEMS, kept=False),
    Fact("system.collecting_twice", _T.WHOLE, N_("重复采集数据的系统数"), _SYSTEMS, kept=False),
    Fact("system.security_failures", _T.WHOLE, N_("密评、测评未通过的系统数"), _SYSTEMS, kept=False),
    Fact("system.open_vulnerabilities", _T.WHOLE, N_("未修复的高危漏洞数"), _SYSTEMS, kept=False),
    Fact("system.isolated", _T.WHOLE, N_("不能联网共享的系统数"), _SYSTEMS, kept=False),
    Fact("system.isolation_approvals", _T.WHOLE, N_("经批准保留的孤网系统数"), _SYSTEMS, kept=False),
    Fact("system.idle", _T.WHOLE, N_("连续多期符合闲置判据的系统数"), _SYSTEMS, kept=False),
    Fact("app.features", _T.CODES, N_("应用的强制功能"), _APPS, kept=False),
    Fact("app.scene", _T.TEXT, N_("应用场景"), _APPS, kept=False),
    Fact("app.unfiled", _T.WHOLE, N_("已上线未备案的应用数"), _APPS, kept=False),
    Fact("app.burden_reviews_missing", _T.WHOLE, N_("未做减负审核的应用数"), _APPS, kept=False),
    Fact("app.low_use", _T.WHOLE, N_("使用频率低的应用数"), _APPS, kept=False),
    Fact("app.retirements_planned", _T.WHOLE, N_("已定关停或整合日期的应用数"), _APPS, kept=False),
    Fact("app.complaint_channels_missing", _T.WHOLE, N_("没有投诉建议渠道的应用数"), _APPS, kept=False),
    Fact("app.corrections_overdue", _T.WHOLE, N_("逾期未整改的应用问题数"), _APPS, kept=False),
    Fact("app.forms_repeated", _T.CODES, N_("要求基层重复填报的表单"), _APPS, kept=False),
    Fact("incident.reported_late", _T.WHOLE, N_("迟报的漏洞缺陷数"), _INCIDENTS, kept=False),
    # What is paid, subcontracted, and what users say and are asked for.
    Fact("subcontract.whole", _T.CODES, N_("整体转给他人的服务"), _SUBCONTRACTS, kept=False),
    Fact("subcontract.without_consent", _T.WHOLE, N_("未经同意的分包数"), _SUBCONTRACTS, kept=False),
    Fact("subcontract.back_to_back", _T.WHOLE, N_("以收到第三方付款为条件的中小企业分包数"), _SUBCONTRACTS, kept=False),
    Fact("payment.final_paid_on", _T.DAY, N_("尾款支付日"), _PAYMENTS, kept=False),
    Fact("payment.delay_reasons", _T.CODES, N_("延期付款的理由"), _PAYMENTS, kept=False),
    Fact("payment.unagreed_bills", _T.MONEY, N_("未经约定以票据支付的金额"), _PAYMENTS, kept=False),
    Fact("payment.undisputed_due", _T.MONEY, N_("到期未付的无争议金额"), _PAYMENTS, kept=False),
    Fact("payment.next_year_budget", _T.MONEY, N_("下年度安排的运营经费"), _PAYMENTS, kept=False),
    Fact("review.named_bad", _T.WHOLE, N_("实名差评数"), _REVIEWS, kept=False),
    Fact("review.contacted_late", _T.WHOLE, N_("未按时联系核实的实名差评数"), _REVIEWS, kept=False),
    Fact("review.followed_up", _T.WHOLE, N_("已回访的实名差评数"), _REVIEWS, kept=False),
    Fact("review.anomalies", _T.WHOLE, N_("异常评价数"), _REVIEWS, kept=False),
    Fact("service.facing_public", _T.WHOLE, N_("面向公众的服务数"), _SERVICES, kept=False),
    Fact("service.channels", _T.CODES, N_("办理渠道"), _SERVICES, kept=False),
    Fact("service.repeated_materials", _T.CODES, N_("可共享取得仍要求提交的材料"), _SERVICES, kept=False),
    Fact("service.refused_materials", _T.CODES, N_("不予认可的电子材料"), _SERVICES, kept=False),
    Fact("service.automated_decisions", _T.WHOLE, N_("由自动化决策作出决定的服务数"), _SERVICES, kept=False),
    # A company that applies for admission, or is admitted: what the register knows, and what it has shown.
    Fact("organisation.kind", _T.TEXT, N_("机构类型"), _ORGANISATION),
    Fact("organisation.active", _T.FLAG, N_("机构登记正常"), _ORGANISATION),
    Fact("organisation.credit_code", _T.TEXT, N_("统一社会信用代码"), _ORGANISATION),
    Fact("organisation.credit_code_valid", _T.FLAG, N_("信用代码校验正确"), _ORGANISATION),
    Fact("organisation.management_links", _T.CODES, N_("有控制关系的管理方机构"), _ORGANISATION),
    Fact("organisation.credit_listing", _T.TEXT, N_("信用查询结果"), _CREDIT),
    Fact("organisation.credit_age", _T.WHOLE, N_("信用查询距今天数"), _CREDIT),
    Fact("admission.category", _T.TEXT, N_("准入类别"), _ADMISSION),
    Fact("admission.proofs", _T.CODES, N_("有效的证书"), _ADMISSION),
    Fact("admission.mlps_level", _T.WHOLE, N_("有效的等级保护最高级别"), _ADMISSION),
    Fact("admission.people_operation", _T.WHOLE, N_("持证运行维护人员数"), _ADMISSION),
    Fact("admission.people_security", _T.WHOLE, N_("持证安全人员数"), _ADMISSION),
    Fact("admission.people_data", _T.WHOLE, N_("持证数据人员数"), _ADMISSION),
    Fact("admission.people_building", _T.WHOLE, N_("持证建设实施人员数"), _ADMISSION),
    Fact("admission.people_supervision", _T.WHOLE, N_("持证监理人员数"), _ADMISSION),
    Fact("admission.people_testing", _T.WHOLE, N_("持证测评人员数"), _ADMISSION),
)

FACTS: dict[str, Fact] = {fact.name: fact for fact in _LISTED}
UNKEPT = frozenset(name for name, fact in FACTS.items() if not fact.kept)
KEPT = frozenset(FACTS) - UNKEPT
