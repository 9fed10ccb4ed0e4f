"""How an exemption stands today, in words: over by its day, or come to nothing because the rule changed."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.clock import today
from app.negative_lists.kinds import ExemptionState
from app.negative_lists.models import Exemption
from app.negative_lists.queries import OPEN_STATES, exemptible_codes

# An exemption that ends within so many days is shown as ending.
SOON_DAYS = 30
# How exemptions stand today, as the list is asked for them.
STANDINGS = {
    "requested": _l("待审批"),
    "granted": _l("有效"),
    "ending": _l("30 天内到期"),
    "lapsed": _l("已到期"),
    "idle": _l("不再起作用"),
    "revoked": _l("已撤销"),
    "refused": _l("不同意"),
    "withdrawn": _l("已撤回"),
}


def is_idle(one: Exemption) -> bool:
    """Whether a grant or a request comes to nothing, because the item of today cannot be exempted."""
    return one.state in OPEN_STATES and one.item_code not in exemptible_codes()


def state_words(one: Exemption) -> tuple[str, str]:
    """The state as of today: what is past its day is over, whether or not that was written down yet; and where the
    rule changed so that it cannot be exempted any more, a grant or a request comes to nothing."""
    left = (one.valid_until - today()).days if one.state is ExemptionState.GRANTED and one.valid_until else None
    if left is not None and left < 0:
        return str(ExemptionState.LAPSED.label), ExemptionState.LAPSED.tone
    if is_idle(one):
        return str(STANDINGS["idle"]), "warn"
    if left is None:
        return str(one.state.label), one.state.tone
    return (str(_("即将到期")), "warn") if left <= SOON_DAYS else (str(one.state.label), one.state.tone)


def days_left(one: Exemption) -> int | None:
    """How many days a grant still holds, its last day counted; nothing where none holds."""
    if one.state is not ExemptionState.GRANTED or one.valid_until is None or one.valid_until < today():
        return None
    return None if is_idle(one) else (one.valid_until - today()).days + 1
