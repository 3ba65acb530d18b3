"""Addresses of the pages of this app, below the organization's."""

from django.urls import path

from webhooks.pages.acts import EnableEndpoint, ReplayDelivery, SendTestEvent
from webhooks.pages.delivery import DeliveryBody, DeliveryPage
from webhooks.pages.log import WebhooksPage
from webhooks.pages.replaying import ReplayFailedPage

urlpatterns = [
    path("orgs/<str:organization_id>/webhooks", WebhooksPage.as_view(), name="webhooks"),
    path("orgs/<str:organization_id>/webhooks/test", SendTestEvent.as_view(), name="test-webhook"),
    path("orgs/<str:organization_id>/webhooks/replay-failed", ReplayFailedPage.as_view(), name="replay-failed"),
    path("orgs/<str:organization_id>/webhooks/endpoints/<int:endpoint_id>/enable", EnableEndpoint.as_view(), name="enable-endpoint"),
    path("orgs/<str:organization_id>/webhooks/<str:delivery_id>", DeliveryPage.as_view(), name="webhook-delivery"),
    path("orgs/<str:organization_id>/webhooks/<str:delivery_id>/body.json", DeliveryBody.as_view(), name="webhook-body"),
    path("orgs/<str:organization_id>/webhooks/<str:delivery_id>/replay", ReplayDelivery.as_view(), name="replay-webhook"),
]
