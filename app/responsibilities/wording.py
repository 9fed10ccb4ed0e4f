"""Words of responsibility lists: whose duty it is, what shows that it is done, of which kind a finding is."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.responsibilities.duty_file import Bearer, EvidenceKind

BEARERS: dict[Bearer, Any] = {
    Bearer.MANAGER: _l("主管部门"),
    Bearer.AGENCY: _l("项目单位"),
    Bearer.FINANCE: _l("财政部门"),
    Bearer.BUILDER: _l("承建单位"),
    Bearer.OPERATOR: _l("运营企业"),
    Bearer.SUPERVISOR: _l("监督方"),
}
EVIDENCE: dict[EvidenceKind, Any] = {EvidenceKind.RECORD: _l("系统记录"), EvidenceKind.DOCUMENT: _l("文件")}
# In the order in which a page shows them.
FINDING_KINDS: dict[str, Any] = {
    "empty": _l("清单为空"),
    "nobody_operates": _l("没有建设、运营方"),
    "no_accountable": _l("没有负责方"),
    "two_accountable": _l("负责方不止一个"),
    "accountable_side": _l("负责方所在的一方不对"),
    "responsible_side": _l("执行方所在的一方不对"),
    "stranger": _l("承担方已不是当事方"),
    "accountable_and_consulted": _l("既负责又咨询"),
    "no_evidence": _l("没有证据形式"),
    "template_missing": _l("模板事项缺失"),
    "idle": _l("当事方没有权责"),
    "twice": _l("事项重复"),
    "alike": _l("事项相近"),
    "evidence_unsaid": _l("证据名称未写"),
    "no_deadline": _l("没有时限"),
    "no_basis": _l("自定事项没有依据"),
    "left_out_law": _l("删减了有依据的事项"),
}


def bearer_choices() -> list[tuple[str, Any]]:
    return [(one.value, word) for one, word in BEARERS.items()]


def evidence_choices() -> list[tuple[str, Any]]:
    return [("", _l("（未定）")), *((one.value, word) for one, word in EVIDENCE.items())]
