"""A person sees the subjects of his organisation, or of the regions it is responsible for, and nothing else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core.actors import SYSTEM
from app.core.db import db
from app.core.permissions import Role
from app.organisations.actions import give_mandate
from app.organisations.models import MandateKind
from app.subjects.models import Subject, SubjectKind
from app.subjects.queries import in_reach, subject_in_reach
from tests import factories as make


def seen(actor):
    """The contracts in reach; companies that are admitted are subjects as well."""
    contracts = sa.select(Subject.code).where(Subject.kind == SubjectKind.CONTRACT, in_reach(actor))
    return set(db.session.scalars(contracts))


@pytest.fixture
def elsewhere(w, db_session):
    """A contract of Shenzhen with the rival; the standing ones are Guangzhou's with the operator."""
    contract = make.draft(w, "other_officer", w.org("rival"))
    db_session.commit()
    return contract.code


@pytest.mark.parametrize(
    "key, own, other",
    [
        ("officer", True, False),
        ("signatory", True, False),
        ("operator_officer", True, False),
        ("other_officer", False, True),
        ("rival_signatory", False, True),
        ("supervisor", False, False),
        ("authority_officer", True, True),
        ("leader", True, True),
        ("inspector", True, True),
        ("system_admin", False, False),
        ("security_admin", False, False),
        ("audit_admin", False, False),
    ],
)
def test_reach_by_person(w, elsewhere, key, own, other):
    standing = set(w.codes.values())
    wanted = (standing if own else set()) | ({elsewhere} if other else set())
    assert seen(w.actor(key)) == wanted


def test_the_system_reaches_everything(w, elsewhere):
    assert seen(SYSTEM) == {*w.codes.values(), elsewhere}


def test_a_mandate_covers_the_subtree_and_nothing_beside_it(w, elsewhere):
    bureau = make.organisation(kind=make.OrganisationKind.AUTHORITY, place="4403", sides=make.MANAGES)
    officer = make.person(bureau, Role.AUTHORITY_OFFICER, login="city-officer")
    assert seen(officer) == set()
    give_mandate(w.actor("system_admin"), bureau, make.region("4403"), MandateKind.COMPETENT)
    db.session.flush()
    assert seen(w.actor("city_officer")) == {elsewhere}


def test_a_region_whose_code_begins_alike_is_not_covered(w):
    """4401 must not open 44011…: paths end with a slash, and wildcards in them are taken literally."""
    paths = list(db.session.scalars(sa.select(make.Region.path)))
    assert all(path.endswith("/") and "%" not in path and "_" not in path for path in paths)


def test_what_is_out_of_reach_and_what_is_missing_are_both_none(w, elsewhere):
    officer = w.actor("officer")
    assert subject_in_reach(officer, SubjectKind.CONTRACT, elsewhere) is None
    assert subject_in_reach(officer, SubjectKind.CONTRACT, "HT-0-0-0") is None
    assert subject_in_reach(w.actor("other_officer"), SubjectKind.CONTRACT, elsewhere).code == elsewhere
