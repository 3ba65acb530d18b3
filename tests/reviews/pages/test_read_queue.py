"""The queue: its rows and counters, its filters in the address, its pages, its live part, and what it says where nothing waits."""

from datetime import timedelta

import pytest
from django.test import Client

from foundation.clock import database_now
from organizations.access import Actor
from organizations.models import Organization
from reviews.deciding import approve_review
from reviews.models import ReviewItem
from reviews.pages import rows as rows_module
from reviews.preferences import change_settings
from reviews.services import save_drafts
from tests.factories import make_engine
from tests.reviews.calls import live_review, live_reviews
from tests.reviews.pages.people import HOSTILE, line_up, locales, page_of, queue_of, rows
from tests.reviews.work import HOUR, MINUTE, claimed, fresh


@pytest.fixture
def address(organization: Organization) -> str:
    return queue_of(organization)


def chips(client: Client, address: str, **query: str) -> list[tuple[str, str, bool]]:
    return [(chip.label, chip.count, chip.is_shown) for chip in client.get(address, query).context["shown"].chips]


def work_in(actor: Actor, *tags: str) -> None:
    change_settings(user=actor.user, locales=tags, wants_mails=True, uses_single_keys=True)


def test_row_tells_what_where_how_much_and_until_when(as_rita: Client, rolf: Actor, organization: Organization, address: str) -> None:
    later, sooner = live_review(organization, "fr", wait=9 * HOUR), live_review(organization, "pt-BR", wait=31 * MINUTE)
    ReviewItem.objects.filter(pk=later.pk).update(errors=1, warnings=2, glossary_misses=1, segments=1200)
    claimed(rolf, later, now=database_now())

    first, second = rows(as_rita, address)
    page = page_of(as_rita, address)

    assert (first.item.pk, first.state, first.is_urgent, first.risks, first.is_mine) == (sooner.pk, "available", True, [], False)
    assert (second.item.pk, second.state, second.is_urgent, second.is_mine) == (later.pk, "claimed", False, False)
    assert [risk.words for risk in second.risks] == ["1 error", "2 warnings", "1 glossary miss"]
    for words in ("Portuguese (Brazil)", "Translator", "in 29 min", "in 8 h", "Rolf Rival", "free again in 29 min", "1,200 keys", "4 words"):
        assert words in page


def test_own_claims_are_named_above_wherever_one_looks(as_rita: Client, rita: Actor, organization: Organization, address: str) -> None:
    held = live_review(organization, "fr")
    claimed(rita, held, now=database_now())

    page = page_of(as_rita, address, locale="de")

    assert f'<a href="{address}/{held.pk}">en → fr, Translator</a>' in page
    assert "You hold 1 of at most 3" in page


def test_unfinished_drafts_of_others_are_marked(as_rita: Client, rolf: Actor, organization: Organization, address: str) -> None:
    item = live_review(organization)
    long_ago = database_now() - MINUTE / 2
    ReviewItem.objects.filter(pk=item.pk).update(due_at=long_ago + 9 * HOUR)
    held = claimed(rolf, item, now=long_ago)
    save_drafts(actor=rolf, item=fresh(item), fence=held.fence, texts={1: "A"}, now=long_ago)
    assert rows(as_rita, address)[0].draft_by == ""  # at work on it

    ReviewItem.objects.update(lease_until=long_ago)

    [row] = rows(as_rita, address)
    assert (row.state, row.draft_by) == ("available", "Rolf Rival")
    assert "unfinished draft by Rolf Rival" in page_of(as_rita, address)


