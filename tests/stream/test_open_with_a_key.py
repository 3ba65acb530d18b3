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


async def test_malformed_keys_are_refused(work: Work, key: str) -> None:
    malformed = ["", " ", key[:-1], key + "x", key.upper(), "x" * 10_000, "ilk_ключ"]

    accepted = [text for text in malformed if await is_accepted(group_path(work.id), with_key(text))]

    assert accepted == []


async def test_two_keys_are_refused(work: Work, key: str) -> None:
    assert not await is_accepted(group_path(work.id), with_key(key) * 2)


async def test_key_in_the_query_is_not_read(work: Work, key: str) -> None:
    for name in ("key", "api_key", "X-API-Key", "x-api-key"):
        assert not await is_accepted(group_path(work.id, f"?{name}={key}"), []), name


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


async def test_groups_that_do_not_exist_are_refused(organization: Organization, key: str) -> None:
    for group_id in (new_id("ljg"), new_id("ljb"), "x", "ljg_", "ljg_%00", "ljg_" + "0" * 5000):
        assert not await is_accepted(group_path(group_id), with_key(key)), group_id


async def test_unknown_addresses_are_refused_without_a_word_in_the_log(work: Work, key: str, caplog: pytest.LogCaptureFixture) -> None:
    own = group_path(work.id)

    for path in ("/", "/nothing", "/jobs/localization", f"{own}/", f"{own}x", "/jobs/provisioning/pjb_0/ws", "/%ff%00"):
        assert not await is_accepted(path, with_key(key)), path
    assert not caplog.records
