"""The pages of service levels for operator, agency and inspector; claims through the form; what is strange is 404."""

import csv
import io
import json
import re
from fractions import Fraction

import pytest

from app.contracts.models import Contract
from app.core.clock import clock
from app.core.db import db
from app.core.periods import Period
from app.figures import verifying
from app.figures.kinds import Verdict
from app.service_levels import actions
from app.service_levels.charting import ticks_of
from app.service_levels.choices import choice_of
from app.service_levels.events import Status
from app.service_levels.measuring import SeenOutage
from app.service_levels.models import Exclusion, ExclusionCause, ExclusionState
from app.service_levels.queries import exclusions_of
from app.service_levels.wording import duration, timed_words
from tests.factories import sign_in
from tests.service_levels.moments import at

PEOPLE = ("operator_officer", "operator_signatory", "officer", "signatory", "inspector", "leader")
DOWN = (("03-02T00:00", "up"), ("04-10T01:00", "down"), ("04-10T03:00", "up"))
PAGES = ("service-levels", "service-levels?period=2026-Q2", "exclusions", "usage")


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def address(watched, rest=""):
    return f"/contracts/{watched.contract.code}/{rest}"


def claimed(watched, begin="04-10T01:00", end="04-10T02:00", service=0):
    facts = actions.ClaimFacts(
        service=None if service is None else watched.lines[service].service,
        begins_at=at(f"2026-{begin}"),
        ends_at=at(f"2026-{end}"),
        cause=ExclusionCause.THIRD_PARTY,
        reason="云平台故障",
        evidence_sha=watched.proof,
    )
    made = actions.claim(watched.w.actor("operator_officer"), watched.contract, facts)
    db.session.commit()
    return made


def granted(watched, *args, **more):
    made = actions.grant(watched.w.actor("officer"), claimed(watched, *args, **more), reason="与通报相符")
    db.session.commit()
    return made


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"minutes": Fraction(90)}, "1 小时 30 分钟", id="what counts"),
        pytest.param({"excluded": True}, "2 小时，已除外", id="excluded"),
        pytest.param({"short": True, "end": at("2026-04-10T01:03")}, "3 分钟，过短，不计", id="short"),
        pytest.param({"end": None}, "20 天 23 小时，不在约定时间，不计", id="still down when the period ended"),
        pytest.param({"excluded": True, "begin": at("2026-03-31T23:00")}, "9 天 3 小时，已除外", id="begun before it"),
    ],
)
def test_an_outage_that_does_not_count_says_its_length_and_why(app, changes, words):
    given = {"begin": at("2026-04-10T01:00"), "end": at("2026-04-10T03:00"), "minutes": Fraction(0), **changes}
    fate = dict.fromkeys(("counted", "excluded", "short", "carried"), False)
    outage = SeenOutage(**{"weight": Fraction(1), "status": Status.DOWN, **fate, **given})
    with app.test_request_context():
        assert timed_words(outage, (at("2026-04-01T00:00"), at("2026-05-01T00:00"))) == words


# --- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", PEOPLE)
def test_everybody_concerned_sees_both_numbers(watched, client, by):
    watched.tell(*DOWN)
    granted(watched)
    person = sign_in(client, by)
    for rest in ("service-levels?period=2026-04", f"service-levels/{watched.codes[0]}?period=2026-04"):
        page = person.get(address(watched, rest))
        assert page.status_code == 200
        assert "99.8609%" in text_of(page)
        assert "99.7222%" in text_of(page)
    assert "第 " in text_of(person.get(address(watched, "exclusions")))
    assert "申报除外" in text_of(person.get(address(watched, "service-levels"))) or by != "operator_officer"


@pytest.mark.parametrize("by", ["rival_officer", "other_officer", "other_signatory", "rival_signatory"])
def test_a_strange_contract_is_not_there(watched, client, by):
    watched.tell(*DOWN)
    made = claimed(watched)
    person = sign_in(client, by)
    assert person.get(address(watched, "usage")).status_code == person.get("/contracts/HT-0/usage").status_code == 404
    for rest in (*PAGES, f"service-levels/{watched.codes[0]}", "exclusions/new"):
        assert person.get(address(watched, rest)).status_code in {403, 404}, rest
    for act in ("grant", "refuse", "withdraw"):
        answer = person.post(address(watched, f"exclusions/{made.id}/{act}"), data={"reason": "x"})
        assert answer.status_code in {403, 404}, act
    db.session.expire_all()
    assert db.session.get(Exclusion, made.id).state is ExclusionState.CLAIMED


