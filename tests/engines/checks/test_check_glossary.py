"""Terms of the glossary, in all the forms that languages give them. `inflections.json` was labelled before the check was written."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from engines.checks import Finding, Severity, check
from engines.layers import Term
from tests.engines.checks.pairs import found, make_pair

ROWS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "inflections.json").read_text(encoding="utf-8"))


def says(source: str, target: str | None, *, locale: str = "de") -> tuple[Term, ...]:
    return (Term("en", locale, source, target),)


def flagged(row: dict[str, Any]) -> bool:
    terms = says(row["source"], row["target"], locale=row["locale"])
    return "glossary error" in found(f"See the {row['source']} now.", row["sentence"], locale=row["locale"], terms=terms)


def test_inflected_forms_raise_no_false_alarm() -> None:
    forms = [row for row in ROWS if row["honoured"]]

    alarms = [row["sentence"] for row in forms if flagged(row)]

    assert len(forms) >= 500
    assert len(Counter(row["locale"] for row in forms)) >= 6
    assert len(alarms) <= len(forms) * 0.02, alarms


def test_missing_terms_are_found() -> None:
    missing = [row for row in ROWS if not row["honoured"]]

    passed = [row["sentence"] for row in missing if not flagged(row)]

    assert len(passed) <= len(missing) * 0.02, passed


@pytest.mark.parametrize(
    ("source", "target", "locale", "term"),
    [
        ("Two invoices", "Zwei Rechnungen", "de", ("invoice", "Rechnung")),
        ("Your Accounts", "Ihre KONTEN", "de", ("account", "Konto")),
        ("Start now", "Jetzt beginnen", "de", ("art", "Kunst")),
        ("Do it", "Mach es", "de", ("IT", "EDV")),
        ("Customer invoice", "Kundenrechnung", "de", ("invoice", "Rechnung")),
        ("On GitHub", "GitHubissa", "fi", ("GitHub", None)),
        ("On GitHub", "GitHub'da", "tr", ("GitHub", None)),
        ("On GitHub", "GitHubで", "ja", ("GitHub", None)),
        ("On GitHub", "ב-GitHub", "he", ("GitHub", None)),
        ("C++ code", "C++-Code", "de", ("C++", None)),
    ],
)
def test_an_honoured_or_absent_term_is_no_finding(source: str, target: str, locale: str, term: tuple[str, str | None]) -> None:
    assert "glossary error" not in found(source, target, locale=locale, terms=says(*term, locale=locale))


@pytest.mark.parametrize(
    ("source", "target", "locale", "term"),
    [
        ("Two invoices", "Zwei Belege", "de", ("invoice", "Rechnung")),
        ("IT department", "Die Abteilung", "de", ("IT", "EDV")),
        ("On GitHub", "Auf Github", "de", ("GitHub", None)),
        ("On GitHub", "En GitHubes", "es", ("GitHub", None)),
        ("On GitHub", "На Гитхабе", "ru", ("GitHub", None)),
        ("Your account", "您的资料", "zh-Hans", ("account", "账户")),
        ("アカウントを削除", "Profil löschen", "de", ("アカウント", "Konto")),
    ],
)
def test_a_missing_term_is_found(source: str, target: str, locale: str, term: tuple[str, str | None]) -> None:
    source_locale = "en" if source.isascii() else "ja"

    assert "glossary error" in found(source, target, locale=locale, source_locale=source_locale, terms=says(*term, locale=locale))


def test_a_term_inside_a_longer_one_asks_for_nothing() -> None:
    terms = (*says("account", "Konto"), *says("account manager", "Kundenbetreuer"))

    assert found("Ask your account manager", "Fragen Sie Ihren Kundenbetreuer", terms=terms) == []
    assert found("Account of the account manager", "Profil des Kundenbetreuers", terms=terms) == ["glossary error"]


def test_a_finding_names_term_and_translation() -> None:
    findings = check(make_pair("Pay the invoice", "Zahlen Sie den Beleg", terms=says("invoice", "Rechnung")))

    assert findings == [Finding("glossary", Severity.ERROR, "The glossary says that “invoice” becomes “Rechnung”; the translation lacks it.")]
