"""Addresses of the asynchronous API."""

from django.urls import path

from localization import views

urlpatterns = [
    path("jobs/localization", views.JobsView.as_view()),
    path("jobs/localization/<str:job_id>", views.JobView.as_view()),
    path("jobs/localization/groups/<str:group_id>", views.GroupView.as_view()),
    path("jobs/localization/groups/<str:group_id>/cancel", views.CancelView.as_view()),
    path("jobs/localization/groups/<str:group_id>/ws-ticket", views.TicketView.as_view()),
]
