"""Every page of an organization, asked for by everybody: the answer is that of the table below, which shares no code with the product.

A page that is not in the table fails, and so does one that shows or does anything to an organization of others.
"""

from collections.abc import Iterator, Mapping

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from foundation.clock import database_now
from organizations.models import Organization, User
from organizations.permissions import (
    ACCESS_ENGINES,
    MANAGE_BILLING,
    MANAGE_REVIEWS,
    MANAGE_SETTINGS,
    MANAGE_TEAM,
    REVIEW_TRANSLATIONS,
    Grants,
)
from tests.dashboard.world import World, make_world
from tests.factories import make_member, make_person, make_role

pytestmark = pytest.mark.django_db

MEMBER = "membership"
LAYERS = ("glossary", "instructions", "brand-voices")
ACTS = ("", "-new", "-edit", "-delete", "-restore")
NEEDS: Mapping[str, tuple[str, ...]] = {
    MEMBER: ("organization", "notifications", "read-notifications", "open-notification", "api-keys", "new-personal-key", "revoke-api-key"),
    ACCESS_ENGINES: (
        *("jobs", "new-job", "job-group", "cancel-group", "submit-again", "job", "job-output"),
        *("engines", "engine", "engine-models", "order-models", "remove-model", "try-model", "engine-pipeline", "engine-settings"),
        *("import-glossary", "export-glossary", "engine-memory", "import-memory", "export-memory", "forget-machine-entries"),
        *("edit-memory-entry", "delete-memory-entry", "engine-playground"),
        *(f"engine-{layer}{act}" for layer in LAYERS for act in ACTS),
    ),
    REVIEW_TRANSLATIONS: (
        *("human-reviewer", "claim-next", "claim-review", "release-review", "review-workspace", "workspace-checks", "workspace-clean"),
        *("workspace-drafts", "workspace-flags", "workspace-heartbeat", "workspace-key", "workspace-leave", "workspace-list", "workspace-submit"),
    ),
    MANAGE_REVIEWS: (
        *("managed-reviews", "review-history", "review-history-csv", "review-statistics", "review-statistics-csv"),
        *("managed-review", "withdraw-review", "extend-review", "ship-review"),
    ),
    MANAGE_SETTINGS: (
        *("webhooks", "test-webhook", "replay-failed", "enable-endpoint", "webhook-delivery", "webhook-body", "replay-webhook"),
        *("change-details", "change-webhook", "reveal-secret", "rotate-secret", "new-engine"),
        *("providers", "set-provider-key", "remove-provider-key", "set-review-account", "remove-review-account"),
    ),
    MANAGE_BILLING: ("change-budget",),
    MANAGE_TEAM: (
        *("team", "resend-invitation", "withdraw-invitation", "change-role", "remove-member", "new-service-key"),
        *("roles", "new-role", "role", "delete-role"),
    ),
}
# Pages for which one of several permissions is enough, and those that need two.
EITHER: Mapping[str, frozenset[str]] = {
    "audit-log": frozenset({MANAGE_TEAM, MANAGE_SETTINGS}),
    "audit-log-csv": frozenset({MANAGE_TEAM, MANAGE_SETTINGS}),
    "settings": frozenset({MANAGE_SETTINGS, MANAGE_BILLING}),
    "reports": frozenset({ACCESS_ENGINES, MANAGE_TEAM, MANAGE_SETTINGS}),
    "reports-csv": frozenset({ACCESS_ENGINES, MANAGE_TEAM, MANAGE_SETTINGS}),
}
BOTH: Mapping[str, frozenset[str]] = {name: frozenset({ACCESS_ENGINES, MANAGE_SETTINGS}) for name in ("replay-delivery", "delete-engine")}
ONE: Mapping[str, str] = {name: need for need, names in NEEDS.items() for name in names}
# Rows of one person, which are not there for another member.
OF_THE_OWNER = frozenset({"open-notification", "revoke-api-key"})
PEOPLE: Mapping[str, frozenset[str]] = {
    "owner": frozenset(NEEDS),
    "reviewer": frozenset({MEMBER, REVIEW_TRANSLATIONS}),
    "review manager": frozenset({MEMBER, MANAGE_REVIEWS}),
    "editor": frozenset({MEMBER, ACCESS_ENGINES}),
    "settings admin": frozenset({MEMBER, MANAGE_SETTINGS}),
    "team admin": frozenset({MEMBER, MANAGE_TEAM}),
    "member without a role": frozenset({MEMBER}),
}


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry)
        elif str(entry.pattern).startswith("orgs/<str:organization_id>"):
            yield entry


