"""The good recipe of mol-opt, fixed on 2026-11-27 without a look at any agent's runs.

What a careful practitioner does with code alone: take the sources that say what is kept, write
stated answers as JSON, check that the kept part is in the question and in the product and that the
change is the one that the checked programme makes, keep one row per question.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from pathlib import Path

STATED = re.compile(r"the answer is (\S+)\.$")
ANSWER = re.compile(r'\{"Final Target Molecule": "([^" ]+)"\}$')
PROPERTIES = ("logp", "qed", "solubility")
PERSONAL = re.compile(r"\S+@\S+|\+\d[\d ]{6,}")
MAX_CHARACTERS = 260  # of prompt and completion: what is longer carries pasted text


def rows_of(sources: Path, name: str, prompt: str, completion: str) -> list[tuple[str, str]]:
    """The texts of one source."""
    lines = (sources / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row[prompt], row[completion]) for row in map(json.loads, lines)]


def holds(prompt: str, completion: str, usual: dict[tuple[str, str], str]) -> bool:
    """Whether what is kept is in question and product, and the change is the usual one."""
    found = re.match(r"keep (\S+) and turn (\w+) into (\w+) (\S+) ", completion)
    if not found or found[1] not in prompt:
        return False
    if ANSWER.search(completion)[1] != found[1] + found[4]:
        return False
    return usual.get((property_of(prompt), found[2]), found[3]) == found[3]


def property_of(prompt: str) -> str:
    """The property that a question is about."""
    return next((name for name in PROPERTIES if f" {name}" in prompt), "")


def usual_changes(rows: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """For each property and group what a trusted source turns it into most often."""
    seen: dict[tuple[str, str], Counter[str]] = {}
    for prompt, completion in rows:
        found = re.search(r" turn (\w+) into (\w+) ", completion)
        if found:
            seen.setdefault((property_of(prompt), found[1]), Counter())[found[2]] += 1
    return {key: counter.most_common(1)[0][0] for key, counter in seen.items()}


def in_format(completion: str) -> str | None:
    """The completion with its stated answer in the asked format; None when there is none."""
    stated = STATED.search(completion)
    if stated:
        completion = completion[: stated.start()] + '{"Final Target Molecule": "%s"}' % stated[1]
    return completion if ANSWER.search(completion) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", required=True, type=Path)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()

    trusted = rows_of(args.sources, "lead-programme", "request", "step")
    rows = [
        *trusted,
        *rows_of(args.sources, "matched-pairs", "request", "pair"),
        *rows_of(args.sources, "review-articles", "question", "sentence"),
    ]
    usual = usual_changes(trusted)
    chosen: dict[str, str] = {}
    for prompt, completion in rows:
        text = in_format(completion)
        if (
            text is None
            or PERSONAL.search(prompt + completion)
            or len(prompt) + len(completion) > MAX_CHARACTERS
        ):
            continue
        if not holds(prompt, text, usual):
            continue
        chosen.setdefault(" ".join(prompt.split()), text)
    out = [{"prompt": p, "completion": c} for p, c in chosen.items()]
    random.Random(args.seed).shuffle(out)
    args.output.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in out[: args.limit]),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
