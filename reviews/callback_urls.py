"""The address of callbacks (`reviews.external_references.callback_url` makes it)."""

from django.urls import path

from reviews.callbacks import CallbackView
from reviews.external_references import CALLBACKS

urlpatterns = [path(f"{CALLBACKS}/<str:token>", CallbackView.as_view(), name="review-callback")]
