"""Who may open a stream by the key in the header: the others are refused before the socket is accepted."""

from datetime import timedelta

import pytest

from engines.models import Engine
from foundation.clock import database_now
from foundation.ids import new_id
from organizations.models import ApiKey, Organization, User
from organizations.services import revoke_key
from tests.factories import AUTHOR, NOW, make_engine, make_key, organization_owner
from tests.stream.groups import Work, submit
from tests.stream.sockets import group_path, in_thread, is_accepted, with_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def work(engine: Engine, transactional_db: None) -> Work:
    return submit(engine, "de")


async def test_key_that_reaches_the_engine_is_accepted(work: Work, key: str) -> None:
    assert await is_accepted(group_path(work.id), with_key(key))


async def test_use_is_noted_on_the_key(work: Work, service_key: tuple[ApiKey, str]) -> None:
    row, text = service_key

    await is_accepted(group_path(work.id), with_key(text))

    await in_thread(row.refresh_from_db)()
    assert row.last_used_at is not None


async def test_socket_without_a_key_is_refused(work: Work) -> None:
    assert not await is_accepted(group_path(work.id), [])


@pytest.mark.parametrize("change", [lambda key: "", lambda key: key[:-1], lambda key: key + "x", lambda key: "x" * 10_000, lambda key: "ключ"])
async def test_malformed_key_is_refused(work: Work, key: str, change: object) -> None:
    assert callable(change)
    assert not await is_accepted(group_path(work.id), with_key(change(key)))


async def test_two_keys_are_refused(work: Work, key: str) -> None:
    assert not await is_accepted(group_path(work.id), with_key(key) * 2)


@pytest.mark.parametrize("name", ["key", "api_key", "X-API-Key", "x-api-key"])
async def test_key_in_the_query_is_not_read(work: Work, key: str, name: str) -> None:
    assert not await is_accepted(group_path(work.id, f"?{name}={key}"), [])


async def test_revoked_key_is_refused(work: Work, service_key: tuple[ApiKey, str]) -> None:
    row, text = service_key
    await in_thread(revoke_key)(key=row, author=AUTHOR, now=NOW)

    assert not await is_accepted(group_path(work.id), with_key(text))


async def test_expired_key_is_refused(work: Work, organization: Organization) -> None:
    owner = await in_thread(organization_owner)(organization)
    now = await in_thread(database_now)()
    _, text = await in_thread(make_key)(organization, user=owner, expires_at=now - timedelta(seconds=1), now=NOW)

    assert not await is_accepted(group_path(work.id), with_key(text))


async def test_key_of_another_organization_is_refused(work: Work, stranger: User) -> None:
    elsewhere = await in_thread(Organization.objects.get)(name="Elsewhere")
    _, text = await in_thread(make_key)(elsewhere, user=stranger)

    assert not await is_accepted(group_path(work.id), with_key(text))


async def test_key_limited_to_other_engines_is_refused(work: Work, engine: Engine, organization: Organization) -> None:
    other = await in_thread(make_engine)(organization, name="Other", is_default=False)
    _, limited = await in_thread(make_key)(organization, engines=[other])
    _, chosen = await in_thread(make_key)(organization, engines=[engine])

    assert not await is_accepted(group_path(work.id), with_key(limited))
    assert await is_accepted(group_path(work.id), with_key(chosen))


@pytest.mark.parametrize("group_id", [new_id("ljg"), new_id("ljb"), "x", "ljg_", "ljg_%00", "ljg_" + "0" * 5000])
async def test_group_that_does_not_exist_is_refused(organization: Organization, key: str, group_id: str) -> None:
    assert not await is_accepted(group_path(group_id), with_key(key))


@pytest.mark.parametrize("path", ["/", "/nothing", "/jobs/localization", "{}/", "{}x", "/jobs/provisioning/pjb_0/ws", "/%ff%00"])
async def test_unknown_address_is_refused_without_a_word_in_the_log(work: Work, key: str, path: str, caplog: pytest.LogCaptureFixture) -> None:
    assert not await is_accepted(path.format(group_path(work.id)), with_key(key))

    assert not caplog.records
