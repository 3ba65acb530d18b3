"""ICU messages in fields: cut, put together again to the letter, completed, and read for a number."""

import pytest

from engines.checks.icu import find_faults as find_icu_faults
from engines.checks.reading import Comparison, TextPair
from reviews.plurals import MOST_FIELDS, MessageFields, join_message, render_message, split_message

FILES = "You have {count, plural, one {# file} other {# files}} now"
NESTED = "{g, select, male {He has {n, plural, =0 {none} one {# cat} other {# cats}}.} other {They}}"


def joined(message: MessageFields, **values: str) -> str:
    """With other texts, by label with `_` for what is no letter."""
    names = {field.label: "".join(character if character.isalnum() else "_" for character in field.label) for field in message.fields}
    return join_message(
        ((field.before, field.opening, values.get(names[field.label], field.value), field.closing) for field in message.fields), message.tail
    )


@pytest.mark.parametrize("locale", ["de", "ar", "ja", "pl", "x-own"])
@pytest.mark.parametrize(
    "text", [FILES, NESTED, "{n, plural, offset:1 =0{none} other{}}", "a {n,selectordinal, one{#st} other{it''s '{'#th}} b {m, plural, other {x}}"]
)
def test_fields_that_nobody_changed_are_the_text_again(text: str, locale: str) -> None:
    message = split_message(text, locale)

    assert message is not None
    assert joined(message) == text


@pytest.mark.parametrize("text", ["Hello {name}", "{n, plural, one {a}", "", "{n, plural, " + "other {x} " * (MOST_FIELDS + 1) + "}"])
def test_text_without_sound_branches_or_with_too_many_has_no_fields(text: str) -> None:
    assert split_message(text, "de") is None


def test_each_category_that_the_locale_needs_has_a_field_and_comes_in_when_it_is_filled() -> None:
    message = split_message(FILES, "pl")
    assert message is not None

    assert [(field.label, field.sample) for field in message.fields if field.opening] == [("count: few", "2"), ("count: many", "0")]
    text = joined(message, count__few="# pliki", count__many="# plików")
    assert text == "You have {count, plural, one {# file} other {# files} few {# pliki} many {# plików}} now"
    assert list(find_icu_faults(Comparison(TextPair(FILES, text, "en", "pl")))) == []


@pytest.mark.parametrize(
    ("text", "number", "locale", "expected"),
    [
        (FILES, "1", "de", "You have 1 file now"),
        (FILES, "1234.5", "de", "You have 1.234,5 files now"),
        ("{n, plural, =3 {three} few {few #} other {other #}}", "3", "ar", "three"),
        ("{n, plural, few {few #} other {other #}}", "4", "ar", "few 4"),
        ("{n, plural, offset:1 one {you and # more} other {#}}", "2", "en", "you and 1 more"),
        ("{n, selectordinal, two {#nd} other {#th}} {name}", "22", "en", "22nd {name}"),
        (NESTED, "1", "en", "They"),
        (FILES, "many", "de", None),
        (FILES, "1e400", "de", None),
        ("{n, plural, one {x}", "1", "de", None),
    ],
)
def test_message_reads_for_a_number(text: str, number: str, locale: str, expected: str | None) -> None:
    assert render_message(text, number, locale) == expected
