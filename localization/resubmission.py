"""Submitting again what failed: a new group with the payload, the settings and the engine of an old one, for its failed locales.

It goes the way of every submission, so that what would be refused today is refused. The idempotency key stays with the old group.
"""

from datetime import datetime
from typing import cast

from foundation.api_errors import Conflict
from foundation.customer_json import JSONValue, dump, parse
from localization.models import Job, JobGroup
from localization.requests import read_submission
from localization.services import digest_of, submit_group
from organizations.access import Actor


def submit_failed_again(actor: Actor, group: JobGroup, *, now: datetime) -> JobGroup:
    """The new group. Raises Conflict where no locale failed, and what `read_submission` and `submit_group` raise."""
    failed = group.jobs.filter(status=Job.Status.FAILED).order_by("id")
    locales = list(failed.values_list("target_locale", flat=True))
    if not locales:
        raise Conflict("No locale of this group has failed.", code="nothing_failed")
    body = _body(group, locales)
    return submit_group(actor, read_submission(actor, body, digest=digest_of(body)), now=now)


def _body(group: JobGroup, locales: list[str]) -> dict[str, JSONValue]:
    """The request that would have asked for this, as `StrictJSONParser` reads one."""
    sent = {
        "sourceLocale": group.source_locale,
        "targetLocales": locales,
        "data": parse(group.source),
        "context": group.context or None,
        "hints": parse(group.hints),
        "lockedKeys": group.locked_keys,
        "callbackUrl": group.callback_url or None,
        "engineId": group.engine_id,
        "pipelineConfig": parse(dump(group.pipeline_config)),
    }
    return cast(dict[str, JSONValue], sent)