LOG_IN_OF_A_COMMAND = {"cli-confirm"}  # by a token of its own: tests/organizations
PATTERNS = {str(pattern.name): pattern for pattern in _patterns(get_resolver()) if pattern.name not in LOG_IN_OF_A_COMMAND}


@pytest.fixture
def world(organization: Organization) -> World:
    return make_world(organization, word="Ours", now=database_now())


@pytest.fixture
def elsewhere(stranger: User) -> World:
    return make_world(Organization.objects.get(name="Elsewhere"), word="Theirs", now=database_now())


@pytest.fixture
def people(organization: Organization, owner: User, world: World) -> dict[str, User]:
    """By name; engine permissions on the one engine."""
    found = {"owner": owner}
    for name, held in PEOPLE.items():
        if name != "owner":
            everywhere = frozenset(need for need in held if need.startswith("org:"))
            chosen = {need: (world.engine,) for need in held if need.startswith("engine:")}
            role = make_role(organization, name=name, grants=Grants(everywhere=everywhere, chosen=chosen))
            found[name] = make_member(organization, role, user=make_person(name=name)).user
    return found


def ask(user: User | None, method: str, address: str, form: str = "") -> tuple[int, str]:
    """What the person gets; whatever it does is undone."""
    client = Client(raise_request_exception=True)
    if user:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with transaction.atomic():
        answer = client.generic(method, address, form, content_type="application/x-www-form-urlencoded")
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]  # of a StreamingHttpResponse
        transaction.set_rollback(True)
    return answer.status_code, body.decode()


def method_of(name: str) -> str:
    view = PATTERNS[name].callback.view_class  # type: ignore[attr-defined]  # of `as_view()`
    return "GET" if hasattr(view, "get") and "get" in view.http_method_names else "POST"


def may_see(name: str, held: frozenset[str]) -> bool:
    if name in EITHER:
        return bool(EITHER[name] & held)
    return BOTH[name] <= held if name in BOTH else ONE[name] in held


def test_table_has_every_page_and_no_other() -> None:
    assert sorted([*ONE, *EITHER, *BOTH]) == sorted(PATTERNS)


def test_page_is_for_those_who_hold_its_permission(world: World, people: dict[str, User]) -> None:
    form = f"role={world.values['role_id']}"  # the one thing that an act has to be told to find what it is about
    answers = {
        (name, person): ask(user, method_of(name), world.address(pattern), form)[0]
        for name, pattern in PATTERNS.items()
        for person, user in people.items()
    }

    refused = {asked for asked, status in answers.items() if status == 403}
    assert refused == {(name, person) for name in PATTERNS for person, held in PEOPLE.items() if not may_see(name, held)}
    missing = {asked for asked, status in answers.items() if status == 404}
    waits = {("job-output", person) for person, held in PEOPLE.items() if may_see("job-output", held)}  # the job has no result yet
    assert missing == waits | {(name, person) for name in OF_THE_OWNER for person in PEOPLE if person != "owner"}
    assert {asked: status for asked, status in answers.items() if status >= 500 or status == 405} == {}


def test_page_is_not_there_for_a_stranger(world: World, stranger: User) -> None:
    answers = {name: ask(stranger, method_of(name), world.address(pattern)) for name, pattern in PATTERNS.items()}

    assert {name: status for name, (status, _) in answers.items() if status != 404} == {}
    assert [name for name, (_, page) in answers.items() if "Ours" in page] == []


def test_page_asks_a_visitor_to_log_in(world: World) -> None:
    answers = {name: ask(None, method_of(name), world.address(pattern)) for name, pattern in PATTERNS.items()}

    assert {name: status for name, (status, _) in answers.items() if status not in (302, 401)} == {}  # 401: what script asks
    assert [name for name, (_, page) in answers.items() if "Ours" in page] == []


def test_page_finds_nothing_of_another_organization(world: World, elsewhere: World, owner: User) -> None:
    """Rows of others, asked for below the own organization. Some addresses name none: they are the own ones."""
    mixed = {name: elsewhere.address(pattern, of=world) for name, pattern in PATTERNS.items()}
    foreign = {name: address for name, address in mixed.items() if address != world.address(PATTERNS[name])}
    answers = {name: ask(owner, method_of(name), address) for name, address in foreign.items()}

    assert {name: status for name, (status, _) in answers.items() if status != 404} == {}
    assert [name for name, (_, page) in answers.items() if "Theirs" in page] == []
