"""Pages of a list for people: newest first by id, each page named by the row it begins after, so that new rows shift nothing.

`?before=<id>` shows what is older than that row, `?after=<id>` what is newer. An id that names no row is no error: it is a place in the order.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[Row]):
    """`rows` newest first. `older` and `newer` are the ids for the links `?before=` and `?after=`; None where there is nothing more."""

    rows: list[Row]
    older: str | None = None
    newer: str | None = None


def cut_keyset(rows: QuerySet[Row], *, before: str = "", after: str = "", size: int) -> KeysetPage[Row]:
    """One page of `size` rows. One query; the page says that newer rows exist where it was reached by going back."""
    if after:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        shown = found[:size][::-1]
        return KeysetPage(shown, older=_id(shown, -1), newer=_id(shown, 0) if len(found) > size else None)
    found = list((rows.filter(pk__lt=before) if before else rows).order_by("-pk")[: size + 1])
    shown = found[:size]
    return KeysetPage(shown, older=_id(shown, -1) if len(found) > size else None, newer=_id(shown, 0) if before else None)


def _id(rows: list[Row], index: int) -> str | None:
    return str(rows[index].pk) if rows else None
