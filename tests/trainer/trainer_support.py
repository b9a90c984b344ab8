"""Runs the trainer's scripts as the sandbox runs them, on tiny data."""

from __future__ import annotations

import importlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

SCRIPTS = Path(__file__).resolve().parents[2] / "sandbox-images" / "trainer"
CONTEXT = 64
CONFIG: dict[str, Any] = {
    "method": "full",
    "max_steps": 24,
    "num_train_epochs": 3,
    "learning_rate": 3e-3,
    "per_device_train_batch_size": 8,
    "gradient_accumulation_steps": 2,
    "max_length": None,
    "warmup_ratio": 0.05,
    "lr_scheduler_type": "linear",
    "weight_decay": 0.01,
    "completion_only_loss": True,
    "save_steps": 5,
    "lora": {"r": 4, "lora_alpha": 8, "lora_dropout": 0.1, "target_modules": "all-linear"},
}


def load(name: str) -> ModuleType:
    """A light module of the trainer. Its siblings' names (rows, result, ...) don't stay importable:
    the evaluator's folder may have files of the same names."""
    sys.path.insert(0, str(SCRIPTS))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(SCRIPTS))
        for key, module in list(sys.modules.items()):
            if Path(getattr(module, "__file__", None) or "/").parent == SCRIPTS:
                del sys.modules[key]


def start(script: str, *arguments: Any) -> subprocess.Popen[str]:
    """Starts a script of the trainer, without a home folder, as in the sandbox."""
    return subprocess.Popen(
        [sys.executable, str(SCRIPTS / script), *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(script: str, *arguments: Any) -> dict[str, Any]:
    """Runs a script to its end, which must be exit status 0, and returns its result.json."""
    process = start(script, *arguments)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    out = arguments[arguments.index("--out") + 1]
    return json.loads((Path(out) / "result.json").read_text())


def run_several(script: str, jobs: list[list[Any]]) -> list[dict[str, Any]]:
    """Runs a script several times in one process: as `run`, but the libraries load once."""
    code = (
        "import sys, json, importlib\n"
        f"sys.path.insert(0, {str(SCRIPTS)!r})\n"
        f"module = importlib.import_module({script.removesuffix('.py')!r})\n"
        "for job in json.loads(sys.argv[1]):\n"
        "    sys.argv = ['script', *job]\n"
        "    assert module.main() == 0\n"
    )
    texts = [[str(argument) for argument in job] for job in jobs]
    finished = subprocess.run(
        [sys.executable, "-c", code, json.dumps(texts)],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert finished.returncode == 0, finished.stderr
    outs = [Path(job[job.index("--out") + 1]) for job in texts]
    return [json.loads((out / "result.json").read_text()) for out in outs]


def write_rows(path: Path, rows: list[Any]) -> Path:
    """Writes JSONL: objects as JSON, strings as they are."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("".join(line + "\n" for line in lines))
    return path


def write_config(path: Path, **changes: Any) -> Path:
    """A resolved train.yaml (JSON is YAML) with some values changed."""
    path.write_text(json.dumps({**CONFIG, **changes}))
    return path


def sums(count: int, seed: int) -> list[dict[str, str]]:
    """Rows of small sums, of different lengths."""
    chance = random.Random(seed)
    rows = []
    for _ in range(count):
        a, b = chance.randint(1, 99), chance.randint(1, 99)
        prompt = f"what is {a} + {b}?" + " please" * chance.randint(0, 3)
        rows.append({"prompt": prompt, "completion": f"{a}+{b}={a + b}. \\boxed{{{a + b}}}"})
    return rows