def test_a_claim_of_another_contract_is_not_found_under_this_one(watched, client):
    made = claimed(watched)
    other = watched.w.contract("terminating")
    answer = sign_in(client, "officer").post(
        f"/contracts/{other.code}/exclusions/{made.id}/refuse", data={"reason": "x"}
    )
    assert answer.status_code == 404
    assert sign_in(client, "officer").get(address(watched, "service-levels/FW-0")).status_code == 404


def test_missing_not_applicable_and_zero_look_different(watched, client):
    watched.tell(("03-02T00:00", "down"))
    watched.tell(("03-02T00:00", "unknown"), service=1)
    person = sign_in(client, "officer")
    april = text_of(person.get(address(watched, "service-levels?period=2026-04")))
    assert "0.0000%" in april
    assert "缺 约定时间内全部无监测" in april
    granted(watched, "04-01T00:00", "05-01T00:00")
    april = text_of(person.get(address(watched, "service-levels?period=2026-04")))
    assert "— 约定时间全部除外" in april
    assert "0.0000%" in april, "the second number still counts it"
    empty = watched.w.contract("draft")
    assert "合同尚未签署" in text_of(person.get(f"/contracts/{empty.code}/service-levels"))


def test_a_service_without_events_is_missing_in_every_place(watched, client):
    watched.tell(*DOWN)
    person = sign_in(client, "inspector")
    assert "缺 没有监测事件" in text_of(person.get(address(watched, "service-levels?period=2026-04")))
    one = text_of(person.get(address(watched, f"service-levels/{watched.codes[1]}?period=2026-04")))
    assert "缺数据" in one
    assert "100.0000" not in one
    assert "没有报送过状态事件" in one


def test_what_may_still_change_is_said(watched, client):
    first = watched.tell(*DOWN)
    person = sign_in(client, "officer")
    place = address(watched, "service-levels?period=2026-04")
    assert "事件未核验" in text_of(person.get(place))
    verifying.judge_events(watched.w.actor("officer"), first, Verdict.VERIFIED)
    made = claimed(watched)
    page = text_of(person.get(place))
    assert "除外待裁定" in page
    assert "事件未核验" not in page
    assert "周期未结束" in text_of(person.get(address(watched, "service-levels?period=2026-05")))
    actions.refuse(watched.w.actor("officer"), made, "证据不足")
    assert "已核验" in text_of(person.get(place))


def test_the_outages_say_what_became_of_them(watched, client):
    short = (("04-12T00:00", "down"), ("04-12T00:01", "up"), ("04-30T23:00", "degraded"), ("05-01T01:00", "up"))
    watched.tell(("03-02T00:00", "up"), ("03-31T23:00", "down"), ("04-01T01:00", "up"), *DOWN[1:], *short)
    granted(watched, "04-10T01:00", "04-10T03:00")
    page = text_of(
        sign_in(client, "operator_officer").get(address(watched, f"service-levels/{watched.codes[0]}?period=2026-04"))
    )
    for words in ("计时，次数计在上期", "已除外", "过短，不计", "降级", "按 0.5 计", "计入", "申报除外", "错误预算"):
        assert words in page, words


def test_an_outage_suggests_its_claim(watched, client):
    watched.tell(*DOWN)
    person = sign_in(client, "operator_officer")
    page = person.get(address(watched, f"service-levels/{watched.codes[0]}?period=2026-04")).get_data(as_text=True)
    link = re.search(r'href="([^"]*exclusions/new[^"]*begin[^"]*)"', page).group(1).replace("&amp;", "&")
    form = person.get(link).get_data(as_text=True)
    assert 'value="2026-04-10T01:00:00"' in form
    assert 'value="2026-04-10T03:00:00"' in form
    assert f'<option selected value="{watched.codes[0]}">' in form
    # Nonsense in the address is left out.
    assert person.get(address(watched, "exclusions/new?begin=x&end=2026-04-10T01:00&service=<b>")).status_code == 200


