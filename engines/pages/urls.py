"""Addresses of the pages of this app, below the organization's."""

from django.urls import URLPattern, path

from engines.pages.engine_list import EnginesPage
from engines.pages.engine_models import EngineModels, OrderModels, RemoveModel, TryModel
from engines.pages.engine_settings import DeleteEngine, EngineSettings
from engines.pages.layer_urls import urlpatterns as layer_patterns
from engines.pages.new_engine import NewEnginePage
from engines.pages.overview import EngineOverview
from engines.pages.providers import ProvidersPage, RemoveProviderKey, RemoveReviewAccount, SetProviderKey, SetReviewAccount

_ENGINES = "orgs/<str:organization_id>/engines"
_ENGINE = f"{_ENGINES}/<str:engine_id>"
_PROVIDERS = "orgs/<str:organization_id>/providers"

urlpatterns: list[URLPattern] = [
    path(_ENGINES, EnginesPage.as_view(), name="engines"),
    path(f"{_ENGINES}/new", NewEnginePage.as_view(), name="new-engine"),
    path(_ENGINE, EngineOverview.as_view(), name="engine"),
    path(f"{_ENGINE}/models", EngineModels.as_view(), name="engine-models"),
    path(f"{_ENGINE}/models/order", OrderModels.as_view(), name="order-models"),
    path(f"{_ENGINE}/models/<str:item_id>/remove", RemoveModel.as_view(), name="remove-model"),
    path(f"{_ENGINE}/models/<str:item_id>/try", TryModel.as_view(), name="try-model"),
    path(f"{_ENGINE}/settings", EngineSettings.as_view(), name="engine-settings"),
    path(f"{_ENGINE}/delete", DeleteEngine.as_view(), name="delete-engine"),
    *layer_patterns,
    path(_PROVIDERS, ProvidersPage.as_view(), name="providers"),
    path(f"{_PROVIDERS}/models/<str:provider>", SetProviderKey.as_view(), name="set-provider-key"),
    path(f"{_PROVIDERS}/models/<str:provider>/remove", RemoveProviderKey.as_view(), name="remove-provider-key"),
    path(f"{_PROVIDERS}/reviews/<str:provider>", SetReviewAccount.as_view(), name="set-review-account"),
    path(f"{_PROVIDERS}/reviews/<str:provider>/remove", RemoveReviewAccount.as_view(), name="remove-review-account"),
]
