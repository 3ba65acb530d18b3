"""What the frame around every page shows: the mark, the organization one is in, the way to the others, and the pages one may see.

`settings.UNFOLD` names these functions; unfold calls them with each request. Outside an organization there is no actor, and only the way back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

from dashboard.switching import holds_one_of
from engines.models import Engine
from organizations.access import Actor
from organizations.models import Membership, User
from organizations.permissions import (
    ACCESS_ENGINES,
    MANAGE_BILLING,
    MANAGE_REVIEWS,
    MANAGE_SETTINGS,
    MANAGE_TEAM,
    ON_ORGANIZATION,
    REVIEW_TRANSLATIONS,
)
from reviews.access import reviewed_engines

Link = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """An entry of the sidebar: a page of the organization, by its URL name; `needs` is a contract permission, or several of
    which one is enough (None: every member).
    """

    title: str
    icon: str  # of Material Symbols, which unfold ships
    url_name: str
    needs: str | tuple[str, ...] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The permissions of which one is enough; empty where none is needed."""
        return (self.needs,) if isinstance(self.needs, str) else self.needs or ()


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that belong together, under a title (the first has none)."""

    title: str
    pages: tuple[Page, ...]


class Reach:
    """The contract permissions that an actor has; `engine:*` counts also where it is held on chosen engines only. Each is asked for once."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.held = actor.permissions
        self._on_some_engine: dict[str, bool] = {}

    def may(self, name: str) -> bool:
        if ON_ORGANIZATION[name] in self.held or name not in ON_SOME_ENGINE:
            return ON_ORGANIZATION[name] in self.held
        if name not in self._on_some_engine:
            self._on_some_engine[name] = ON_SOME_ENGINE[name](self.actor).exists()
        return self._on_some_engine[name]

    def may_see(self, page: Page) -> bool:
        return not page.names or any(self.may(name) for name in page.names)


SECTIONS = (
    Section("", (Page("Home", "home", "organization"),)),
    Section(
        "Review",
        (
            Page("Human Reviewer", "rate_review", "human-reviewer", REVIEW_TRANSLATIONS),
            Page("Open reviews", "pending_actions", "managed-reviews", MANAGE_REVIEWS),
            Page("History", "history", "review-history", MANAGE_REVIEWS),
            Page("Statistics", "bar_chart", "review-statistics", MANAGE_REVIEWS),
        ),
    ),
    Section(
        "Translate",
        (
            Page("Jobs", "translate", "jobs", ACCESS_ENGINES),
            Page("Engines", "tune", "engines", ACCESS_ENGINES),
            Page("Reports", "monitoring", "reports", (ACCESS_ENGINES, MANAGE_SETTINGS, MANAGE_TEAM)),
        ),
    ),
    Section(
        "Connect",
        (
            Page("Webhooks", "webhook", "webhooks", MANAGE_SETTINGS),
            Page("API keys", "vpn_key", "api-keys"),
            Page("Providers", "hub", "providers", MANAGE_SETTINGS),
        ),
    ),
    Section(
        "Organization",
        (
            Page("Team", "group", "team", MANAGE_TEAM),
            Page("Roles", "shield_person", "roles", MANAGE_TEAM),
            Page("Settings", "settings", "settings", (MANAGE_SETTINGS, MANAGE_BILLING)),
            Page("Audit log", "receipt_long", "audit-log", (MANAGE_TEAM, MANAGE_SETTINGS)),
        ),
    ),
)
# `engine:*` can be held on chosen engines: such pages are shown to whoever reaches one.
ON_SOME_ENGINE = {ACCESS_ENGINES: Engine.objects.visible_to, REVIEW_TRANSLATIONS: reviewed_engines}


def sidebar(request: HttpRequest) -> list[Link]:
    """unfold's SIDEBAR navigation: the pages that the actor may see (outside an organization, the way back to it), then the API's description."""
    actor = current_actor(request)
    reference: Link = {"separator": True, "items": [{"title": "API reference", "icon": "api", "link": "/docs", "active": False}]}
    if actor is None:
        return [{"items": [{"title": "Home", "icon": "home", "link": reverse("home"), "active": False}]}, reference]
    reach = reach_of(request, actor)
    shown = [(section.title, [page for page in section.pages if reach.may_see(page)]) for section in SECTIONS]
    current = _current_page(request, actor)
    return [*({"title": title, "items": [_link(page, actor, current) for page in pages]} for title, pages in shown if pages), reference]


def organizations(request: HttpRequest) -> list[Link]:
    """unfold's SITE_DROPDOWN: the person's organizations, where there is more than one. Each link keeps to the page, where it may be seen there."""
    if not isinstance(request.user, User):
        return []
    actor = current_actor(request)
    page = _current_page(request, actor) if actor else None
    keeps = holds_one_of(request.user, page.names) if page else Q()
    memberships = Membership.objects.select_related("organization").filter(user=request.user).order_by("id")
    rows = memberships.annotate(may_see=keeps) if keeps else memberships
    links = [_link_to(row, page if getattr(row, "may_see", True) else None, actor) for row in rows]
    return links if len(links) > 1 else []


def organization_name(request: HttpRequest) -> str:
    """unfold's SITE_SUBHEADER."""
    actor = current_actor(request)
    return actor.organization.name if actor else ""


def mark(request: HttpRequest) -> str:
    """unfold's SITE_ICON and favicon."""
    return static("interlinear/mark.svg")


def stylesheet(request: HttpRequest) -> str:
    return static("interlinear/shell.css")


def script(request: HttpRequest) -> str:
    return static("interlinear/shell.js")


def current_actor(request: HttpRequest) -> Actor | None:
    """Who acts on this page; None on pages outside any organization."""
    actor = getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) else None


def reach_of(request: HttpRequest, actor: Actor) -> Reach:
    """What the actor may do on this page, asked once for all who want to know."""
    kept = getattr(request, "reach", None)
    if isinstance(kept, Reach):
        return kept
    request.reach = reach = Reach(actor)  # type: ignore[attr-defined]  # read back here, nowhere else
    return reach


def _current_page(request: HttpRequest, actor: Actor) -> Page | None:
    """The entry that the page belongs to: the one with the longest address that the page's begins with."""
    addresses = {reverse(page.url_name, args=[actor.organization.pk]): page for section in SECTIONS for page in section.pages}
    current = max((address for address in addresses if f"{request.path}/".startswith(f"{address}/")), key=len, default="")
    return addresses.get(current)


def _link_to(membership: Membership, page: Page | None, actor: Actor | None) -> Link:
    """To a page in another organization, or to its home."""
    address = reverse(page.url_name if page else "organization", args=[membership.organization_id])
    is_here = actor is not None and membership.organization_id == actor.organization.pk
    return {"title": membership.organization.name, "link": address, "attrs": {"aria-current": "true"} if is_here else {}}


def _link(page: Page, actor: Actor, current: Page | None) -> Link:
    return {"title": page.title, "icon": page.icon, "link": reverse(page.url_name, args=[actor.organization.pk]), "active": page == current}
