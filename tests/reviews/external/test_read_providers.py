"""What a provider answers, when it is not what it should be: never believed, never a stack, and always told from a refusal."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engines.review_accounts import ReviewAccount
from reviews.providers.base import AlreadySent, NewOrder, NotPossible, ProviderError, Refused, Text, Unavailable
from reviews.providers.brackets import is_intact, unwrap, wrap
from reviews.providers.gengo import Gengo
from reviews.sandbox.book import Book, ProtocolError
from reviews.sandbox.server import Sandbox
from tests.factories import NOW
from tests.webhooks.wire import RawServer, say

ORDER = NewOrder("ref", "ref:signature", "en", "de", "standard", "http://127.0.0.1:1/", [Text(1, "Save", "Sichern", "", "title")])
PAIRS = [{"lc_src": "en", "lc_tgt": "de", "tier": "standard"}]


def answering(*bodies: Any, status: int = 200) -> list[Callable[..., None]]:
    """One connection for each answer, the last for ever."""
    texts = [body if isinstance(body, bytes) else json.dumps({"opstat": "ok", "response": body}).encode() for body in bodies]
    return [say(b"HTTP/1.1 %d x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(text)) + text) for text in texts]


@pytest.fixture
def server() -> Iterator[RawServer]:
    with RawServer() as one:
        yield one


@pytest.fixture
def gengo(server: RawServer) -> Gengo:
    return Gengo(ReviewAccount("gengo", server.url.removesuffix("hook"), "public", "private"))


def failure_of(act: Callable[[], Any]) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        act()
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"<html>",
        b'{"opstat": "ok"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"opstat": "maybe"}',
        b'{"response": {"order_id": 1}}',
        b'{"opstat": "ok", "response": {}}',
        b'{"opstat": "ok", "response": []}',
        b'{"opstat": "ok", "response": {"order_id": null}}',
        b'{"opstat": "ok", "response": {"order_id": true}}',
        b'{"opstat": "ok", "response": {"order_id": "../../../etc"}}',
        b'{"opstat": "ok", "response": {"order_id": "' + b"1" * 65 + b'"}}',
    ],
)
def test_answer_to_an_order_that_cannot_be_read_leaves_a_doubt(server: RawServer, gengo: Gengo, body: bytes) -> None:
    server.say(*answering(PAIRS, body))

    failure = failure_of(lambda: gengo.submit(ORDER))

    assert isinstance(failure, Unavailable)
    assert failure.is_in_doubt
    assert server.connections == 2


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        ({"code": 1000}, Refused, "The review provider does not accept the organization's keys (error 1000)."),
        ({"code": "1200"}, Refused, "The review provider does not accept the organization's keys (error 1200)."),
        ({"code": 1304}, Refused, "The review provider does not know this tier."),
        ({"job_1": [{"code": 1551, "msg": "x"}]}, Refused, "The review provider does not translate this pair of locales."),
        ({"code": 2700}, Refused, "The account at the review provider has not enough credit."),
        ({"code": 4711, "msg": "<script>"}, Refused, "The review provider refused (error 4711)."),
        ({"code": [1]}, Refused, "The review provider refused (error without a code)."),
        ("nonsense", Refused, "The review provider refused (error without a code)."),
        ({"code": 1754}, AlreadySent, "The review provider has had this order a moment ago."),
        ({"code": 2250}, NotPossible, "The review provider says that the job is in another state (error 2250)."),
        ({"code": 2800}, Unavailable, "The review provider is not available for the moment."),
    ],
)
def test_each_error_has_its_meaning(server: RawServer, gengo: Gengo, error: Any, kind: type[ProviderError], sentence: str) -> None:
    server.say(*answering(json.dumps({"opstat": "error", "err": error}).encode()))

    failure = failure_of(lambda: gengo.approve("7"))

    assert (type(failure), str(failure)) == (kind, sentence)


@pytest.mark.parametrize(
    ("status", "kind"), [(301, Refused), (404, Refused), (403, Refused), (429, Unavailable), (500, Unavailable), (503, Unavailable)]
)
def test_each_status_has_its_meaning(server: RawServer, gengo: Gengo, status: int, kind: type[ProviderError]) -> None:
    server.say(*answering(b"<html>", status=status))

    assert isinstance(failure_of(lambda: gengo.approve("7")), kind)
    assert server.connections == 1


@pytest.mark.parametrize(
    "jobs",
    [
        None,
        {},
        {"job_1": {"credits": "x", "currency": "USD"}},
        {"job_1": {"credits": "NaN", "currency": "USD"}},
        {"job_1": {"credits": "-1", "currency": "USD"}},
        {"job_1": {"credits": "1e30", "currency": "USD"}},
        {"job_1": {"credits": "1", "currency": "usd!"}},
        {"job_1": {"credits": "1"}},
        {"job_1": {"credits": "1", "currency": "USD"}, "job_2": {"credits": "1", "currency": "USD"}},
        {"job_1": 5},
    ],
)
def test_quote_that_cannot_be_read_is_no_quote(server: RawServer, gengo: Gengo, jobs: Any) -> None:
    server.say(*answering(PAIRS, {"jobs": jobs}))

    assert isinstance(failure_of(lambda: gengo.quote(ORDER)), Unavailable)


def job(**changes: Any) -> dict[str, Any]:
    data = json.dumps({"reference": "ref:signature", "number": 1})
    return {"job_id": "7", "order_id": "5", "status": "reviewable", "body_tgt": "Sichern", "custom_data": data, **changes}


@pytest.mark.parametrize(
    "stranger",
    [
        job(job_id="8", custom_data="nonsense"),
        job(job_id="8", custom_data=json.dumps({"reference": "other:signature", "number": 1})),
        job(job_id="8", custom_data=json.dumps({"reference": "ref:signature"})),
        job(job_id="8", custom_data=json.dumps(["ref:signature", 1])),
        job(job_id="../8"),
        job(job_id="8"),  # a second one of the same text: the one that is known counts
        "nonsense",
    ],
)
def test_job_that_is_not_of_the_order_is_left_out(server: RawServer, gengo: Gengo, stranger: Any) -> None:
    order = {"order": {"jobs_queued": "0", "jobs_reviewable": ["7", "8"]}}
    server.say(*answering(order, {"jobs": [job(), stranger]}))

    view = gengo.fetch("5", "ref", ["7"])

    assert [(one.id, one.number, one.status, one.text) for one in view.jobs] == [("7", 1, "reviewable", "Sichern")]


@pytest.mark.parametrize(
    ("status", "seen"), [("cancelled", "canceled"), ("held", "working"), ("brand new", "working"), (None, "working"), ("queued", "queued")]
)
def test_text_is_read_only_where_it_is_done(server: RawServer, gengo: Gengo, status: Any, seen: str) -> None:
    server.say(*answering({"order": {"jobs_queued": 0, "jobs_pending": ["7"]}}, {"jobs": [job(status=status)]}))

    [one] = gengo.fetch("5", "ref").jobs

    assert (one.status, one.text) == (seen, None)


@pytest.mark.parametrize("queued", [None, "many", -1, 1.5, "9" * 20])
def test_order_that_cannot_be_read_is_looked_at_again(server: RawServer, gengo: Gengo, queued: Any) -> None:
    server.say(*answering({"order": {"jobs_queued": queued}}))

    assert isinstance(failure_of(lambda: gengo.fetch("5", "ref")), Unavailable)


@pytest.mark.parametrize(
    ("source", "wrapped"),
    [
        ("Hello", "Hello"),
        ("Hello {name}!", "Hello [[[{name}]]]!"),
        ("<b>{n}</b>", "[[[<b>]]][[[{n}]]][[[</b>]]]"),
        ("[{name}]", "[[[[{name}]]]]"),
        ("[[[note]]] {name}", "[[[note]]] [[[{name}]]]"),
        ("{n, plural, one {# file} other {# files}}", None),
        ("See https://example.com/a?b=1.", "See [[[https://example.com/a?b=1]]]."),
    ],
)
def test_what_is_wrapped_comes_back_as_it_was(source: str, wrapped: str | None) -> None:
    assert wrapped is None or wrap(source) == wrapped
    assert unwrap(wrap(source), source) == source
    assert is_intact(source, source)


def test_order_among_too_many_jobs_is_not_taken_for_absent() -> None:
    with Sandbox(callbacks="none") as sandbox:
        account = sandbox.book.account
        gengo = Gengo(ReviewAccount("gengo", sandbox.base_url, account.public_key, account.private_key))
        gengo.submit(ORDER)
        jobs = {f"job_{number}": {"body_src": f"Text {number}", "lc_src": "en", "lc_tgt": "de", "tier": "standard"} for number in range(300)}
        later = sandbox.book.create(jobs, "other")
        for one in sandbox.book.jobs.values():
            one.created += 5

        assert isinstance(failure_of(lambda: gengo.find("ref", since=NOW)), Unavailable)
        for one in later.jobs[:150]:
            sandbox.book.take(one.id)
        assert gengo.find("ref", since=NOW) == "1001"
        assert gengo.find("nobody", since=NOW) is None


def test_sandbox_refuses_what_the_provider_would() -> None:
    book = Book()
    text = {"body_src": "Save [[[{name}]]] now", "lc_src": "en", "lc_tgt": "de", "tier": "standard"}
    [one] = book.create({"a": text}, "ref").jobs
    assert (one.status, one.words) == ("available", 2)

    refusals = [
        lambda: book.create({"a": text}, "ref"),
        lambda: book.act(one.id, {"action": "approve"}),
        lambda: book.quote({"a": {**text, "tier": "gold"}}),
        lambda: book.quote({"a": {**text, "lc_tgt": "en"}}),
        lambda: (book.take(one.id), book.cancel(one.id)),
        lambda: book.read_order("7"),
    ]

    codes = []
    for refusal in refusals:
        with pytest.raises(ProtocolError) as caught:
            refusal()
        codes.append(caught.value.code)
    assert codes == [1754, 2250, 1304, 1551, 2252, 2650]
