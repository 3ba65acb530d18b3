"""How a drain learns that it is to stop: the pipe that `manage.py worker` holds open as long as it lives and wants work done.

Its read end is inherited by every process of the cluster. Closing the other end says *stop*, and so does the death of the parent, however it died:
nothing keeps working unguarded.
"""

import os
import select

STOP_FD = "INTERLINEAR_STOP_FD"


def stop_requested() -> bool:
    """True once the worker's parent asked to stop or died; always False in a process that has no such parent."""
    descriptor = os.environ.get(STOP_FD)
    if descriptor is None:
        return False
    readable, _, _ = select.select([int(descriptor)], [], [], 0)
    return bool(readable)
