"""The certificate and the list on paper: from the sealed content only, the same bytes every time, in Chinese."""

import io
import json

import docx
import pytest

from app.acceptances import certificate
from app.acceptances.certificate import acceptance_sheet
from app.acceptances.content import PAPERS
from app.acceptances.documents import acceptance_docx, acceptance_pdf, handover_docx, handover_pdf
from app.acceptances.kinds import Outcome
from app.acceptances.material import NOTHING
from app.core.canonical import digest_both
from app.core.db import db
from app.core.errors import Refused
from app.gates.kinds import Stance, Step
from tests.acceptances import room
from tests.acceptances.test_handover import conclude

pytestmark = pytest.mark.sqlite_only


def words_of(content):
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_the_certificate_says_every_item_with_its_result_its_evidence_and_its_judge(w, acceptance):
    item = acceptance.items[0]
    room.submitted(w, item, room.paper("测试报告.pdf"))
    room.heard(w, item, Stance.AMEND)
    room.all_judged(w, acceptance, 2)
    room.concluded(w, acceptance, passed=False)
    text = words_of(acceptance_docx(acceptance))
    for said in (
        *("初步验收书", acceptance.code, "测试报告.pdf", "修改后同意", "现场核对属实", "不合格", "网上申报"),
        *("云上运营有限公司", w.user("officer").name, w.user("supervisor").name, "针对第 1 次提交"),
    ):
        assert said in text, said
    assert "履约验收书" not in text
    assert acceptance_pdf(acceptance) == acceptance_pdf(acceptance)
    assert acceptance_pdf(acceptance).startswith(b"%PDF")
    assert acceptance_docx(acceptance) == acceptance_docx(acceptance)


def test_the_certificate_says_what_is_not_there(w, acceptance):
    first, second = acceptance.items[:2]
    room.submitted(w, first, NOTHING)
    room.judged(w, first, Outcome.FAILED)
    room.submitted(w, second)
    room.heard(w, second)
    room.judged(w, second)
    room.concluded(w, acceptance, passed=False)
    text = words_of(acceptance_docx(acceptance))
    bare = "、".join(str(one.number) for one in acceptance.items if one is not second)
    gaps = f"本次验收没有提供的：第 {bare} 项的证据材料；第 {bare} 项的监理意见；等保备案证明。"
    for said in (gaps, "未提供", "未判定", "没有附件"):
        assert said in text, said


def test_a_certificate_with_everything_says_that_too(w, acceptance):
    room.all_judged(w, acceptance)
    room.ready(w, acceptance.project, Step.TRIAL)
    room.concluded(w, acceptance)
    text = words_of(acceptance_docx(acceptance))
    assert "各项材料和意见均已提供" in text
    assert "未提供" not in text
    assert "等保备案证明" in text


def test_where_there_is_no_supervisor_the_certificate_says_so(w):
    acceptance = room.opened(w, room.unsupervised(w))
    room.submitted(w, acceptance.items[0])
    room.judged(w, acceptance.items[0], Outcome.FAILED)
    room.concluded(w, acceptance, passed=False)
    text = words_of(acceptance_docx(acceptance))
    for said in ("无监理单位", "本项目没有监理单位，没有监理意见。"):
        assert said in text, said
    assert "监理单位没有出具意见" not in text


@pytest.mark.parametrize("stage, name", [("preliminary", "初步验收书"), ("final", "竣工验收书")])
def test_each_certificate_is_called_what_it_is(w, stage, name):
    acceptance = room.opened(w, room.building(w) if stage == "preliminary" else room.trial(w))
    room.concluded(w, acceptance, passed=False, by="signatory" if stage == "preliminary" else "authority_lead")
    sheet = acceptance_sheet(json.loads(acceptance.content), digest_both(acceptance.content.encode()))
    assert (sheet.blocks[0].name, sheet.title) == (name, f"{acceptance.project.subject.title}{name}")
    papers = [one["kind"] for one in json.loads(acceptance.content)["papers"]]
    assert papers == [kind.value for kind in PAPERS[acceptance.stage]]
    assert set(papers) <= set(certificate.PAPERS)


def test_a_certificate_sealed_before_papers_were_listed_is_still_printed(w, acceptance):
    room.all_judged(w, acceptance)
    room.concluded(w, acceptance, passed=False)
    content = json.loads(acceptance.content)
    del content["papers"]
    sheet = acceptance_sheet(content, digest_both(b"x"))
    assert "没有记载项目材料" in str(sheet.blocks)


def test_a_failed_round_says_so_across_every_page(w, acceptance):
    room.all_judged(w, acceptance, 1)
    room.concluded(w, acceptance, passed=False)
    content = json.loads(acceptance.content)
    sheet = acceptance_sheet(content, digest_both(acceptance.content.encode()))
    assert sheet.mark == "验收不合格"


def test_what_was_changed_behind_the_digest_is_not_printed(w, acceptance):
    room.all_judged(w, acceptance)
    room.concluded(w, acceptance)
    with db.session.no_autoflush:
        acceptance.content = acceptance.content.replace("合格", "优秀")
        with pytest.raises(Refused):
            acceptance_pdf(acceptance)
        db.session.expire(acceptance)


def test_the_list_of_a_handover_says_every_deed(w, handover, contracted):
    room.all_arrived(w, handover)
    room.ready(w, handover.project, Step.HAND_OVER)
    conclude(w, handover)
    text = words_of(handover_docx(handover))
    for said in ("移交清单", "源代码", "已接管", "清点无误", handover.code):
        assert said in text, said
    assert handover_pdf(handover) == handover_pdf(handover)
