"""Glossary files as a client sends and gets them."""

from typing import Any

from engines.models import Engine
from tests.api import Answer, Api, read_answer
from tests.engines.management.calls import ENGINES

HEADER = "sourceLocale,targetLocale,sourceText,targetText,type,hint"
CSV, TBX = "text/csv", "application/x-tbx+xml"


def export(api: Api, engine: Engine, file_format: str = "csv") -> bytes:
    response = api.client.get(f"{ENGINES}/{engine.pk}/glossary/export", {"format": file_format})
    assert response.status_code == 200, response.content
    return bytes(response.content)


def send(
    api: Api, engine: Engine, content: str | bytes, media_type: str = CSV, *, mode: str | None = None, noun: str = "glossary", **options: Any
) -> Answer:
    query = {} if mode is None else {"mode": mode}
    path = f"{ENGINES}/{engine.pk}/{noun}/import"
    response = api.client.post(path, content, content_type=media_type, query_params=query, **options)
    return read_answer(response.status_code, dict(response.headers), response.content)


def terms_of(engine: Engine) -> list[tuple[str, ...]]:
    """In the order in which they were made."""
    columns = ("source_locale", "target_locale", "source_text", "target_text", "type", "hint")
    return list(engine.glossary_items.order_by("id").values_list(*columns))


def tbx(body: str, *, root: str = "tbx") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><{root} type="TBX-Basic" xml:lang="en"><text><body>{body}</body></text></{root}>'
