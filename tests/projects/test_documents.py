"""The register of papers: who registers what, what a paper must show, and that nothing is ever taken back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import TrailEntry
from app.core.clock import today
from app.core.db import db
from app.core.errors import NotAllowed, Refused, WrongState
from app.core.permissions import Permission
from app.evidence.queries import evidence_of
from app.projects import declaring
from app.projects.documents import REGISTRARS, DocumentFacts, kinds_registered, register_document, registrable
from app.projects.kinds import DocumentKind as K
from app.projects.queries import documents_of
from app.subjects.models import PartyRole
from tests.factories import PEOPLE, sign_in
from tests.intake.room import approved as taken_in
from tests.projects.room import paper, refused, terminated


@pytest.fixture
def project(w):
    made = taken_in(w)
    declaring.join_party(w.actor("officer"), made, w.org("watcher"), PartyRole.SUPERVISOR)
    declaring.join_party(w.actor("officer"), made, w.org("operator"), PartyRole.BUILDER)
    return made


def facts(kind=K.FEASIBILITY, **changes):
    given = {"number": "可研〔2026〕1号", "issuer": "省设计院", "issued_on": today()} | changes
    return DocumentFacts(kind, **given)


def test_a_paper_is_kept_with_who_registered_it(w, project):
    made = register_document(w.actor("officer"), project, facts(number=" 1 "), paper())
    assert (made.number, made.issuer, made.issued_on) == ("1", "省设计院", today())
    assert (made.registrar.name, made.registrar_side.value, made.file.file_name) == ("赵经办", "management", "材料.pdf")
    assert kinds_registered(project) == {"feasibility"}


def test_one_of_a_kind_may_come_again_and_the_newest_stands_first(w, project):
    for number in ("1", "2"):
        register_document(w.actor("officer"), project, facts(number=number), paper(f"{number}.pdf"))
    assert [one.number for one in documents_of(project)] == ["2", "1"]


def test_one_file_may_hold_several_papers_but_each_once(w, project):
    officer = w.actor("officer")
    for kind in (K.FEASIBILITY, K.SHARING_CHAPTER):
        register_document(officer, project, facts(kind), paper("合订本.pdf"))
    assert len(evidence_of(project.subject)) == 1
    assert len(documents_of(project)) == 2
    with pytest.raises(Refused) as refusal:
        register_document(officer, project, facts(), paper("改名.pdf", b"%PDF-1.4 " + "合订本.pdf".encode()))
    assert "已经登记为" in str(refusal.value)


def test_everything_that_is_wrong_is_told_at_once(w, project):
    with pytest.raises(Refused) as refusal:
        register_document(w.actor("officer"), project, facts(K.FILING_FORM, number=" ", issued_on=None), None)
    assert [one.place for one in refusal.value.problems] == ["number", "issued_on", "file"]
    with pytest.raises(Refused) as refusal:
        register_document(w.actor("officer"), project, facts(issued_on=today() + timedelta(days=1)), paper())
    assert "晚于今天" in str(refusal.value)
    assert documents_of(project) == []


def test_a_file_that_is_not_what_it_says_is_refused_with_the_paper(w, project):
    with pytest.raises(Refused):
        register_document(w.actor("officer"), project, facts(), paper("材料.pdf", b"MZ not a pdf"))
    assert documents_of(project) == []


# Who may register anything, and one kind that is not his.
MAY = {
    "officer": None,
    "second_officer": None,
    "authority_officer": K.FEASIBILITY,
    "supervisor": K.FILING_FORM,
}


@pytest.mark.parametrize("who", PEOPLE)
def test_who_registers_follows_from_the_role_in_the_project(w, project, who):
    actor = w.actor(who)
    if who not in MAY:
        assert registrable(actor, project) == []
        with pytest.raises(NotAllowed):
            register_document(actor, project, facts(K.OTHER), paper())
        return
    assert register_document(actor, project, facts(K.OTHER), paper())
    if MAY[who] is not None:
        with pytest.raises(Refused) as refusal:
            register_document(actor, project, facts(MAY[who]), paper("别的.pdf"))
        assert refusal.value.problems[0].place == "kind"


def test_a_paper_of_the_watching_side_says_so(w, project):
    made = register_document(w.actor("supervisor"), project, facts(K.SECURITY_ASSESSMENT), paper())
    assert made.registrar_side.value == "supervision"


def test_the_client_registers_every_kind_and_nobody_else_its_own():
    assert REGISTRARS[PartyRole.CLIENT][1] == frozenset(K)
    for role, (_permission, kinds) in REGISTRARS.items():
        if role is not PartyRole.CLIENT:
            assert not kinds & {K.PROPOSAL, K.FEASIBILITY, K.SELF_EVALUATION, K.EXIT_CERTIFICATE}


@pytest.mark.parametrize("ended", [refused, terminated])
def test_nothing_is_registered_with_a_project_that_has_ended(w, ended):
    project = ended(w)
    assert registrable(w.actor("officer"), project) == []
    with pytest.raises(WrongState):
        register_document(w.actor("officer"), project, facts(K.OTHER), paper())


@pytest.mark.sqlite_only
@pytest.mark.parametrize("who", PEOPLE)
def test_only_who_may_register_is_given_the_form_and_may_send_it(client, w, project, who):
    code = project.code
    db.session.commit()
    visitor = sign_in(client, who)
    page = visitor.get(f"/projects/{code}/documents")
    assert ('id="register"' in page.text) == (who in MAY)
    sent = visitor.post(f"/projects/{code}/documents", data={}).status_code
    if Permission.PROJECT_REGISTER not in w.actor(who).permissions:
        assert sent == 403
    elif page.status_code == 200 and who in MAY:
        assert sent == 422


def test_the_act_is_registering_whoever_does_it(w, project):
    for who in ("officer", "authority_officer", "supervisor"):
        register_document(w.actor(who), project, facts(K.OTHER, number=who), paper(f"{who}.pdf"))
    verbs = db.session.scalars(sa.select(TrailEntry.verb).order_by(TrailEntry.seq.desc()).limit(3)).all()
    assert set(verbs) == {"project:register"}
