"""What the frame around every page shows: the mark, the organization one is in, the way to the others, and the pages one may see.

`settings.UNFOLD` names these functions; unfold calls them with each request. Outside an organization there is no actor, and only the way back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

from engines.access import reaches_an_engine
from organizations.access import Actor
from organizations.models import Membership, User
from organizations.permissions import ACCESS_ENGINES, ON_ORGANIZATION, REVIEW_TRANSLATIONS
from reviews.access import reviews_an_engine

Link = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """An entry of the sidebar: a page of the organization, by its URL name; `needs` is a contract permission (None: every member)."""

    title: str
    icon: str  # of Material Symbols, which unfold ships
    url_name: str
    needs: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that belong together, under a title (the first has none)."""

    title: str
    pages: tuple[Page, ...]


SECTIONS = (
    Section("", (Page("Home", "home", "organization"),)),
    Section("Translate", (Page("Jobs", "translate", "jobs", ACCESS_ENGINES),)),
)
# `engine:*` can be held on chosen engines: such pages are shown to whoever reaches one.
ON_SOME_ENGINE = {ACCESS_ENGINES: reaches_an_engine, REVIEW_TRANSLATIONS: reviews_an_engine}


def sidebar(request: HttpRequest) -> list[Link]:
    """unfold's SIDEBAR navigation: the pages that the actor may see (outside an organization, the way back to it), then the API's description."""
    actor = current_actor(request)
    reference: Link = {"separator": True, "items": [{"title": "API reference", "icon": "api", "link": "/docs", "active": False}]}
    if actor is None:
        return [{"items": [{"title": "Home", "icon": "home", "link": reverse("home"), "active": False}]}, reference]
    held = actor.permissions()
    shown = [(section.title, [page for page in section.pages if _is_shown(page, actor, held)]) for section in SECTIONS]
    return [*({"title": title, "items": [_link(page, actor, request) for page in pages]} for title, pages in shown if pages), reference]


def organizations(request: HttpRequest) -> list[Link]:
    """unfold's SITE_DROPDOWN: the person's organizations, where there is more than one."""
    if not isinstance(request.user, User):
        return []
    memberships = Membership.objects.select_related("organization").filter(user=request.user).order_by("id")
    links: list[Link] = [
        {"title": membership.organization.name, "link": reverse("organization", args=[membership.organization_id])} for membership in memberships
    ]
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


def _is_shown(page: Page, actor: Actor, held: set[str]) -> bool:
    if page.needs is None or ON_ORGANIZATION[page.needs] in held:
        return True
    return page.needs in ON_SOME_ENGINE and ON_SOME_ENGINE[page.needs](actor)


def _link(page: Page, actor: Actor, request: HttpRequest) -> Link:
    address = reverse(page.url_name, args=[actor.organization.pk])
    return {"title": page.title, "icon": page.icon, "link": address, "active": request.path == address or request.path.startswith(f"{address}/")}
