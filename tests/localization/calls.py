"""The asynchronous API as a client sees it, and what a call must leave alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Model
from django_q.models import OrmQ

from foundation.rendering import wire_time
from localization.models import Event, Job, JobGroup, Step, StreamTicket
from tests import api
from tests.api import Answer, invalid, not_found, read_answer, refusal
from webhooks.models import Delivery, Endpoint

__all__ = ["Answer", "Api", "invalid", "not_found", "read_answer", "refusal"]

JOBS = "/jobs/localization"
GROUPS = "/jobs/localization/groups"
HUNDRED_LOCALES = [
    f"{language}-{region}"
    for language in ["de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da", "fi"]
    for region in ["AT", "BE", "CH", "DE", "ES", "FR", "IT", "LU", "NL", "US"]
]
COUNTED: tuple[type[Model], ...] = (JobGroup, Job, Step, Event, Delivery, Endpoint, StreamTicket, OrmQ)


class Api(api.Api):
    """Calls with one key, or with none."""

    def submit(self, **members: Any) -> Answer:
        """Submits `make_body(**members)`."""
        return self.post(JOBS, make_body(**members))


def make_body(**members: Any) -> dict[str, Any]:
    """A valid submission with the given members changed; a member that is `...` is left out."""
    body = {"sourceLocale": "en", "targetLocales": ["de"], "data": {"title": "Hello"}, **members}
    return {name: value for name, value in body.items() if value is not ...}


def count_rows() -> dict[str, int]:
    """Everything a submission or any other call of this API may add, queue messages included."""
    return {model.__name__: model._default_manager.count() for model in COUNTED}


@contextmanager
def nothing_written() -> Iterator[None]:
    before = count_rows()
    yield
    assert count_rows() == before


def time_of(row: JobGroup | Job | Step, name: str = "created_at") -> str | None:
    """A time of a row as the wire spells it."""
    moment = getattr(row, name)
    return None if moment is None else wire_time(moment)
