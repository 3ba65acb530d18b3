"""Durations counted by size, so that percentiles of any set of days, engines and locales can be read from sums.

Bucket 0 is below 0.1 s; each further one ends at 10^¼ (1.78) times where it begins, four a decade; the last has what is longer than 36 days.
A percentile is read from the bucket in which the true one (by nearest rank) lies, so it is never off by more than a factor of 1.78; within the bucket
it is interpolated, which brings it far nearer where many are counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil

RATIO = 10**0.25
BOUNDS = tuple(round(0.1 * RATIO**exponent, 6) for exponent in range(31))  # seconds; bucket n ends below BOUNDS[n]
BUCKETS = len(BOUNDS) + 1


def add_up(stored: Iterable[Mapping[str, int]]) -> tuple[int, ...]:
    """How many are in each bucket of all histograms together, which are stored as objects: bucket → how many."""
    counts = [0] * BUCKETS
    for one in stored:
        for bucket, count in one.items():
            counts[int(bucket)] += count
    return tuple(counts)


def percentile(counts: Sequence[int], share: float) -> float | None:
    """Seconds that this share (0.95 for p95) of what is counted did not exceed; None where nothing is counted."""
    total = sum(counts)
    if not total:
        return None
    rank = max(1, ceil(share * total))
    below = 0
    for bucket, count in enumerate(counts):
        if below + count >= rank:
            return _within(bucket, (rank - below - 0.5) / count)
        below += count
    raise AssertionError("a rank is at most the total")


def _within(bucket: int, place: float) -> float:
    """The duration at a place (0 to 1) of a bucket."""
    if bucket == 0:
        return float(BOUNDS[0] * place)
    return float(BOUNDS[bucket - 1] * RATIO ** (place if bucket < len(BOUNDS) else 0))
