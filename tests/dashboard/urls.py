"""The pages and the API's identity calls, as the product joins them, and a page that needs a permission."""

from django.urls import include, path

from foundation import api_errors
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_TEAM


class TeamPage(OrganizationPage):
    template_name = "shell/page.html"
    title = "Team"
    permission = MANAGE_TEAM


urlpatterns = [
    path("", include("dashboard.urls")),
    path("", include("organizations.urls")),
    path("orgs/<str:organization_id>/team", TeamPage.as_view()),
]
handler400, handler403, handler404, handler500 = api_errors.handler400, api_errors.handler403, api_errors.handler404, api_errors.handler500
