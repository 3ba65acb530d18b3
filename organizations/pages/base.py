"""What every page of an organization stands on: who may see it, and the frame it is shown in.

A page is `/orgs/<organization_id>/…`. Nobody logged in: to the log-in. A stranger to the organization: 404. A member without the page's permission:
403, which names it. Views find `self.actor` and `self.now`; templates extend `shell/page.html` and find `organization` and `actor`.
"""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.mixins import AccessMixin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.generic import TemplateView

from foundation.api_errors import Forbidden, NotFound
from organizations.access import Actor
from organizations.authentication import attach
from organizations.managers import DatabaseClock
from organizations.models import Membership, User
from organizations.permissions import require


class OrganizationPage(AccessMixin, TemplateView):
    """One page. Subclasses set `template_name`, `title`, and the contract's name of the permission it needs (none: every member)."""

    title: ClassVar[str]
    permission: ClassVar[str | None] = None

    actor: Actor
    now: datetime

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Log-in → membership → permission → the page. What a service refuses becomes the page of its status."""
        if not isinstance(request.user, User):
            return self.handle_no_permission()
        self.actor, self.now = member(request.user, kwargs["organization_id"])
        attach(request, self.actor, self.now)
        try:
            self.check()
            return super().dispatch(request, *args, **kwargs)
        except Forbidden as exc:
            raise PermissionDenied(exc.message) from exc
        except NotFound as exc:
            raise Http404(exc.message) from exc

    def check(self) -> None:
        """Raises Forbidden for a member who may not see the page."""
        if self.permission:
            require(self.actor, self.permission)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = admin.site.each_context(self.request)
        return {**super().get_context_data(**kwargs), **frame, "title": self.title, "organization": self.actor.organization, "actor": self.actor}


def member(user: User, organization_id: str) -> tuple[Actor, datetime]:
    """A logged-in person in one organization, and the database's clock: one query. Raises Http404 for a stranger."""
    rows = Membership.objects.select_related("organization").annotate(database_now=DatabaseClock())
    membership = rows.filter(user=user, organization_id=organization_id).first()
    now: datetime | None = getattr(membership, "database_now", None)
    if membership is None or now is None:
        raise Http404("No such organization.")
    return Actor(user=user, organization=membership.organization), now
