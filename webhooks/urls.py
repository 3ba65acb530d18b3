"""The addresses of `webhooks` on the API."""

from django.urls import path

from webhooks.views import Deliveries, DeliveryDetail, DeliveryReplay, Replay, SendTestEvent

urlpatterns = [
    path("webhooks/deliveries", Deliveries.as_view(), name="webhook-deliveries"),
    path("webhooks/deliveries/<str:delivery_id>", DeliveryDetail.as_view(), name="webhook-delivery"),
    path("webhooks/deliveries/<str:delivery_id>/replay", DeliveryReplay.as_view(), name="webhook-delivery-replay"),
    path("webhooks/replay", Replay.as_view(), name="webhook-replay"),
    path("webhooks/test", SendTestEvent.as_view(), name="webhook-test"),
]
