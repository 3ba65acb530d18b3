"""Percentiles and the table of results."""

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def median(values: Sequence[float]) -> float:
    return percentile(values, 0.5)


def milliseconds(values: Sequence[float]) -> str:
    """p50 / p95 / most, of values in seconds."""
    return f"p50 {median(values) * 1000:.0f}, p95 {percentile(values, 0.95) * 1000:.0f}, most {max(values) * 1000:.0f} ms"
