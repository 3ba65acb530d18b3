"""What the frame around every page shows: the mark, the organization one is in, the way to the others, and the pages one may see.

`settings.UNFOLD` names these functions; unfold calls them with each request. Outside an organization there is no actor, and only the way back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

from engines.models import Engine
from organizations.access import Actor
from organizations.models import Membership, User
from organizations.permissions import ACCESS_ENGINES, ON_ORGANIZATION

Link = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """An entry of the sidebar: a page of the organization, by its URL name; `needs` is a contract permission (None: every member)."""

    title: str
    icon: str  # of Material Symbols, which unfold ships
    url_name: str
    needs: str | None = None


PAGES = (
    Page("Home", "home", "organization"),
    Page("Jobs", "translate", "jobs", ACCESS_ENGINES),
)


def sidebar(request: HttpRequest) -> list[Link]:
    """unfold's SIDEBAR navigation: the pages that the actor may see (outside an organization, the way back to it), then the API's description."""
    actor = current_actor(request)
    pages: list[Link] = [{"title": "Home", "icon": "home", "link": reverse("home"), "active": False}]
    if actor:
        held = actor.permissions()
        pages = [_link(page, actor, request) for page in PAGES if _is_shown(page, actor, held)]
    return [
        {"items": pages},
        {"separator": True, "items": [{"title": "API reference", "icon": "api", "link": "/docs", "active": False}]},
    ]


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
    """Whether the actor holds what the page needs; `engine:access` counts on chosen engines too."""
    if page.needs is None or ON_ORGANIZATION[page.needs] in held:
        return True
    return page.needs == ACCESS_ENGINES and Engine.objects.visible_to(actor).exists()


def _link(page: Page, actor: Actor, request: HttpRequest) -> Link:
    address = reverse(page.url_name, args=[actor.organization.pk])
    return {"title": page.title, "icon": page.icon, "link": address, "active": request.path == address or request.path.startswith(f"{address}/")}
