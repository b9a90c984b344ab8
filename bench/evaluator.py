"""Time of the evaluator's scripts on data of a size that the full tier has: `python bench/evaluator.py`.

Audit: 100,000 rows against 10,000 items, for each way of looking that a card may ask for. Score: 10,000
predictions of each task. Data come from the mini tier's generators; making them is not timed.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EVALUATOR = ROOT / "sandbox-images" / "evaluator"
sys.path.append(str(ROOT / "tasks"))

import build_mini
from mini_kit.corpus import Corpus

ITEMS, ROWS, PREDICTIONS = 10_000, 100_000, 10_000
SPLITS = {"dev": ITEMS // 5, "validation": 2 * ITEMS // 5, "test": 2 * ITEMS // 5}


def timed(script: str, *args: object) -> float:
    """Seconds that one of the evaluator's scripts takes."""
    began = time.perf_counter()
    subprocess.run([sys.executable, str(EVALUATOR / script), *map(str, args)], check=True)
    return time.perf_counter() - began


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Rows as a file."""
    path.write_bytes(build_mini.to_jsonl(rows))
    return path


def generator(task: str) -> tuple[Path, dict[str, Any], Corpus, Any]:
    """A task's folder, its card, an empty corpus, and what draws problems for it."""
    folder = build_mini.find_task(task)
    card = build_mini.load_card(folder)
    draw = build_mini.load_module(folder / "mini.py", f"bench_{task.replace('-', '_')}").draw
    return folder, card, Corpus(card, 0), draw


def items_of(task: str, problems: list[Any]) -> list[dict[str, Any]]:
    """Problems in the item format."""
    return [
        {"id": f"{task}-{k:05d}", "subtask": p.subtask, "input": p.input, "gold": p.gold}
        | ({"reference": p.reference} if p.reference else {})
        for k, p in enumerate(problems)
    ]


def audit(task: str, folder: Path) -> str:
    """One line on the audit of a task."""
    task_folder, card, corpus, draw = generator(task)
    r = random.Random(0)
    args: list[object] = ["--card", task_folder / "task.yaml", "--out", folder]
    for split, count in SPLITS.items():
        items = items_of(f"{task}-{split}", [draw(r) for _ in range(count)])
        args += [f"--{split}", write(folder / f"{split}.jsonl", items)]
    rows = [
        {"prompt": corpus.prompt(p), "completion": corpus.phrasing.worked(p)}
        for p in (draw(r) for _ in range(ROWS))
    ]
    seconds = timed("audit.py", "--data", write(folder / "rows.jsonl", rows), *args)
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    ways = "+".join(card.get("audit", ["text"]))
    return f"audit ({ways}, {task}): {seconds:.1f} s (at most 60), {report['removed']} rows copy"


def score(task: str, folder: Path) -> str:
    """One line on the score of a task."""
    task_folder, _, corpus, draw = generator(task)
    r = random.Random(0)
    problems = [draw(r) for _ in range(PREDICTIONS)]
    items = items_of(task, problems)
    say = corpus.phrasing
    texts = [
        {"id": item["id"], "text": (say.worked if k % 3 else say.mistaken)(p)}
        for k, (item, p) in enumerate(zip(items, problems))
    ]
    seconds = timed(
        "score.py",
        *("--task-dir", task_folder, "--out", folder / "score.json"),
        *("--items", write(folder / "items.jsonl", items)),
        *("--predictions", write(folder / "predictions.jsonl", texts)),
    )
    return f"score ({task}): {seconds:.1f} s (at most 60)"


def main() -> None:
    cards = {
        path.parent.name: build_mini.load_card(path.parent)
        for path in sorted((ROOT / "tasks").glob("*/*/task.yaml"))
    }
    ways: dict[tuple[str, ...], str] = {}
    for task, card in cards.items():
        ways.setdefault(tuple(card.get("audit", ["text"])), task)
    load = os.getloadavg()[0]
    print(f"{ROWS:,} rows against {ITEMS:,} items; {os.cpu_count()} cores, load {load:.1f} before")
    for task in ways.values():
        with tempfile.TemporaryDirectory() as folder:
            print(audit(task, Path(folder)), flush=True)
    print(f"{PREDICTIONS:,} predictions")
    for task, card in cards.items():
        if card.get("executes"):
            print(f"score ({task}): left out, it runs a program for each prediction")
            continue
        with tempfile.TemporaryDirectory() as folder:
            print(score(task, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
