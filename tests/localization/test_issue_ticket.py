"""`POST /jobs/localization/groups/:groupId/ws-ticket`: a pass to one group's stream. What it opens is told by the tests of the stream."""

from datetime import datetime, timedelta

from foundation.clock import database_now
from localization.models import StreamTicket
from localization.services import TICKET_LIFETIME, digest_of_ticket
from organizations.models import ApiKey
from tests.localization.calls import GROUPS, Api


def test_ticket_is_shown_once_and_stored_as_its_digest(api: Api) -> None:
    group_id = api.submit().body["groupId"]
    earliest = database_now()

    answer = api.post(f"{GROUPS}/{group_id}/ws-ticket")

    ticket = StreamTicket.objects.get()
    text, expires_at = answer.body["ticket"], datetime.fromisoformat(answer.body["expiresAt"])
    assert (answer.status, set(answer.body)) == (201, {"ticket", "expiresAt"})
    assert (ticket.digest, ticket.group_id, ticket.key, ticket.used_at) == (digest_of_ticket(text), group_id, ApiKey.objects.get(), None)
    assert abs(ticket.expires_at - expires_at) < timedelta(milliseconds=1)
    assert earliest - timedelta(milliseconds=1) <= expires_at - timedelta(seconds=60) <= database_now()
    assert len(text) >= 43  # 256 bits
    assert text not in str(list(StreamTicket.objects.values()))


def test_every_call_gives_another_ticket(api: Api) -> None:
    path = f"{GROUPS}/{api.submit().body['groupId']}/ws-ticket"

    assert len({api.post(path).body["ticket"] for _ in range(3)}) == 3
    assert StreamTicket.objects.count() == 3


def test_finished_group_has_tickets_too(api: Api) -> None:
    group_id = api.submit(targetLocales=["en"]).body["groupId"]

    assert api.post(f"{GROUPS}/{group_id}/ws-ticket").status == 201


def test_tickets_long_expired_are_cleared_away(api: Api) -> None:
    path = f"{GROUPS}/{api.submit().body['groupId']}/ws-ticket"
    api.post(path)
    StreamTicket.objects.update(expires_at=database_now() - 2 * TICKET_LIFETIME)

    answer = api.post(path)

    assert list(StreamTicket.objects.values_list("digest", flat=True)) == [digest_of_ticket(answer.body["ticket"])]
