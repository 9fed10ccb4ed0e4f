"""The API described in OpenAPI 3.1, from one table of calls."""

from dataclasses import dataclass
from typing import Any

VERSION = "1.0.0"


@dataclass(frozen=True)
class Call:
    """One call: method, path, what it does, the scope its token needs, members of its body, its answer's status."""

    method: str
    path: str
    summary: str
    scope: str
    members: tuple[tuple[str, str], ...] = ()
    status: int = 200
    paged: bool = False
    query: tuple[str, ...] = ()


CALLS = (
    Call("get", "/contracts", "合同列表（按游标翻页） Contracts in reach", "contracts:read", paged=True),
    Call("post", "/contracts", "起草合同 Open a draft", "contracts:write", (("title", "合同名称"),), 201),
    Call("get", "/contracts/{code}", "一份合同，含内容与摘要 One contract with content and digests", "contracts:read"),
    Call(
        "post",
        "/contracts/{code}/parties",
        "添加当事方 Add a party",
        "contracts:write",
        (("organisation", "机构编码"), ("role", "角色")),
        201,
    ),
    Call(
        "post",
        "/contracts/{code}/submission",
        "提交会签 Send out for signing",
        "contracts:write",
        (("digest", "内容摘要 SHA-256"),),
    ),
    Call("get", "/contracts/{code}/figures", "现行数据（按游标翻页） Figures that stand", "figures:read", paged=True),
    Call(
        "post",
        "/contracts/{code}/figures",
        "报送指标数据（JSON、NDJSON、CSV） Report figures",
        "figures:write",
        status=201,
    ),
    Call("post", "/contracts/{code}/events", "报送状态事件 Report status events", "figures:write", status=201),
    Call(
        "post",
        "/contracts/{code}/exclusions",
        "申报除外时段（service、announced_at 可为 null） Claim an exclusion",
        "exclusions:write",
        (
            ("service", "服务编码；null 为全部服务"),
            ("from", "开始时间，带时区"),
            ("to", "结束时间，带时区"),
            ("cause", "原因"),
            ("reason", "理由"),
            ("announced_at", "公告时间；仅公告维护，否则为 null"),
            ("evidence", "合同中已有材料的 SHA-256"),
        ),
        201,
    ),
    Call(
        "get",
        "/contracts/{code}/assessments/{period}",
        "一个周期的考核结果，含状态、版次与摘要 The result of a period",
        "assessments:read",
        query=("scheme", "edition"),
    ),
    Call("get", "/reports", "绩效报告列表（按游标翻页） Reports in reach", "reports:read", paged=True),
    Call("get", "/reports/{code}", "一份绩效报告，含内容与文件摘要 One report with its content", "reports:read"),
    Call("get", "/reports/{code}.{kind}", "报告文件 pdf、xlsx、docx A stored file", "reports:read"),
    Call(
        "get",
        "/findings",
        "督查问题列表（按游标翻页） Findings in reach",
        "findings:read",
        paged=True,
        query=("contract", "state"),
    ),
    Call("get", "/findings/{code}", "一个督查问题，含各轮整改与复核 One finding with its rounds", "findings:read"),
    Call(
        "get",
        "/projects",
        "项目列表（按游标翻页） Projects in reach",
        "projects:read",
        paged=True,
        query=("state", "region"),
    ),
    Call(
        "get",
        "/projects/{code}",
        "一个项目，含申报内容、下一步所缺、待办与各次决定 One project with what its next steps miss",
        "projects:read",
    ),
    Call("get", "/tasks", "我的待办 Open tasks", "tasks:read", paged=True),
    Call(
        "post",
        "/whatif/{kind}",
        "试算；screen 按现行规则判定并写明版本 Calculation without storing; screen by the rules in force, with versions",
        "whatif:run",
    ),
)
PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "instance": {"type": "string"},
        "problems": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}},
    },
    "required": ["type", "title", "status"],
}


def document() -> dict[str, Any]:
    """The whole description; every call answers refusals as problem details (RFC 9457)."""
    paths: dict[str, dict[str, Any]] = {}
    for call in CALLS:
        paths.setdefault(f"/api/v1{call.path}", {})[call.method] = _operation(call)
    return {
        "openapi": "3.1.0",
        "info": {"title": "管运 Guanyun API", "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": {"Problem": PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _operation(call: Call) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{call.method}_{call.path.strip('/').replace('/', '_').replace('{', '').replace('}', '')}",
        "summary": call.summary,
        "description": f"scope: {call.scope}",
        "parameters": _parameters(call),
        "responses": {
            str(call.status): {"description": "done", "content": {"application/json": {"schema": {}}}},
            "default": {
                "description": "refused",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    }
    if call.method == "post":
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": _body(call)}}}
    return operation


def _parameters(call: Call) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in ("code", "kind", "period")
        if f"{{{name}}}" in call.path
    ]
    found += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in call.query]
    if call.paged:
        found += [{"name": name, "in": "query", "schema": {"type": "integer"}} for name in ("cursor", "limit")]
    if call.members:
        found.append(
            {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string", "maxLength": 80}}
        )
    return found


def _body(call: Call) -> dict[str, Any]:
    if not call.members:
        return {}
    return {
        "type": "object",
        "properties": {name: {"type": "string", "description": words} for name, words in call.members},
        "required": [name for name, _words in call.members],
        "additionalProperties": False,
    }
