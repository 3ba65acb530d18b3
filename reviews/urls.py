"""Addresses of the review API."""

from django.urls import path

from reviews import views

urlpatterns = [
    path("reviews", views.ReviewsView.as_view()),
    path("reviews/<str:review_id>", views.ReviewView.as_view()),
    path("reviews/<str:review_id>/claim", views.ClaimView.as_view()),
    path("reviews/<str:review_id>/heartbeat", views.HeartbeatView.as_view()),
    path("reviews/<str:review_id>/release", views.ReleaseView.as_view()),
    path("reviews/<str:review_id>/draft", views.DraftView.as_view()),
    path("reviews/<str:review_id>/submit", views.SubmitView.as_view()),
    path("reviews/<str:review_id>/withdraw", views.WithdrawView.as_view()),
    path("reviews/<str:review_id>/extend", views.ExtendView.as_view()),
    path("reviews/<str:review_id>/ship", views.ShipView.as_view()),
]
