"""Fills a deployment's demo with job groups in every state, for pictures: `python -m tests.e2e.showcase`, in the deployment's environment.

Nothing runs here: steps are claimed and settled as a drain would, with outcomes written by hand, so that the pictures stay the same whatever a model
says. No worker may run beside it. Prints the ids that `gallery` puts into addresses, as JSON.
"""

import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

# Rows can be imported once the settings are read.
from engines.errors import Usage  # noqa: E402
from engines.models import Engine  # noqa: E402
from engines.pipeline_config import StageId, resolve  # noqa: E402
from engines.term_count import TermCount  # noqa: E402
from engines.translation.rebuild import rebuild  # noqa: E402
from engines.translation.segments import walk  # noqa: E402
from foundation.clock import database_now  # noqa: E402
from foundation.customer_json import Path, dump, format_path, parse  # noqa: E402
from foundation.lease import WorkStatus  # noqa: E402
from localization.models import Job, JobGroup  # noqa: E402
from localization.outcomes import ClaimedStep, Outcome  # noqa: E402
from localization.rollup import roll_up  # noqa: E402
from localization.services import Submission, submit_group  # noqa: E402
from organizations.access import Actor  # noqa: E402
from organizations.audit import command_author  # noqa: E402
from organizations.models import Organization, User  # noqa: E402
from organizations.services import create_organization  # noqa: E402
from tests.e2e.knowledge import fill_knowledge  # noqa: E402
from tests.e2e.reviewing import fill_reviews  # noqa: E402
from tests.localization.steps import settle, start  # noqa: E402
from webhooks.models import Attempt, Delivery  # noqa: E402

LOCALES = ["de", "fr", "es", "it", "pt-BR", "nl", "pl", "ar", "ja", "zh-CN"]
SOURCE = {
    "id": "mod_forklift_101",
    "module": {
        "title": "Forklift safety for begginers",
        "greeting": "Welcome back, {name}! 👋",
        "summary": "You will learn how to **inspect**, *drive* and park a forklift.",
        "progress": "%d of %d lessons finished",
        "duration_minutes": 45,
        "lessons": [
            {"id": "les_01", "title": "Before you start the engine", "steps": ["Check the brakes.", "Check the horn.", "Fasten your seat belt."]},
            {"id": "les_02", "title": "Driving with a load", "warning": "⚠️ People always have the right of way."},
        ],
    },
}
GERMAN = {
    "module.title": "Gabelstapler-Sicherheit für Anfänger",
    "module.greeting": "Willkommen zurück, {name}! 👋",
    "module.summary": "Du lernst, einen Gabelstapler zu **inspizieren**, zu *fahren* und zu parken.",
    "module.progress": "%d von %d Lektionen beendet",
    "module.lessons[0].title": "Bevor du den Motor startest",
    "module.lessons[0].steps[0]": "Überprüfe die Bremsen.",
    "module.lessons[0].steps[1]": "Überprüfe das Horn.",
    "module.lessons[0].steps[2]": "Schnalle deinen Sicherheitsgurt an.",
    "module.lessons[1].title": "Fahren mit einer Last",
    "module.lessons[1].warning": "⚠️ Menschen haben immer das Recht des Weges.",
}
HUMAN = {"module.lessons[0].steps[1]": "Prüfe die Hupe.", "module.lessons[1].warning": "⚠️ Menschen haben immer Vorfahrt."}
REPHRASED = {
    "module.progress": "%d von %d Lektionen geschafft",
    "module.lessons[0].steps[0]": "Prüfe die Bremsen.",
    "module.lessons[0].steps[2]": "Leg den Sicherheitsgurt an.",
}
USAGE = Usage(model="openai:gpt-5-mini", input_tokens=1840, output_tokens=412, calls=2, cost_usd=Decimal("0.001284"), priced_usd=Decimal("0.001284"))
HOOK = "https://hooks.example/interlinear?shop=12"
REPORT = {
    "segments": 10,
    "translated": 7,
    "fromMemory": 3,
    "repaired": 1,
    "failed": 0,
    "checks": {"placeholder": 1},
    "setAside": {"locked": 3},
    "chunks": 1,
}


