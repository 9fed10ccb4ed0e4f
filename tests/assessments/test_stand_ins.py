"""A correction that management doubts does not stand in for what was verified before; an unjudged one waits."""

import pytest
import sqlalchemy as sa

from app.assessments import queries
from app.assessments.models import AssessmentFigure
from app.core.db import db
from app.figures import verifying
from app.figures.queries import current_figures
from tests.assessments.room import MARCH


@pytest.fixture
def reported(room):
    """March as the operator reports it: no events, so KI-001 of both services rests on figures."""
    room.report((0, "KI-001", "2026-03", "99.5"), (1, "KI-001", "2026-03", "99.9"))
    return room


def correct(room, value, verdict="doubted"):
    room.report((0, "KI-001", "2026-03", value), reason="更正", verified=False)
    return judge(room, verdict)


def judge(room, verdict):
    one = next(one for one in current_figures(room.contract, MARCH) if one.service_id == room.ids[0])
    if verdict == "doubted":
        verifying.doubt(room.w.actor("officer"), room.contract, [one.id], "无依据")
    elif verdict == "verified":
        verifying.verify(room.w.actor("officer"), room.contract, [one.id])
    db.session.commit()
    return one.id


def scored(room):
    made = room.compute(reason="x")
    result = queries.result_of(made)
    found = next(one for one in result["services"][0]["items"] if one["code"] == "KI-001")
    linked = set(
        db.session.scalars(sa.select(AssessmentFigure.figure_id).where(AssessmentFigure.assessment_id == made.id))
    )
    return found, linked, result


def how(item):
    stored = item["source"]["how"]
    return stored["msgid"], stored["values"]


def test_a_doubted_correction_leaves_the_verified_revision_counting(reported):
    before = reported.compute()
    bogus = correct(reported, "10")
    assert queries.is_stale(before) is False
    assert reported.compute().id == before.id
    reported.report((1, "KI-001", "2026-03", "99.8"), reason="更正")
    item, linked, result = scored(reported)
    msgid, values = how(item)
    assert item["value"] == "99.5"
    assert item["source"]["verified"] is True
    assert "被标记存疑，按已核验的第 %(m)s 版计" in msgid
    assert (values["n"], values["m"]) == (2, 1)
    assert bogus not in linked
    assert item["source"]["figures"][0]["id"] in linked
    assert not any("存疑" in one["msgid"] for one in result["provisional_because"])
    assert queries.is_stale(queries.newest(reported.contract, reported.plan, MARCH)) is False


def test_the_latest_verified_revision_counts_whatever_came_after_it(reported):
    correct(reported, "99.6", "verified")
    correct(reported, "20")
    correct(reported, "10")
    item, _linked, _result = scored(reported)
    assert item["value"] == "99.6"
    assert how(item)[1]["n"] == 4
    assert how(item)[1]["m"] == 2


@pytest.mark.parametrize("verdict, cause", [("", "尚未核验"), ("doubted", "存疑")])
def test_without_a_verified_revision_or_a_verdict_nothing_stands_in(reported, verdict, cause):
    """An unjudged correction waits for its verdict; a first revision that is doubted has nothing behind it."""
    if verdict:
        judge(reported, "doubted")
    else:
        correct(reported, "10", "")
    item, _linked, result = scored(reported)
    assert item["value"] == ("99.5" if verdict else "10")
    assert any(cause in one["msgid"] for one in result["provisional_because"])


def test_a_revision_whose_verdict_was_taken_back_does_not_stand_in(reported):
    judge(reported, "doubted")
    correct(reported, "10")
    item, _linked, _result = scored(reported)
    assert item["value"] == "10"
