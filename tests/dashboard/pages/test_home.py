"""The home page: what wants attention, for whom, and today in figures."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django import Settings

from dashboard.attention import EngineTrouble, ManagedReviews, WaitingReviews, WebhookTrouble
from dashboard.pages.home import Attention
from engines.errors import Usage
from engines.models import Engine, ModelConfig, Spending
from engines.spending import Expense, add
from foundation.clock import database_now
from localization.models import Job
from organizations.models import Organization, User
from organizations.permissions import MANAGE_BILLING, Grants
from reviews.preferences import change_settings
from tests.factories import make_engine, make_key, make_member, make_organization, make_role
from tests.localization.pages.people import HOSTILE, browser, make_editor, make_manager, page_of
from tests.localization.steps import completed, failed, jobs_of, make_group, settle, start
from tests.reviews.work import HOUR, acting, claimed, make_reviews
from tests.webhooks.rows import make_failed
from webhooks.models import Delivery

HOUR_AGO = timedelta(hours=1)


@pytest.fixture(autouse=True)
def no_static_files(settings: Settings) -> None:
    """Each test client would look for all static files, which takes longer than most tests here."""
    settings.WHITENOISE_USE_FINDERS = False


def home(organization: Organization) -> str:
    return f"/orgs/{organization.pk}/"


def attention_of(user: User, organization: Organization) -> Attention:
    found: Attention = browser(user).get(home(organization)).context["attention"]
    return found


def work(organization: Organization, *, fail: int = 0, locales: tuple[str, ...] = ("de", "fr"), engine: Engine | None = None) -> list[Job]:
    """A group of an hour ago whose first jobs failed and whose others completed."""
    now = database_now() - HOUR_AGO
    group = make_group(organization, *locales, engine=engine, now=now)
    steps = start(now)
    settle(*map(failed, steps[:fail]), *map(completed, steps[fail:]), now=now)
    return list(jobs_of(group))


def spend(organization: Organization, *, usd: str = "0", tokens: int = 0) -> None:
    add([Expense.of(organization.pk, Usage(input_tokens=tokens, priced_usd=Decimal(usd)))], database_now())


def limit(organization: Organization, *, usd: str | None = None, tokens: int | None = None) -> None:
    Organization.objects.filter(pk=organization.pk).update(credit_limit_usd=usd, daily_token_limit=tokens)


def speak(user: User, *locales: str) -> None:
    change_settings(user=user, locales=locales, wants_mails=True, uses_single_keys=True)


def test_quiet_organization_says_so_with_what_happened_last(organization: Organization, owner: User) -> None:
    work(organization)
    make_key(organization)

    answer = browser(owner).get(home(organization))

    assert answer.context["attention"].is_quiet
    assert "All quiet." in answer.content.decode()
    assert "1 h ago" in answer.content.decode()


def test_reviews_count_what_one_holds_and_may_claim_in_ones_languages(organization: Organization, reviewer: User) -> None:
    now = database_now()
    soon, *_ = make_reviews(organization, "de", wait=2 * HOUR, now=now)
    make_reviews(organization, "de", "fr", "es", now=now)
    assert attention_of(reviewer, organization).reviews == WaitingReviews(0, 4, 3, soon.due_at)

    claimed(acting(reviewer, organization), soon, now=now)
    speak(reviewer, "fr", "it")

    assert attention_of(reviewer, organization).reviews == WaitingReviews(1, 1, 1, soon.due_at)
    manager = attention_of(make_manager(organization), organization)
    assert (manager.managed, manager.reviews) == (ManagedReviews(4, soon.due_at), None)


def test_reviews_of_languages_one_does_not_speak_are_no_news(organization: Organization, reviewer: User) -> None:
    make_reviews(organization, "de", now=database_now())
    speak(reviewer, "fr")

    assert attention_of(reviewer, organization).is_quiet


def test_failed_jobs_of_the_last_days_are_counted_and_linked(organization: Organization, owner: User) -> None:
    jobs = work(organization, fail=2, locales=("de", "fr", "es"))
    old = work(organization, fail=1)[0]
    Job.objects.filter(pk=old.pk).update(completed_at=database_now() - timedelta(days=4))

    page = page_of(browser(owner), home(organization))

    found = attention_of(owner, organization).jobs
    assert found is not None
    assert (found.failed, found.newest_failed) == (2, jobs[1].pk)
    assert "2 jobs failed in the last 3 days." in page
    assert f'href="/orgs/{organization.pk}/jobs/{jobs[1].pk}"' in page
    assert "jobs?status=failed&amp;since=" in page


def test_editor_of_one_engine_hears_of_its_jobs_and_groups_alone(organization: Organization) -> None:
    own, other = make_engine(organization), make_engine(organization, name="Other", is_default=False)
    work(organization, fail=1, engine=own)
    work(organization, fail=2, engine=other)
    ModelConfig.objects.filter(engine=other).delete()

    answer = browser(make_editor(organization, own)).get(home(organization))

    attention = answer.context["attention"]
    assert attention.jobs.failed == 1
    assert [line.group.engine_id for line in answer.context["groups"]] == [own.pk]
    assert attention.engines == []
    assert (attention.webhooks, attention.spent, attention.reviews) == (None, None, None)


def test_failed_webhooks_and_disabled_receivers_are_told_to_who_manages_settings(organization: Organization, owner: User) -> None:
    make_failed(organization, now=database_now() - HOUR_AGO)
    old = make_failed(organization, url="https://old.example/", now=database_now() - timedelta(days=4))
    assert Delivery.objects.get(pk=old.pk).status == "failed"

    assert attention_of(owner, organization).webhooks == WebhookTrouble(failed=1, disabled=2)
    page = page_of(browser(owner), home(organization))
    assert "1 webhook failed in the last 3 days." in page
    assert "2 webhook receivers answered 410 and are disabled." in page
    assert attention_of(make_editor(organization, make_engine(organization)), organization).webhooks is None


def test_engines_that_cannot_translate_are_named(organization: Organization, owner: User, settings: Settings) -> None:
    settings.OPENAI_API_KEY = settings.OPENAI_BASE_URL = settings.ANTHROPIC_API_KEY = ""
    make_engine(organization)
    bare = make_engine(organization, name="Bare", provider="openai", is_default=False)
    mixed = make_engine(organization, name="Mixed", provider="anthropic", is_default=False)
    make_engine(organization, name="Off", provider="openai", is_default=False, enabled=False)
    ModelConfig.objects.filter(engine=bare).delete()
    ModelConfig.objects.create(engine=mixed, provider="pseudo", model="pseudo", rank=2)
    ModelConfig.objects.create(engine=mixed, provider="openai", model="x", rank=3)

    assert attention_of(owner, organization).engines == [
        EngineTrouble(bare.pk, "Bare", has_models=False, unreached=[]),
        EngineTrouble(mixed.pk, "Mixed", has_models=True, unreached=["anthropic", "openai"]),
    ]


def test_expiring_keys_are_told_to_whose_they_are(organization: Organization, owner: User, reviewer: User) -> None:
    soon, now = database_now() + timedelta(days=3), database_now()
    mine, _ = make_key(organization, user=reviewer, name="Mine", expires_at=soon)
    service, _ = make_key(organization, name="Service", expires_at=soon + HOUR)
    make_key(organization, name="Far", expires_at=now + timedelta(days=30))
    make_key(organization, name="Ended", expires_at=now - HOUR)

    def keys(user: User) -> list[str]:
        return [key.pk for key in attention_of(user, organization).keys]

    assert keys(reviewer) == [mine.pk]
    assert keys(owner) == [service.pk]
    assert keys(make_editor(organization)) == []


@pytest.mark.parametrize(
    ("usd", "tokens", "sentence"),
    [
        ("79.9", 0, ""),
        ("80", 0, "$80.00 of $100.00 credit is spent."),
        ("120", 0, "Nothing is translated until the limit is raised."),
        ("0", 800, "800 of the day's 1,000 tokens are used."),
        ("0", 1000, "It goes on at midnight UTC."),
    ],
)
def test_budget_that_is_nearly_spent_is_told(organization: Organization, owner: User, usd: str, tokens: int, sentence: str) -> None:
    limit(organization, usd="100", tokens=1000)
    spend(organization, usd=usd, tokens=tokens)

    page = page_of(browser(owner), home(organization))

    assert sentence in page
    assert attention_of(owner, organization).is_budget_low == bool(sentence)


def test_limit_of_nothing_is_reached(organization: Organization, owner: User) -> None:
    limit(organization, usd="0", tokens=0)

    page = page_of(browser(owner), home(organization))

    assert "Nothing is translated until the limit is raised." in page
    assert "It goes on at midnight UTC." in page


def test_spending_is_shown_to_who_manages_it(organization: Organization, owner: User, reviewer: User) -> None:
    spend(organization, usd="1.5", tokens=500)
    biller = make_member(organization, make_role(organization, name="Billing", grants=Grants(everywhere=frozenset({MANAGE_BILLING})))).user

    assert attention_of(reviewer, organization).spent is None
    for user in (owner, biller):
        page = page_of(browser(user), home(organization))
        assert "$1.50" in page
        assert "500" in page


def test_today_counts_the_jobs_since_midnight_where_the_organization_is(organization: Organization, owner: User) -> None:
    work(organization, fail=1)
    jobs = work(organization)
    midnight = database_now().replace(hour=0, minute=0, second=0, microsecond=0)
    Job.objects.update(created_at=midnight + timedelta(seconds=1))
    Job.objects.filter(pk=jobs[0].pk).update(created_at=midnight - timedelta(seconds=1))

    found = attention_of(owner, organization).jobs

    assert found is not None
    assert (found.today, found.today_completed, found.today_failed) == (3, 2, 1)


def test_nothing_of_another_organization_is_told(organization: Organization, owner: User, stranger: User) -> None:
    other = stranger.memberships.get().organization
    make_failed(other, now=database_now())
    work(other, fail=1, engine=make_engine(other))
    spend(other, usd="5")
    make_reviews(other, "de", now=database_now())
    make_key(other, expires_at=database_now() + HOUR)

    answer = browser(owner).get(home(organization))

    assert answer.context["attention"].is_quiet
    assert answer.context["groups"] == []
    assert answer.context["attention"].jobs.today == 0
    assert Spending.objects.count() == 1


def test_names_are_inert(organization: Organization, owner: User) -> None:
    engine = make_engine(organization, name=HOSTILE)
    work(organization, engine=engine)
    ModelConfig.objects.all().delete()
    make_key(organization, name=HOSTILE, expires_at=database_now() + HOUR)
    Organization.objects.update(name=HOSTILE)

    page = page_of(browser(owner), home(organization))

    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") >= 4


def test_busy_organization_takes_few_queries(organization: Organization, owner: User, django_assert_max_num_queries) -> None:
    limit(organization, usd="1", tokens=10)
    spend(organization, usd="2", tokens=20)
    for number in range(7):
        work(organization, fail=1, engine=make_engine(organization, name=f"Engine {number}", provider="openai", is_default=False))
        make_failed(organization, url=f"https://{number}.example/", now=database_now())
        make_key(organization, expires_at=database_now() + HOUR)
    make_reviews(organization, "de", "fr", "es", now=database_now())
    make_organization(name="Second", owner=owner)

    client = browser(owner)
    with django_assert_max_num_queries(15):
        client.get(home(organization))


def test_person_with_one_permission_takes_few_queries(organization: Organization, reviewer: User, django_assert_max_num_queries) -> None:
    make_reviews(organization, "de", now=database_now())
    engine = make_engine(organization)
    people = [reviewer, make_editor(organization, engine), make_manager(organization), make_member(organization, make_role(organization)).user]

    for user in people:
        client = browser(user)
        with django_assert_max_num_queries(15):
            client.get(home(organization))
