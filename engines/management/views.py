"""Engines and their pipeline over REST (contract §7, §3.2)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engines.management import services
from engines.management.entity_tags import ETAG, IF_MATCH, required_if_match, tagged
from engines.management.locking import find_engine
from engines.management.pages import PageQuery, cut_page, read_page_query
from engines.management.requests import EngineInput
from engines.management.serializers import EngineOutput, EnginePage, show_pipeline
from engines.models import Engine
from engines.pipeline_serializer import EnginePipelineSerializer, PipelineOutput
from organizations.audit import author_of
from organizations.authentication import actor_of, now_of
from organizations.permissions import MANAGE_SETTINGS, require

TAG = ["Engines"]


class EnginesView(APIView):
    """The engines that the key may use."""

    @extend_schema(operation_id="listEngines", tags=TAG, summary="List engines, newest first", parameters=[PageQuery], responses=EnginePage)
    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        rows, cursor = cut_page(Engine.objects.visible_to(actor), read_page_query(request), scope=f"engines:{actor.organization.pk}")
        return Response({"items": [services.show_engine(engine) for engine in rows], "nextCursor": cursor})

    @extend_schema(
        operation_id="createEngine", tags=TAG, summary="Create an engine", request=EngineInput, parameters=[ETAG], responses={201: EngineOutput}
    )
    def post(self, request: Request) -> Response:
        """With a primary and a fallback model for every pair. Needs `org:manage_settings`. The first engine becomes the default."""
        actor = actor_of(request)
        require(actor, MANAGE_SETTINGS)
        body = EngineInput(data=request.data)
        body.is_valid(raise_exception=True)
        engine = services.create_engine(actor=actor, values=body.validated_data, author=author_of(request, actor), now=now_of(request))
        return tagged(services.show_engine(engine), status=201)


class EngineView(APIView):
    """One engine."""

    @extend_schema(operation_id="getEngine", tags=TAG, summary="Get an engine", parameters=[ETAG], responses=EngineOutput)
    def get(self, request: Request, engine_id: str) -> Response:
        return tagged(services.show_engine(find_engine(actor_of(request), engine_id)))

    @extend_schema(
        operation_id="changeEngine",
        tags=TAG,
        summary="Change an engine",
        request=EngineInput(partial=True),
        parameters=[IF_MATCH, ETAG],
        responses=EngineOutput,
    )
    def put(self, request: Request, engine_id: str) -> Response:
        """Members that are left out stay as they are; `pipelineConfig` is replaced whole."""
        actor = actor_of(request)
        find_engine(actor, engine_id)
        if_match = required_if_match(request)
        body = EngineInput(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        author, now = author_of(request, actor), now_of(request)
        engine = services.change_engine(actor=actor, engine_id=engine_id, values=body.validated_data, if_match=if_match, author=author, now=now)
        return tagged(services.show_engine(engine))

    @extend_schema(operation_id="deleteEngine", tags=TAG, summary="Delete an engine", parameters=[IF_MATCH], responses={204: None})
    def delete(self, request: Request, engine_id: str) -> Response:
        """With its layers and its memory; finished jobs keep its id and name. Needs `org:manage_settings`. 409 while job groups are unfinished."""
        actor = actor_of(request)
        find_engine(actor, engine_id)
        require(actor, MANAGE_SETTINGS)
        if_match = required_if_match(request)
        services.delete_engine(actor=actor, engine_id=engine_id, if_match=if_match, author=author_of(request, actor), now=now_of(request))
        return Response(status=204)


class PipelineView(APIView):
    """Which stages run for an engine's jobs, where a submission does not say otherwise."""

    @extend_schema(operation_id="getPipeline", tags=TAG, summary="Get an engine's pipeline", parameters=[ETAG], responses=PipelineOutput)
    def get(self, request: Request, engine_id: str) -> Response:
        return tagged(show_pipeline(find_engine(actor_of(request), engine_id)))

    @extend_schema(
        operation_id="setPipeline",
        tags=TAG,
        summary="Set an engine's pipeline",
        request=EnginePipelineSerializer,
        parameters=[IF_MATCH, ETAG],
        responses=PipelineOutput,
    )
    def put(self, request: Request, engine_id: str) -> Response:
        """The whole of it: what is left out has its default. Groups that were submitted keep theirs."""
        actor = actor_of(request)
        find_engine(actor, engine_id)
        if_match = required_if_match(request)
        body = EnginePipelineSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        config: dict[str, dict[str, Any]] = body.validated_data
        author, now = author_of(request, actor), now_of(request)
        engine = services.set_pipeline(actor=actor, engine_id=engine_id, config=config, if_match=if_match, author=author, now=now)
        return tagged(show_pipeline(engine))
