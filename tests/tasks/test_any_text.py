"""Every scorer takes every text: it never raises, never hangs, and never costs more than a second."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from task_modules import TASKS

from fuzz_scorer import complaint, complaints

FEW, MANY = 240, 10_000
"""Texts per task in every run of the tests, and in the long ones."""
CPU = 600  # seconds for all texts of a task; a hang that nothing else ends, ends here


@pytest.mark.parametrize("task", TASKS)
def test_no_text_breaks_a_scorer(task: str) -> None:
    assert list(complaints(task, 0, FEW)) == []


@pytest.mark.skipif(os.environ.get("DOJO_TEST_ALL") != "1", reason="long: DOJO_TEST_ALL=1 runs it")
@pytest.mark.parametrize("task", TASKS)
def test_ten_thousand_texts_break_no_scorer(task: str, tmp_path: Path) -> None:
    script = Path(__file__).with_name("fuzz_scorer.py")
    command = [sys.executable, str(script), "--task", task, "--count", str(MANY), "--cpu", str(CPU)]
    done = subprocess.run(
        [*command, "--progress", str(tmp_path / "at")], capture_output=True, text=True
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    at = (tmp_path / "at").read_bytes().strip(b"\0 ").decode()
    assert done.returncode == 0, f"died at index {at} with {done.returncode}: {done.stderr[-2000:]}"
    assert found == []
    assert int(at) == MANY - 1


def forever(item: dict, text: str) -> dict:
    while True:
        try:
            text += ""
        except Exception:  # noqa: BLE001 - a scorer that swallows what it can must not get away
            pass


@pytest.mark.parametrize(
    ("score_item", "why"),
    [
        (lambda item, text: {}["x"], "raised KeyError"),
        (lambda item, text: {"score": float("nan"), "parsed": None, "error": None}, "gave the score"),
        (lambda item, text: {"score": 2, "parsed": None, "error": None}, "gave the score 2"),
        (lambda item, text: {"score": 0.0, "parsed": None, "error": "odd"}, "unknown error class"),
        (lambda item, text: {"score": 0.0, "parsed": {1, 2}, "error": None}, "no JSON"),
        (lambda item, text: None, "gave None"),
        (forever, "used more than 1.0 s of CPU"),
        (lambda item, text: {"score": 1.0, "parsed": "x", "error": None}, None),
    ],
)
def test_a_scorer_that_breaks_is_found_out(score_item, why: str | None) -> None:
    next(complaints(TASKS[0], 0, 0), None)  # sets the timer's handler
    found = complaint(SimpleNamespace(score_item=score_item, ERROR_CLASSES={}), {}, "text")
    assert (found is None) if why is None else (why in (found or ""))
