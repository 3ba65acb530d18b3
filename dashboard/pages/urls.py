"""Addresses of the pages of this app: below the organization's, and a person's own."""

from django.urls import path

from dashboard.pages.api_keys import ApiKeysPage, NewPersonalKeyPage, NewServiceKeyPage, RevokeKey
from dashboard.pages.password_reset import AskForReset, ResetComplete, ResetSent, SetNewPassword
from dashboard.pages.profile import ChangeName, ChangeReviewing, MuteEngine, ProfilePage
from dashboard.pages.reports import ReportsFile, ReportsPage
from dashboard.pages.roles import DeleteRole, NewRolePage, RolePage, RolesPage
from dashboard.pages.settings import ChangeBudget, ChangeDetails, ChangeWebhook, RevealSecret, RotateSecret, SettingsPage

urlpatterns = [
    path("orgs/<str:organization_id>/reports", ReportsPage.as_view(), name="reports"),
    path("orgs/<str:organization_id>/reports.csv", ReportsFile.as_view(), name="reports-csv"),
    path("orgs/<str:organization_id>/roles", RolesPage.as_view(), name="roles"),
    path("orgs/<str:organization_id>/roles/new", NewRolePage.as_view(), name="new-role"),
    path("orgs/<str:organization_id>/roles/<str:role_id>", RolePage.as_view(), name="role"),
    path("orgs/<str:organization_id>/roles/<str:role_id>/delete", DeleteRole.as_view(), name="delete-role"),
    path("orgs/<str:organization_id>/api-keys", ApiKeysPage.as_view(), name="api-keys"),
    path("orgs/<str:organization_id>/api-keys/new", NewPersonalKeyPage.as_view(), name="new-personal-key"),
    path("orgs/<str:organization_id>/api-keys/new-service", NewServiceKeyPage.as_view(), name="new-service-key"),
    path("orgs/<str:organization_id>/api-keys/<str:key_id>/revoke", RevokeKey.as_view(), name="revoke-api-key"),
    path("orgs/<str:organization_id>/settings", SettingsPage.as_view(), name="settings"),
    path("orgs/<str:organization_id>/settings/details", ChangeDetails.as_view(), name="change-details"),
    path("orgs/<str:organization_id>/settings/webhook", ChangeWebhook.as_view(), name="change-webhook"),
    path("orgs/<str:organization_id>/settings/budget", ChangeBudget.as_view(), name="change-budget"),
    path("orgs/<str:organization_id>/settings/secret", RevealSecret.as_view(), name="reveal-secret"),
    path("orgs/<str:organization_id>/settings/secret/rotate", RotateSecret.as_view(), name="rotate-secret"),
    path("profile", ProfilePage.as_view(), name="profile"),
    path("profile/name", ChangeName.as_view(), name="change-name"),
    path("profile/reviewing", ChangeReviewing.as_view(), name="change-reviewing"),
    path("profile/engines/<str:engine_id>/mute", MuteEngine.as_view(), name="mute-engine"),
    path("profile/engines/<str:engine_id>/unmute", MuteEngine.as_view(is_muting=False), name="unmute-engine"),
    path("password-reset", AskForReset.as_view(), name="password-reset"),
    path("password-reset/sent", ResetSent.as_view(), name="password-reset-sent"),
    path("password-reset/complete", ResetComplete.as_view(), name="password-reset-complete"),
    path("password-reset/<str:uidb64>/<str:token>", SetNewPassword.as_view(), name="password-reset-confirm"),
]
