"""Percentile bootstrap intervals over items, by cluster where items share a source."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import numpy

LEVEL = 0.95
RESAMPLES = 1_000
Aggregate = Callable[[list[dict[str, Any]], list[dict[str, Any]]], float]


def subtask_mean(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> float:
    """The unweighted mean of the sub-tasks' mean scores: a scorer's `core_value`."""
    scores: dict[str, list[float]] = {}
    for item, result in zip(items, results):
        scores.setdefault(item["subtask"], []).append(result["score"])
    return sum(sum(s) / len(s) for s in scores.values()) / max(1, len(scores))


def resampled_subtask_means(
    items: list[dict[str, Any]],
    results: list[dict[str, Any]],
    members: list[numpy.ndarray],
    draws: numpy.ndarray,
) -> numpy.ndarray:
    """`subtask_mean` of every resample at once; a sub-task that one misses is left out there."""
    names = sorted({item["subtask"] for item in items})
    sums, sizes = (numpy.zeros((len(members), len(names))) for _ in range(2))
    for row, group in enumerate(members):
        for i in group:
            column = names.index(items[i]["subtask"])
            sums[row, column] += results[i]["score"]
            sizes[row, column] += 1
    times = numpy.stack([numpy.bincount(draw, minlength=len(members)) for draw in draws])
    sums, sizes = times @ sums, times @ sizes  # resamples x sub-tasks
    means = numpy.divide(sums, sizes, out=numpy.zeros_like(sums), where=sizes > 0)
    return means.sum(axis=1) / (sizes > 0).sum(axis=1)


def cluster_of(item: dict[str, Any], path: str | None) -> str | None:
    """What an item shares with others: its `cluster`, else the card's `clusterBy` (a path into the item,
    as `input.table`). None: it stands alone.
    """
    if item.get("cluster") is not None:
        return str(item["cluster"])
    value: Any = item if path else None
    for key in (path or "").split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    if len(text) <= 60:
        return text
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def interval(
    items: list[dict[str, Any]],
    results: list[dict[str, Any]],
    clusters: list[str],
    aggregate: Aggregate | None,
    seed: int,
) -> tuple[float, float]:
    """The 95% interval of the metric.

    Items of one cluster are drawn together; `aggregate` None means the plain mean of scores. Below two
    clusters there is nothing to resample, and the interval is the whole range. The order of items
    does not matter.
    """
    groups: dict[str, list[int]] = {}
    for i in sorted(range(len(items)), key=lambda i: (clusters[i], items[i]["id"])):
        groups.setdefault(clusters[i], []).append(i)
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
    elif aggregate is subtask_mean:
        values = resampled_subtask_means(items, results, members, draws)
    else:
        picked = (numpy.concatenate([members[k] for k in draw]) for draw in draws)
        values = numpy.array(
            [aggregate([items[i] for i in p], [results[i] for i in p]) for p in picked]
        )
    tail = (1 - LEVEL) / 2
    low, high = numpy.quantile(values, [tail, 1 - tail])
    return float(low), float(high)
