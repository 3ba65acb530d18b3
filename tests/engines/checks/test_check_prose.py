"""Script, language, length, refusal, chatter, echo, control characters, and nothing at all."""

import pytest

from engines.checks import CODES, UNFORGIVABLE, TextPair, check
from tests.engines.checks.pairs import found

LONG = "The settings of your account were changed by another person yesterday."


@pytest.mark.parametrize(
    ("source", "target", "locale"),
    [
        ("Save", "Speichern", "de"),
        ("Open GitHub", "Otwórz GitHub", "pl"),
        ("Upload to GitHub Enterprise Cloud", "上传到 GitHub Enterprise Cloud", "zh-Hans"),
        ("Sorry, I can't help you with that.", "Tut mir leid, ich kann Ihnen dabei nicht helfen.", "de"),
        ("Sorry, your server is too old", "Es tut uns leid, dein Server ist zu alt", "de"),
        ("Here is the translation: hello", "Hier ist die Übersetzung: hallo", "de"),
        ("Translation", "Übersetzung", "de"),
        ("Say “yes”", "„Ja“ sagen", "de"),
        ("PDF", "PDF", "de"),
        ("GitHub API", "GitHub API", "de"),
        ("Colour", "Colour", "en-GB"),
        (LONG, LONG, "en-GB"),
        (LONG, "Die Einstellungen Ihres Kontos wurden gestern von einer anderen Person geändert.", "de"),
        (LONG, "昨日、アカウントの設定が別のユーザーによって変更されました。", "ja"),
        ("Δ in µm", "Δ in µm nach rechts", "de"),
        ("a\x1b[0m", "b\x1b[0m", "de"),
    ],
)
def test_a_good_translation_has_no_finding(source: str, target: str, locale: str) -> None:
    assert found(source, target, locale=locale) == []


@pytest.mark.parametrize(
    ("source", "target", "locale", "expected"),
    [
        ("Save", " \n", "de", "empty error"),
        ("Save", "Speichern\x07", "de", "control error"),
        ("Save", "\u202eSpeichern", "de", "control error"),
        ("Save", "Speichern\ufffd", "de", "control error"),
        (LONG, LONG, "de", "echo error"),
        (LONG, f"{LONG[:-1]}!", "de", "echo warning"),
        ("Save", "Save", "de", "echo warning"),
        ("Windows update", "windows update", "de", "echo warning"),
        ("設定を変更する方法", "設定を変更する方法", "zh-Hans", "echo error"),
        (LONG, "Вчера другой человек изменил настройки вашей учётной записи.", "de", "script error"),
        (LONG, "Das Konto wurde 昨日 geändert, und zwar von einer anderen Person.", "de", "script error"),
        (LONG, "Die Einstellungen Ihres Kontos wurden gestern geändert.", "ru", "script error"),
        (LONG, "Hier les paramètres de votre compte ont été modifiés par une autre personne.", "de", "language warning"),
        (LONG, "Einstellungen", "de", "length warning"),
        ("Save the file", "Speichern Sie die Datei bitte jetzt sofort auf Ihrem Rechner ab", "de", "length warning"),
        (LONG, "I'm sorry, but I can't assist with that request.", "de", "refusal error"),
        (LONG, "As an AI language model, I do not have an account.", "de", "refusal error"),
        (LONG, "Es tut mir leid, ich kann diesen Text nicht übersetzen.", "de", "refusal error"),
        (LONG, "Lo siento, no puedo ayudar con eso.", "es", "refusal error"),
        (LONG, "Désolé, je ne peux pas vous aider.", "fr", "refusal error"),
        (LONG, "Извините, я не могу перевести этот текст.", "ru", "refusal error"),
        (LONG, "申し訳ありませんが、翻訳できません。", "ja", "refusal error"),
        (LONG, "抱歉，我无法翻译这段文字。", "zh-Hans", "refusal error"),
        (LONG, "죄송하지만 번역할 수 없습니다.", "ko", "refusal error"),
        ("Save", "Here is the translation: Speichern", "de", "chatter error"),
        ("Save", "Sure! Here's the German version:\nSpeichern", "de", "chatter error"),
        ("Save", "**Translation:** Speichern", "de", "chatter error"),
        ("Save", "Hier ist die Übersetzung: Speichern", "de", "chatter error"),
        ("Save", "Voici la traduction : Enregistrer", "fr", "chatter error"),
        ("Save", "Перевод: Сохранить", "ru", "chatter error"),
        ("Save", "翻訳：保存", "ja", "chatter error"),
        ("Save", "Speichern\n\nNote: I kept it short.", "de", "chatter error"),
        ("Save", "Speichern (Note: imperative)", "de", "chatter error"),
        ("Save", '"Speichern"', "de", "chatter error"),
        ("Save", "„Speichern“", "de", "chatter error"),
        ("Save", "```\nSpeichern\n```", "de", "chatter error"),
    ],
)
def test_what_a_model_does_wrong_is_found(source: str, target: str, locale: str, expected: str) -> None:
    assert expected in found(source, target, locale=locale)


def test_an_empty_translation_has_no_other_fault() -> None:
    assert found("Hello {name} of 10", "") == ["empty error"]


def test_checks_that_a_provider_cannot_meet_are_left_out() -> None:
    pair = TextPair("Hello {name} of 10", "Šááṽéé", "en", "ja")

    assert [finding.code for finding in check(pair, without=frozenset({"number"}))] == ["placeholder"]


def test_without_locales_only_what_needs_none_is_checked() -> None:
    assert check(TextPair(LONG, LONG, "", "")) == []


def test_codes_are_stable() -> None:
    prose = {"script", "language", "length", "refusal", "chatter", "empty", "control", "echo", "glossary"}

    assert {*CODES} == prose | {"placeholder", "tag", "markdown", "url", "number", "icu", "icu_plural"}
    assert UNFORGIVABLE.issubset({*CODES, "structure"})
