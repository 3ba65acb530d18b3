"""The buttons of the pages about webhooks: each calls one service, says what happened, and leads back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from foundation.api_errors import NotFound
from organizations.audit import author_of
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_SETTINGS
from webhooks.errors import NoDefaultURL, TransitionRefused
from webhooks.models import Delivery, Endpoint
from webhooks.pages.delivery import find_delivery
from webhooks.pages.forms import local_text
from webhooks.services import enable_endpoint, replay_delivery, send_test_event
from webhooks.transitions import failed_since


class _Act(OrganizationPage):
    http_method_names = ["post"]
    permission = MANAGE_SETTINGS


class SendTestEvent(_Act):
    """To the default URL; the event's own page shows what came back."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            delivery = send_test_event(self.actor.organization, self.now, author=author_of(request, self.actor))
        except NoDefaultURL:
            messages.error(request, "There is no default address to send a test event to.")
            return redirect("webhooks", self.actor.organization.pk)
        messages.success(request, "The test event is on its way. What comes back is shown here.")
        return redirect("webhook-delivery", self.actor.organization.pk, delivery.pk)


class ReplayDelivery(_Act):
    """Sends one delivery again."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        delivery = find_delivery(self.actor, kwargs["delivery_id"])
        say_replayed(request, delivery, self)
        return redirect("webhook-delivery", self.actor.organization.pk, delivery.pk)


class EnableEndpoint(_Act):
    """Lets deliveries through again, and asks about those that failed in the meantime."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        organization = self.actor.organization
        endpoint = Endpoint.objects.filter(organization=organization, pk=kwargs["endpoint_id"]).first()
        if endpoint is None:
            raise NotFound("endpoint", str(kwargs["endpoint_id"]))
        enable_endpoint(endpoint, self.now, author=author_of(request, self.actor))
        messages.success(request, f"{endpoint.url} is sent to again.")
        since = endpoint.disabled_at
        if since is None or not Delivery.objects.filter(failed_since(organization.pk, since)).exists():
            return redirect("webhooks", organization.pk)
        address = reverse("replay-failed", args=[organization.pk])
        return redirect(f"{address}?since={local_text(since, organization)}")


def say_replayed(request: HttpRequest, delivery: Delivery, page: OrganizationPage) -> None:
    """Sends an ended delivery again, and says so or why not."""
    try:
        replay_delivery(delivery, page.now, author=author_of(request, page.actor))
        messages.success(request, "The webhook is on its way again, with the same id and the same bytes.")
    except TransitionRefused:
        messages.error(request, "This webhook is still under way.")
