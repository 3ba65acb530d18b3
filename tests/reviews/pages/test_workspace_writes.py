"""What the workspace's forms write, plain and as script sends them, and what they refuse."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from foundation.clock import database_now
from organizations.access import Actor
from organizations.models import Organization, User
from reviews.answers import name_of
from reviews.models import Decision, Draft, Flag, ReviewItem
from reviews.services import flag_text, release_claim, save_drafts
from tests.localization.pages.people import browser
from tests.reviews.pages.test_workspace_reads import RISKY, TRANSLATED
from tests.reviews.pages.workspace import address, body_of, open_key, send
from tests.reviews.work import claimed, drafts_of, fresh, make_review, state_of_item, step_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(organization: Organization, rita: Actor) -> ReviewItem:
    """Held by Rita: `doubt` (2) has a warning, `fault` (3) an error."""
    made = make_review(organization, data=json.dumps(RISKY), translated=json.dumps(TRANSLATED), locked_keys=[], now=database_now())
    claimed(rita, made, now=database_now())
    return fresh(made)


@pytest.fixture
def tab(rita: Actor) -> Client:
    return browser(rita.user)


def finding_name(client: Client, item: ReviewItem, number: int) -> str:
    [view] = open_key(client, item, number).context["key"].view.findings
    return name_of(view.finding)


def where(answer: Any) -> str:
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.url)


def test_save_keeps_the_text_to_the_letter_and_stays_on_the_key(item: ReviewItem, tab: Client, rita: Actor) -> None:
    answer = send(tab, item, text="  Guten\r\nTag ", act="save", query="show=unseen")

    assert where(answer) == f"{address(item)}?show=unseen&key=1"
    assert drafts_of(item) == {1: ("  Guten\nTag ", rita.user.pk)}


def test_save_of_what_stands_there_anyway_writes_nothing(item: ReviewItem, tab: Client) -> None:
    send(tab, item, text="Guten Morgen", act="save")

    assert drafts_of(item) == {}


def test_line_ends_are_those_of_the_customers_text(organization: Organization, tab: Client, rita: Actor) -> None:
    data = json.dumps({"a": "One\r\nTwo", "b": "Three\nFour"})
    item = make_review(organization, data=data, translated=data, now=database_now())
    claimed(rita, item, now=database_now())

    send(tab, item, number=1, text="One\r\nTwo", act="done")
    send(tab, item, number=2, text="Drei\r\nVier", act="save")
    assert [drafts_of(item)[number][0] for number in (1, 2)] == ["One\r\nTwo", "Drei\nVier"]
    send(tab, item, number=1, text="Eins\nZwei", act="save", json=True)
    assert drafts_of(item)[1][0] == "Eins\r\nZwei"


def test_done_accepts_the_ai_text_and_goes_to_the_next_key_of_the_list(item: ReviewItem, tab: Client, rita: Actor) -> None:
    answer = send(tab, item, number=1, text="Guten Morgen", act="done")

    assert where(answer) == f"{address(item)}?key=4"  # by risk: 3, 2, 1, 4
    assert drafts_of(item) == {1: ("Guten Morgen", rita.user.pk)}
    assert where(send(tab, item, number=4, text="Gute Nacht!", act="done", query="order=document")) == f"{address(item)}?order=document&key=4"
    assert where(send(tab, item, number=1, text="Guten Morgen", act="done", query="show=unseen&order=document")) == (
        f"{address(item)}?show=unseen&order=document&key=2"
    )


def test_revert_forgets_the_draft(item: ReviewItem, tab: Client) -> None:
    send(tab, item, text="Moin", act="save")

    send(tab, item, text="Moin", act="revert")

    assert drafts_of(item) == {}


def test_message_is_put_together_from_its_fields(organization: Organization, tab: Client, rita: Actor) -> None:
    source = "{n, plural, one {# file} other {# files}}"
    item = make_review(organization, "pl", data=json.dumps({"a": source}), translated=json.dumps({"a": source}), now=database_now())
    claimed(rita, item, now=database_now())
    message = open_key(tab, item).context["key"].message
    texts = {"n: one": "# plik", "n: other": "# pliku", "n: few": "# pliki"}
    fields = {
        "before": [field.before for field in message.fields],
        "opening": [field.opening for field in message.fields],
        "closing": [field.closing for field in message.fields],
        "part": [texts.get(field.label, "") for field in message.fields],
    }

    send(tab, item, **fields, tail=message.tail, act="save")

    assert drafts_of(item)[1][0] == "{n, plural, one {# plik} other {# pliku} few {# pliki}}"


# ---- what checks say


def test_warning_that_was_seen_stays_ticked_and_lets_the_review_go(item: ReviewItem, tab: Client) -> None:
    name = finding_name(tab, item, 2)
    send(tab, item, number=3, text="Hallo {name}", act="save")
    blocked = send(tab, item, "submit", number=1, text="Guten Morgen")
    assert where(blocked) == f"{address(item)}?show=attention&key=2"

    send(tab, item, number=2, text="Prüfen.", act="save", seen=[name])
    [view] = open_key(tab, item, 2).context["key"].view.findings
    assert (view.is_seen, view.is_open) == (True, False)
    send(tab, item, "submit", number=1, text="Guten Morgen")

    decision = Decision.objects.get()
    assert decision.kind == Decision.Kind.EDIT
    assert decision.acknowledged == [{"path": "doubt", "code": "length"}]


def test_error_that_is_a_false_alarm_wants_a_reason(item: ReviewItem, tab: Client) -> None:
    name = finding_name(tab, item, 3)
    seen = finding_name(tab, item, 2)
    send(tab, item, number=2, text="Prüfen.", act="save", seen=[seen])
    send(tab, item, number=3, text="Hallo", act="save", **{f"reason-{name}": "  "})
    assert where(send(tab, item, "submit", number=1, text="Guten Morgen")).endswith("key=3")

    send(tab, item, number=3, text="Hallo", act="save", **{f"reason-{name}": "No name here."})
    send(tab, item, "submit", number=1, text="Guten Morgen")

    decision = Decision.objects.get()
    assert (decision.kind, decision.changed) == (Decision.Kind.APPROVE, 0)
    assert decision.false_alarms == [{"path": "fault", "code": "placeholder", "reason": "No name here."}]


def test_answer_does_not_cover_another_finding_of_the_same_check(item: ReviewItem, tab: Client) -> None:
    name = finding_name(tab, item, 3)
    send(tab, item, number=3, text="Hallo", act="save", **{f"reason-{name}": "No name here."})

    send(tab, item, number=3, text="Hallo {nam}", act="save", **{f"reason-{name}": "No name here."})

    views = open_key(tab, item, 3).context["key"].view.findings
    assert [(view.finding.code, view.is_open) for view in views] == [("placeholder", False), ("placeholder", True)]


def test_another_persons_answers_count_for_nothing(item: ReviewItem, tab: Client, rita: Actor, rolf: Actor) -> None:
    name = finding_name(tab, item, 2)
    send(tab, item, number=2, text="Prüfen.", act="save", seen=[name])
    release_claim(actor=rita, item=item, fence=1, now=database_now())
    claimed(rolf, item, now=database_now())

    assert str(open_key(browser(rolf.user), item, 2).context["key"].standing.mark) == "warning"
    save_drafts(actor=rolf, item=item, fence=fresh(item).fence, texts={2: "Prüfen."}, now=database_now())
    assert str(open_key(browser(rolf.user), item, 2).context["key"].standing.mark) == "warning"


def test_checks_say_what_a_text_would_be_told_and_store_nothing(item: ReviewItem, tab: Client) -> None:
    answer = send(tab, item, "checks", number=3, text="Hallo du", json=True)

    parts = body_of(answer)["parts"]
    assert "lacks these placeholders" in parts["view"]
    assert "<ins>" in parts["view"]
    assert drafts_of(item) == {}


# ---- whole reviews


def test_clean_keys_are_accepted_and_nothing_else(item: ReviewItem, tab: Client, rita: Actor, rolf: Actor) -> None:
    flag_text(actor=rolf, item=item, number=4, reason=Flag.Reason.STYLE, now=database_now())
    Draft.objects.create(item=item, number=1, text="Guten Morgen", author=rolf.user, updated_at=database_now())

    send(tab, item, "clean", number=3, text="Hallo")

    assert drafts_of(item) == {1: ("Guten Morgen", rita.user.pk)}


def test_submit_without_a_change_approves_and_the_step_goes_on(organization: Organization, tab: Client, rita: Actor) -> None:
    item = make_review(organization, now=database_now())
    claimed(rita, item, now=database_now())

    assert where(send(tab, item, "submit", text="{name} sichern")) == address(item)

    assert (Decision.objects.get().kind, step_of(item).status) == (Decision.Kind.APPROVE, "completed")


def test_submit_takes_what_stands_in_the_field(organization: Organization, tab: Client, rita: Actor) -> None:
    item = make_review(organization, now=database_now())
    claimed(rita, item, now=database_now())

    send(tab, item, "submit", text="{name} speichern")

    assert json.loads(step_of(item).output or "")["title"] == "{name} speichern"
    assert drafts_of(item) == {}


def test_submit_does_not_take_an_unfinished_draft_that_was_not_accepted(organization: Organization, rita: Actor, rolf: Actor) -> None:
    item = make_review(organization, now=database_now())
    claimed(rita, item, now=database_now())
    save_drafts(actor=rita, item=item, fence=1, texts={2: "Moin"}, now=database_now())
    release_claim(actor=rita, item=item, fence=1, now=database_now())
    claimed(rolf, item, now=database_now())
    tab = browser(rolf.user)

    assert where(send(tab, item, "submit", text="{name} sichern")) == f"{address(item)}?show=attention&key=2"
    assert not Decision.objects.exists()
    assert send(tab, item, number=2, text="Guten Morgen", act="discard", left="Something else").status_code == 400
    send(tab, item, number=2, text="Guten Morgen", act="accept", left="Moin")
    assert drafts_of(item) == {2: ("Moin", rolf.user.pk)}
    send(tab, item, "submit", text="{name} sichern")

    assert json.loads(step_of(item).output or "")["body"][0] == "Moin"


def test_leaving_keeps_the_field_as_a_draft(item: ReviewItem, tab: Client, rita: Actor) -> None:
    assert where(send(tab, item, "leave", text="Moin")) == f"/orgs/{item.organization_id}/human-reviewer"

    assert drafts_of(item) == {1: ("Moin", rita.user.pk)}
    assert state_of_item(item)["state"] == ReviewItem.State.AVAILABLE


def test_flag_keeps_the_field_too_and_may_be_set_by_others(item: ReviewItem, tab: Client, rita: Actor, rolf: Actor) -> None:
    send(tab, item, "flags", text="Moin", flag="style", comment=" Too stiff. ")
    send(browser(rolf.user), item, "flags", number=2, flag="nonsense")
    send(browser(rolf.user), item, "flags", number=2, flag="accuracy")

    assert drafts_of(item) == {1: ("Moin", rita.user.pk)}
    assert list(item.flags.order_by("id").values_list("number", "reason", "comment")) == [(1, "style", "Too stiff."), (2, "accuracy", "")]


# ---- script


def test_script_gets_the_row_the_counts_and_the_clocks(item: ReviewItem, tab: Client) -> None:
    body = body_of(send(tab, item, text="Moin", act="save", json=True))

    assert (body["mark"], body["text"], body["counts"]["edited"], body["counts"]["done"]) == ("edited", "Moin", 1, 1)
    assert 'data-mark="edited"' in body["entry"]
    assert "Moin" in body["parts"]["view"]
    assert body["leaseUntil"] > body["savedAt"]


def test_heartbeat_renews_the_lease(item: ReviewItem, tab: Client) -> None:
    ReviewItem.objects.update(lease_until=database_now() + timedelta(minutes=1))

    body = body_of(send(tab, item, "heartbeat", number=0, json=True))

    assert body["leaseUntil"][:16] == (database_now() + timedelta(minutes=30)).isoformat()[:16]
    assert state_of_item(item)["lease_until"] > database_now() + timedelta(minutes=29)


def test_script_that_is_logged_out_is_told_so(item: ReviewItem) -> None:
    answer = send(browser(None), item, text="Moin", json=True)

    assert (answer.status_code, body_of(answer)["code"]) == (401, "logged_out")


def test_forged_posts_are_refused(item: ReviewItem, rita: Actor) -> None:
    tab = Client(enforce_csrf_checks=True)
    tab.force_login(rita.user, backend="django.contrib.auth.backends.ModelBackend")

    assert send(tab, item, text="Moin", json=True).status_code == 403
    assert drafts_of(item) == {}


@pytest.mark.parametrize("members", [{"number": "x"}, {"number": 99}, {"fence": "-1"}, {"text": "x" * 50_001}])
def test_form_that_no_page_of_ours_sends_is_refused(item: ReviewItem, tab: Client, members: dict[str, Any]) -> None:
    answer = send(tab, item, **{"text": "Moin", "json": True, **members})

    assert (answer.status_code, body_of(answer)["code"]) == (400, "bad_form")
    assert drafts_of(item) == {}


def test_stranger_finds_nothing_to_write_to(item: ReviewItem, stranger: User) -> None:
    assert send(browser(stranger), item, text="Moin").status_code == 404
    assert body_of(send(browser(stranger), item, text="Moin", json=True))["code"] == "review_not_found"
