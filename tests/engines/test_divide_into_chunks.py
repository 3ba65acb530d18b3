"""How the texts of a payload are divided into calls."""

from engines.translation.chunks import MAX_TEXTS, MAX_TOKENS, Unit, estimate_tokens, gather_units, split_into_chunks
from engines.translation.segments import Segment


def units(*texts: str) -> list[Unit]:
    return [Unit(text, (), ((index,),)) for index, text in enumerate(texts)]


def test_a_text_is_translated_once_for_each_of_its_hints() -> None:
    segments = [
        Segment(1, ("a",), "Open"),
        Segment(2, ("b",), "Open", ("Status",)),
        Segment(3, ("c",), "Open"),
        Segment(4, ("d",), "Open", ("Status",)),
    ]

    assert gather_units(segments) == [Unit("Open", (), (("a",), ("c",))), Unit("Open", ("Status",), (("b",), ("d",)))]


def test_neighbours_stay_together_and_numbers_begin_at_one() -> None:
    chunks = split_into_chunks(units(*(f"text {number}" for number in range(MAX_TEXTS + 1))))

    assert [list(chunk.units) for chunk in chunks] == [[str(number) for number in range(1, MAX_TEXTS + 1)], ["1"]]
    assert [unit.text for chunk in chunks for unit in chunk.units.values()] == [f"text {number}" for number in range(MAX_TEXTS + 1)]


def test_a_chunk_holds_no_more_tokens_than_the_limit() -> None:
    half = "ab" * MAX_TOKENS  # at four bytes a token

    assert [len(chunk.units) for chunk in split_into_chunks(units(half, half, half))] == [2, 1]


def test_a_text_beyond_the_limit_is_a_chunk_of_its_own() -> None:
    assert [len(chunk.units) for chunk in split_into_chunks(units("a", "b" * MAX_TOKENS * 5, "c"))] == [1, 1, 1]


def test_hints_count_into_the_size() -> None:
    hinted = Unit("a", ("h" * 4 * MAX_TOKENS,), (("a",),))

    assert [len(chunk.units) for chunk in split_into_chunks([hinted, hinted])] == [1, 1]


def test_tokens_are_estimated_from_bytes() -> None:
    assert [estimate_tokens(text) for text in ("", "a", "abcd", "abcde", "日本")] == [0, 1, 1, 2, 2]
