"""Shapes of input about responsibility lists: the whole matrix, one duty, a digest that was read, a reason."""

import re

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.core.errors import Problem, Refused
from app.core.forms import BaseForm, SeenField, no_control_characters
from app.core.forms import text as free_text
from app.core.listing import options_of
from app.gates.kinds import Phase
from app.responsibilities.drafting import DutyFacts
from app.responsibilities.duty_file import Bearer, EvidenceKind
from app.responsibilities.models import DutyLine, Letter
from app.responsibilities.wording import bearer_choices, evidence_choices

REQUIRED = InputRequired(_l("请填写此项。"))
# c-<line>-<organisation>, as the matrix names its cells.
CELL = re.compile(r"c-([0-9]{1,15})-([0-9]{1,15})")
# What a duty of the template keeps as its entry has it.
OWN_ONLY = ("phase", "bearer", "text", "basis")
LETTERS = {"": None, "-": None, **{letter.value: letter for letter in Letter}}


class MatrixForm(BaseForm):
    """Every cell of the matrix, and the digest of the list as it was read."""

    digest = SeenField()

    def cells(self) -> dict[int, dict[int, Letter | None]]:
        """The letters that were sent, by line and organisation; small letters are taken as well."""
        found: dict[int, dict[int, Letter | None]] = {}
        for name, given in request.form.items():
            match = CELL.fullmatch(name)
            if match is None:
                continue
            letter = given.strip().upper()
            if letter not in LETTERS:
                raise Refused(
                    Problem(
                        _("“%(given)s”不是权责字母。", given=given[:10]), remedy=_("请填 R、A、C、I，不承担的留空。")
                    )
                )
            found.setdefault(int(match[1]), {})[int(match[2])] = LETTERS[letter]
        return found

    def typed(self) -> dict[int, dict[int, Letter | None]]:
        """What was sent, to be shown again; nothing of it where a cell held no letter at all."""
        try:
            return self.cells()
        except Refused:
            return {}


class DutyForm(BaseForm):
    """A duty: all of an own one, deadline and evidence of one of the template."""

    phase = SelectField(_l("阶段"), choices=lambda: options_of(Phase))
    bearer = SelectField(_l("承担方"), choices=bearer_choices)
    text = TextAreaField(_l("事项"), [REQUIRED, Length(max=1000), no_control_characters])
    basis = StringField(_l("依据"), free_text(400))
    deadline = StringField(_l("时限"), free_text(200))
    evidence = SelectField(_l("证据形式"), choices=evidence_choices)
    evidence_words = StringField(_l("证据名称"), free_text(400))

    @classmethod
    def of(cls, line: DutyLine | None, as_stored: bool = False) -> "DutyForm":
        """The form with what the duty says, or with what was sent; of a template duty only what may change.

        `as_stored` shows the duty as it is although something else was sent (a reason).
        """
        if line is None:
            return cls()
        given = {name: getattr(line, name) for name in ("text", "basis", "deadline", "evidence_words")}
        given |= {"phase": line.phase.value, "bearer": line.bearer.value}
        given["evidence"] = line.evidence.value if line.evidence else ""
        form = cls(formdata=None, data=given) if as_stored else cls(data=given)
        if line.entry_id is not None:
            for name in OWN_ONLY:
                delattr(form, name)
        return form

    def facts(self, line: DutyLine | None = None) -> DutyFacts:
        kept = line if line is not None and line.entry_id is not None else None
        return DutyFacts(
            phase=kept.phase if kept else Phase(self.phase.data),
            bearer=kept.bearer if kept else Bearer(self.bearer.data),
            text=kept.text if kept else self.text.data or "",
            basis=kept.basis if kept else self.basis.data or "",
            deadline=self.deadline.data or "",
            evidence=EvidenceKind(self.evidence.data) if self.evidence.data else None,
            evidence_words=self.evidence_words.data or "",
        )


class DigestForm(BaseForm):
    """Submits or signs the content that was read."""

    digest = SeenField()


class ReasonForm(BaseForm):
    reason = StringField(_l("理由"), [REQUIRED, Length(max=2000), no_control_characters])


class PlainForm(BaseForm):
    """A button without fields."""
