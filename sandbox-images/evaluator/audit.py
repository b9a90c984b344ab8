"""The contamination audit: removes rows that copy dev, validation or test items, and sets 5% aside.

    audit.py --data train.jsonl --dev F --validation F --test F --card task.yaml --tier mini --out
    DIR

Writes report.json ({rows, removed, matches: [{row, split, item, kind, evidence}]}; `row` counts
from 0), clean.jsonl, and its two parts train.jsonl and holdout.jsonl (by hash of the prompt, so
that copies of a prompt stay together). The report is for operators: it says which rows are in which
split.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from card import load_card, tier_of
from errors import BadInput, read_jsonl, read_keyed, stop, write_atomically
from overlap import Overlap
from prompts import render_prompts

HOLDOUT_SHARE = 0.05


def is_held_out(prompt: str) -> bool:
    """A fixed 5% of all prompts."""
    return int(hashlib.sha256(prompt.encode()).hexdigest()[:8], 16) / 16**8 < HOLDOUT_SHARE


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", required=True, type=Path)
    for split in ("dev", "validation", "test"):
        parser.add_argument(f"--{split}", required=True, type=Path)
    parser.add_argument("--card", required=True, type=Path)
    parser.add_argument("--tier", default="mini")
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args()
    try:
        template = tier_of(load_card(args.card), args.tier, args.card)["template"]
        prompts = [
            (split, rendered["id"], rendered["prompt"])
            for split in ("dev", "validation", "test")
            for rendered in render_prompts(
                template, read_keyed(getattr(args, split), {"input": dict})
            )
        ]
        rows = read_jsonl(args.data)
        for number, row in enumerate(rows, 1):
            if set(row) != {"prompt", "completion"} or not all(
                isinstance(v, str) for v in row.values()
            ):
                raise BadInput(
                    f"{args.data}: row {number}: must be exactly a prompt and a completion, both text"
                )
    except BadInput as error:
        stop(error)

    overlap = Overlap(prompts)
    matches = [
        match for i, row in enumerate(rows) for match in overlap.matches(i, row["prompt"].strip())
    ]
    copied = {match.row for match in matches}
    clean = [row for i, row in enumerate(rows) if i not in copied]
    held = [row for row in clean if is_held_out(row["prompt"])]
    kept = [row for row in clean if not is_held_out(row["prompt"])]
    for name, part in (("clean", clean), ("train", kept), ("holdout", held)):
        write_atomically(
            args.out / f"{name}.jsonl",
            "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in part),
        )
    report = {
        "rows": len(rows),
        "removed": len(copied),
        "matches": [asdict(match) for match in matches],
    }
    write_atomically(
        args.out / "report.json", json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    )


if __name__ == "__main__":
    main()
