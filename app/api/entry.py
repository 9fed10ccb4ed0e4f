"""The door of the API: strict JSON bodies, required idempotency keys, cursors and ETags."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

from flask import Response, jsonify, request
from flask_babel import gettext as _
from werkzeug.exceptions import UnsupportedMediaType

from app.calendars.flaws import Flaw
from app.catalogues.queries import said
from app.core.errors import DomainError, Problem, Refused
from app.core.http_words import DOCS
from app.whatif import strict_json

View = TypeVar("View", bound=Callable[..., Any])
Choice = TypeVar("Choice", bound=StrEnum)
MAX_PAGE = 200
JSON_KINDS = {str: "string", int: "integer", bool: "boolean", list: "array", dict: "object"}


class BadRequest(DomainError):
    """The request itself is malformed; nothing was looked at further."""

    status = 400
    code = "bad_request"


@dataclass(frozen=True)
class Member:
    """One member of a JSON body: its name, its type, the longest text; an optional one may be null or left out."""

    name: str
    kind: type
    longest: int = 200
    optional: bool = False


def body(*members: Member) -> dict[str, Any]:
    """The JSON object that was sent, with exactly the named members; unknown, missing or ill-typed ones are refused."""
    data = json_body()
    if not isinstance(data, dict):
        raise BadRequest(
            Problem(_("请求内容须为 JSON 对象。"), remedy=_("请以花括号发送接口文档列出的字段。"), href=DOCS)
        )
    problems = [
        Problem(
            _("不认识的字段“%(name)s”。", name=name),
            why=_("不认识的字段不会被忽略，以免误以为已经办理。"),
            remedy=_("这里只接受：%(listed)s。", listed=", ".join(member.name for member in members)),
            place=name,
        )
        for name in data
        if name not in {m.name for m in members}
    ]
    for member in members:
        problems += _member_problems(member, data)
    if problems:
        raise Refused(problems)
    return data


def _member_problems(member: Member, data: Mapping[str, Any]) -> list[Problem]:
    value = data.get(member.name)
    if value is None:
        wanted = _("请按接口文档补上该字段。")
        missing = Problem(_("缺少字段“%(name)s”。", name=member.name), remedy=wanted, place=member.name, href=DOCS)
        return [] if member.optional else [missing]
    if not isinstance(value, member.kind) or isinstance(value, bool) is not (member.kind is bool):
        wanted = _("该字段须为 JSON 的 %(kind)s。", kind=JSON_KINDS.get(member.kind, member.kind.__name__))
        return [Problem(_("字段“%(name)s”的类型不对。", name=member.name), remedy=wanted, place=member.name)]
    return _text_problems(member, value) if isinstance(value, str) else []


def _text_problems(member: Member, value: str) -> list[Problem]:
    if not value.strip() or len(value) > member.longest:
        what = _("字段“%(name)s”须有 1 至 %(n)s 个字。", name=member.name, n=member.longest)
        why = _("收到的内容有 %(n)s 个字。", n=len(value.strip()))
        return [Problem(what, why=why, remedy=_("请补写或缩短后再提交。"), place=member.name)]
    if any(ord(char) < 32 for char in value):
        what = _("字段“%(name)s”含有控制字符。", name=member.name)
        return [Problem(what, remedy=_("请去掉换行、制表符等控制字符。"), place=member.name)]
    return []


def no_period() -> Problem:
    """A query that names no period."""
    remedy = _("请写作 2026-09、2026-Q3 或 2026。")
    return Problem(_("period 不是周期。"), remedy=remedy, place="period")


def not_listed(name: str, kind: type[StrEnum]) -> Problem:
    """A query that names no member of a closed list."""
    listed = ", ".join(member.value for member in kind)
    remedy = _("请使用：%(listed)s。", listed=listed)
    return Problem(_("%(name)s 不正确。", name=name), why=_("该参数只接受列出的值。"), remedy=remedy, place=name)


def chosen(kind: type[Choice], name: str, value: str) -> Choice:
    """The member of a closed list that was named; others are refused with the list."""
    if value not in {member.value for member in kind}:
        listed = ", ".join(member.value for member in kind)
        what = _("“%(name)s”须为以下之一：%(listed)s。", name=name, listed=listed)
        raise Refused(Problem(what, remedy=_("请使用列出的值，大小写一致。"), place=name))
    return kind(value)


def json_body() -> Any:
    """The body as strict JSON: no NaN, no doubled keys, no depth beyond bounds, UTF-8 only."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        return strict_json.clean(strict_json.loads(request.get_data()))
    except Flaw as flaw:
        raise BadRequest(Problem(flaw.say(said), remedy=_("请发送 UTF-8 编码的合法 JSON。"))) from flaw


def keyed(view: View) -> View:
    """An unsafe call needs an Idempotency-Key, so that it can be repeated without doing it twice."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if not request.headers.get("Idempotency-Key", "").strip():
            raise BadRequest(
                Problem(
                    _("缺少请求头 Idempotency-Key。"),
                    why=_("重复发送同一请求时，凭它保证只办理一次。"),
                    remedy=_("请为每次新的提交生成一个随机键，重试时使用同一个键。"),
                )
            )
        return view(*args, **kwargs)

    return checked  # type: ignore[return-value]


def limit() -> int:
    """The page size asked for, within bounds."""
    given = request.args.get("limit", "50")
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:6]) <= MAX_PAGE):
        what = _("limit 须为 1 至 %(n)s 的整数。", n=MAX_PAGE)
        raise BadRequest(Problem(what, remedy=_("请改小，或按 next_cursor 翻页。"), place="limit"))
    return int(given)


def cursor() -> int:
    """The id after which the page begins; 0 at the start."""
    given = request.args.get("cursor", "0")
    if not (given.isascii() and given.isdigit() and len(given) < 18):
        raise BadRequest(Problem(_("cursor 不正确。"), remedy=_("请使用上一页返回的 next_cursor。"), place="cursor"))
    return int(given)


def tagged(document: dict[str, Any], tag: str) -> Response:
    """A document with its ETag; 304 when the caller has it already."""
    response = jsonify(document)
    response.set_etag(tag)
    response.make_conditional(request)
    return response


def expect_tag(tag: str) -> None:
    """Refuses a change based on an older reading, when the caller sent If-Match."""
    wanted = request.headers.get("If-Match")
    if wanted is not None and not request.if_match.contains(tag):
        why = _("您读取之后，别人修改了这条记录；本次没有保存。")
        raise Precondition(Problem(_("记录已被修改，If-Match 不符。"), why=why, remedy=_("请重新读取后再提交。")))


class Precondition(DomainError):
    """The thing is not what the caller read."""

    status = 412
    code = "precondition"
