"""Orders that the provider, or the limit, refuses: the AI version stands, and the job says why."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from engines.models import ReviewCredential
from foundation.customer_json import dump
from organizations.models import Organization
from reviews.sandbox.server import Sandbox
from tests.factories import NOW
from tests.reviews.external.orders import DRAFT, hand_in, human_step, job_statuses, make_account, make_order, only_job, order_state, run_all

pytestmark = pytest.mark.django_db


def assert_failed(sentence: str) -> None:
    """The stage failed with the sentence, the AI version is the result."""
    step, job = human_step(), only_job()
    assert (step.status, step.error, step.output) == ("failed", sentence, None)
    assert (job.status, job.warnings) == ("completed_with_warnings", [f"humanEdit failed: {sentence}"])
    assert job.steps.get(stage="localize").output == dump(DRAFT)


def test_quote_over_the_limit_orders_nothing_and_names_both_sums(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer, maxCostUsd=0.4)

    run_all()

    assert_failed("The review would cost 0.45 USD, more than the limit of 0.40 USD.")
    assert sandbox.book.orders == {}
    assert order_state("status", "error", "cost", "currency") == {
        "status": "failed",
        "error": "The review would cost 0.45 USD, more than the limit of 0.40 USD.",
        "cost": Decimal("0.45"),
        "currency": "USD",
    }
    assert json.loads(human_step().detail)["cost"] == 0.45


def test_quote_of_the_limit_is_ordered(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer, maxCostUsd=0.45)

    run_all()

    assert len(sandbox.book.orders) == 1


def test_quote_in_another_currency_cannot_be_compared(customer: Organization, sandbox: Sandbox) -> None:
    sandbox.book.account.currency = "EUR"
    make_order(customer, maxCostUsd=10)

    run_all()

    assert_failed("The review would cost 0.45 EUR, which cannot be compared with the limit of 10.00 USD.")
    assert sandbox.book.orders == {}


def _no_credit(organization: Organization, sandbox: Sandbox) -> None:
    sandbox.book.account.credit = Decimal("0.1")


def _unserved(organization: Organization, sandbox: Sandbox) -> None:
    sandbox.book.account.unserved = frozenset({"de"})


def _wrong_key(organization: Organization, sandbox: Sandbox) -> None:
    make_account(organization, sandbox, private_key="another-key")


def _no_account(organization: Organization, sandbox: Sandbox) -> None:
    ReviewCredential.objects.all().delete()


def _wrong_address(organization: Organization, sandbox: Sandbox) -> None:
    make_account(organization, sandbox, base_url=f"http://127.0.0.1:{sandbox.port}/elsewhere")


def _forbidden_address(organization: Organization, sandbox: Sandbox) -> None:
    make_account(organization, sandbox, base_url="http://169.254.169.254/v2/")


@pytest.mark.parametrize(
    ("arrange", "sentence"),
    [
        (_no_credit, "The account at the review provider has not enough credit."),
        (_unserved, "The review provider does not translate en to de in the tier standard."),
        (_wrong_key, "The review provider does not accept the organization's keys (error 1000)."),
        (_no_account, "The organization has no account at the review provider any more."),
        (_wrong_address, "The review provider answered 404: its address may be wrong."),
        (_forbidden_address, "The address of the review provider may not be called."),
    ],
)
def test_refusal_fails_the_stage_with_its_sentence(
    customer: Organization, sandbox: Sandbox, arrange: Callable[[Any, Any], None], sentence: str
) -> None:
    make_order(customer)
    arrange(customer, sandbox)

    run_all()

    assert_failed(sentence)
    assert sandbox.book.orders == {}
    assert order_state("status", "error") == {"status": "failed", "error": sentence}


def test_keys_that_no_encryption_key_fits_fail_the_stage(customer: Organization, settings: Any) -> None:
    make_order(customer)
    settings.ENCRYPTION_KEYS = ["A" * 43 + "="]

    run_all()

    assert_failed("The key of the account at the review provider cannot be read any more: set the review credential again.")


@pytest.mark.parametrize("status", ["canceled", "rejected"])
def test_provider_that_ends_one_job_fails_the_stage_and_the_rest_is_cancelled(customer: Organization, sandbox: Sandbox, status: str) -> None:
    make_order(customer)
    run_all()
    first = next(iter(sandbox.book.jobs.values()))
    sandbox.book.put_back(first.id, status)

    run_all(NOW + timedelta(hours=1))

    assert_failed(f"The review provider {status} the review.")
    assert job_statuses(sandbox) == {"title": status, "body": "canceled"}
    assert order_state("status", "phase", "late_output") == {"status": "completed", "phase": "cancel", "late_output": None}


def test_what_was_written_before_the_provider_ended_the_order_is_kept_apart(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    run_all()
    hand_in(sandbox, {"title": "Datei speichern"})
    sandbox.book.put_back(list(sandbox.book.jobs)[1], "canceled")

    run_all(NOW + timedelta(hours=1))

    assert_failed("The review provider canceled the review.")
    assert order_state("late_output") == {"late_output": dump({**DRAFT, "title": "Datei speichern"})}
