"""An external review on its whole way: a real drain takes the job from the model to the provider, and from the callback to the result."""

import pytest

from foundation.clock import database_now
from foundation.customer_json import dump, parse
from localization.models import Job
from organizations.models import Organization
from pipeline import drain
from reviews.external import bring_forward
from reviews.models import ExternalOrder
from reviews.sandbox.server import Sandbox
from tests.localization.steps import stages_of
from tests.pipeline.drains import run_drain, wait_until
from tests.reviews.external.orders import human_step, job_statuses, submit_external

pytestmark = pytest.mark.django_db(transaction=True)


def test_drains_carry_a_job_through_an_external_review(customer: Organization, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "TURN_SECONDS", 0.01)
    monkeypatch.setattr(drain, "IDLE_SECONDS", 0.1)
    group = submit_external(customer, source={"title": "Save the file"}, now=database_now())

    assert run_drain() is False
    assert job_statuses(sandbox) == {"title": "available"}
    sandbox.automatic.mode = "marked"
    sandbox.automatic.see(next(iter(sandbox.book.jobs.values())))
    wait_until(lambda: job_statuses(sandbox) == {"title": "reviewable"})
    assert bring_forward(ExternalOrder.objects.get().reference, now=database_now())
    assert run_drain() is False

    job = Job.objects.get(group=group)
    draft = parse(job.steps.get(stage="localize").output or "")
    assert isinstance(draft, dict)
    assert human_step().output == dump({"title": f"{draft['title']} ✓"})
    assert (job.status, stages_of(job.id)) == ("completed", [("localize", "completed"), ("humanEdit", "completed")])
    assert job_statuses(sandbox) == {"title": "approved"}
