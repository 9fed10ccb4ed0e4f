"""The side bar as data."""

from flask_babel import lazy_gettext as _l

from app.core.permissions import Permission
from app.core.templating import ContractTab, NavigationGroup, NavigationItem
from app.lifecycle.queries import count_own_tasks

NAVIGATION = (
    NavigationGroup(
        "",
        (NavigationItem(_l("工作台"), "desk.home", "home", Permission.DESK_READ, count_own_tasks),),
    ),
    NavigationGroup(
        _l("业务"),
        (
            NavigationItem(_l("合同"), "contracts.index", "file-text", Permission.CONTRACT_READ),
            NavigationItem(_l("绩效报告"), "reports.index", "report", Permission.REPORT_READ),
            NavigationItem(_l("督查"), "inspections.index", "clipboard-check", Permission.INSPECTION_READ),
            NavigationItem(_l("服务台账"), "services.index", "server-2", Permission.SERVICE_READ),
        ),
    ),
    NavigationGroup(
        _l("规则"),
        (
            NavigationItem(_l("指标"), "indicators.index", "gauge", Permission.INDICATOR_READ),
            NavigationItem(_l("工作日历"), "calendars.index", "calendar", Permission.CALENDAR_READ),
            NavigationItem(_l("试算"), "whatif.index", "calculator", Permission.WHATIF_RUN),
        ),
    ),
    NavigationGroup(
        _l("管理"),
        (
            NavigationItem(_l("机构"), "organisations.index", "building", Permission.ORGANISATION_READ),
            NavigationItem(_l("账号与角色"), "accounts.index", "users", Permission.ACCOUNT_READ),
            NavigationItem(_l("审计记录"), "audit.index", "history", Permission.AUDIT_READ),
        ),
    ),
)

CONTRACT_TABS = (
    ContractTab("contract", _l("合同"), "contracts.detail", Permission.CONTRACT_READ),
    ContractTab("figures", _l("数据"), "figures.index", Permission.FIGURE_READ),
    ContractTab("plans", _l("考核约定"), "plans.index", Permission.PLAN_READ),
    ContractTab("service_levels", _l("服务水平"), "service_levels.index", Permission.SERVICE_LEVEL_READ),
    ContractTab("assessments", _l("考核"), "assessments.index", Permission.ASSESSMENT_READ),
    ContractTab("reports", _l("绩效报告"), "reports.of_contract", Permission.REPORT_READ),
)
