"""When a delivery is tried again (contract §5): ten attempts in 75.6 hours, as Standard Webhooks recommends."""

import random
from datetime import timedelta

DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MAX_ATTEMPTS = len(DELAYS) + 1
MAX_RETRY_AFTER = timedelta(hours=24)
JITTER = 0.1


def delay_after(attempt: int, retry_after: float | None = None) -> timedelta | None:
    """How long to wait after the failed `attempt` (from 1): the schedule's delay ± 10 %, or `retry_after` seconds if that is longer, at most a day.

    None after the last attempt.
    """
    if attempt >= MAX_ATTEMPTS:
        return None
    # Jitter spreads the retries of many deliveries to one receiver that is coming back.
    delay = DELAYS[attempt - 1] * random.uniform(1 - JITTER, 1 + JITTER)
    return max(delay, min(timedelta(seconds=retry_after or 0), MAX_RETRY_AFTER))
