"""Every address of the product: the API has no prefix, the people's pages have theirs (`settings.HTML_PREFIXES`)."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django_prometheus.exports import ExportToDjangoView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from foundation import api_errors
from pipeline.health import HealthView, register_metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("localization.urls")),
    path("", include("engines.management.urls")),
    path("", include("engines.process.urls")),
    path("", include("webhooks.urls")),
    path("", include("reviews.callback_urls")),
    path("", include("reviews.urls")),
    path("", include("organizations.urls")),
    path("health", HealthView.as_view()),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("", include("dashboard.urls")),
]

if settings.METRICS:
    register_metrics()
    urlpatterns += [path("metrics", ExportToDjangoView)]

handler400 = api_errors.handler400
handler403 = api_errors.handler403
handler404 = api_errors.handler404
handler500 = api_errors.handler500