def test_ones_own_languages_are_shown_first_and_all_on_demand(as_rita: Client, rita: Actor, organization: Organization, address: str) -> None:
    line_up(organization, "de", "fr", "it")
    work_in(rita, "fr", "de", "pl")

    assert locales(as_rita, address) == ["de", "fr"]
    assert locales(as_rita, address, locale="*") == ["de", "fr", "it"]
    assert locales(as_rita, address, locale="IT") == ["it"]
    assert chips(as_rita, address) == [
        ("My languages", "2", True),
        ("All languages", "3", False),
        *[("de", "1", False), ("fr", "1", False), ("it", "1", False), ("pl", "0", False)],
    ]
    assert [shown for _, _, shown in chips(as_rita, address, locale="*")] == [False, True, False, False, False, False]


def test_without_languages_of_ones_own_all_are_shown(as_rita: Client, organization: Organization, address: str) -> None:
    line_up(organization, "de", "fr")

    assert locales(as_rita, address) == ["de", "fr"]
    assert chips(as_rita, address, locale="de") == [("All languages", "2", False), ("de", "1", True), ("fr", "1", False)]


def test_states_tell_what_is_free_mine_others_and_done(as_rita: Client, rita: Actor, rolf: Actor, organization: Organization, address: str) -> None:
    _, mine, others, expired, done = line_up(organization, "de", "fr", "it", "pl", "nl")
    now = database_now()
    claimed(rita, mine, now=now)
    for item in (others, expired):
        claimed(rolf, item, now=now)
    ReviewItem.objects.filter(pk=expired.pk).update(lease_until=now)
    held = claimed(rita, done, now=now)
    approve_review(actor=rita, item=fresh(done), fence=held.fence, now=now)

    found = {state: locales(as_rita, address, state=state) for state in ("", "available", "mine", "others", "done")}

    assert found == {"": ["de", "fr", "it", "pl"], "available": ["de", "pl"], "mine": ["fr"], "others": ["it"], "done": ["nl"]}
    assert chips(as_rita, address, state="mine") == [("All languages", "1", True), ("fr", "1", False)]
    assert "Rita Reviewer" in page_of(as_rita, address, state="done")


def test_engine_and_risk_filter(as_rita: Client, organization: Organization, address: str) -> None:
    other = make_engine(organization, name="Other")
    live_review(organization, "de", engine=other)
    bad, missed, doubtful = line_up(organization, "fr", "it", "pl")
    ReviewItem.objects.filter(pk=bad.pk).update(errors=1)
    ReviewItem.objects.filter(pk=missed.pk).update(warnings=1, glossary_misses=1)
    ReviewItem.objects.filter(pk=doubtful.pk).update(warnings=1)

    assert locales(as_rita, address, engine=other.pk) == ["de"]
    assert {risk: locales(as_rita, address, risk=risk) for risk in ("errors", "warnings", "glossary", "clean")} == {
        "errors": ["fr"],
        "warnings": ["it", "pl"],
        "glossary": ["it"],
        "clean": ["de"],
    }


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"locale": "english"}, "Unknown language subtag"),
        ({"state": "open"}, "is not one of the available choices"),
        ({"engine": "eng_0000000000000000000"}, "is not one of the available choices"),
        ({"risk": HOSTILE}, "is not one of the available choices"),
        ({"after": "2026-03-01 rvw_x"}, ""),
        ({"after": "0001-01-01T00:00:00+14:00 rvw_0000000000000000000"}, ""),
        ({"after": "9999-12-31T23:59:59-14:00 rvw_0000000000000000000"}, ""),
    ],
)
def test_filter_that_means_nothing_is_named_and_filters_nothing(
    as_rita: Client, organization: Organization, address: str, query: dict[str, str], sentence: str
) -> None:
    live_review(organization)

    assert sentence in page_of(as_rita, address, **query)
    assert locales(as_rita, address, **query) == ["de"]


