"""Which stored locales apply to a requested one, and in which order (contract §7)."""

import pytest

from engines.locales import applies, rank, shares_script


@pytest.mark.parametrize(
    ("stored", "requested"),
    [
        ("*", "de"),
        ("de", "de"),
        ("de-DE", "de"),
        ("de-AT", "de"),
        ("de", "de-AT"),
        ("zh-Hant", "zh-TW"),
        ("zh-TW", "zh-Hant"),
        ("zh-CN", "zh-Hans-CN"),
        ("sr", "sr-Latn"),
        ("ca", "ca-valencia"),
        ("es-419", "es"),
    ],
)
def test_a_locale_applies_to_itself_its_ancestors_and_its_descendants(stored: str, requested: str) -> None:
    assert applies(stored, requested)


@pytest.mark.parametrize(
    ("stored", "requested"),
    [
        ("de-DE", "de-AT"),
        ("en", "de"),
        ("zh-Hans", "zh-TW"),
        ("zh-CN", "zh-TW"),
        ("sr-Latn", "sr-Cyrl"),
        ("sr-Latn", "sr-RS"),
        ("ca-valencia", "ca-ES"),
        ("es-419", "es-MX"),
    ],
)
def test_siblings_and_strangers_do_not_apply(stored: str, requested: str) -> None:
    assert not applies(stored, requested)


@pytest.mark.parametrize(
    ("requested", "in_order"),
    [
        ("de", ["de", "de-DE", "de-AT", "*"]),
        ("de-DE", ["de-DE", "de", "*"]),
        ("de-AT", ["de-AT", "de", "*"]),
        ("zh-Hant-HK", ["zh-Hant-HK", "zh-Hant", "zh", "*"]),
        ("pt", ["pt", "pt-BR", "pt-PT", "*"]),
        ("sr-Latn-RS", ["sr-Latn-RS", "sr-Latn", "sr", "*"]),
    ],
)
def test_exact_and_default_region_come_before_the_most_specific_and_the_wildcard_last(requested: str, in_order: list[str]) -> None:
    assert sorted(reversed(in_order), key=lambda stored: rank(stored, requested)) == in_order


def test_scripts_are_the_likely_ones_where_a_tag_leaves_them_out() -> None:
    assert shares_script("zh", "zh-CN")
    assert shares_script("*", "sr-Latn")
    assert not shares_script("zh", "zh-TW")
    assert not shares_script("sr", "sr-Latn")
