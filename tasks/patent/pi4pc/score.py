"""PI4PC: the share of items whose answer is a gold paragraph, every item in the denominator."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import extraction

ERROR_CLASSES = {
    "unparsed": "no JSON object with an answer in the text",
    "not-a-paragraph": "the answer is not the number of one paragraph",
    "not-an-option": "a number that is none of the options",
    "silver": "a paragraph that bears on the claim, but not the one relied on",
    "wrong": "another of the options",
}
KEYS = ("answer",)
NUMBER = re.compile(
    r"(?:(?:paragraph|para|par|option|number|no|key|id)\b\.?\s*)?[\[({<\"'`*#¶§\s]*"
    r"0*(\d{1,9})(?:\.0*)?[\])}>\"'`*:.\s]*",
    re.IGNORECASE,
)
MAX_ANSWER = 80  # characters of an answer: what is longer is no number


def paragraph_of(value: Any) -> int | None:
    """The one paragraph that an answer names, None where it names none or several.

    Patents write paragraph 61 as [0061]; a list of one counts as its entry.
    """
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value < 10**9 else None
    if isinstance(value, float):
        return int(value) if 0 <= value < 10**9 and value == int(value) else None
    if not isinstance(value, str) or len(value) > MAX_ANSWER:
        return None
    found = NUMBER.fullmatch(unicodedata.normalize("NFKC", value).strip())
    return int(found[1]) if found else None


def paragraphs(item: dict[str, Any], kind: str) -> set[int | None]:
    """The item's paragraphs of a kind: gold, silver or negative."""
    return {paragraph_of(value) for value in item["gold"].get(kind) or []}


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item's gold cannot be used, or None."""
    gold, options = item["gold"], item["input"].get("options")
    if not isinstance(gold, dict) or not isinstance(gold.get("gold"), list) or not gold["gold"]:
        return 'the gold must be {"gold": [numbers], "silver": [numbers], "negative": [numbers]}'
    for kind in ("gold", "silver", "negative"):
        if not isinstance(gold.get(kind) or [], list) or None in paragraphs(item, kind):
            return f"the gold's {kind!r} must be a list of paragraph numbers"
    if not isinstance(options, dict) or not options:
        return "'options' must be an object with paragraph numbers as keys"
    odd = [key for key in options if paragraph_of(key) is None]
    return f"the option {odd[0][:40]!r} is not a paragraph number" if odd else None


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the last JSON object's `answer` is a gold paragraph and one of the options."""
    value = extraction.last_json_value(text, KEYS)
    if value is None:
        return {"score": 0.0, "parsed": None, "error": "unparsed"}
    chosen = paragraph_of(value)
    if chosen is None:
        return {"score": 0.0, "parsed": None, "error": "not-a-paragraph"}
    if chosen not in {paragraph_of(key) for key in item["input"]["options"]}:
        return {"score": 0.0, "parsed": chosen, "error": "not-an-option"}
    if chosen in paragraphs(item, "gold"):
        return {"score": 1.0, "parsed": chosen, "error": None}
    silver = chosen in paragraphs(item, "silver")
    return {"score": 0.0, "parsed": chosen, "error": "silver" if silver else "wrong"}


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Gold hit rate, with silver at half a point, and the official precision and recall, in which
    silver is as good as gold.
    """
    n = max(1, len(results))
    gold, silver, wrong = (
        sum(r["error"] == error for r in results) for error in (None, "silver", "wrong")
    )
    wanted = sum(len(paragraphs(i, "gold") | paragraphs(i, "silver")) for i in items)
    return {
        "value": gold / n,
        "submetrics": {
            "silverAtHalf": (gold + silver / 2) / n,
            "silverRate": silver / n,
            "precisionWithSilver": (gold + silver) / max(1, gold + silver + wrong),
            "recallWithSilver": (gold + silver) / max(1, wanted),
            "validShare": (gold + silver + wrong) / n,
        },
    }