class Showcase:
    """Writes groups of the demo's organization; the clock is its own, so that steps take a while."""

    def __init__(self) -> None:
        self.organization = Organization.objects.get(name="Demo")
        self.engine = Engine.objects.get(organization=self.organization, is_default=True)
        self.owner = User.objects.get(email="owner@demo.example")
        self.now: datetime = database_now() - timedelta(hours=3)

    def submit(self, locales: list[str], *stages: StageId, data: Mapping[str, Any] = SOURCE, callback_url: str = "") -> JobGroup:
        submission = Submission(
            engine=self.engine,
            source_locale="en",
            target_locales=locales,
            data=parse(json.dumps(data)),  # type: ignore[arg-type]  # an object
            context="A short safety course for new warehouse staff. Friendly, direct, addressed to one person.",
            hints={},
            locked_keys=["id"],
            callback_url=callback_url,
            idempotency_key=None,
            config=resolve({}, {stage: {"enabled": True} for stage in stages}),
            request_digest="",
        )
        return submit_group(Actor(user=self.owner, organization=self.organization), submission, now=self.now)

    def work(self, outcomes: Mapping[tuple[str, str], Any], rounds: int = 6) -> None:
        """Claims and settles what is due. `outcomes`: by locale (or `*`) and stage, members of an Outcome, or `...` for a step left running."""
        for _ in range(rounds):
            self.now += timedelta(milliseconds=350)
            steps = start(self.now)
            self.now += timedelta(seconds=2, milliseconds=140)
            found = [(step, outcomes.get((step.target_locale, step.stage), outcomes.get(("*", step.stage), {}))) for step in steps]
            settle(*(self._outcome(step, members) for step, members in found if members is not ...), now=self.now)

    def _outcome(self, step: ClaimedStep, members: Mapping[str, Any]) -> Outcome:
        texts = members.get("texts", {})
        base = parse(step.payload) if step.payload else parse(step.cleaned or step.group.source)
        if step.stage == StageId.LOCALIZE:
            texts = GERMAN if step.target_locale == "de" else _marked(step)
        rest = {name: value for name, value in members.items() if name != "texts"}
        output = dump(rebuild(base, {path: texts[format_path(path)] for path in _paths(base) if format_path(path) in texts}))
        measured = {"words": 47, "terms": TermCount(6, step.target_locale == "fr")}
        default = {"status": WorkStatus.COMPLETED, "output": output, "usage": USAGE, "detail": dump({"structure": REPORT}), **measured}
        return Outcome(step=step, **{**default, **rest})

    def deliver(self, job: Job, *codes: int) -> None:
        """The log of a webhook that was answered so."""
        delivery = Delivery.objects.get(event_id=job.pk)
        for number, code in enumerate(codes, start=1):
            answer = '{"ok": true}' if code < 300 else "<h1>Bad gateway</h1><script>alert(1)</script>"
            error = "" if code < 300 else "bad_status"
            at = self.now + timedelta(seconds=5 * number)
            Attempt.objects.create(delivery=delivery, number=number, at=at, url=HOOK, duration_ms=183, status_code=code, error=error, answer=answer)
        status = WorkStatus.COMPLETED if codes[-1] < 300 else WorkStatus.FAILED
        Delivery.objects.filter(pk=delivery.pk).update(status=status, attempts=len(codes), completed_at=self.now)


def _paths(data: Any) -> list[Path]:
    return [segment.path for segment in walk(data).segments]


def _marked(step: ClaimedStep) -> dict[str, str]:
    """A translation that one can tell apart."""
    data = parse(step.cleaned or step.group.source)
    return {format_path(segment.path): f"⟦{step.target_locale}⟧ {segment.text}" for segment in walk(data).segments}


def _change(path: str, before: str, after: str, reason: str) -> dict[str, str]:
    return {"path": path, "before": before, "after": after, "reason": reason}


