"""Import of the outside data: converted, submitted by the operators, judged by the agencies, each as a person's act."""

import gzip
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from app.contracts import actions as contracts
from app.contracts.models import Contract
from app.core.db import db
from app.demonstration import real_data
from app.demonstration.real_data import SiteEvent, Usage
from app.demonstration.real_data_contracts import SITES, USAGE, Deal, codes_of
from app.figures import verifying
from app.figures.actions import submit
from app.figures.judging import Delivery
from app.figures.kinds import SubmissionKind, Verdict
from app.figures.models import Figure, FigureFlag, Submission
from app.figures.queries import unverified

EVENTS_FILE, SUMMARY_FILE, USAGE_FILE = (
    "availability/us10x_events.csv",
    "availability/us10x_final_summary.json",
    "usage/govuk_quarterly.csv",
)
# How many services with a whole series take part; besides them every service with an impossible quarter does.
WHOLE_SERVICES = 60
IMPOSSIBLE = "part_above_whole"
DOUBT = "线上办理量大于办理总量，不可能成立，请说明。"
SEEN_SO = (
    "已与证据文件逐格核对：来源公布的就是这个数，线上量大于总量，来源没有更正，也无人可以更正。"
    "核验只表示与来源一致，异常标记保留；由此推算的在线办理率超过 100%，使用时须注意。"
)


class NoSource(RuntimeError):
    """The folder does not hold the outside data; the message names the file."""


@dataclass(frozen=True)
class Sources:
    """What was read from the folder, whole and unchanged, with the parsed lines beside it."""

    events_text: str
    usage_text: str
    ended: str
    events: list[SiteEvent]
    usage: list[Usage]

    @property
    def sites(self) -> list[str]:
        return sorted({one.slug for one in self.events})

    @cached_property
    def used(self) -> list[str]:
        return real_data.chosen(self.usage, WHOLE_SERVICES)

    @cached_property
    def whole(self) -> list[str]:
        """Those used whose series has no gap."""
        services = real_data.by_service(self.usage)
        return [slug for slug in self.used if real_data.is_whole(services[slug])]


def read_sources(folder: Path) -> Sources:
    """Both sources, from plain or compressed files."""
    events_text, usage_text = _text(folder / EVENTS_FILE), _text(folder / USAGE_FILE)
    events, usage = real_data.read_events(events_text), real_data.read_usage(usage_text)
    if not events or not usage:
        raise NoSource(f"no lines in {EVENTS_FILE} or {USAGE_FILE}")
    summary = folder / SUMMARY_FILE
    ended = real_data.monitor_end(events, summary.read_text("utf-8") if summary.exists() else "")
    return Sources(events_text, usage_text, ended, events, usage)


def _text(path: Path) -> str:
    packed = path.with_name(path.name + ".gz")
    try:
        return gzip.decompress(packed.read_bytes()).decode() if packed.exists() else path.read_text("utf-8")
    except OSError as error:
        raise NoSource(f"{path} (or {packed.name}) cannot be read: {error.strerror or error}") from error


# --- submitted by the operators --------------------------------------------------------------------------------------


def submit_events(contract: Contract, sources: Sources) -> Submission:
    """The source is kept as evidence; the converted file is what is submitted."""
    _attach(SITES, contract, "us10x_events.csv", sources.events_text)
    content = real_data.events_file(sources.events, codes_of(SITES), sources.ended)
    note = f"由 us10x_events.csv 转换；监测止于 {sources.ended}，其后为无监测"
    delivery = Delivery(SubmissionKind.EVENTS, "us10x-状态事件.csv", content, note=note)
    return submit(SITES.person("operator"), contract, delivery).submission


def submit_usage(deal: Deal, contract: Contract, sources: Sources) -> Submission:
    name = "govuk_quarterly.csv"
    _attach(deal, contract, name, sources.usage_text)
    content = real_data.usage_file(sources.usage, codes_of(deal), name)
    delivery = Delivery(SubmissionKind.FIGURES, "govuk-季度办件量.csv", content, note=f"由 {name} 转换")
    return submit(deal.person("operator"), contract, delivery).submission


def _attach(deal: Deal, contract: Contract, name: str, text: str) -> None:
    upload = FileStorage(stream=io.BytesIO(text.encode()), filename=name)
    contracts.attach_file(deal.person("operator"), contract, upload, f"来源数据原文件：{deal.source}")


# --- judged by the agencies ------------------------------------------------------------------------------------------


def verify_events(contract: Contract, submission: Submission) -> None:
    verifying.judge_events(SITES.person("officer"), submission, Verdict.VERIFIED)


def doubt_impossible(contract: Contract) -> list[int]:
    """More online than in all: such figures are doubted first, before anything is verified."""
    ids = _impossible(contract)
    if ids:
        verifying.doubt(USAGE.person("officer"), contract, ids, DOUBT)
    return ids


def verify_rest(contract: Contract) -> int:
    """Everything that nobody has judged yet."""
    ids = list(db.session.scalars(unverified(contract)))
    return verifying.verify(USAGE.person("officer"), contract, ids) if ids else 0


def verify_as_published(contract: Contract, ids: Iterable[int]) -> int:
    """The second officer compares the doubted cells with the source: it says so. The flags stay."""
    wanted = list(ids)
    return verifying.verify(USAGE.person("officer-2"), contract, wanted, SEEN_SO) if wanted else 0


def _impossible(contract: Contract) -> list[int]:
    return list(
        db.session.scalars(
            sa.select(FigureFlag.figure_id)
            .join(Figure, Figure.id == FigureFlag.figure_id)
            .where(Figure.contract_id == contract.id, FigureFlag.code == IMPOSSIBLE)
            .order_by(FigureFlag.figure_id)
        )
    )


def flags_by_code(contract: Contract) -> Counter[str]:
    """How many figures each finding was made about."""
    codes = db.session.scalars(
        sa.select(FigureFlag.code)
        .join(Figure, Figure.id == FigureFlag.figure_id)
        .where(Figure.contract_id == contract.id)
    )
    return Counter(codes)
