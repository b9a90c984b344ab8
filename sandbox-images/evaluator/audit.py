"""The contamination audit: removes rows that copy dev, validation or test items or break the card's
constraints, and sets 5% aside.

    audit.py --data train.jsonl --dev F --validation F --test F --card task.yaml --tier mini --out
    DIR

Writes report.json (see `report_of`; `row` counts from 0), clean.jsonl, and its two parts train.jsonl
and holdout.jsonl (by hash of the prompt, so that copies of a prompt stay together). The report is for
operators: it says which rows are in which split.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from card import load_card, tier_of
from detectors import Detectors, names_in
from errors import BadInput, stop, write_atomically
from match import Hit, Item
from personal_data import personal_data_in
from prompts import render_prompts
from row_files import Rows, check_fields, read_keyed, read_rows

SPLITS = ("dev", "validation", "test")
HOLDOUT_SHARE = 0.05
SHOWN = 200  # characters of each text in the evidence
CHUNK = 1_000  # rows that a process takes at a time
ALONE = 4_000  # rows up to which one process is quicker
CONSTRAINTS: dict[str, Callable[[str], list[str]]] = {"personalData": personal_data_in}
"""Name in the card -> what of it a text breaks."""

Found = tuple[int, list[tuple[str, Hit]], dict[str, list[str]]]


class Audit:
    """Everything that one row is looked at with."""

    def __init__(self, rows: Rows, items: list[Item], names: list[str], forbidden: list[str]) -> None:
        self.rows = rows
        self.detectors = Detectors(items, names)
        self.forbidden = forbidden

    def chunk(self, begin: int) -> list[Found]:
        """What is found in a chunk of rows: hits, and broken constraints with the kinds of breach."""
        return [self.row(at) for at in range(begin, min(begin + CHUNK, len(self.rows)))]

    def row(self, at: int) -> Found:
        """What is found in one row."""
        prompt, completion = self.rows[at]["prompt"], self.rows[at]["completion"]
        text = f"{prompt}\n{completion}"
        breaches = {name: kinds for name in self.forbidden if (kinds := CONSTRAINTS[name](text))}
        return at, self.detectors.hits(prompt, completion), breaches


AUDIT: Audit | None = None  # inherited by the processes that are forked for it


def chunk_of(begin: int) -> list[Found]:
    """A chunk, in a forked process."""
    assert AUDIT is not None
    return AUDIT.chunk(begin)


def look(audit: Audit) -> list[Found]:
    """What is found in all rows, with as many processes as there are cores where rows are many."""
    global AUDIT
    begins = range(0, len(audit.rows), CHUNK)
    cores = min(len(begins), len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
    found = None
    if len(audit.rows) > ALONE and cores > 1:
        AUDIT = audit
        try:
            with multiprocessing.get_context("fork").Pool(cores) as pool:
                found = pool.map(chunk_of, begins, chunksize=1)
        except OSError:  # no more processes, or no shared memory, where it is confined
            found = None
    if found is None:
        found = [audit.chunk(begin) for begin in begins]
    return [each for chunk in found for each in chunk]


def is_held_out(prompt: str) -> bool:
    """A fixed 5% of all prompts."""
    digest = hashlib.sha256(prompt.encode("utf-8", "backslashreplace"))
    return int(digest.hexdigest()[:8], 16) / 16**8 < HOLDOUT_SHARE


def report_of(rows: Rows, items: list[Item], found: list[Found], forbidden: list[str]) -> dict[str, Any]:
    """The report: `{rows, removed, matches: [{row, split, item, kind, detector, evidence, rowText,
    itemText}], constraints: {name: {rows, kinds, examples: [{row, kinds}]}}}`. `removed` counts rows
    that copy items.
    """
    matches = [
        {
            "row": at,
            "split": items[hit.item].split,
            "item": items[hit.item].id,
            "kind": hit.kind,
            "detector": detector,
            "evidence": hit.evidence,
            "rowText": rows[at]["prompt"][:SHOWN],
            "itemText": items[hit.item].prompt[:SHOWN],
        }
        for at, hits, _ in found
        for detector, hit in hits
    ]
    constraints = {}
    for name in forbidden:
        broken = [(at, breaches[name]) for at, _, breaches in found if name in breaches]
        constraints[name] = {
            "rows": len(broken),
            "kinds": dict(sorted(Counter(kind for _, kinds in broken for kind in kinds).items())),
            "examples": [{"row": at, "kinds": kinds} for at, kinds in broken],
        }
    copied = {match["row"] for match in matches}
    return {
        "rows": len(rows),
        "removed": len(copied),
        "matches": matches,
        "constraints": constraints,
    }


def read_data(path: Path) -> Rows:
    """The rows that are audited. Raises BadInput."""
    rows = read_rows(path)
    if not rows:
        raise BadInput(f"{path}:1: the file is empty: no rows")
    for index, row in enumerate(rows):
        check_fields(rows, index, {"prompt": str, "completion": str})
        if len(row) > 2:
            other = sorted(set(row) - {"prompt", "completion"})
            raise BadInput(
                f"{rows.place(index)}: must be exactly a prompt and a completion, both text; there is {other[0]!r} too"
            )
    return rows


def forbidden_by(card: dict[str, Any], path: Path) -> list[str]:
    """What the card forbids in training data. Raises BadInput for what is not known."""
    asked = card.get("constraints", {})
    unknown = [name for name in asked if name not in CONSTRAINTS]
    if unknown:
        raise BadInput(f"{path}: constraints: {unknown[0]!r} is not known; there is {', '.join(CONSTRAINTS)}")
    return [name for name, rule in asked.items() if rule == "forbidden"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", required=True, type=Path)
    for split in SPLITS:
        parser.add_argument(f"--{split}", required=True, type=Path)
    parser.add_argument("--card", required=True, type=Path)
    parser.add_argument("--tier", default="mini")
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args()
    try:
        card = load_card(args.card)
        template = tier_of(card, args.tier, args.card)["template"]
        names, forbidden = names_in(card, args.card), forbidden_by(card, args.card)
        items = []
        for split in SPLITS:
            raw = read_keyed(getattr(args, split), {"input": dict})
            for item, rendered in zip(raw, render_prompts(template, raw)):
                items.append(
                    Item(split, item["id"], rendered["prompt"], item["input"], item.get("gold"))
                )
        rows = read_data(args.data)
    except BadInput as error:
        stop(error)

    found = look(Audit(rows, items, names, forbidden))
    report = report_of(rows, items, found, forbidden)
    clean = [rows[at] for at, hits, breaches in found if not hits and not breaches]
    held = [row for row in clean if is_held_out(row["prompt"])]
    kept = [row for row in clean if not is_held_out(row["prompt"])]
    for name, part in (("clean", clean), ("train", kept), ("holdout", held)):
        write_atomically(
            args.out / f"{name}.jsonl",
            "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in part),
        )
    write_atomically(
        args.out / "report.json", json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    )


if __name__ == "__main__":
    main()
