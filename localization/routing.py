"""Addresses of sockets."""

from django.urls import path

from localization.consumers import GroupStream

websocket_urlpatterns = [
    path("jobs/localization/groups/<str:group_id>/ws", GroupStream.as_asgi()),
]
