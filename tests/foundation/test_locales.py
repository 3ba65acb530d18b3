"""Canonical spellings, and sentences that name what is unknown."""

import timeit

import pytest

from foundation.locales import UnknownLocale, base_language, canonical_locale, direction


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("EN", "en"),
        ("en_US", "en-US"),
        ("zh-cn", "zh-CN"),
        ("sr_Latn-RS", "sr-Latn-RS"),
        ("SR-LATN-rs", "sr-Latn-RS"),
        ("iw", "he"),
        ("in", "id"),
        ("sh", "sr-Latn"),
        ("en-UK", "en-GB"),
        ("es-419", "es-419"),
        ("en-Latn-US", "en-Latn-US"),
        ("zh-Hans-CN", "zh-Hans-CN"),
        ("zh-min-nan", "nan"),
        ("i-klingon", "tlh"),
        ("de-DE-1901", "de-DE-1901"),
        ("en-u-ca-buddhist", "en-u-ca-buddhist"),
        ("de-x-Formal", "de-x-formal"),
        ("und", "und"),
    ],
)
def test_a_locale_has_one_spelling(given: str, canonical: str) -> None:
    assert canonical_locale(given) == canonical
    assert canonical_locale(canonical) == canonical


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "The locale is empty.", id="empty"),
        pytest.param("e", "Unknown language subtag 'e'.", id="one letter"),
        pytest.param("english", "Unknown language subtag 'english'.", id="a name"),
        pytest.param("jp", "Unknown language subtag 'jp'.", id="unassigned"),
        pytest.param("jp-JP", "Unknown language subtag 'jp' in 'jp-JP'.", id="unassigned with a region"),
        pytest.param("abcd-US", "Unknown language subtag 'abcd' in 'abcd-US'.", id="four letters"),
        pytest.param("😀", "Unknown language subtag '😀'.", id="emoji"),
        pytest.param("de-😀", "'de-😀' is not a well-formed BCP-47 locale.", id="emoji as region"),
        pytest.param("x" * 300, "A locale has at most 35 characters, not 300.", id="300 characters"),
        pytest.param(
            "sh-RS-x-aaaaaaaa-bbbbbbbb-cccccccc", "'sh-RS-x-aaaaaaaa-bbbbbbbb-cccccccc' is not a valid BCP-47 locale.", id="too long once canonical"
        ),
        pytest.param("en-Xxxx", "Unknown script subtag 'Xxxx' in 'en-Xxxx'.", id="script"),
        pytest.param("en-BX", "Unknown region subtag 'BX' in 'en-BX'.", id="region"),
        pytest.param("en-GB-oxenfree", "Unknown variant subtag 'oxenfree' in 'en-GB-oxenfree'.", id="variant"),
        pytest.param("de-1901-1901", "'de-1901-1901' is not a valid BCP-47 locale.", id="variant twice"),
        pytest.param("en--US", "'en--US' is not a well-formed BCP-47 locale.", id="empty subtag"),
        pytest.param("en-US\n", "'en-US\n' is not a well-formed BCP-47 locale.", id="line feed"),
        pytest.param(" en", "Unknown language subtag ' en'.", id="space"),
        pytest.param("*", "Unknown language subtag '*'.", id="wildcard"),
    ],
)
def test_an_unknown_locale_is_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(UnknownLocale) as caught:
        canonical_locale(text)

    assert (caught.value.text, caught.value.reason) == (text, reason)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("ar", "rtl"),
        ("he-IL", "rtl"),
        ("fa", "rtl"),
        ("ur", "rtl"),
        ("az-Arab", "rtl"),
        ("dv", "rtl"),
        ("ar-Latn", "ltr"),
        ("en", "ltr"),
        ("und", "ltr"),
    ],
)
def test_direction_follows_the_script(locale: str, expected: str) -> None:
    assert direction(locale) == expected


@pytest.mark.parametrize(("locale", "language"), [("pt-BR", "pt"), ("pt", "pt"), ("sr-Latn-RS", "sr"), ("x-private", "und"), ("und", "und")])
def test_base_language_is_the_language_subtag(locale: str, language: str) -> None:
    assert base_language(locale) == language


def test_a_locale_seen_before_costs_microseconds() -> None:
    canonical_locale("sr_Latn-RS")

    assert min(timeit.repeat(lambda: canonical_locale("sr_Latn-RS"), number=1000, repeat=5)) / 1000 < 5e-6
