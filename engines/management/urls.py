"""The addresses of engine management on the API."""

from django.urls import path

from engines.management import layer_views
from engines.management.credential_views import CredentialsView, CredentialView
from engines.management.glossary_views import GlossaryExportView, GlossaryImportView
from engines.management.memory_views import MemoryExportView, MemoryImportView
from engines.management.review_credential_views import ReviewCredentialsView, ReviewCredentialView
from engines.management.views import EnginesView, EngineView, PipelineView

_ENGINE = "engines/<str:engine_id>"

urlpatterns = [
    path("engines", EnginesView.as_view(), name="engines"),
    path(_ENGINE, EngineView.as_view(), name="engine"),
    path(f"{_ENGINE}/pipeline", PipelineView.as_view(), name="engine-pipeline"),
    path(f"{_ENGINE}/models", layer_views.ModelsView.as_view(), name="engine-models"),
    path(f"{_ENGINE}/models/<str:item_id>", layer_views.ModelView.as_view(), name="engine-model"),
    path(f"{_ENGINE}/glossary", layer_views.GlossaryView.as_view(), name="engine-glossary"),
    path(f"{_ENGINE}/glossary/export", GlossaryExportView.as_view(), name="engine-glossary-export"),
    path(f"{_ENGINE}/glossary/import", GlossaryImportView.as_view(), name="engine-glossary-import"),
    path(f"{_ENGINE}/glossary/<str:item_id>", layer_views.GlossaryItemView.as_view(), name="engine-glossary-item"),
    path(f"{_ENGINE}/memory/export", MemoryExportView.as_view(), name="engine-memory-export"),
    path(f"{_ENGINE}/memory/import", MemoryImportView.as_view(), name="engine-memory-import"),
    path(f"{_ENGINE}/instructions", layer_views.InstructionsView.as_view(), name="engine-instructions"),
    path(f"{_ENGINE}/instructions/<str:item_id>", layer_views.InstructionView.as_view(), name="engine-instruction"),
    path(f"{_ENGINE}/brand-voices", layer_views.BrandVoicesView.as_view(), name="engine-brand-voices"),
    path(f"{_ENGINE}/brand-voices/<str:item_id>", layer_views.BrandVoiceView.as_view(), name="engine-brand-voice"),
    path("provider-credentials", CredentialsView.as_view(), name="provider-credentials"),
    path("provider-credentials/<str:provider>", CredentialView.as_view(), name="provider-credential"),
    path("review-credentials", ReviewCredentialsView.as_view(), name="review-credentials"),
    path("review-credentials/<str:provider>", ReviewCredentialView.as_view(), name="review-credential"),
]
