"""The addresses of `organizations`: its calls, and its pages."""

from django.urls import path

from organizations.cli_views import CliConfirm, CliLogin
from organizations.views import CliSessions, CliSessionState, Me, Whoami

urlpatterns = [
    path("users/me", Me.as_view(), name="users-me"),
    path("whoami", Whoami.as_view()),
    path("cli-sessions", CliSessions.as_view()),
    path("cli-sessions/<str:session_id>", CliSessionState.as_view()),
    path("login/cli/<str:token>", CliLogin.as_view(), name="cli-login"),
    path("orgs/<str:organization_id>/cli/<str:token>", CliConfirm.as_view(), name="cli-confirm"),
]
