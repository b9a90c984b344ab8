"""TableBench numerical reasoning: exact match of the final answer."""

from __future__ import annotations

from typing import Any

import table_answers

ERROR_CLASSES = {
    "unparsed": "no final-answer line in the text, and no box",
    "not-a-number": "the gold is a number and the answer is not",
    "wrong": "another answer",
}


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item's gold cannot be used, or None."""
    return (
        None
        if isinstance(item["gold"], str) and item["gold"].strip()
        else "the gold must be a non-empty string"
    )


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the last final answer equals the gold, lists in order."""
    stated = table_answers.stated_answer(text)
    if stated is None:
        return {"score": 0.0, "parsed": None, "error": "unparsed"}
    if table_answers.matches(item["gold"], stated):
        return {"score": 1.0, "parsed": stated, "error": None}
    number = (
        table_answers.as_number(item["gold"]) is not None
        and table_answers.as_measure(stated) is None
    )
    return {"score": 0.0, "parsed": stated, "error": "not-a-number" if number else "wrong"}


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Exact match over all items, with each sub-type."""
    scores: dict[str, list[float]] = {}
    for item, result in zip(items, results):
        scores.setdefault(item["subtask"], []).append(result["score"])
    return {
        "value": sum(r["score"] for r in results) / max(1, len(results)),
        "submetrics": {f"exactMatch/{kind}": sum(s) / len(s) for kind, s in sorted(scores.items())},
    }
