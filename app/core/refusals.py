"""Refusals as answers: a page in the person's language or problem details (RFC 9457), never a stack trace."""

from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.core import http_words, logs
from app.core.clock import now
from app.core.db import db, intend_to_write
from app.core.errors import DomainError, Problem
from app.core.web import actor_or_none, afterwards, to_sign_in, wants_json

log = structlog.get_logger("guanyun")
# What the guards in the database say first, so that a refusal there reads like one from the program.
GUARD = "guanyun:"


def install(app: Flask) -> None:
    """Registers the handlers; the last one catches everything."""
    logs.configure()
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(CSRFError, on_csrf)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(StaleDataError, on_stale)
    app.register_error_handler(IntegrityError, on_constraint)
    app.register_error_handler(OperationalError, on_busy)
    app.register_error_handler(Exception, on_unexpected)


def answer(status: int, title: str, problems: list[Problem], code: str) -> ResponseReturnValue:
    """One refusal, as JSON for programs and as a page for people; both carry the request's id."""
    db.session.rollback()
    intend_to_write(False)
    # A refusal looks the same wherever it happened: no entry of the side bar is marked.
    g.refused = True
    request_id = g.get("request_id", "")
    if wants_json():
        return _problem_details(status, title, problems, code)
    page = render_template(
        "errors/error.html",
        status=status,
        title=title,
        problems=problems,
        request_id=request_id,
        signed_in=_actor_quietly(),
    )
    return make_response(page, status)


def _problem_details(status: int, title: str, problems: list[Problem], code: str) -> Response:
    body: dict[str, Any] = {
        "type": f"urn:guanyun:{code}",
        "title": title,
        "status": status,
        "instance": g.get("request_id", ""),
        "problems": [problem.as_dict() for problem in problems if problem.as_dict()],
    }
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def _actor_quietly() -> Any:
    try:
        return actor_or_none()
    except Exception:  # noqa: BLE001 - a page about a failure must not fail for the same cause
        return None


def _record_denial(status: int) -> None:
    from_actor = _actor_quietly()
    record: dict[str, Any] = {
        "user_id": from_actor.user_id if from_actor else None,
        "method": request.method,
        "path": request.path[:300],
        "status": status,
        "request_id": g.get("request_id", ""),
        "at": now(),
    }
    table = db.metadata.tables["denials"]

    def write(session: Session) -> None:
        session.execute(table.insert().values(**record))

    afterwards(write)


def on_domain_error(error: DomainError) -> ResponseReturnValue:
    if error.status == 404:
        return on_missing()
    if error.status == 403:
        _record_denial(403)
    titles = {403: _("没有办理权限"), 409: _("现在不能这样办理"), 422: _("没有通过检查")}
    return answer(error.status, titles.get(error.status, _("无法办理")), error.problems, error.code)


def on_missing() -> ResponseReturnValue:
    """Missing things and other organisations' things: the same status, the same bytes but for the request's id."""
    if _actor_quietly() is not None:
        _record_denial(404)
    return answer(404, _("没有找到"), [http_words.missing(wants_json())], "not_found")


def on_csrf(_error: CSRFError) -> ResponseReturnValue:
    problem = Problem(
        what=_("表单已失效，没有办理。"),
        why=_("表单与当前登录会话不一致，可能是登录已过期，或页面打开时间过长。"),
        remedy=_("请返回上一页复制已填内容，刷新后重新提交。"),
    )
    return answer(400, _("表单已失效"), [problem], "csrf")


def on_http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status == 401 and not wants_json():
        return to_sign_in()
    if status == 404:
        return on_missing()
    if status < 400:
        return error.get_response()
    title, problem = http_words.in_words(status, wants_json())
    response = make_response(answer(status, title, [problem], f"http_{status}"))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            response.headers[name] = value
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def on_stale(_error: StaleDataError) -> ResponseReturnValue:
    problem = Problem(
        what=_("在您打开页面之后，别人已经修改了这条记录。"),
        why=_("为避免互相覆盖，后提交的一方需要先看到最新内容。您的修改没有保存。"),
        remedy=_("请返回并刷新页面，确认最新内容后再提交。"),
    )
    return answer(409, _("内容已被他人修改"), [problem], "stale")


def on_constraint(error: IntegrityError) -> ResponseReturnValue:
    log.warning("constraint", request_id=g.get("request_id", ""), detail=str(error.orig))
    problem = Problem(
        what=_("这次修改与系统的保护规则冲突，没有保存。"),
        why=_("数据库中的约束拒绝了它，可能是另一人刚刚办理了同一事项。"),
        remedy=_("请返回刷新后重试；如再次出现，请把编号告诉系统管理员。"),
    )
    return answer(409, _("与保护规则冲突"), [problem], "constraint")


def on_busy(error: OperationalError) -> ResponseReturnValue:
    log.error("database", request_id=g.get("request_id", ""), detail=str(error.orig))
    problem = Problem(what=_("数据库暂时不可用，没有保存任何内容。"), remedy=_("请稍等片刻后重试。"))
    response = make_response(answer(503, _("系统繁忙"), [problem], "busy"))
    response.headers["Retry-After"] = "5"
    return response


def on_unexpected(error: Exception) -> ResponseReturnValue:
    log.error("unexpected", exc_info=error, request_id=g.get("request_id", ""), kind=type(error).__name__)
    if isinstance(error, StatementError) and GUARD in str(error):
        return on_constraint(IntegrityError("", {}, error))
    problem = Problem(
        what=_("系统出现错误，没有保存任何内容。"),
        remedy=_("请把下面的编号告诉系统管理员，我们可以凭编号查到原因。"),
    )
    return answer(500, _("系统错误"), [problem], "unexpected")
