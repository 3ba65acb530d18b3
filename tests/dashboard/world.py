"""An organization with a row of everything that a page can be about, to be put into the addresses of pages."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import URLPattern

from engines.memory import NewEntry, remember
from engines.models import BrandVoice, Engine, GlossaryItem, Instruction, MemoryEntry, ModelConfig, ProviderCredential, ReviewCredential
from localization.models import Job
from organizations.invitations import create_invitation
from organizations.models import Organization
from organizations.services import create_personal_key
from reviews.models import Notification
from tests.factories import AUTHOR, make_engine, make_member, make_person, make_role, organization_owner
from tests.reviews.work import make_review
from tests.webhooks.rows import make_failed
from webhooks.models import Endpoint

URL = "https://hooks.example/in"


@dataclass(frozen=True, slots=True)
class World:
    """`values` by the name of an address's part, or by the part before it and the name."""

    organization: Organization
    engine: Engine
    values: dict[str | tuple[str, str], object]

    def address(self, pattern: URLPattern, *, of: "World | None" = None) -> str:
        """The pattern with this world's ids; with `of`, everything below that organization."""
        parts = str(pattern.pattern).split("/")
        return "/" + "/".join(self._part(part, before, of or self) for before, part in zip(["", *parts], parts, strict=False))

    def _part(self, part: str, before: str, of: "World") -> str:
        if "<" not in part:
            return part
        name = part[part.index(":") + 1 : part.index(">")]
        value = of.organization.pk if name == "organization_id" else self.values.get((before, name)) or self.values[name]
        return part[: part.index("<")] + str(value) + part[part.index(">") + 1 :]


def make_world(organization: Organization, *, word: str, now: datetime) -> World:
    """`word` stands in every text and name, so that one sees where it leaks to."""
    owner = organization_owner(organization)
    engine = make_engine(organization, name=f"{word} engine", now=now)
    data, translated = f'{{"title":"{word} source"}}', f'{{"title":"{word} Ziel"}}'
    review = make_review(organization, data=data, translated=translated, engine=engine, locked_keys=(), now=now)
    member = make_member(
        organization, make_role(organization, name=f"{word} role", now=now), user=make_person(name=f"{word} member", now=now), now=now
    )
    assert member.role
    key, _ = create_personal_key(organization=organization, user=owner, name=f"{word} key", author=AUTHOR, now=now)
    invited = create_invitation(
        organization=organization, email=f"{word.lower()}@example.com", role=member.role, inviter=owner, author=AUTHOR, now=now
    )
    notification = Notification.objects.create(
        user=owner, organization=organization, group_id=review.group_id, engine_id=engine.pk, items=1, created_at=now
    )
    job = Job.objects.get(group_id=review.group_id)
    ProviderCredential.objects.create(organization=organization, provider="openai", key="sk-1", hint="sk-1", created_at=now, updated_at=now)
    ReviewCredential.objects.create(
        organization=organization,
        provider="gengo",
        base_url="https://review.example",
        public_key="pub",
        private_key="priv",
        hint="priv",
        created_at=now,
        updated_at=now,
    )
    values: dict[str | tuple[str, str], object] = {
        "engine_id": engine.pk,
        "job_id": job.pk,
        "group_id": review.group_id,
        "review_id": review.pk,
        "delivery_id": make_failed(organization, event_id=job.pk, url=f"{URL}/{word}", now=now).pk,
        "endpoint_id": Endpoint.objects.filter(organization=organization).earliest("id").pk,
        "role_id": make_role(organization, name=f"{word} empty role", now=now).pk,
        "key_id": key.pk,
        "invitation_id": invited.invitation.pk,
        "user_id": member.user.pk,
        "entry_id": _remember(engine, word, now),
        ("notifications", "number"): notification.pk,
        ("keys", "number"): 1,
        ("models", "provider"): "openai",
        ("reviews", "provider"): "gengo",
        "file_format": "csv",
        **_items(engine, word),
    }
    return World(organization, engine, values)


def _remember(engine: Engine, word: str, now: datetime) -> int:
    entry = NewEntry(
        engine_id=engine.pk,
        source_locale="en",
        target_locale="de",
        text=f"{word} known",
        hint="",
        context="",
        translation=f"{word} bekannt",
        origin=MemoryEntry.Origin.HUMAN,
        layers_version=1,
        made_by=word,
    )
    remember([entry], now)
    return MemoryEntry.objects.get(engine=engine).pk


def _items(engine: Engine, word: str) -> dict[str | tuple[str, str], object]:
    return {
        ("models", "item_id"): ModelConfig.objects.get(engine=engine).pk,
        ("glossary", "item_id"): GlossaryItem.objects.create(engine=engine, source_text=f"{word} term", target_text="Wort").pk,
        ("instructions", "item_id"): Instruction.objects.create(engine=engine, name=f"{word} rule", text=f"{word} is said so").pk,
        ("brand-voices", "item_id"): BrandVoice.objects.create(engine=engine, locale="de", text=f"{word} voice").pk,
    }
