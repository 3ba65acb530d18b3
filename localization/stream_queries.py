"""What streams read: the state of groups, their new events as messages, and who may no longer listen.

The feed and the opening of a socket call these on threads. Queries are per look, not per socket: a thousand idle sockets cost what one costs.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from operator import or_

from django.db.models import Q

from foundation.rendering import RawJSON, encode
from localization.messages import event_message, snapshot
from localization.models import Event, Job, JobGroup
from localization.subscribers import Message, Subscriber
from organizations.models import ApiKey

GROUPS_AT_ONCE = 200  # in one query for events: SQLite allows an expression a depth of 1,000
_STATE = ("total_jobs", "completed_jobs", "completed_with_warnings_jobs", "failed_jobs", "status", "seq")


def read_messages(positions: Mapping[str, int]) -> dict[str, list[Message]]:
    """New events of the groups in `positions` (group id → last seq), each with the state of now. One query where nothing is new, else three."""
    heads = JobGroup.objects.filter(id__in=list(positions)).values_list("id", "seq")
    changed = [group_id for group_id, seq in heads if seq > positions[group_id]]
    # Events first: the state that is read after them holds all they tell.
    events: dict[str, list[Event]] = defaultdict(list)
    for start in range(0, len(changed), GROUPS_AT_ONCE):
        newer = reduce(or_, (Q(group_id=group_id, seq__gt=positions[group_id]) for group_id in changed[start : start + GROUPS_AT_ONCE]))
        for event in Event.objects.filter(newer).order_by("group_id", "seq"):
            events[event.group_id].append(event)
    return {group.id: to_messages(events[group.id], group) for group in read_states(changed)}


def read_states(group_ids: Collection[str]) -> list[JobGroup]:
    """The groups that exist, with their jobs, all as one statement saw them: counters and statuses of a snapshot agree."""
    only = ("target_locale", "status", *(f"group__{name}" for name in _STATE))
    jobs: dict[str, list[Job]] = defaultdict(list)
    for job in Job.objects.filter(group_id__in=group_ids).select_related("group").only(*only).order_by("id"):
        jobs[job.group_id].append(job)
    groups = [members[0].group for members in jobs.values()]
    for group in groups:
        group._prefetched_objects_cache = {"jobs": jobs[group.id]}  # type: ignore[attr-defined]  # Django's own name for it
    return groups


def to_messages(events: Iterable[Event], group: JobGroup) -> list[Message]:
    """The events with the state of `group`, which is serialised once. That a group was created is news to nobody who can listen."""
    state = RawJSON(encode(snapshot(group)).decode())
    return [Message(event.seq, event.type, event_message(event, state)) for event in events if event.type != "group.created"]


def find_refused(subscribers: Iterable[Subscriber]) -> list[Subscriber]:
    """Those whose key is not live any more, or whose actor no longer sees their group. One query, and one for each live key."""
    by_key: dict[str, list[Subscriber]] = defaultdict(list)
    for subscriber in subscribers:
        by_key[subscriber.actor.key.id if subscriber.actor.key else ""].append(subscriber)
    keys = ApiKey.objects.for_authentication().filter(pk__in=list(by_key))
    live = {key.pk for key in keys if key.is_live(key.database_now)}  # type: ignore[attr-defined]  # annotated by for_authentication
    refused: list[Subscriber] = []
    for key_id, members in by_key.items():
        wanted = {member.group_id for member in members}
        seen: set[str] = set()
        if key_id in live:
            seen.update(JobGroup.objects.visible_to(members[0].actor).filter(id__in=wanted).values_list("id", flat=True))
        refused += [member for member in members if member.group_id not in seen]
    return refused