CLEANED = _change("module.title", SOURCE["module"]["title"], "Forklift safety for beginners", "Spelling: begginers.")  # type: ignore[index]
PRE_EDIT = {
    "texts": {"module.title": CLEANED["after"]},
    "detail": dump({"changes": [CLEANED], "refused": [], "structure": {"texts": 10, "changed": 1}}),
}
REPHRASE = {
    "texts": REPHRASED,
    "detail": dump(
        {
            "changes": [_change(path, GERMAN[path], after, "Reads as a native speaker would write it.") for path, after in REPHRASED.items()],
            "refused": [
                {
                    **_change("module.greeting", GERMAN["module.greeting"], "Schön, dass du da bist! 👋", ""),
                    "code": "placeholder",
                    "message": "The placeholder {name} is missing.",
                }
            ],
            "structure": {"texts": 10, "changed": 3, "refused": 1},
        }
    ),
}
BACK = {
    "warnings": ("Back-translation found a serious difference that could not be corrected: module.summary.",),
    "detail": dump(
        {
            "issues": [
                {
                    "path": "module.summary",
                    "severity": "major",
                    "type": "mistranslation",
                    "explanation": "“inspizieren” reads as an official inspection; the source means a look around.",
                    "backTranslation": "You will learn to officially inspect, drive and park a forklift.",
                    "corrected": False,
                },
                {
                    "path": "module.lessons[1].title",
                    "severity": "minor",
                    "type": "style",
                    "explanation": "“einer” is superfluous.",
                    "backTranslation": "Driving with one load",
                    "corrected": False,
                },
            ],
            "backTranslatedBy": "anthropic:claude-sonnet",
            "judgedBy": "openai:gpt-5-mini",
            "changes": [],
            "refused": [],
            "structure": {"texts": 10},
        }
    ),
}
REVIEWED = {
    "texts": HUMAN,
    "usage": Usage(),
    "detail": dump({"decision": "edit", "reviewer": "Demo Reviewer", "changed": 2, "acknowledged": [], "falseAlarms": []}),
}
UNUSABLE = {"status": WorkStatus.FAILED, "output": None, "error": "No model gave a usable translation: the number 45 is missing in module.progress."}


def main() -> None:
    show = Showcase()
    small = show.submit(["es", "de"], data={"greeting": "Good morning", "note": "<script>alert(1)</script> & {{7*7}}"})
    show.work({})
    show.now += timedelta(hours=1)
    partial = show.submit(["es", "fr", "it", "de"], callback_url=HOOK)
    show.work({("it", "localize"): UNUSABLE, ("fr", "localize"): {"warnings": ("Not translated, the source text was kept: module.greeting.",)}})
    for job, codes in zip(Job.objects.filter(group=partial).order_by("id"), ((200,), (200,), (200,), (502, 502, 200)), strict=True):
        show.deliver(job, *codes)
    show.now = database_now() - timedelta(seconds=50)
    whole = show.submit(LOCALES, *(stage for stage in StageId if stage != StageId.LOCALIZE))
    due = {"status": WorkStatus.WAITING, "output": None, "usage": Usage(), "due_at": show.now + timedelta(hours=48)}
    show.work(
        {
            ("*", "preEdit"): PRE_EDIT,
            ("*", "humanEdit"): due,
            ("de", "humanEdit"): REVIEWED,
            ("fr", "humanEdit"): REVIEWED,
            ("es", "humanEdit"): {"status": WorkStatus.SKIPPED, "output": None, "usage": Usage(), "detail": '{"reason":"timeout"}'},
            ("es", "postEdit"): {
                "status": WorkStatus.SKIPPED,
                "output": None,
                "usage": Usage(),
                "detail": '{"reason":"There is no human edit to work on."}',
            },
            ("fr", "rephrase"): ...,
            ("es", "rephrase"): {"status": WorkStatus.FAILED, "output": None, "error": "No model answered within ten minutes."},
            ("de", "rephrase"): REPHRASE,
            ("de", "backTranslation"): BACK,
            ("zh-CN", "localize"): UNUSABLE,
            ("ja", "localize"): ...,
        }
    )
    roll_up(now=database_now() + timedelta(minutes=2))
    german = Job.objects.get(group=whole, target_locale="de")
    hooked = Job.objects.get(group=partial, target_locale="de")
    broken = Job.objects.get(group=partial, target_locale="it")
    delivery = Delivery.objects.get(event_id=hooked.pk)
    empty = create_organization(name="Nothing in it yet", owner=show.owner, author=command_author("showcase"), now=show.now)
    ids = {
        "delivery": delivery.pk,
        "empty": empty.pk,
        "small": small.pk,
        "partial": partial.pk,
        "whole": whole.pk,
        "german": german.pk,
        "hooked": hooked.pk,
        "broken": broken.pk,
    }
    print(
        json.dumps(
            {
                "organization": show.organization.pk,
                "engine": show.engine.pk,
                **ids,
                **fill_knowledge(show.engine, database_now()),
                **fill_reviews(show.organization, database_now()),
            }
        )
    )


if __name__ == "__main__":
    main()
