"""Which contracts there are: thirty-odd written out by hand, and hundreds drawn for the whole province."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from random import Random

from app.demonstration import organisations as places
from app.demonstration.ledger import ServicePlan
from app.demonstration.organisations import OrganisationPlan
from app.demonstration.story import Outline, drafted_on
from app.demonstration.timeline import Days
from app.subjects.models import PartyRole

BUY, PROCURE, ENTRUST = "government_purchase", "government_procurement", "entrusted_operation"
AUTHORISE, CONCEDE = "authorised_operation", "concession"
OPERATORS = {"岭": places.LINGLAN, "粤": places.YUELAN}
WATCHED = ((places.SUPERVISOR, PartyRole.SUPERVISOR), (places.TESTER, PartyRole.TESTER))
BUILT = (places.SUIHENG, PartyRole.BUILDER)
LOOKED_AFTER = ((places.AUTHORITY, PartyRole.COMPETENT_AUTHORITY), (places.FINANCE, PartyRole.FINANCE))
PARTIES: Mapping[str, tuple[tuple[str, PartyRole], ...]] = {
    "-": (),
    "监": WATCHED[:1],
    "建监测": (BUILT, *WATCHED),
    "管": LOOKED_AFTER[:1],
    "管财监": (*LOOKED_AFTER, *WATCHED[:1]),
}
# Client, first and last service of its list, operator, mode, fate, months from now to the first day, working days ago,
# length in months, further parties.
SMALL = f"""
ZF-44-20 1-4 岭 {ENTRUST} in_force -5 0 12 建监测
ZF-44-20 5-7 粤 {PROCURE} in_force -9 0 36 管财监
ZF-44-20 11-11 岭 {BUY} in_force -7 0 12 管
ZF-44-04 1-4 岭 {BUY} in_force -7 0 12 监
ZF-44-05 1-3 粤 {BUY} in_force -3 0 12 管
ZF-44-07 1-3 岭 {BUY} in_force -10 0 12 -
ZF-44-09 1-3 粤 {ENTRUST} in_force -2 0 12 监
ZF-4401-00 4-6 粤 {BUY} in_force -6 0 12 管财监
ZF-4401-00 1-3 岭 {ENTRUST} in_force -4 0 12 建监测
ZF-4403-13 1-2 岭 {CONCEDE} in_force -11 0 120 管财监
ZF-4406-11 1-2 粤 {AUTHORISE} in_force -2 0 36 管
ZF-440106-08 1-2 岭 {BUY} in_force -1 0 12 -
ZF-440304-00 1-3 粤 {PROCURE} in_force -5 0 12 监
ZF-4401-14 1-2 粤 {BUY} refused -8 12 12 监
ZF-4401-21 1-3 岭 {BUY} expired -21 0 12 监
ZF-44-04 1-4 粤 {BUY} expired -19 0 12 -
ZF-440106-06 1-2 岭 {BUY} expired -20 0 12 -
ZF-440106-06 1-2 粤 {BUY} terminating -6 9 12 -
ZF-4401-04 1-2 岭 {ENTRUST} terminating -4 3 12 -
ZF-441900101 1-2 粤 {BUY} terminated -12 70 12 -
ZF-440106001 1-2 岭 {BUY} terminated -9 30 12 监
ZF-4401-21 1-3 岭 {BUY} signed 1 3 12 监
ZF-44-04 5-6 粤 {BUY} signed 1 6 12 -
ZF-4401-00 7-7 岭 {BUY} half_client 1 5 12 -
ZF-44-20 8-9 粤 {AUTHORISE} half_operator 1 5 36 管财监
ZF-440106001 1-2 粤 {BUY} half_operator 1 8 12 监
ZF-441900101 1-1 岭 {BUY} sent 1 1 12 -
ZF-4403-13 3-3 粤 {PROCURE} resent 1 3 12 监
ZF-44-20 10-10 岭 {BUY} returned 1 2 12 -
ZF-440106-06 2-2 岭 {BUY} returned 1 4 12 -
ZF-4401-14 3-3 粤 {BUY} returned_once_more 1 5 12 -
ZF-441900101 2-2 粤 {BUY} returned 1 11 12 -
ZF-440304-00 1-2 岭 {BUY} empty 2 1 12 -
ZF-44-07 2-3 粤 {BUY} incomplete 2 2 12 监
ZF-4406-11 1-1 岭 {BUY} ready 2 4 12 -
ZF-44-05 4-4 岭 {BUY} void 0 45 12 -
"""

DRAWN_KEY = "P"
Ledger = Mapping[str, Sequence[ServicePlan]]


def small_outlines(ledger: Ledger) -> list[Outline]:
    """The contracts written out above."""
    return [_read(line.split(), ledger) for line in SMALL.strip().splitlines()]


def _read(parts: list[str], ledger: Ledger) -> Outline:
    client, span, operator, mode, fate, started, ago, months, others = parts
    client = client if client in ledger else f"{client}-00"
    first, last = map(int, span.split("-"))
    return Outline(
        client=client,
        services=tuple(ledger[client][first - 1 : last]),
        operator=OPERATORS[operator],
        mode=mode,
        fate=fate,
        started=int(started),
        ago=int(ago),
        months=int(months),
        others=PARTIES[others],
    )


# Fate → weight, months since the first day (least, most), working days since the last step (least, most).
DRAWN: Mapping[str, tuple[int, int, int, int, int]] = {
    "in_force": (52, -11, 0, 0, 0),
    "expired": (19, -21, -13, 0, 0),
    "terminated": (4, -11, -5, 5, 60),
    "terminating": (3, -10, -3, 1, 9),
    "refused": (2, -10, -4, 3, 30),
    "signed": (4, 1, 2, 1, 9),
    "sent": (3, 1, 2, 1, 6),
    "half_client": (2, 1, 2, 2, 6),
    "half_operator": (2, 1, 2, 2, 6),
    "resent": (2, 1, 2, 1, 5),
    "returned": (2, 1, 2, 1, 12),
    "returned_once_more": (1, 1, 2, 3, 9),
    "empty": (1, 1, 3, 1, 20),
    "incomplete": (2, 1, 3, 1, 20),
    "ready": (1, 1, 3, 1, 10),
    "void": (2, 0, 0, 10, 200),
}
MODES = (BUY, BUY, BUY, PROCURE, PROCURE, ENTRUST, ENTRUST, AUTHORISE)


def drawn_outlines(
    count: int, clients: Sequence[OrganisationPlan], operators: Sequence[str], ledger: Ledger, days: Days
) -> list[Outline]:
    """So many more contracts, spread over all clients and operators."""
    random = Random("outlines")
    made: list[Outline] = []
    while len(made) < count:
        client = clients[len(made) % len(clients)]
        outline = _draw(client, operators, random)
        begun = drafted_on(outline, days, f"{DRAWN_KEY}{len(made):04d}")
        services = _registered(ledger[client.key], begun, random)
        if services:
            made.append(replace(outline, services=services))
    return made


def _draw(client: OrganisationPlan, operators: Sequence[str], random: Random) -> Outline:
    fates = list(DRAWN)
    fate = random.choices(fates, [DRAWN[one][0] for one in fates])[0]
    _weight, least, most, soonest, latest = DRAWN[fate]
    mode = random.choice(MODES if fate != "expired" else MODES[:-1])
    started = random.randint(least, most)
    long_one = fate == "in_force" and mode in {BUY, PROCURE} and random.random() < 0.15
    others = random.choice(tuple(PARTIES.values())) if client.level in {"province", "city"} else ()
    return Outline(
        client=client.key,
        services=(),
        operator=random.choice(operators),
        mode=mode,
        fate=fate,
        started=started,
        ago=random.randint(soonest, latest),
        months=36 if long_one else 12,
        others=others,
    )


def _registered(services: Sequence[ServicePlan], day: date, random: Random) -> tuple[ServicePlan, ...]:
    """Two to six services that stand on the ledger before the contract is drafted."""
    ready = [one for one in services if one.registered < day]
    return tuple(random.sample(ready, min(len(ready), random.randint(2, 6))))
