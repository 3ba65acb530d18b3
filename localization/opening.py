"""What a socket is sent when it opens: a snapshot, what it asked to have replayed, and whether that is all there will ever be."""

from dataclasses import dataclass

from localization.feed import PLAIN_EVENTS, Message, to_messages
from localization.handshake import Handshake
from localization.messages import snapshot, snapshot_message
from localization.models import Event, JobGroup
from localization.queries import with_jobs


@dataclass(frozen=True, slots=True)
class Opening:
    """`seq` is that of the group when the state was read; what is newer comes live."""

    seq: int
    snapshot: str
    replay: list[Message]
    is_finished: bool


def read_opening(handshake: Handshake) -> Opening:
    """The opening of a stream, read after the socket has joined the feed.

    With `after` the snapshot's own `seq` is where the replay begins, so that numbers only rise. A finished group says so even without a replay.
    """
    group = with_jobs(JobGroup.objects.filter(pk=handshake.group_id)).get()
    is_finished = group.status in JobGroup.FINAL
    start = group.seq if handshake.after is None else min(handshake.after, group.seq)
    if is_finished:
        start = min(start, group.seq - 1)
    events = Event.objects.filter(group_id=group.id, seq__gt=start, seq__lte=group.seq).order_by("seq")
    replay = [message for message in to_messages(events, group) if handshake.wants_steps or message.type in PLAIN_EVENTS]
    return Opening(seq=group.seq, snapshot=snapshot_message(start, snapshot(group)), replay=replay, is_finished=is_finished)
