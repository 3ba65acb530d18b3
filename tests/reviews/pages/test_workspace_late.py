"""Acts that come too late: nothing typed is lost, and the page says what stands instead."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from foundation.clock import database_now
from organizations.access import Actor
from organizations.models import Organization
from reviews import deciding, drafts
from reviews.deciding import approve_review
from reviews.models import Decision, Draft, ReviewItem
from reviews.services import save_drafts
from reviews.timeouts import end_due
from tests.localization.pages.people import HOSTILE, browser
from tests.reviews.pages.workspace import address, body_of, send
from tests.reviews.work import claimed, drafts_of, fresh, make_review, step_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(organization: Organization, rita: Actor) -> ReviewItem:
    """Held by Rita."""
    made = make_review(organization, now=database_now())
    claimed(rita, made, now=database_now())
    return fresh(made)


@pytest.fixture
def tab(rita: Actor) -> Client:
    return browser(rita.user)


def expire(item: ReviewItem) -> None:
    ReviewItem.objects.filter(pk=item.pk).update(lease_until=database_now() - timedelta(seconds=1))


def test_text_of_a_dead_claim_is_kept_and_can_be_claimed_again(item: ReviewItem, tab: Client, rita: Actor) -> None:
    expire(item)

    answer = send(tab, item, text="{name} speichern", act="save")

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "{name} speichern</textarea>" in text
    assert "What you typed is kept as a draft." in text
    assert f'action="{address(item)}/claim"' in text
    assert drafts_of(item) == {1: ("{name} speichern", rita.user.pk)}


def test_text_that_lost_stands_beside_the_newer_draft(item: ReviewItem, tab: Client, rolf: Actor) -> None:
    expire(item)
    held = claimed(rolf, item, now=database_now())
    save_drafts(actor=rolf, item=fresh(item), fence=held.fence, texts={1: f"Rolf's {HOSTILE}"}, now=database_now())

    answer = send(tab, item, fence=1, text=f"Rita's {HOSTILE}", act="save")

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Rita&#x27;s &lt;script&gt;" in text
    assert "Rolf&#x27;s &lt;script&gt;" in text
    assert "stored nowhere but here" in text
    assert HOSTILE not in text
    assert "/claim" not in text


def test_script_gets_both_versions(item: ReviewItem, tab: Client, rolf: Actor) -> None:
    expire(item)
    held = claimed(rolf, item, now=database_now())
    save_drafts(actor=rolf, item=fresh(item), fence=held.fence, texts={1: "Rolf's"}, now=database_now())

    answer = send(tab, item, fence=1, text="Rita's", json=True)

    body = body_of(answer)
    assert (answer.status_code, body["code"], body["kept"]) == (409, "stale_claim", [])
    assert [(one["number"], one["text"], one["author"]) for one in body["newer"]] == [(1, "Rolf's", "Rolf Rival")]


def test_timeout_turns_the_page_to_the_version_that_shipped(item: ReviewItem, tab: Client, rita: Actor) -> None:
    ReviewItem.objects.update(due_at=database_now())
    step_of(item).__class__.objects.update(due_at=database_now())
    end_due(now=database_now())

    answer = send(tab, item, fence=1, text="{name} speichern", act="save")

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "The AI version shipped" in text
    assert "{name} speichern</textarea>" in text
    assert body_of(send(tab, item, "heartbeat", fence=1, number=0, json=True))["code"] == "review_ended"
    assert "{name} speichern" in tab.get(address(item), {"key": 1}).content.decode()


def test_decision_of_another_is_named(item: ReviewItem, tab: Client, rolf: Actor) -> None:
    expire(item)
    held = claimed(rolf, item, now=database_now())
    approve_review(actor=rolf, item=fresh(item), fence=held.fence, now=database_now())

    answer = send(tab, item, "submit", fence=1, text="{name} speichern")

    assert answer.status_code == 409
    assert "This review was decided by Rolf Rival." in answer.content.decode()
    assert "{name} speichern</textarea>" in answer.content.decode()


def test_text_sent_while_logged_out_is_on_the_page_that_says_so(item: ReviewItem) -> None:
    answer = send(browser(None), item, text=f"Rita's {HOSTILE}", act="save")

    text = answer.content.decode()
    assert answer.status_code == 401
    assert "Rita&#x27;s &lt;script&gt;" in text
    assert HOSTILE not in text


def test_draft_that_arrives_while_a_decision_is_written_is_judged_with_it(
    item: ReviewItem, tab: Client, rita: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = deciding.judge_standings
    moves = [lambda: save_drafts(actor=rita, item=fresh(item), fence=1, texts={1: "{name} speichern"}, now=database_now())]

    def judge(*given: object) -> object:
        if moves:
            moves.pop()()
        return standing(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(deciding, "judge_standings", judge)
    send(tab, item, "submit", number=2, text="Guten Morgen")

    assert json.loads(step_of(item).output or "")["title"] == "{name} speichern"
    assert Decision.objects.get().changed == 1


def test_late_draft_of_another_is_shown_before_the_review_goes(item: ReviewItem, tab: Client, rita: Actor, rolf: Actor) -> None:
    Draft.objects.create(item=item, number=2, text="Moin", author=rolf.user, updated_at=database_now())
    read = list(item.drafts.all())
    assert drafts.are_as_read(item.pk, read)

    answer = send(tab, item, "submit", text="{name} sichern")

    assert answer.url == f"{address(item)}?show=attention&key=2"
    assert drafts_of(item) == {2: ("Moin", rolf.user.pk)}
