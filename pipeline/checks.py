"""System checks: django-q2 is set so that its messages may be lost, doubled or late without harm, and development switches stay in development."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

WANTED = {
    "max_attempts": 1,
    "ack_failures": True,
    "bulk": 1,
    "save_limit": -1,
    "scheduler": False,
}


@register("queue")
def check_queue(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each rule of the queue's settings, by name."""
    queue: dict[str, Any] = settings.Q_CLUSTER
    problems = [f"Q_CLUSTER['{name}'] must be {value!r}, not {queue.get(name)!r}." for name, value in WANTED.items() if queue.get(name) != value]
    longest = (settings.DRAIN_BUDGET + settings.STEP_DEADLINE).total_seconds()
    if queue["timeout"] <= longest:
        problems.append(f"Q_CLUSTER['timeout'] must exceed the drain's budget and the longest step ({longest:.0f} s).")
    if queue["retry"] <= queue["timeout"]:
        problems.append("Q_CLUSTER['retry'] must exceed its timeout, or a drain that runs long is started twice.")
    if queue["queue_limit"] != queue["workers"]:
        problems.append("Q_CLUSTER['queue_limit'] must equal its workers: what is fetched ahead is lost with its process.")
    if queue["poll"] > 0.5:
        problems.append("Q_CLUSTER['poll'] must be at most 0.5 s.")
    return [Error(problem, id="pipeline.E001") for problem in problems]


@register(Tags.security, deploy=True)
def check_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What development may and production may not."""
    found: list[CheckMessage] = [
        Error(f"{name} is for development: it lets webhooks reach what they must not.", id="pipeline.E002")
        for name in ("WEBHOOK_ALLOW_HTTP", "WEBHOOK_ALLOW_LOOPBACK")
        if getattr(settings, name)
    ]
    if settings.REVIEW_ALLOW_LOOPBACK:
        found.append(Error("REVIEW_ALLOW_LOOPBACK is for development: it lets reviews be ordered where they must not.", id="pipeline.E004"))
    if settings.FAILPOINTS:
        found.append(Error("FAILPOINTS makes processes fail on purpose.", id="pipeline.E003"))
    if str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite"):
        found.append(Warning("SQLite serves one machine; set DATABASE_URL to PostgreSQL for more.", id="pipeline.W001"))
    return found
