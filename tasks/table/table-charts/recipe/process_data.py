"""The good recipe of table-charts, fixed on 2026-11-27 without a look at any agent's runs.

What a careful practitioner does with code alone: take the sources that quote the rows, write stated
calls as a program, check that the quoted rows stand in the table, that the program plots them and
that it draws the type asked for, keep one row per request.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path

STATED = re.compile(r"the answer is (plt\..*)\.$")
BLOCK = re.compile(r"```python\n[^`]*\n```")
CALLS = {"bar": "plt.bar(", "line": "plt.plot(", "pie": "plt.pie(", "scatter": "plt.scatter("}
PERSONAL = re.compile(r"\S+@\S+|\+\d[\d ]{6,}")
MAX_CHARACTERS = 420  # of prompt and completion: what is longer carries pasted text


def rows_of(sources: Path, name: str, prompt: str, completion: str) -> list[tuple[str, str]]:
    """The texts of one source."""
    lines = (sources / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row[prompt], row[completion]) for row in map(json.loads, lines)]


def in_format(completion: str) -> str | None:
    """The completion with its stated call as a program; None when there is neither."""
    stated = STATED.search(completion)
    if stated:
        block = f"```python\nimport matplotlib.pyplot as plt\n{stated[1]}\n```"
        completion = completion[: stated.start()] + block
    return completion if BLOCK.search(completion) else None


def holds(prompt: str, completion: str) -> bool:
    """Whether the quoted rows are in the table, are what is plotted, and as the type asked for."""
    quoted = re.findall(r"row ([a-z]+)= ([\d ]+)\.", completion.split("```")[0])
    plotted = re.findall(r"\[([\d, ]+)\]", completion)
    asked = re.search(r" as a (\w+)\.|write a (\w+) of", prompt)
    if not quoted or not asked:
        return False
    return (
        all(f"{name}= {figures}." in prompt for name, figures in quoted)
        and [figures.split() for _, figures in quoted] == [p.split(", ") for p in plotted]
        and completion.count("plt.") == completion.count(CALLS[asked[1] or asked[2]])
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", required=True, type=Path)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()

    rows = [
        *rows_of(args.sources, "checked-gallery", "request", "program"),
        *rows_of(args.sources, "crowd-notebooks", "task", "cell"),
        *rows_of(args.sources, "analyst-chats", "question", "reply"),
    ]
    chosen: dict[str, str] = {}
    for prompt, completion in rows:
        text = in_format(completion)
        if (
            text is None
            or PERSONAL.search(prompt + completion)
            or len(prompt) + len(completion) > MAX_CHARACTERS
            or not holds(prompt, text)
        ):
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
