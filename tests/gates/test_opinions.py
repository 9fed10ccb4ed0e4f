"""Whoever speaks as an expert is nobody of a party, says so, and counts for himself; the database holds the same."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.audit import act
from app.core.db import db
from app.core.errors import Refused
from app.core.permissions import Permission
from app.gates.kinds import OpinionKind
from app.gates.models import Opinion
from app.gates.naming import names, same, shortens, squeezed
from app.organisations.models import Organisation
from app.subjects.actions import add_party
from app.subjects.models import PartyRole
from tests import factories as make
from tests.gates import room
from tests.separation.breaking import attempt

AGENCY = "广州市政务服务中心"


def places(refusal):
    return sorted(one.place for one in refusal.value.problems)


def refusal_of(w, subject, upload=None, **changes):
    with pytest.raises(Refused) as refusal:
        room.opine(w, subject, upload, **changes)
    assert db.session.scalar(sa.select(sa.func.count(Opinion.id))) == 0
    return refusal


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written, known, does",
    [
        (AGENCY, AGENCY, True),
        (f"  {AGENCY[:3]} {AGENCY[3:]}\u3000", AGENCY, True),
        (f"{AGENCY}（信息科）", AGENCY, True),
        ("ＤＡＴＡ　Ｂｕｒｅａｕ", "Data Bureau", True),
        ("data-bureau", "Data Bureau", True),
        ("９１４４０１０１ＭＡ５Ｃ", "91440101ma5c", True),
        ("广州市政务", AGENCY, False),
        (AGENCY, None, False),
        (AGENCY, " ", False),
        ("", AGENCY, False),
    ],
)
def test_a_name_is_known_in_whatever_way_it_is_typed(written, known, does):
    assert names(written, known) is does


@pytest.mark.parametrize(
    "written, known, does",
    [
        ("人社厅", "广东省人力资源和社会保障厅", True),
        ("省 人社厅", "广东省人力资源和社会保障厅", True),
        ("社人厅", "广东省人力资源和社会保障厅", False),
        ("人厅", "广东省人力资源和社会保障厅", False),
        ("华南理工大学", "广东省人力资源和社会保障厅", False),
        ("人社厅", None, False),
    ],
)
def test_a_short_form_is_known_by_its_letters_in_order(written, known, does):
    assert shortens(written, known) is does


def test_nothing_is_the_same_as_nothing():
    assert squeezed("　 ·—") == ""
    assert not same("　", " ")
    assert same("何 教授", "何教授")
    assert not same("何教授", "何教授二")


# --- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [OpinionKind.EXPERT, OpinionKind.ASSESSOR])
@pytest.mark.parametrize(
    "organisation",
    [
        AGENCY,
        "广州市 政务服务　中心",
        f"{AGENCY}技术科",
        "省数据局",
        "省数据局（评审处）",
        "市政务中心",
        "广州政服中心",
    ],
)
def test_somebody_of_a_party_is_no_expert(w, subject, kind, organisation):
    refusal = refusal_of(w, subject, kind=kind, giver_organisation=organisation)
    assert places(refusal) == ["giver_organisation"]
    assert "是本项目的当事方" in str(refusal.value)


def test_a_credit_code_names_a_party_too(w, subject):
    code = w.org("agency").uscc or make.credit_code_for("agency")
    with act(w.actor("system_admin"), Permission.ORGANISATION_RENAME, ref="organisation:AGENCY"):
        db.session.get(Organisation, w.org("agency").id).uscc = code
    assert places(refusal_of(w, subject, giver_organisation=code.lower())) == ["giver_organisation"]


def test_a_party_chosen_from_the_register_is_no_better(w, subject):
    chosen = {"giver_code": "AGENCY", "giver_organisation": ""}
    assert places(refusal_of(w, subject, room.paper(), **chosen)) == ["giver_organisation"]
    # What was written besides does not hide it.
    chosen["giver_organisation"] = "省信息协会"
    assert places(refusal_of(w, subject, room.paper(), **chosen)) == ["giver_organisation"]


def test_a_company_of_a_partys_group_is_no_expert(w, subject):
    make.controls(w.org("operator"), w.org("rival"))
    with act(w.actor("officer"), Permission.PROJECT_DECLARE, ref=subject.ref):
        add_party(subject, w.org("operator"), PartyRole.OPERATOR)
    refusal = refusal_of(w, subject, giver_organisation="云上运营有限公司")
    assert "有控股关系" in str(refusal.value)


def test_a_namesake_is_told_apart_by_the_register_and_a_signed_paper(w, subject):
    named = {"giver_name": "郑 主任", "giver_organisation": "深圳市政务服务中心"}
    refusal = refusal_of(w, subject, **named)
    assert places(refusal) == ["giver_name"]
    assert "同名" in str(refusal.value)
    assert places(refusal_of(w, subject, room.paper(), **named | {"giver_organisation": "某协会"})) == ["giver_name"]
    kept = room.opine(w, subject, room.paper(), **named)
    assert (kept.giver_org, kept.independent) == (w.org("other_agency").id, True)


@pytest.mark.parametrize("kind", [OpinionKind.EXPERT, OpinionKind.ASSESSOR])
def test_an_expert_states_his_independence(w, subject, kind):
    assert places(refusal_of(w, subject, kind=kind, independent=False)) == ["independent"]


def test_everything_against_a_giver_is_told_at_once(w, subject):
    refusal = refusal_of(w, subject, giver_organisation=AGENCY, independent=False, score=101)
    assert places(refusal) == ["giver_organisation", "independent", "score"]


def test_a_department_speaks_for_its_office(w, subject):
    kept = room.opine(w, subject, kind=OpinionKind.DEPARTMENT, giver_organisation="省数据局", independent=False)
    assert (kept.giver_org, kept.independent) == (w.org("authority").id, False)


def test_an_organisation_that_the_register_knows_is_kept_with_its_key(w, subject):
    kept = room.opine(w, subject, giver_code="RIVAL", giver_organisation="")
    assert (kept.giver_organisation, kept.giver_org) == ("云上运营有限公司", w.org("rival").id)


def test_one_giver_counts_once_however_he_is_written(w, subject):
    room.opine(w, subject)
    with pytest.raises(Refused) as refusal:
        room.opine(w, subject, giver_name="何 教授", giver_organisation="省信息 协会")
    assert "在本轮已经登记过意见" in str(refusal.value)
    with pytest.raises(Refused) as refusal:
        room.opine(w, subject, giver_name="何　教授", giver_organisation="省专家库")
    assert "在本轮已经登记过意见" in str(refusal.value)
    room.opine(w, subject, giver_name="何教授（电子所）", giver_organisation="省专家库")


# --- by SQL ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(w, subject):
    made = room.opine(w, subject)
    db.session.commit()
    return made


def copied(like, **changes):
    chosen = {"id": "999", "act_id": ":act", **changes}
    columns = [column.key for column in sa.inspect(Opinion).column_attrs]
    values = ", ".join(chosen.get(name, name) for name in columns)
    return f"INSERT INTO opinions ({', '.join(columns)}) SELECT {values} FROM opinions WHERE id = {like.id}"


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"independent": "FALSE"}, "states his independence"),
        ({"independent": "NULL"}, "states his independence"),
        ({"giver_organisation": f"'{AGENCY}'"}, "not of a party"),
        ({"giver_organisation": "'广州市 政务服务　中心 技术科'"}, "not of a party"),
        ({"giver_org": "(SELECT id FROM organisations WHERE code = 'AGENCY')"}, "an expert is not of"),
        ({"giver_name": "'郑 主任'"}, "nobody of a party"),
    ],
)
def test_the_database_takes_no_expert_of_a_party(kept, changes, said):
    assert said in attempt(db.session, copied(kept, **changes))
    assert attempt(db.session, copied(kept, **changes, kind="'department'")) == ""


def test_the_database_knows_the_groups_of_parties(w, subject, kept):
    make.controls(w.org("operator"), w.org("rival"))
    with act(w.actor("officer"), Permission.PROJECT_DECLARE, ref=subject.ref):
        add_party(subject, w.org("operator"), PartyRole.OPERATOR)
    db.session.commit()
    rival = {"giver_org": str(w.org("rival").id)}
    assert "group of a party" in attempt(db.session, copied(kept, **rival))


def test_an_expert_by_sql_as_the_application_would_write_it_is_let_through(kept):
    assert attempt(db.session, copied(kept)) == ""
