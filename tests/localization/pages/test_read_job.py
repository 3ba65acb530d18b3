"""A job's page: the timeline with what each stage left, the texts with their differences, the webhook and its replay, the result as a file."""

import json
from typing import Any

import pytest
from django.test import Client

from engines.pipeline_config import StageId
from foundation.customer_json import dump
from foundation.lease import WorkStatus
from localization.models import Job
from localization.pages import texts as texts_page
from localization.pages.details import show_detail
from organizations.models import Organization
from tests.factories import NOW
from tests.localization.pages.people import HOSTILE, browser, make_editor, page_of
from tests.localization.steps import HOOK, completed, failed, jobs_of, make_group, retried, settle, skipped, start
from webhooks.models import Attempt, Delivery

DATA = {"title": "Hello wrld", "sku": "A-1", "items": ["One", "Two"]}


def address_of(job: Job) -> str:
    return f"/orgs/{job.organization_id}/jobs/{job.id}"


def left(step: Any, detail: dict[str, Any] | None = None, **texts: str) -> Any:
    """The stage completed and left DATA with these texts, and this detail."""
    return completed(step, detail=dump(detail or {}), **{}) if not texts else _with_output(step, {**DATA, **texts}, detail or {})


def _with_output(step: Any, data: dict[str, Any], detail: dict[str, Any]) -> Any:
    outcome = completed(step, detail=dump(detail))
    return outcome.__class__(**{name: getattr(outcome, name) for name in outcome.__slots__} | {"output": dump(data)})


def test_timeline_has_a_line_for_each_step_and_names_what_is_to_come(as_owner: Client, organization: Organization) -> None:
    group = make_group(organization, stages=[StageId.HUMAN_EDIT, StageId.POST_EDIT, StageId.REPHRASE])
    settle(completed(start()[0]))
    settle(skipped(start()[0]))

    answer = as_owner.get(address_of(jobs_of(group)[0]))

    assert [(line.name, line.step.status) for line in answer.context["steps"]] == [
        ("Localize", "completed"),
        ("Human edit", "skipped"),
        ("Post-edit", "ready"),
    ]
    assert "Then: Rephrase." in answer.content.decode()
    assert "nothing to do" in answer.content.decode()


def test_texts_show_source_translation_and_what_each_stage_changed(as_owner: Client, organization: Organization) -> None:
    group = make_group(organization, "de", "fr", data=DATA, stages=[StageId.PRE_EDIT, StageId.REPHRASE])
    settle(left(start()[0], title="Hello world"))
    settle(*(left(step, title="Hallo Welt", items=["Eins", "Zwei"]) for step in start()))
    settle(*(left(step, title="Hallo, Welt", items=["Eins", "Zwei"]) for step in start()))

    page = as_owner.get(address_of(jobs_of(group)[1])).context["texts"]

    rows = {row.path: row for row in page.rows}
    assert list(rows) == ["title", "sku", "items[0]", "items[1]"]
    assert "".join(piece.text for piece in rows["title"].source_pieces if piece.kind != "removed") == "Hello world"
    assert rows["title"].translation == "Hallo, Welt"
    assert [(one.stage, "".join(piece.text for piece in one.pieces if piece.kind == "added")) for one in rows["title"].revisions] == [
        ("Rephrase", ",")
    ]
    assert rows["items[0]"].revisions == []
    assert page.changed == 1


def test_texts_are_searched_filtered_and_paged(as_owner: Client, organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts_page, "PAGE_SIZE", 2)
    address = address_of(jobs_of(make_group(organization, data=DATA))[0])

    def paths(**query: str) -> list[str]:
        return [row.path for row in as_owner.get(address, query).context["texts"].rows]

    assert paths() == ["title", "sku"]
    assert paths(**{"from": "3"}) == ["items[0]", "items[1]"]
    assert paths(q="TWO") == ["items[1]"]
    assert paths(q="items") == ["items[0]", "items[1]"]
    assert paths(show="changed") == []
    assert paths(**{"from": "999999"}) == ["items[1]"]
    assert paths(**{"from": "-1"}) == ["title", "sku"]


def test_retried_step_tells_of_its_last_attempt(as_owner: Client, organization: Organization) -> None:
    group = make_group(organization)
    settle(retried(start()[0], detail=dump({"lastError": "The model did not answer.", "known": {"1": "secret memory"}})))

    page = page_of(as_owner, address_of(jobs_of(group)[0]))

    assert "The last attempt failed: The model did not answer." in page
    assert "secret memory" not in page


