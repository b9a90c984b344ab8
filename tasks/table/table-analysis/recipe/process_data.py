"""The good recipe of table-analysis, fixed on 2026-11-27 without a look at any agent's runs.

What a careful practitioner does with code alone: take the sources that quote the row, write stated
answers in the asked format, check the quoted rows, directions and steps, keep one row per question.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path

STATED = re.compile(r"the answer is (.+)\.$")
PERSONAL = re.compile(r"\S+@\S+|\+\d[\d ]{6,}")
MAX_CHARACTERS = 320  # of prompt and completion: what is longer carries pasted text


def rows_of(sources: Path, name: str, prompt: str, completion: str) -> list[tuple[str, str]]:
    """The texts of one source."""
    lines = (sources / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row[prompt], row[completion]) for row in map(json.loads, lines)]


def holds(prompt: str, completion: str) -> bool:
    """Whether quoted rows are in the table, directions and differences are right, and the conclusion
    follows from them.
    """
    rows = re.findall(r"([a-z]+= [\d ]+\.)", completion)
    if not rows or any(row not in prompt for row in rows):
        return False
    directions = re.findall(r"= (\d+) \d+ (\d+)\. [^,]*, (rises|falls)", completion)
    if any((int(last) > int(first)) != (word == "rises") for first, last, word in directions):
        return False
    steps = re.findall(r"(\d+)([+-])(\d+)=(-?\d+)", completion)
    if any(int(a) + (int(b) if sign == "+" else -int(b)) != int(c) for a, sign, b, c in steps):
        return False
    answer = completion.rsplit("Final Answer: ", 1)[-1]
    if len(directions) == 2:
        together = directions[0][2] == directions[1][2]
        return together == ("Positive" in answer)
    if steps:
        return answer == steps[-1][3]
    return directions[0][2] in answer if directions else False


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
        *rows_of(args.sources, "peer-reviews", "question", "analysis"),
        *rows_of(args.sources, "intern-notes", "task", "note"),
        *rows_of(args.sources, "management-briefs", "request", "brief"),
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
