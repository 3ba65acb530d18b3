"""A group's page: the grid of locales and stages, its live part, cancelling, and submitting again what failed."""

from decimal import Decimal

from django.test import Client

from engines.errors import Usage
from engines.models import Engine
from engines.pipeline_config import StageId
from foundation.lease import WorkStatus
from localization.models import JobGroup
from organizations.models import Organization
from tests.localization.pages.people import HOSTILE, page_of
from tests.localization.steps import HOOK, completed, failed, group_state, make_group, settle, skipped, start, waiting
from webhooks.models import Delivery

USAGE = Usage(model="openai:m", input_tokens=1200, output_tokens=300, calls=1, cost_usd=Decimal("0.0042"), priced_usd=Decimal("0.0042"))


def address_of(group: JobGroup) -> str:
    return f"/orgs/{group.organization_id}/jobs/groups/{group.id}"


def cells(client: Client, group: JobGroup) -> dict[str, list[tuple[str, str]]]:
    """By locale: stage and status of each cell."""
    view = client.get(address_of(group)).context["shown"]
    return {row.job.target_locale: [(cell.stage.value, cell.status) for cell in row.cells] for row in view.rows}


def test_grid_has_a_cell_for_each_stage_of_the_pipeline(as_owner: Client, organization: Organization) -> None:
    group = make_group(organization, "de", "fr", stages=[StageId.HUMAN_EDIT, StageId.REPHRASE])
    german, french = start()
    settle(completed(german), failed(french))
    settle(waiting(start()[0]))

    assert cells(as_owner, group) == {
        "de": [("localize", "completed"), ("humanEdit", "waiting"), ("rephrase", "")],
        "fr": [("localize", "failed"), ("humanEdit", ""), ("rephrase", "")],
    }


def test_page_tells_what_it_came_to(as_owner: Client, organization: Organization) -> None:
    group = make_group(organization, "de", "fr", callback_url=HOOK)
    german, french = start()
    settle(completed(german, usage=USAGE, warnings=("Not translated: title.",)), failed(french))

    page = page_of(as_owner, address_of(group))

    assert "Partly failed" in page
    assert "1,200" in page
    assert "$0.0042" in page
    assert "Not translated: title." in page
    assert "The model gave no usable answer." in page
    assert "2 of 2 jobs ended" in page
    assert 'data-label="Webhook"' in page


def test_live_part_is_answered_alone_and_only_when_something_changed(as_owner: Client, organization: Organization) -> None:
    group = make_group(organization, "de")
    first = as_owner.get(address_of(group), {"live": "1"})
    tag = {"If-None-Match": first.headers["ETag"]}

    unchanged = as_owner.get(address_of(group), {"live": "1"}, headers=tag)
    settle(completed(start()[0]))
    changed = as_owner.get(address_of(group), {"live": "1"}, headers=tag)

    assert "<html" not in first.content.decode()
    assert "data-live" in first.content.decode()
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert changed.status_code == 200
    assert "data-live" not in changed.content.decode()


def test_finished_group_is_watched_on_only_while_a_webhook_is_being_sent(as_owner: Client, organization: Organization) -> None:
    group = make_group(organization, "de", callback_url=HOOK)
    settle(completed(start()[0]))

    assert as_owner.get(address_of(group)).context["shown"].is_live is False  # it ended long before now

    JobGroup.objects.update(completed_at=as_owner.get(address_of(group)).wsgi_request.now)
    assert as_owner.get(address_of(group)).context["shown"].is_live is True

    Delivery.objects.update(status=WorkStatus.COMPLETED)
    assert as_owner.get(address_of(group)).context["shown"].is_live is False


def test_cancel_asks_and_then_ends_what_has_not_started(as_owner: Client, organization: Organization) -> None:
    group = make_group(organization, "de", "fr")
    assert "Cancel this group" in page_of(as_owner, address_of(group))

    answer = as_owner.post(f"{address_of(group)}/cancel", follow=True)

    assert "Cancelled. What was running is not cut off" in answer.content.decode()
    assert "Cancel this group" not in answer.content.decode()
    assert group_state(group.id)["status"] == "failed"


def test_cancelling_a_finished_group_is_refused_in_words(as_owner: Client, organization: Organization) -> None:
    group = make_group(organization, "de")
    settle(completed(start()[0]))

    answer = as_owner.post(f"{address_of(group)}/cancel", follow=True)

    assert "All jobs of this group had ended already." in answer.content.decode()
    assert group_state(group.id)["cancelled_at"] is None


def test_failed_locales_are_submitted_again_as_a_new_group(as_owner: Client, organization: Organization) -> None:
    data = {"title": "Hello", "price": 4.5}
    group = make_group(organization, "de", "fr", "es", stages=[StageId.REPHRASE], data=data, idempotency_key="k")
    german, french, spanish = start()
    settle(failed(german), failed(french), completed(spanish))
    settle(skipped(start()[0]))

    answer = as_owner.post(f"{address_of(group)}/again")

    again = JobGroup.objects.exclude(pk=group.pk).get()
    assert answer.headers["Location"] == address_of(again)
    assert [job.target_locale for job in again.jobs.order_by("id")] == ["de", "fr"]
    same = ("engine_id", "source_locale", "source", "context", "hints", "locked_keys", "callback_url", "pipeline_config")
    assert {name: getattr(again, name) for name in same} == {name: getattr(JobGroup.objects.get(pk=group.pk), name) for name in same}
    assert again.idempotency_key is None


def test_group_without_a_failure_is_not_submitted_again(as_owner: Client, organization: Organization) -> None:
    group = make_group(organization, "de")

    answer = as_owner.post(f"{address_of(group)}/again", follow=True)

    assert "Not submitted. No locale of this group has failed." in answer.content.decode()
    assert JobGroup.objects.count() == 1


def test_submitting_again_to_a_disabled_engine_is_refused_in_words(as_owner: Client, organization: Organization, engine: Engine) -> None:
    group = make_group(organization, "de")
    settle(failed(start()[0]))
    Engine.objects.update(enabled=False)

    answer = as_owner.post(f"{address_of(group)}/again", follow=True)

    assert "Not submitted. This engine is disabled." in answer.content.decode()
    assert JobGroup.objects.count() == 1


def test_what_customers_and_models_wrote_is_inert(as_owner: Client, organization: Organization) -> None:
    group = make_group(organization, "de", "fr")
    german, french = start()
    settle(failed(german, HOSTILE), completed(french, warnings=(HOSTILE,)))
    JobGroup.objects.update(context=HOSTILE, engine_name=HOSTILE, locked_keys=[HOSTILE], idempotency_key=HOSTILE)

    page = page_of(as_owner, address_of(group)) + page_of(as_owner, address_of(group), live="1")

    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") >= 8


def test_fifty_locales_take_few_queries(as_owner: Client, organization: Organization, django_assert_max_num_queries) -> None:
    locales = [
        f"{language}-{region}"
        for language in ("de", "fr", "es", "it", "nl")
        for region in ("AT", "BE", "CH", "DE", "ES", "FR", "IT", "LU", "NL", "US")
    ]
    group = make_group(organization, *locales, callback_url=HOOK)
    settle(*map(completed, start()))

    with django_assert_max_num_queries(15):
        as_owner.get(address_of(group))
    with django_assert_max_num_queries(9):
        as_owner.get(address_of(group), {"live": "1"})
