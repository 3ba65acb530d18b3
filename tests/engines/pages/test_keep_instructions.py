"""The tabs of instructions and brand voices: what they have beside what every layer's tab has (`test_keep_glossary`)."""

import pytest
from django.test import Client

from engines.models import BrandVoice, Engine, Instruction
from tests.engines.pages.knowledge import address_of, edit_form, version_of
from tests.localization.pages.people import HOSTILE, page_of

TEXT = "Address the reader with “du”.\r\nNever shout."


def test_instruction_is_added_changed_and_deleted(as_owner: Client, engine: Engine) -> None:
    address = address_of(engine, "instructions")
    as_owner.post(f"{address}/new", {"name": "Address", "target_locale": "de_at", "text": TEXT})
    item = Instruction.objects.get()
    assert (item.name, item.target_locale, item.text) == ("Address", "de-AT", TEXT.replace("\r", ""))

    as_owner.post(f"{address}/{item.pk}", edit_form(as_owner, f"{address}/{item.pk}", target_locale=""))
    item.refresh_from_db()
    assert item.target_locale == "*"
    assert "any locale" in page_of(as_owner, address)

    as_owner.post(f"{address}/{item.pk}/delete", {"tag": as_owner.get(address).context["rows"][0].tag})
    assert Instruction.objects.count() == 0
    as_owner.post(f"{address}/{item.pk}/restore")
    assert Instruction.objects.get().text == item.text
    assert version_of(engine) == 5


def test_lines_of_a_browser_are_no_change(as_owner: Client, engine: Engine) -> None:
    item = Instruction.objects.create(engine=engine, name="Address", text="One.\nTwo.")
    address = address_of(engine, "instructions", item.pk)

    answer = as_owner.post(address, edit_form(as_owner, address) | {"text": "One.\r\nTwo."})

    assert (answer.status_code, version_of(engine)) == (302, 1)


def test_locale_has_one_voice(as_owner: Client, engine: Engine) -> None:
    address = address_of(engine, "brand-voices")
    as_owner.post(f"{address}/new", {"locale": "de", "text": "Warm."})

    second = as_owner.post(f"{address}/new", {"locale": "DE", "text": "Cold."})

    assert second.status_code == 400
    assert "The engine has a brand voice for de already." in second.content.decode()
    assert [voice.text for voice in BrandVoice.objects.all()] == ["Warm."]


def test_voice_needs_a_locale(as_owner: Client, engine: Engine) -> None:
    answer = as_owner.post(address_of(engine, "brand-voices/new"), {"locale": "", "text": ""})

    assert answer.context["item_form"].errors == {"locale": ["This field is required."], "text": ["Must not be empty."]}


@pytest.mark.parametrize("part", ["glossary", "instructions", "brand-voices"])
def test_each_tab_says_what_goes_before_what(as_owner: Client, engine: Engine, part: str) -> None:
    assert "before" in page_of(as_owner, address_of(engine, part))


@pytest.mark.parametrize(("part", "model"), [("instructions", Instruction), ("brand-voices", BrandVoice)])
def test_texts_are_inert(as_owner: Client, engine: Engine, part: str, model: type[Instruction] | type[BrandVoice]) -> None:
    members = {"name": HOSTILE} if model is Instruction else {"locale": "de"}
    item = model.objects.create(engine=engine, text=f"</textarea>{HOSTILE}", **members)

    assert HOSTILE not in page_of(as_owner, address_of(engine, part))
    assert HOSTILE not in page_of(as_owner, address_of(engine, part, item.pk))
