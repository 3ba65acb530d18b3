"""What the header of the shell shows beside the title."""

from typing import Any

from django import template
from django.template import Context

from dashboard.navigation import current_actor
from reviews.queries import unread_count

register = template.Library()

MOST_SHOWN = 99


@register.inclusion_tag("shell/_bell.html", takes_context=True)
def bell(context: Context) -> dict[str, Any]:
    """The way to the person's notifications, with how many are unread. Outside an organization nothing, and no query."""
    actor = current_actor(context["request"])
    if actor is None:
        return {"organization_id": ""}
    unread = unread_count(actor)
    count = f"{MOST_SHOWN}+" if unread > MOST_SHOWN else str(unread) if unread else ""
    label = f"{unread or 'No'} unread notification{'' if unread == 1 else 's'}"
    return {"organization_id": actor.organization.pk, "count": count, "label": label}
