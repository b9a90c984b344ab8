"""Scores predictions with a task's own scorer and writes the `score --json` document.

    score.py --task-dir DIR --items F --predictions F --out F [--seed 0] [--refuse-empty]

Files are JSON lines (plain or gzipped) or Parquet. An item without a prediction is wrong, never
left out. Bad input ends with one line on stderr and exit code 2.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

from bootstrap import cluster_of, interval
from card import load_card
from errors import BadInput, stop, write_atomically
from row_files import Rows, read_keyed


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


def check_golds(items: Rows, scorer: ModuleType) -> None:
    """Raises BadInput when an item has no gold, or one that the scorer does not accept."""
    for index, item in enumerate(items):
        try:
            reason = "'gold' is missing" if "gold" not in item else scorer.check_item(item)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            reason = f"the item cannot be scored: {type(error).__name__}: {error}"
        if reason:
            raise BadInput(f"{items.place(index)}: {reason}")


def score(
    card: dict[str, Any],
    scorer: ModuleType,
    items: list[dict[str, Any]],
    texts: dict[str, str],
    seed: int,
) -> dict[str, Any]:
    """The whole `score --json` document.

    Raises BadInput when nothing can be scored. An item that the scorer cannot judge whatever its
    answer says (score None, `leftOut` the reason) counts nowhere and is listed under `leftOut`.
    """
    every = [scorer.score_item(item, texts.get(item["id"], "")) for item in items]
    left_out = left_out_of(items, every)
    counted = [k for k, result in enumerate(every) if result["score"] is not None]
    if not counted:
        raise BadInput(f"no item can be scored: {left_out[0]['subtask']}: {left_out[0]['reason']}")
    kept, results = [items[k] for k in counted], [every[k] for k in counted]
    clusters = [cluster_of(item, card.get("clusterBy")) for item in items]
    mean = sum(r["score"] for r in results) / len(results)
    total = (
        scorer.aggregate(kept, results)
        if hasattr(scorer, "aggregate")
        else {"value": mean, "submetrics": {}}
    )
    quick = getattr(scorer, "core_value", None)  # the aggregate's value alone, for resampling
    low, high = interval(kept, results, [clusters[k] or items[k]["id"] for k in counted], quick, seed)
    return {
        "task": card["id"],
        "metric": {
            "name": card["metric"]["name"],
            "value": total["value"],
            "low": low,
            "high": high,
            "n": len(kept),
        },
        "submetrics": total["submetrics"],
        "leftOut": left_out,
        "items": [
            {"id": i["id"], "subtask": i["subtask"]}
            | ({"cluster": c} if c else {})
            | {key: r[key] for key in ("score", "parsed", "error")}
            for i, r, c in zip(items, every, clusters)
        ],
    }


def left_out_of(
    items: list[dict[str, Any]], results: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """`{subtask, items, of, reason}` of each sub-task with items that cannot be judged."""
    sizes = Counter(item["subtask"] for item in items)
    reasons: dict[str, list[str]] = {}
    for item, result in zip(items, results):
        if result["score"] is None:
            reasons.setdefault(item["subtask"], []).append(result["leftOut"])
    return [
        {"subtask": name, "items": len(found), "of": sizes[name], "reason": found[0]}
        for name, found in sorted(reasons.items())
    ]


def add_drawn(items: Rows, path: Path | None, task: str) -> None:
    """Gives each item what its program drew. Nothing is executed here."""
    if path is None:
        raise BadInput(
            f"the predictions of {task} are programs: `dojo score` runs them in the sandbox; name"
            " what draw.py drew there already with --drawn"
        )
    drawn = {row["id"]: row for row in read_keyed(path, {}, {item["id"] for item in items})}
    for item in items:
        item["drawn"] = drawn.get(item["id"])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--task-dir", required=True, type=Path)
    parser.add_argument("--items", required=True, type=Path)
    parser.add_argument("--predictions", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--drawn", type=Path, help="what draw.py wrote, for tasks whose predictions are programs"
    )
    parser.add_argument(
        "--refuse-empty", action="store_true", help="a file without any prediction is a mistake"
    )
    args = parser.parse_args()
    try:
        card, scorer = load_card(args.task_dir / "task.yaml"), load_scorer(args.task_dir)
        items = read_keyed(args.items, {"subtask": str, "input": dict})
        if not items:
            raise BadInput(f"{args.items}:1: the file is empty: no items")
        check_golds(items, scorer)
        predictions = read_keyed(args.predictions, {"text": str}, {item["id"] for item in items})
        if not predictions and args.refuse_empty:
            raise BadInput(f"{args.predictions}:1: the file is empty: no predictions")
        texts = {p["id"]: p["text"] for p in predictions}
        if card.get("executes"):
            add_drawn(items, args.drawn, card["id"])
        document = score(card, scorer, items, texts, args.seed)
    except BadInput as error:
        stop(error)
    write_atomically(args.out, json.dumps(document, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.setrecursionlimit(5_000)
    main()
