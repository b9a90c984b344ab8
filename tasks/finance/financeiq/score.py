"""FinanceIQ: the letter of the stated answer; unweighted mean of the exams' accuracies."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import extraction

ERROR_CLASSES = {
    "unparsed": "no stated answer in the text",
    "several-letters": "the stated answer names more than one option",
    "wrong": "another letter",
}
LETTERS = "ABCD"
# A marker with its colon, or the Chinese statement; a sentence about answers is prose.
MARKER = r"(?:(?:final |correct )?answer(?: is)?\s*[*_]*\s*[:：]|(?:正确)?答案(?:选项)?\s*(?:[是为选]\s*[:：]?|[:：]))"


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item's gold cannot be used, or None."""
    return (
        None
        if isinstance(item["gold"], str) and item["gold"] in tuple(LETTERS)
        else "the gold must be one of A, B, C, D"
    )


def letters_of(stated: str, options: dict[str, str]) -> set[str]:
    """The letters that a stated answer names: `B`, `(Ｂ)`, `B. bond`, or the text of exactly one
    option.
    """
    stated = unicodedata.normalize("NFKC", stated).strip()
    leading = re.match(r"[(\[{\"'*\s]*([A-D])(?![A-Za-z0-9])", stated)
    if leading:
        rest = stated[leading.end() :]
        more = re.match(r"\s*(?:[,/&、]|and|or|和|或)\s*[(\[]?([A-D])(?![A-Za-z0-9])", rest)
        return {leading[1], more[1]} if more else {leading[1]}
    text = stated.strip(" .。\"'()[]").casefold()
    return {
        k
        for k, v in options.items()
        if text and unicodedata.normalize("NFKC", v).strip().casefold() == text
    }


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the last stated answer is the gold letter."""
    stated = extraction.last_marked(text, MARKER)
    if stated is None:
        boxed = extraction.last_boxed(text)
        value = boxed if boxed is not None else extraction.last_json_value(text, ("answer",))
        stated = value if isinstance(value, str) else None
    options = {k: str(item["input"].get(k, "")) for k in LETTERS}
    named = letters_of(stated, options) if stated else set()
    if not named:
        return {"score": 0.0, "parsed": None, "error": "unparsed"}
    if len(named) > 1:
        return {"score": 0.0, "parsed": "".join(sorted(named)), "error": "several-letters"}
    (letter,) = named
    right = letter == item["gold"]
    return {"score": float(right), "parsed": letter, "error": None if right else "wrong"}


def by_exam(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, float]:
    """Accuracy per exam."""
    scores: dict[str, list[float]] = {}
    for item, result in zip(items, results):
        scores.setdefault(item["subtask"], []).append(result["score"])
    return {exam: sum(s) / len(s) for exam, s in sorted(scores.items())}


def core_value(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> float:
    """Unweighted mean over the exams."""
    exams = by_exam(items, results)
    return sum(exams.values()) / max(1, len(exams))


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean over exams, with each exam and the item-weighted accuracy."""
    return {
        "value": core_value(items, results),
        "submetrics": {
            "itemAccuracy": sum(r["score"] for r in results) / max(1, len(results)),
            **{f"accuracy/{exam}": value for exam, value in by_exam(items, results).items()},
        },
    }
