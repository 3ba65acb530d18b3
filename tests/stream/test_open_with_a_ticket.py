"""Tickets: single-use passes to one group's stream, for browsers (contract §4)."""

from datetime import timedelta

import pytest

from engines.models import Engine
from foundation.clock import database_now
from localization.services import Ticket, issue_ticket
from organizations.access import Actor
from organizations.models import ApiKey, Role
from organizations.permissions import Grants
from organizations.services import change_role_permissions, remove_member, revoke_key
from tests.factories import AUTHOR, NOW
from tests.stream.groups import Work, submit
from tests.stream.sockets import Socket, group_path, in_thread, is_accepted, with_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def work(engine: Engine, transactional_db: None) -> Work:
    return submit(engine, "de")


@pytest.fixture
def actor(service_key: tuple[ApiKey, str]) -> Actor:
    row, _ = service_key
    return Actor(user=row.user, organization=row.organization, key=row)


async def issue(actor: Actor, work: Work, *, seconds_ago: float = 0) -> str:
    """The text of a ticket that was issued so long ago."""
    now = await in_thread(database_now)() - timedelta(seconds=seconds_ago)
    ticket: Ticket = await in_thread(issue_ticket)(actor, work.group, now=now)
    return ticket.text


async def test_ticket_opens_the_stream(work: Work, actor: Actor) -> None:
    stream = Socket(group_path(work.id, f"?ticket={await issue(actor, work)}"), [])

    assert await stream.connect()
    assert await stream.message() == {"type": "snapshot", "seq": 1, "snapshot": work.state(de="queued")}
    await stream.leave()


async def test_used_ticket_is_refused(work: Work, actor: Actor) -> None:
    path = group_path(work.id, f"?ticket={await issue(actor, work)}")
    await is_accepted(path, [])

    assert not await is_accepted(path, [])


@pytest.mark.parametrize(("age", "accepted"), [(50, True), (61, False)])
async def test_ticket_lives_a_minute(work: Work, actor: Actor, age: float, accepted: bool) -> None:
    path = group_path(work.id, f"?ticket={await issue(actor, work, seconds_ago=age)}")

    assert await is_accepted(path, []) == accepted


async def test_ticket_of_another_group_is_refused_and_stays_good_for_its_own(work: Work, actor: Actor, engine: Engine) -> None:
    other = await in_thread(submit)(engine, "de")
    ticket = await issue(actor, work)

    assert not await is_accepted(group_path(other.id, f"?ticket={ticket}"), [])
    assert await is_accepted(group_path(work.id, f"?ticket={ticket}"), [])


async def test_anything_else_than_one_ticket_is_refused(work: Work, actor: Actor) -> None:
    for query in ("?ticket=", "?ticket=x", "?ticket={0}&ticket={0}", "?Ticket={0}"):
        assert not await is_accepted(group_path(work.id, query.format(await issue(actor, work))), []), query


async def test_ticket_beside_a_key_is_refused(work: Work, actor: Actor, key: str) -> None:
    assert not await is_accepted(group_path(work.id, f"?ticket={await issue(actor, work)}"), with_key(key))


async def test_malformed_request_does_not_use_the_ticket_up(work: Work, actor: Actor) -> None:
    ticket = await issue(actor, work)

    assert not await is_accepted(group_path(work.id, f"?ticket={ticket}&after=x"), [])
    assert not await is_accepted(group_path(work.id, f"?ticket={ticket}"), [(b"origin", b"https://evil.example")])
    assert await is_accepted(group_path(work.id, f"?ticket={ticket}"), [])


async def test_ticket_of_a_key_that_was_revoked_since_is_refused(work: Work, actor: Actor) -> None:
    ticket = await issue(actor, work)
    await in_thread(revoke_key)(key=actor.key, author=AUTHOR, now=NOW)

    assert not await is_accepted(group_path(work.id, f"?ticket={ticket}"), [])


async def test_ticket_of_somebody_who_left_since_is_refused(work: Work, actor: Actor) -> None:
    ticket = await issue(actor, work)
    membership = await in_thread(actor.user.memberships.select_related("role", "organization", "user").get)()
    await in_thread(remove_member)(membership=membership, author=AUTHOR, now=NOW)

    assert not await is_accepted(group_path(work.id, f"?ticket={ticket}"), [])


async def test_ticket_does_not_outlive_the_permission(work: Work, actor: Actor) -> None:
    ticket = await issue(actor, work)
    role = await in_thread(Role.objects.select_related("organization", "group").get)(name="Integration")
    await in_thread(change_role_permissions)(role=role, grants=Grants(), author=AUTHOR, now=NOW)

    assert not await is_accepted(group_path(work.id, f"?ticket={ticket}"), [])
