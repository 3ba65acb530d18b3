"""What a change changed: sent values put on a row, and the members that differ, for the audit log."""

import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from foundation.rendering import encode

Shown = Mapping[str, Any]


def assign(row: Model, values: Mapping[str, Any]) -> list[str]:
    """Sets the values on the row and names the fields that changed. Saves nothing."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def describe_change(before: Shown, after: Shown) -> dict[str, object]:
    """`before` and `after` of the members that differ, as plain JSON."""
    differing = [name for name in after if before[name] != after[name]]
    return {"before": plain({name: before[name] for name in differing}), "after": plain({name: after[name] for name in differing})}


def plain(shown: Shown) -> dict[str, object]:
    """An answer as JSON reads it: times are text."""
    members: dict[str, object] = json.loads(encode(shown))
    return members
