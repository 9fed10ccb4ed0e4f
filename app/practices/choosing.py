"""Choosing the practice of a project or contract; called inside a room's own act."""

from flask_babel import gettext as _

from app.catalogues.models import CatalogueEntry
from app.core.errors import Problem, Refused
from app.organisations.models import Region
from app.practices.queries import to_choose
from app.subjects.models import Subject


def chosen_entry(region: Region, code: str) -> CatalogueEntry | None:
    """The version in force of a practice that may be chosen in a region; None where none was chosen."""
    if not code:
        return None
    found = next((one for one in to_choose(region) if one.code == code), None)
    if found is None:
        raise Refused(
            Problem(
                _("没有可以选用的地方模式“%(code)s”。", code=code),
                why=_("地方模式须在规则目录中生效，并适用于本地区。"),
                remedy=_("请从列表中选择，或者不选用地方模式。"),
                place="practice",
            )
        )
    return found


def follow(subject: Subject, entry: CatalogueEntry | None) -> None:
    """Needs a running act; whether the subject may still choose is for its room to say, and for the database."""
    subject.practice_entry = entry
    subject.practice_entry_id = entry.id if entry is not None else None
