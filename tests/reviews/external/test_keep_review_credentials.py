"""Review credentials: a private key goes in, and nothing shows it again; and whether an external review may be asked for."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from engines.models import ReviewCredential
from engines.pipeline_config import resolve
from engines.review_accounts import refuse_external_without_account
from foundation.api_errors import BadRequest
from organizations.models import AuditEvent, Organization, User
from organizations.permissions import ACCESS_ENGINES, Grants
from pipeline.checks import check_production
from tests.api import Api, invalid, not_found, refusal
from tests.engines.management.test_keep_credentials import dump_database
from tests.factories import make_engine, make_key, make_member, make_role

pytestmark = pytest.mark.django_db

PATH = "/review-credentials"
KEY = "private-0123456789-WXYZ"
BODY = {"publicKey": "public-1", "privateKey": KEY, "baseUrl": "https://reviews.example/v2/"}
MISSING = not_found("reviewCredential", "review credential", "gengo")
EXTERNAL = {"humanEdit": {"enabled": True, "mode": "external"}}


@pytest.fixture
def api(organization: Organization, owner: User) -> Api:
    return Api(make_key(organization, user=owner)[1])


@pytest.fixture
def foreign_api(stranger: User) -> Api:
    return Api(make_key(stranger.memberships.get().organization, user=stranger)[1])


def test_credential_is_shown_without_its_private_key(api: Api) -> None:
    answer = api.put(f"{PATH}/gengo", BODY)

    times = {name: answer.body[name] for name in ("createdAt", "updatedAt")}
    shown = {"provider": "gengo", "baseUrl": BODY["baseUrl"], "publicKey": "public-1", "hint": "WXYZ", **times}
    assert answer.shown == (201, shown)
    assert (api.get(f"{PATH}/gengo").shown, api.get(PATH).shown) == ((200, shown), (200, {"items": [shown]}))
    assert ReviewCredential.objects.get().private_key == KEY


def test_new_account_replaces_the_old_one_at_the_provider_s_usual_address(api: Api) -> None:
    first = api.put(f"{PATH}/gengo", BODY).body

    answer = api.put(f"{PATH}/gengo", {"publicKey": "public-2", "privateKey": "another-9876"})

    expected = {**first, "baseUrl": "https://api.gengo.com/v2/", "publicKey": "public-2", "hint": "9876", "updatedAt": answer.body["updatedAt"]}
    assert answer.shown == (200, expected)
    assert ReviewCredential.objects.get().private_key == "another-9876"


def test_credentials_belong_to_one_organization(api: Api, foreign_api: Api) -> None:
    api.put(f"{PATH}/gengo", BODY)

    assert foreign_api.get(PATH).shown == (200, {"items": []})
    assert [foreign_api.get(f"{PATH}/gengo").shown, foreign_api.delete(f"{PATH}/gengo").shown] == [MISSING] * 2
    assert ReviewCredential.objects.count() == 1


def test_removed_credential_is_gone(api: Api) -> None:
    api.put(f"{PATH}/gengo", BODY)

    assert api.delete(f"{PATH}/gengo").shown == (204, None)

    assert [api.get(f"{PATH}/gengo").shown, api.delete(f"{PATH}/gengo").shown] == [MISSING] * 2


def test_only_who_manages_settings_may_see_and_set_them(api: Api, organization: Organization) -> None:
    api.put(f"{PATH}/gengo", BODY)
    role = make_role(organization, name="Editor", grants=Grants(everywhere=frozenset({ACCESS_ENGINES})))
    editor = Api(make_key(organization, user=make_member(organization, role).user)[1])

    answers = [editor.get(PATH), editor.get(f"{PATH}/gengo"), editor.put(f"{PATH}/gengo", BODY), editor.delete(f"{PATH}/gengo")]

    assert [answer.status for answer in answers] == [403] * 4
    assert Api(None).get(PATH).shown == refusal(401, "UnauthorizedError", "invalid_api_key", "Invalid API key")


def test_every_change_is_in_the_audit_log_without_a_key(api: Api, organization: Organization) -> None:
    api.put(f"{PATH}/gengo", BODY)
    api.delete(f"{PATH}/gengo")

    shown = {"baseUrl": BODY["baseUrl"], "publicKey": "public-1", "hint": "WXYZ"}
    rows = AuditEvent.objects.filter(target_type="reviewCredential", organization_id=organization.pk).order_by("sequence")
    assert [(row.action, row.target_id, json.loads(row.detail)) for row in rows] == [
        ("review_credential.set", "gengo", {"before": None, "after": shown}),
        ("review_credential.removed", "gengo", {"before": shown}),
    ]


@pytest.mark.django_db(transaction=True)
def test_dump_of_the_database_has_no_private_key(api: Api) -> None:
    api.put(f"{PATH}/gengo", BODY)

    dump = dump_database()

    assert b"WXYZ" in dump
    assert KEY.encode() not in dump


def test_key_that_can_no_longer_be_read_can_be_replaced_and_removed(api: Api, settings: Settings) -> None:
    api.put(f"{PATH}/gengo", BODY)
    settings.ENCRYPTION_KEYS = ["A" * 43 + "="]

    statuses = [api.get(PATH).status, api.get(f"{PATH}/gengo").status, api.put(f"{PATH}/gengo", BODY).status]

    assert [*statuses, api.delete(f"{PATH}/gengo").status] == [200, 200, 200, 204]


@pytest.mark.parametrize("provider", ["acme", "GENGO", "x" * 300, "🦆"])
def test_provider_that_is_unknown_has_no_credential(api: Api, provider: str) -> None:
    answers = [api.get(f"{PATH}/{provider}"), api.put(f"{PATH}/{provider}", BODY), api.delete(f"{PATH}/{provider}")]

    assert [answer.shown for answer in answers] == [not_found("reviewCredential", "review credential", provider)] * 3


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"privateKey": None}, "privateKey", "Must not be null."),
        ({"privateKey": "short"}, "privateKey", "Must have at least 8 characters."),
        ({"privateKey": "with spaces in it"}, "privateKey", "Must be printable ASCII without spaces."),
        ({"publicKey": ""}, "publicKey", "Must not be empty."),
        ({"publicKey": "schlüssel"}, "publicKey", "Must be printable ASCII without spaces."),
        ({"baseUrl": "http://reviews.example/v2/"}, "baseUrl", "The URL must start with https://."),
        ({"baseUrl": "https://127.1/v2/"}, "baseUrl", "127.0.0.1 is a loopback address."),
        ({"baseUrl": "https://0x7f000001/"}, "baseUrl", "127.0.0.1 is a loopback address."),
        ({"baseUrl": "https://[::ffff:127.0.0.1]/"}, "baseUrl", "::ffff:7f00:1 is an IPv4-mapped address."),
        ({"baseUrl": "https://169.254.169.254/"}, "baseUrl", "169.254.169.254 is a link-local address."),
        ({"baseUrl": "https://localhost/"}, "baseUrl", "localhost is this machine."),
        ({"baseUrl": "https://me:secret@reviews.example/"}, "baseUrl", "The URL must not contain a user name or a password."),
        ({"baseUrl": "https://reviews.example:6379/"}, "baseUrl", "Port 6379 is not allowed."),
        ({"baseUrl": "https://reviews.example/?a=1"}, "baseUrl", "Must have no query and no fragment."),
        ({"baseUrl": "https://reviews.example/#"}, "baseUrl", "Must have no query and no fragment."),
        ({"baseUrl": 5}, "baseUrl", "Must be a string."),
        ({"provider_key": "x"}, "provider_key", "Unknown field."),
    ],
)
def test_credential_that_is_wrong_is_refused_without_repeating_it(
    api: Api, settings: Settings, changes: dict[str, Any], path: str, message: str
) -> None:
    settings.REVIEW_ALLOW_LOOPBACK = False

    answer = api.put(f"{PATH}/gengo", {**BODY, **changes})

    assert answer.shown == invalid((path, message))
    assert not ReviewCredential.objects.exists()


def test_this_machine_is_allowed_in_development(api: Api, settings: Settings) -> None:
    settings.REVIEW_ALLOW_LOOPBACK = True

    assert api.put(f"{PATH}/gengo", {**BODY, "baseUrl": "http://127.0.0.1:8030/v2/"}).status == 201


def test_external_review_needs_an_account(api: Api, organization: Organization) -> None:
    with pytest.raises(BadRequest) as refused:
        refuse_external_without_account(organization.pk, resolve({}, EXTERNAL))

    assert [(problem.path, problem.message) for problem in refused.value.problems] == [
        ("pipelineConfig.humanEdit.mode", "The organization has no account at a review provider: set a review credential first.")
    ]
    api.put(f"{PATH}/gengo", BODY)
    refuse_external_without_account(organization.pk, resolve({}, EXTERNAL))


@pytest.mark.parametrize("config", [{}, {"humanEdit": {"enabled": True}}, {"humanEdit": {"enabled": False, "mode": "external"}}])
def test_other_pipelines_need_none_and_ask_nothing(organization: Organization, config: dict[str, Any], django_assert_num_queries: Any) -> None:
    make_engine(organization)

    with django_assert_num_queries(0):
        refuse_external_without_account(organization.pk, resolve({}, config))


def test_switch_of_development_is_refused_in_production(settings: Settings) -> None:
    settings.REVIEW_ALLOW_LOOPBACK = True

    found = [problem.msg for problem in check_production(None) if problem.id == "pipeline.E004"]

    assert found == ["REVIEW_ALLOW_LOOPBACK is for development: it lets reviews be ordered where they must not."]
