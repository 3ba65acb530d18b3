"""The tabs whose layer is a list of items (glossary, instructions, brand voices): one list, one form and the same acts for each.

`layer_tabs` says what is different. The items are read and written by `engines.management.layer_services`, which raise the engine's version.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from engines.management import layer_services
from engines.management.entity_tags import entity_tag
from engines.management.layer_kinds import Item
from engines.management.layer_services import find_item, find_removed
from engines.pages.frame import EngineTab
from engines.pages.item_forms import ItemFilter, ItemForm
from engines.pages.layer_tabs import LAYER_TABS, LayerTab
from foundation.api_errors import ApiError, Conflict, PreconditionFailed
from foundation.ids import is_id
from foundation.keyset import cut_keyset
from organizations.audit import author_of

PAGE_SIZE = 50
ADD_ANOTHER = "another"  # the button that saves and begins the next
STALE = "It was changed in the meantime; look at it again."


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A line of the list. `tag` is of the item as it is shown here; `edit` and `delete` are addresses."""

    item: Item
    tag: str
    edit: str
    delete: str


class LayerPage(EngineTab):
    """Any page or act of one layer. `layer`, `title` and `is_active_tab` come with the address, in place of these."""

    layer: LayerTab = LAYER_TABS[0]
    is_active_tab = layer.url_name

    def list_address(self, **query: str) -> str:
        """Under the filters of this request."""
        kept = self.request.GET.copy()
        kept.pop("deleted", None)
        for name, value in query.items():
            kept[name] = value
        return self.address(self.layer.url_name) + (f"?{kept.urlencode()}" if kept else "")

    def row(self, item: Item) -> ItemRow:
        edit, delete = (self.address(f"{self.layer.url_name}-{act}", item.pk) for act in ("edit", "delete"))
        return ItemRow(item, entity_tag(self.layer.kind.show(item)), edit, delete)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        new = self.address(f"{self.layer.url_name}-new")
        return {**super().get_context_data(**kwargs), "layer": self.layer, "list_address": self.address(self.layer.url_name), "new_address": new}


class ItemsPage(LayerPage):
    """The list, newest first."""

    def get_template_names(self) -> list[str]:
        return [self.layer.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        layer, rows = self.layer, self.layer.kind.rows(self.engine)
        form = ItemFilter(self.request.GET, texts=layer.texts, locales=layer.locales, has_types="type" in layer.form.base_fields)
        before, after = (place if is_id(place, layer.kind.prefix) else "" for place in map(self._asked, ("before", "after")))
        page = cut_keyset(rows.filter(form.condition()), before=before, after=after, size=PAGE_SIZE)
        return {
            **super().get_context_data(**kwargs),
            "form": form,
            "page": page,
            "rows": [self.row(item) for item in page.rows],
            "total": rows.count(),
            "is_narrowed": form.is_filtering or bool(before or after),
            **self._removed(),
        }

    def _asked(self, name: str) -> str:
        return self.request.GET.get(name, "")

    def _removed(self) -> dict[str, str]:
        """What was deleted just now and can come back, named in the address."""
        item_id = self._asked("deleted")
        if not item_id or find_removed(self.layer.kind, self.engine, item_id) is None or self.layer.kind.find(self.engine, item_id):
            return {}
        return {"restore_address": self.address(f"{self.layer.url_name}-restore", item_id)}


class NewItemPage(LayerPage):
    """The form of an item that is not there yet."""

    template_name = "engines/layer_item.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        given = {name: value for name, value in request.GET.items() if name in self.layer.form.sticky}
        return self.render_to_response(self.get_context_data(item_form=self.layer.form(initial=given)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.layer.form(request.POST)
        item = self._add(form) if form.is_valid() else None
        if item is None:
            return self.render_to_response(self.get_context_data(item_form=form), status=400)
        messages.success(request, f"Added {self.layer.name(item)}. It holds for everything translated from now on.")
        if request.POST.get("act") != ADD_ANOTHER:
            return redirect(self.address(self.layer.url_name))
        query = request.GET.copy()
        query.update({name: getattr(item, name) for name in form.sticky})
        return redirect(self.address(f"{self.layer.url_name}-new") + f"?{query.urlencode()}")

    def _add(self, form: ItemForm) -> Item | None:
        values = form.item_values()
        if values is None:
            return None
        author = author_of(self.request, self.actor)
        try:
            item: Item = layer_services.add_item(
                self.layer.kind, actor=self.actor, engine_id=self.engine.pk, values=values, author=author, now=self.now
            )
        except ApiError as exc:
            form.show_refusal(exc)
            return None
        return item


class ItemPage(LayerPage):
    """One item, to be changed."""

    template_name = "engines/layer_item.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        item = find_item(self.layer.kind, self.engine, kwargs["item_id"])
        return self._show(item, self.layer.form.showing(self.layer.form.stored(item)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        item = find_item(self.layer.kind, self.engine, kwargs["item_id"])
        form = self.layer.form(request.POST)
        if not form.is_valid():
            return self._show(item, form, status=400)
        try:
            if form.is_stale(self.layer.form.stored(item)):
                raise PreconditionFailed
            changed = self._change(item, form)
        except PreconditionFailed:
            item = find_item(self.layer.kind, self.engine, item.pk)
            stored = self.layer.form.stored(item)
            return self._show(item, form.merged(stored), status=409, is_stale=True, differences=form.differences(stored))
        if changed is None:
            return self._show(item, form, status=400)
        messages.success(request, f"Saved {self.layer.name(changed)}.")
        return redirect(self.address(self.layer.url_name))

    def _change(self, item: Item, form: ItemForm) -> Item | None:
        """None where the form now says what is wrong. Raises PreconditionFailed."""
        values = form.item_values()
        if values is None:
            return None
        kind, author = self.layer.kind, author_of(self.request, self.actor)
        tag = entity_tag(kind.show(item))
        try:
            changed: Item = layer_services.change_item(
                kind, actor=self.actor, engine_id=self.engine.pk, item_id=item.pk, values=values, if_match=tag, author=author, now=self.now
            )
        except PreconditionFailed:
            raise
        except ApiError as exc:
            form.show_refusal(exc)
            return None
        return changed

    def _show(self, item: Item, form: ItemForm, *, status: int = 200, **context: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(item_form=form, row=self.row(item), **context), status=status)


class DeleteItem(LayerPage):
    """Deletes an item; the list that follows offers to undo it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        kind, item = self.layer.kind, find_item(self.layer.kind, self.engine, kwargs["item_id"])
        given = {"actor": self.actor, "engine_id": self.engine.pk, "item_id": item.pk, "if_match": request.POST.get("tag", "")}
        name = self.layer.name(item)
        try:
            layer_services.delete_item(kind, **given, author=author_of(request, self.actor), now=self.now)
        except PreconditionFailed:
            messages.error(request, f"{name} was not deleted. {STALE}")
            return redirect(self.list_address())
        messages.success(request, f"Deleted {name}.")
        return redirect(self.list_address(deleted=kwargs["item_id"]))


class RestoreItem(LayerPage):
    """Undoes a deletion."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        author = author_of(request, self.actor)
        given = {"actor": self.actor, "engine_id": self.engine.pk, "item_id": kwargs["item_id"], "author": author, "now": self.now}
        try:
            item = layer_services.restore_item(self.layer.kind, **given)
            messages.success(request, f"{self.layer.name(item)} is back.")
        except Conflict as exc:
            messages.error(request, exc.message)
        return redirect(self.address(self.layer.url_name))
