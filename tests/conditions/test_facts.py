"""The dictionary: every fact is asked for, has its words, and is given by one room exactly when it is kept."""

import pytest

from app import CATALOGUE_KINDS, FACT_PROVIDERS
from app.catalogues.checking import check_files
from app.catalogues.files import read_file
from app.conditions import gathering
from app.conditions.facts import FACTS, UNKEPT, FactType
from app.conditions.gathering import Provider
from app.core.db import db
from tests.acceptances.room import operating
from tests.factories import signing
from tests.house.source import ROOT
from tests.projects.room import declared, opened

# Asked for by no rule that comes with the product: for rules that a region writes, and for pages that show them.
FOR_LOCAL_RULES = {
    *("contract.procurement_method", "procurement.awarded", "procurement.over_budget", "procurement.short_notice"),
    *("project.accepted_on", "project.cost_total", "project.open_obligations", "project.operation_from"),
    *("project.planned_until", "project.prior_project", "project.submitted_on", "project.trial_from"),
    *("screening.blocking", "screening.run_on"),
    # A gate asks for them by the opinions, scores and signatures that it wants.
    *("review.countersigned", "review.experts", "review.mean_score"),
}
# Not of the project and the contract that are looked at: a first declaration follows on nothing, a contract without a
# project has no declared data, and what is open is counted once a round, a handover or a list was opened.
NOT_OF_THESE = {
    *("acceptance.final_open", "acceptance.preliminary_open", "contract.data_classes", "duty.findings"),
    *("handover.open_items", "project.prior_investment"),
}
# Given where it is judged, not from the record of a subject: the decision that is being taken, the change that is asked
# for, an organisation that wants to be admitted.
ELSEWHERE = ("admission.", "change.", "organisation.", "review.")


def conditions():
    kinds = {kind.name: kind for kind in CATALOGUE_KINDS}
    paths = [ROOT / "app/gates/catalog/gates.yaml", *sorted((ROOT / "app/negative_lists/catalog").glob("nl-*.yaml"))]
    for entry in check_files([read_file(path, path.name) for path in paths], kinds).entries:
        yield from (one.condition for one in getattr(entry.parsed, "inputs", ()))
        if getattr(entry.parsed, "condition", None):
            yield entry.parsed.condition


def test_every_fact_is_asked_for_by_a_rule_or_kept_for_local_ones():
    asked = {name for condition in conditions() for name in condition.facts}
    left = {name for name in set(FACTS) - asked if not name.startswith(("admission.", "organisation."))}
    assert left == FOR_LOCAL_RULES


def test_every_fact_has_a_type_a_word_and_a_record():
    for name, fact in FACTS.items():
        assert (fact.name, isinstance(fact.type, FactType)) == (name, True)
        assert fact.label, name
        assert fact.source, name
    labels = [fact.label for fact in FACTS.values()]
    assert len(set(labels)) == len(labels)


def test_what_is_kept_is_given_by_one_room_and_the_rest_by_none(w):
    """Of a project in operation and of a contract everything is on record that a room keeps."""
    given: dict[str, set[int]] = {}
    for subject in (operating(w).subject, signing(w).subject):
        for place, provider in enumerate(FACT_PROVIDERS):
            for name in provider.give(subject):
                given.setdefault(name, set()).add(place)
    assert {name: rooms for name, rooms in given.items() if len(rooms) > 1} == {}
    kept = {name for name in set(FACTS) - UNKEPT if not name.startswith(ELSEWHERE)}
    assert kept - set(given) == NOT_OF_THESE
    assert set(given) - kept == set()


def test_a_room_that_gives_what_is_marked_as_not_kept_is_found_out(app, w, monkeypatch):
    subject = signing(w).subject
    stranger = Provider(frozenset({"data"}), lambda _subject: {"data.people": 1})
    monkeypatch.setitem(app.extensions, "fact_providers", (stranger,))
    with pytest.raises(LookupError, match=r"data\.people"):
        gathering.facts_of(subject)


def test_facts_of_many_are_the_facts_of_each(w):
    subjects = [operating(w).subject, signing(w).subject, declared(w).subject, opened(w).subject]
    alone = {one.id: gathering.facts_of(one) for one in subjects}
    db.session.expire_all()
    together = dict(gathering.of_many(list(alone), lambda one: (one.id, gathering.facts_of(one))))
    assert together == alone


def test_only_rooms_that_give_a_named_fact_are_asked(w):
    found = gathering.facts_of(operating(w).subject, {"parties.roles"})
    assert {name.partition(".")[0] for name in found} == {"parties"}
