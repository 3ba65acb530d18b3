"""Addresses of the pages of this app, below the organization's."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
