"""Glossaries as files over REST."""

from dataclasses import asdict

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engines.management import glossary_services
from engines.management.files.parsers import CsvParser, TbxParser, TbxXmlParser, uploaded
from engines.management.layer_views import TAG
from engines.management.locking import find_engine
from engines.management.requests import ExportQuery, ImportQuery
from engines.management.serializers import ImportOutput
from organizations.audit import author_of
from organizations.authentication import actor_of, now_of

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "tbx": "application/x-tbx+xml"}


class GlossaryExportView(APIView):
    """An engine's glossary as a file."""

    @extend_schema(
        operation_id="exportGlossary",
        tags=TAG,
        summary="Export the glossary",
        parameters=[ExportQuery],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/x-tbx+xml"): OpenApiTypes.STR},
    )
    def get(self, request: Request, engine_id: str) -> HttpResponse:
        """CSV for spreadsheets, in which no cell is a formula: an apostrophe stands before what could be one. Or TBX-Basic."""
        engine = find_engine(actor_of(request), engine_id)
        query = ExportQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        file_format = query.validated_data["format"]
        disposition = f'attachment; filename="glossary-{engine.pk}.{file_format}"'
        content = glossary_services.export_glossary(engine, file_format)
        return HttpResponse(content, content_type=MEDIA_TYPES[file_format], headers={"Content-Disposition": disposition})


class GlossaryImportView(APIView):
    """A file taken into an engine's glossary."""

    parser_classes = [CsvParser, TbxParser, TbxXmlParser]

    @extend_schema(
        operation_id="importGlossary",
        tags=TAG,
        summary="Import a glossary",
        parameters=[ImportQuery],
        request={name: OpenApiTypes.STR for name in ("text/csv", "application/x-tbx+xml", "application/xml")},
        responses=ImportOutput,
    )
    def post(self, request: Request, engine_id: str) -> Response:
        """All of it or nothing: bad rows are listed, each with its path and line."""
        actor = actor_of(request)
        find_engine(actor, engine_id)
        query = ImportQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        upload = uploaded(request.data)
        terms = glossary_services.read_terms(upload)
        replace, author = query.validated_data["mode"] == "replace", author_of(request, actor)
        imported = glossary_services.import_glossary(
            actor=actor, engine_id=engine_id, terms=terms, replace=replace, file_format=upload.format, author=author, now=now_of(request)
        )
        return Response(asdict(imported))
