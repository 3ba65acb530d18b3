"""Addresses of the pages of this app: below the organization's, and where an invitation's link leads."""

from django.urls import path

from organizations.pages.audit_log import AuditLogCsv, AuditLogPage
from organizations.pages.invitation import InvitationPage
from organizations.pages.team import ChangeRole, RemoveMember, ResendInvitation, TeamPage, WithdrawInvitation

urlpatterns = [
    path("orgs/<str:organization_id>/team", TeamPage.as_view(), name="team"),
    path("orgs/<str:organization_id>/team/invitations/<str:invitation_id>/resend", ResendInvitation.as_view(), name="resend-invitation"),
    path("orgs/<str:organization_id>/team/invitations/<str:invitation_id>/withdraw", WithdrawInvitation.as_view(), name="withdraw-invitation"),
    path("orgs/<str:organization_id>/team/<str:user_id>/role", ChangeRole.as_view(), name="change-role"),
    path("orgs/<str:organization_id>/team/<str:user_id>/remove", RemoveMember.as_view(), name="remove-member"),
    path("orgs/<str:organization_id>/audit-log", AuditLogPage.as_view(), name="audit-log"),
    path("orgs/<str:organization_id>/audit-log.csv", AuditLogCsv.as_view(), name="audit-log-csv"),
    path("invitations/<str:secret>", InvitationPage.as_view(), name="invitation"),
]
