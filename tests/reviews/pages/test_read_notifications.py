"""Notifications: one's own of this organization, read and unread; opening one leads to what it tells of."""

import pytest
from django.test import Client

from engines.models import Engine
from organizations.access import Actor
from organizations.models import Organization, User
from reviews.models import Notification
from reviews.pages import notifications as notifications_module
from tests.factories import NOW, make_engine, make_organization
from tests.reviews.pages.people import HOSTILE, page_of, queue_of, said


@pytest.fixture
def address(organization: Organization) -> str:
    return f"/orgs/{organization.pk}/notifications"


def tell(user: User, organization: Organization, number: int, *, engine: Engine | None = None, **members: object) -> Notification:
    engine_id = engine.pk if engine else "eng_0000000000000000000"
    values = {"items": 2, "locales": ["de", "fr"], "created_at": NOW, **members}
    return Notification.objects.create(user=user, organization=organization, group_id=f"ljg_{number:019d}", engine_id=engine_id, **values)


def test_ones_own_of_this_organization_are_shown_newest_first(
    as_rita: Client, rita: Actor, owner: User, organization: Organization, address: str
) -> None:
    engine = make_engine(organization, name="Shop")
    older = tell(rita.user, organization, 1, read_at=NOW)
    newer = tell(rita.user, organization, 2, engine=engine, items=1, locales=["it"])
    tell(owner, organization, 3)
    tell(rita.user, make_organization(), 4)

    answer = as_rita.get(address)

    found = [(row.notification, row.engine_name, row.is_unread) for row in answer.context["rows"]]
    assert found == [(newer, "Shop", True), (older, "an engine that was deleted", False)]
    page = answer.content.decode()
    assert "1 unread." in page
    assert "1 translation by Shop" in page


def test_opening_one_marks_it_read_and_leads_to_its_engine_in_the_queue(
    as_rita: Client, rita: Actor, organization: Organization, address: str
) -> None:
    engine = make_engine(organization)
    opened, other = tell(rita.user, organization, 1, engine=engine), tell(rita.user, organization, 2)

    answer = as_rita.post(f"{address}/{opened.pk}")

    assert answer.headers["Location"] == f"{queue_of(organization)}?engine={engine.pk}"
    opened.refresh_from_db()
    other.refresh_from_db()
    assert (opened.read_at is None, other.read_at) == (False, None)
    first = opened.read_at
    as_rita.post(f"{address}/{opened.pk}")
    opened.refresh_from_db()
    assert opened.read_at == first


def test_all_are_marked_read_at_once(as_rita: Client, rita: Actor, owner: User, organization: Organization, address: str) -> None:
    for number in range(3):
        tell(rita.user, organization, number)
    foreign = tell(owner, organization, 9)

    answer = as_rita.post(f"{address}/read", follow=True)

    assert said(answer) == ["All are read."]
    assert "Mark all read" not in answer.content.decode()
    assert list(Notification.objects.filter(read_at=None)) == [foreign]


@pytest.mark.parametrize("number", ["0", "9" * 19, "9" * 30, "x", "9" * 5000])
def test_notifications_of_others_and_numbers_of_none_are_not_there(
    as_rita: Client, owner: User, organization: Organization, address: str, number: str
) -> None:
    foreign = tell(owner, organization, 1)

    assert as_rita.post(f"{address}/{foreign.pk}").status_code == 404
    assert as_rita.post(f"{address}/{number}").status_code == 404
    assert as_rita.get(f"{address}/{foreign.pk}").status_code in (404, 405)
    assert Notification.objects.get().read_at is None


def test_pages_meet(as_rita: Client, rita: Actor, organization: Organization, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications_module, "PAGE_SIZE", 2)
    told = [tell(rita.user, organization, number) for number in range(3)]

    first = as_rita.get(address).context["page"]
    second = as_rita.get(address, {"before": first.older}).context["page"]

    assert ([*first.rows, *second.rows], second.older) == (told[::-1], None)
    for nothing in ("x", "-1", "9" * 30):
        assert as_rita.get(address, {"before": nothing}).context["page"].rows == told[:0:-1]


def test_names_are_inert_and_many_take_few_queries(
    as_rita: Client, rita: Actor, organization: Organization, address: str, django_assert_max_num_queries
) -> None:
    engine = make_engine(organization, name=HOSTILE)
    for number in range(20):
        tell(rita.user, organization, number, engine=engine, locales=[HOSTILE])

    with django_assert_max_num_queries(15):
        page = page_of(as_rita, address)
    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") >= 40


def test_without_any_it_says_what_will_appear(as_rita: Client, address: str) -> None:
    assert "No notifications yet" in page_of(as_rita, address)
    assert "No notification is here" in page_of(as_rita, address, before="1")
