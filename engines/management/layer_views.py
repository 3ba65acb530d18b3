"""The items of an engine's layers over REST: one pair of views, made once for each kind of layer."""

from typing import Any, ClassVar, TypeVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engines.management import layer_services
from engines.management.entity_tags import ETAG, IF_MATCH, required_if_match, tagged
from engines.management.layer_kinds import BRAND_VOICES, GLOSSARY, INSTRUCTIONS, MODELS, LayerKind
from engines.management.layer_services import find_item
from engines.management.locking import find_engine
from engines.management.pages import PageQuery, cut_page, read_page_query
from organizations.audit import author_of
from organizations.authentication import actor_of, now_of

TAG = ["Engine layers"]
View = TypeVar("View", bound=type[APIView])


class _ItemsView(APIView):
    """The items of one layer of one engine."""

    kind: ClassVar[LayerKind]

    def get(self, request: Request, engine_id: str) -> Response:
        """Newest first."""
        engine = find_engine(actor_of(request), engine_id)
        rows, cursor = cut_page(self.kind.rows(engine), read_page_query(request), scope=f"{self.kind.noun}:{engine.pk}")
        return Response({"items": [self.kind.show(item) for item in rows], "nextCursor": cursor})

    def post(self, request: Request, engine_id: str) -> Response:
        """It holds for everything that is translated from now on."""
        actor = actor_of(request)
        find_engine(actor, engine_id)
        body = self.kind.input(data=request.data)
        body.is_valid(raise_exception=True)
        author, now = author_of(request, actor), now_of(request)
        item = layer_services.add_item(self.kind, actor=actor, engine_id=engine_id, values=body.validated_data, author=author, now=now)
        return tagged(self.kind.show(item), status=201)


class _ItemView(APIView):
    """One item of a layer."""

    kind: ClassVar[LayerKind]

    def get(self, request: Request, engine_id: str, item_id: str) -> Response:
        return tagged(self.kind.show(find_item(self.kind, find_engine(actor_of(request), engine_id), item_id)))

    def put(self, request: Request, engine_id: str, item_id: str) -> Response:
        """Members that are left out stay as they are."""
        actor = actor_of(request)
        find_item(self.kind, find_engine(actor, engine_id), item_id)
        if_match = required_if_match(request)
        body = self.kind.input(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        change: dict[str, Any] = {"values": body.validated_data, "if_match": if_match, "author": author_of(request, actor), "now": now_of(request)}
        item = layer_services.change_item(self.kind, actor=actor, engine_id=engine_id, item_id=item_id, **change)
        return tagged(self.kind.show(item))

    def delete(self, request: Request, engine_id: str, item_id: str) -> Response:
        actor = actor_of(request)
        find_item(self.kind, find_engine(actor, engine_id), item_id)
        if_match = required_if_match(request)
        author, now = author_of(request, actor), now_of(request)
        layer_services.delete_item(self.kind, actor=actor, engine_id=engine_id, item_id=item_id, if_match=if_match, author=author, now=now)
        return Response(status=204)


def _described(view: View, name: str, words: str) -> View:
    """The view with its operations in the API's description: `name` ends their ids, `words` their summaries."""
    kind: LayerKind = view.kind  # type: ignore[attr-defined]  # both kinds of view have one
    listing = {
        "get": extend_schema(operation_id=f"list{name}s", tags=TAG, summary=f"List {words}s", parameters=[PageQuery], responses=kind.page),
        "post": extend_schema(
            operation_id=f"add{name}", tags=TAG, summary=f"Add: {words}", request=kind.input, parameters=[ETAG], responses={201: kind.output}
        ),
    }
    single = {
        "get": extend_schema(operation_id=f"get{name}", tags=TAG, summary=f"Get: {words}", parameters=[ETAG], responses=kind.output),
        "put": extend_schema(
            operation_id=f"change{name}",
            tags=TAG,
            summary=f"Change: {words}",
            request=kind.input(partial=True),
            parameters=[IF_MATCH, ETAG],
            responses=kind.output,
        ),
        "delete": extend_schema(operation_id=f"delete{name}", tags=TAG, summary=f"Remove: {words}", parameters=[IF_MATCH], responses={204: None}),
    }
    return extend_schema_view(**(listing if issubclass(view, _ItemsView) else single))(view)


def _items_view(layer: LayerKind, name: str, words: str) -> type[APIView]:
    return _described(type(f"{name}sView", (_ItemsView,), {"kind": layer, "__doc__": _ItemsView.__doc__}), name, words)


def _item_view(layer: LayerKind, name: str, words: str) -> type[APIView]:
    return _described(type(f"{name}View", (_ItemView,), {"kind": layer, "__doc__": _ItemView.__doc__}), name, words)


ModelsView, ModelView = _items_view(MODELS, "Model", "model"), _item_view(MODELS, "Model", "model")
GlossaryView = _items_view(GLOSSARY, "GlossaryItem", "glossary item")
GlossaryItemView = _item_view(GLOSSARY, "GlossaryItem", "glossary item")
InstructionsView, InstructionView = _items_view(INSTRUCTIONS, "Instruction", "instruction"), _item_view(INSTRUCTIONS, "Instruction", "instruction")
BrandVoicesView, BrandVoiceView = _items_view(BRAND_VOICES, "BrandVoice", "brand voice"), _item_view(BRAND_VOICES, "BrandVoice", "brand voice")
