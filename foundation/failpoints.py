"""Named places where a test may make the process fail: `FAILPOINTS="nudge.send=drop:0.5,step.called=exit:0.01"`.

Off unless the variable is set, which `manage.py check --deploy` refuses. `drop` makes `failpoint` say True, and the caller leaves out what follows;
`exit` ends the process at once, as a kill would. The number is the probability, 1 where it is left out.
"""

import os
import random
from dataclasses import dataclass

from django.conf import settings

EXIT_STATUS = 137


@dataclass(frozen=True, slots=True)
class Fault:
    action: str
    probability: float


def read_failpoints(text: str) -> dict[str, Fault]:
    """The faults of a variable's text by name. Raises ValueError for an unknown action or a probability outside of 0 to 1."""
    faults = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, fault = entry.partition("=")
        action, _, probability = fault.partition(":")
        faults[name] = Fault(action, float(probability or 1))
        if action not in {"drop", "exit"} or not 0 <= faults[name].probability <= 1:
            raise ValueError(f"FAILPOINTS: {entry!r} is not NAME=drop|exit[:PROBABILITY].")
    return faults


def failpoint(name: str) -> bool:
    """True where the step that follows is to be left out."""
    fault = settings.FAILPOINTS.get(name)
    if fault is None or random.random() >= fault.probability:
        return False
    if fault.action == "exit":
        os._exit(EXIT_STATUS)
    return True
