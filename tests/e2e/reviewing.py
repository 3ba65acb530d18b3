"""Reviews for the showcase's pictures: one with something of everything, the same in Arabic, and one that is decided."""

from datetime import datetime
from typing import Any

from engines.models import BrandVoice, Engine, GlossaryItem, Instruction
from organizations.models import Organization, User
from reviews.deciding import submit_drafts
from reviews.models import Flag, ReviewItem
from reviews.services import accept_clean, flag_text, release_claim, save_drafts
from tests.reviews.work import acting, as_text, claimed, fresh, make_review, make_reviews, translator

FILES = "You have {count, plural, one {# file} other {# files}} in your account."
LONG = (
    "The operator must always check the brakes, the horn, and the lights before the first drive of the day.\n\nNever carry passengers on the forks."
)
SOURCE: dict[str, Any] = {
    "page": {
        "title": "Forklift safety for begginers",
        "greeting": "Welcome back, {name}!",
        "summary": "You will learn how to **inspect**, *drive* and park a <b>forklift</b>.",
        "files": FILES,
        "long": LONG,
        "save": "Save",
        "hostile": "<script>alert(1)</script> & {{x}}",
    },
    "steps": ["Check the brakes.", "Talk to your account manager about the dashboard.", "Fasten your seat belt."],
}
GERMAN: dict[str, Any] = {
    "page": {
        "title": "Gabelstapler-Sicherheit für Anfänger",
        "greeting": "Willkommen zurück!",
        "summary": "Du lernst, einen <b>Gabelstapler</b> zu **inspizieren**, zu *fahren* und zu parken.",
        "files": "Du hast {count, plural, one {# Datei} other {# Dateien}} in deinem Konto.",
        "long": "Bremsen prüfen.",
        "save": "Speichern",
        "hostile": "<script>alert(1)</script> & {{x}}",
    },
    "steps": ["Überprüfe die Bremsen.", "Sprich mit deinem Kundenbetreuer über die Übersicht.", "Schnalle deinen Sicherheitsgurt an."],
}
ARABIC: dict[str, Any] = {
    "page": {
        "title": "السلامة على الرافعة الشوكية للمبتدئين",
        "greeting": "مرحبًا بعودتك، {name}!",
        "summary": "ستتعلم كيف **تفحص** *وتقود* وتركن <b>الرافعة الشوكية</b>.",
        "files": "لديك {count, plural, one {ملف واحد} other {# ملف}} في حسابك.",
        "long": "يجب على المشغل دائمًا فحص الفرامل والبوق والأضواء قبل أول قيادة في اليوم.\n\nلا تحمل ركابًا على الشوكات أبدًا.",
        "save": "حفظ",
        "hostile": "<script>alert(1)</script> & {{x}}",
    },
    "steps": ["افحص الفرامل.", "تحدث إلى مدير حسابك حول لوحة المعلومات.", "اربط حزام الأمان."],
}
CONTEXT = "A short safety course for new warehouse staff. Friendly, direct, addressed to one person."


def fill_reviews(organization: Organization, now: datetime) -> dict[str, str]:
    """The owner holds the first two; the reviewer left a draft in the first. Returns ids by name."""
    owner = acting(User.objects.get(email="owner@demo.example"), organization)
    reviewer = acting(User.objects.get(email="reviewer@demo.example"), organization)
    _fill_layers(translator(organization))
    cleaned = as_text(SOURCE | {"page": SOURCE["page"] | {"title": "Forklift safety for beginners"}})
    translated = {"de": as_text(GERMAN), "ar": as_text(ARABIC)}
    given: dict[str, Any] = {"data": as_text(SOURCE), "cleaned": cleaned, "locked_keys": (), "context": CONTEXT, "now": now}
    german, arabic = make_reviews(organization, "de", "ar", translated=translated, hints={"page.save": ["Toolbar", "Button"]}, **given)
    held = claimed(reviewer, german, now=now)
    save_drafts(actor=reviewer, item=fresh(german), fence=held.fence, texts={8: "Prüf die Bremsen."}, now=now)
    release_claim(actor=reviewer, item=fresh(german), fence=held.fence, now=now)
    flag_text(actor=reviewer, item=german, number=6, reason=Flag.Reason.SOURCE, comment="Is this the button?", now=now)
    for item in (german, arabic):
        claimed(owner, item, now=now)
    save_drafts(actor=owner, item=fresh(german), fence=fresh(german).fence, texts={9: "Frag deinen Kundenbetreuer nach der Übersicht."}, now=now)
    short = {"data": '{"a":"Good morning","b":"Good night"}', "translated": '{"a":"Guten Morgen","b":"Gute Nacht"}'}
    decided = make_review(organization, **short, now=now)
    return {"review": german.pk, "reviewArabic": arabic.pk, "reviewDecided": _decide(decided, reviewer, now).pk}


def _decide(item: ReviewItem, person: Any, now: datetime) -> ReviewItem:
    held = claimed(person, item, now=now)
    accept_clean(actor=person, item=fresh(item), fence=held.fence, now=now)
    save_drafts(actor=person, item=fresh(item), fence=held.fence, texts={2: "Schlaf gut"}, now=now)
    submit_drafts(actor=person, item=fresh(item), fence=held.fence, now=now)
    return item


def _fill_layers(engine: Engine) -> None:
    GlossaryItem.objects.create(engine=engine, source_text="dashboard", target_text="Dashboard", target_locale="de", hint="the first page")
    GlossaryItem.objects.create(engine=engine, source_text="account manager", target_text="Kundenbetreuer", target_locale="de")
    Instruction.objects.create(engine=engine, name="Du", target_locale="de", text="Address one person with du.")
    BrandVoice.objects.create(engine=engine, locale="de", text="Friendly and direct. Short sentences.")
