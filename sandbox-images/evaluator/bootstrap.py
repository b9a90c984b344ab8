"""Percentile bootstrap intervals over items, by cluster where items share a source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

LEVEL = 0.95
RESAMPLES = 1_000
Aggregate = Callable[[list[dict[str, Any]], list[dict[str, Any]]], float]


def interval(
    items: list[dict[str, Any]],
    results: list[dict[str, Any]],
    aggregate: Aggregate | None,
    seed: int,
) -> tuple[float, float]:
    """The 95% interval of the metric.

    Items with the same `cluster` are drawn together; `aggregate` None means the plain mean of
    scores. Below two clusters there is nothing to resample, and the interval is the whole range.
    """
    groups: dict[str, list[int]] = {}
    for i, item in enumerate(items):
        groups.setdefault(str(item.get("cluster", item["id"])), []).append(i)
    if len(groups) < 2:
        return 0.0, 1.0
    members = [numpy.array(g) for g in groups.values()]
    generator = numpy.random.default_rng(seed)
    draws = generator.integers(len(members), size=(RESAMPLES, len(members)))
    if aggregate is None:
        scores = numpy.array([r["score"] for r in results], dtype=float)
        sums = numpy.array([scores[g].sum() for g in members])
        sizes = numpy.array([len(g) for g in members])
        values = sums[draws].sum(axis=1) / sizes[draws].sum(axis=1)
    else:
        picked = (numpy.concatenate([members[k] for k in draw]) for draw in draws)
        values = numpy.array(
            [aggregate([items[i] for i in p], [results[i] for i in p]) for p in picked]
        )
    tail = (1 - LEVEL) / 2
    low, high = numpy.quantile(values, [tail, 1 - tail])
    return float(low), float(high)
