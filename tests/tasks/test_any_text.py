"""Every scorer takes every text: it never raises, never hangs, and never costs more than a second."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from task_modules import TASKS

from fuzz_scorer import complaints

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
