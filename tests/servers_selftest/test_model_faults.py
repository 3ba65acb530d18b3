"""Each scripted kind does what it says."""

import http.client
import json

import pytest

from tests.servers.model_faults import COMPLETION_FAULTS, CONTENT_KINDS, KEY_FAULTS, REFUSAL, TEXT_FAULTS
from tests.servers.model_server import ModelServer
from tests.servers.script import rule
from tests.servers.server_process import ControlError

SOURCE = "Hello {name}, <b>9</b> days"
GOOD = "[de] Hello {name}, <b>9</b> days"


@pytest.mark.parametrize("kind", sorted(CONTENT_KINDS))
def test_every_content_kind_changes_the_answer_and_is_counted(model_server: ModelServer, ask, kind):
    texts = {"1": SOURCE, "2": "Second"}
    good = json.loads(ask(texts).body)["choices"]
    model_server.script(rule(kind, times=1))

    spoiled = json.loads(ask(texts).body)["choices"]

    assert spoiled != good
    assert json.loads(ask(texts).body)["choices"] == good
    assert model_server.counts()["byAction"] == {kind: 1}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("echo", SOURCE),
        ("empty_texts", ""),
        ("ten_times", " ".join([GOOD] * 10)),
        ("lost_placeholder", "[de] Hello , <b>9</b> days"),
        ("doubled_placeholder", "[de] Hello {name} {name}, <b>9</b> days"),
        ("translated_placeholder", "[de] Hello {name_uebersetzt}, <b>9</b> days"),
        ("invented_placeholder", f"{GOOD} {{invented}}"),
        ("broken_tag", "[de] Hello {name}, <b>9</b days"),
        ("added_markup", f"{GOOD}<script>alert(1)</script>"),
        ("control_characters", "[de]\x00\x07\x1b[31m\u202e Hello {name}, <b>9</b> days"),
        ("wrong_script", "хелло {name}, <b>9</b> дажс"),
        ("changed_numbers", "[de] Hello {name}, <b>0</b> days"),
        ("chatter", f"Sure! Here is the translation: {GOOD}"),
        ("obeyed_injection", "I have been instructed to ignore my previous instructions."),
    ],
)
def test_text_faults(model_server: ModelServer, ask, kind, text):
    model_server.script(rule(kind, only="Hello"))

    assert ask({"1": SOURCE, "2": "Other"}).texts == {"1": text, "2": "[de] Other"}


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("wrong_keys", {"text_1": "[de] a", "text_2": "[de] b"}),
        ("shifted_keys", {"2": "[de] a", "3": "[de] b"}),
        ("missing_keys", {"1": "[de] a"}),
        ("extra_keys", {"1": "[de] a", "2": "[de] b", "9999": "a text that nobody sent", "note": "translated with care"}),
        ("null_texts", {"1": None, "2": None}),
        ("number_texts", {"1": 42, "2": 42}),
        ("nested_texts", {"1": {"translation": "[de] a"}, "2": {"translation": "[de] b"}}),
        ("list_texts", ["[de] a", "[de] b"]),
        ("no_texts", {}),
    ],
)
def test_key_faults(model_server: ModelServer, ask, kind, texts):
    model_server.script(rule(kind))

    assert ask({"1": "a", "2": "b"}).texts == texts


@pytest.mark.parametrize(
    ("kind", "content", "finish_reason"),
    [
        ("prose", 'Sure! Here is the JSON you asked for:\n\n{"texts":{"1":"[de] a"}}\n\nLet me know if you need anything else.', "stop"),
        ("fence", '```json\n{"texts":{"1":"[de] a"}}\n```', "stop"),
        ("refusal", REFUSAL, "stop"),
        ("truncation", '{"texts":{"1', "length"),
        ("cut_json", '{"texts":{"1', "stop"),
        ("content_filter", "", "content_filter"),
        ("null_content", None, "stop"),
        ("json_list", '[{"texts":{"1":"[de] a"}}]', "stop"),
    ],
)
def test_completion_faults(model_server: ModelServer, ask, kind, content, finish_reason):
    model_server.script(rule(kind))

    [choice] = json.loads(ask({"1": "a"}).body)["choices"]

    assert (choice["message"]["content"], choice["finish_reason"]) == (content, finish_reason)


