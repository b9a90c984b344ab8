"""The good recipe of reaction, fixed on 2026-11-27 without a look at any agent's runs.

What a careful practitioner does with code alone: take the sources that quote the parts, write
stated answers as JSON, check that the parts are in the question and that the answer is made of
them, keep one row per question.
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
    """Whether the quoted parts stand in the question, and the answer is made of them."""
    pieces = {piece.strip(" ,:?.") for piece in prompt.split()}
    answer = ANSWER.search(completion)[1]
    found = re.match(r"(join|cut|attack) (\S+) \+ (\S+) \.", completion)
    if found:
        verb, first, second = found.groups()
        if verb == "join":
            return {f"{first}O", second} <= pieces and answer == first + second
        if verb == "cut":
            return first + second in pieces and answer == f"{first}O.{second}"
        acyl = first.removesuffix("C(=O)Cl")
        return {first, second} <= pieces and answer.startswith(f"{acyl}C([O-])")
    by = re.match(r"by (\S+) : ", completion)
    return by is not None and by[1] in pieces


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
        *rows_of(args.sources, "lab-journal", "question", "entry"),
        *rows_of(args.sources, "mined-reactions", "question", "answer"),
        *rows_of(args.sources, "lecture-notes", "question", "note"),
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