@pytest.mark.parametrize("wanted", ["", "2026-13", "nonsense", "2030-01", "2026-06", "2025-01", "2026-04-01", "9" * 40])
def test_a_period_that_cannot_be_shown_gives_the_last_month_that_is_over(watched, client, wanted):
    page = sign_in(client, "officer").get(address(watched, f"service-levels?period={wanted}"))
    assert page.status_code == 200
    assert "可用率 · 2026-04" in text_of(page)


def test_periods_lead_to_their_neighbours_within_the_term(watched):
    march = choice_of(watched.contract, "2026-03")
    assert (march.older, march.newer) == ("", "2026-04")
    may = choice_of(watched.contract, "2026-05")
    assert (may.older, may.newer, may.over) == ("2026-04", "", False)
    assert [text for _kind, text in may.kinds] == ["2026-05", "2026-Q2", "2026"]
    assert [text for _kind, text in choice_of(watched.contract, "2026").kinds] == ["2026-05", "2026-Q2", "2026"]
    with clock.at(at("2026-03-05T00:00")):
        assert choice_of(watched.contract, "").period == Period("2026-03")


def test_the_table_as_a_file_has_exact_numbers_and_no_formulas(watched, client):
    watched.tell(*DOWN, ("04-11T00:00:00.5", "down"), ("04-11T01:00", "up"))
    granted(watched)
    answer = sign_in(client, "inspector").get(address(watched, "service-levels?period=2026-04&export=csv"))
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert [row["服务"] for row in rows] == watched.codes
    assert rows[0]["约定时长（秒）"] == "2592000"
    assert rows[0]["除外（秒）"] == "3600"
    assert rows[0]["中断（秒）"] == "7199.5"
    assert (rows[1]["可用率（剔除除外后，%）"], rows[1]["说明"]) == ("缺", "没有监测事件")
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


# --- claims through the form -----------------------------------------------------------------------------------------


def sent(watched, client, **changes):
    data = {
        "service": watched.codes[0],
        "begins_at": "2026-04-10T01:00",
        "ends_at": "2026-04-10T03:00",
        "cause": "third_party",
        "announced_at": "",
        "reason": "云平台故障",
        "evidence": watched.proof,
        **changes,
    }
    person = sign_in(client, "operator_officer")
    return person.post(address(watched, "exclusions/new"), data=data, content_type="multipart/form-data")


def test_claimed_decided_and_seen(watched, client):
    watched.tell(*DOWN)
    notice = (io.BytesIO(b"cloud notice"), "通报.txt")
    assert sent(watched, client, evidence="", file=notice).status_code == 302
    (made,) = exclusions_of(watched.contract)
    assert (made.begins_at, made.ends_at) == (at("2026-04-10T01:00"), at("2026-04-10T03:00"))
    officer = sign_in(client, "officer")
    assert "裁定除外时段" in text_of(officer.get("/"))
    page = text_of(officer.get(address(watched, "exclusions")))
    for words in ("通报.txt", "云平台故障", "还剩", "99.7222% → 100.0000%", "准予除外", "不予除外"):
        assert words in page, words
    span = {"granted_from": "2026-04-10T01:00:00", "granted_until": "2026-04-10T02:00:00"}
    refused = officer.post(address(watched, f"exclusions/{made.id}/grant"), data=span)
    assert refused.status_code == 422
    assert "请填写此项" in text_of(refused)
    done = officer.post(address(watched, f"exclusions/{made.id}/grant"), data={**span, "reason": "其余与通报不符"})
    assert done.status_code == 302
    page = text_of(sign_in(client, "operator_officer").get(address(watched, "exclusions")))
    assert "准予 2026-04-10 01:00:00 至 2026-04-10 02:00:00" in page
    assert "其余与通报不符" in page
    assert "99.8609%" in text_of(client.get(address(watched, "service-levels?period=2026-04")))


