"""Addresses of the workspace: after all that `<review_id>` would take for a review."""

from django.urls import path

from reviews.pages.drafting import CheckText, FlagText, Heartbeat, SaveDraft
from reviews.pages.submitting import AcceptClean, LeaveReview, SubmitReview
from reviews.pages.workspace import Workspace, WorkspaceKey, WorkspaceList

_REVIEW = "orgs/<str:organization_id>/human-reviewer/<str:review_id>"

urlpatterns = [
    path(_REVIEW, Workspace.as_view(), name="review-workspace"),
    path(f"{_REVIEW}/list", WorkspaceList.as_view(), name="workspace-list"),
    path(f"{_REVIEW}/keys/<int:number>", WorkspaceKey.as_view(), name="workspace-key"),
    path(f"{_REVIEW}/drafts", SaveDraft.as_view(), name="workspace-drafts"),
    path(f"{_REVIEW}/checks", CheckText.as_view(), name="workspace-checks"),
    path(f"{_REVIEW}/flags", FlagText.as_view(), name="workspace-flags"),
    path(f"{_REVIEW}/heartbeat", Heartbeat.as_view(), name="workspace-heartbeat"),
    path(f"{_REVIEW}/clean", AcceptClean.as_view(), name="workspace-clean"),
    path(f"{_REVIEW}/leave", LeaveReview.as_view(), name="workspace-leave"),
    path(f"{_REVIEW}/submit", SubmitReview.as_view(), name="workspace-submit"),
]
