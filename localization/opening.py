"""What a socket is sent when it opens: a snapshot, and what it asked to have replayed."""

from dataclasses import dataclass

from localization.handshake import Handshake, Refused
from localization.messages import snapshot, snapshot_message
from localization.models import Event, JobGroup
from localization.stream_queries import read_states, to_messages
from localization.subscribers import PLAIN_EVENTS, Message


@dataclass(frozen=True, slots=True)
class Opening:
    """`seq` is that of the group when the state was read; what is newer comes live. A finished group's last message is `group.completed`."""

    seq: int
    messages: list[Message]


def read_opening(handshake: Handshake) -> Opening:
    """The opening of a stream, read after the socket has joined the feed. Raises Refused where the group has gone in between.

    With `after` the snapshot's own `seq` is where the replay begins, so that numbers only rise. A finished group says so even without a replay.
    """
    groups = read_states([handshake.group_id])
    if not groups:
        raise Refused
    group = groups[0]
    start = group.seq if handshake.after is None else min(handshake.after, group.seq)
    if group.status in JobGroup.FINAL:
        start = min(start, group.seq - 1)
    events = Event.objects.filter(group_id=group.id, seq__gt=start, seq__lte=group.seq).order_by("seq") if start < group.seq else ()
    replay = [message for message in to_messages(events, group) if handshake.wants_steps or message.type in PLAIN_EVENTS]
    first = Message(start, "snapshot", snapshot_message(start, snapshot(group)))
    return Opening(seq=group.seq, messages=[first, *replay])
