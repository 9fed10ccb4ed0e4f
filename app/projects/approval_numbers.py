"""Numbers of approving documents: an authority gives each of them once, however it is written."""

import unicodedata

import sqlalchemy as sa
from flask_babel import gettext as _

from app.core.db import db, serialise
from app.core.errors import Problem, Refused
from app.projects.models import Project
from app.subjects.models import Party, PartyRole

_OPENING, _CLOSING = "〔［[【（(", "〕］]】）)"
_BRACKETS = str.maketrans(_OPENING + _CLOSING, "(" * len(_OPENING) + ")" * len(_CLOSING))


def plain_number(number: str) -> str:
    """A number without blanks, in capitals, its brackets all of one kind: 「粤数〔2026〕 9号」 is 「粤数(2026)9号」."""
    joined = "".join(unicodedata.normalize("NFKC", number).split())
    return joined.translate(_BRACKETS).upper()


def number_approval(project: Project, authority_id: int | None, number: str) -> None:
    """Writes the number of the approval that is being decided, when one is given. Part of a running act."""
    given = number.strip()
    if not given:
        return
    key = f"{authority_id}:{plain_number(given)}"
    serialise(f"approval:{key}")
    holder = _holder_of(project, authority_id, plain_number(given))
    if holder is not None:
        raise Refused(
            Problem(
                _("批复文号 %(number)s 已经用于项目 %(code)s。", number=given, code=holder.code),
                why=_("同一机关的一个文号只能对应一份批复；空格和括号的写法不同仍是同一文号。"),
                remedy=_("请核对本项目批复文件上的文号。"),
                place="approval_number",
            )
        )
    project.approval_number, project.approval_key = given, key


def _holder_of(project: Project, authority_id: int | None, plain: str) -> Project | None:
    """Another project of the same authority that bears this number, those taken in among them."""
    theirs = sa.select(Party.subject_id).where(
        Party.organisation_id == authority_id, Party.role == PartyRole.COMPETENT_AUTHORITY
    )
    numbered = sa.select(Project).where(
        Project.id != project.id, Project.approval_number != "", Project.subject_id.in_(theirs)
    )
    return next((one for one in db.session.scalars(numbered) if plain_number(one.approval_number) == plain), None)
