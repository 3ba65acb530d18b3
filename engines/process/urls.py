"""Addresses of the synchronous API."""

from django.urls import path

from engines.process import views

urlpatterns = [
    path("process/localize", views.LocalizeView.as_view()),
    path("process/recognize", views.RecognizeView.as_view()),
    path("process/estimate", views.EstimateView.as_view()),
    path("i18n", views.LegacyLocalizeView.as_view()),
    path("recognize", views.LegacyRecognizeView.as_view()),
]
