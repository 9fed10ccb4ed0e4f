"""The ledger that a proposal is compared with: projects that live, services, imported applications, in every region."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from flask import current_app

from app.core.db import db
from app.organisations.models import Region, RegionLevel
from app.projects import similarity
from app.projects.kinds import ProjectCategory, ProjectState
from app.projects.models import DataItem, Declaration, Project
from app.projects.queries import newest_declaration
from app.projects.similarity import Corpus, Match, Work
from app.services.models import LedgerEntry, Service, ServiceCategory
from app.services.queries import newest_version
from app.subjects.models import Subject

PROJECT, SERVICE, ENTRY = "project", "service", "entry"
# What came to nothing is no double of anything.
LEFT_OUT = (ProjectState.REFUSED, ProjectState.TERMINATED)
SHOWN = 10
# What a service would be if it were declared as a project.
CATEGORY_OF: Mapping[ServiceCategory, ProjectCategory] = {
    ServiceCategory.PLATFORM: ProjectCategory.PLATFORM,
    ServiceCategory.APPLICATION: ProjectCategory.APPLICATION,
    ServiceCategory.CLOUD: ProjectCategory.INFRASTRUCTURE,
    ServiceCategory.NETWORK: ProjectCategory.INFRASTRUCTURE,
    ServiceCategory.DATA: ProjectCategory.DATA_PLATFORM,
    ServiceCategory.SECURITY: ProjectCategory.SECURITY,
    ServiceCategory.HOTLINE: ProjectCategory.OPERATION,
    ServiceCategory.MAINTENANCE: ProjectCategory.OPERATION,
}
PLACE_ENDINGS = ("特别行政区", "自治区", "自治州", "地区", "省", "市", "盟")


def nearest(declaration: Declaration, limit: int = SHOWN) -> list[Match]:
    """What on the ledger is most like a declaration, in every region; its own project is left out."""
    corpus = _corpus()
    # Taken out afterwards, so that everybody is compared with the same prepared ledger.
    own = key_of(PROJECT, declaration.project.code)
    proposal = similarity.prepare(work_of(declaration), corpus.places)
    found = similarity.nearest(proposal, corpus, limit + 1)
    return [one for one in found if one.work.key != own][:limit]


def key_of(kind: str, code: str) -> str:
    return f"{kind}:{code}"


def work_of(declaration: Declaration) -> Work:
    """What of a declaration is compared."""
    subject = declaration.project.subject
    return Work(
        key=key_of(PROJECT, declaration.project.code),
        name=subject.title,
        purpose=declaration.purpose,
        functions=declaration.functions,
        data=_joined(item.name for item in declaration.data_items),
        category=declaration.category.value if declaration.category else "",
        region=subject.region.path,
    )


def _joined(names: Iterable[str]) -> str:
    return "，".join(names)


def _corpus() -> Corpus:
    """The ledger, read anew every time; what has not changed to the letter is not prepared again."""
    known: Corpus | None = current_app.extensions.get("project_ledger")
    corpus = similarity.corpus_of([*_projects(), *_services(), *_entries()], _places(), known)
    current_app.extensions["project_ledger"] = corpus
    return corpus


def _projects() -> list[Work]:
    rows = db.session.execute(
        sa.select(
            *(Declaration.id, Project.code, Subject.title, Declaration.purpose, Declaration.functions),
            *(Declaration.category, Region.path),
        )
        .select_from(Project)
        .join(Subject, Subject.id == Project.subject_id)
        .join(Region, Region.id == Subject.region_id)
        .join(Declaration, newest_declaration())
        .where(Project.state.not_in(LEFT_OUT))
        .order_by(Project.id)
    ).all()
    names: dict[int, list[str]] = {}
    for key, name in db.session.execute(
        sa.select(DataItem.declaration_id, DataItem.name).order_by(DataItem.declaration_id, DataItem.line)
    ):
        names.setdefault(key, []).append(name)
    return [
        Work(
            key_of(PROJECT, row.code),
            row.title,
            row.purpose,
            row.functions,
            _joined(names.get(row.id, ())),
            row.category.value if row.category else "",
            row.path,
        )
        for row in rows
    ]


def _services() -> list[Work]:
    """A service says in one text what it is for and what it does."""
    rows = db.session.execute(
        sa.select(Service.code, Service.name_zh, Service.description, Service.category, Region.path)
        .join(Region, Region.id == Service.region_id)
        .order_by(Service.id)
    )
    return [
        Work(
            key=key_of(SERVICE, row.code),
            name=row.name_zh,
            purpose=row.description,
            functions=row.description,
            category=CATEGORY_OF[row.category].value,
            region=row.path,
        )
        for row in rows
    ]


def _entries() -> list[Work]:
    """Applications of imported ledgers; a version never changes, so that each is read once."""
    known: dict[tuple[int, str, str], Work] = current_app.extensions.get("imported_ledger", {})
    keys = db.session.execute(
        sa.select(LedgerEntry.id, LedgerEntry.sha256, Region.path)
        .join(Region, Region.id == LedgerEntry.region_id)
        .where(newest_version())
        .order_by(LedgerEntry.id)
    ).all()
    wanted = [(row.id, row.sha256, row.path) for row in keys]
    read = _read_entries([place[0] for place in wanted if place not in known])
    found = {place: known.get(place) or _work_of_entry(read[place[0]], place[2]) for place in wanted}
    current_app.extensions["imported_ledger"] = found
    return list(found.values())


def _read_entries(keys: list[int]) -> dict[int, LedgerEntry]:
    if not keys:
        return {}
    within = LedgerEntry.id.between(min(keys), max(keys))
    rows = db.session.scalars(sa.select(LedgerEntry).where(within, newest_version()))
    return {one.id: one for one in rows}


def _work_of_entry(entry: LedgerEntry, path: str) -> Work:
    return Work(
        key=key_of(ENTRY, str(entry.id)),
        name=entry.name,
        purpose=entry.purpose,
        functions=entry.functions,
        data=entry.data,
        category=CATEGORY_OF[entry.category].value if entry.category else "",
        region=path,
    )


def _places() -> frozenset[str]:
    """Names of regions, of provinces and cities also as they are called for short."""
    found: set[str] = set()
    for name, level in db.session.execute(sa.select(Region.name_zh, Region.level)):
        found.add(name)
        if level in (RegionLevel.PROVINCE, RegionLevel.CITY):
            found.add(next((name.removesuffix(end) for end in PLACE_ENDINGS if name.endswith(end)), name))
    return frozenset(name for name in found if len(name) > 1)
