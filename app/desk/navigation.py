"""The side bar as data."""

from flask_babel import lazy_gettext as _l

from app.core.permissions import Permission
from app.core.templating import NavigationGroup, NavigationItem, SubjectTab
from app.lifecycle.queries import count_own_tasks
from app.rulebook.waiting import count_waiting

NAVIGATION = (
    NavigationGroup(
        "",
        (NavigationItem(_l("工作台"), "desk.home", "home", Permission.DESK_READ, count_own_tasks),),
    ),
    NavigationGroup(
        _l("业务"),
        (
            NavigationItem(_l("项目"), "projects.index", "stack-2", Permission.PROJECT_READ),
            NavigationItem(_l("合同"), "contracts.index", "file-text", Permission.CONTRACT_READ),
            NavigationItem(_l("准入名录"), "admissions.index", "certificate", Permission.ADMISSION_READ),
            NavigationItem(_l("绩效报告"), "reports.index", "report", Permission.REPORT_READ),
            NavigationItem(_l("督查"), "inspections.index", "clipboard-check", Permission.INSPECTION_READ),
            NavigationItem(_l("会签"), "countersigns.index", "signature", Permission.PROJECT_READ),
            NavigationItem(_l("豁免"), "negative_lists.exemptions", "shield-check", Permission.CHECK_READ),
            NavigationItem(_l("服务台账"), "services.index", "server-2", Permission.SERVICE_READ),
        ),
    ),
    NavigationGroup(
        _l("规则"),
        (
            NavigationItem(_l("负面清单"), "negative_lists.index", "list-check", Permission.CHECK_READ),
            NavigationItem(_l("闸门"), "gates.index", "barrier-block", Permission.PROJECT_READ),
            NavigationItem(_l("规则修订"), "rulebook.index", "pencil", Permission.RULE_READ, count_waiting),
            NavigationItem(_l("权责事项"), "duties.index", "sitemap", Permission.DUTY_READ),
            NavigationItem(_l("指标"), "indicators.index", "gauge", Permission.INDICATOR_READ),
            NavigationItem(_l("地方模式"), "practices.index", "map-2", Permission.CATALOG_READ),
            NavigationItem(_l("规则目录"), "rules.index", "book", Permission.CATALOG_READ),
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
    SubjectTab("contract", _l("合同"), "contracts.detail", Permission.CONTRACT_READ),
    SubjectTab("duties", _l("权责清单"), "responsibilities.of_project", Permission.DUTY_READ),
    SubjectTab("figures", _l("数据"), "figures.index", Permission.FIGURE_READ),
    SubjectTab("screening", _l("负面清单"), "negative_lists.of_contract", Permission.CHECK_READ),
    SubjectTab("plans", _l("考核约定"), "plans.index", Permission.PLAN_READ),
    SubjectTab("service_levels", _l("服务水平"), "service_levels.index", Permission.SERVICE_LEVEL_READ),
    SubjectTab("assessments", _l("考核"), "assessments.index", Permission.ASSESSMENT_READ),
    SubjectTab("reports", _l("绩效报告"), "reports.of_contract", Permission.REPORT_READ),
)

PROJECT_TABS = (
    SubjectTab("project", _l("项目"), "projects.detail", Permission.PROJECT_READ),
    SubjectTab("declaration", _l("申报内容"), "declaring.show", Permission.PROJECT_READ),
    SubjectTab("documents", _l("材料"), "declaring.documents", Permission.PROJECT_READ),
    SubjectTab("duplicates", _l("查重"), "duplicates.of_project", Permission.PROJECT_READ),
    SubjectTab("screening", _l("负面清单"), "negative_lists.of_project", Permission.CHECK_READ),
    SubjectTab("decisions", _l("审批"), "projects.decisions", Permission.PROJECT_READ),
    SubjectTab("countersigns", _l("会签"), "countersigns.of_project", Permission.PROJECT_READ),
    SubjectTab("duties", _l("权责清单"), "responsibilities.of_project", Permission.DUTY_READ),
    SubjectTab("procurement", _l("采购与合同"), "procurement.of_project", Permission.PROCUREMENT_READ),
    SubjectTab("changes", _l("建设期调整"), "changes.of_project", Permission.PROJECT_READ),
    SubjectTab("acceptance", _l("验收与移交"), "acceptances.of_project", Permission.ACCEPTANCE_READ),
    SubjectTab("effects", _l("成效"), "effects.of_project", Permission.PROJECT_READ),
)
