"""Translation memories as TMX files over REST."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engines.management.files.parsers import TmxParser, TmxXmlParser, uploaded
from engines.management.locking import find_engine
from engines.management.memory_services import import_memory
from engines.management.serializers import MemoryImportOutput
from engines.tmx import export_tmx
from organizations.audit import author_of
from organizations.authentication import actor_of, now_of

TAG = ["Engine memory"]


class MemoryExportView(APIView):
    """What an engine remembers, as a file."""

    @extend_schema(operation_id="exportMemory", tags=TAG, summary="Export the memory", responses={(200, TmxParser.media_type): OpenApiTypes.STR})
    def get(self, request: Request, engine_id: str) -> HttpResponse:
        """TMX 1.4."""
        engine = find_engine(actor_of(request), engine_id)
        # Under ASGI Django collects a synchronous stream before it sends it, so there is none to be gained.
        content = b"".join(export_tmx(engine))
        return HttpResponse(content, content_type=TmxParser.media_type, headers={"Content-Disposition": f'attachment; filename="{engine.pk}.tmx"'})


class MemoryImportView(APIView):
    """A file taken into what an engine remembers."""

    parser_classes = [TmxParser, TmxXmlParser]

    @extend_schema(
        operation_id="importMemory",
        tags=TAG,
        summary="Import a memory",
        request={name: OpenApiTypes.STR for name in (TmxParser.media_type, TmxXmlParser.media_type)},
        responses=MemoryImportOutput,
    )
    def post(self, request: Request, engine_id: str) -> Response:
        """All of it or nothing: bad rows are listed. A translation that is there already for the same text and origin is replaced."""
        actor = actor_of(request)
        find_engine(actor, engine_id)
        content = uploaded(request.data).content
        count = import_memory(actor=actor, engine_id=engine_id, content=content, author=author_of(request, actor), now=now_of(request))
        return Response({"imported": count})
