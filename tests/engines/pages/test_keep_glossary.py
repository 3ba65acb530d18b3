"""The glossary's tab: terms are added, changed, deleted, brought back, and found."""

import json

import pytest
from django.test import Client

from engines.models import Engine, GlossaryItem
from engines.pages import layer_pages
from organizations.models import AuditEvent, Organization
from tests.engines.pages.knowledge import address_of, edit_form, make_term, term_form, version_of
from tests.factories import make_engine
from tests.localization.pages.people import HOSTILE, page_of


@pytest.fixture
def address(engine: Engine) -> str:
    return address_of(engine, "glossary")


def shown(client: Client, address: str, **query: str) -> list[str]:
    """The terms on the page; ids of one millisecond have no order."""
    return sorted(row.item.source_text for row in client.get(address, query).context["rows"])


def tag_of(client: Client, address: str) -> str:
    return str(client.get(address).context["rows"][0].tag)


def test_empty_glossary_says_what_a_term_is_for(as_owner: Client, address: str) -> None:
    page = page_of(as_owner, address)

    assert "No terms yet" in page
    assert f'href="{address}/new"' in page
    assert 'role="search"' not in page


def test_added_term_holds_from_now_on(as_owner: Client, address: str, engine: Engine) -> None:
    answer = as_owner.post(f"{address}/new", term_form(source_locale="EN", target_locale="pt_br", hint=" In a shop.\r\nNot a wagon. "))

    item = GlossaryItem.objects.get()
    assert answer.headers["Location"] == address
    assert (item.source_text, item.target_text, item.source_locale, item.target_locale) == ("Cart", "Warenkorb", "en", "pt-BR")
    assert item.hint == "In a shop.\nNot a wagon."
    assert version_of(engine) == 2
    audit = AuditEvent.objects.latest("sequence")
    assert (audit.action, audit.actor_label, json.loads(audit.detail)["after"]["sourceText"]) == ("glossary_item.added", "Olive Owner", "Cart")


def test_empty_locale_is_any(as_owner: Client, address: str) -> None:
    as_owner.post(f"{address}/new", term_form(source_locale="", target_locale="", type="non_translatable", target_text=""))

    item = GlossaryItem.objects.get()
    assert (item.source_locale, item.target_locale, item.type) == ("*", "*", "non_translatable")


def test_next_term_begins_with_the_locales_of_the_last(as_owner: Client, address: str) -> None:
    answer = as_owner.post(f"{address}/new", term_form(act="another"))

    form = as_owner.get(answer.headers["Location"]).context["item_form"]
    assert (form["source_locale"].value(), form["target_locale"].value(), form["source_text"].value()) == ("en", "de", None)


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"source_text": " "}, {"source_text": ["Must not be empty."]}),
        ({"target_locale": "english"}, {"target_locale": ["Unknown language subtag 'english'."]}),
        ({"target_text": ""}, {"target_text": ["A custom_translation needs one."]}),
        ({"type": "non_translatable"}, {"target_text": ["A non_translatable term has none."]}),
        (
            {"source_text": "x" * 501, "hint": "\x07"},
            {"source_text": ["Must have at most 500 characters."], "hint": ["Must not have control characters."]},
        ),
    ],
)
def test_what_the_api_refuses_is_said_at_its_field(
    as_owner: Client, address: str, engine: Engine, fields: dict[str, str], errors: dict[str, list[str]]
) -> None:
    answer = as_owner.post(f"{address}/new", term_form(**fields))

    assert answer.status_code == 400
    assert {name: list(messages) for name, messages in answer.context["item_form"].errors.items()} == errors
    assert (GlossaryItem.objects.count(), version_of(engine)) == (0, 1)


def test_term_is_changed(as_owner: Client, address: str, engine: Engine) -> None:
    item = make_term(engine)

    as_owner.post(f"{address}/{item.pk}", edit_form(as_owner, f"{address}/{item.pk}", target_text="Einkaufswagen"))

    item.refresh_from_db()
    assert (item.source_text, item.target_text) == ("Cart", "Einkaufswagen")
    assert version_of(engine) == 2


def test_change_over_somebody_elses_is_refused_and_keeps_what_was_typed(as_owner: Client, address: str, engine: Engine) -> None:
    item = make_term(engine)
    form = edit_form(as_owner, f"{address}/{item.pk}", target_text="Einkaufswagen")
    GlossaryItem.objects.update(target_text="Korb", hint="Shop")

    answer = as_owner.post(f"{address}/{item.pk}", form)

    item.refresh_from_db()
    assert (answer.status_code, item.target_text) == (409, "Korb")
    page = answer.content.decode()
    assert "Not saved" in page
    assert "<del>Warenkorb</del> <ins>Korb</ins>" in page
    fresh = answer.context["item_form"]
    assert (fresh["target_text"].value(), fresh["hint"].value()) == ("Einkaufswagen", "Shop")
    as_owner.post(f"{address}/{item.pk}", {field.name: field.value() for field in fresh})
    item.refresh_from_db()
    assert (item.target_text, item.hint) == ("Einkaufswagen", "Shop")


