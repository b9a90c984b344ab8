"""Builds a mini task: raw sources with their manifest, and the splits.

    python tasks/build_mini.py --task aime25 --out .dojo/data/aime25 [--seed 0]

Deterministic to the byte for a seed. `splits.json` holds the number of items and the sha256 of
each split's file.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

TASKS = Path(__file__).resolve().parent
sys.path.insert(0, str(TASKS))

from mini_kit.corpus import SPLITS, Corpus


def find_task(task: str) -> Path:
    """The folder of a task, by its id. Exits with 3 when there is none."""
    found = [p.parent for p in TASKS.glob("*/*/task.yaml") if p.parent.name == task]
    if not found:
        print(f"no task named {task!r} under {TASKS}", file=sys.stderr)
        raise SystemExit(3)
    return found[0]


def load_card(folder: Path) -> dict[str, Any]:
    """The task's card."""
    return yaml.load(
        (folder / "task.yaml").read_text(encoding="utf-8"),
        getattr(yaml, "CSafeLoader", yaml.SafeLoader),
    )


def load_module(path: Path, name: str) -> ModuleType:
    """A Python file as a module under a name of its own (tasks share file names)."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def to_jsonl(rows: list[dict[str, Any]]) -> bytes:
    """Rows as JSON lines, UTF-8."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def build(task: str, seed: int) -> tuple[Corpus, dict[str, list[dict[str, Any]]]]:
    """The corpus of a task and the rows of its sources, nothing written."""
    folder = find_task(task)
    corpus = Corpus(load_card(folder), seed)
    load_module(folder / "mini.py", f"mini_{task.replace('-', '_')}").build(corpus)
    return corpus, {name: source.finish(corpus.random) for name, source in corpus.sources.items()}


def write(task: str, out: Path, seed: int) -> None:
    """Writes everything under `out`; the manifests come last."""
    corpus, sources = build(task, seed)
    declared = {s["name"]: s for s in load_card(find_task(task))["tiers"]["mini"]["sources"]}
    assert set(declared) == set(sources), "the card and the generator disagree about the sources"
    (out / "raw").mkdir(parents=True, exist_ok=True)
    manifest, splits = [], {}
    for name, rows in sources.items():
        card, data = declared[name], to_jsonl(rows)
        (out / "raw" / card["file"]).write_bytes(data)
        manifest.append(
            {
                "name": name,
                "file": card["file"],
                "sha256": hashlib.sha256(data).hexdigest(),
                "bytes": len(data),
                "rows": len(rows),
                "licence": card["licence"],
                "description": card["description"],
                "promptField": card["promptField"],
                "completionField": card["completionField"],
            }
        )
    for split in SPLITS:
        data = to_jsonl(corpus.items(split))
        (out / f"{split}.jsonl").write_bytes(data)
        splits[split] = {
            "items": len(corpus.splits[split]),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
    (out / "raw" / "manifest.json").write_text(
        json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    (out / "splits.json").write_text(json.dumps(splits, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--task", required=True)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    write(args.task, args.out, args.seed)


if __name__ == "__main__":
    main()
