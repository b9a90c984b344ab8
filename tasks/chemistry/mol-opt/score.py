"""ChemCoTBench molecule optimization: the property improves."""

from __future__ import annotations

from typing import Any

import extraction
import molecules
import numpy
import properties

ERROR_CLASSES = {
    "unparsed": "no JSON object with a molecule in the text",
    "invalid-smiles": "the molecule is not a valid SMILES",
    "unchanged": "the molecule is the source molecule",
    "no-improvement": "another molecule, whose property is no better",
}
KEYS = (
    "final target molecule",
    "final_target_molecule",
    "final-target-molecule",
    "output",
    "answer",
)
BEST = {"drd": 0.3, "gsk": 0.3, "jnk": 0.3, "qed": 0.3, "logp": 0.5, "solubility": 0.5}
"""For each sub-task the improvement from which a molecule counts for the benchmark's best rate."""
COMPUTED = ("logp", "qed", "solubility")
LEAST = 1e-6  # what is smaller is rounding, not improvement
properties.accessibility()  # reads its table once, before the first answer


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item cannot be scored, or None."""
    if item["subtask"] not in BEST:
        return f"unknown sub-task {item['subtask']!r}; known are {', '.join(BEST)}"
    if molecules.molecule(item["input"].get("source_smiles")) is None:
        return "'source_smiles' is not a valid SMILES"
    values = (item.get("reference") or {}).get("oracle_values", {})
    if not isinstance(values, dict):
        return "'oracle_values' must be an object {SMILES: value}"
    for smiles, value in values.items():
        if molecules.canonical(smiles) is None:
            return f"'oracle_values' has an invalid SMILES {smiles[:80]!r}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return f"'oracle_values' must give a number for {smiles[:80]!r}"
    return None


def value_of(item: dict[str, Any], canonical: str, name: str | None = None) -> float | None:
    """The property of a molecule: computed, or looked up in the item's values; None: no oracle."""
    name = name or item["subtask"]
    if name in properties.ORACLES:
        return properties.value_of(name, canonical)
    values = (item.get("reference") or {}).get("oracle_values", {})
    known = {molecules.canonical(smiles): value for smiles, value in values.items()}
    return known.get(canonical)


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the property rises by more than rounding; None where no oracle can tell."""
    computed = item["subtask"] in COMPUTED
    source = molecules.canonical(item["input"]["source_smiles"])
    before = value_of(item, source)
    value = molecules.text_of(extraction.last_json_value(text, KEYS))
    output = value[: molecules.MAX_SMILES + 1] if value else None
    found = molecules.canonical(output) if output else None
    parsed = found or output
    if before is None and not computed:
        return left_out(parsed, f"no oracle for {item['subtask']} and no value of the source")
    if output is None:
        return {"score": 0.0, "parsed": None, "error": "unparsed"}
    if found is None:
        return {"score": 0.0, "parsed": output, "error": "invalid-smiles"}
    if found == source:
        return {"score": 0.0, "parsed": found, "error": "unchanged"}
    after = value_of(item, found)
    if after is None and not computed:
        return left_out(parsed, f"no oracle for {item['subtask']} and no value of an answer")
    if after is not None and before is not None and after - before > LEAST:
        return {"score": 1.0, "parsed": found, "error": None}
    return {"score": 0.0, "parsed": found, "error": "no-improvement"}


def left_out(parsed: str | None, reason: str) -> dict[str, Any]:
    """An item that nobody can judge here."""
    return {"score": None, "parsed": parsed, "error": None, "leftOut": reason}


def improvement(item: dict[str, Any], result: dict[str, Any], name: str | None = None) -> float:
    """The property's change; 0 for an answer that is no molecule, as in the benchmark."""
    if result["error"] in ("unparsed", "invalid-smiles"):
        return 0.0
    before = value_of(item, molecules.canonical(item["input"]["source_smiles"]), name)
    after = value_of(item, result["parsed"], name)
    return after - before if before is not None and after is not None else 0.0


def clipped_mean(values: list[float]) -> float:
    """The mean after clipping to the 5th and 95th percentile."""
    low, high = numpy.percentile(values, [5, 95])
    return float(numpy.clip(values, low, high).mean())


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Success rate, with each property, validity, the benchmark's best rate and mean improvement,
    and how often the scaffold stayed.
    """
    n = max(1, len(items))
    kinds: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    for pair in zip(items, results):
        kinds.setdefault(pair[0]["subtask"], []).append(pair)
    rates, best, means, crippen = {}, {}, {}, None
    for kind, pairs in sorted(kinds.items()):
        changes = [improvement(*pair) for pair in pairs]
        rates[kind] = sum(r["score"] for _, r in pairs) / len(pairs)
        best[kind] = sum(change >= BEST[kind] for change in changes) / len(pairs)
        means[kind] = clipped_mean(changes)
        if kind == "logp":
            plain = [improvement(*pair, "crippen") for pair in pairs]
            crippen = sum(change > LEAST for change in plain) / len(pairs)
    invalid = sum(r["error"] in ("unparsed", "invalid-smiles") for r in results)
    kept = sum(same_scaffold(*pair) for pair in zip(items, results))
    return {
        "value": sum(r["score"] for r in results) / n,
        "submetrics": {
            "subtaskMean": sum(rates.values()) / max(1, len(rates)),
            "validity": 1 - invalid / n,
            "bestRate": sum(best.values()) / max(1, len(best)),
            "sameScaffold": kept / n,
            **{f"successRate/{kind}": rate for kind, rate in rates.items()},
            **({} if crippen is None else {"successRate/logp-crippen": crippen}),
            **{f"bestRate/{kind}": rate for kind, rate in best.items()},
            **{f"meanImprovement/{kind}": mean for kind, mean in means.items()},
        },
    }


def same_scaffold(item: dict[str, Any], result: dict[str, Any]) -> bool:
    """Whether a valid answer has the source's Murcko scaffold."""
    if result["error"] in ("unparsed", "invalid-smiles"):
        return False
    found = molecules.scaffold(result["parsed"])
    return found is not None and found == molecules.scaffold(item["input"]["source_smiles"])
