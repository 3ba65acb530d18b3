"""The dashboard uses the admin as a frame for its own pages. Its forms edit no table: they would bypass every rule and the audit log."""

from django.apps import AppConfig
from django.contrib import admin


class DashboardConfig(AppConfig):
    name = "dashboard"

    def ready(self) -> None:
        """Other apps registered their tables when the admin, which is listed before this app, looked for them."""
        admin.site.unregister(list(admin.site._registry))
