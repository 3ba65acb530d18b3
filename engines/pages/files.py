"""Glossary and memory as files: taken out as they are, and taken in whole or not at all, with every bad row named as the API names it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from engines.management import glossary_services, memory_services
from engines.management.files.parsers import TmxParser, Upload
from engines.management.files.rows import decode
from engines.management.glossary_views import MEDIA_TYPES
from engines.pages.frame import EngineTab
from engines.tmx import export_tmx
from foundation.api_errors import ApiError, BadRequest, PayloadTooLarge
from foundation.customer_json import Problem
from organizations.audit import author_of
from organizations.forms import PageForm

SHOWN = 200  # problems of one file; the API lists more


class FileForm(PageForm):
    """A file to take in. `is_whole`: it is all there is to be, so what it lacks is removed."""

    file = forms.FileField(label="File", error_messages={"required": "Choose a file.", "empty": "The file is empty."})

    def __init__(self, *args: Any, accept: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["file"].widget.attrs["accept"] = accept
        self.fields["file"].help_text = f"At most {settings.BODY_LIMIT // 1024 // 1024} MB."


class GlossaryFileForm(FileForm):
    is_whole = forms.BooleanField(
        label="Remove the terms that the file does not have",
        required=False,
        help_text="The glossary then is what the file says, no more. Export it first: this cannot be undone.",
    )


class ImportPage(EngineTab):
    """The form, and what was wrong with a file. Subclasses say what becomes of one."""

    template_name = "engines/file.html"
    about = ""
    accept = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=self.form()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.form(request.POST, request.FILES)
        if not form.is_valid():
            return self._refuse(form, 400)
        try:
            messages.success(request, self.take_in(form))
        except ApiError as exc:
            form.add_error(None, exc.message)
            rows = [problem for problem in exc.problems if problem.path] if isinstance(exc, BadRequest) else []
            return self._refuse(form, exc.status_code, rows)
        return redirect(self.address(self.is_active_tab))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "about": self.about, "back": self.address(self.is_active_tab)}

    def _refuse(self, form: FileForm, status: int, problems: Sequence[Problem] = ()) -> HttpResponse:
        context = self.get_context_data(form=form, problems=problems[:SHOWN], more_problems=max(0, len(problems) - SHOWN))
        return self.render_to_response(context, status=status)

    def form(self, *sent: Any) -> FileForm:
        return FileForm(*sent, accept=self.accept)

    def take_in(self, form: FileForm) -> str:
        """A sentence about what was done. Raises ApiError, and then nothing was."""
        raise NotImplementedError


class ImportGlossary(ImportPage):
    title = "Import a glossary"
    is_active_tab = "engine-glossary"
    about = "A CSV file with the columns sourceText, targetText, sourceLocale, targetLocale, type and hint (the first must be there), or TBX."
    accept = ".csv,.tbx,.xml,text/csv,application/x-tbx+xml,application/xml"

    def form(self, *sent: Any) -> FileForm:
        return GlossaryFileForm(*sent, accept=self.accept)

    def take_in(self, form: FileForm) -> str:
        content = read_file(form.cleaned_data["file"])
        upload = Upload("tbx" if decode(content).lstrip().startswith("<") else "csv", content)
        imported = glossary_services.import_glossary(
            actor=self.actor,
            engine_id=self.engine.pk,
            terms=glossary_services.read_terms(upload),
            replace=form.cleaned_data["is_whole"],
            file_format=upload.format,
            author=author_of(self.request, self.actor),
            now=self.now,
        )
        removed = f", {imported.removed:,} removed" if imported.removed else ""
        return f"Imported: {imported.added:,} new, {imported.unchanged:,} there already{removed}."


class ImportMemory(ImportPage):
    title = "Import a memory"
    is_active_tab = "engine-memory"
    about = (
        "A TMX file. Its translations are taken for people's, unless it says of an entry that a machine made it. "
        "An entry that is there already for the same text is replaced."
    )
    accept = ".tmx,.xml,application/x-tmx+xml,application/xml"

    def take_in(self, form: FileForm) -> str:
        content, author = read_file(form.cleaned_data["file"]), author_of(self.request, self.actor)
        count = memory_services.import_memory(actor=self.actor, engine_id=self.engine.pk, content=content, author=author, now=self.now)
        return f"Translations imported: {count:,}."


class ExportGlossary(EngineTab):
    """The whole glossary: CSV for spreadsheets, in which no cell is a formula, or TBX."""

    is_active_tab = "engine-glossary"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        file_format = kwargs["file_format"]
        if file_format not in MEDIA_TYPES:
            raise Http404("A glossary is exported as csv or tbx.")
        content = glossary_services.export_glossary(self.engine, file_format)
        return download(content, MEDIA_TYPES[file_format], f"glossary-{self.engine.pk}.{file_format}")


class ExportMemory(EngineTab):
    """The whole memory as TMX."""

    is_active_tab = "engine-memory"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return download(b"".join(export_tmx(self.engine)), TmxParser.media_type, f"memory-{self.engine.pk}.tmx")


def read_file(file: "UploadedFile[Any]") -> bytes:
    """Raises PayloadTooLarge for more than the API would take."""
    if (file.size or 0) > settings.BODY_LIMIT:
        raise PayloadTooLarge(settings.BODY_LIMIT)
    content: bytes = file.read()
    return content


def download(content: bytes, media_type: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
