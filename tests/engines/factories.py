"""Layers and requests with only what a test is about."""

import time
from collections.abc import Sequence
from typing import Any

from engines.layers import Layers, ModelChoice, StoredModel, Term
from engines.translation.request import TranslationRequest
from foundation.customer_json import parse


def make_layers(*models: str, glossary: Sequence[Term] = (), **members: Any) -> Layers:
    """Models as `provider:model`, for every pair, in order of rank."""
    choices = [ModelChoice(*model.split(":", 1)) for model in models or ("pseudo:pseudo",)]
    stored = tuple(StoredModel("*", "*", choice, rank) for rank, choice in enumerate(choices, start=1))
    return Layers(version=1, models=stored, glossary=tuple(glossary), **members)


def make_request(data: Any, *, layers: Layers | None = None, target: str = "de", seconds: float = 20, **members: Any) -> TranslationRequest:
    """English to German within 20 seconds. `data` may be JSON text."""
    return TranslationRequest(
        layers=layers or make_layers(),
        source_locale="en",
        target_locale=target,
        data=parse(data) if isinstance(data, str) else data,
        deadline=time.monotonic() + seconds,
        trace="job.localize.1",
        **members,
    )
