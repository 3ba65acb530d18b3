"""`POST /process/recognize` and its older twin: as specific as the text supports (contract §6)."""

from typing import Any

import pytest

from organizations.models import Organization, User
from tests.api import Api, invalid, refusal
from tests.factories import make_key

pytestmark = pytest.mark.django_db

PATH = "/process/recognize"
UNKNOWN = {"locale": "und", "language": "und", "region": None, "script": None, "label": "Unknown", "direction": "ltr"}


def recognized(locale: str, label: str, *, script: str | None = None, direction: str = "ltr") -> tuple[int, dict[str, Any]]:
    language = locale.partition("-")[0]
    return 200, {"locale": locale, "language": language, "region": None, "script": script, "label": label, "direction": direction}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bonjour le monde", recognized("fr", "French")),
        ("Good morning, how are you?", recognized("en", "English")),
        ("こんにちは世界", recognized("ja", "Japanese")),
        ("שלום עולם, מה שלומך", recognized("he", "Hebrew", direction="rtl")),
        ("مرحبا بالعالم", recognized("ar", "Arabic", direction="rtl")),
        ("Kumusta ka na? Magandang umaga po", recognized("fil", "Filipino")),
        ("你好，世界。今天天气很好", recognized("zh-Hans", "Chinese (Simplified)", script="Hans")),
        ("繁體中文的測試，歡迎來到臺灣", recognized("zh-Hant", "Chinese (Traditional)", script="Hant")),
        ("中文", recognized("zh", "Chinese")),
        ("Здраво, како си данас?", recognized("sr", "Serbian")),
        ("Ўзбекистон Марказий Осиёдаги давлат", recognized("uz-Cyrl", "Uzbek (Cyrillic)", script="Cyrl")),
        ("<p>Hallo Welt, <b>wie geht es</b> dir?</p>", recognized("de", "German")),
        ("Guten Morgen,\x07 wie geht es\ufffe dir?", recognized("de", "German")),
    ],
    ids=lambda value: None if isinstance(value, tuple) else value[:12],
)
def test_language_is_recognized(api: Api, text: str, expected: tuple[int, dict[str, Any]]) -> None:
    assert api.post(PATH, {"text": text}).shown == expected


@pytest.mark.parametrize("text", ["", "   ", "OK", "12345", "😀", "{name}", "nuqneH", "\x01"], ids=repr)
def test_text_that_says_nothing_is_unknown(api: Api, text: str) -> None:
    assert api.post(PATH, {"text": text}).shown == (200, UNKNOWN)


def test_label_is_in_the_language_asked_for(api: Api) -> None:
    labels = [api.post(PATH, {"text": "Bonjour le monde", "labelLocale": locale}).body["label"] for locale in ("de", "ja", "PT_br", "tlh", None)]

    assert labels == ["Französisch", "フランス語", "francês", "French", "French"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, ("text", "This field is required.")),
        ({"text": None}, ("text", "Must not be null.")),
        ({"text": 5}, ("text", "Must be a string.")),
        ({"text": ["Hello"]}, ("text", "Must be a string.")),
        ({"text": "x" * 50_001}, ("text", "Must have at most 50000 characters.")),
        ({"text": "Hello", "labelLocale": 5}, ("labelLocale", "Must be a string.")),
        ({"text": "Hello", "labelLocale": "qx"}, ("labelLocale", "Unknown language subtag 'qx'.")),
    ],
)
def test_bad_body_is_refused(api: Api, body: Any, problem: tuple[str, str]) -> None:
    assert api.post(PATH, body).shown == invalid(problem)


def test_older_clients_get_the_locale_alone(organization: Organization, owner: User) -> None:
    bearer = {"Authorization": f"Bearer {make_key(organization, user=owner)[1]}"}

    assert Api(None).post("/recognize", {"text": "Bonjour le monde"}, headers=bearer).shown == (200, {"locale": "fr"})
    assert Api(None).post("/recognize", {"text": "OK"}, headers=bearer).shown == (200, {"locale": "und"})
    assert Api(None).post("/recognize", {}, headers=bearer).shown == invalid(("text", "This field is required."))


def test_call_without_a_key_is_refused() -> None:
    for path in (PATH, "/recognize"):
        assert Api(None).post(path, {"text": "Hello"}).shown == refusal(401, "UnauthorizedError", "invalid_api_key", "Invalid API key")
