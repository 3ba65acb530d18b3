"""A row of the audit log for people: what it was done to by name, and its `detail` as before and after. What is not known here is shown as it is."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from organizations.models import ApiKey, AuditEvent, Invitation, Organization, Role, User
from organizations.pages.audit_form import in_words

PAIR = {"before", "after"}
TYPES = {"apikey": "API key", "user": "person", "clisession": "command line"}


@dataclass(frozen=True, slots=True)
class Change:
    """One member of what changed. `name` is empty where the whole is one value."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AuditRow:
    event: AuditEvent
    action: str
    target_type: str
    target_name: str  # empty where this app does not know it
    changes: Sequence[Change]
    facts: Sequence[tuple[str, str]]


def audit_rows(events: Sequence[AuditEvent], organization: Organization) -> list[AuditRow]:
    """At most four queries, whatever the number of rows."""
    names = _names({event.target_id for event in events}, organization)
    return [_row(event, names.get(event.target_id, "")) for event in events]


def _row(event: AuditEvent, target_name: str) -> AuditRow:
    detail: Mapping[str, Any] = json.loads(event.detail)
    return AuditRow(
        event=event,
        action=in_words(event.action),
        target_type=TYPES.get(event.target_type, event.target_type),
        target_name=target_name,
        changes=_changes(detail),
        facts=[(name, _spelt(value)) for name, value in detail.items() if name not in PAIR and value not in (None, "", [], {})],
    )


def _changes(detail: Mapping[str, Any]) -> list[Change]:
    if not PAIR & detail.keys():
        return []
    before, after = detail.get("before"), detail.get("after")
    if not isinstance(before, dict | None) or not isinstance(after, dict | None):
        return [Change("", _spelt(before), _spelt(after))]
    old, new = before or {}, after or {}
    names = dict.fromkeys([*old, *new])
    return [Change(name, _spelt(old.get(name)), _spelt(new.get(name))) for name in names if old.get(name) != new.get(name)]


def _spelt(value: Any) -> str:
    """A list in a line; nothing as a dash."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _names(ids: Iterable[str], organization: Organization) -> dict[str, str]:
    """Of this app's rows that are still there."""
    by_prefix: dict[str, list[str]] = {}
    for id in ids:
        by_prefix.setdefault(id.partition("_")[0], []).append(id)
    found: dict[str, str] = {}
    if users := by_prefix.get("usr"):
        found |= {user.pk: str(user) for user in User.objects.filter(pk__in=users).only("id", "name", "email")}
    named = (("rol", Role.objects.all(), "name"), ("key", ApiKey.objects.all(), "name"), ("inv", Invitation.objects.all(), "email"))
    for prefix, rows, member in named:
        if asked := by_prefix.get(prefix):
            found |= dict(rows.filter(organization=organization, pk__in=asked).values_list("pk", member))
    return found
