"""The ladder of a mini task: base model, naive, best single source, good recipe, on the test split.

    python tasks/ladder.py --task aime25 --seeds 3 --work .dojo/ladder [--json]

Every rung runs the product's own scripts: curation, contamination audit, train.py, generate.py,
score.py (through `dojo score` where predictions are programs). Results are kept under --work, so
that a ladder that was cut off goes on where it was.
`naive` is all raw rows together under the default configuration; `single` is the source that scores
best on validation when trained alone (seed 0); `seedSpread` is the standard deviation of the
recipe's validation score between training seeds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from build_mini import find_task, load_card, to_jsonl, write

ROOT = Path(__file__).resolve().parent.parent
TRAINER = ROOT / "sandbox-images" / "trainer"
EVALUATOR = ROOT / "sandbox-images" / "evaluator"
BASE = ROOT / "tasks" / "base-model" / "mini"
RUNGS = ("base", "naive", "single", "recipe")
DEFAULT = {
    "method": "full",
    "max_steps": 200,
    "num_train_epochs": 3,
    "learning_rate": 1e-3,
    "per_device_train_batch_size": 32,
    "gradient_accumulation_steps": 1,
    "max_length": None,
    "warmup_ratio": 0.05,
    "lr_scheduler_type": "linear",
    "weight_decay": 0.01,
    "completion_only_loss": True,
    "lora": {"r": 16, "lora_alpha": 32, "lora_dropout": 0, "target_modules": "all-linear"},
    "save_steps": None,
}
"""The configuration of naive and single: every key at its default, 200 steps."""


def run(script: Path, **options: Any) -> None:
    """Runs one of the product's scripts; its messages are shown only when it fails."""
    command = [sys.executable, str(script)]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "HF_HUB_OFFLINE": "1"}
    )
    if done.returncode:
        raise SystemExit(f"{script.name} ended with {done.returncode}:\n{done.stderr[-2000:]}")


def score_programs(task: str, out: Path, **files: Path) -> None:
    """Scores predictions that are programs: `dojo score` runs them in the sandbox."""
    command = [str(ROOT / "dojo"), "score", "--task", task, "--json"]
    for name, path in files.items():
        command += [f"--{name}", str(path.resolve())]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"dojo score ended with {done.returncode}:\n{done.stderr[-2000:]}")
    out.write_text(done.stdout, encoding="utf-8")