def test_refused_and_withdrawn_on_the_page(watched, client):
    first, second = claimed(watched), claimed(watched, service=1)
    officer = sign_in(client, "officer")
    assert officer.post(address(watched, f"exclusions/{first.id}/refuse"), data={"reason": ""}).status_code == 422
    assert officer.post(address(watched, f"exclusions/{first.id}/refuse"), data={"reason": "不符"}).status_code == 302
    assert officer.post(address(watched, f"exclusions/{second.id}/withdraw")).status_code == 403
    operator = sign_in(client, "operator_officer")
    assert operator.post(address(watched, f"exclusions/{second.id}/grant")).status_code == 403
    assert operator.post(address(watched, f"exclusions/{second.id}/withdraw")).status_code == 302
    again = operator.post(address(watched, f"exclusions/{second.id}/withdraw"))
    assert again.status_code == 422
    assert "当前状态不能" in text_of(again)
    page = text_of(operator.get(address(watched, "exclusions")))
    assert "不予除外" in page
    assert "已撤回" in page
    assert "没有待裁定的申报" in page


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"begins_at": ""}, "请填写此项"),
        ({"begins_at": "yesterday"}, "请填写日期和时间"),
        ({"begins_at": "2026-02-30T00:00"}, "请填写日期和时间"),
        ({"begins_at": "0001-01-01T00:00"}, "请填写日期和时间"),
        ({"begins_at": "2026-04-10T01:00+08:00"}, "请填写日期和时间"),
        ({"ends_at": "2026-04-10T00:30"}, "结束时间须晚于开始时间"),
        ({"ends_at": "2099-04-10T00:30"}, "最多申报"),
        ({"service": ""}, "请填写此项"),
        ({"service": "FW-0"}, "不是有效的选择"),
        ({"cause": "bad luck"}, "不是有效的选择"),
        ({"reason": " "}, "请写明理由"),
        ({"reason": "a\u202eb"}, "不可显示"),
        ({"reason": "长" * 2001}, "2000"),
        ({"evidence": ""}, "请附上证据"),
        ({"evidence": "0" * 64}, "不是有效的选择"),
        ({"evidence": "", "file": (io.BytesIO(b"MZ"), "a.exe")}, "不接受这种文件"),
    ],
)
def test_bad_input_is_refused_beside_its_field(watched, client, changes, words):
    answer = sent(watched, client, **{key: clone(value) for key, value in changes.items()})
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert exclusions_of(watched.contract) == []


def clone(value):
    """A file that another backend's run has read is read again."""
    return (io.BytesIO(value[0].getvalue()), value[1]) if isinstance(value, tuple) else value


def test_all_services_are_chosen_in_so_many_words(watched, client):
    assert sent(watched, client, service="*").status_code == 302
    assert exclusions_of(watched.contract)[0].service_id is None


# --- words and marks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "length, words",
    [(0, "0 秒"), (499_999, "0 秒"), (500_000, "1 秒"), (61_000_000, "1 分钟 1 秒"), (90_000_000_000, "1 天 1 小时")],
)
def test_lengths_in_words(app, length, words):
    with app.test_request_context():
        assert duration(length) == words


def test_marks_on_the_axis_lie_in_their_period():
    for text in ("2026-02", "2026-04", "2026-Q2", "2026", "2026-04-01"):
        period = Period(text)
        assert all(period.start <= moment <= period.end for moment, _label in ticks_of(period))


def test_no_contract_answers_with_an_error(watched, client):
    """Every standing contract, in every state, has these pages."""
    person = sign_in(client, "leader")
    for contract in db.session.query(Contract).all():
        for rest in PAGES:
            assert person.get(f"/contracts/{contract.code}/{rest}").status_code == 200, (contract.state, rest)


def test_the_input_for_what_if_is_strict_json(watched, client):
    watched.tell(*DOWN)
    place = address(watched, f"service-levels/{watched.codes[0]}?period=2026-04&export=json")
    answer = sign_in(client, "leader").get(place)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert set(json.loads(answer.get_data())) >= {"period", "outages", "exclusions", "unmonitored", "now"}
