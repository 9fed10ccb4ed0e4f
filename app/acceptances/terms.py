"""Within how many working days each side does its part, and what of a trial run is counted: defaults of the product."""

from datetime import date

# Acceptance: deliverers submit, the supervisor gives opinions, the client judges, then it is concluded.
SUBMIT_WITHIN = 10
OPINE_WITHIN = 10
JUDGE_WITHIN = 10
CONCLUDE_WITHIN = 5
APPROVE_WITHIN = 10
# After a failed round: the deliverer puts right what failed, and the client opens the next round.
REWORK_WITHIN = 20
REOPEN_WITHIN = 20
# Final acceptance is asked for within half a year (DL12); its task counts the same in working days.
FINAL_MONTHS = 6
FINAL_WITHIN = 120
# Handover: opened after acceptance, handed over within 30 days (DU-050), taken over within 10 working days (DU-053).
HANDOVER_OPEN_WITHIN = 10
DELIVER_WITHIN = 20
RECEIVE_WITHIN = 10
TAKE_OVER_WITHIN = 10
WITNESS_WITHIN = 5
HANDOVER_CONCLUDE_WITHIN = 5


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, day.day - 4, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise ValueError(f"no day for {day} after {months} months")


def trial_days(trial_from: date | None, until: date) -> int | None:
    """How many days a trial has run; None where none has begun."""
    return None if trial_from is None else (until - trial_from).days
