"""TableBench fact checking: exact match of the final answer."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import extraction

ERROR_CLASSES = {
    "unparsed": "no final-answer line in the text",
    "not-a-number": "the gold is a number and the answer is not",
    "wrong": "another answer",
}
NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,30})(?:\.\d{1,30})?|[+-]?\.\d{1,30}")


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item's gold cannot be used, or None."""
    return (
        None
        if isinstance(item["gold"], str) and item["gold"].strip()
        else "the gold must be a non-empty string"
    )


def as_number(text: str) -> Decimal | None:
    """A plain number; currency and percent signs, thousands commas and a typographic minus are
    read, units are not.
    """
    cleaned = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-").strip("$€£¥%\"' ")
    if not NUMBER.fullmatch(cleaned):
        return None
    try:
        return Decimal(cleaned.replace(",", ""))
    except InvalidOperation:
        return None


def as_words(text: str) -> str:
    """Lower case, without punctuation at the edges, articles, and repeated blanks."""
    text = unicodedata.normalize("NFKC", text).casefold().strip(" .,;:!?\"'`*()[]")
    return " ".join(w for w in text.split() if w not in ("a", "an", "the")) or text


def parts_of(text: str) -> list[str]:
    """The members of a list; a comma between digit groups of a thousand separates nothing."""
    text = text.strip().removeprefix("[").removesuffix("]")
    return [p.strip() for p in re.split(r"[;、]|,(?!\d{3}(?!\d))|,(?=\s)", text) if p.strip()]


def same(gold: str, answer: str) -> bool:
    """Whether one answer part equals one gold part: as numbers, rounded to the gold's decimals,
    else as words.
    """
    wanted = as_number(gold)
    if wanted is None:
        return as_words(gold) == as_words(answer)
    got = as_number(answer)
    if got is None:
        return False
    decimals = max(0, -wanted.as_tuple().exponent)
    try:
        return got.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) == wanted
    except InvalidOperation:
        return False


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the last final answer equals the gold, lists in order."""
    stated = extraction.last_marked(text, r"final answer\s*[*_]*\s*[:：]")
    if stated is None:
        return {"score": 0.0, "parsed": None, "error": "unparsed"}
    golds, answers = parts_of(item["gold"]), parts_of(stated)
    right = same(item["gold"], stated) or (
        len(golds) == len(answers) > 0 and all(same(g, a) for g, a in zip(golds, answers))
    )
    if right:
        return {"score": 1.0, "parsed": stated, "error": None}
    number = as_number(item["gold"]) is not None and as_number(stated) is None
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
