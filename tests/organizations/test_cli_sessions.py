"""A command line logs in: it makes a session, a person confirms it, it gets its key once (contract §6)."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from organizations import cli_sessions
from organizations.authentication import live_key
from organizations.models import ApiKey, AuditEvent, CliSession, Organization, User
from tests.api import Answer, Api, invalid, not_found
from tests.factories import AUTHOR

pytestmark = pytest.mark.django_db

PATH = "/cli-sessions"
VERIFIER = "v" * 43


@pytest.fixture
def api() -> Api:
    """Nobody has a key yet."""
    return Api(None)


@pytest.fixture
def session(api: Api) -> dict[str, str]:
    body: dict[str, str] = api.post(PATH, {"verifier": VERIFIER}).body
    return body


def poll(api: Api, session_id: str, verifier: str = VERIFIER) -> Answer:
    return api.call("GET", f"{PATH}/{session_id}", headers={"X-Cli-Verifier": verifier})


def confirm(session: dict[str, str], organization: Organization, user: User) -> None:
    now = CliSession.objects.get().created_at
    cli_sessions.confirm_session(session_id=session["id"], organization=organization, user=user, author=AUTHOR, now=now)


def pass_minutes(minutes: float) -> None:
    """As if the sessions had been made so much earlier."""
    for row in CliSession.objects.all():
        earlier = {"created_at": row.created_at - timedelta(minutes=minutes), "expires_at": row.expires_at - timedelta(minutes=minutes)}
        CliSession.objects.filter(pk=row.pk).update(**earlier)


def test_session_says_where_to_confirm_and_until_when(api: Api, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://interlinear.example"

    answer = api.post(PATH, {"verifier": VERIFIER})

    row = CliSession.objects.get()
    assert (answer.status, set(answer.body)) == (201, {"id", "expiresAt", "verifyUrl"})
    assert answer.body["id"] == row.pk
    assert datetime.fromisoformat(answer.body["expiresAt"]) - row.created_at == pytest.approx(timedelta(minutes=15), abs=timedelta(milliseconds=1))
    assert answer.body["verifyUrl"].startswith("https://interlinear.example/login/cli/")


def test_verifier_is_stored_as_a_digest_and_shown_nowhere(session: dict[str, str]) -> None:
    assert VERIFIER not in CliSession.objects.get().verifier_digest
    assert VERIFIER not in json.dumps(session)


def test_session_is_pending_until_somebody_confirms(api: Api, session: dict[str, str]) -> None:
    for _ in range(100):
        assert poll(api, session["id"]).shown == (200, {"status": "pending"})


def test_confirmed_session_gives_the_key_once(api: Api, session: dict[str, str], organization: Organization, owner: User) -> None:
    confirm(session, organization, owner)

    answer = poll(api, session["id"])

    assert (answer.status, set(answer.body), answer.body["status"]) == (200, {"status", "apiKey"}, "completed")
    assert Api(answer.body["apiKey"]).get("/users/me").shown == (200, {"id": owner.pk, "email": owner.email})
    assert poll(api, session["id"]).shown == not_found("cliSession", "cli session", session["id"])


def test_key_acts_for_the_person_who_confirmed_in_the_organization_chosen(session: dict[str, str], organization: Organization, owner: User) -> None:
    confirm(session, organization, owner)

    key = ApiKey.objects.get()
    assert (key.user, key.creator, key.organization, key.kind, key.name) == (owner, owner, organization, ApiKey.Kind.PERSONAL, "Command line")


def test_key_is_encrypted_while_it_waits(session: dict[str, str], organization: Organization, owner: User) -> None:
    confirm(session, organization, owner)

    stored = CliSession.objects.extra(select={"stored": "api_key_text"}).values_list("stored", flat=True).get()
    text = CliSession.objects.get().api_key_text
    assert text is not None
    assert live_key(text)[0] == ApiKey.objects.get()
    assert text not in stored


def test_of_two_polls_at_once_one_gets_the_key(
    api: Api, session: dict[str, str], organization: Organization, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm(session, organization, owner)
    find = cli_sessions.find_session

    def find_and_lose(session_id: str, *, now: datetime) -> CliSession | None:
        found = find(session_id, now=now)
        CliSession.objects.all().delete()  # the rival's poll
        return found

    monkeypatch.setattr(cli_sessions, "find_session", find_and_lose)

    assert poll(api, session["id"]).shown == not_found("cliSession", "cli session", session["id"])


@pytest.mark.parametrize("verifier", ["", "w" * 43, VERIFIER[:-1], VERIFIER + " x", "ü"], ids=repr)
def test_wrong_verifier_finds_nothing(api: Api, session: dict[str, str], organization: Organization, owner: User, verifier: str) -> None:
    confirm(session, organization, owner)

    assert poll(api, session["id"], verifier).shown == not_found("cliSession", "cli session", session["id"])
    assert poll(api, session["id"]).status == 200


@pytest.mark.parametrize("session_id", ["cls_0000000000000000000", "nonsense", "org_0000000000000000000"])
def test_unknown_session_is_not_found(api: Api, session_id: str) -> None:
    assert poll(api, session_id).shown == not_found("cliSession", "cli session", session_id)


def test_session_without_the_header_is_not_found(api: Api, session: dict[str, str]) -> None:
    assert api.get(f"{PATH}/{session['id']}").shown == not_found("cliSession", "cli session", session["id"])


@pytest.mark.parametrize("is_confirmed", [False, True], ids=["waiting", "confirmed"])
def test_session_is_over_after_fifteen_minutes(
    api: Api, session: dict[str, str], organization: Organization, owner: User, is_confirmed: bool
) -> None:
    if is_confirmed:
        confirm(session, organization, owner)
    pass_minutes(14.9)
    assert is_confirmed or poll(api, session["id"]).status == 200

    pass_minutes(0.2)

    assert poll(api, session["id"]).shown == not_found("cliSession", "cli session", session["id"])


def test_next_session_removes_those_that_are_over(api: Api, session: dict[str, str]) -> None:
    api.post(PATH, {"verifier": VERIFIER})
    CliSession.objects.filter(pk=session["id"]).update(expires_at=CliSession.objects.get(pk=session["id"]).created_at)

    answer = api.post(PATH, {"verifier": VERIFIER})

    assert not CliSession.objects.filter(pk=session["id"]).exists()
    assert (answer.status, CliSession.objects.count()) == (201, 2)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, ("verifier", "This field is required.")),
        ({"verifier": None}, ("verifier", "Must not be null.")),
        ({"verifier": 5}, ("verifier", "Must be a string.")),
        ({"verifier": "short"}, ("verifier", "Must have at least 32 characters.")),
        ({"verifier": "v" * 257}, ("verifier", "Must have at most 256 characters.")),
    ],
)
def test_bad_body_is_refused(api: Api, body: Any, problem: tuple[str, str]) -> None:
    assert api.post(PATH, body).shown == invalid(problem)
    assert CliSession.objects.count() == 0


def test_session_is_confirmed_by_one_person_only(session: dict[str, str], organization: Organization, owner: User, stranger: User) -> None:
    confirm(session, organization, owner)

    with pytest.raises(cli_sessions.Conflict):
        confirm(session, stranger.memberships.get().organization, stranger)

    assert list(ApiKey.objects.values_list("user", flat=True)) == [owner.pk]
    assert list(AuditEvent.objects.filter(action__startswith="cli_session.").values_list("organization_id", flat=True)) == [organization.pk]
