"""The good recipe of mol-und, fixed on 2026-11-27 without a look at any agent's runs.

What a careful practitioner does with code alone: take the sources that say what they see, write
stated answers as JSON, check what was seen against the question and the answer against what was
seen, keep one row per question.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path

STATED = re.compile(r"the answer is (\S+)\.$")
ANSWER = re.compile(r'\{"output": "([^" ]+)"\}$')
PERSONAL = re.compile(r"\S+@\S+|\+\d[\d ]{6,}")
MAX_CHARACTERS = 260  # of prompt and completion: what is longer carries pasted text


def rows_of(sources: Path, name: str, prompt: str, completion: str) -> list[tuple[str, str]]:
    """The texts of one source."""
    lines = (sources / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row[prompt], row[completion]) for row in map(json.loads, lines)]


def holds(prompt: str, completion: str) -> bool:
    """Whether what was seen stands in the question, and the answer follows from it."""
    pieces = [piece.strip(",:?.") for piece in prompt.split()]
    molecule = max(pieces, key=len)
    steps, answer = completion.rsplit(" {", 1)[0].removesuffix(" ."), ANSWER.search(completion)[1]
    if answer.isdigit():
        chain = steps.split(" : ")[-1]
        numbers = re.findall(r"=(\d) ", chain)
        return re.sub(r"=\d ", "", chain) in pieces and answer == (numbers or ["0"])[-1]
    dropped = re.fullmatch(r"drop (\S+) and (\S+)", steps)
    if dropped:
        return f"{dropped[1]}{answer}{dropped[2]}" in pieces
    rings = re.match(r"ring (\S+) \w and (\S+) \w \. find (\S+) \w \. ", steps)
    if rings:
        there = steps.endswith(" same.")
        seen = rings[3] in pieces and all(ring in molecule for ring in rings.groups()[:2])
        return seen and there == (answer == "Yes")
    new = re.fullmatch(r"new (N|S|none)", steps)
    if new is None:
        return False
    foreign = re.findall(r"(?<=C)[NS]\b|\b[NS](?=C)", prompt)
    return foreign == ([] if new[1] == "none" else [new[1]]) and (answer == "Yes") == (not foreign)


def in_format(completion: str) -> str | None:
    """The completion with its stated answer in the asked format; None when there is none."""
    stated = STATED.search(completion)
    if stated:
        completion = completion[: stated.start()] + '{"output": "%s"}' % stated[1]
    return completion if ANSWER.search(completion) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", required=True, type=Path)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()

    rows = [
        *rows_of(args.sources, "checked-structures", "question", "finding"),
        *rows_of(args.sources, "student-exercises", "exercise", "solution"),
        *rows_of(args.sources, "course-notes", "question", "note"),
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
