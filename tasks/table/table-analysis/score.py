"""TableBench data analysis: each sub-type by its own measure, every item with the same weight."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import table_answers

ERROR_CLASSES = {
    "unparsed": "no final-answer line in the text, and no box",
    "wrong": "another answer (exact match), a number off by more than 10% or another word, or no"
    " word of the reference",
    "partly": "some words of the reference, or others beside them",
}
EXACT = ("ImpactAnalysis",)
CLOSE = ("CorrelationAnalysis", "TrendForecasting", "StatisticalAnalysis")
FREE = ("AnomalyDetection", "CausalAnalysis", "DescriptiveAnalysis")
TOLERANCE = Decimal("0.10")


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item's gold cannot be used, or None."""
    if item["subtask"] not in EXACT + CLOSE + FREE:
        return f"unknown sub-type {item['subtask']!r}"
    return (
        None
        if isinstance(item["gold"], str) and item["gold"].strip()
        else "the gold must be a non-empty string"
    )


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """Exact match, every number within 10%, or ROUGE-L F1, by the item's sub-type.

    `rougeL` is for the aggregate.
    """
    stated = table_answers.stated_answer(text)
    if stated is None:
        return {"score": 0.0, "parsed": None, "error": "unparsed", "rougeL": 0.0}
    gold = item["gold"]
    if item["subtask"] in FREE:
        score = table_answers.rouge_l(gold, stated)
        error = None if score == 1 else "partly" if score else "wrong"
        return {"score": score, "parsed": stated, "error": error, "rougeL": score}
    right = (
        table_answers.matches(gold, stated)
        if item["subtask"] in EXACT
        else table_answers.matches_closely(gold, stated, TOLERANCE)
    )
    error = None if right else "wrong"
    rouge = table_answers.rouge_l(gold, stated)
    return {"score": float(right), "parsed": stated, "error": error, "rougeL": rouge}


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean over items (TableBench's Mix_Metric), each sub-type, the three measures, and the
    unweighted mean over five sets: correlation, trend, statistics, impact and the rest together.
    RD-Agent's own mean of five takes ROUGE-L over all items for the fifth.
    """
    scores: dict[str, list[float]] = {}
    for item, result in zip(items, results):
        scores.setdefault(item["subtask"], []).append(result["score"])
    mean = {kind: sum(s) / len(s) for kind, s in sorted(scores.items())}

    def pooled(kinds: tuple[str, ...]) -> list[float]:
        return [score for kind in kinds for score in scores.get(kind, [])]

    submetrics = {f"score/{kind}": value for kind, value in mean.items()}
    for name, kinds in (("exactMatch", EXACT), ("within10Percent", CLOSE), ("rougeL", FREE)):
        if pooled(kinds):
            submetrics[name] = sum(pooled(kinds)) / len(pooled(kinds))
    sets = [mean[kind] for kind in (*CLOSE, *EXACT) if kind in mean]
    rest = [submetrics["rougeL"]] if pooled(FREE) else []
    submetrics["meanOfFiveSets"] = sum(sets + rest) / max(1, len(sets + rest))
    every = sum(r["rougeL"] for r in results) / max(1, len(results))
    submetrics["meanOfFiveSetsRdAgent"] = (sum(sets) + every) / (len(sets) + 1)
    value = sum(r["score"] for r in results) / max(1, len(results))
    return {"value": value, "submetrics": submetrics}
