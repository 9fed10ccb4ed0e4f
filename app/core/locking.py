"""Optimistic locking: the second of two people is told, and keeps what was typed."""

from typing import Any

from flask_babel import gettext as _

from app.core.errors import Problem, Stale


def expect_version(thing: Any, seen: int | None) -> None:
    """Refuses a change based on an older reading of the thing (two people, two tabs)."""
    if seen is not None and seen != thing.row_version:
        raise Stale(
            Problem(
                what=_("在您打开页面之后，这条记录已被修改，您的内容还没有保存。"),
                why=_("您看到的是第 %(seen)s 次修改的内容，现在是第 %(now)s 次。", seen=seen, now=thing.row_version),
                remedy=_("您填写的内容保留在下面；请对照最新内容，确认后再次提交。"),
            )
        )