class Ladder:
    """One task's ladder in a working folder."""

    def __init__(self, task: str, work: Path, threads: int) -> None:
        self.folder = find_task(task)
        self.card = load_card(self.folder)
        self.tier = self.card["tiers"]["mini"]
        self.work, self.threads = work / task, threads
        self.data = self.work / "data"
        write(task, self.data, 0)

    def rows(self, name: str) -> list[dict[str, str]]:
        """A source's texts, as they are."""
        source = next(s for s in self.tier["sources"] if s["name"] == name)
        lines = (self.data / "raw" / source["file"]).read_text(encoding="utf-8").splitlines()
        rows = map(json.loads, lines)
        return [
            {"prompt": r[source["promptField"]], "completion": r[source["completionField"]]}
            for r in rows
        ]

    def curated(self, rung: str) -> Path:
        """The audited training data of a rung (a folder with train.jsonl and holdout.jsonl)."""
        out = self.work / rung / "audit"
        if (out / "report.json").is_file():
            return out
        data = self.work / rung / "data.jsonl"
        data.parent.mkdir(parents=True, exist_ok=True)
        if rung == "recipe":
            run(
                self.folder / "recipe" / "process_data.py",
                sources=self.data / "raw",
                output=data,
                seed=0,
            )
        else:
            names = (
                [s["name"] for s in self.tier["sources"]]
                if rung == "naive"
                else [rung.removeprefix("single-")]
            )
            data.write_bytes(to_jsonl([row for name in names for row in self.rows(name)]))
        splits = {split: self.data / f"{split}.jsonl" for split in ("dev", "validation", "test")}
        run(EVALUATOR / "audit.py", data=data, **splits, card=self.folder / "task.yaml", out=out)
        return out

    def trained(self, rung: str, seed: int) -> Path:
        """The model of a rung and seed."""
        out = self.work / rung / f"s{seed}"
        data = self.curated(rung)
        config = dict(DEFAULT)
        if rung == "recipe":
            config |= yaml.safe_load(
                (self.folder / "recipe" / "train.yaml").read_text(encoding="utf-8")
            )
        out.mkdir(parents=True, exist_ok=True)
        (out / "train.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        files = {
            "data": data / "train.jsonl",
            "holdout": data / "holdout.jsonl",
            "config": out / "train.yaml",
        }
        run(
            TRAINER / "train.py",
            model=BASE,
            **files,
            context=self.tier["contextLength"],
            seed=seed,
            threads=self.threads,
            out=out,
        )
        result = json.loads((out / "result.json").read_text(encoding="utf-8"))
        if not result["ok"]:
            raise SystemExit(f"{self.card['id']} {rung} seed {seed}: {result['failure']}")
        return out / "model"

    def score(self, rung: str, seed: int, split: str) -> float:
        """The core metric of a rung and seed on a split; computed once."""
        out = self.work / rung / f"s{seed}" / split
        if not (out / "score.json").is_file():
            model = BASE if rung == "base" else self.trained(rung, seed)
            card, items = self.folder / "task.yaml", self.data / f"{split}.jsonl"
            run(EVALUATOR / "render.py", card=card, items=items, out=out / "prompts.jsonl")
            limits = {"max_new_tokens": self.tier["maxNewTokens"], "threads": self.threads}
            run(
                TRAINER / "generate.py",
                model=model,
                prompts=out / "prompts.jsonl",
                **limits,
                out=out,
            )
            files = {"items": items, "predictions": out / "predictions.jsonl"}
            if self.card.get("executes"):
                score_programs(self.card["id"], out / "score.json", **files)
            else:
                run(EVALUATOR / "score.py", task_dir=self.folder, **files, out=out / "score.json")
        return json.loads((out / "score.json").read_text(encoding="utf-8"))["metric"]["value"]

    def best_single(self) -> str:
        """The rung of the source that scores best on validation alone."""
        rungs = [f"single-{source['name']}" for source in self.tier["sources"]]
        return max(rungs, key=lambda rung: self.score(rung, 0, "validation"))


def measure(ladder: Ladder, seeds: int, rungs: list[str]) -> dict[str, Any]:
    """Test scores of each rung per seed; of the recipe on validation too, for the spread."""
    found: dict[str, Any] = {"task": ladder.card["id"], "test": {}}
    for name in rungs:
        rung = ladder.best_single() if name == "single" else name
        if name == "single":
            found["bestSource"] = rung.removeprefix("single-")
        each = range(1 if name == "base" else seeds)
        found["test"][name] = [ladder.score(rung, seed, "test") for seed in each]
        if name == "recipe":
            found["validation"] = [ladder.score(rung, seed, "validation") for seed in each]
            found["seedSpread"] = statistics.stdev(found["validation"]) if seeds > 1 else None
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--task", action="append", help="repeat for several; default: all tasks")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rungs", default=",".join(RUNGS), help="some of %(default)s")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path(".dojo/ladder"))
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    tasks = args.task or sorted(p.parent.name for p in (ROOT / "tasks").glob("*/*/task.yaml"))
    found = []
    for task in tasks:
        rungs = [rung for rung in RUNGS if rung in args.rungs.split(",")]
        ladder = measure(Ladder(task, args.work, args.threads), args.seeds, rungs)
        found.append(ladder)
        if args.json:
            continue
        notes = [
            f"{name} {ladder[name]}" for name in ("bestSource", "seedSpread") if name in ladder
        ]
        print(f"{task}: {', '.join(notes)}")
        for rung, values in ladder["test"].items():
            each = ", ".join(f"{v:.3f}" for v in values)
            print(f"  {rung:8} {statistics.mean(values):.3f}  ({each})", flush=True)
    if args.json:
        print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
