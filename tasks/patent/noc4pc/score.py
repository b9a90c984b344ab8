"""NOC4PC: macro F1 over ALLOW, 102 and 103, every item in the denominator."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Any

import extraction

ERROR_CLASSES = {
    "unparsed": "no JSON object with a code in the text",
    "unknown-code": "a code that is none of ALLOW, 102, 103, or more than one of them",
    "wrong": "another decision",
}
CODES = ("ALLOW", "102", "103")
STATUTE = re.compile(
    r"(?:35\s*U\.?\s?S\.?\s?C\.?\s*)?(?:§+|SECTION|SEC\.?|CODE)?\s*(10[23])"
    r"\s*(?:\(\w\)\s*)*\.?"
)
ALLOWED = re.compile(r"ALLOW(?:ED|ABLE|ANCE)?\.?")
MAX_CODE = 60  # characters of a code: what is longer is no code
Pair = tuple[str, str | None]


def code_of(value: Any) -> str | None:
    """The decision that a value names: a code in any case, 102 as a number, with its section sign
    or its sub-section, a list of one; None where it names none or several.
    """
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    if isinstance(value, float):
        value = "103" if value == 103 else "102" if value == 102 else ""
    text = str(value)
    if len(text) > MAX_CODE:
        return None
    text = unicodedata.normalize("NFKC", text).upper().strip(" \t\r\n\"'`*")
    if ALLOWED.fullmatch(text):
        return "ALLOW"
    found = STATUTE.fullmatch(text)
    return found[1] if found else None


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item's gold cannot be used, or None."""
    return None if code_of(item["gold"]) else "the gold must be one of ALLOW, 102, 103"


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the `code` of the last JSON object that has one is the gold.

    `pair` (gold and predicted code) is for the aggregate.
    """
    gold = code_of(item["gold"])
    value = extraction.last_json_value(text, ("code",))
    code = code_of(value)
    if code is None:
        said = isinstance(value, (str, int, float, list)) and not isinstance(value, bool)
        error = "unknown-code" if said else "unparsed"
        return {"score": 0.0, "parsed": None, "error": error, "pair": (gold, None)}
    error = None if code == gold else "wrong"
    return {"score": float(code == gold), "parsed": code, "error": error, "pair": (gold, code)}


def f1_by_code(pairs: list[Pair]) -> dict[str, float]:
    """F1 of each code over (gold, predicted) pairs; a code that occurs on neither side has 0."""
    counted = Counter(pairs)
    golds, predicted = Counter(), Counter()
    for (gold, code), count in counted.items():
        golds[gold] += count
        predicted[code] += count
    return {code: 2 * counted[code, code] / max(1, golds[code] + predicted[code]) for code in CODES}


def core_value(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> float:
    """Macro F1; an answer without a code is a missed gold."""
    return sum(f1_by_code([r["pair"] for r in results]).values()) / len(CODES)


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Macro F1, with accuracy and F1 per code, and what the published evaluator reports: accuracy
    and macro F1 over the answers with a code alone.
    """
    pairs = [r["pair"] for r in results]
    parsed = [pair for pair in pairs if pair[1] is not None]
    return {
        "value": core_value(items, results),
        "submetrics": {
            "accuracy": sum(r["score"] for r in results) / max(1, len(results)),
            "accuracyParsed": sum(gold == code for gold, code in parsed) / max(1, len(parsed)),
            "macroF1Parsed": sum(f1_by_code(parsed).values()) / len(CODES),
            "parsedShare": len(parsed) / max(1, len(pairs)),
            **{f"f1/{code}": value for code, value in f1_by_code(pairs).items()},
        },
    }
