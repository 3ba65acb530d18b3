"""Placeholders, tags, Markdown, addresses and numbers."""

import time

import pytest

from engines.checks import Finding, Severity, TextPair, check
from tests.engines.checks.pairs import found


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Hello {name}", "{name}, hallo"),
        ("%(n)d of %s, {{ x }}", "{{x}}: %s von %(n)d"),
        ("<b>Bold</b> and <i>italic</i>", "<i>kursiv</i> und <b>fett</b>"),
        ('<a href="/x" title="Open">Go</a>', "<a title='Öffnen' href='/x'>Los</a>"),
        ("Line<br>break <0/>", "Zeilen<br />umbruch <0/>"),
        ("See <link>here</link>", "Siehe <link>hier</link>"),
        ("Show <empty string>", "Zeige <leere Zeichenkette>"),
        ("# Title\n\n- one\n- two", "# Titel\n\n- eins\n- zwei"),
        ("Run `make` or [read](https://x.example/a)", "[Lies](https://x.example/a) oder starte `make`"),
        ("Go (https://x.example/a_(b)).", "Gehe zu https://x.example/a_(b)!"),
        ("[Docs](https://x.example)", "[Ohje](https://x.example)ssa"),
        ("1,000.5 files in 2024", "1.000,5 Dateien in 2024"),
        ("12,345 files", "12\u202f345 Dateien"),
        ("on 12/31/2020", "am 31.12.2020"),
        ("42 files", "٤٢ Dateien"),
        ("1 unread message", "Eine ungelesene Nachricht"),
        ("a minute ago", "vor 1 Minute"),
        ("It's 5 o'clock", "Es ist 5 Uhr"),
    ],
)
def test_a_good_translation_has_no_finding(source: str, target: str) -> None:
    assert found(source, target) == []


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("Hello {name}", "Hallo", "placeholder error"),
        ("Hello {name}", "Hallo {name} {name}", "placeholder error"),
        ("Hello {name}", "Hallo {Name}", "placeholder error"),
        ("Hello", "Hallo %s", "placeholder error"),
        ("%1$s of %2$s", "%1$s von %1$s", "placeholder error"),
        ("<b>Bold</b> x", "<b>Fett x", "tag error"),
        ("<b>Bold</b> x", "<strong>Fett</strong> x", "tag error"),
        ("<b>Bold</b> x", "</b>Fett<b> x", "tag error"),
        ("<b><i>a</i></b>", "<i><b>a</b></i>", "tag error"),
        ("<b>a</b> <i>b</i>", "<b>a <i>b</b></i>", "tag error"),
        ('<a href="/x">Go</a>', '<a href="/y">Los</a>', "tag error"),
        ("Bold", "<b>Fett</b>", "tag error"),
        ("<a>Reply</a> to <pill>", "<a>Antwort</a> auf <Pille>", "tag error"),
        ("Enter <password> here", "Hier <kennwort> eingeben", "tag warning"),
        ("# Title", "## Titel", "markdown error"),
        ("# Title", "#Titel", "markdown error"),
        ("- one\n- two", "- eins zwei", "markdown error"),
        ("1. one\n2. two", "- eins\n- zwei", "markdown error"),
        ("Run `make`", "Starte `mache`", "markdown error"),
        ("Run `make`", "Starte make", "markdown error"),
        ("Go to [docs](/a)", "Gehe zur [Doku] (/a)", "markdown error"),
        ("Go to [docs](/a)", "Gehe zur [Doku](/b)", "markdown error"),
        ("Go to https://x.example/abc", "Gehe zu https://x.example/ab", "url error"),
        ("Go to https://x.example/a_(b)", "Gehe zu https://x.example/a_(b", "url error"),
        ("Write to me@x.example", "Schreib an ich@x.example", "url error"),
        ("10 files", "12 Dateien", "number warning"),
        ("10 files", "Dateien", "number warning"),
        ("1 file", "2 Dateien", "number warning"),
        ("4,197.3 km", "3.197,4 km", "number warning"),
        ("Files", "10 Dateien", "number warning"),
    ],
)
def test_one_thing_spoiled_is_found(source: str, target: str, expected: str) -> None:
    assert expected in found(source, target)


def test_messages_quote_the_source_and_nothing_of_the_translation() -> None:
    findings = check(TextPair("Hi {name}, see https://x.example", "Hallo {geheim}, https://geheim.example", "en", "de"))

    assert findings == [
        Finding("placeholder", Severity.ERROR, "The translation lacks these placeholders, which must be copied exactly: {name}."),
        Finding("placeholder", Severity.ERROR, "The translation contains a placeholder that the text has not."),
        Finding("url", Severity.ERROR, "The translation lacks these addresses, which must be copied exactly: https://x.example."),
    ]


def test_many_missing_placeholders_are_counted_not_listed() -> None:
    source = " ".join(f"{{p{number}}}" for number in range(12))

    messages = [finding.message for finding in check(TextPair(source, "x", "en", "de")) if finding.code == "placeholder"]

    assert messages[0].endswith("{p8}, {p9} and 2 more.")


@pytest.mark.parametrize(
    "text",
    ["<" * 50_000, "<a " + "=" * 50_000, "[" * 50_000, "[a](" * 20_000, "{n, plural, one {a} other {b}}" * 1000, " \n" * 20_000, "<!--" * 20_000],
    ids=range(7),
)
def test_long_hostile_texts_are_checked_in_seconds(text: str) -> None:
    began = time.process_time()

    check(TextPair(text, f"{text} y", "en", "de"))

    assert time.process_time() - began < 5
