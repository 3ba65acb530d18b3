"""What people write is checked before it counts: what breaks a check goes back with the reason, twice, and then the AI version stays."""

import json
from datetime import timedelta

import pytest

from foundation.customer_json import dump
from organizations.models import Organization
from reviews.providers.brackets import wrap
from reviews.sandbox.server import Sandbox
from tests.factories import NOW
from tests.reviews.external.orders import DRAFT, hand_in, human_step, job_statuses, make_order, order_state, run_all

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
GOOD = wrap(DRAFT["body"])
LACKS_NAME = "The translation lacks these placeholders, which must be copied exactly: {name}."


def remarks(sandbox: Sandbox) -> dict[str, list[str]]:
    return {str(job.fields["slug"]): job.remarks for job in sandbox.book.jobs.values()}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Hallo, Sie haben [[[<b>]]]3[[[</b>]]] Dateien.", LACKS_NAME),
        ("Hallo [[[{Name}]]], Sie haben <b>3</b> Dateien.", "Text between [[[ and ]]] must stay exactly as it is, brackets included."),
        ("Hallo {name}, Sie haben <b>3</b> Dateien [[[sic]]].", "Text between [[[ and ]]] must stay exactly as it is, brackets included."),
        ("Hallo {name}, Sie haben <b>3 Dateien.", "The translation lacks these tags, which must be copied exactly: </b>."),
        ("", "The translation is empty."),
        ("Hallo {name}, Sie haben <b>3</b>\0 Dateien.", "The translation contains a character that cannot be stored."),
        ("Hallo {name}, Sie haben <b>3</b> \ud800 Dateien.", "The translation contains a character that cannot be stored."),
        ("x" * 200_001, "The translation has more than 200000 characters."),
    ],
)
def test_text_that_breaks_a_check_goes_back_with_the_reason(customer: Organization, sandbox: Sandbox, text: str, reason: str) -> None:
    make_order(customer)
    run_all()
    hand_in(sandbox, {"title": "Datei speichern", "body": text})

    run_all(NOW + HOUR)

    assert (job_statuses(sandbox), remarks(sandbox)) == ({"title": "approved", "body": "revising"}, {"title": [], "body": [reason]})
    assert order_state("revisions", "status") == {"revisions": 1, "status": "ready"}
    assert human_step().status == "waiting"


def test_text_that_was_put_right_is_taken(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    run_all()
    hand_in(sandbox, {"title": DRAFT["title"], "body": "Hallo, Sie haben <b>3</b> Dateien."})
    run_all(NOW + HOUR)

    hand_in(sandbox, {"body": "Guten Tag [[[{name}]]], Sie haben [[[<b>]]]3[[[</b>]]] Dateien."})
    run_all(NOW + 2 * HOUR)

    assert human_step().output == dump({**DRAFT, "body": "Guten Tag {name}, Sie haben <b>3</b> Dateien."})
    detail = json.loads(human_step().detail)
    assert (detail["revisions"], detail["changed"], "warnings" in detail) == (1, 1, False)


def test_text_that_stays_broken_keeps_the_ai_version_after_two_revisions(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    run_all()
    for hours in range(1, 4):
        hand_in(sandbox, {"title": "Datei speichern", "body": "Hallo, Sie haben <b>3</b> Dateien."})
        run_all(NOW + hours * HOUR)

    assert len(remarks(sandbox)["body"]) == 2
    assert job_statuses(sandbox) == {"title": "approved", "body": "reviewable"}
    step = human_step()
    assert (step.status, step.output) == ("completed", dump({**DRAFT, "title": "Datei speichern"}))
    assert json.loads(step.detail)["warnings"] == [{"path": "body", "message": LACKS_NAME}]


def test_broken_text_that_the_provider_approved_keeps_the_ai_version(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    run_all()
    hand_in(sandbox, {"title": "Datei speichern", "body": "Hallo, Sie haben <b>3</b> Dateien."})
    for job in sandbox.book.jobs.values():
        sandbox.book.act(job.id, {"action": "approve"})

    run_all(NOW + HOUR)

    assert human_step().output == dump({**DRAFT, "title": "Datei speichern"})
    assert order_state("revisions") == {"revisions": 0}


def test_flaw_that_the_ai_version_has_as_well_is_no_reason_to_send_a_text_back(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer, draft={**DRAFT, "body": "Hallo, Sie haben <b>3</b> Dateien."})
    run_all()
    hand_in(sandbox, {"title": "Datei speichern", "body": "Guten Tag, Sie haben <b>3</b> Dateien."})

    run_all(NOW + HOUR)

    assert human_step().output == dump({**DRAFT, "title": "Datei speichern", "body": "Guten Tag, Sie haben <b>3</b> Dateien."})


@pytest.mark.parametrize("source", ["Hello [[[note]]] [{name}]", "[[[{name}]]] waits", "{a}{b} ]]] of [[["])
def test_brackets_of_the_customer_s_own_survive(customer: Organization, sandbox: Sandbox, source: str) -> None:
    make_order(customer, source={"title": source}, draft={"title": f"Hier: {source}"})
    run_all()
    hand_in(sandbox, {"title": f"Bitte: {wrap(source)}"})

    run_all(NOW + HOUR)

    assert human_step().output == dump({"title": f"Bitte: {source}"})


def test_provider_that_moves_the_job_first_is_looked_at_again_soon(customer: Organization, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    make_order(customer)
    run_all()
    hand_in(sandbox, {"title": DRAFT["title"], "body": GOOD})
    act = sandbox.book.act

    def act_second(job_id: str, action: dict[str, str]) -> None:
        """Somebody approves on the provider's own pages, a moment before us."""
        act(job_id, {"action": "approve"})
        act(job_id, action)

    monkeypatch.setattr(sandbox.book, "act", act_second)
    run_all(NOW + HOUR)
    assert human_step().status == "waiting"
    run_all(NOW + HOUR + timedelta(seconds=11))

    assert human_step().output == dump(DRAFT)
