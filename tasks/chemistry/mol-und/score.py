"""ChemCoTBench molecule understanding: exact counts, equal scaffolds, yes or no."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import extraction
import molecules
from bootstrap import subtask_mean
from rdkit import DataStructs
from rdkit.Chem import rdFingerprintGenerator

ERROR_CLASSES = {
    "unparsed": "no JSON object with an answer in the text",
    "not-a-number": "a count is asked and the answer is none, or names several",
    "not-yes-or-no": "yes or no is asked and the answer is neither, or both",
    "invalid-smiles": "a scaffold is asked and the answer is not a valid SMILES",
    "wrong": "another answer",
}
COUNTS = ("fg_count", "ring_count")
YES_OR_NO = ("ring_system_scaffold", "equivalence")
core_value = subtask_mean  # the metric alone, for resampling
SUBTASKS = (*COUNTS, "Murcko_scaffold", *YES_OR_NO)
KEYS = {
    "fg_count": ("count", "output", "answer"),
    "ring_count": ("count", "output", "answer"),
    "Murcko_scaffold": (
        *("output scaffold", "output_scaffold", "output-scaffold"),
        *("scaffold", "output", "answer"),
    ),
    "ring_system_scaffold": ("output", "answer"),
    "equivalence": ("output", "answer"),
}
WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
MAX_ERROR = 10  # one absurd count must not decide the mean absolute error
FINGERPRINT = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=1024)


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item cannot be scored, or None."""
    kind, gold = item["subtask"], item["gold"]
    if kind not in SUBTASKS:
        return f"unknown sub-task {kind!r}; known are {', '.join(SUBTASKS)}"
    if kind in COUNTS:
        return None if count_of(gold) is not None else "the gold must be a count"
    if kind in YES_OR_NO:
        return None if yes_or_no(gold) is not None else "the gold must be Yes or No"
    return (
        None if molecules.molecule(gold) is not None else "the gold scaffold is not a valid SMILES"
    )


def count_of(value: Any) -> int | None:
    """The one whole number that an answer states: 2, "2", 2.0, [2], "two", "2 rings"."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return int(value) if abs(value) < 1e9 and value == int(value) else None
    if not isinstance(value, str):
        return None
    text = unicodedata.normalize("NFKC", value[:100]).replace("\u2212", "-").strip(" \t\r\n`'\".")
    found = re.fullmatch(r"([+-]?\d{1,9})(?:\.0+)?(?:\s+[A-Za-z]+){0,3}", text, re.ASCII)
    if found:
        rest = text[found.end(1) :].lower().split()
        return None if {"or", "to", "and", *WORDS} & set(rest) else int(found[1])
    return WORDS.index(text.lower()) if text.lower() in WORDS else None


def yes_or_no(value: Any) -> str | None:
    """Yes or No as stated: a word, a boolean, or the word before a reason without the other."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if not isinstance(value, str):
        return None
    text = value[:500].strip(" \t\r\n`'\"*.!").lower()
    found = re.match(r"(yes|no|true|false)(?=$|\s*[,.;:!(\u2013\u2014-])", text)
    others = re.findall(r"\b(?:yes|no|true|false)\b", text)
    if not found or len(set(others)) > 1:
        return None
    return "Yes" if found[1] in ("yes", "true") else "No"


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the last JSON object's answer is the gold."""
    kind = item["subtask"]
    value = extraction.last_json_value(text, KEYS[kind])
    if value is None or isinstance(value, dict):
        return wrong("unparsed")
    if kind in COUNTS:
        read, gold, unread = count_of(value), count_of(item["gold"]), "not-a-number"
    elif kind in YES_OR_NO:
        read, gold, unread = yes_or_no(value), yes_or_no(item["gold"]), "not-yes-or-no"
    else:
        smiles = molecules.text_of(value)
        read = molecules.canonical(smiles[: molecules.MAX_SMILES + 1]) if smiles else None
        gold, unread = molecules.canonical(item["gold"]), "invalid-smiles"
    if read is None:
        return wrong(unread, str(value)[:200])
    if read == gold:
        return {"score": 1.0, "parsed": str(read), "error": None}
    return wrong("wrong", str(read))


def wrong(error: str, parsed: str | None = None) -> dict[str, Any]:
    """A result that scores nothing."""
    return {"score": 0.0, "parsed": parsed, "error": error}


def by_subtask(
    items: list[dict[str, Any]], results: list[dict[str, Any]]
) -> dict[str, list[tuple[dict[str, Any], dict[str, Any]]]]:
    """The pairs of item and result of each sub-task that occurs."""
    found: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    for pair in zip(items, results):
        found.setdefault(pair[0]["subtask"], []).append(pair)
    return found


def count_error(item: dict[str, Any], result: dict[str, Any], unread: int | None) -> int:
    """How far a count is off, capped; `unread` stands for a count that could not be read (None: the
    cap).
    """
    gold = count_of(item["gold"])
    if result["error"] in ("unparsed", "not-a-number"):
        return MAX_ERROR if unread is None else min(MAX_ERROR, abs(unread - gold))
    return min(MAX_ERROR, abs(int(result["parsed"]) - gold))


def similarity(item: dict[str, Any], result: dict[str, Any]) -> float:
    """Tanimoto of the scaffolds' Morgan bits; 0 for an answer that is no molecule."""
    if result["error"] in ("unparsed", "invalid-smiles"):
        return 0.0
    found, gold = molecules.molecule(result["parsed"]), molecules.molecule(item["gold"])
    if found is None:
        return 0.0
    return DataStructs.TanimotoSimilarity(
        FINGERPRINT.GetFingerprint(found), FINGERPRINT.GetFingerprint(gold)
    )


def mean(values: list[float]) -> float:
    """Their mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean of the sub-tasks' accuracies, with each of them and what published tables show."""
    pairs = by_subtask(items, results)
    accuracy = {kind: mean([r["score"] for _, r in found]) for kind, found in sorted(pairs.items())}
    submetrics = {f"accuracy/{kind}": value for kind, value in accuracy.items()}
    submetrics["itemAccuracy"] = mean([r["score"] for r in results])
    submetrics["parsedShare"] = mean([float(r["error"] in (None, "wrong")) for r in results])
    counted = [kind for kind in COUNTS if kind in pairs]
    for name, unread in (("mae", None), ("maeUnreadAsZero", 0)):
        for kind in counted:
            errors = [float(count_error(i, r, unread)) for i, r in pairs[kind]]
            submetrics[f"{name}/{kind}"] = mean(errors)
        if counted:
            submetrics[name] = mean([submetrics[f"{name}/{kind}"] for kind in counted])
    if "Murcko_scaffold" in pairs:
        submetrics["tanimoto"] = mean([similarity(i, r) for i, r in pairs["Murcko_scaffold"]])
    asked = [accuracy[kind] for kind in YES_OR_NO if kind in pairs]
    if asked:
        submetrics["yesNoAccuracy"] = mean(asked)
    return {"value": subtask_mean(items, results), "submetrics": submetrics}
