"""The history of reviews, its file, and the page of one that is over: who decided what, when, how long it took, what was changed."""

import csv
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.test import Client

from organizations.access import Actor
from organizations.models import Membership, Organization
from reviews.deciding import approve_review, edit_review
from reviews.judging import Acknowledged
from reviews.managing import ship_now
from reviews.models import Flag, ReviewItem
from reviews.pages import history as history_module
from reviews.services import flag_text
from reviews.timeouts import end_due
from reviews.transitions import LEASE
from tests.factories import AUTHOR, NOW, make_engine
from tests.reviews.pages.people import HOSTILE, managed_of, page_of
from tests.reviews.work import DATA, HOUR, MINUTE, TRANSLATED, WAIT, acting, claimed, edited, fresh, make_review, make_reviews

LONG = "You will learn how to inspect and park a forklift."


@pytest.fixture
def address(organization: Organization) -> str:
    return f"{managed_of(organization)}/history"


def approve(actor: Actor, item: ReviewItem, *, at: datetime, after: timedelta = 5 * MINUTE, acknowledged: tuple[Acknowledged, ...] = ()) -> None:
    held = claimed(actor, item, now=at)
    approve_review(actor=actor, item=fresh(item), fence=held.fence, acknowledged=acknowledged, now=at + after)


def edit(actor: Actor, item: ReviewItem, *, at: datetime, body: str = "Guten Tag") -> None:
    held = claimed(actor, item, now=at)
    edit_review(actor=actor, item=fresh(item), fence=held.fence, data=edited(body=body), now=at + MINUTE)


@pytest.fixture
def all_ends(organization: Organization, rita: Actor, rolf: Actor) -> list[ReviewItem]:
    """Approved (de), edited (fr), shipped (it), timed out (pl): each an hour after the other."""
    items = make_reviews(organization, "de", "fr", "it", "pl")
    approve(rita, items[0], at=NOW + HOUR)
    edit(rolf, items[1], at=NOW + 2 * HOUR)
    owner = Membership.objects.select_related("user").filter(organization=organization).earliest("id").user
    ship_now(actor=acting(owner, organization), item=fresh(items[2]), reason="No time.", author=AUTHOR, now=NOW + 3 * HOUR)
    end_due(now=NOW + WAIT)
    return items


def shown(client: Client, address: str, **query: str) -> list[str]:
    return [ending.item.target_locale for ending in client.get(address, query).context["endings"]]


def test_history_tells_who_did_what_and_how_long_it_took(as_manager: Client, all_ends: list[ReviewItem], address: str) -> None:
    endings = as_manager.get(address).context["endings"]

    assert [(ending.item.target_locale, ending.outcome, ending.who, ending.took, ending.changed) for ending in endings] == [
        ("pl", "Timed out", "", None, None),
        ("it", "Shipped", "Olive Owner", None, None),
        ("fr", "1 key edited", "Rolf Rival", MINUTE, 1),
        ("de", "Approved as it was", "Rita Reviewer", 5 * MINUTE, 0),
    ]


def test_person_outcome_engine_locale_and_days_filter(
    as_manager: Client, all_ends: list[ReviewItem], organization: Organization, rita: Actor, address: str
) -> None:
    other = make_engine(organization, name="Other", provider="openai")
    approve(rita, make_review(organization, "nl", engine=other, now=NOW + timedelta(days=3)), at=NOW + timedelta(days=4))

    assert shown(as_manager, address, person=rita.user.pk) == ["nl", "de"]
    assert shown(as_manager, address, outcome="as_is") == ["nl", "de"]
    assert shown(as_manager, address, outcome="edited") == ["fr"]
    assert shown(as_manager, address, outcome="timed_out") == ["pl"]
    assert shown(as_manager, address, outcome="shipped") == ["it"]
    assert shown(as_manager, address, outcome="cancelled") == []
    assert shown(as_manager, address, engine=other.pk) == ["nl"]
    assert shown(as_manager, address, locale="FR") == ["fr"]
    assert shown(as_manager, address, since="2026-03-02", until="2026-03-03") == ["pl"]


def test_days_begin_where_the_organization_is(as_manager: Client, all_ends: list[ReviewItem], address: str) -> None:
    Organization.objects.update(timezone="Pacific/Auckland")  # 13 hours ahead: all but the last ended on its 2 March

    assert shown(as_manager, address, until="2026-03-01") == []
    assert shown(as_manager, address, since="2026-03-02", until="2026-03-02") == ["it", "fr", "de"]


@pytest.mark.parametrize(
    "query",
    [
        {"locale": "english"},
        {"since": "yesterday"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
        {"outcome": "done"},
        {"person": "usr_%"},
        {"after": "x"},
    ],
)
def test_filter_that_means_nothing_filters_nothing(as_manager: Client, all_ends: list[ReviewItem], address: str, query: dict[str, str]) -> None:
    assert len(shown(as_manager, address, **query)) == 4


def test_who_is_no_member_any_more_can_be_looked_for(as_manager: Client, all_ends: list[ReviewItem], rolf: Actor, address: str) -> None:
    Membership.objects.filter(user=rolf.user).delete()

    page = page_of(as_manager, address, person=rolf.user.pk)

    assert shown(as_manager, address, person=rolf.user.pk) == ["fr"]
    assert f'<option value="{rolf.user.pk}" selected>Rolf Rival</option>' in page


def test_pages_meet(as_manager: Client, all_ends: list[ReviewItem], address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "PAGE_SIZE", 3)

    first = as_manager.get(address)
    second = as_manager.get(address, {"after": first.context["next"]})

    assert [ending.item.target_locale for ending in first.context["endings"]] == ["pl", "it", "fr"]
    assert [ending.item.target_locale for ending in second.context["endings"]] == ["de"]
    assert second.context["next"] == ""


def read_file(client: Client, address: str, **query: str) -> list[dict[str, str]]:
    answer = client.get(f"{address}.csv", query)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))


