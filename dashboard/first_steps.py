"""What a new organization does first, one thing after the other: an engine, a key, a job. Each step is done as soon as it is true, whoever did it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from dashboard.navigation import Reach
from engines.models import Engine
from localization.models import JobGroup
from organizations.models import ApiKey, Organization
from organizations.permissions import ACCESS_ENGINES, GRANTERS_NAMED, MANAGE_SETTINGS, users_holding


@dataclass(frozen=True, slots=True)
class Todo:
    """A step as it is written: `needs` is a contract permission (None: every member)."""

    name: str
    title: str
    meaning: str
    act: str
    url_name: str
    needs: str | None


@dataclass(frozen=True, slots=True)
class FirstStep:
    """A step as it stands. `address` is empty for who may not do it; then `people` can, where it is the next one."""

    title: str
    meaning: str
    act: str
    is_done: bool
    is_next: bool
    address: str
    people: Sequence[str]


TODOS = (
    Todo(
        "engine", "An engine", "Which models translate, with which glossary, rules and voice.", "Make the first engine", "new-engine", MANAGE_SETTINGS
    ),
    Todo("key", "An API key", "Every call carries one, in the header X-API-Key.", "Make the first key", "api-keys", None),
    Todo("job", "A job", "One submission, up to a hundred locales; each becomes a job.", "Submit the first job", "new-job", ACCESS_ENGINES),
)


def read_first_steps(organization: Organization, reach: Reach) -> list[FirstStep]:
    """Empty where all was done. One query, and one more for who may not do what is next. A key that has ended was one."""
    here = {"organization": OuterRef("pk")}
    exist = {"engine": Engine.objects.filter(**here), "key": ApiKey.objects.filter(**here), "job": JobGroup.objects.filter(**here)}
    done: dict[str, Any] = dict(Organization.objects.filter(pk=organization.pk).values(**{name: Exists(rows) for name, rows in exist.items()})[0])
    following = next((todo.name for todo in TODOS if not done[todo.name]), None)
    return [_step(todo, organization, reach, is_done=done[todo.name], is_next=todo.name == following) for todo in TODOS] if following else []


def _step(todo: Todo, organization: Organization, reach: Reach, *, is_done: bool, is_next: bool) -> FirstStep:
    may = todo.needs is None or reach.may(todo.needs)
    people = [str(user) for user in users_holding(organization, todo.needs)[:GRANTERS_NAMED]] if is_next and todo.needs and not may else []
    address = reverse(todo.url_name, args=[organization.pk]) if may and not is_done else ""
    return FirstStep(todo.title, todo.meaning, todo.act, is_done, is_next, address, people)
