"""External orders in the states that tests begin with, reached as in production, and what one run of work does with them."""

import os
import threading
import warnings
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from engines.management.review_credential_services import set_review_credential
from engines.models import Engine
from engines.pipeline_config import StageId, resolve
from foundation.customer_json import dump
from foundation.lease import WorkStatus, claim
from localization.models import Job, JobGroup, Step
from localization.outcomes import Outcome
from localization.services import Submission, submit_group
from organizations.access import Actor
from organizations.models import Organization
from reviews.external import open_order, settle_order
from reviews.external_orders import ClaimedOrder, load_orders
from reviews.external_work import work_order
from reviews.models import ExternalOrder
from reviews.sandbox.server import Sandbox
from tests.factories import AUTHOR, NOW, make_engine, organization_owner
from tests.localization.steps import LEASE, settle, start, waiting

PATIENCE_SECONDS = 20
SOURCE = {"title": "Save the file", "body": "Hello {name}, you have <b>3</b> files.", "id": 7}
DRAFT = {"title": "Speichern Sie die Datei", "body": "Hallo {name}, Sie haben <b>3</b> Dateien.", "id": 7}


def make_account(organization: Organization, sandbox: Sandbox, **changes: str) -> None:
    """The organization's account at the sandbox."""
    account = sandbox.book.account
    values = {"base_url": sandbox.base_url, "public_key": account.public_key, "private_key": account.private_key, **changes}
    actor = Actor(user=organization_owner(organization), organization=organization)
    set_review_credential(actor=actor, provider="gengo", author=AUTHOR, now=NOW, **values)


def submit_external(
    organization: Organization,
    *,
    source: dict[str, Any] | None = None,
    target: str = "de",
    now: datetime = NOW,
    context: str = "",
    hints: Mapping[str, list[str]] | None = None,
    locked_keys: list[str] | None = None,
    **review: Any,
) -> JobGroup:
    """A job from English whose translation people outside are to review; `review` are members of `humanEdit`."""
    engine = Engine.objects.filter(organization=organization, is_default=True).first() or make_engine(organization)
    submission = Submission(
        engine=engine,
        source_locale="en",
        target_locales=[target],
        data=SOURCE if source is None else source,
        context=context,
        hints=dict(hints or {}),
        locked_keys=locked_keys or [],
        callback_url="",
        idempotency_key=None,
        config=resolve({}, {StageId.HUMAN_EDIT: {"enabled": True, "mode": "external", **review}}),
        request_digest="",
    )
    return submit_group(Actor(user=organization_owner(organization), organization=organization), submission, now=now)


def make_order(
    organization: Organization, *, draft: dict[str, Any] | None = None, now: datetime = NOW, tier: str = "standard", **members: Any
) -> ExternalOrder:
    """The order of a job that a model translated to `draft` and that waits for people outside. `members` as in `submit_external`."""
    group = submit_external(organization, now=now, tier=tier, **members)
    [localize] = start(now)
    settle(Outcome(localize, WorkStatus.COMPLETED, output=dump(DRAFT if draft is None else draft)), now=now)
    [step] = start(now)
    settle(waiting(step, open=partial(open_order, tier=tier)), now=now)
    return ExternalOrder.objects.get(group_id=group.id)


def claim_orders(now: datetime = NOW, *, suspects: bool = False) -> list[ClaimedOrder]:
    with transaction.atomic():
        keys = claim(ExternalOrder, limit=50, per_organization=50, now=now, lease=LEASE, suspects=suspects)
        return load_orders(keys, now=now)


def run_orders(now: datetime = NOW) -> int:
    """One run of each order that is due, settled; returns how many were."""
    claimed = claim_orders(now)
    for order in claimed:
        settle_order(work_order(order), now=now)
    return len(claimed)


def run_all(now: datetime = NOW, *, most: int = 20) -> None:
    """Until nothing is due."""
    for _ in range(most):
        if not run_orders(now):
            return
    raise AssertionError("an order is due for ever")


def die_working(order: ClaimedOrder) -> int:
    """Works on the order in a process of its own and returns how that ended. It has no database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of threads, none of which the child needs
        child = os.fork()
    if not child:
        connection.connection = None
        worker = threading.Thread(target=work_order, args=(order,))  # with connections to the provider of its own
        worker.start()
        worker.join(PATIENCE_SECONDS)
        os._exit(worker.is_alive())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def hand_in(sandbox: Sandbox, texts: Mapping[str, str]) -> None:
    """A translator's work: by path of the text, what it becomes."""
    for job in list(sandbox.book.jobs.values()):
        path = str(job.fields["slug"])
        if path in texts and job.status in ("available", "pending", "revising"):
            sandbox.book.submit(job.id, texts[path])


def sent_jobs(sandbox: Sandbox) -> dict[str, Mapping[str, Any]]:
    """What was sent, by path of the text."""
    return {str(job.fields["slug"]): job.fields for job in sandbox.book.jobs.values()}


def job_statuses(sandbox: Sandbox) -> dict[str, str]:
    return {str(job.fields["slug"]): job.status for job in sandbox.book.jobs.values()}


def order_state(*fields: str) -> dict[str, Any]:
    return ExternalOrder.objects.values(*fields).get()


def human_step() -> Step:
    return Step.objects.get(stage=StageId.HUMAN_EDIT)


def only_job() -> Job:
    return Job.objects.get()
