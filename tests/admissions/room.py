"""Admissions by the whole way: opened, filled, submitted, reviewed, decided; for tests of this room and of others."""

import io
from datetime import date, timedelta

from werkzeug.datastructures import FileStorage

from app.admissions import actions, drafting, keeping
from app.admissions.drafting import CreditFacts, File, ProofFacts
from app.admissions.judging import Finding
from app.admissions.kinds import Listing, Method, ProofKind
from app.admissions.models import Admission
from app.admissions.queries import rules_for
from app.core.clock import today
from app.core.db import db
from tests.factories import region, rule

# What a company shows to be admitted to operate applications.
PROOFS = (
    (ProofKind.MLPS_FILING, 3, None),
    (ProofKind.ISO_27001, None, None),
    (ProofKind.ITSS_OPERATION, None, None),
    (ProofKind.PEOPLE_OPERATION, None, 12),
    (ProofKind.PEOPLE_SECURITY, None, 4),
)


def file(name="证明.pdf", content=b""):
    return File(upload=FileStorage(stream=io.BytesIO(b"%PDF-1.4 " + (content or name.encode())), filename=name))


def opened(w, by="rival_officer", category="AC-CLOUD", authority="authority"):
    """An empty application of the actor's company in a category."""
    entry = rule("admission_category", category)
    return drafting.open_application(w.actor(by), entry, w.org(authority), region("44"))


def proof(kind=ProofKind.ISO_27001, number="", **changes):
    facts = {"level": None, "people": None, "valid_until": date(2027, 12, 31), **changes}
    return ProofFacts(kind=kind, number=number or f"NO-{kind.value}", issuer="认证机构", **facts)


def filled(w, by="rival_officer", category="AC-APP", days=0):
    """Everything that is asked for, shown; `days` is how long ago the credit was checked."""
    actor, made = w.actor(by), opened(w, by, category)
    for kind, level, people in PROOFS:
        drafting.add_proof(actor, made, proof(kind, level=level, people=people), file(f"{kind.value}.pdf"))
    for one in rules_for(made):
        if one.method is Method.PERSON:
            drafting.say(actor, made, one.head.code, "情况属实，见附件。", file(f"{one.head.code}.pdf"))
    credit(w, made, by, days=days)
    return made


def credit(w, admission, by="rival_officer", listing=Listing.CLEAN, days=0, name="信用查询.pdf"):
    facts = CreditFacts(listing, today() - timedelta(days=days), "信用中国")
    return drafting.record_credit(w.actor(by), admission, facts, file(name))


def submitted(w, by="rival_officer", **more):
    made = filled(w, by, **more)
    actions.submit(w.actor(by), made, made.row_version)
    return made


def findings(admission, **changes):
    asked = [one.head.code for one in rules_for(admission) if one.method is Method.PERSON]
    return {code: Finding(True) for code in asked} | changes


def review(w, admission, by="authority_officer", proposes=True, found=None):
    facts = actions.ReviewFacts(proposes, "逐项核对，材料齐全。", findings(admission) if found is None else found)
    return actions.review(w.actor(by), admission, facts, seen(admission))


def seen(admission):
    return admission.submissions[-1].sha256


def reviewed(w, **more):
    made = submitted(w, **more)
    review(w, made)
    return made


def verdict(admission, admits=True, **changes):
    facts = {"reason": "符合准入条件。", "valid_until": actions.last_day(admission) if admits else None, **changes}
    return actions.Verdict(admits=admits, **facts)


def decide(w, admission, by="authority_lead", **changes):
    return actions.decide(w.actor(by), admission, verdict(admission, **changes), seen(admission))


def admitted(w, **more) -> Admission:
    made = reviewed(w, **more)
    decide(w, made)
    db.session.flush()
    return made


def suspended(w, **more):
    made = admitted(w, **more)
    keeping.suspend(w.actor("authority_lead"), made, "发生数据安全事件，责令整改。", file("通报.pdf"))
    return made
