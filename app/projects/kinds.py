"""The closed lists of a project and its declaration."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.db import LabelledEnum
from app.gates.kinds import Phase


class ProjectState(LabelledEnum):
    """Where a project stands; each state lies in one phase (domain.md 2)."""

    PLANNED = "planned"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    BUILDING = "building"
    TRIAL = "trial"
    ACCEPTED = "accepted"
    OPERATING = "operating"
    EVALUATING = "evaluating"
    EXITED = "exited"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "planned": _l("已列入规划"),
            "draft": _l("申报中"),
            "submitted": _l("审批中"),
            "approved": _l("已批准"),
            "building": _l("建设中"),
            "trial": _l("试运行"),
            "accepted": _l("已验收待移交"),
            "operating": _l("运营中"),
            "evaluating": _l("评估中"),
            "exited": _l("已退出"),
            "refused": _l("不予批准"),
            "suspended": _l("已暂停"),
            "terminated": _l("已终止"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {
            "planned": "neutral",
            "draft": "neutral",
            "submitted": "progress",
            "approved": "info",
            "building": "progress",
            "trial": "progress",
            "accepted": "info",
            "operating": "good",
            "evaluating": "progress",
            "exited": "muted",
            "refused": "bad",
            "suspended": "warn",
            "terminated": "bad",
        }


# A suspended, refused or terminated project stays in the phase it had reached.
PHASE_OF: dict[ProjectState, Phase] = {
    ProjectState.PLANNED: Phase.PLANNING,
    ProjectState.DRAFT: Phase.DECLARATION,
    ProjectState.SUBMITTED: Phase.APPROVAL,
    ProjectState.APPROVED: Phase.PROCUREMENT,
    ProjectState.BUILDING: Phase.BUILD,
    ProjectState.TRIAL: Phase.ACCEPTANCE,
    ProjectState.ACCEPTED: Phase.HANDOVER,
    ProjectState.OPERATING: Phase.OPERATION,
    ProjectState.EVALUATING: Phase.EVALUATION,
    ProjectState.EXITED: Phase.EXIT,
}


class DeclarationState(LabelledEnum):
    """A version of a declaration: being written, sealed for decision, then decided; or handed back."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "draft": _l("草稿"),
            "submitted": _l("审批中"),
            "approved": _l("已批准"),
            "refused": _l("不予批准"),
            "returned": _l("已退回补正"),
            "withdrawn": _l("已撤回"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {
            "draft": "neutral",
            "submitted": "progress",
            "approved": "good",
            "refused": "bad",
            "returned": "warn",
            "withdrawn": "muted",
        }


class ProjectKind(LabelledEnum):
    """建设性质: what is done to what exists."""

    NEW = "new"
    REBUILD = "rebuild"
    EXTEND = "extend"
    UPGRADE = "upgrade"
    MAINTAIN = "maintain"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "new": _l("新建"),
            "rebuild": _l("改建"),
            "extend": _l("扩建"),
            "upgrade": _l("升级改造"),
            "maintain": _l("运行维护"),
        }


class ProjectCategory(LabelledEnum):
    """What is made."""

    APPLICATION = "application"
    PLATFORM = "platform"
    DATA_PLATFORM = "data_platform"
    INFRASTRUCTURE = "infrastructure"
    SECURITY = "security"
    OPERATION = "operation"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "application": _l("业务应用"),
            "platform": _l("公共支撑平台"),
            "data_platform": _l("数据平台"),
            "infrastructure": _l("基础设施"),
            "security": _l("安全体系"),
            "operation": _l("运营服务"),
        }


class Scope(LabelledEnum):
    """Whom it joins."""

    ONE_AGENCY = "one_agency"
    CROSS_AGENCY = "cross_agency"
    CROSS_LEVEL = "cross_level"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"one_agency": _l("本单位"), "cross_agency": _l("跨部门"), "cross_level": _l("跨层级")}


class Deployment(LabelledEnum):
    """Where it will run."""

    GOVERNMENT_CLOUD = "government_cloud"
    OWN_ROOM = "own_room"
    COMMERCIAL_CLOUD = "commercial_cloud"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"government_cloud": _l("政务云"), "own_room": _l("自有机房"), "commercial_cloud": _l("商业云")}


