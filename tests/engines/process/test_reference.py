"""Which of the known translations that a caller sends along reach the prompt."""

import pytest

from engines.process.reference import MOST, relevant_pairs
from foundation.customer_json import JSONValue, Number


def pairs(reference: JSONValue, *texts: str, source: str = "en", target: str = "de") -> tuple[tuple[str, str], ...]:
    return relevant_pairs(reference, source, target, texts)


def test_texts_under_one_path_are_a_pair() -> None:
    reference: JSONValue = {
        "en": {"cart": {"title": "Your cart", "items": ["One cart item", "Bye"]}, "only_here": "cart"},
        "de": {"cart": {"title": "Ihr Warenkorb", "items": ["Ein Artikel", "Tschüs"]}},
    }

    assert pairs(reference, "Open the cart") == (("Your cart", "Ihr Warenkorb"), ("One cart item", "Ein Artikel"))


def test_pairs_that_share_most_words_come_first_and_no_more_than_fit() -> None:
    english: dict[str, JSONValue] = {f"k{number}": f"Save file {number:02} to some other place" for number in range(30)}
    german: dict[str, JSONValue] = {key: f"{text} auf Deutsch" for key, text in english.items()}
    reference: JSONValue = {"en": {**english, "best": "Save file"}, "de": {**german, "best": "Datei speichern"}}

    found = pairs(reference, "Save the file now")

    assert (found[0], len(found)) == (("Save file", "Datei speichern"), MOST)


def test_nearest_locale_is_taken() -> None:
    reference: JSONValue = {"en_US": {"a": "Cart"}, "de-AT": {"a": "Sackerl"}, "de": {"a": "Warenkorb"}, "fr": {"a": "Panier"}}

    assert pairs(reference, "Cart") == (("Cart", "Warenkorb"),)
    assert pairs(reference, "Cart", target="de-AT") == (("Cart", "Sackerl"),)
    assert pairs(reference, "Cart", target="es") == ()


@pytest.mark.parametrize(
    "reference",
    [
        None,
        5,
        "de",
        ["de"],
        {},
        {"de": {"a": "Warenkorb"}},
        {"en": {"a": "Cart"}},
        {"en": "Cart", "de": {"a": "Warenkorb"}},
        {"en": {"a": "Cart"}, "de": {"a": Number("5")}},
        {"en": {"a": "Cart"}, "de": {"a": "Cart"}},
        {"en": {"a": "Cart"}, "de": {"a": ""}},
        {"en": {"a": "Cart"}, "de": {"a": "x" * 501}},
        {"en": {"a": "Wholly different"}, "de": {"a": "Ganz anders"}},
        {"qq": {"a": "Cart"}, "": {"a": "Warenkorb"}},
    ],
    ids=repr,
)
def test_what_cannot_be_used_is_passed_over(reference: JSONValue) -> None:
    assert pairs(reference, "Cart") == ()


def test_text_alone_under_each_locale_is_a_pair() -> None:
    assert pairs({"en": "Cart", "de": "Warenkorb"}, "Cart") == (("Cart", "Warenkorb"),)
