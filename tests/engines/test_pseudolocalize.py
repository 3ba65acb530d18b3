"""The `pseudo` provider's translations."""

import pytest

from engines.providers.pseudo import pseudolocalize
from engines.translation.placeholders import signature


def test_letters_get_accents_and_the_locale_stands_in_front() -> None:
    assert pseudolocalize("Save file", "de") == "[de] Šááṽéé ƒííļéé"


def test_white_space_at_both_ends_stays() -> None:
    assert pseudolocalize("\n  Go\n", "pt-BR") == "\n  [pt-BR] Ĝóó\n"


@pytest.mark.parametrize(
    "text", ["Hi {name}, %d of %(all)s", "<b>Go</b> to https://x.example/", "{n, plural, one {# file} other {# files}} left", "a&nbsp;b {{x}} ${y}"]
)
def test_what_a_program_reads_is_untouched(text: str) -> None:
    assert signature(pseudolocalize(text, "de")) == signature(text)


def test_icu_syntax_is_untouched_around_the_branches() -> None:
    assert pseudolocalize("{n, plural, one {# cat} other {# cats}}", "de") == "[de] {n, plural, one {# çááţ} other {# çááţš}}"


def test_english_grows_by_about_a_third() -> None:
    text = "The quick brown fox jumps over the lazy dog, and then it takes a rest in the shade of an old tree."

    growth = (len(pseudolocalize(text, "de")) - len("[de] ")) / len(text)

    assert 1.25 < growth < 1.4
