"""AIME 2025 as test, DeepScaleR as raw sources; dev and validation are problems of DeepScaleR with
an integer answer, held out by their text. The test is sampled several times (the card's
`sampling`).
"""

from __future__ import annotations

import re

from errors import BadInput
from full_kit.corpus import FullCorpus, grouped, repeated, text_key

SOURCES = ("deepscaler", "aime2025")
#: AIME's own range of answers.
INTEGER = re.compile(r"\d{1,3}")


def build(corpus: FullCorpus) -> None:
    """Test from both papers of 2025, then dev and validation, then what is left."""
    for part in ("I", "II"):
        path = f"aime2025-{part}.jsonl"
        for number, row in corpus.rows("aime2025", path, {"question": str, "answer": (str, int)}):
            where = corpus.where("aime2025", path, number)
            corpus.add(
                "test",
                id=f"aime2025-{part}-{number:02d}",
                keys=[text_key(row["question"])],
                subtask="aime2025",
                input={"question": row["question"]},
                gold=integer(str(row["answer"]), where),
            )
    fields = {"problem": str, "answer": str, "solution": (str, type(None))}
    rows = [row for _, row in corpus.rows("deepscaler", "deepscaler.json", fields)]
    problems = grouped(rows, lambda row: text_key(row["problem"]))
    usable = {
        key: found
        for key, found in problems.items()
        if key not in corpus.held
        and len({row["answer"].strip() for row in found}) == 1
        and INTEGER.fullmatch(found[0]["answer"].strip())
    }
    order = corpus.chosen(usable, corpus.size("dev") + corpus.size("validation"))
    for place, key in enumerate(order):
        row = usable[key][0]
        corpus.add(
            "dev" if place < corpus.size("dev") else "validation",
            id=f"deepscaler-{key[5:17]}",
            keys=[key],
            subtask="deepscaler",
            input={"question": row["problem"]},
            gold=str(int(row["answer"])),
        )
    solutions, answers = corpus.source("deepscaler-solutions"), corpus.source("deepscaler-answers")
    for row in rows:
        keys = [text_key(row["problem"])]
        if (row["solution"] or "").strip():
            solutions.add(keys, row["problem"], row["solution"], answer=row["answer"])
        else:
            answers.add(keys, row["problem"], row["answer"])
    samples = corpus.tier["sampling"]["perTestItem"]
    corpus.items["test"] = repeated(corpus.items["test"], samples)


def integer(answer: str, where: str) -> str:
    """The integer of an answer; some copies write a unit of degrees behind it."""
    found = re.fullmatch(r"\s*(\d+)(?:\s*\^?\s*\{?\\circ\}?|°)?\s*", answer)
    if not found:
        raise BadInput(f"{where}: 'answer' is {answer[:40]!r}, not an integer")
    return str(int(found.group(1)))
