"""A text cut for reading: chips, underlined terms, odd spaces; put together again it is the text."""

import pytest

from engines.checks.finding import TextPair
from engines.checks.glossary import find_hits
from engines.layers import Term
from reviews.pages.text_pieces import TextPiece, cut_text


def terms(**pairs: str | None) -> tuple[Term, ...]:
    return tuple(Term("*", "*", source.replace("_", " "), target) for source, target in pairs.items())


def shown(pieces: list[TextPiece]) -> list[tuple[str, str]]:
    return [(str(piece.look), piece.text) for piece in pieces if piece.look != "text"]


@pytest.mark.parametrize(
    "text", ["Plain", "Hi {name}, <b>see</b> https://example.com/a %d", " a\u00a0b  c\t\n d ", "{n, plural, one {# a} other {# b}}", ""]
)
def test_pieces_are_the_text(text: str) -> None:
    assert "".join(piece.text for piece in cut_text(text)) == text


def test_placeholders_tags_and_odd_spaces_are_told_apart() -> None:
    assert shown(cut_text("Hi {name}, <b>a\u00a0b</b>  c")) == [
        ("token", "{name}"),
        ("tag", "<b>"),
        ("space", "\u00a0"),
        ("tag", "</b>"),
        ("space", " "),
    ]


def test_space_beside_a_placeholder_is_nothing_odd() -> None:
    assert shown(cut_text("Hi {name} there")) == [("token", "{name}")]


def test_terms_are_underlined_where_they_stand_inflected_or_not() -> None:
    text = "The managers ask the account manager about GitHub {manager}"
    pair = TextPair(text, "Der Kundenbetreuer", "en", "de", terms(manager="Leiter", account_manager="Kundenbetreuer", GitHub=None))
    hits = find_hits(pair)

    pieces = [(piece.text, piece.insert, piece.is_missing) for piece in cut_text(text, hits) if piece.look == "term"]

    assert pieces == [("managers", "Leiter", True), ("account manager", "Kundenbetreuer", False), ("GitHub", "GitHub", True)]


def test_terms_of_languages_without_spaces_are_found_too() -> None:
    text = "请打开仪表板，然后关闭仪表板。"
    hits = find_hits(TextPair(text, "Open the dashboard.", "zh", "en", terms(仪表板="dashboard")))

    assert [text[first:last] for hit in hits for first, last in hit.spans] == ["仪表板", "仪表板"]
    assert hits[0].is_used
