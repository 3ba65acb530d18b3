"""Pages of a list: newest first, `limit` rows, and a cursor that is the last id shown, so that rows inserted meanwhile shift nothing."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.request import Request

from foundation.cursors import decode_cursor, encode_cursor
from foundation.fields import QueryInteger, StrictSerializer, StrictString

Row = TypeVar("Row", bound=Model)


class PageQuery(StrictSerializer):
    limit = QueryInteger(min_value=1, max_value=100, default=20)
    cursor = StrictString(required=False)


def read_page_query(request: Request) -> Mapping[str, Any]:
    """Raises ValidationError."""
    query = PageQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    return query.validated_data  # type: ignore[no-any-return]  # a dict, as DRF gives it


def cut_page(rows: QuerySet[Row], query: Mapping[str, Any], *, scope: str) -> tuple[list[Row], str | None]:
    """One page and the cursor of the next. `scope` names organization and list. Raises MalformedCursor."""
    if "cursor" in query:
        rows = rows.filter(pk__lt=decode_cursor(query["cursor"], scope=scope))
    found = list(rows.order_by("-pk")[: query["limit"] + 1])
    shown = found[: query["limit"]]
    return shown, encode_cursor(shown[-1].pk, scope=scope) if len(found) > len(shown) else None
