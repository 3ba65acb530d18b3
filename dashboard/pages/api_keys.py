"""`/orgs/<id>/api-keys`: one's own keys, and for managers of the team the service keys; new ones, and revoking.

A key's text is in the answer to the POST that made it and nowhere else: in no address, no message store, no log, no cache. Personal keys are their
owner's alone; they end when the owner is removed from the team.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from dashboard.pages.key_forms import PersonalKeyForm, ServiceKeyForm
from engines.grants import EngineUserPermission
from engines.models import Engine
from foundation.api_errors import NotFound
from foundation.ids import is_id
from organizations.audit import author_of
from organizations.granting import giveable_roles
from organizations.models import ApiKey, Membership
from organizations.pages.acts import Act, keep_secret
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_TEAM, may
from organizations.services import create_personal_key, create_service_key, revoke_key

SHOWN = 100  # of each list, newest first


@dataclass(frozen=True, slots=True)
class KeyRow:
    """`may`: what a service key may do, in a phrase; empty for a personal one, which may do what its owner may."""

    key: ApiKey
    may: str = ""


class ApiKeysPage(OrganizationPage):
    """The lists."""

    template_name = "dashboard/api_keys.html"
    title = "API keys"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organization = self.actor.organization
        is_manager = may(self.actor, MANAGE_TEAM)
        live = ApiKey.objects.live(self.now).filter(organization=organization).order_by("-id")
        own = list(live.filter(kind=ApiKey.Kind.PERSONAL, user=self.actor.user)[:SHOWN])
        services = list(_with_role(live.filter(kind=ApiKey.Kind.SERVICE))[:SHOWN]) if is_manager else []
        return {
            **super().get_context_data(**kwargs),
            "own": [KeyRow(key) for key in own],
            "services": _service_rows(services),
            "is_manager": is_manager,
            "ended": list(_ended(self, is_manager)[:SHOWN]),
        }


class _NewKeyPage(OrganizationPage):
    """A form; the answer to its POST shows the key, once."""

    template_name = "dashboard/new_api_key.html"

    def make_form(self, data: Any = None) -> Any:
        raise NotImplementedError

    def create(self, form: Any) -> tuple[ApiKey, str]:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trail = [("API keys", reverse("api-keys", args=[self.actor.organization.pk]))]
        return {"form": kwargs.get("form") or self.make_form(), **super().get_context_data(**kwargs), "trail": trail}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.make_form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=400)
        key, text = self.create(form)
        context = {**self.get_context_data(form=form), "key": key, "text": text, "public_url": settings.PUBLIC_URL}
        return keep_secret(self.response_class(request, ["dashboard/api_key_made.html"], context))


class NewPersonalKeyPage(_NewKeyPage):
    title = "New personal key"

    def make_form(self, data: Any = None) -> PersonalKeyForm:
        return PersonalKeyForm(data)

    def create(self, form: PersonalKeyForm) -> tuple[ApiKey, str]:
        return create_personal_key(
            organization=self.actor.organization,
            user=self.actor.user,
            name=form.cleaned_data["name"],
            expires_at=form.expires_at(self.now),
            author=author_of(self.request, self.actor),
            now=self.now,
        )


class NewServiceKeyPage(_NewKeyPage):
    """A service is made as a member is: by who manages the team."""

    title = "New service key"
    permission = MANAGE_TEAM

    def make_form(self, data: Any = None) -> ServiceKeyForm:
        engines = list(Engine.objects.filter(organization=self.actor.organization).order_by("name", "id").only("id", "name", "organization"))
        return ServiceKeyForm(data, roles=giveable_roles(self.actor), engines=engines)

    def create(self, form: ServiceKeyForm) -> tuple[ApiKey, str]:
        return create_service_key(
            organization=self.actor.organization,
            creator=self.actor.user,
            name=form.cleaned_data["name"],
            role=form.role_given,
            engines=form.engines_given,
            expires_at=form.expires_at(self.now),
            author=author_of(self.request, self.actor),
            now=self.now,
        )


class RevokeKey(Act):
    """One's own key, or a service's by who manages the team; any other is not there."""

    def act(self) -> str:
        key = self._find(self.kwargs["key_id"])
        revoke_key(key=key, author=self.author, now=self.now)
        return f"Revoked. Calls with {key.name} ({key.hint}…) are refused from now on."

    def back(self) -> str:
        return reverse("api-keys", args=[self.actor.organization.pk])

    def _find(self, key_id: str) -> ApiKey:
        keys = ApiKey.objects.select_related("organization").filter(_reachable(self, may(self.actor, MANAGE_TEAM)))
        key = keys.filter(pk=key_id).first() if is_id(key_id, "key") else None
        if key is None:
            raise NotFound("apiKey", key_id)
        return key


def _reachable(page: OrganizationPage, is_manager: bool) -> Q:
    own = Q(kind=ApiKey.Kind.PERSONAL, user=page.actor.user)
    return Q(organization=page.actor.organization) & (own | Q(kind=ApiKey.Kind.SERVICE) if is_manager else own)


def _ended(page: OrganizationPage, is_manager: bool) -> QuerySet[ApiKey]:
    over = Q(revoked_at__isnull=False) | Q(expires_at__lte=page.now)
    return ApiKey.objects.filter(over & _reachable(page, is_manager)).order_by("-id")


def _with_role(keys: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
    role = Membership.objects.filter(organization=OuterRef("organization"), user=OuterRef("user")).values("role__name")[:1]
    return keys.select_related("creator").annotate(role_name=Subquery(role))


def _service_rows(keys: Sequence[ApiKey]) -> list[KeyRow]:
    """One query for the engines of all."""
    if not keys:
        return []
    engines: defaultdict[str, list[str]] = defaultdict(list)
    rows = EngineUserPermission.objects.filter(user__in=[key.user_id for key in keys]).order_by("content_object__name")
    for user_id, name in rows.values_list("user_id", "content_object__name"):
        engines[user_id].append(name)
    return [KeyRow(key, _may(getattr(key, "role_name", None), engines[key.user_id])) for key in keys]


def _may(role_name: str | None, engines: Sequence[str]) -> str:
    if role_name:
        return f"what {role_name} may"
    return f"use {', '.join(engines)}" if engines else "use every engine"
