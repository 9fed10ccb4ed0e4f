"""What a plain HTTP refusal says: to people the way through the pages, to programs the way through the API."""

from flask import request
from flask_babel import gettext as _

from app.core.errors import Problem

DOCS = "/api/docs"


def in_words(status: int, program: bool) -> tuple[str, Problem]:
    """The title, and what happened, why, and what to do, for a status."""
    titles = {
        400: _("请求有误"),
        401: _("需要登录"),
        403: _("没有办理权限"),
        405: _("不支持这种操作"),
        413: _("内容过大"),
        415: _("内容类型不支持"),
        429: _("请求过于频繁"),
    }
    problem = _to_program(status) if program else None
    return titles.get(status, _("无法办理")), problem or _to_person(status)


def missing(program: bool) -> Problem:
    """Missing things and what is out of reach are told alike, and alike to everybody who asks this way."""
    why = _("它可能不存在，也可能不在您的查看范围内。")
    if program:
        remedy = _("请核对地址和编号；令牌只能读到其机构查看范围内的记录，限定合同的令牌只能读到该合同。")
        return Problem(_("没有找到这个接口或记录。"), why=why, remedy=remedy, href=DOCS)
    return Problem(_("没有找到这个页面或记录。"), why=why, remedy=_("请检查地址，或从左侧菜单重新进入。"))


def _to_person(status: int) -> Problem:
    texts = {
        400: (_("请求内容不完整或格式不对。"), _("请返回重新填写。")),
        401: (_("没有有效的登录或令牌。"), _("请登录，或提供有效的接口令牌。")),
        403: (_("您没有办理这项操作的权限。"), _("请联系安全管理员。")),
        405: (_("该地址不接受这种请求方式。"), _("请从页面上的按钮办理。")),
        413: (_("提交的内容超过大小上限（25 MB）。"), _("请压缩或拆分后再提交。")),
        415: (_("提交的内容类型不对。"), _("请使用页面上的表单或接口文档中的格式。")),
        429: (_("短时间内请求过多。"), _("请稍后再试。")),
    }
    what, remedy = texts.get(status, (_("请求没有办成。"), _("请返回重试；如再次出现，请把编号告诉管理员。")))
    return Problem(what, remedy=remedy)


def _to_program(status: int) -> Problem | None:
    """Only what a program does otherwise than a person; the rest is told alike."""
    if status == 401:
        return _no_token()
    texts = {
        400: (
            _("请求内容不完整或格式不对。"),
            _("请求在读取内容之前就被拒绝。"),
            _("请按接口文档检查地址、请求头和内容。"),
        ),
        405: (
            _("该地址不接受 %(method)s 请求。", method=request.method),
            _("每个地址只接受接口文档中列出的方法，见应答头 Allow。"),
            _("请改用接口文档中的方法。"),
        ),
        415: (
            _("提交的内容类型不对。"),
            _("收到的类型为“%(kind)s”。", kind=request.mimetype[:80] or _("未注明")),
            _("请按接口文档发送，并注明 Content-Type，例如 application/json。"),
        ),
    }
    if status not in texts:
        return None
    what, why, remedy = texts[status]
    return Problem(what, why=why, remedy=remedy, href=DOCS)


def _no_token() -> Problem:
    """Why nobody is behind the call; of a token that is not good no more is said than that."""
    remedy = _("请向安全管理员申请接口令牌，并在请求头中写明 Authorization: Bearer 令牌。")
    if request.headers.get("Authorization"):
        return Problem(
            _("令牌无效。"),
            why=_("请求头须为“Bearer 令牌”；令牌可能已到期或吊销，账号可能已停用，任职可能已结束。"),
            remedy=_("请核对令牌是否完整；不再有效的，请向安全管理员申请新的令牌。"),
            href=DOCS,
        )
    if request.cookies:
        return Problem(
            _("接口不接受浏览器的登录。"), why=_("接口只凭令牌识别身份，与网页登录无关。"), remedy=remedy, href=DOCS
        )
    return Problem(_("没有提供令牌。"), why=_("接口只凭令牌识别身份。"), remedy=remedy, href=DOCS)
