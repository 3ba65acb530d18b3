"""The time zone in which an organization's people read times and mean days."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from organizations.models import Organization


def zone_of(organization: Organization) -> ZoneInfo:
    """The organization's zone; UTC where its name means nothing on this machine."""
    return _zone(organization.timezone)


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
