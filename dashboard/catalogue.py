"""`/components`, only with DEBUG: every component once, with made-up content, to be looked at in both themes and checked for accessibility."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.views.generic import TemplateView

from foundation.keyset import KeysetPage
from foundation.word_diff import word_diff
from organizations.forms import PageForm
from organizations.models import Organization
from organizations.templatetags.components import STATES

HOSTILE = "<script>alert(1)</script>"


class ExampleForm(PageForm):
    """A field of each kind, and one that is wrong."""

    name = forms.CharField(label="Name", help_text="What it is called in lists.")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "One kind"), ("b", "Another")])
    text = forms.CharField(label="Text", required=False, widget=forms.Textarea({"rows": 2}))
    is_on = forms.BooleanField(label="Switched on", required=False, help_text="What happens when it is.")


class Catalogue(TemplateView):
    """The components."""

    template_name = "components/catalogue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        return {
            **super().get_context_data(**kwargs),
            **admin.site.each_context(self.request),
            "title": "Components",
            "now": now,
            "organization": Organization(id="org_0000000000000000000", name="Example", timezone="Europe/Berlin"),
            "states": list(STATES),
            "times": [now, now - timedelta(seconds=12), now - timedelta(hours=5), now + timedelta(days=2), now - timedelta(days=90)],
            "durations": [timedelta(seconds=0.42), timedelta(seconds=73), timedelta(hours=49)],
            "pieces": word_diff("Do not skip this check.", f"Never skip this check {HOSTILE}, please."),
            "parts": [
                {"look": "completed", "begin": "0", "width": "60"},
                {"look": "warnings", "begin": "60", "width": "10"},
                {"look": "failed", "begin": "70", "width": "5"},
            ],
            "trail": [("Engines", "#engines"), ("Default", "#default")],
            "tabs": [("Models", "#models", True), ("Glossary", "#glossary", False), ("Brand voice", "#voice", False)],
            "form": ExampleForm({"kind": "a"}),
            "page": KeysetPage([], older="b", newer="a"),
            "hostile": HOSTILE,
        }