def test_details_of_every_stage_are_shown_and_inert(as_owner: Client, organization: Organization) -> None:
    detail = {
        "structure": {"segments": 4, "translated": 3, "fromMemory": 1, "checks": {HOSTILE: 2}, "setAside": {"locked": 1}},
        "changes": [{"path": HOSTILE, "before": "a", "after": HOSTILE, "reason": HOSTILE}],
        "refused": [{"path": "p", "before": HOSTILE, "after": "b", "code": "c", "message": HOSTILE}],
        "issues": [{"path": "p", "severity": "major", "type": HOSTILE, "explanation": HOSTILE, "backTranslation": HOSTILE, "corrected": True}],
        "decision": "edit",
        "reviewer": HOSTILE,
        "changed": 2,
        "somethingNew": {HOSTILE: [1]},
    }
    hostile = {"title": HOSTILE, f"k{HOSTILE}": "</textarea>" + HOSTILE}
    group = make_group(organization, data=hostile)
    settle(completed(start()[0], HOSTILE, detail=dump(detail), warnings=(HOSTILE,)))

    page = page_of(as_owner, address_of(jobs_of(group)[0]), q="script")

    assert HOSTILE not in page
    assert "4 to translate · 3 translated · 1 from memory · 1 locked" in page
    assert "Edited, 2 texts changed, by &lt;script&gt;" in page
    assert "somethingNew" in page
    assert "major" in page


def test_detail_of_another_shape_breaks_nothing() -> None:
    shown = show_detail('{"structure": 3, "changes": {"a": 1}, "issues": ["x", null], "reason": null, "decision": "approve", "count": 0}')

    assert (shown.changes, shown.issues, shown.decision) == ([], [], "Approved as it was.")


def test_result_is_a_file_with_the_bytes_of_the_api(as_owner: Client, organization: Organization) -> None:
    group = make_group(organization, "pt-BR", "de")
    portuguese, german = start()
    settle(completed(portuguese, "Olá <b>"), failed(german))
    done, broken = jobs_of(group)

    answer = as_owner.get(f"{address_of(done)}/output.json")

    assert answer.content.decode() == '{"title":"Olá <b>"}'
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{done.id}.pt-BR.json"'
    assert as_owner.get(f"{address_of(broken)}/output.json").status_code == 404


def sent(organization: Organization, status: WorkStatus = WorkStatus.FAILED) -> tuple[Job, Delivery]:
    """A job whose webhook was answered 502."""
    group = make_group(organization, callback_url=HOOK)
    settle(completed(start()[0]))
    delivery = Delivery.objects.get()
    Attempt.objects.create(delivery=delivery, number=1, at=NOW, url=HOOK, duration_ms=12, status_code=502, error="bad_status", answer=HOSTILE)
    Delivery.objects.update(status=status, completed_at=NOW if status == WorkStatus.FAILED else None)
    return jobs_of(group)[0], delivery


def test_webhook_is_shown_with_its_attempts_and_replayed(as_owner: Client, organization: Organization) -> None:
    job, delivery = sent(organization)
    page = page_of(as_owner, address_of(job))
    assert "502" in page
    assert HOSTILE not in page

    answer = as_owner.post(f"{address_of(job)}/replay/{delivery.id}")

    assert answer.headers["Location"] == f"{address_of(job)}#webhook"
    assert Delivery.objects.get().status == WorkStatus.READY


def test_webhook_under_way_is_not_replayed(as_owner: Client, organization: Organization) -> None:
    job, delivery = sent(organization, WorkStatus.RUNNING)

    answer = as_owner.post(f"{address_of(job)}/replay/{delivery.id}", follow=True)

    assert "still under way" in answer.content.decode()


def test_log_of_webhooks_needs_the_permission_that_the_api_asks_for(organization: Organization) -> None:
    job, delivery = sent(organization)
    editor = browser(make_editor(organization, job.group.engine))

    page = page_of(editor, address_of(job))

    assert "needs the permission org:manage_settings" in page
    assert HOOK not in page
    assert editor.post(f"{address_of(job)}/replay/{delivery.id}").status_code == 403
    assert Delivery.objects.get().status == WorkStatus.FAILED


def test_webhook_of_another_job_is_not_replayed_here(as_owner: Client, organization: Organization) -> None:
    _, delivery = sent(organization)
    other = jobs_of(make_group(organization))[0]

    assert as_owner.post(f"{address_of(other)}/replay/{delivery.id}").status_code == 404


def test_page_takes_few_queries(as_owner: Client, organization: Organization, django_assert_max_num_queries) -> None:
    job, _ = sent(organization)

    with django_assert_max_num_queries(15):
        assert json.loads(as_owner.get(address_of(job)).context["job"].group.source) == {"title": "Hello"}
