"""Who may do what: one alphabetical list of permissions, one list of roles, one table between them."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """Every act and every look, as `subject:act`. A route or an action names exactly one."""

    ACCEPTANCE_APPROVE = "acceptance:approve"
    ACCEPTANCE_CONCLUDE = "acceptance:conclude"
    ACCEPTANCE_DELIVER = "acceptance:deliver"
    ACCEPTANCE_JUDGE = "acceptance:judge"
    ACCEPTANCE_OPEN = "acceptance:open"
    ACCEPTANCE_OPINE = "acceptance:opine"
    ACCEPTANCE_READ = "acceptance:read"
    ACCOUNT_CREATE = "account:create"
    ACCOUNT_DISABLE = "account:disable"
    ACCOUNT_ENABLE = "account:enable"
    ACCOUNT_READ = "account:read"
    ACCOUNT_RESET = "account:reset"
    ADMISSION_APPLY = "admission:apply"
    ADMISSION_DECIDE = "admission:decide"
    ADMISSION_EXPIRE = "admission:expire"
    ADMISSION_READ = "admission:read"
    ADMISSION_RECHECK = "admission:recheck"
    ADMISSION_REMOVE = "admission:remove"
    ADMISSION_RESUME = "admission:resume"
    ADMISSION_RETURN = "admission:return"
    ADMISSION_REVIEW = "admission:review"
    ADMISSION_SUBMIT = "admission:submit"
    ADMISSION_SUSPEND = "admission:suspend"
    ADMISSION_WITHDRAW = "admission:withdraw"
    ASSESSMENT_COMPUTE = "assessment:compute"
    ASSESSMENT_CONFIRM = "assessment:confirm"
    ASSESSMENT_DECIDE = "assessment:decide"
    ASSESSMENT_FINALISE = "assessment:finalise"
    ASSESSMENT_ISSUE = "assessment:issue"
    ASSESSMENT_OBJECT = "assessment:object"
    ASSESSMENT_READ = "assessment:read"
    ASSESSMENT_SCORE = "assessment:score"
    ASSESSMENT_VETO = "assessment:veto"
    AUDIT_EXPORT = "audit:export"
    AUDIT_READ = "audit:read"
    AUDIT_SEAL = "audit:seal"
    CALENDAR_READ = "calendar:read"
    CATALOG_LOAD = "catalog:load"
    CATALOG_READ = "catalog:read"
    CHANGE_DECIDE = "change:decide"
    CHANGE_FILE = "change:file"
    CHANGE_PROPOSE = "change:propose"
    CHECK_ANSWER = "check:answer"
    CHECK_ATTEMPT = "check:attempt"
    CHECK_READ = "check:read"
    CHECK_RUN = "check:run"
    CONTRACT_AGREE_TERMINATION = "contract:agree_termination"
    CONTRACT_ATTACH = "contract:attach"
    CONTRACT_DRAFT = "contract:draft"
    CONTRACT_EXPIRE = "contract:expire"
    CONTRACT_PROPOSE_TERMINATION = "contract:propose_termination"
    CONTRACT_READ = "contract:read"
    CONTRACT_REFUSE_TERMINATION = "contract:refuse_termination"
    CONTRACT_RETURN = "contract:return"
    CONTRACT_SIGN = "contract:sign"
    CONTRACT_SUBMIT = "contract:submit"
    CONTRACT_TAKE_EFFECT = "contract:take_effect"
    CONTRACT_VOID = "contract:void"
    COUNTERSIGN_ASK = "countersign:ask"
    COUNTERSIGN_SIGN = "countersign:sign"
    DESK_READ = "desk:read"
    DUPLICATE_JUDGE = "duplicate:judge"
    DUPLICATE_RUN = "duplicate:run"
    DUTY_DRAFT = "duty:draft"
    DUTY_READ = "duty:read"
    DUTY_RETURN = "duty:return"
    DUTY_SIGN = "duty:sign"
    EFFECT_RECORD = "effect:record"
    EVIDENCE_READ = "evidence:read"
    EXCLUSION_CLAIM = "exclusion:claim"
    EXCLUSION_DECIDE = "exclusion:decide"
    EXCLUSION_WITHDRAW = "exclusion:withdraw"
    EXEMPTION_DECIDE = "exemption:decide"
    EXEMPTION_LAPSE = "exemption:lapse"
    EXEMPTION_REQUEST = "exemption:request"
    EXEMPTION_REVOKE = "exemption:revoke"
    FIGURE_DOUBT = "figure:doubt"
    FIGURE_PREVIEW = "figure:preview"
    FIGURE_READ = "figure:read"
    FIGURE_SUBMIT = "figure:submit"
    FIGURE_VERIFY = "figure:verify"
    FINDING_CREATE = "finding:create"
    FINDING_JUDGE = "finding:judge"
    FINDING_RECTIFY = "finding:rectify"
    GRANT_GIVE = "grant:give"
    GRANT_READ = "grant:read"
    GRANT_REVOKE = "grant:revoke"
    HANDOVER_CONCLUDE = "handover:conclude"
    HANDOVER_DELIVER = "handover:deliver"
    HANDOVER_OPEN = "handover:open"
    HANDOVER_RECEIVE = "handover:receive"
    HANDOVER_TAKE_OVER = "handover:take_over"
    HANDOVER_WITNESS = "handover:witness"
    INDICATOR_READ = "indicator:read"
    INSPECTION_READ = "inspection:read"
    INSPECTION_SAMPLE = "inspection:sample"
    INSPECTION_TAKE = "inspection:take"
    LEDGER_IMPORT = "ledger:import"
    MEMBERSHIP_CREATE = "membership:create"
    MEMBERSHIP_END = "membership:end"
    OBLIGATION_ACCEPT = "obligation:accept"
    OBLIGATION_REPORT = "obligation:report"
    ORGANISATION_CREATE = "organisation:create"
    ORGANISATION_DISCLOSE = "organisation:disclose"
    ORGANISATION_READ = "organisation:read"
    ORGANISATION_RENAME = "organisation:rename"
    PERIOD_CLOSE = "period:close"
    PERIOD_REOPEN = "period:reopen"
    PLAN_AGREE = "plan:agree"
    PLAN_PROPOSE = "plan:propose"
    PLAN_READ = "plan:read"
    PLAN_REFUSE = "plan:refuse"
    PROCUREMENT_CONFIRM = "procurement:confirm"
    PROCUREMENT_READ = "procurement:read"
    PROCUREMENT_RECORD = "procurement:record"
    PROFILE_UPDATE = "profile:update"
    PROJECT_BUILD = "project:build"
    PROJECT_CONCLUDE = "project:conclude"
    PROJECT_DECIDE = "project:decide"
    PROJECT_DECLARE = "project:declare"
    PROJECT_DISCARD = "project:discard"
    PROJECT_EVALUATE = "project:evaluate"
    PROJECT_EXIT = "project:exit"
    PROJECT_OPINE = "project:opine"
    PROJECT_READ = "project:read"
    PROJECT_REGISTER = "project:register"
    PROJECT_RESUME = "project:resume"
    PROJECT_RETURN = "project:return"
    PROJECT_SUBMIT = "project:submit"
    PROJECT_SUPPLEMENT = "project:supplement"
    PROJECT_SUSPEND = "project:suspend"
    PROJECT_TAKE_IN = "project:take_in"
    PROJECT_TERMINATE = "project:terminate"
    PROJECT_WITHDRAW = "project:withdraw"
    QUERY_ANSWER = "query:answer"
    QUERY_ASK = "query:ask"
    REGION_LOAD = "region:load"
    REPORT_PRODUCE = "report:produce"
    REPORT_READ = "report:read"
    REPORT_SIGN = "report:sign"
    RULE_DRAFT = "rule:draft"
    RULE_PUBLISH = "rule:publish"
    RULE_READ = "rule:read"
    RULE_REPLAY = "rule:replay"
    RULE_REVIEW = "rule:review"
    SERVICE_CREATE = "service:create"
    SERVICE_READ = "service:read"
    SERVICE_RETIRE = "service:retire"
    SERVICE_UPDATE = "service:update"
    SERVICE_LEVEL_READ = "service_level:read"
    TASK_ESCALATE = "task:escalate"
    TASK_EXPEDITE = "task:expedite"
    TASK_READ = "task:read"
    TASK_RECOMPUTE = "task:recompute"
    TASK_REMIND = "task:remind"
    TOKEN_CREATE = "token:create"
    TOKEN_READ = "token:read"
    TOKEN_REVOKE = "token:revoke"
    WHATIF_RUN = "whatif:run"

    @property
    def label(self) -> Any:
        return PERMISSION_LABELS[self]


class Role(StrEnum):
    """The hats a person can wear in an organisation (domain.md 1; GB/T 22239-2019 for the three administrators)."""

    AGENCY_OFFICER = "agency_officer"
    AGENCY_SIGNATORY = "agency_signatory"
    AUDIT_ADMIN = "audit_admin"
    AUTHORITY_LEAD = "authority_lead"
    AUTHORITY_OFFICER = "authority_officer"
    INSPECTOR = "inspector"
    LEADER = "leader"
    OPERATOR_OFFICER = "operator_officer"
    OPERATOR_SIGNATORY = "operator_signatory"
    SECURITY_ADMIN = "security_admin"
    SUPERVISOR = "supervisor"
    SYSTEM_ADMIN = "system_admin"

    @property
    def label(self) -> Any:
        return ROLE_LABELS[self]


class RoleClass(StrEnum):
    """A person is of one class for life: the three administrators never do business acts (三员分立)."""

    AUDIT = "audit"
    BUSINESS = "business"
    SECURITY = "security"
    SYSTEM = "system"

    @property
    def label(self) -> Any:
        return ROLE_CLASS_LABELS[self]


class Side(StrEnum):
    """The three sides of 管运分离: one manages, one operates, one watches."""

    MANAGEMENT = "management"
    OPERATION = "operation"
    SUPERVISION = "supervision"

    @property
    def label(self) -> Any:
        return SIDE_LABELS[self]


SIDE_LABELS = {
    Side.MANAGEMENT: _l("管理方"),
    Side.OPERATION: _l("运营方"),
    Side.SUPERVISION: _l("监督方"),
}

ROLE_LABELS = {
    Role.AGENCY_OFFICER: _l("项目单位经办"),
    Role.AGENCY_SIGNATORY: _l("项目单位负责人"),
    Role.AUDIT_ADMIN: _l("审计管理员"),
    Role.AUTHORITY_LEAD: _l("主管部门负责人"),
    Role.AUTHORITY_OFFICER: _l("主管部门经办"),
    Role.INSPECTOR: _l("督查员"),
    Role.LEADER: _l("领导"),
    Role.OPERATOR_OFFICER: _l("运营企业经办"),
    Role.OPERATOR_SIGNATORY: _l("运营企业负责人"),
    Role.SECURITY_ADMIN: _l("安全管理员"),
    Role.SUPERVISOR: _l("监理"),
    Role.SYSTEM_ADMIN: _l("系统管理员"),
}

ROLE_CLASS_LABELS = {
    RoleClass.AUDIT: _l("审计管理员"),
    RoleClass.BUSINESS: _l("业务人员"),
    RoleClass.SECURITY: _l("安全管理员"),
    RoleClass.SYSTEM: _l("系统管理员"),
}

ROLE_CLASSES: dict[Role, RoleClass] = {
    role: {
        Role.SYSTEM_ADMIN: RoleClass.SYSTEM,
        Role.SECURITY_ADMIN: RoleClass.SECURITY,
        Role.AUDIT_ADMIN: RoleClass.AUDIT,
    }.get(role, RoleClass.BUSINESS)
    for role in Role
}

# The side an organisation must be able to hold before one of its people may wear the hat.
ROLE_SIDES: dict[Role, Side] = {
    Role.AGENCY_OFFICER: Side.MANAGEMENT,
    Role.AGENCY_SIGNATORY: Side.MANAGEMENT,
    Role.AUDIT_ADMIN: Side.MANAGEMENT,
    Role.AUTHORITY_LEAD: Side.MANAGEMENT,
    Role.AUTHORITY_OFFICER: Side.MANAGEMENT,
    Role.INSPECTOR: Side.SUPERVISION,
    Role.LEADER: Side.MANAGEMENT,
    Role.OPERATOR_OFFICER: Side.OPERATION,
    Role.OPERATOR_SIGNATORY: Side.OPERATION,
    Role.SECURITY_ADMIN: Side.MANAGEMENT,
    Role.SUPERVISOR: Side.SUPERVISION,
    Role.SYSTEM_ADMIN: Side.MANAGEMENT,
}

# Roles whose reach is the whole subtree of the organisation's mandated regions, not only its own contracts.
MANDATE_ROLES = frozenset({Role.AUTHORITY_LEAD, Role.AUTHORITY_OFFICER, Role.INSPECTOR, Role.LEADER})

P = Permission
_EVERYBODY = {P.ADMISSION_READ, P.CALENDAR_READ, P.DESK_READ, P.PROFILE_UPDATE, P.TASK_READ, P.WHATIF_RUN}
_BUSINESS = _EVERYBODY | {
    P.ACCEPTANCE_READ,
    P.ASSESSMENT_READ,
    P.CATALOG_READ,
    P.CHECK_READ,
    P.CONTRACT_READ,
    P.DUTY_READ,
    P.EVIDENCE_READ,
    P.FIGURE_READ,
    P.INDICATOR_READ,
    P.INSPECTION_READ,
    P.ORGANISATION_READ,
    P.PLAN_READ,
    P.PROCUREMENT_READ,
    P.PROJECT_READ,
    P.REPORT_READ,
    P.SERVICE_LEVEL_READ,
    P.SERVICE_READ,
}
_ADMINISTRATOR = _EVERYBODY | {P.ACCOUNT_READ, P.CATALOG_READ, P.GRANT_READ, P.ORGANISATION_READ, P.TOKEN_READ}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AGENCY_OFFICER: frozenset(
        _BUSINESS
        | {
            P.ACCEPTANCE_JUDGE,
            P.ACCEPTANCE_OPEN,
            P.ASSESSMENT_COMPUTE,
            P.ASSESSMENT_ISSUE,
            P.ASSESSMENT_SCORE,
            P.CHANGE_PROPOSE,
            P.CHECK_ANSWER,
            P.CHECK_ATTEMPT,
            P.CHECK_RUN,
            P.CONTRACT_ATTACH,
            P.CONTRACT_DRAFT,
            P.CONTRACT_PROPOSE_TERMINATION,
            P.CONTRACT_RETURN,
            P.CONTRACT_SUBMIT,
            P.CONTRACT_VOID,
            P.DUPLICATE_RUN,
            P.DUTY_DRAFT,
            P.EFFECT_RECORD,
            P.EXCLUSION_DECIDE,
            P.EXEMPTION_REQUEST,
            P.FIGURE_DOUBT,
            P.FIGURE_PREVIEW,
            P.FIGURE_SUBMIT,
            P.FIGURE_VERIFY,
            P.FINDING_RECTIFY,
            P.HANDOVER_OPEN,
            P.HANDOVER_RECEIVE,
            P.OBLIGATION_REPORT,
            P.PERIOD_CLOSE,
            P.PLAN_PROPOSE,
            P.PROCUREMENT_RECORD,
            P.PROJECT_DECLARE,
            P.PROJECT_DISCARD,
            P.PROJECT_EVALUATE,
            P.PROJECT_REGISTER,
            P.PROJECT_SUBMIT,
            P.PROJECT_SUPPLEMENT,
            P.PROJECT_TAKE_IN,
            P.PROJECT_WITHDRAW,
            P.QUERY_ANSWER,
            P.REPORT_PRODUCE,
            P.SERVICE_CREATE,
            P.SERVICE_RETIRE,
            P.SERVICE_UPDATE,
        }
    ),
    Role.AGENCY_SIGNATORY: frozenset(
        _BUSINESS
        | {
            P.ACCEPTANCE_CONCLUDE,
            P.ASSESSMENT_DECIDE,
            P.ASSESSMENT_FINALISE,
            P.ASSESSMENT_SCORE,
            P.ASSESSMENT_VETO,
            P.CHECK_ATTEMPT,
            P.CONTRACT_RETURN,
            P.CONTRACT_SIGN,
            P.COUNTERSIGN_SIGN,
            P.DUTY_RETURN,
            P.DUTY_SIGN,
            P.HANDOVER_CONCLUDE,
            P.PERIOD_REOPEN,
            P.PROCUREMENT_CONFIRM,
            P.PROJECT_BUILD,
            P.PROJECT_EXIT,
        }
    ),
    Role.AUDIT_ADMIN: frozenset(_ADMINISTRATOR | {P.AUDIT_EXPORT, P.AUDIT_READ}),
    Role.AUTHORITY_LEAD: frozenset(
        _BUSINESS
        | {
            P.ACCEPTANCE_APPROVE,
            P.CHANGE_DECIDE,
            P.CHECK_ATTEMPT,
            P.ADMISSION_DECIDE,
            P.ADMISSION_REMOVE,
            P.ADMISSION_RESUME,
            P.ADMISSION_RETURN,
            P.ADMISSION_SUSPEND,
            P.COUNTERSIGN_SIGN,
            P.EXEMPTION_DECIDE,
            P.EXEMPTION_REVOKE,
            P.PROJECT_CONCLUDE,
            P.PROJECT_DECIDE,
            P.PROJECT_RESUME,
            P.PROJECT_RETURN,
            P.PROJECT_SUSPEND,
            P.PROJECT_TERMINATE,
            P.RULE_PUBLISH,
            P.RULE_READ,
            P.RULE_REPLAY,
            P.RULE_REVIEW,
        }
    ),
    Role.AUTHORITY_OFFICER: frozenset(
        _BUSINESS
        | {
            P.ADMISSION_RECHECK,
            P.ADMISSION_RETURN,
            P.ADMISSION_REVIEW,
            P.CHANGE_FILE,
            P.CHECK_ANSWER,
            P.CHECK_RUN,
            P.COUNTERSIGN_ASK,
            P.DUPLICATE_JUDGE,
            P.DUPLICATE_RUN,
            P.LEDGER_IMPORT,
            P.OBLIGATION_ACCEPT,
            P.PROJECT_OPINE,
            P.PROJECT_REGISTER,
            P.PROJECT_RETURN,
            P.PROJECT_SUPPLEMENT,
            P.PROJECT_TAKE_IN,
            P.RULE_DRAFT,
            P.RULE_READ,
            P.RULE_REPLAY,
            P.RULE_REVIEW,
        }
    ),
    Role.INSPECTOR: frozenset(
        _BUSINESS
        | {
            P.FINDING_CREATE,
            P.FINDING_JUDGE,
            P.INSPECTION_SAMPLE,
            P.INSPECTION_TAKE,
            P.QUERY_ASK,
            P.REPORT_SIGN,
        }
    ),
    Role.LEADER: frozenset(
        _BUSINESS
        | {
            P.TASK_EXPEDITE,
        }
    ),
    Role.OPERATOR_OFFICER: frozenset(
        _BUSINESS
        | {
            P.ACCEPTANCE_DELIVER,
            P.ADMISSION_APPLY,
            P.ADMISSION_SUBMIT,
            P.ADMISSION_WITHDRAW,
            P.ASSESSMENT_OBJECT,
            P.CONTRACT_ATTACH,
            P.CONTRACT_RETURN,
            P.EXCLUSION_CLAIM,
            P.EXCLUSION_WITHDRAW,
            P.FIGURE_PREVIEW,
            P.FIGURE_SUBMIT,
            P.FINDING_RECTIFY,
            P.HANDOVER_DELIVER,
            P.HANDOVER_TAKE_OVER,
            P.OBLIGATION_REPORT,
            P.QUERY_ANSWER,
        }
    ),
    Role.OPERATOR_SIGNATORY: frozenset(
        _BUSINESS
        | {
            P.ASSESSMENT_CONFIRM,
            P.CONTRACT_AGREE_TERMINATION,
            P.CONTRACT_REFUSE_TERMINATION,
            P.CONTRACT_RETURN,
            P.CONTRACT_SIGN,
            P.DUTY_RETURN,
            P.DUTY_SIGN,
            P.PLAN_AGREE,
            P.PLAN_REFUSE,
        }
    ),
    Role.SECURITY_ADMIN: frozenset(
        _ADMINISTRATOR | {P.ACCOUNT_DISABLE, P.GRANT_GIVE, P.GRANT_REVOKE, P.TOKEN_CREATE, P.TOKEN_REVOKE}
    ),
    Role.SUPERVISOR: frozenset(
        _BUSINESS
        | {
            P.ACCEPTANCE_OPINE,
            P.ADMISSION_APPLY,
            P.ADMISSION_SUBMIT,
            P.ADMISSION_WITHDRAW,
            P.FIGURE_DOUBT,
            P.FIGURE_PREVIEW,
            P.FIGURE_SUBMIT,
            P.FIGURE_VERIFY,
            P.HANDOVER_WITNESS,
            P.PROJECT_REGISTER,
        }
    ),
    Role.SYSTEM_ADMIN: frozenset(
        _ADMINISTRATOR
        | {
            P.ACCOUNT_CREATE,
            P.ACCOUNT_DISABLE,
            P.ACCOUNT_ENABLE,
            P.ACCOUNT_RESET,
            P.MEMBERSHIP_CREATE,
            P.MEMBERSHIP_END,
            P.ORGANISATION_CREATE,
            P.ORGANISATION_DISCLOSE,
            P.ORGANISATION_RENAME,
        }
    ),
}

# What the system itself may do in scheduled jobs and set-up commands, and nothing else.
SYSTEM_PERMISSIONS = frozenset(
    {
        P.ADMISSION_EXPIRE,
        P.ADMISSION_RECHECK,
        P.ASSESSMENT_COMPUTE,
        P.ASSESSMENT_READ,
        P.AUDIT_SEAL,
        P.CATALOG_LOAD,
        P.CHECK_RUN,
        P.CONTRACT_EXPIRE,
        P.CONTRACT_READ,
        P.CONTRACT_TAKE_EFFECT,
        P.EXEMPTION_LAPSE,
        P.REGION_LOAD,
        P.REPORT_PRODUCE,
        P.REPORT_READ,
        P.TASK_ESCALATE,
        P.TASK_RECOMPUTE,
        P.TASK_REMIND,
    }
)

PERMISSION_LABELS = {
    P.ACCEPTANCE_APPROVE: _l("批准竣工验收"),
    P.ACCEPTANCE_CONCLUDE: _l("作出初步验收结论"),
    P.ACCEPTANCE_DELIVER: _l("提交验收材料"),
    P.ACCEPTANCE_JUDGE: _l("逐项验收"),
    P.ACCEPTANCE_OPEN: _l("组织验收"),
    P.ACCEPTANCE_OPINE: _l("出具监理意见"),
    P.ACCEPTANCE_READ: _l("查看验收与移交"),
    P.ACCOUNT_CREATE: _l("建立账号"),
    P.ACCOUNT_DISABLE: _l("停用账号"),
    P.ACCOUNT_ENABLE: _l("启用账号"),
    P.ACCOUNT_READ: _l("查看账号"),
    P.ACCOUNT_RESET: _l("重置登录凭据"),
    P.ADMISSION_APPLY: _l("申请准入"),
    P.ADMISSION_DECIDE: _l("决定准入"),
    P.ADMISSION_EXPIRE: _l("准入到期"),
    P.ADMISSION_READ: _l("查看准入名录"),
    P.ADMISSION_RECHECK: _l("复核准入条件"),
    P.ADMISSION_REMOVE: _l("移出准入名录"),
    P.ADMISSION_RESUME: _l("恢复准入"),
    P.ADMISSION_RETURN: _l("退回准入申请"),
    P.ADMISSION_REVIEW: _l("审查准入申请"),
    P.ADMISSION_SUBMIT: _l("提交准入申请"),
    P.ADMISSION_SUSPEND: _l("暂停准入"),
    P.ADMISSION_WITHDRAW: _l("撤回准入申请"),
    P.ASSESSMENT_COMPUTE: _l("计算考核得分"),
    P.ASSESSMENT_CONFIRM: _l("确认考核结果"),
    P.ASSESSMENT_DECIDE: _l("裁定考核异议"),
    P.ASSESSMENT_FINALISE: _l("考核定稿"),
    P.ASSESSMENT_ISSUE: _l("发布考核结果"),
    P.ASSESSMENT_OBJECT: _l("提出考核异议"),
    P.ASSESSMENT_READ: _l("查看考核"),
    P.ASSESSMENT_SCORE: _l("定性评分"),
    P.ASSESSMENT_VETO: _l("登记一票否决"),
    P.AUDIT_EXPORT: _l("导出审计记录"),
    P.AUDIT_READ: _l("查看审计记录"),
    P.AUDIT_SEAL: _l("封存审计树头"),
    P.CALENDAR_READ: _l("查看工作日历"),
    P.CATALOG_LOAD: _l("载入规则目录"),
    P.CATALOG_READ: _l("查看规则目录"),
    P.CHANGE_DECIDE: _l("审批建设期调整"),
    P.CHANGE_FILE: _l("受理调整备案"),
    P.CHANGE_PROPOSE: _l("提出建设期调整"),
    P.CHECK_ANSWER: _l("回答核查问题"),
    P.CHECK_ATTEMPT: _l("办理未通过，留存核查"),
    P.CHECK_READ: _l("查看负面清单核查"),
    P.CHECK_RUN: _l("运行负面清单核查"),
    P.CONTRACT_AGREE_TERMINATION: _l("同意终止合同"),
    P.CONTRACT_ATTACH: _l("上传合同附件"),
    P.CONTRACT_DRAFT: _l("起草合同"),
    P.CONTRACT_EXPIRE: _l("合同到期"),
    P.CONTRACT_PROPOSE_TERMINATION: _l("提出终止合同"),
    P.CONTRACT_READ: _l("查看合同"),
    P.CONTRACT_REFUSE_TERMINATION: _l("不同意终止合同"),
    P.CONTRACT_RETURN: _l("退回修改"),
    P.CONTRACT_SIGN: _l("签署合同"),
    P.CONTRACT_SUBMIT: _l("提交会签"),
    P.CONTRACT_TAKE_EFFECT: _l("合同生效"),
    P.CONTRACT_VOID: _l("作废合同"),
    P.COUNTERSIGN_ASK: _l("组织会签"),
    P.COUNTERSIGN_SIGN: _l("签署会签意见"),
    P.DESK_READ: _l("查看工作台"),
    P.DUPLICATE_JUDGE: _l("认定查重结论"),
    P.DUPLICATE_RUN: _l("运行查重"),
    P.DUTY_DRAFT: _l("编制权责清单"),
    P.DUTY_READ: _l("查看权责清单"),
    P.DUTY_RETURN: _l("退回权责清单"),
    P.DUTY_SIGN: _l("签署权责清单"),
    P.EFFECT_RECORD: _l("填报成效"),
    P.EVIDENCE_READ: _l("查看证据材料"),
    P.EXCLUSION_CLAIM: _l("申报除外时段"),
    P.EXCLUSION_DECIDE: _l("裁定除外时段"),
    P.EXCLUSION_WITHDRAW: _l("撤回除外申报"),
    P.EXEMPTION_DECIDE: _l("审批豁免"),
    P.EXEMPTION_LAPSE: _l("豁免到期"),
    P.EXEMPTION_REQUEST: _l("申请豁免"),
    P.EXEMPTION_REVOKE: _l("撤销豁免"),
    P.FIGURE_DOUBT: _l("标记数据存疑"),
    P.FIGURE_PREVIEW: _l("预览数据"),
    P.FIGURE_READ: _l("查看数据"),
    P.FIGURE_SUBMIT: _l("报送数据"),
    P.FIGURE_VERIFY: _l("核验数据"),
    P.FINDING_CREATE: _l("提出督查问题"),
    P.FINDING_JUDGE: _l("复核整改"),
    P.FINDING_RECTIFY: _l("报送整改"),
    P.GRANT_GIVE: _l("授予角色"),
    P.GRANT_READ: _l("查看授权"),
    P.GRANT_REVOKE: _l("收回角色"),
    P.HANDOVER_CONCLUDE: _l("作出移交结论"),
    P.HANDOVER_DELIVER: _l("提交移交事项"),
    P.HANDOVER_OPEN: _l("组织移交"),
    P.HANDOVER_RECEIVE: _l("接收移交事项"),
    P.HANDOVER_TAKE_OVER: _l("接管移交事项"),
    P.HANDOVER_WITNESS: _l("监交"),
    P.INDICATOR_READ: _l("查看指标"),
    P.INSPECTION_READ: _l("查看督查"),
    P.INSPECTION_SAMPLE: _l("抽查数据"),
    P.INSPECTION_TAKE: _l("承办督查"),
    P.MEMBERSHIP_CREATE: _l("登记任职"),
    P.MEMBERSHIP_END: _l("结束任职"),
    P.OBLIGATION_ACCEPT: _l("核销批复条件"),
    P.OBLIGATION_REPORT: _l("报送条件落实情况"),
    P.ORGANISATION_CREATE: _l("登记机构"),
    P.ORGANISATION_DISCLOSE: _l("披露控制关系"),
    P.ORGANISATION_READ: _l("查看机构"),
    P.ORGANISATION_RENAME: _l("变更机构名称"),
    P.PERIOD_CLOSE: _l("关闭数据周期"),
    P.PERIOD_REOPEN: _l("重开数据周期"),
    P.PLAN_AGREE: _l("同意考核约定"),
    P.PLAN_PROPOSE: _l("提出考核约定"),
    P.PLAN_READ: _l("查看考核约定"),
    P.PLAN_REFUSE: _l("不同意考核约定"),
    P.PROCUREMENT_CONFIRM: _l("确认采购结果"),
    P.PROCUREMENT_READ: _l("查看采购"),
    P.PROCUREMENT_RECORD: _l("登记采购"),
    P.PROFILE_UPDATE: _l("维护本人账号"),
    P.PROJECT_BUILD: _l("批准开工"),
    P.PROJECT_CONCLUDE: _l("作出评价结论"),
    P.PROJECT_DECIDE: _l("审批项目"),
    P.PROJECT_DECLARE: _l("申报项目"),
    P.PROJECT_DISCARD: _l("作废申报草稿"),
    P.PROJECT_EVALUATE: _l("提交自评价"),
    P.PROJECT_EXIT: _l("项目退出"),
    P.PROJECT_OPINE: _l("登记评审意见"),
    P.PROJECT_READ: _l("查看项目"),
    P.PROJECT_REGISTER: _l("登记材料"),
    P.PROJECT_RESUME: _l("恢复项目"),
    P.PROJECT_RETURN: _l("退回补正"),
    P.PROJECT_SUBMIT: _l("提交审批"),
    P.PROJECT_SUPPLEMENT: _l("补录存量项目的日期"),
    P.PROJECT_SUSPEND: _l("暂停项目"),
    P.LEDGER_IMPORT: _l("导入应用台账"),
    P.PROJECT_TAKE_IN: _l("录入存量项目"),
    P.PROJECT_TERMINATE: _l("终止项目"),
    P.PROJECT_WITHDRAW: _l("撤回申报"),
    P.QUERY_ANSWER: _l("答复督查询问"),
    P.QUERY_ASK: _l("提出督查询问"),
    P.REGION_LOAD: _l("载入行政区划"),
    P.REPORT_PRODUCE: _l("生成绩效报告"),
    P.REPORT_READ: _l("查看绩效报告"),
    P.REPORT_SIGN: _l("签发督查结论"),
    P.RULE_DRAFT: _l("起草规则修订"),
    P.RULE_PUBLISH: _l("发布规则修订"),
    P.RULE_READ: _l("查看规则修订"),
    P.RULE_REPLAY: _l("回放规则修订"),
    P.RULE_REVIEW: _l("复核规则修订"),
    P.SERVICE_CREATE: _l("登记服务"),
    P.SERVICE_LEVEL_READ: _l("查看服务水平"),
    P.SERVICE_READ: _l("查看服务"),
    P.SERVICE_RETIRE: _l("停用服务"),
    P.SERVICE_UPDATE: _l("修改服务"),
    P.TASK_ESCALATE: _l("逾期升级上报"),
    P.TASK_EXPEDITE: _l("督办逾期事项"),
    P.TASK_READ: _l("查看待办"),
    P.TASK_RECOMPUTE: _l("重算待办期限"),
    P.TASK_REMIND: _l("到期前提醒"),
    P.TOKEN_CREATE: _l("签发接口令牌"),
    P.TOKEN_READ: _l("查看接口令牌"),
    P.TOKEN_REVOKE: _l("吊销接口令牌"),
    P.WHATIF_RUN: _l("试算"),
}


def requires(permission: Permission) -> Callable[[View], View]:
    """Names the permission of a view; the web frame checks it before the view runs (default: deny)."""

    def mark(view: View) -> View:
        view.__permission__ = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Marks the few views that anybody may open (sign-in, health)."""
    view.__permission__ = None  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Marks a view that is open to every signed-in person while sign-in is still being completed."""
    view.__permission__ = "signed-in"  # type: ignore[attr-defined]
    return view
