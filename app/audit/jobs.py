"""Scheduled sealing of the trail: a tree head when leaves were added since the last one."""

from app.audit import heads


def seal_trail() -> int:
    """Returns the number of leaves the newest head covers; running twice adds nothing."""
    head = heads.seal()
    return head.size if head else 0
