"""Figures and files of events in words: what was reported, by whom, and which evidence it names."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from app.contracts.models import Contract
from app.core.clock import local
from app.core.formats import fmt
from app.evidence.models import EvidenceFile
from app.figures.evidence import resolve
from app.figures.figure_rules import Measure
from app.figures.measures import measures_of
from app.figures.models import Figure, Submission
from app.figures.pages import shown_value
from app.figures.queries import flags_on
from app.figures.wording import explain_flag
from app.inspections.models import key_of

Thing = tuple[Figure | None, Submission]


@dataclass(frozen=True)
class Reported:
    """One scored thing as pages show it; `files` are the stored files that its evidence names."""

    key: str
    service: str
    code: str
    name: str
    period: str
    value: str
    evidence: str
    files: tuple[EvidenceFile, ...]
    flags: tuple[str, ...]
    by: str
    href: str

    @property
    def title(self) -> str:
        return " ".join(part for part in (self.service, self.code, self.name, self.period) if part)


def described(contract: Contract, things: Iterable[Thing]) -> dict[str, Reported]:
    """Each thing in words, by its key; the number of queries does not grow with the things."""
    listed = list(things)
    figures = [figure for figure, _submission in listed if figure is not None]
    names = {one.key: one for one in measures_of(contract)}
    named = resolve(contract, [one.evidence for one in figures])
    flags = {
        key: tuple(explain_flag(one.code, one.params) for one in found)
        for key, found in flags_on(one.id for one in figures).items()
    }
    found = {}
    for figure, submission in listed:
        if figure is None:
            one = _events(submission)
        else:
            measure = names.get((figure.service_id, figure.indicator_code))
            files = tuple(named.get(figure.evidence, []))
            one = _figure(contract, (figure, submission), measure, files, flags.get(figure.id, ()))
        found[one.key] = one
    return found


def _figure(
    contract: Contract,
    thing: tuple[Figure, Submission],
    measure: Measure | None,
    files: tuple[EvidenceFile, ...],
    flags: tuple[str, ...],
) -> Reported:
    figure, submission = thing
    value = shown_value(figure.standing, figure.value, measure.decimals if measure else None)
    return Reported(
        key=key_of(figure.id, submission.id),
        service=measure.service_name if measure else "",
        code=figure.indicator_code,
        name=measure.name if measure else "",
        period=f"{figure.period} {figure.channel}".strip(),
        value=f"{value} {measure.unit}" if measure and figure.value is not None else value,
        evidence=figure.evidence,
        files=files,
        flags=flags,
        by=submission.organisation.name,
        href=url_for("figures.detail", code=contract.code, figure=figure.id),
    )


def _events(submission: Submission) -> Reported:
    """A file of events is its own evidence."""
    return Reported(
        key=key_of(None, submission.id),
        service=_("状态事件"),
        code="",
        name=submission.file.file_name,
        period=local(submission.submitted_at).date().isoformat(),
        value=_("%(n)s 条", n=fmt.whole(submission.new_count)),
        evidence=submission.file.file_name,
        files=(submission.file,),
        flags=(),
        by=submission.organisation.name,
        href=url_for("evidence.download", key=submission.file.id),
    )
