"""Loads the tasks' own modules, as build_mini.py and the evaluator load them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT / "tasks", ROOT / "sandbox-images" / "evaluator"):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

import build_mini

TASKS = sorted(card.parent.name for card in (ROOT / "tasks").glob("*/*/task.yaml"))


def scorer_of(task: str) -> ModuleType:
    """The task's score.py."""
    return build_mini.load_module(
        build_mini.find_task(task) / "score.py", f"score_{task.replace('-', '_')}"
    )


EXECUTED = 40  # items of a split whose programs are run in tests: each takes a while


def judgeable(task: str, items: list[Any]) -> list[Any]:
    """The items, or problems, of a split that a test can afford to judge."""
    return items[:EXECUTED] if card_of(task).get("executes") else items


def results_of(task: str, items: list[dict[str, Any]], texts: list[str]) -> list[dict[str, Any]]:
    """The scorer's results; programs are drawn first. They are our own generators', so no sandbox."""
    if card_of(task).get("executes"):
        with tempfile.TemporaryDirectory() as folder:
            items = with_drawn(items, texts, Path(folder))
    return [scorer_of(task).score_item(item, text) for item, text in zip(items, texts)]


def with_drawn(items: list[dict[str, Any]], texts: list[str], folder: Path) -> list[dict[str, Any]]:
    """The items with what their programs drew."""
    rows = {
        "predictions": [{"id": i["id"], "text": text} for i, text in zip(items, texts)],
        "tables": [{"id": i["id"], "table": i["input"]["table"]} for i in items],
    }
    command = [sys.executable, str(ROOT / "sandbox-images" / "evaluator" / "draw.py")]
    for name, lines in rows.items():
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
        command += [f"--{name}", str(folder / name)]
    subprocess.run([*command, "--out", str(folder)], check=True)
    drawn = map(json.loads, (folder / "drawn.jsonl").read_text(encoding="utf-8").splitlines())
    return [{**item, "drawn": record} for item, record in zip(items, drawn)]


@cache
def built(task: str):
    """The task's corpus with its splits, and the rows of its sources; made once per test run."""
    return build_mini.build(task, 0)


def card_of(task: str) -> dict[str, Any]:
    """The task's card."""
    return build_mini.load_card(build_mini.find_task(task))


def item_texts(task: str, count: int) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Some items of validation with right, mistaken, stated and missing answers by turns."""
    corpus, _ = built(task)
    items = corpus.items("validation")[:count]
    say, texts = corpus.phrasing, {}
    for k, (item, problem) in enumerate(zip(items, corpus.splits["validation"])):
        forms = (say.worked, say.mistaken, say.bare, say.stated, say.worked)
        if k % 6 < len(forms):
            texts[item["id"]] = forms[k % 6](problem)
    return items, texts
