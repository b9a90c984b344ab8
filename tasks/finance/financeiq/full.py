"""FinanceIQ: of each exam the last rows are held out as RD-Agent holds them out (100, or half),
their first half for validation and the second for the test; the benchmark's few-shot rows are dev;
the rest is raw.
"""

from __future__ import annotations

from typing import Any

from errors import BadInput
from full_kit.corpus import FullCorpus, text_key

SOURCES = ("financeiq",)
FIELDS = {name: str for name in ("Question", "A", "B", "C", "D", "Answer")}
HELD_OUT = 100  # rows of an exam, at most


def build(corpus: FullCorpus) -> None:
    """Splits by exam, then the raw source without their questions."""
    exams = {
        name: list(corpus.rows("financeiq", f"data/test/{name}.csv", FIELDS))
        for name in corpus.card["subtasks"]
    }
    seen: set[str] = set()
    rest: dict[str, list[dict[str, Any]]] = {}
    for exam, rows in exams.items():
        count = min(HELD_OUT, (len(rows) + 1) // 2)
        held, half = rows[len(rows) - count :], count // 2
        rest[exam] = [row for _, row in rows[: len(rows) - count]]
        for split, part in (("test", held[count - half :]), ("validation", held[:half])):
            for number, row in part:
                path = f"data/test/{exam}.csv"
                add(
                    corpus,
                    split,
                    exam,
                    f"test-{number:04d}",
                    row,
                    corpus.where("financeiq", path, number),
                    seen,
                )
    for exam in exams:
        path = f"data/dev/{exam}.csv"
        for number, row in corpus.rows("financeiq", path, FIELDS):
            add(
                corpus,
                "dev",
                exam,
                f"dev-{number:04d}",
                row,
                corpus.where("financeiq", path, number),
                seen,
            )
    raw = corpus.source("financeiq-exams")
    for exam, rows in rest.items():
        for row in rows:
            raw.add(
                [key_of(row)],
                corpus.prompt(values_of(row)),
                row["Answer"],
                exam=exam,
                **values_of(row),
            )


def add(
    corpus: FullCorpus,
    split: str,
    exam: str,
    name: str,
    row: dict[str, Any],
    where: str,
    seen: set[str],
) -> None:
    """An item, unless the same question is one already."""
    answer = row["Answer"].strip().upper()
    if answer not in ("A", "B", "C", "D"):
        raise BadInput(f"{where}: 'Answer' is {row['Answer'][:20]!r}, not one of A, B, C, D")
    if key_of(row) in seen:
        corpus.notes["questions that stand twice"] += 1
        return
    seen.add(key_of(row))
    corpus.add(
        split,
        id=f"{exam}-{name}",
        keys=[key_of(row)],
        subtask=exam,
        input=values_of(row),
        gold=answer,
    )


def values_of(row: dict[str, Any]) -> dict[str, str]:
    """What a prompt is made of."""
    return {"question": row["Question"], **{letter: row[letter] for letter in "ABCD"}}


def key_of(row: dict[str, Any]) -> str:
    """The question with its set of options, in whatever order."""
    return text_key(row["Question"], *sorted(row[letter] for letter in "ABCD"))
