"""What the tests of the workspace share: its addresses, its form as a browser sends it, and reviews with something to look at."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from reviews.models import ReviewItem
from tests.reviews.work import fresh

JSON = {"HTTP_ACCEPT": "application/json"}


def address(item: ReviewItem, part: str = "") -> str:
    return f"/orgs/{item.organization_id}/human-reviewer/{item.pk}{part}"


def open_key(client: Client, item: ReviewItem, number: int = 1, **query: Any) -> HttpResponse:
    answer = client.get(address(item), {"key": number, **query})
    assert answer.status_code == 200, answer.status_code
    return answer


def send(client: Client, item: ReviewItem, act_of: str = "drafts", /, *, number: int = 1, fence: int | None = None, **members: Any) -> HttpResponse:
    """The form of one key. `json=True`: as script sends it."""
    headers = JSON if members.pop("json", False) else {}
    given = {"number": number, "fence": fresh(item).fence if fence is None else fence, **members}
    return client.post(address(item, f"/{act_of}"), given, **headers)


def body_of(answer: HttpResponse) -> Any:
    return json.loads(answer.content)
