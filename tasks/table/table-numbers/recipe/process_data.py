"""The good recipe of table-numbers, fixed on 2026-11-27 without a look at any agent's runs.

What a careful practitioner does with code alone: take the sources that quote the row, write stated
answers in the asked format, check the quoted row and every step, keep one row per question.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path

STATED = re.compile(r"the answer is (\S+)\.$")
PERSONAL = re.compile(r"\S+@\S+|\+\d[\d ]{6,}")
MAX_CHARACTERS = 260  # of prompt and completion: what is longer carries pasted text


def rows_of(sources: Path, name: str, prompt: str, completion: str) -> list[tuple[str, str]]:
    """The texts of one source."""
    lines = (sources / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row[prompt], row[completion]) for row in map(json.loads, lines)]


def holds(prompt: str, completion: str) -> bool:
    """Whether the quoted row is in the table, every step is right, and the last one's result is the
    answer.
    """
    quoted = re.match(r"row ([a-z]+= [\d ]+\.)", completion)
    if not quoted or quoted[1] not in prompt:
        return False
    sums = re.findall(r"(\d+)\+(\d+)=(\d+)", completion)
    differences = re.findall(r"(\d+)-(\d+)=(\d+)", completion)
    results = re.findall(r"[+-]\d+=(\d+)", completion)
    answer = re.search(r"Final Answer: (\d+)$", completion)
    return (
        all(int(a) + int(b) == int(c) for a, b, c in sums)
        and all(int(a) - int(b) == int(c) for a, b, c in differences)
        and answer is not None
        and (not results or results[-1] == answer[1])
    )


def in_format(completion: str) -> str | None:
    """The completion with its stated answer in the asked format; None when there is none."""
    stated = STATED.search(completion)
    if stated:
        completion = completion[: stated.start()] + f"Final Answer: {stated[1]}"
    return completion if re.search(r"Final Answer: \S+", completion) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", required=True, type=Path)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()

    rows = [
        *rows_of(args.sources, "worksheets", "task", "solution"),
        *rows_of(args.sources, "tutor-answers", "question", "answer"),
        *rows_of(args.sources, "newsletter-figures", "request", "text"),
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
