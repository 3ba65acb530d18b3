"""Addresses of the pages of this app, below the organization's."""

from django.urls import path

from reviews.pages import workspace_urls
from reviews.pages.claiming import ClaimNext, ClaimReview, ReleaseReview
from reviews.pages.history import HistoryFile, HistoryPage
from reviews.pages.managed import ManagedReviewsPage
from reviews.pages.managers_acts import ExtendDeadline, ShipReview, WithdrawClaim
from reviews.pages.notifications import NotificationsPage, OpenNotification, ReadNotifications
from reviews.pages.queue import QueuePage
from reviews.pages.review import ManagedReviewPage
from reviews.pages.statistics import StatisticsFile, StatisticsPage

urlpatterns = [
    path("orgs/<str:organization_id>/human-reviewer", QueuePage.as_view(), name="human-reviewer"),
    path("orgs/<str:organization_id>/human-reviewer/next", ClaimNext.as_view(), name="claim-next"),
    path("orgs/<str:organization_id>/human-reviewer/<str:review_id>/claim", ClaimReview.as_view(), name="claim-review"),
    path("orgs/<str:organization_id>/human-reviewer/<str:review_id>/release", ReleaseReview.as_view(), name="release-review"),
    path("orgs/<str:organization_id>/reviews", ManagedReviewsPage.as_view(), name="managed-reviews"),
    path("orgs/<str:organization_id>/reviews/history", HistoryPage.as_view(), name="review-history"),
    path("orgs/<str:organization_id>/reviews/history.csv", HistoryFile.as_view(), name="review-history-csv"),
    path("orgs/<str:organization_id>/reviews/statistics", StatisticsPage.as_view(), name="review-statistics"),
    path("orgs/<str:organization_id>/reviews/statistics.csv", StatisticsFile.as_view(), name="review-statistics-csv"),
    path("orgs/<str:organization_id>/reviews/<str:review_id>", ManagedReviewPage.as_view(), name="managed-review"),
    path("orgs/<str:organization_id>/reviews/<str:review_id>/withdraw", WithdrawClaim.as_view(), name="withdraw-review"),
    path("orgs/<str:organization_id>/reviews/<str:review_id>/extend", ExtendDeadline.as_view(), name="extend-review"),
    path("orgs/<str:organization_id>/reviews/<str:review_id>/ship", ShipReview.as_view(), name="ship-review"),
    path("orgs/<str:organization_id>/notifications", NotificationsPage.as_view(), name="notifications"),
    path("orgs/<str:organization_id>/notifications/read", ReadNotifications.as_view(), name="read-notifications"),
    path("orgs/<str:organization_id>/notifications/<int:number>", OpenNotification.as_view(), name="open-notification"),
    *workspace_urls.urlpatterns,
]
