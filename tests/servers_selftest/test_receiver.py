"""Verification, records, scripts and TLS of the webhook receiver."""

import hashlib
import http.client
import json
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from tests.servers.certificates import make_certificate
from tests.servers.receiver import Receiver, start_receiver
from tests.servers.script import rule

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER_SECRET = "whsec_" + "QUFB" * 8
BODY = '{"type":"job.completed","data":{"price":1.10}}'


def send(receiver: Receiver, *, webhook_id="msg_1", secret=SECRET, body=BODY, path="/hook", sent_at=None, timeout=10, context=None):
    sent_at = sent_at or datetime.now(tz=UTC)
    signature = Webhook(secret).sign(webhook_id, sent_at, body)
    headers = {"webhook-id": webhook_id, "webhook-timestamp": str(int(sent_at.timestamp())), "webhook-signature": signature}
    if context:
        connection = http.client.HTTPSConnection("127.0.0.1", receiver.port, timeout=timeout, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=timeout)
    try:
        connection.request("POST", path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, dict(response.headers), response.read()
    finally:
        connection.close()


def test_hit_is_verified_and_recorded(webhook_receiver: Receiver):
    webhook_receiver.set_secret(SECRET)
    before = datetime.now(tz=UTC).timestamp()

    status, _, _ = send(webhook_receiver, path="/hook/a")

    [hit] = webhook_receiver.hits()
    assert status == 200
    assert before <= hit.pop("receivedAt") <= datetime.now(tz=UTC).timestamp()
    assert hit.pop("headers")["webhook-id"] == "msg_1"
    assert hit == {
        "number": 1,
        "method": "POST",
        "path": "/hook/a",
        "id": "msg_1",
        "verified": True,
        "problem": None,
        "sha256": hashlib.sha256(BODY.encode()).hexdigest(),
        "text": BODY,
        "body": json.loads(BODY),
        "action": None,
    }


def test_hit_that_does_not_verify_says_why(webhook_receiver: Receiver):
    send(webhook_receiver)
    webhook_receiver.set_secret(OTHER_SECRET)
    send(webhook_receiver)
    webhook_receiver.set_secret(SECRET)
    send(webhook_receiver, sent_at=datetime.now(tz=UTC) - timedelta(hours=1))
    send(webhook_receiver, body="not json")

    assert [(hit["verified"], hit["problem"], hit["body"]) for hit in webhook_receiver.hits()] == [
        (False, "the receiver has no secret", json.loads(BODY)),
        (False, "WebhookVerificationError: No matching signature found", json.loads(BODY)),
        (False, "WebhookVerificationError: Message timestamp too old", json.loads(BODY)),
        (False, "JSONDecodeError: Expecting value: line 1 column 1 (char 0)", None),
    ]


def test_a_path_may_have_its_own_secret(webhook_receiver: Receiver):
    webhook_receiver.set_secret(SECRET)
    webhook_receiver.set_secret(OTHER_SECRET, path="/other")
    send(webhook_receiver)
    send(webhook_receiver, path="/other", secret=OTHER_SECRET)
    send(webhook_receiver, path="/other")

    assert [hit["verified"] for hit in webhook_receiver.hits()] == [True, True, False]


def test_reset_brings_back_the_first_secret():
    with start_receiver(secret=SECRET) as receiver:
        receiver.set_secret(OTHER_SECRET)
        receiver.reset()
        send(receiver)

        assert [hit["verified"] for hit in receiver.hits()] == [True]


def test_waiting_returns_as_soon_as_enough_hits_exist(webhook_receiver: Receiver):
    send(webhook_receiver, webhook_id="msg_1")
    with ThreadPoolExecutor(1) as threads:
        waited = threads.submit(webhook_receiver.wait_for_hits, 2, since=1)
        send(webhook_receiver, webhook_id="msg_2")
        send(webhook_receiver, webhook_id="msg_3")

        assert [hit["id"] for hit in waited.result()] == ["msg_2", "msg_3"]


def test_waiting_for_hits_that_do_not_come_fails(webhook_receiver: Receiver):
    with pytest.raises(TimeoutError):
        webhook_receiver.wait_for_hits(1, seconds=0.05)


def test_statuses_in_sequence_and_for_matching_ids(webhook_receiver: Receiver):
    webhook_receiver.script(
        rule("status", match={"id": "msg_gone"}, status=410),
        rule("status", status=500, times=2),
        rule("status", status=429, retry_after=120, times=1),
        rule("status", status=302, location="http://127.0.0.1:1/", times=1),
    )

    answers = [send(webhook_receiver) for _ in range(5)]

    assert [status for status, _, _ in answers] == [500, 500, 429, 302, 200]
    assert (answers[2][1]["retry-after"], answers[3][1]["location"]) == ("120", "http://127.0.0.1:1/")
    assert send(webhook_receiver, webhook_id="msg_gone")[0] == 410
    assert [hit["action"] for hit in webhook_receiver.hits()] == ["status"] * 4 + [None, "status"]


@pytest.mark.parametrize("waiting", [rule("hang"), rule("delay", ms=60_000), rule("drip", pause_ms=60_000)])
def test_slow_kinds_outlast_the_sender_and_are_recorded(webhook_receiver: Receiver, waiting):
    webhook_receiver.script(waiting)

    with pytest.raises(TimeoutError):
        send(webhook_receiver, timeout=0.1)
    assert len(webhook_receiver.wait_for_hits(1)) == 1


def test_huge_answer_has_the_size_asked_for(webhook_receiver: Receiver):
    webhook_receiver.script(rule("huge", megabytes=2))

    assert len(send(webhook_receiver)[2]) == 2_000_000


def test_https_with_a_private_authority(tmp_path):
    certificate = make_certificate(tmp_path)
    with start_receiver(secret=SECRET, certificate=certificate) as receiver:
        with pytest.raises(ssl.SSLCertVerificationError):
            send(receiver, context=ssl.create_default_context())

        trusting = ssl.create_default_context(cafile=str(certificate.authority))
        assert send(receiver, context=trusting)[0] == 200
        assert [hit["verified"] for hit in receiver.hits()] == [True]


def test_https_with_the_name_of_another(tmp_path):
    certificate = make_certificate(tmp_path, names=("hooks.example.com",))
    trusting = ssl.create_default_context(cafile=str(certificate.authority))
    with start_receiver(certificate=certificate) as receiver, pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        send(receiver, context=trusting)