def test_deleted_term_can_be_brought_back_once(as_owner: Client, address: str, engine: Engine) -> None:
    item = make_term(engine, hint="Shop")

    answer = as_owner.post(f"{address}/{item.pk}/delete?q=a", {"tag": tag_of(as_owner, address)})

    assert GlossaryItem.objects.count() == 0
    assert answer.headers["Location"] == f"{address}?q=a&deleted={item.pk}"
    listed = as_owner.get(answer.headers["Location"])
    assert listed.context["restore_address"] == f"{address}/{item.pk}/restore"
    for _ in range(2):
        as_owner.post(f"{address}/{item.pk}/restore")
    back = GlossaryItem.objects.get()
    assert (back.pk, back.target_text, back.hint, back.target_locale) == (item.pk, "Warenkorb", "Shop", "de")
    assert version_of(engine) == 3
    assert "restore_address" not in as_owner.get(f"{address}?deleted={item.pk}").context
    actions = [event.action for event in AuditEvent.objects.order_by("-sequence")[:2]]
    assert actions == ["glossary_item.restored", "glossary_item.removed"]


def test_term_that_was_changed_meanwhile_is_not_deleted(as_owner: Client, address: str, engine: Engine) -> None:
    item = make_term(engine)
    tag = tag_of(as_owner, address)
    GlossaryItem.objects.update(hint="Shop")

    page = as_owner.post(f"{address}/{item.pk}/delete", {"tag": tag}, follow=True).content.decode()

    assert "was not deleted" in page
    assert GlossaryItem.objects.count() == 1


def test_term_of_another_engine_cannot_be_brought_back_here(as_owner: Client, address: str, engine: Engine, organization: Organization) -> None:
    other = make_engine(organization, name="Other", is_default=False)
    item = make_term(other)
    theirs = address_of(other, "glossary")
    as_owner.post(f"{theirs}/{item.pk}/delete", {"tag": tag_of(as_owner, theirs)})

    assert as_owner.post(f"{address}/{item.pk}/restore").status_code == 404
    assert as_owner.post(f"{address}/gls_0000000000000000000/restore").status_code == 404
    assert GlossaryItem.objects.count() == 0


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "CART"}, ["Cart"]),
        ({"q": "über"}, ["About"]),
        ({"q": "shop"}, ["Cart"]),
        ({"q": "100%_"}, []),
        ({"locale": "FR"}, ["Acme"]),
        ({"locale": "*"}, ["About", "Acme", "Cart"]),
        ({"type": "non_translatable"}, ["Acme"]),
        ({"q": "a", "locale": "de", "type": "custom_translation"}, ["About", "Cart"]),
    ],
)
def test_filters_find_terms(as_owner: Client, address: str, engine: Engine, query: dict[str, str], found: list[str]) -> None:
    make_term(engine, hint="Of a shop")
    make_term(engine, "About", "ÜBER UNS")
    make_term(engine, "Acme", "", type="non_translatable", target_locale="fr")

    assert shown(as_owner, address, **query) == found


def test_filter_that_means_nothing_is_named_and_filters_nothing(as_owner: Client, address: str, engine: Engine) -> None:
    make_term(engine)

    assert "Unknown language subtag" in page_of(as_owner, address, locale="english")
    assert shown(as_owner, address, locale="english", type="x", before="'", after="gls_") == ["Cart"]


def test_pages_meet(as_owner: Client, address: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_pages, "PAGE_SIZE", 2)
    newest = sorted((make_term(engine, name) for name in "ABC"), key=lambda item: item.pk, reverse=True)

    first = as_owner.get(address)
    second = as_owner.get(address, {"before": first.context["page"].older})

    assert [[row.item for row in page.context["rows"]] for page in (first, second)] == [newest[:2], newest[2:]]


def test_terms_carry_their_language_and_are_inert(as_owner: Client, address: str, engine: Engine) -> None:
    item = make_term(engine, HOSTILE, f"{HOSTILE} عربة", target_locale="ar", hint=HOSTILE)
    Engine.objects.update(name=HOSTILE, source_locales=[HOSTILE])

    for page in (page_of(as_owner, address), page_of(as_owner, f"{address}/{item.pk}")):
        assert HOSTILE not in page
    assert '<span lang="ar" dir="rtl">' in page_of(as_owner, address)
    refused = as_owner.post(f"{address}/new", term_form(source_text=f"</textarea>{HOSTILE}", target_locale=f'"{HOSTILE}'))
    assert refused.status_code == 400
    assert HOSTILE not in refused.content.decode()
    after = as_owner.post(f"{address}/{item.pk}/delete", {"tag": tag_of(as_owner, address)}, follow=True)
    assert HOSTILE not in after.content.decode()