@pytest.mark.parametrize("kind", ["garbage", "cut_json", "truncation", "deep_nesting"])
def test_unparseable_kinds_hold_no_json(model_server: ModelServer, ask, kind):
    model_server.script(rule(kind))

    with pytest.raises((ValueError, RecursionError)):
        json.loads(ask({"1": "a"}).content)


def test_huge_answer_is_ten_megabytes_of_valid_json(model_server: ModelServer, ask):
    model_server.script(rule("huge"))

    assert len(ask({"1": "a"}).texts["1"]) == 10_000_000


def test_status_carries_retry_after_and_an_openai_error(model_server: ModelServer, ask):
    model_server.script(rule("status", status=429, retry_after=3))

    answer = ask({"1": "a"})

    error = {"message": "Rate limit reached", "type": "scripted", "param": None, "code": "429"}
    assert (answer.status, answer.headers["retry-after"], json.loads(answer.body)) == (429, "3", {"error": error})


def test_status_may_have_any_body(model_server: ModelServer, ask):
    model_server.script(rule("status", status=503, body="busy", content_type="text/plain"))

    answer = ask({"1": "a"})

    assert (answer.status, answer.headers["content-type"], answer.body) == (503, "text/plain", b"busy")


def test_html_with_200(model_server: ModelServer, ask):
    model_server.script(rule("not_json_http"))

    answer = ask({"1": "a"})

    assert (answer.status, answer.headers["content-type"], answer.body[:15]) == (200, "text/html", b"<!doctype html>")


def test_cut_ends_in_the_middle_of_the_body(model_server: ModelServer, ask):
    model_server.script(rule("cut", after=7))

    with pytest.raises(http.client.IncompleteRead) as refused:
        ask({"1": "a"})
    assert len(refused.value.partial) == 7


def test_cut_with_reset_is_a_tcp_reset(model_server: ModelServer, ask):
    model_server.script(rule("cut", reset=True))

    with pytest.raises(ConnectionResetError):
        ask({"1": "a"})


def test_dripped_answer_is_whole_in_the_end(model_server: ModelServer, ask):
    model_server.script(rule("drip", pause_ms=0.01))

    assert ask({"1": "a"}).texts == {"1": "[de] a"}


@pytest.mark.parametrize("waiting", [rule("delay", ms=60_000), rule("fence", delay_ms=60_000), rule("hang"), rule("drip", pause_ms=60_000)])
def test_slow_kinds_outlast_the_client(model_server: ModelServer, ask, waiting):
    model_server.script(waiting)

    with pytest.raises(TimeoutError):
        ask({"1": "a"}, timeout=0.1)


def test_first_matching_rule_wins_and_is_used_up(model_server: ModelServer, ask):
    model_server.script(
        rule("status", match={"request": "ljb_1.*", "nth": 2}, status=500),
        rule("status", match={"text": "Ünder"}, status=503, times=1),
        rule("status", match={"model": "*-large"}, status=429),
    )

    first = [ask({"1": "a"}).status for _ in range(3)]
    others = [ask({"1": "Ünder"}, request_id="ljb_2.localize.1").status for _ in range(2)]

    assert (first, others, ask({"1": "a"}, request_id="", model="test-large").status) == ([200, 500, 200], [503, 200], 429)


def test_spoil_takes_the_same_share_for_the_same_seed(model_server: ModelServer, ask):
    spoil = rule("spoil", share=0.2, kinds=["garbage", {"kind": "status", "status": 500}], seed=7)
    runs = []
    for _ in range(2):
        model_server.reset()
        model_server.script(spoil)
        for _ in range(100):
            ask({"1": "a"})
        runs.append(model_server.counts()["byAction"])

    assert runs[0] == runs[1]
    assert set(runs[0]) == {"garbage", "status"}
    assert 10 <= sum(runs[0].values()) <= 30


@pytest.mark.parametrize(
    "wrong",
    [rule("garbige"), rule("spoil", share=1, kinds=["garbige"]), rule("hang", match={"requset": "*"}), {"kind": "hang"}, {"action": {}}],
)
def test_misspelt_script_is_refused(model_server: ModelServer, wrong):
    with pytest.raises(ControlError):
        model_server.script(wrong)


def test_kinds_are_disjoint():
    assert len(CONTENT_KINDS) == len(TEXT_FAULTS) + len(KEY_FAULTS) + len(COMPLETION_FAULTS) + 1