class CostCategory(LabelledEnum):
    """What a line of the cost sheet buys."""

    SOFTWARE = "software"
    INTEGRATION = "integration"
    DATA = "data"
    SECURITY = "security"
    CLOUD = "cloud"
    NETWORK = "network"
    SERVER = "server"
    STORAGE = "storage"
    MACHINE_ROOM = "machine_room"
    OFFICE_EQUIPMENT = "office_equipment"
    DECORATION = "decoration"
    FURNITURE = "furniture"
    SUPERVISION = "supervision"
    TESTING = "testing"
    DESIGN = "design"
    TRAINING = "training"
    OTHER = "other"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "software": _l("软件开发与购置"),
            "integration": _l("系统集成"),
            "data": _l("数据治理"),
            "security": _l("安全与密码"),
            "cloud": _l("云资源"),
            "network": _l("网络"),
            "server": _l("服务器"),
            "storage": _l("存储设备"),
            "machine_room": _l("机房"),
            "office_equipment": _l("办公设备"),
            "decoration": _l("装修"),
            "furniture": _l("家具"),
            "supervision": _l("监理"),
            "testing": _l("测试测评"),
            "design": _l("咨询设计"),
            "training": _l("培训"),
            "other": _l("其他"),
        }


class DataClass(LabelledEnum):
    """What kind of data is used."""

    PUBLIC = "public"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"
    IMPORTANT = "important"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "public": _l("公共数据"),
            "personal": _l("个人信息"),
            "sensitive": _l("敏感个人信息"),
            "important": _l("重要数据"),
        }


class Sharing(LabelledEnum):
    """On which terms the data is shared."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NONE = "none"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"unconditional": _l("无条件共享"), "conditional": _l("有条件共享"), "none": _l("不予共享")}


class Component(LabelledEnum):
    """Shared capabilities that are provided centrally."""

    IDENTITY = "identity"
    E_SEAL = "e_seal"
    E_LICENCE = "e_licence"
    PAYMENT = "payment"
    FEEDBACK = "feedback"
    MESSAGING = "messaging"
    DATA_EXCHANGE = "data_exchange"
    FORMS = "forms"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "identity": _l("统一身份认证"),
            "e_seal": _l("电子印章"),
            "e_licence": _l("电子证照"),
            "payment": _l("统一支付"),
            "feedback": _l("好差评"),
            "messaging": _l("统一消息"),
            "data_exchange": _l("数据共享交换"),
            "forms": _l("统一表单"),
        }


class Provision(LabelledEnum):
    """How the project comes by a shared capability."""

    REUSE = "reuse"
    OWN = "own"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"reuse": _l("复用统建能力"), "own": _l("自建")}


class DocumentKind(LabelledEnum):
    """What a registered paper is; one of a kind may come again, the newest counts."""

    PROPOSAL = "proposal"
    FEASIBILITY = "feasibility"
    REVISED_FEASIBILITY = "revised_feasibility"
    PRELIMINARY_DESIGN = "preliminary_design"
    SHARING_CHAPTER = "sharing_chapter"
    CRYPTO_PLAN = "crypto_plan"
    CRYPTO_REVIEW = "crypto_review"
    POST_EVALUATION = "post_evaluation"
    EX_ANTE_EVALUATION = "ex_ante_evaluation"
    FILING_FORM = "filing_form"
    MLPS_FILING = "mlps_filing"
    SUPERVISION_CONTRACT = "supervision_contract"
    BUILD_SUMMARY = "build_summary"
    FINANCIAL_REPORT = "financial_report"
    AUDIT_REPORT = "audit_report"
    SECURITY_ASSESSMENT = "security_assessment"
    ARCHIVE_ACCEPTANCE = "archive_acceptance"
    EMERGENCY_PLAN = "emergency_plan"
    SELF_EVALUATION = "self_evaluation"
    EXIT_CERTIFICATE = "exit_certificate"
    SINGLE_SOURCE_PUBLICITY = "single_source_publicity"
    AWARD_NOTICE = "award_notice"
    PROCUREMENT_CONTRACT = "procurement_contract"
    OTHER = "other"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "proposal": _l("项目建议书"),
            "feasibility": _l("可行性研究报告"),
            "revised_feasibility": _l("重报的可行性研究报告"),
            "preliminary_design": _l("初步设计与概算"),
            "sharing_chapter": _l("信息资源共享分析篇"),
            "crypto_plan": _l("密码应用方案"),
            "crypto_review": _l("密码应用方案评估意见"),
            "post_evaluation": _l("前期项目后评价报告"),
            "ex_ante_evaluation": _l("事前绩效评估报告"),
            "filing_form": _l("项目备案表"),
            "mlps_filing": _l("等保备案证明"),
            "supervision_contract": _l("监理合同"),
            "build_summary": _l("建设总结报告"),
            "financial_report": _l("财务报告"),
            "audit_report": _l("审计报告"),
            "security_assessment": _l("安全风险评估报告"),
            "archive_acceptance": _l("档案验收意见"),
            "emergency_plan": _l("应急预案"),
            "self_evaluation": _l("自评价报告"),
            "exit_certificate": _l("数据返还销毁证明"),
            "single_source_publicity": _l("单一来源公示材料"),
            "award_notice": _l("中标（成交）通知书"),
            "procurement_contract": _l("采购合同扫描件"),
            "other": _l("其他材料"),
        }
