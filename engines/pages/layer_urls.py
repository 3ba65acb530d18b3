"""Addresses of the tabs about what an engine knows: glossary, instructions, brand voices, memory; and of the playground."""

from django.urls import URLPattern, path

from engines.pages.files import ExportGlossary, ExportMemory, ImportGlossary, ImportMemory
from engines.pages.layer_pages import DeleteItem, ItemPage, ItemsPage, LayerPage, NewItemPage, RestoreItem
from engines.pages.layer_tabs import LAYER_TABS, LayerTab
from engines.pages.memory import DeleteEntry, EntryPage, ForgetMachines, MemoryPage
from engines.pages.playground import PlaygroundPage

_ENGINE = "orgs/<str:organization_id>/engines/<str:engine_id>"


def _paths(layer: LayerTab) -> list[URLPattern]:
    """The list of a layer, and its acts."""
    base = f"{_ENGINE}/{layer.kind.noun}"
    views: list[tuple[str, str, type[LayerPage]]] = [
        ("", "", ItemsPage),
        ("/new", "-new", NewItemPage),
        ("/<str:item_id>", "-edit", ItemPage),
        ("/<str:item_id>/delete", "-delete", DeleteItem),
        ("/<str:item_id>/restore", "-restore", RestoreItem),
    ]
    shown = {"layer": layer, "title": layer.title, "is_active_tab": layer.url_name}
    return [path(base + address, view.as_view(**shown), name=layer.url_name + name) for address, name, view in views]


urlpatterns: list[URLPattern] = [
    path(f"{_ENGINE}/glossary/import", ImportGlossary.as_view(), name="import-glossary"),
    path(f"{_ENGINE}/glossary/export.<str:file_format>", ExportGlossary.as_view(), name="export-glossary"),
    *(pattern for layer in LAYER_TABS for pattern in _paths(layer)),
    path(f"{_ENGINE}/memory", MemoryPage.as_view(), name="engine-memory"),
    path(f"{_ENGINE}/memory/import", ImportMemory.as_view(), name="import-memory"),
    path(f"{_ENGINE}/memory/export.tmx", ExportMemory.as_view(), name="export-memory"),
    path(f"{_ENGINE}/memory/forget", ForgetMachines.as_view(), name="forget-machine-entries"),
    path(f"{_ENGINE}/memory/<str:entry_id>", EntryPage.as_view(), name="edit-memory-entry"),
    path(f"{_ENGINE}/memory/<str:entry_id>/delete", DeleteEntry.as_view(), name="delete-memory-entry"),
    path(f"{_ENGINE}/playground", PlaygroundPage.as_view(), name="engine-playground"),
]
