"""What changed between two texts, word by word."""

from hypothesis import given
from hypothesis import strategies as st

from foundation.word_diff import MAX_TOKENS, Kind, Piece, word_diff

KEPT, REMOVED, ADDED = Kind.KEPT, Kind.REMOVED, Kind.ADDED


def test_changed_words_stand_between_those_that_are_kept() -> None:
    assert word_diff("Check the horn.", "Check the loud bell.") == [
        Piece(KEPT, "Check the "),
        Piece(REMOVED, "horn"),
        Piece(ADDED, "loud bell"),
        Piece(KEPT, "."),
    ]


def test_equal_and_empty_texts_have_no_changes() -> None:
    assert word_diff("Same", "Same") == [Piece(KEPT, "Same")]
    assert word_diff("", "") == []
    assert word_diff("", "New") == [Piece(ADDED, "New")]


def test_scripts_without_spaces_are_compared_by_character() -> None:
    assert word_diff("安全课程", "安全的课程") == [Piece(KEPT, "安全"), Piece(ADDED, "的"), Piece(KEPT, "课程")]


def test_long_texts_that_differ_throughout_are_shown_whole() -> None:
    before, after = "a " * MAX_TOKENS, "b " * MAX_TOKENS

    assert [piece.kind for piece in word_diff(before, after)] == [REMOVED, ADDED, KEPT]


@given(st.text(alphabet="ab \n.安", max_size=40), st.text(alphabet="ab \n.安", max_size=40))
def test_pieces_are_both_texts_again(before: str, after: str) -> None:
    pieces = word_diff(before, after)

    assert "".join(piece.text for piece in pieces if piece.kind != ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.kind != REMOVED) == after
