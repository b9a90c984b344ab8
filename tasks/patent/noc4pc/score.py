"""NOC4PC: macro F1 over ALLOW, 102 and 103, every item in the denominator."""

from __future__ import annotations

from typing import Any

import extraction

ERROR_CLASSES = {
    "unparsed": "no JSON object with a code in the text",
    "unknown-code": "a code that is none of ALLOW, 102, 103",
    "wrong": "another decision",
}
CODES = ("ALLOW", "102", "103")


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item's gold cannot be used, or None."""
    return None if item["gold"] in CODES else "the gold must be one of ALLOW, 102, 103"


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the last JSON object with a `code` has the gold."""
    value = extraction.last_json_value(text, ("code",))
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return {"score": 0.0, "parsed": None, "error": "unparsed"}
    code = str(value)[:20].strip().upper()
    if code not in CODES:
        return {"score": 0.0, "parsed": code, "error": "unknown-code"}
    right = code == item["gold"]
    return {"score": float(right), "parsed": code, "error": None if right else "wrong"}


def f1_by_code(pairs: list[tuple[str, str | None]]) -> dict[str, float]:
    """F1 of each code over (gold, predicted) pairs; a code that never occurs on either side has 0."""
    out = {}
    for code in CODES:
        hits = sum(g == code == p for g, p in pairs)
        total = sum(g == code for g, _ in pairs) + sum(p == code for _, p in pairs)
        out[code] = 2 * hits / total if total else 0.0
    return out


def core_value(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> float:
    """Macro F1; an unparsed answer is a missed gold."""
    f1 = f1_by_code([(i["gold"], r["parsed"]) for i, r in zip(items, results)])
    return sum(f1.values()) / len(CODES)


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Macro F1, with accuracy, F1 per code, and the published evaluator's F1 over parsed answers."""
    pairs = [
        (i["gold"], r["parsed"] if r["parsed"] in CODES else None) for i, r in zip(items, results)
    ]
    parsed = [pair for pair in pairs if pair[1] is not None]
    return {
        "value": core_value(items, results),
        "submetrics": {
            "accuracy": sum(r["score"] for r in results) / max(1, len(results)),
            "macroF1Parsed": sum(f1_by_code(parsed).values()) / len(CODES),
            "parsedShare": len(parsed) / max(1, len(pairs)),
            **{f"f1/{code}": value for code, value in f1_by_code(pairs).items()},
        },
    }
