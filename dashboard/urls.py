"""The addresses of the shell, and what unfold's templates call `admin:…`: its frame, without the admin's pages."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from dashboard.catalogue import Catalogue
from dashboard.pages.home import OrganizationHome
from dashboard.views import Home, Login

frame = [
    path("", RedirectView.as_view(pattern_name="home"), name="index"),
    path("login/", RedirectView.as_view(pattern_name="login", query_string=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password_change/", admin.site.admin_view(admin.site.password_change, cacheable=True), name="password_change"),
    path("password_change/done/", admin.site.admin_view(admin.site.password_change_done, cacheable=True), name="password_change_done"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", Home.as_view(), name="home"),
    path("login", Login.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("orgs/<str:organization_id>/", OrganizationHome.as_view(), name="organization"),
    path("", include("dashboard.pages.urls")),
    *(path("", include(f"{app}.pages.urls")) for app in ("organizations", "webhooks", "engines", "localization", "reviews")),
    path("admin/", (frame, "admin", "admin")),
]

if settings.DEBUG:
    urlpatterns += [path("components", Catalogue.as_view(), name="components")]
