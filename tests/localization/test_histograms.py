"""Percentiles from counts by size: within the width of a bucket, whatever the durations."""

import random
from bisect import bisect_right
from math import ceil

import pytest

from localization.histograms import BOUNDS, BUCKETS, RATIO, percentile


def counts_of(seconds: list[float]) -> list[int]:
    counts = [0] * BUCKETS
    for one in seconds:
        counts[bisect_right(BOUNDS, one)] += 1
    return counts


@pytest.mark.parametrize("share", [0.5, 0.95, 1.0])
@pytest.mark.parametrize("spread", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("size", [1, 7, 5000])
def test_percentile_is_within_one_bucket_of_the_true_one(share: float, spread: float, size: int) -> None:
    numbers = random.Random(7)
    seconds = sorted(min(max(numbers.lognormvariate(2, spread), 0.1), BOUNDS[-1]) for _ in range(size))
    true = seconds[ceil(share * size) - 1]

    read = percentile(counts_of(seconds), share)

    assert read is not None
    assert 1 / RATIO * 0.999 <= read / true <= RATIO * 1.001


def test_ends_of_the_scale() -> None:
    assert percentile([0] * BUCKETS, 0.5) is None
    assert 0 < (percentile(counts_of([0.0]), 0.5) or 0) < BOUNDS[0]
    assert percentile(counts_of([1e9]), 0.5) == BOUNDS[-1]
