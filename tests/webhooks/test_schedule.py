"""When a delivery is tried again."""

from datetime import timedelta

import pytest

from webhooks.schedule import DELAYS, MAX_ATTEMPTS, delay_after


def test_schedule_is_ten_attempts_in_three_days() -> None:
    assert MAX_ATTEMPTS == 10
    assert sum(DELAYS, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)


@pytest.mark.parametrize("attempt", range(1, 10))
def test_jitter_spreads_each_delay_by_a_tenth(attempt: int) -> None:
    delay = DELAYS[attempt - 1]

    drawn = [delay_after(attempt) for _ in range(500)]

    shares = [wait / delay for wait in drawn if wait]
    assert len(shares) == 500
    assert 0.9 <= min(shares) < 0.93
    assert 1.07 < max(shares) <= 1.1


@pytest.mark.parametrize("attempt", [10, 11])
def test_nothing_follows_the_last_attempt(attempt: int) -> None:
    assert delay_after(attempt, 60) is None
