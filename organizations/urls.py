"""The addresses of `organizations` on the API."""

from django.urls import path

from organizations.views import Me

urlpatterns = [path("users/me", Me.as_view(), name="users-me")]
