"""The layers of an engine as plain values, and which of them hold for one locale pair (contract §7).

`load_layers` reads them for many engines in six queries; from there on everything is a pure function, so a stage on a thread needs no database.
Layers are read when a stage runs; `version` is recorded where they were used, and `stamp` tells whether they are still as they were read.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

import structlog
from cryptography.fernet import InvalidToken
from django.db.models import Count, Max, QuerySet, TextField
from django.db.models.functions import Cast

from engines.locales import ANY_LOCALE, Rank, applies, rank, shares_script
from engines.models import BrandVoice, Engine, GlossaryItem, Instruction, ModelConfig, OnUnverified, ProviderCredential
from engines.vocabulary import Vocabulary
from foundation.locales import base_language
from foundation.prepared import Prepared, prepare

log = structlog.get_logger(__name__)

_ASKED = "eng_asked"
_STAMP = ("layers_version", "credentials", "credentials_changed_at")


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that may be asked. `provider` is a name of `engines.providers.registry`."""

    provider: str
    model: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"


@dataclass(frozen=True, slots=True)
class StoredModel:
    source_locale: str
    target_locale: str
    choice: ModelChoice
    rank: int


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary item. `target_text` is None where the source text must stay as it is."""

    source_locale: str
    target_locale: str
    source_text: str
    target_text: str | None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """An instruction."""

    target_locale: str
    text: str


@dataclass(frozen=True, slots=True)
class Voice:
    locale: str
    text: str


@dataclass(frozen=True, slots=True)
class Credential:
    """An organization's own account at a provider. `key` is None where it was encrypted with a key that is gone."""

    provider: str
    owner: str  # the organization's id
    key: str | None = field(repr=False)
    base_url: str = ""  # empty: the provider's own


@dataclass(frozen=True, slots=True)
class Stamp:
    """Changes with everything that `load_layers` reads."""

    version: int
    credentials: int = 0
    credentials_changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """What the layers say about some texts of one locale pair, in order of precedence."""

    glossary: tuple[Term, ...] = ()
    instructions: tuple[str, ...] = ()
    voice: str = ""


@dataclass(frozen=True, slots=True)
class Layers:
    """All layers of one engine at one version."""

    version: int
    models: tuple[StoredModel, ...] = ()
    glossary: tuple[Term, ...] = ()
    instructions: tuple[Rule, ...] = ()
    voices: tuple[Voice, ...] = ()
    engine_id: str = ""
    uses_memory: bool = False
    on_unverified: OnUnverified = OnUnverified.KEEP
    credentials: tuple[Credential, ...] = field(default=(), repr=False)
    stamp: Stamp | None = None

    def credential(self, provider: str) -> Credential | None:
        """The organization's own for a provider."""
        return next((credential for credential in self.credentials if credential.provider == provider), None)

    def chain(self, source: str, target: str, avoid: str = "") -> tuple[ModelChoice, ...]:
        """The models for a pair, the first to ask first: specific pairs before `*`, nearer locales before farther, then by rank. No model twice.

        `avoid` (`provider:model`) comes last.
        """
        fitting = [stored for stored in self.models if applies(stored.source_locale, source) and applies(stored.target_locale, target)]
        fitting.sort(key=lambda stored: (*_pair_rank(stored, source, target), stored.rank))
        return tuple(sorted(dict.fromkeys(stored.choice for stored in fitting), key=lambda choice: str(choice) == avoid))

    def turned(self) -> "Layers":
        """For the way back: the glossary with source and target exchanged, the rest as it is (it is looked up by locale).

        A translation that stands for several source texts says nothing of which is meant: such items are left out.
        """
        meanings: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
        turned = [_turn(term) for term in self.glossary]
        for term in turned:
            meanings[_key(term)].add(term.source_text if term.target_text is None else term.target_text)
        return replace(self, glossary=tuple(term for term in turned if len(meanings[_key(term)]) == 1))

    def brief(self, source: str, target: str, texts: Iterable[str]) -> Brief:
        """What reaches a prompt for these texts: the glossary items found in them, every instruction and the one voice that apply."""
        rules = sorted((rule for rule in self.instructions if applies(rule.target_locale, target)), key=lambda rule: rank(rule.target_locale, target))
        voices = [voice for voice in self.voices if applies(voice.locale, target)]
        return Brief(
            glossary=self._terms_in(source, target, list(texts)),
            instructions=tuple(rule.text for rule in rules),
            voice=min(voices, key=lambda voice: rank(voice.locale, target)).text if voices else "",
        )

    def _terms_in(self, source: str, target: str, texts: Sequence[str]) -> tuple[Term, ...]:
        """For each source text that occurs, inflected or not, the item stored for the nearest locales."""
        best: dict[str, tuple[tuple[int, Rank, Rank], Term]] = {}
        vocabulary = Vocabulary(texts, base_language(source)) if self.glossary else None
        for term in self.glossary:
            if not _term_applies(term, source, target) or vocabulary is None or not vocabulary.has(term.source_text):
                continue
            key, name = _pair_rank(term, source, target), term.source_text.casefold()
            if name not in best or key < best[name][0]:
                best[name] = (key, term)
        return tuple(term for _, term in best.values())