def test_pages_meet_without_gap_or_repeat_while_items_come_and_go(
    as_rita: Client, rita: Actor, organization: Organization, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "PAGE_SIZE", 2)
    items = sorted(live_reviews(organization, "de", "fr", "it", "pl", "nl"), key=lambda item: item.pk)  # of one deadline: ids decide

    first = as_rita.get(address).context["shown"].page
    live_review(organization, "ar", wait=HOUR)  # ships first
    held = claimed(rita, items[1], now=database_now())
    approve_review(actor=rita, item=fresh(items[1]), fence=held.fence, now=database_now())
    second = as_rita.get(address, {"after": first.next}).context["shown"].page
    third = as_rita.get(address, {"after": second.next}).context["shown"].page

    assert [[row.item for row in page.rows] for page in (first, second, third)] == [items[:2], items[2:4], items[4:]]
    assert (first.is_first, second.is_first, third.next) == (True, False, "")


def test_live_part_is_answered_alone_and_only_when_something_changed(as_rita: Client, rolf: Actor, organization: Organization, address: str) -> None:
    item = live_review(organization)
    query = {"live": "1", "locale": "*"}
    first = as_rita.get(address, query)
    tag = {"If-None-Match": first.headers["ETag"]}

    unchanged = as_rita.get(address, query, headers=tag)
    claimed(rolf, item, now=database_now())
    of_claim = as_rita.get(address, query, headers=tag)
    live_review(organization, "fr")
    of_arrival = as_rita.get(address, query, headers={"If-None-Match": of_claim.headers["ETag"]})

    page = first.content.decode()
    assert "<html" not in page
    assert f'data-live="{address}?locale=*&amp;live=1" data-every="5"' in page.replace("%2A", "*")
    assert page.count("live=1") == 1  # links do not ask for it
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert "Rolf Rival" in of_claim.content.decode()
    assert (of_arrival.status_code, "French" in of_arrival.content.decode()) == (200, True)


def test_empty_queue_says_when_the_last_item_was_done_and_what_will_appear(
    as_rita: Client, rita: Actor, organization: Organization, address: str
) -> None:
    assert "Nothing has been reviewed yet." in page_of(as_rita, address)

    item = live_review(organization)
    held = claimed(rita, item, now=database_now())
    approve_review(actor=rita, item=fresh(item), fence=held.fence, now=database_now() - timedelta(hours=2))
    work_in(rita, "fr")

    page = page_of(as_rita, address)
    assert "The last review was decided" in page
    assert "2 h ago" in page
    assert "Nothing waits in fr" in page
    assert "Nothing fits these filters" in page_of(as_rita, address, risk="errors")


def test_names_are_inert(as_rita: Client, rolf: Actor, organization: Organization, address: str) -> None:
    item = live_review(organization, engine=make_engine(organization, name=HOSTILE, provider="openai"))
    rolf.user.name = HOSTILE
    rolf.user.save(update_fields=["name"])
    claimed(rolf, item, now=database_now())

    page = page_of(as_rita, address) + page_of(as_rita, address, live="1", locale=HOSTILE)

    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") >= 4


def test_many_items_take_few_queries(
    as_rita: Client, rita: Actor, rolf: Actor, organization: Organization, address: str, django_assert_max_num_queries
) -> None:
    items = line_up(organization, *("de", "fr", "it", "pl", "nl", "es", "pt-BR", "ar", "ja", "ko"))
    now = database_now()
    for item, actor in ((items[0], rita), (items[1], rolf)):
        held = claimed(actor, item, now=now)
        save_drafts(actor=actor, item=fresh(item), fence=held.fence, texts={1: "A"}, now=now)

    for query in ({}, {"state": "done"}, {"locale": "mi"}):
        with django_assert_max_num_queries(15):
            as_rita.get(address, query)
    with django_assert_max_num_queries(10):
        as_rita.get(address, {"live": "1"})


def test_item_whose_time_is_over_is_not_offered_before_the_sweep_has_seen_it(as_rita: Client, organization: Organization, address: str) -> None:
    item = live_review(organization)
    ReviewItem.objects.update(due_at=database_now())

    page = page_of(as_rita, address)

    assert "0 free to claim" in page
    assert f"{item.pk}/claim" not in page
