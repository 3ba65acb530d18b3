"""Messages with plurals and selects."""

import pytest

from engines.checks.icu_plural import read_categories
from tests.engines.checks.pairs import found

SOURCE = "{n, plural, =0 {nothing} one {# file in {dir}} other {# files in {dir}}}"
SELECT = "{g, select, male {He left} female {She left} other {They left}}"


@pytest.mark.parametrize(
    ("source", "target", "locale"),
    [
        (SOURCE, "{n, plural, =0 {nichts} one {# Datei in {dir}} other {# Dateien in {dir}}}", "de"),
        (SOURCE, "{n, plural, =0 {nichts} one {eine Datei in {dir}} other {{n} Dateien in {dir}}}", "de"),
        (SOURCE, "{n, plural, =0 {何もない} other {{dir}に#件}}", "ja"),
        (SOURCE, "{n, plural, =0 {ничего} one {# файл в {dir}} few {# файла в {dir}} many {# файлов в {dir}} other {# файла в {dir}}}", "ru"),
        (SELECT, "{g, select, male {Er ging} female {Sie ging} other {Sie gingen}}", "de"),
        ("It's {name}'s {n, plural, one {day} other {days}}", "C’est {n, plural, one {le jour} many {les jours} other {les jours}} de {name}", "fr"),
    ],
)
def test_a_good_message_has_no_finding(source: str, target: str, locale: str) -> None:
    assert found(source, target, locale=locale) == []


@pytest.mark.parametrize(
    ("source", "target", "locale", "expected"),
    [
        (SOURCE, "{n, plural, =0 {nichts} one {# Datei in {dir}} other {# Dateien in {dir}}", "de", "icu error"),
        (SOURCE, "{n, plural, =0 {nichts} one {# Datei in {dir}}}", "de", "icu error"),
        (SOURCE, "{n, plural, one {# Datei in {dir}} other {# Dateien in {dir}}}", "de", "icu error"),
        (SOURCE, "{n, plural, =0 {nichts} one {# Datei} other {# Dateien in {dir}}}", "de", "icu error"),
        (SOURCE, "{n, plural, =0 {nichts} one {# Datei in {dir}} other {Dateien in {dir}}}", "de", "icu error"),
        (SOURCE, "{n, plural, =0 {rien} one {# fichier d'{dir}} many {# fichiers d'{dir}} other {# fichiers d'{dir}}}", "fr", "icu error"),
        (SOURCE, "{n, select, =0 {nichts} one {# Datei in {dir}} other {# Dateien in {dir}}}", "de", "icu error"),
        (SOURCE, "Dateien in {dir}", "de", "icu error"),
        (SELECT, "{g, select, male {Er ging} other {Sie gingen}}", "de", "icu error"),
        (SELECT, "{g, select, mann {Er ging} frau {Sie ging} other {Sie gingen}}", "de", "icu error"),
        ("{n, plural, offset:1 one {a} other {b #}}", "{n, plural, one {a} other {b #}}", "de", "icu error"),
        (SOURCE, "{n, plural, =0 {ничего} one {# файл в {dir}} other {# файла в {dir}}}", "ru", "icu_plural error"),
        (SOURCE, "{n, plural, =0 {nic} one {# soubor v {dir}} few {# soubory v {dir}} other {# souborů v {dir}}}", "cs", "icu_plural error"),
        (SOURCE, "{n, plural, =0 {rien} one {# fichier de {dir}} other {# fichiers de {dir}}}", "fr", "icu_plural warning"),
        ("{n, selectordinal, one {#st} two {#nd} few {#rd} other {#th}}", "{n, selectordinal, other {#}}", "sv", "icu_plural error"),
    ],
)
def test_a_spoiled_message_is_found(source: str, target: str, locale: str, expected: str) -> None:
    assert expected in found(source, target, locale=locale)


@pytest.mark.parametrize(
    ("locale", "kind", "common", "rare"),
    [
        ("en-GB", "plural", {"one", "other"}, set()),
        ("ja", "plural", {"other"}, set()),
        ("ar", "plural", {"zero", "one", "two", "few", "many", "other"}, set()),
        ("pt-BR", "plural", {"one", "other"}, {"many"}),
        ("sr-Latn", "plural", {"one", "few", "other"}, set()),
        ("en", "selectordinal", {"one", "two", "few", "other"}, set()),
        ("tlh", "plural", {"other"}, set()),
        ("", "plural", {"other"}, set()),
    ],
)
def test_categories_are_those_of_cldr(locale: str, kind: str, common: set[str], rare: set[str]) -> None:
    categories = read_categories(locale, kind)

    assert (categories.common, categories.rare) == (common, rare)
