"""Moments and intervals that the tests of this room share."""

from datetime import datetime, timedelta

from app.service_levels.availability import Outage, agreed_time, availability, percent, seconds
from app.service_levels.intervals import Interval


def at(text):
    """A moment; without a zone it is Shanghai's."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else datetime.fromisoformat(text + "+08:00")


def outage(begin, end, weight=1):
    return Outage(at(begin), at(end) if end else None, weight)


def between(begin, end):
    return Interval(at(begin) if begin else None, at(end) if end else None)


def measured(period, outages=(), **terms):
    """The availability over a period given as two texts; `minutes` is the shortest outage that counts."""
    agreed = agreed_time(at(period[0]), at(period[1]), terms.pop("schedule", None))
    shortest = timedelta(minutes=terms.pop("minutes", 0))
    return availability(agreed, outages, min_outage=shortest, **terms)


def numbers(found):
    """agreed, excluded, missing and down seconds, and both percentages."""
    amounts = [seconds(amount) for amount in (found.agreed, found.excluded, found.missing, found.down)]
    return (*amounts, percent(found.availability), percent(found.availability_without_exclusions))