def test_file_has_the_filtered_rows(as_manager: Client, all_ends: list[ReviewItem], address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "ROWS_AT_ONCE", 2)

    rows = read_file(as_manager, address)
    [edited_row] = read_file(as_manager, address, outcome="edited")

    assert [(row["target_locale"], row["outcome"], row["reviewer"], row["seconds_from_claim"], row["keys_changed"]) for row in rows] == [
        ("pl", "timed_out", "", "", ""),
        ("it", "shipped", "Olive Owner", "", ""),
        ("fr", "edited", "Rolf Rival", "60", "1"),
        ("de", "approved", "Rita Reviewer", "300", "0"),
    ]
    french = all_ends[1]
    assert edited_row == {
        "review": french.pk,
        "group": french.group_id,
        "job": french.step.job_id,
        "engine_id": french.engine_id,
        "engine": "Translator",
        "source_locale": "en",
        "target_locale": "fr",
        "outcome": "edited",
        "reviewer": "Rolf Rival",
        "created_at": "2026-03-01T12:00:00.000Z",
        "claimed_at": "2026-03-01T14:00:00.000Z",
        "ended_at": "2026-03-01T14:01:00.000Z",
        "seconds_from_claim": "60",
        "keys": "2",
        "keys_changed": "1",
        "words": "4",
        "edit_distance": "0.4167",
        "reason": "",
    }


def test_file_is_bounded_and_its_cells_are_no_formulas(
    as_manager: Client, organization: Organization, rita: Actor, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rita.user.name = "=HYPERLINK(A1)"
    rita.user.save(update_fields=["name"])
    for item in make_reviews(organization, "de", "fr", "it"):
        approve(rita, item, at=NOW)
    monkeypatch.setattr(history_module, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(history_module, "FILE_ROWS", 2)

    assert [row["reviewer"] for row in read_file(as_manager, address)] == ["'=HYPERLINK(A1)"] * 2


def test_review_that_is_over_shows_its_claims_and_what_was_changed_and_noted(
    as_manager: Client, organization: Organization, rita: Actor, rolf: Actor, address: str
) -> None:
    item = make_review(organization)
    claimed(rita, item)
    flag_text(actor=rita, item=fresh(item), number=1, reason=Flag.Reason.STYLE, comment="Too formal.", now=NOW)
    edit(rolf, item, at=NOW + LEASE)

    page = page_of(as_manager, f"{managed_of(organization)}/{item.pk}")

    for words in (
        "1 key edited",
        "Rolf Rival",
        "ran out",
        "submitted",
        "<del>Morgen</del><ins>Tag</ins>",
        "flagged: style, Rita Reviewer",
        "Too formal.",
    ):
        assert words in page
    assert 'lang="de" dir="ltr"' in page


def test_answers_of_the_reviewer_stand_beside_their_texts(as_manager: Client, organization: Organization, rita: Actor, address: str) -> None:
    item = make_review(organization, data=DATA.replace("Good morning", LONG), translated=TRANSLATED.replace("Guten Morgen", LONG))
    approve(rita, item, at=NOW, acknowledged=tuple(Acknowledged("body[0]", code, "It is a name.") for code in ("echo", "language", "script")))

    page = page_of(as_manager, f"{managed_of(organization)}/{item.pk}")

    assert "error marked a false alarm: echo" in page
    assert "<dt>warning acknowledged</dt><dd>language</dd>" in page
    assert "It is a name." in page
    assert "<code>title</code>" not in page


def test_review_that_nobody_decided_says_so(as_manager: Client, all_ends: list[ReviewItem], organization: Organization) -> None:
    shipped = page_of(as_manager, f"{managed_of(organization)}/{all_ends[2].pk}")
    timed_out = page_of(as_manager, f"{managed_of(organization)}/{all_ends[3].pk}")

    assert "No time." in shipped
    assert "Ship…" not in shipped
    for page in (shipped, timed_out):
        assert "Nobody claimed it." in page
        assert "the AI version went on as it was" in page


def test_what_people_and_models_wrote_is_inert(as_manager: Client, organization: Organization, rita: Actor, address: str) -> None:
    item = make_review(organization, engine=make_engine(organization, name=HOSTILE, provider="openai"))
    rita.user.name = HOSTILE
    rita.user.save(update_fields=["name"])
    claimed(rita, item)
    flag_text(actor=rita, item=fresh(item), number=1, reason=Flag.Reason.STYLE, comment=HOSTILE, now=NOW)
    edit(rita, item, at=NOW, body="Guten & Tag")

    page = page_of(as_manager, f"{managed_of(organization)}/{item.pk}") + page_of(as_manager, address)

    assert HOSTILE not in page
    assert "<ins>&amp; Tag</ins>" in page
    assert page.count("&lt;script&gt;") >= 4


def test_history_takes_few_queries(as_manager: Client, all_ends: list[ReviewItem], rolf: Actor, address: str, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(15):
        assert len(shown(as_manager, address)) == 4
    with django_assert_max_num_queries(15):
        as_manager.get(f"{address}", {"person": rolf.user.pk})


def test_empty_history_says_what_will_appear(as_manager: Client, address: str) -> None:
    assert "No review has ended yet" in page_of(as_manager, address)
    assert "No review is here" in page_of(as_manager, address, locale="mi")
