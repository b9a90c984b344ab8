"""The good recipe of pi4pc, fixed on 2026-11-27 without a look at any agent's runs.

What a careful practitioner does with code alone: take the sources that quote evidence, write stated
answers as JSON, check that the quoted paragraph is an option and has the claim's words, drop
personal data, keep one row per claim.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path

STATED = re.compile(r"the answer is (\d+)\.$")
PERSONAL = re.compile(r"\S+@\S+|\+\d[\d ]{6,}")
MAX_CHARACTERS = 300  # of prompt and completion: what is longer carries pasted text


def rows_of(sources: Path, name: str, prompt: str, completion: str) -> list[tuple[str, str]]:
    """The texts of one source."""
    lines = (sources / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row[prompt], row[completion]) for row in map(json.loads, lines)]


def holds(prompt: str, completion: str) -> bool:
    """Whether the quoted paragraph has that number in the prompt and its words from the claim."""
    quoted = re.match(r"see ([a-z]+) ([a-z]+)=(\d+)\.", completion)
    if not quoted or f" {quoted[1]} {quoted[2]}={quoted[3]}." not in prompt:
        return False
    claim = re.findall(r"[a-z]+", prompt.split("=", 1)[0].rsplit(".", 1)[0])
    return quoted[1] in claim and quoted[2] in claim


def in_format(completion: str) -> str | None:
    """The completion with its stated answer in the asked format; None when there is none."""
    stated = STATED.search(completion)
    if stated:
        completion = completion[: stated.start()] + '{"answer": "%s"}' % stated[1]
    return completion if re.search(r'\{"answer": "\d+"\}', completion) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", required=True, type=Path)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()

    rows = [
        *rows_of(args.sources, "office-actions", "application", "action"),
        *rows_of(args.sources, "inventor-remarks", "application", "remark"),
        *rows_of(args.sources, "claim-charts", "claim", "chart"),
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
