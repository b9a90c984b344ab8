"""Scores predictions with a task's own scorer and writes the `score --json` document.

    score.py --task-dir DIR --items F --predictions F --out F [--seed 0]

An item without a prediction is wrong, never left out. Bad input ends with one line on stderr and
exit code 2.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from bootstrap import interval
from card import load_card
from errors import BadInput, read_keyed, stop, write_atomically


def load_scorer(task_dir: Path) -> ModuleType:
    """The task's score.py: `ERROR_CLASSES`, `score_item(item, text)`, optionally `aggregate(items,
    results)`.
    """
    path = task_dir / "score.py"
    if not path.is_file():
        raise BadInput(f"{path}: no scorer there")
    spec = importlib.util.spec_from_file_location("task_score", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check_golds(items: list[dict[str, Any]], scorer: ModuleType, path: Path) -> None:
    """Raises BadInput when an item has no gold, or one that the scorer does not accept."""
    for number, item in enumerate(items, 1):
        reason = "'gold' is missing" if "gold" not in item else scorer.check_item(item)
        if reason:
            raise BadInput(f"{path}: row {number}: {reason}")


def score(
    card: dict[str, Any],
    scorer: ModuleType,
    items: list[dict[str, Any]],
    texts: dict[str, str],
    seed: int,
) -> dict[str, Any]:
    """The whole `score --json` document."""
    missing = {"score": 0.0, "parsed": None, "error": "unparsed"}
    results = [
        scorer.score_item(item, texts[item["id"]]) if item["id"] in texts else missing
        for item in items
    ]
    mean = sum(r["score"] for r in results) / max(1, len(results))
    total = (
        scorer.aggregate(items, results)
        if hasattr(scorer, "aggregate")
        else {"value": mean, "submetrics": {}}
    )
    quick = getattr(scorer, "core_value", None)  # the aggregate's value alone, for resampling
    low, high = interval(items, results, quick, seed)
    return {
        "task": card["id"],
        "metric": {
            "name": card["metric"]["name"],
            "value": total["value"],
            "low": low,
            "high": high,
            "n": len(items),
        },
        "submetrics": total["submetrics"],
        "items": [{"id": i["id"], "subtask": i["subtask"], **r} for i, r in zip(items, results)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--task-dir", required=True, type=Path)
    parser.add_argument("--items", required=True, type=Path)
    parser.add_argument("--predictions", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    try:
        card, scorer = load_card(args.task_dir / "task.yaml"), load_scorer(args.task_dir)
        items = read_keyed(args.items, {"subtask": str, "input": dict})
        if not items:
            raise BadInput(f"{args.items}: no items")
        check_golds(items, scorer, args.items)
        predictions = read_keyed(args.predictions, {"text": str}, {item["id"] for item in items})
    except BadInput as error:
        stop(error)
    document = score(card, scorer, items, {p["id"]: p["text"] for p in predictions}, args.seed)
    write_atomically(args.out, json.dumps(document, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.setrecursionlimit(5_000)
    main()
