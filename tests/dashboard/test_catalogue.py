"""The page of all components, for those who work on pages."""

from django.test import Client, RequestFactory

from dashboard.catalogue import HOSTILE, Catalogue
from organizations.models import User


def test_catalogue_shows_every_component_and_nothing_live(owner: User) -> None:
    request = RequestFactory().get("/components")
    request.user = owner

    page = Catalogue.as_view()(request).render().content.decode()

    assert "Head of a page" in page
    assert HOSTILE not in page
    assert "This field is required." in page


def test_catalogue_is_not_there_without_debug(db: None) -> None:
    assert Client().get("/components").status_code == 404
