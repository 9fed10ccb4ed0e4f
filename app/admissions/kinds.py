"""The closed lists of admissions: states, rulings, what a company can show, and lists of serious dishonesty."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.db import LabelledEnum

CATEGORY_KIND = "admission_category"
RULE_KIND = "admission_rule"


class AdmissionState(LabelledEnum):
    """Applied for, decided on, and what became of it; what ended never comes back: one applies anew."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ADMITTED = "admitted"
    SUSPENDED = "suspended"
    REFUSED = "refused"
    EXPIRED = "expired"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "draft": _l("申请填写中"),
            "submitted": _l("审查中"),
            "admitted": _l("已准入"),
            "suspended": _l("准入已暂停"),
            "refused": _l("不予准入"),
            "expired": _l("准入已到期"),
            "removed": _l("已移出名录"),
            "withdrawn": _l("已撤回申请"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {
            "draft": "neutral",
            "submitted": "progress",
            "admitted": "good",
            "suspended": "warn",
            "refused": "bad",
            "expired": "muted",
            "removed": "bad",
            "withdrawn": "muted",
        }


# What stands or stood on the register; the rest are applications.
LISTED = frozenset({AdmissionState.ADMITTED, AdmissionState.SUSPENDED, AdmissionState.EXPIRED, AdmissionState.REMOVED})
LIVE = frozenset({AdmissionState.ADMITTED, AdmissionState.SUSPENDED})
OPEN = frozenset({AdmissionState.DRAFT, AdmissionState.SUBMITTED})


class RulingKind(LabelledEnum):
    """What an authority ruled; each is written once and stays readable."""

    RETURN = "return"
    ADMIT = "admit"
    REFUSE = "refuse"
    SUSPEND = "suspend"
    RESUME = "resume"
    REMOVE = "remove"
    RECHECK = "recheck"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "return": _l("退回补正"),
            "admit": _l("准予准入"),
            "refuse": _l("不予准入"),
            "suspend": _l("暂停准入"),
            "resume": _l("恢复准入"),
            "remove": _l("移出名录"),
            "recheck": _l("复核后保持"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {
            "return": "warn",
            "admit": "good",
            "refuse": "bad",
            "suspend": "warn",
            "resume": "good",
            "remove": "bad",
            "recheck": "info",
        }


class Topic(LabelledEnum):
    """The six things an entry condition is about, in the order of the application."""

    REGISTRATION = "registration"
    CREDIT = "credit"
    SECURITY = "security"
    QUALIFICATION = "qualification"
    PEOPLE = "people"
    INDEPENDENCE = "independence"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "registration": _l("主体登记"),
            "credit": _l("信用记录"),
            "security": _l("安全能力"),
            "qualification": _l("资质与业绩"),
            "people": _l("人员"),
            "independence": _l("独立性"),
        }


class Method(LabelledEnum):
    """Who says whether a condition is met: the machine from records, or a person on evidence."""

    MACHINE = "machine"
    PERSON = "person"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"machine": _l("系统判定"), "person": _l("人工审查")}


class ProofKind(LabelledEnum):
    """What a company can show by a certificate: for itself, or for people on its staff."""

    MLPS_FILING = "mlps_filing"
    ISO_27001 = "iso_27001"
    ISO_20000 = "iso_20000"
    ITSS_OPERATION = "itss_operation"
    CLOUD_ASSESSMENT = "cloud_assessment"
    DATA_SECURITY = "data_security"
    SECURITY_SERVICE = "security_service"
    SYSTEMS_BUILDING = "systems_building"
    SUPERVISION = "supervision"
    TESTING = "testing"
    PEOPLE_OPERATION = "people_operation"
    PEOPLE_SECURITY = "people_security"
    PEOPLE_DATA = "people_data"
    PEOPLE_BUILDING = "people_building"
    PEOPLE_SUPERVISION = "people_supervision"
    PEOPLE_TESTING = "people_testing"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "mlps_filing": _l("网络安全等级保护备案与测评"),
            "iso_27001": _l("信息安全管理体系认证"),
            "iso_20000": _l("信息技术服务管理体系认证"),
            "itss_operation": _l("运行维护服务能力评估"),
            "cloud_assessment": _l("云计算服务安全评估"),
            "data_security": _l("数据安全能力认证"),
            "security_service": _l("安全服务资质"),
            "systems_building": _l("信息系统建设和服务能力评估"),
            "supervision": _l("信息系统工程监理资质"),
            "testing": _l("检验检测或测评机构资质"),
            "people_operation": _l("运行维护人员证书"),
            "people_security": _l("安全人员证书"),
            "people_data": _l("数据人员证书"),
            "people_building": _l("建设实施人员证书"),
            "people_supervision": _l("监理人员证书"),
            "people_testing": _l("测评人员证书"),
        }

    @property
    def counts_people(self) -> bool:
        return self.value.startswith("people_")


class Listing(LabelledEnum):
    """What an enquiry about a company's credit found."""

    CLEAN = "clean"
    ENFORCEMENT = "enforcement"
    TAX = "tax"
    PROCUREMENT = "procurement"
    MARKET = "market"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "clean": _l("没有严重失信记录"),
            "enforcement": _l("失信被执行人"),
            "tax": _l("重大税收违法失信主体"),
            "procurement": _l("政府采购严重违法失信"),
            "market": _l("市场监管严重违法失信"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"clean": "good", "enforcement": "bad", "tax": "bad", "procurement": "bad", "market": "bad"}
