"""From a payload to its segments, and back."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.translation.rebuild import rebuild
from engines.translation.segments import Reason, Segment, count_segments, has_translatable_text, walk
from foundation.customer_json import Number, dump, parse

LEAVES = st.none() | st.booleans() | st.text(max_size=20) | st.integers().map(lambda value: Number(str(value)))
PAYLOADS = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=30)


def test_string_leaves_become_segments_in_reading_order_with_their_hints() -> None:
    data = parse('{"title": "Hello", "n": 1.50, "items": [{"label": "Save"}, {"label": ""}], "id": "abc", "url": "https://x.example/"}')

    found = walk(data, locked_keys=["id"], hints={"items.0.label": ["Form", "Button"], "absent": ["x"]})

    assert found.segments == [Segment(1, ("title",), "Hello"), Segment(2, ("items", 0, "label"), "Save", ("Form", "Button"))]
    assert found.set_aside == {Reason.LOCKED: 1, Reason.EMPTY: 1, Reason.UNTRANSLATABLE: 1}


@pytest.mark.parametrize(
    "text", ["12.50", "…", "{name}", "%s: %(count)d", "me@x.example", "https://x.example/?a=b", "<br/>", "{{a}} / {{b}}", "🙂", "$t(key)", "—"]
)
def test_what_has_no_words_is_not_translatable(text: str) -> None:
    assert not has_translatable_text({"a": text})


@pytest.mark.parametrize("text", ["OK", "{count, plural, one {item} other {items}}", "<b>Go</b>", "a", "你好", "%s files", "1 kg"])
def test_what_has_words_is_translatable(text: str) -> None:
    assert has_translatable_text({"a": text})


@pytest.mark.parametrize("data", [{}, [], {"a": " \n\t"}, {"a": None, "b": True, "c": Number("1")}, {"a": {"b": []}}])
def test_a_payload_without_text_has_no_segments(data: Any) -> None:
    assert not has_translatable_text(data)
    assert count_segments(data) == 0


def test_repeated_texts_are_counted_each_time() -> None:
    assert count_segments({"a": "Save", "b": ["Save", "Save"], "c": "1"}) == 3


@given(PAYLOADS)
def test_a_payload_rebuilt_with_its_own_texts_is_the_same(data: Any) -> None:
    rebuilt = rebuild(data, {segment.path: segment.text for segment in walk(data).segments})

    assert dump(rebuilt) == dump(data)


@given(PAYLOADS)
def test_rebuilding_changes_the_segments_and_nothing_else(data: Any) -> None:
    segments = walk(data).segments

    rebuilt = rebuild(data, {segment.path: f"<{segment.text}" for segment in segments})

    assert [segment.text for segment in walk(rebuilt).segments] == [f"<{segment.text}" for segment in segments]
    assert dump(rebuild(rebuilt, {segment.path: segment.text for segment in segments})) == dump(data)


def test_ten_thousand_segments_take_less_than_half_a_second() -> None:
    data = {f"section-{n}": [{"title": f"Title {n}.{m}", "body": f"Hello {{name}}, see <b>{n}</b>."} for m in range(50)] for n in range(100)}

    start = time.process_time()
    segments = walk(data, locked_keys=["id", "**.slug", "meta.*"]).segments
    rebuild(data, {segment.path: segment.text for segment in segments})

    assert len(segments) == 10_000
    assert time.process_time() - start < 0.5