def load_layers(engine_ids: Sequence[str]) -> dict[str, Layers]:
    """The layers of each engine that exists, by its id. Six queries, however many engines."""
    ids = set(engine_ids)
    # Before the layers: what changes in between is then read again, not missed.
    rows = list(_with_stamps(ids).values_list("pk", "organization_id", "uses_memory", "on_unverified", *_STAMP))
    credentials = _load_credentials({organization for _, organization, *_ in rows})
    models: defaultdict[str, list[StoredModel]] = defaultdict(list)
    for engine, source, target, provider, model, order in ModelConfig.objects.filter(engine_id__in=ids).values_list(
        "engine_id", "source_locale", "target_locale", "provider", "model", "rank"
    ):
        models[engine].append(StoredModel(source, target, ModelChoice(provider, model), order))
    glossary = _load_glossary(ids)
    instructions: defaultdict[str, list[Rule]] = defaultdict(list)
    for engine, target, text in Instruction.objects.filter(engine_id__in=ids).values_list("engine_id", "target_locale", "text"):
        instructions[engine].append(Rule(target, text))
    voices: defaultdict[str, list[Voice]] = defaultdict(list)
    for engine, locale, text in BrandVoice.objects.filter(engine_id__in=ids).values_list("engine_id", "locale", "text"):
        voices[engine].append(Voice(locale, text))
    return {
        engine: Layers(
            version=stamp[0],
            models=tuple(models[engine]),
            glossary=tuple(glossary[engine]),
            instructions=tuple(instructions[engine]),
            voices=tuple(voices[engine]),
            engine_id=engine,
            uses_memory=uses_memory,
            on_unverified=OnUnverified(on_unverified),
            credentials=tuple(credentials[organization]),
            stamp=Stamp(*stamp),
        )
        for engine, organization, uses_memory, on_unverified, *stamp in rows
    }


def load_stamps(engine_ids: Iterable[str]) -> dict[str, Stamp]:
    """One query: whether layers that were loaded are still as they are stored."""
    return {engine: Stamp(*stamp) for engine, *stamp in _with_stamps(set(engine_ids)).values_list("pk", *_STAMP)}


def read_state(engine_id: str) -> tuple[object, ...] | None:
    """The stamp of one engine, of use only to be compared with what this function gave before; None where there is no such engine."""
    return next(iter(_state_statement().ask({_ASKED: engine_id})), None)


@lru_cache
def _state_statement() -> Prepared:
    """Every synchronous call asks it."""
    return prepare(_with_stamps({_ASKED}).values_list(*_STAMP))


def _with_stamps(engine_ids: set[str]) -> QuerySet[Engine]:
    credentials = "organization__provider_credentials"
    return Engine.objects.filter(pk__in=engine_ids).annotate(credentials=Count(credentials), credentials_changed_at=Max(f"{credentials}__updated_at"))


def _load_credentials(organization_ids: set[str]) -> defaultdict[str, list[Credential]]:
    """Decrypted one by one: a key that cannot be read must not keep the others' from working."""
    found: defaultdict[str, list[Credential]] = defaultdict(list)
    stored = ProviderCredential.objects.filter(organization_id__in=organization_ids).annotate(token=Cast("key", TextField()))
    for organization, provider, base_url, token in stored.values_list("organization_id", "provider", "base_url", "token"):
        try:
            key = ProviderCredential._meta.get_field("key").from_db_value(token)
        except InvalidToken:
            log.error("credential_unreadable", organization=organization, provider=provider)
            key = None
        found[organization].append(Credential(provider, organization, key, base_url))
    return found


def _load_glossary(engine_ids: set[str]) -> defaultdict[str, list[Term]]:
    terms: defaultdict[str, list[Term]] = defaultdict(list)
    for engine, source, target, source_text, target_text, kind, hint in GlossaryItem.objects.filter(engine_id__in=engine_ids).values_list(
        "engine_id", "source_locale", "target_locale", "source_text", "target_text", "type", "hint"
    ):
        stays = kind == GlossaryItem.Type.NON_TRANSLATABLE
        terms[engine].append(Term(source, target, source_text, None if stays else target_text, hint))
    return terms


def _turn(term: Term) -> Term:
    """A term that stays as it is stays so both ways."""
    if term.target_text is None:
        return replace(term, source_locale=term.target_locale, target_locale=term.source_locale)
    return Term(term.target_locale, term.source_locale, term.target_text, term.source_text, term.hint)


def _key(term: Term) -> tuple[str, str, str]:
    return (term.source_locale, term.target_locale, term.source_text.casefold())


def _term_applies(term: Term, source: str, target: str) -> bool:
    return (
        applies(term.source_locale, source)
        and applies(term.target_locale, target)
        and shares_script(term.source_locale, source)
        and shares_script(term.target_locale, target)
    )


def _pair_rank(stored: StoredModel | Term, source: str, target: str) -> tuple[int, Rank, Rank]:
    wildcards = (stored.source_locale == ANY_LOCALE) + (stored.target_locale == ANY_LOCALE)
    return (wildcards, rank(stored.target_locale, target), rank(stored.source_locale, source))
