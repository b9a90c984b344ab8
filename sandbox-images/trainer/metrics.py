"""`metrics.jsonl`: exactly one line per optimizer step, also after a resume; and the rules that
judge the loss.
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from statistics import median
from typing import Any

from result import Failure, write_atomic

#: Steps whose median loss stands for "now".
WINDOW = 10
#: A loss this many times the first one has diverged, if it also rose by `RISE` nats (a loss near 0
#: may triple harmlessly).
FACTOR = 3.0
RISE = 1.0


class MetricsLog:
    """Appends a line per step; knows all lines so far, those before a resume included."""

    def __init__(self, path: Path, resumed_step: int) -> None:
        self.path = path
        self.lines = lines_up_to(path, resumed_step)
        # Steps after the checkpoint are done again, so that their lines go; a torn last line goes
        # with them.
        write_atomic(path, "".join(json.dumps(line) + "\n" for line in self.lines))
        self._file = open(path, "a", encoding="utf-8")

    def append(self, line: dict[str, Any]) -> None:
        """Adds a step's line, visible to readers at once."""
        self.lines.append(line)
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def sync(self) -> None:
        """Makes the lines durable: before a checkpoint that stands on them."""
        os.fsync(self._file.fileno())

    def losses(self) -> list[float]:
        """The loss of every step so far; a loss that is no number is NaN."""
        return [math.nan if line["loss"] is None else line["loss"] for line in self.lines]


def lines_up_to(path: Path, step: int) -> list[dict[str, Any]]:
    """The lines of the steps 1 to `step`, as far as they are whole."""
    lines: list[dict[str, Any]] = []
    if not path.is_file():
        return lines
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            break
        if line["step"] > step:
            break
        lines.append(line)
    return lines


def loss_failure(losses: list[float], warmup_steps: int, steps: int) -> Failure | None:
    """What is wrong with the losses so far of a training of `steps` steps; None: nothing.

    `non-finite-loss`: the last loss is infinite or not a number. `diverged`: the median of 10
    losses in a row, all after the warm-up, is above 3 times the first loss (the base model's own),
    and above it by 1 nat at least. (A training of fewer than 20 steps looks at half of them.)
    """
    if not losses:
        return None
    step = len(losses)
    if not math.isfinite(losses[-1]):
        return Failure("non-finite-loss", f"the loss became {losses[-1]} at step {step}")
    window = min(WINDOW, steps // 2)
    if window < 1 or step < max(warmup_steps, 1) + window:
        return None
    now = median(losses[-window:])
    if now <= max(FACTOR * losses[0], losses[0] + RISE):
        return None
    rise = f"from {losses[0]:.3f} to {now:.3f} (median of {window} steps)"
    return Failure("diverged", f"the loss rose {rise} by step {step} of {steps}")
