"""`/orgs/<id>/engines/<eng>/memory`: what the engine remembers, who or what made it, and how to correct or forget it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from engines.checks import Finding, Severity
from engines.management import memory_services
from engines.management.entity_tags import entity_tag
from engines.management.memory_services import FaultyText, find_decision, find_entry, show_entry
from engines.models import MemoryEntry
from engines.pages.frame import EngineTab
from engines.pages.memory_search import SEARCHED, MemoryFilter, count_entries, search_memory
from engines.pages.problem_form import VersionedForm, text_of
from foundation.api_errors import ApiError, PreconditionFailed
from foundation.locales import direction
from organizations.audit import author_of

LARGEST_DIGITS = 18  # of an entry's id


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A line of the list. `tag` is of the entry as it is shown here; a machine's is `is_outdated` once a layer has changed."""

    entry: MemoryEntry
    tag: str
    edit: str
    delete: str
    is_outdated: bool

    @property
    def is_human(self) -> bool:
        return self.entry.origin == MemoryEntry.Origin.HUMAN


class MemoryTab(EngineTab):
    """Any page or act of the memory."""

    title = "Memory"
    is_active_tab = "engine-memory"

    def row(self, entry: MemoryEntry) -> EntryRow:
        edit, delete = (self.address(f"{act}-memory-entry", entry.pk) for act in ("edit", "delete"))
        is_outdated = entry.origin == MemoryEntry.Origin.MACHINE and entry.layers_version != self.engine.layers_version
        return EntryRow(entry, entity_tag(show_entry(entry)), edit, delete, is_outdated)


class MemoryPage(MemoryTab):
    """The entries, newest first."""

    template_name = "engines/memory.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = MemoryFilter(self.request.GET)
        before, after = map(self._place, ("before", "after"))
        total = count_entries(self.engine)
        page, is_cut = search_memory(self.engine, form.condition(), total=total, before=before, after=after)
        return {
            **super().get_context_data(**kwargs),
            "form": form,
            "page": page,
            "rows": [self.row(entry) for entry in page.rows],
            "is_cut": is_cut,
            "searched": SEARCHED,
            "total": min(total, SEARCHED),
            "is_more": total > SEARCHED,
            "is_narrowed": form.is_filtering or bool(before or after),
            "forget": kwargs.get("forget", ""),
        }

    def _place(self, name: str) -> str:
        text = self.request.GET.get(name, "")
        return text if text.isascii() and text.isdigit() and len(text) <= LARGEST_DIGITS else ""


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """What a check says. One that is not an error can be answered for: `is_seen` where it was."""

    finding: Finding
    is_error: bool
    is_seen: bool


class CorrectionForm(VersionedForm):
    """A translation."""

    field_of = {"targetText": "text"}

    text = forms.CharField(label="Translation", required=False, strip=False, widget=forms.Textarea({"rows": 2}))

    def clean_text(self) -> str:
        return text_of(self.cleaned_data["text"])


class EntryPage(MemoryTab):
    """One entry, to be corrected."""

    template_name = "engines/memory_entry.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        entry = find_entry(self.engine, kwargs["entry_id"])
        return self._show(entry, CorrectionForm.showing(_stored(entry)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        entry = find_entry(self.engine, kwargs["entry_id"])
        form = CorrectionForm(request.POST)
        if not form.is_valid():
            return self._show(entry, form, status=400)
        try:
            if form.is_stale(_stored(entry)):
                raise PreconditionFailed
            self._correct(entry, form)
        except PreconditionFailed:
            stored = _stored(find_entry(self.engine, kwargs["entry_id"]))
            return self._show(entry, form.merged(stored), status=409, is_stale=True, differences=form.differences(stored))
        except FaultyText as exc:
            return self._show(entry, form, status=400, is_blocked=True, findings=self._shown(exc.findings))
        except ApiError as exc:
            form.show_refusal(exc)
            return self._show(entry, form, status=exc.status_code)
        messages.success(request, "Saved. It is a person's entry now, and goes before what machines say.")
        return redirect(self.address("engine-memory"))

    def _correct(self, entry: MemoryEntry, form: CorrectionForm) -> None:
        text = form.cleaned_data["text"]
        memory_services.correct_entry(
            actor=self.actor,
            engine_id=self.engine.pk,
            entry_id=str(entry.pk),
            text=text.replace("\n", "\r\n") if "\r\n" in entry.target_text else text,
            seen=self._seen(),
            if_match=entity_tag(show_entry(entry)),
            author=author_of(self.request, self.actor),
            now=self.now,
        )

    def _show(self, entry: MemoryEntry, form: CorrectionForm, *, status: int = 200, **context: Any) -> HttpResponse:
        form.fields["text"].widget.attrs |= {"lang": entry.target_locale, "dir": direction(entry.target_locale)}
        decision = None if entry.origin == MemoryEntry.Origin.HUMAN else find_decision(entry)
        known: dict[str, object] = {"row": self.row(entry), "decision": decision and self.row(decision)}
        if status == 200:
            known["findings"] = self._shown(memory_services.judge_translation(self.engine, entry, entry.target_text))
        return self.render_to_response(self.get_context_data(form=form, entry=entry, **known, **context), status=status)

    def _shown(self, findings: Sequence[Finding]) -> list[ShownFinding]:
        """Errors first; several findings of one code are answered for together."""
        seen = self._seen()
        shown = [ShownFinding(finding, finding.severity is Severity.ERROR, finding.code in seen) for finding in findings]
        return sorted(shown, key=lambda one: not one.is_error)

    def _seen(self) -> list[str]:
        """The codes of the warnings that the author answers for."""
        return self.request.POST.getlist("seen_warning")


class DeleteEntry(MemoryTab):
    """Forgets one entry."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        author, if_match = author_of(request, self.actor), request.POST.get("tag", "")
        given = {"actor": self.actor, "engine_id": self.engine.pk, "entry_id": kwargs["entry_id"]}
        try:
            memory_services.delete_entry(**given, if_match=if_match, author=author, now=self.now)
            messages.success(request, "The entry is deleted. The next such text is sent to a model again.")
        except PreconditionFailed:
            messages.error(request, "The entry was not deleted: it was changed in the meantime; look at it again.")
        query = request.GET.urlencode()
        return redirect(self.address("engine-memory") + (f"?{query}" if query else ""))


class ForgetMachines(MemoryPage):
    """Deletes all that machines made, once the engine's name was typed."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.POST.get("name", "").strip() != self.engine.name.strip():
            return self.render_to_response(self.get_context_data(forget="That is not the engine's name. Nothing was deleted."), status=400)
        author = author_of(request, self.actor)
        count = memory_services.forget_machine_entries(actor=self.actor, engine_id=self.engine.pk, author=author, now=self.now)
        messages.success(request, f"Entries of machines deleted: {count:,}. What people decided is still there.")
        return redirect(self.address("engine-memory"))


def _stored(entry: MemoryEntry) -> dict[str, str]:
    """An entry's values by the names of the form's fields, as a browser sends them back."""
    return {"text": text_of(entry.target_text)}
