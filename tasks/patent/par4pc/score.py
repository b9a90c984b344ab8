"""PAR4PC: micro F1 over the chosen letters, every item in the denominator."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import extraction

ERROR_CLASSES = {
    "unparsed": "no JSON object with an answer in the text",
    "not-letters": "the answer is not one letter or several",
    "wrong": "no letter of the gold, or nothing chosen",
    "incomplete": "some letters of the gold, no other",
    "surplus": "all letters of the gold, and others",
    "partly": "some letters of the gold, and others",
}
KEYS = ("answer", "answers")
SEPARATOR = re.compile(r"\s*[,;&+、，；]\s*|\s+")
FILLERS = frozenset(
    f"{word}{s}"
    for word in ("option", "patent", "document", "reference", "choice", "letter")
    for s in ("", "s")
)
WRAPPING = "()[]{}<>\"'`*.:"
RUN = re.compile(r"[A-H]{2,8}")
NOTHING = ("none", "none of them", "none of the above")
MAX_ANSWER = 400  # characters or entries of an answer: what is longer is no list of letters


def letters_in(value: str) -> set[str] | None:
    """The letters that a text lists and nothing else, case and wrapping ignored; None where it says
    more ("A or C", "not B") or nothing.
    """
    text = unicodedata.normalize("NFKC", value[:MAX_ANSWER]).strip()
    if text.lower().rstrip(".") in NOTHING:
        return set()
    pieces = [piece.strip(WRAPPING) for piece in SEPARATOR.split(text)]
    kept = [p for p in pieces if p and p.lower() not in FILLERS and p.lower() != "and"]
    if len(kept) == 1 and RUN.fullmatch(kept[0]) and len(set(kept[0])) == len(kept[0]):
        return set(kept[0])  # "AC", as multiple choice is often written
    if not kept or len(value) > MAX_ANSWER:
        return None
    if not all(len(p) == 1 and p.isascii() and p.isalpha() for p in kept):
        return None
    return {p.upper() for p in kept}


def letters_of(value: Any) -> set[str] | None:
    """The letters of an answer, a text or a list of texts; None where it is neither."""
    if isinstance(value, str):
        return letters_in(value)
    if not isinstance(value, list) or len(value) > MAX_ANSWER:
        return None
    found: set[str] = set()
    for entry in value:
        letters = letters_in(entry) if isinstance(entry, str) else None
        if letters is None:
            return None
        found |= letters
    return found


def answers_of(item: dict[str, Any], kind: str) -> set[str]:
    """The item's letters of a kind: gold, silver or negative."""
    return {letter.strip().upper() for letter in item["gold"].get(kind) or []}


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item's gold cannot be used, or None."""
    gold, options = item["gold"], item["input"].get("options")
    if not isinstance(gold, dict) or not isinstance(gold.get("gold"), list):
        return 'the gold must be {"gold": [letters], "silver": [letters], "negative": [letters]}'
    for kind in ("gold", "silver", "negative"):
        letters = gold.get(kind) or []
        if not isinstance(letters, list) or not all(
            isinstance(x, str) and re.fullmatch(r"\s*[A-Za-z]\s*", x) for x in letters
        ):
            return f"the gold's {kind!r} must be a list of letters"
    if not isinstance(options, dict) or not options:
        return "'options' must be an object with the letters as keys"
    unknown = answers_of(item, "gold") - {key.strip().upper() for key in options}
    return f"the gold letter {min(unknown)} is not among the options" if unknown else None


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """F1 of the letters in the last JSON object with an `answer`: 1 when they are the gold's.

    `counts` (hits, other letters chosen, missed) is for the aggregate.
    """
    gold = answers_of(item, "gold")
    value = extraction.last_json_value(text, KEYS)
    chosen = None if value is None else letters_of(value)
    if chosen is None:
        error = "unparsed" if value is None else "not-letters"
        return {"score": 0.0, "parsed": None, "error": error, "counts": (0, 0, len(gold))}
    hits, extra, missed = len(chosen & gold), len(chosen - gold), len(gold - chosen)
    result = {"parsed": sorted(chosen), "counts": (hits, extra, missed)}
    if not extra and not missed:
        return {"score": 1.0, "error": None, **result}
    if not hits:
        return {"score": 0.0, "error": "wrong", **result}
    error = "incomplete" if not extra else "partly" if missed else "surplus"
    return {"score": 2 * hits / (2 * hits + extra + missed), "error": error, **result}


def core_value(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> float:
    """Micro F1: letters pooled over all items; where no letter is gold or chosen, the share of
    items that say so.
    """
    hits, extra, missed = (sum(each) for each in zip(*[r["counts"] for r in results]))
    if hits + extra + missed == 0:
        return sum(r["score"] for r in results) / len(results)
    return 2 * hits / (2 * hits + extra + missed)


def custom_score(item: dict[str, Any], result: dict[str, Any], exempt: set[str]) -> float:
    """2 points for each gold letter, one off for each missed one and for each other letter that is
    not exempt; never under 0, as a share of the most that can be had.
    """
    hits, _, missed = result["counts"]
    extra = len(set(result["parsed"] or ()) - answers_of(item, "gold") - exempt)
    if hits + missed == 0:
        return float(result["parsed"] is not None and not extra)
    return max(0, 2 * hits - extra - missed) / (2 * (hits + missed))


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Micro F1, with precision and recall, exact match, the mean of the items' F1 (as the official
    evaluation has it), and its custom score, in which silver letters cost nothing.
    """
    n = max(1, len(results))
    hits, extra, missed = (sum(each) for each in zip(*[r["counts"] for r in results]))
    custom = [custom_score(i, r, answers_of(i, "silver")) for i, r in zip(items, results)]
    counted = [custom_score(i, r, set()) for i, r in zip(items, results)]
    weights = [len(answers_of(item, "gold")) for item in items]
    return {
        "value": core_value(items, results),
        "submetrics": {
            "exactMatch": sum(r["error"] is None for r in results) / n,
            "meanItemF1": sum(r["score"] for r in results) / n,
            "precision": hits / max(1, hits + extra),
            "recall": hits / max(1, hits + missed),
            "customScore": sum(custom) / n,
            "customScorePooled": sum(c * w for c, w in zip(custom, weights)) / max(1, sum(weights)),
            "customScoreSilverCounted": sum(counted) / n,
            "parsedShare": sum(r["parsed"] is not None for r in results) / n,
        },
    }
