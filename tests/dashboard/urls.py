"""The pages and the API's identity calls, as the product joins them."""

from django.urls import include, path

from foundation import api_errors

urlpatterns = [
    path("", include("dashboard.urls")),
    path("", include("organizations.urls")),
]
handler400, handler403, handler404, handler500 = api_errors.handler400, api_errors.handler403, api_errors.handler404, api_errors.handler500
