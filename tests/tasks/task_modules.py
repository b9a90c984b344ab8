"""Loads the tasks' own modules, as build_mini.py and the evaluator load them."""

from __future__ import annotations

import sys
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


@cache
def built(task: str):
    """The task's corpus with its splits, and the rows of its sources; made once per test run."""
    return build_mini.build(task, 0)


def card_of(task: str) -> dict[str, Any]:
    """The task's card."""
    return build_mini.load_card(build_mini.find_task(task))
