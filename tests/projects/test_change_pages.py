"""Pages of changes, countersignatures and effects: the whole way by HTTP, wrong input, and what is nobody's turn."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.clock import clock, now
from app.core.db import db
from app.desk.projects import projects_of
from app.projects.change_kinds import ChangeState
from app.projects.change_models import EffectResult, ProjectChange
from app.projects.countersign_pages import awaited, count_own_turns
from app.projects.models import Project
from tests.acceptances import room as acceptances
from tests.factories import kept, sign_in
from tests.projects import room

S = ChangeState


@kept
def approved(w):
    return room.approved(w)


@kept
def operating(w):
    return acceptances.operating(w)


def text(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[-3000:]
    return answer.get_data(as_text=True)


def change():
    db.session.expire_all()
    return db.session.scalars(sa.select(ProjectChange).order_by(ProjectChange.id.desc())).first()


def form(**changes):
    whole = {
        "basis": "design",
        "scope_kept": "kept",
        "reason": "改用统建组件",
        "file": (io.BytesIO(b"%PDF-1.4 x"), "论证.pdf"),
    }
    return whole | changes


def test_a_change_goes_its_way_by_http_and_everybody_sees_before_and_after(client, w):
    code = approved(w).code
    home, signs = f"/projects/{code}/changes", f"/projects/{code}/countersigns"
    officer = sign_in(client, "officer")
    assert "没有调整" in text(officer.get(home))
    assert "建立草稿" in text(officer.get(f"{home}/new"))
    made = officer.post(f"{home}/new", data=form(), content_type="multipart/form-data")
    assert made.status_code == 302 and made.location.endswith(f"{home}/1")
    for way, category, amount in (("less", "software", "870000"), ("more", "testing", "870000.00")):
        data = {"name": "调整项", "category": category, "way": way, "amount": amount}
        assert officer.post(f"{home}/1/costs", data=data).status_code == 302
    page = text(officer.get(f"{home}/1"))
    assert "30.00%" in page and "报审批部门批准" in page and "超过批准概算的 15%" in page
    assert officer.post(f"{home}/1/submit").status_code == 302
    assert change().state is S.SUBMITTED
    # The authority's officer asks finance to sign, who does; then its lead decides.
    authority = sign_in(client, "authority_officer")
    assert "发起会签" in text(authority.get(signs))
    assert "请选择" in text(authority.post(signs, data={"finance": ""}), 422)
    assert authority.post(signs, data={"finance": "FINANCE"}).status_code == 302
    bureau, lead = room.finance(w)
    assert bureau.code == "FINANCE" and lead.organisation_id == bureau.id
    assert "自 " in text(authority.get(signs)) and "起等待签署" in text(authority.get(signs))
    waiting = text(authority.get("/countersigns"))
    assert code in waiting and "第 1 位" in waiting and "请本机构签署" not in waiting
    assert "没有符合条件的记录" in text(authority.get("/countersigns?state=waiting"))
    assert code in text(authority.get("/countersigns?export=csv"))
    assert code not in text(sign_in(client, "rival_officer").get("/countersigns"))
    authority = sign_in(client, "authority_officer")
    for key in ("authority_lead", "leader", "inspector", "officer"):
        sign_in(client, key)
        assert "待会签" in text(client.get(signs)) and "调整前" in text(client.get(f"{home}/1"))
        assert "30.00%" in text(client.get(f"{home}/1"))


def test_the_list_of_signatures_has_the_own_turn_first_then_the_longest_wait(app, w):
    first = approved(w)
    second = room.approved(w, title="城市生命线监测平台")
    bureau, lead = room.finance(w)
    deltas = (-87_000_000, 87_000_000)
    changes = [room.proposed(w, one, *deltas) for one in (second, first)]
    room.asked(w, changes[1], bureau)
    with clock.at(now() + timedelta(days=3)):
        room.asked(w, changes[0], bureau)
    officer = w.actor("authority_officer")
    for actor, address, found in (
        (lead, "/", [first, second]),
        (lead, "/?sort=since&dir=desc", [second, first]),
        (lead, "/?state=mine", [first, second]),
        (officer, "/", [first, second]),
        (officer, "/?state=mine", []),
        (officer, "/?state=waiting", []),
        (officer, "/?state=gold", []),
        (officer, f"/?q={second.code}", [second]),
        (officer, "/?body=finance", [first, second]),
        (officer, "/?body=data", []),
    ):
        with app.test_request_context(address):
            rows = [row.cells[0].text for row in awaited(actor).load().rows]
        assert rows == [one.code for one in found], address
    assert (count_own_turns(lead), count_own_turns(officer)) == (2, 0)
    with app.test_request_context("/"):
        said = [cell.text for cell in awaited(lead).load().rows[0].cells]
        assert "请本机构签署" in said and "第 1 位" in said
        figures = projects_of(lead).figures
        assert [(one["label"], one["value"]) for one in figures[:1]] == [("轮到本机构会签", "2")]


@pytest.mark.parametrize(
    "data, said",
    [
        ({"name": "", "category": "software", "way": "more", "amount": "1"}, "请填写此项"),
        ({"name": "x", "category": "software", "way": "more", "amount": "0"}, "不能为 0"),
        ({"name": "x", "category": "software", "way": "more", "amount": "-5"}, ""),
        ({"name": "x", "category": "software", "way": "more", "amount": "1.234"}, ""),
        ({"name": "x", "category": "gold", "way": "more", "amount": "1"}, ""),
        ({"name": "x", "category": "software", "way": "", "amount": "1"}, "请填写此项"),
    ],
)
def test_a_wrong_line_is_refused_at_its_field_and_nothing_is_kept(client, w, data, said):
    project = approved(w)
    room.drafted(w, project)
    db.session.commit()
    officer = sign_in(client, "officer")
    page = text(officer.post(f"/projects/{project.code}/changes/1/costs", data=data), 422)
    assert (said in page and "gy-error" in page) or said in page
    assert change().costs == []


def test_a_draft_is_saved_with_its_version_and_says_what_is_missing(client, w):
    project = approved(w)
    home = f"/projects/{project.code}/changes"
    officer = sign_in(client, "officer")
    assert officer.post(f"{home}/new", data={"basis": "", "scope_kept": ""}).status_code == 302
    page = text(officer.get(f"{home}/1"))
    for said in ("没有改变任何内容", "请选择调整依据", "说明建设目标是否改变", "写明调整理由", "上传调整的依据材料"):
        assert said in page
    assert "请选择调整依据" in text(officer.post(f"{home}/1/submit"), 422)
    assert text(officer.post(f"{home}/1", data=form(_version="99")), 422)
    assert change().reason == ""
    data = form(_version=str(change().row_version), new_until="2027-02-30")
    assert "日期" in text(officer.post(f"{home}/1", data=data, content_type="multipart/form-data"), 422)
    data = form(_version=str(change().row_version), new_until="2027-03-31")
    assert officer.post(f"{home}/1", data=data, content_type="multipart/form-data").status_code == 302
    assert officer.post(f"{home}/1/submit").status_code == 302
    assert (change().state, change().days) == (S.SUBMITTED, 90)
    assert officer.post(f"{home}/1/discard").status_code == 422


def test_nobody_takes_anothers_turn_by_address(client, w):
    project = approved(w)
    made = room.proposed(w, project, -100, 100)
    db.session.commit()
    home = f"/projects/{project.code}/changes/1"
    for key, path, status in (
        ("officer", "/file", 403),
        ("authority_officer", "/decide", 403),
        ("authority_officer", "/submit", 403),
        ("signatory", "/withdraw", 403),
        ("other_officer", "/withdraw", 404),
    ):
        sign_in(client, key)
        assert client.post(f"{home}{path}", data={"digest": made.digest, "reason": "x"}).status_code == status, key
    assert sign_in(client, "other_officer").get(home).status_code == 404
    assert sign_in(client, "officer").get(f"/projects/{project.code}/changes/9").status_code == 404
    # What is to be filed is not decided by the lead either.
    lead = sign_in(client, "authority_lead")
    data = {"verdict": "passed", "digest": made.digest}
    assert "自行调整" in text(lead.post(f"{home}/decide", data=data), 422)
    officer = sign_in(client, "authority_officer")
    assert "办理备案" in text(officer.get(home))
    room.answered(w, db.session.get_one(Project, project.id), room.Step.CHANGE)
    db.session.commit()
    assert officer.post(f"{home}/file", data={"digest": "0" * 64}).status_code == 422
    assert officer.post(f"{home}/file", data={"digest": made.digest}).status_code == 302
    assert change().state is S.FILED
    assert "各次调整" in text(officer.get(f"/projects/{project.code}/changes"))


def test_effects_are_answered_by_http_with_errors_at_their_fields(client, w):
    project = operating(w)
    key = project.current.targets[0].id
    home = f"/projects/{project.code}/effects"
    officer = sign_in(client, "officer")
    page = text(officer.get(home))
    assert "还有 1 项承诺的成效没有填报" in page and "未填报" in page
    assert "没有数据不等于 0" in text(officer.post(f"{home}/{key}", data={}), 422)
    assert "请填写" in text(officer.post(f"{home}/{key}", data={"actual": "很多"}), 422)
    assert officer.post(f"{home}/{key + 99}", data={"unknown_reason": "x"}).status_code == 404
    assert db.session.scalar(sa.select(sa.func.count(EffectResult.id))) == 0
    data = {"actual": "91.5", "measured_on": project.operation_from.isoformat(), "source": "统计月报"}
    assert officer.post(f"{home}/{key}", data=data).status_code == 302
    page = text(officer.get(home))
    assert "91.5" in page and "达到" in page and "没有填报" not in page
    lead = sign_in(client, "authority_lead")
    assert "填报：" not in text(lead.get(home))
    assert lead.post(f"{home}/{key}", data=data).status_code == 403
