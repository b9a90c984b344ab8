"""The good recipe of par4pc, fixed on 2026-11-27 without a look at any agent's runs.

What a careful practitioner does with code alone: take the sources that quote evidence, write stated
answers as JSON, check that the quoted places are in the options, drop personal data, keep one row
per claim.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path

STATED = re.compile(r"the answer is ([A-D](?:, [A-D])*)\.$")
PERSONAL = re.compile(r"\S+@\S+|\+\d[\d ]{6,}")
MAX_CHARACTERS = 360  # of prompt and completion: what is longer carries pasted text


def rows_of(sources: Path, name: str, prompt: str, completion: str) -> list[tuple[str, str]]:
    """The texts of one source."""
    lines = (sources / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row[prompt], row[completion]) for row in map(json.loads, lines)]


def holds(prompt: str, completion: str) -> bool:
    """Whether the places quoted in the completion are those of the prompt."""
    quoted = re.findall(r"[a-z]+=[A-D]\.", completion)
    absent = re.findall(r"([a-z]+) missing\.", completion)
    if any(f" {part}=" in prompt for part in absent):
        return False
    return all(f" {q}" in prompt for q in quoted)


def in_format(completion: str) -> str | None:
    """The completion with its stated answer in the asked format; None when there is none."""
    stated = STATED.search(completion)
    if stated:
        completion = completion[: stated.start()] + '{"answer": "%s"}' % stated[1]
    return completion if re.search(r'\{"answer": "[A-D](, [A-D])*"\}', completion) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", required=True, type=Path)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()

    rows = [
        *rows_of(args.sources, "examiner-searches", "application", "search"),
        *rows_of(args.sources, "applicant-statements", "application", "statement"),
        *rows_of(args.sources, "attorney-memos", "matter", "memo"),
    ]
    chosen: dict[str, str] = {}
    for prompt, completion in rows:
        text = in_format(completion)
        if (
            text is None
            or PERSONAL.search(prompt + completion)
            or len(prompt) + len(completion) > MAX_CHARACTERS
        ):
            continue
        if not holds(prompt, text):
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
